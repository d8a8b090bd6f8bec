"""Files: described, made, renamed, copied, moved, locked, removed."""

from collections.abc import Callable
from typing import Annotated, Literal, TypedDict

from syncfile.core import entries, locking, moves, revisions
from syncfile.core.listing import describe_entry
from syncfile.core.paths import clean_path, join, split
from syncfile.errors import BadRequest
from syncfile.faces.http import Call, Reply
from syncfile.faces.seafile.api2_dirs import parent_reply
from syncfile.faces.seafile.api2_entries import Entry, ObjectInfo, object_answer
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.seafile.api2_times import iso_time


class FileDetail(TypedDict):
    """A file; ``mtime`` is seconds, and ``last_modified`` the same in words."""

    id: str
    type: str
    name: str
    parent_dir: str
    size: int
    mtime: int
    last_modified: str
    last_modifier_email: str
    last_modifier_name: str
    permission: str
    starred: bool
    is_locked: bool


@face.route("GET", "/api2/repos/<repo_id>/file/detail/")
def describe_file(call: Call, repo_id: str, p: str) -> FileDetail:
    """Describe a file."""
    listed = describe_entry(call.core, call.actor, repo_id, p, is_dir=False)
    entry = listed.entry
    return {
        "id": entry.id,
        "type": "file",
        "name": entry.name,
        "parent_dir": split(listed.path)[0],
        "size": entry.size,
        "mtime": entry.mtime,
        "last_modified": iso_time(entry.mtime),
        "last_modifier_email": entry.modifier,
        "last_modifier_name": entry.modifier,
        "permission": listed.permission,
        "starred": listed.is_starred,
        "is_locked": bool(listed.lock_owner),
    }


@face.route("GET", "/api/v2.1/repos/<repo_id>/file/")
def show_file(call: Call, repo_id: str, p: str) -> ObjectInfo:
    """Describe a file as the operations on it do."""
    return object_answer(repo_id, describe_entry(call.core, call.actor, repo_id, p, is_dir=False))


@face.route("POST", "/api2/repos/<repo_id>/file/")
def change_file(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The file"],
    operation: Literal["create", "rename", "copy", "move"],
    newname: str = "",
    dst_repo: Annotated[str, "For copy and move: another library"] = "",
    dst_dir: Annotated[str, "For copy and move: the folder to hold the file"] = "",
    reloaddir: Annotated[bool, "Answer with what is in the folder"] = False,
) -> str | list[Entry] | Reply:
    """Make an empty file, or rename, copy or move one."""
    _CHANGES[operation](_Change(call, repo_id, p, newname, dst_repo, dst_dir))
    if reloaddir:
        return parent_reply(call, repo_id, p)
    return Reply("success", 201 if operation == "create" else 200)


@face.route("POST", "/api/v2.1/repos/<repo_id>/file/")
def change_file_and_tell(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The file"],
    operation: Literal["create", "rename", "copy", "move", "revert"],
    newname: str = "",
    dst_repo: Annotated[str, "For copy and move: another library"] = "",
    dst_dir: Annotated[str, "For copy and move: the folder to hold the file"] = "",
    commit_id: Annotated[str, "For revert: the version that comes back"] = "",
) -> ObjectInfo:
    """Make an empty file, or rename, copy, move or revert one; a taken name gets a number, which the answer tells."""
    change = _Change(call, repo_id, p, newname, dst_repo, dst_dir, commit_id)
    path = _CHANGES[operation](change)
    return object_answer(change.target_id, describe_entry(call.core, call.actor, change.target_id, path, is_dir=False))


@face.route("PUT", "/api2/repos/<repo_id>/file/")
def lock_file(call: Call, repo_id: str, p: str, operation: Literal["lock", "unlock"]) -> str:
    """Lock a file, so that nobody else changes it, or give it free."""
    (locking.lock_file if operation == "lock" else locking.unlock_file)(call.core, call.actor, repo_id, p)
    return "success"


@face.route("DELETE", "/api2/repos/<repo_id>/file/")
def delete_file(call: Call, repo_id: str, p: str, reloaddir: bool = False) -> str | list[Entry] | Reply:
    """Remove a file."""
    entries.remove(call.core, call.actor, repo_id, p, is_dir=False)
    return parent_reply(call, repo_id, p) if reloaddir else "success"


@face.route("DELETE", "/api/v2.1/repos/<repo_id>/file/")
def delete_file_and_tell(call: Call, repo_id: str, p: str) -> dict[str, bool]:
    """Remove a file."""
    entries.remove(call.core, call.actor, repo_id, p, is_dir=False)
    return {"success": True}


class _Change:
    """What is to become of a file. Its methods do it and return the file's path in the library ``target_id``."""

    def __init__(
        self, call: Call, repo_id: str, path: str, newname: str, dst_repo: str, dst_dir: str, commit_id: str = ""
    ) -> None:
        self._where = call.core, call.actor, repo_id
        self._path = clean_path(path)
        self._newname = newname
        self._dst_dir = dst_dir
        self._commit_id = commit_id
        self.target_id = dst_repo or repo_id

    def create(self) -> str:
        return self._beside(entries.add_empty_file(*self._where, self._path, free_name=True).name)

    def rename(self) -> str:
        return self._beside(entries.rename(*self._where, self._path, self._newname, is_dir=False).name)

    def copy(self) -> str:
        return moves.copy(*self._where, self._targets(), self.target_id, is_dir=False, free_names=True)[0]

    def move(self) -> str:
        if (self.target_id, self._targets()) == (self._where[2], {self._path: self._path}):
            return self._path  # rclone moves to where a file is already, and then renames it
        return moves.move(*self._where, self._targets(), self.target_id, is_dir=False, free_names=True)[0]

    def revert(self) -> str:
        if not self._commit_id:
            raise BadRequest("the parameter commit_id is missing", parameter="commit_id")
        revisions.revert_file(*self._where, self._path, self._commit_id)
        return self._path

    def _targets(self) -> dict[str, str]:
        if not self._dst_dir:
            raise BadRequest("the parameter dst_dir is missing", parameter="dst_dir")
        return {self._path: join(clean_path(self._dst_dir), split(self._path)[1])}

    def _beside(self, name: str) -> str:
        return join(split(self._path)[0], name)


_CHANGES: dict[str, Callable[[_Change], str]] = {
    "create": _Change.create,
    "rename": _Change.rename,
    "copy": _Change.copy,
    "move": _Change.move,
    "revert": _Change.revert,
}
