"""What was removed from a library: listing it, bringing it back, forgetting it."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import trash
from syncfile.faces.http import Between, Call
from syncfile.faces.v1.asked import Limit, Start
from syncfile.faces.v1.face import face


class Trashed(TypedDict):
    """A file or folder that was removed."""

    path: str
    commit_id: Annotated[str, "Of the removal: with the path it names what to restore"]
    type: Literal["file", "dir"]
    id: Annotated[str, "Of its content, 40 hex digits"]
    size: Annotated[int, "Bytes; 0 of a folder"]
    deleted_at: Annotated[int, "Seconds"]
    deleted_by: Annotated[str, "User name"]


class Trash(TypedDict):
    """A page of what was removed, last removed first."""

    items: list[Trashed]
    has_more: bool


class Restored(TypedDict):
    """Where it is now."""

    path: Annotated[str, "Its old place, or beside it where that is taken"]


@face.route("GET", "/v1/repos/<repo_id>/trash/")
def list_trash(call: Call, repo_id: str, start: Start = 0, limit: Limit = 100) -> Trash:
    """List what was removed and is still kept, but for what is there again."""
    found = trash.list_trash(call.core, call.actor, repo_id, start, limit + 1)
    return {"items": [_answer(item) for item in found[:limit]], "has_more": len(found) > limit}


@face.route("POST", "/v1/repos/<repo_id>/trash/")
def restore(
    call: Call,
    repo_id: str,
    p: Annotated[str, "What was removed"],
    commit_id: Annotated[str, "Of the removal"],
) -> Restored:
    """Bring back a file, or a folder with all that was in it."""
    (path,) = trash.restore(call.core, call.actor, repo_id, [(p, commit_id)])
    return {"path": path}


@face.route("DELETE", "/v1/repos/<repo_id>/trash/", status=204)
def empty_trash(
    call: Call,
    repo_id: str,
    keep_days: Annotated[int, "What was removed in the last days is kept", Between(0, 36500)] = 0,
) -> None:
    """Forget what was removed, and the older versions of files; for the library's owner."""
    trash.empty(call.core, call.actor, repo_id, keep_days)


def _answer(item: trash.Trashed) -> Trashed:
    return {
        "path": item.path,
        "commit_id": item.commit_id,
        "type": "dir" if item.is_dir else "file",
        "id": item.object_id,
        "size": item.size,
        "deleted_at": item.deleted_at,
        "deleted_by": item.deleted_by,
    }
