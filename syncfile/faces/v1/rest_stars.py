"""What the caller has starred."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import stars
from syncfile.faces.http import Call
from syncfile.faces.v1.face import face


class Star(TypedDict):
    """A starred file, folder or library."""

    repo_id: str
    repo_name: str
    path: Annotated[str, "/ is the library itself"]
    type: Literal["file", "dir"]
    mtime: Annotated[int, "Seconds"]
    size: Annotated[int, "Bytes; 0 of a folder"]
    starred_at: Annotated[int, "Seconds"]


@face.route("GET", "/v1/starred/")
def list_stars(call: Call) -> list[Star]:
    """List what the caller has starred, last starred first."""
    return [_answer(item) for item in stars.list_stars(call.core, call.actor)]


@face.route("POST", "/v1/starred/")
def star(call: Call, repo_id: str, p: Annotated[str, "A file or folder; / is the library"] = "/") -> Star:
    """Star something."""
    return _answer(stars.star(call.core, call.actor, repo_id, p))


@face.route("DELETE", "/v1/starred/", status=204)
def unstar(call: Call, repo_id: str, p: Annotated[str, "A file or folder; / is the library"] = "/") -> None:
    """Take a star away."""
    stars.unstar(call.core, call.actor, repo_id, p)


def _answer(item: stars.Starred) -> Star:
    return {
        "repo_id": item.repo.id,
        "repo_name": item.repo.name,
        "path": item.path,
        "type": "dir" if item.entry.is_dir else "file",
        "mtime": item.repo.mtime if item.path == "/" else item.entry.mtime,
        "size": item.entry.size,
        "starred_at": item.created_at,
    }
