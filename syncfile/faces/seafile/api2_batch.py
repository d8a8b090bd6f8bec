"""Many files and folders at once: copied, moved, removed.

All of it is done before the answer: what clients may poll for its progress is then always finished.
"""

from typing import Annotated, Literal, TypedDict

from syncfile.core import entries, moves
from syncfile.core.paths import clean_name, clean_path, join
from syncfile.faces.http import Call
from syncfile.faces.seafile.api2_face import face

#: Of every task, as none is ever under way.
TASK_ID = "finished"

_Done = dict[str, bool]
_Folder = Annotated[str, "The folder that they are in"]
_Target = Annotated[str, "The folder that is to hold them"]


class Finished(TypedDict):
    """What those read who wait for the answer, and what those read who then ask for progress."""

    success: bool
    task_id: str


class Progress(TypedDict):
    """How far a task has come."""

    done: int
    total: int
    successful: bool
    failed: bool
    canceled: bool
    failed_reason: str


@face.route("POST", "/api/v2.1/repos/sync-batch-copy-item/", long=True)
@face.route("POST", "/api/v2.1/repos/async-batch-copy-item/", long=True)
def copy_items(
    call: Call,
    src_repo_id: str,
    src_parent_dir: _Folder,
    src_dirents: list[str],
    dst_repo_id: str,
    dst_parent_dir: _Target,
) -> Finished:
    """Copy files and folders; names that are taken get a number."""
    return _transfer(call, "copy", src_repo_id, src_parent_dir, src_dirents, dst_repo_id, dst_parent_dir)


@face.route("POST", "/api/v2.1/repos/sync-batch-move-item/", long=True)
@face.route("POST", "/api/v2.1/repos/async-batch-move-item/", long=True)
def move_items(
    call: Call,
    src_repo_id: str,
    src_parent_dir: _Folder,
    src_dirents: list[str],
    dst_repo_id: str,
    dst_parent_dir: _Target,
) -> Finished:
    """Move files and folders; names that are taken get a number."""
    return _transfer(call, "move", src_repo_id, src_parent_dir, src_dirents, dst_repo_id, dst_parent_dir)


@face.route("POST", "/api/v2.1/copy-move-task/", long=True)
def start_one(
    call: Call,
    src_repo_id: str,
    src_parent_dir: _Folder,
    src_dirent_name: str,
    dst_repo_id: str,
    dst_parent_dir: _Target,
    operation: Literal["copy", "move"],
) -> Finished:
    """Copy or move a file or folder; a name that is taken gets a number."""
    return _transfer(call, operation, src_repo_id, src_parent_dir, [src_dirent_name], dst_repo_id, dst_parent_dir)


@face.route("GET", "/api/v2.1/query-copy-move-progress/")
def show_progress(call: Call, task_id: Literal["finished"]) -> Progress:
    """Say that a task is finished."""
    return {"done": 1, "total": 1, "successful": True, "failed": False, "canceled": False, "failed_reason": ""}


@face.route("DELETE", "/api/v2.1/repos/batch-delete-item/")
def delete_items(call: Call, repo_id: str, parent_dir: _Folder, dirents: list[str]) -> _Done:
    """Remove files and folders with all that is in them."""
    entries.remove_all(call.core, call.actor, repo_id, _paths(parent_dir, dirents))
    return {"success": True}


def _transfer(
    call: Call,
    operation: Literal["copy", "move"],
    repo_id: str,
    folder: str,
    names: list[str],
    target_repo_id: str,
    target: str,
) -> Finished:
    targets = dict(zip(_paths(folder, names), _paths(target, names), strict=True))
    change = moves.copy if operation == "copy" else moves.move
    change(call.core, call.actor, repo_id, targets, target_repo_id, free_names=True)
    return {"success": True, "task_id": TASK_ID}


def _paths(folder: str, names: list[str]) -> list[str]:
    folder = clean_path(folder)
    return [join(folder, clean_name(name)) for name in names]
