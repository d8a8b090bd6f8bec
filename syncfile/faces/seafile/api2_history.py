"""Earlier versions of files, and what was removed."""

from typing import Annotated, TypedDict

from syncfile.core import revisions, trash
from syncfile.core.paths import split
from syncfile.core.revisions import FileRevision
from syncfile.faces.http import Between, Call
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.seafile.api2_times import iso_time

PAGE_ROWS = 100


class Revision(TypedDict):
    """A version of a file, and the commit that brought it."""

    id: str
    parent_id: str | None
    second_parent_id: str | None
    repo_id: str
    root_id: str
    ctime: int
    creator: str
    creator_name: str
    creator_email: str
    desc: str
    device_name: str | None
    client_version: str | None
    conflict: bool
    new_merge: bool
    version: int
    rev_file_id: str
    rev_file_size: int
    rev_renamed_old_path: str | None


class Removed(TypedDict):
    """A file or folder that was removed; ``commit_id`` is of the commit that did."""

    parent_dir: str
    obj_name: str
    obj_id: str
    is_dir: bool
    size: int
    commit_id: str
    deleted_time: str
    scan_stat: None


class Trash(TypedDict):
    """A page of what was removed; ``scan_stat`` is asked for with the next one."""

    data: list[Removed]
    more: bool
    scan_stat: str


@face.route("GET", "/api2/repos/<repo_id>/file/history/")
def list_revisions(call: Call, repo_id: str, p: str) -> dict[str, list[Revision]]:
    """List the newest versions of a file."""
    found = revisions.list_revisions(call.core, call.actor, repo_id, p, 0, PAGE_ROWS)
    return {"commits": [_revision(repo_id, item) for item in found]}


@face.route("PUT", "/api2/repos/<repo_id>/file/revert/")
@face.route("POST", "/api2/repos/<repo_id>/file/revert/")
def revert_file(call: Call, repo_id: str, p: str, commit_id: str) -> dict[str, bool]:
    """Give a file the content that it had in a commit."""
    revisions.revert_file(call.core, call.actor, repo_id, p, commit_id)
    return {"success": True}


@face.route("GET", "/api/v2.1/repos/<repo_id>/trash/")
def list_trash(
    call: Call, repo_id: str, scan_stat: Annotated[int, "What the page before this answered", Between(0, 10**7)] = 0
) -> Trash:
    """List what was removed from a library, last removed first."""
    found = trash.list_trash(call.core, call.actor, repo_id, scan_stat, PAGE_ROWS + 1)
    return {
        "data": [_removed(item) for item in found[:PAGE_ROWS]],
        "more": len(found) > PAGE_ROWS,
        "scan_stat": str(scan_stat + PAGE_ROWS),
    }


@face.route("DELETE", "/api/v2.1/repos/<repo_id>/trash/")
def empty_trash(
    call: Call, repo_id: str, keep_days: Annotated[int, "Spare what was removed since", Between(0, 36500)] = 0
) -> dict[str, bool]:
    """Forget what was removed, and earlier versions."""
    trash.empty(call.core, call.actor, repo_id, keep_days)
    return {"success": True}


def _revision(repo_id: str, item: FileRevision) -> Revision:
    commit = item.commit
    return {
        "id": commit.id,
        "parent_id": commit.parent_id,
        "second_parent_id": commit.second_parent_id,
        "repo_id": repo_id,
        "root_id": commit.root_id,
        "ctime": commit.ctime,
        "creator": commit.creator,
        "creator_name": commit.creator_name or "",
        "creator_email": commit.creator_name or "",
        "desc": commit.description,
        "device_name": commit.device_name,
        "client_version": commit.client_version,
        "conflict": bool(commit.conflict),
        "new_merge": bool(commit.new_merge),
        "version": commit.version,
        "rev_file_id": item.file_id,
        "rev_file_size": item.size,
        "rev_renamed_old_path": item.renamed_from,
    }


def _removed(item: trash.Trashed) -> Removed:
    parent, name = split(item.path)
    return {
        "parent_dir": parent,
        "obj_name": name,
        "obj_id": item.object_id,
        "is_dir": item.is_dir,
        "size": item.size,
        "commit_id": item.commit_id,
        "deleted_time": iso_time(item.deleted_at),
        "scan_stat": None,
    }
