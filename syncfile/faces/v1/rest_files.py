"""Files but for their bytes: details, creation, and what can be done with one."""

from typing import Annotated, Literal

from syncfile.core import entries, locking, moves, revisions, transfers
from syncfile.core.listing import describe_entry
from syncfile.core.paths import clean_path, split
from syncfile.faces.http import Call
from syncfile.faces.v1.asked import Limit, Start, given, target_path
from syncfile.faces.v1.commit_answers import FileHistory, revision_answer
from syncfile.faces.v1.entry_answers import Entry, entry_answer
from syncfile.faces.v1.face import face
from syncfile.faces.v1.rest_transfers import bytes_path


@face.route("GET", "/v1/repos/<repo_id>/files/")
def get_file(call: Call, repo_id: str, p: Annotated[str, "The file"]) -> Entry:
    """Return the details of a file."""
    return entry_answer(describe_entry(call.core, call.actor, repo_id, p, is_dir=False))


@face.route("POST", "/v1/repos/<repo_id>/files/", status=201)
def make_file(call: Call, repo_id: str, p: Annotated[str, "The new file"]) -> Entry:
    """Make an empty file, and return it."""
    entries.add_empty_file(call.core, call.actor, repo_id, p)
    return entry_answer(describe_entry(call.core, call.actor, repo_id, p, is_dir=False))


@face.route("DELETE", "/v1/repos/<repo_id>/files/", status=204)
def delete_file(call: Call, repo_id: str, p: Annotated[str, "The file"]) -> None:
    """Delete a file."""
    entries.remove(call.core, call.actor, repo_id, p, is_dir=False)


@face.route("POST", "/v1/repos/<repo_id>/files/action")
def change_file(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The file"],
    action: Literal["rename", "lock", "unlock", "move", "copy", "revert", "history", "revision"],
    newname: Annotated[str | None, "For rename"] = None,
    dst_repo_id: Annotated[str | None, "For copy and move: another library"] = None,
    dst_file_path: Annotated[str | None, "For copy and move: the new path, or a new name beside the file"] = None,
    commit_id: Annotated[str | None, "For revert and revision: the version"] = None,
    start: Start = 0,
    limit: Limit = 100,
) -> FileHistory | str | None:
    """Rename, lock, unlock, move or copy a file, bring back a version of it, list them, or link to the bytes of one."""
    core, actor = call.core, call.actor
    match action:
        case "rename":
            entries.rename(core, actor, repo_id, p, given(newname, "newname"), is_dir=False)
        case "lock":
            locking.lock_file(core, actor, repo_id, p)
        case "unlock":
            locking.unlock_file(core, actor, repo_id, p)
        case "revert":
            revisions.revert_file(core, actor, repo_id, p, given(commit_id, "commit_id"))
        case "history":
            found = revisions.list_revisions(core, actor, repo_id, p, start, limit)
            return {"commits": [revision_answer(repo_id, item) for item in found]}
        case "revision":
            link = transfers.revision_link(core, actor, repo_id, p, given(commit_id, "commit_id"))
            return bytes_path(link, split(clean_path(p))[1])
        case _:
            change = moves.copy if action == "copy" else moves.move
            target = target_path(p, given(dst_file_path, "dst_file_path"))
            change(core, actor, repo_id, {p: target}, dst_repo_id or repo_id, is_dir=False)
    return None
