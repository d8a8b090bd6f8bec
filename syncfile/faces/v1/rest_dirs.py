"""Folders: listing, making, renaming, copying, moving, restoring and deleting them."""

from typing import Annotated, Literal

from syncfile.core import entries, moves, revisions
from syncfile.core.listing import describe_entry, list_folder
from syncfile.core.paths import clean_path, split
from syncfile.faces.http import Between, Call, Reply
from syncfile.faces.v1.asked import Start, given, target_path
from syncfile.faces.v1.entry_answers import Entry, entry_answer, list_reply
from syncfile.faces.v1.face import face


@face.route("GET", "/v1/repos/<repo_id>/dirs/")
def list_dir(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The folder"] = "/",
    t: Annotated[Literal["f", "d"] | None, "Only files, or only folders"] = None,
    recursive: Annotated[bool, "All that is below, not only what is in it"] = False,
    start: Start = 0,
    limit: Annotated[int | None, "How many at most; all if it is left out", Between(1, 10_000)] = None,
) -> list[Entry] | Reply:
    """List what is in a folder, in the order of the names' bytes."""
    is_dir = None if t is None else t == "d"
    found = list_folder(call.core, call.actor, repo_id, p, is_dir=is_dir, recursive=recursive, start=start, limit=limit)
    return list_reply(entry_answer(item, with_parent=recursive) for item in found)


@face.route("POST", "/v1/repos/<repo_id>/dirs/")
def make_dir(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The new folder"],
    parents: Annotated[bool, "Make the folders above it too"] = False,
    reloaddir: Annotated[bool, "Answer with what is in the parent folder"] = False,
) -> Entry | list[Entry] | Reply:
    """Make a folder, and return it or the listing that it is in now."""
    entries.make_dir(call.core, call.actor, repo_id, p, parents=parents)
    if reloaddir:
        return _parent_listing(call, repo_id, p)
    return entry_answer(describe_entry(call.core, call.actor, repo_id, p, is_dir=True))


@face.route("DELETE", "/v1/repos/<repo_id>/dirs/", status=204)
def delete_dir(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The folder"],
    reloaddir: Annotated[bool, "Answer 200 with what is in the parent folder"] = False,
) -> list[Entry] | Reply | None:
    """Delete a folder with all that is in it."""
    entries.remove(call.core, call.actor, repo_id, p, is_dir=True)
    return _parent_listing(call, repo_id, p) if reloaddir else None


@face.route("POST", "/v1/repos/<repo_id>/dirs/action")
def change_dir(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The folder"],
    action: Literal["rename", "copy", "move", "revert"],
    newname: Annotated[str | None, "For rename"] = None,
    dst_repo_id: Annotated[str | None, "For copy and move: another library"] = None,
    dst_dir_path: Annotated[str | None, "For copy and move: the new path, or a new name beside the folder"] = None,
    commit_id: Annotated[str | None, "For revert: the version that comes back; of / the whole library"] = None,
) -> None:
    """Rename, copy or move a folder, or give it back what it held."""
    core, actor = call.core, call.actor
    if action == "rename":
        entries.rename(core, actor, repo_id, p, given(newname, "newname"), is_dir=True)
    elif action == "revert":
        revisions.revert_folder(core, actor, repo_id, p, given(commit_id, "commit_id"))
    else:
        change = moves.copy if action == "copy" else moves.move
        target = target_path(p, given(dst_dir_path, "dst_dir_path"))
        change(core, actor, repo_id, {p: target}, dst_repo_id or repo_id, is_dir=True)


def _parent_listing(call: Call, repo_id: str, path: str) -> Reply:
    found = list_folder(call.core, call.actor, repo_id, split(clean_path(path))[0])
    return list_reply(map(entry_answer, found))
