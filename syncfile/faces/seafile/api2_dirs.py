"""Folders: listed, made, renamed, removed."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import entries, revisions
from syncfile.core.listing import describe_entry, list_folder
from syncfile.core.paths import clean_path, join, split
from syncfile.errors import BadRequest
from syncfile.faces.http import Call, Reply
from syncfile.faces.json_lists import HEADERS, json_list
from syncfile.faces.seafile.api2_entries import Entry, ObjectInfo, entry_answer, object_answer
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.seafile.api2_times import iso_time

Kind = Literal["", "f", "d"]


class Folder(TypedDict):
    """A folder with what is in it."""

    user_perm: str
    dir_id: str
    dirent_list: list[Entry]


class FolderDetail(TypedDict):
    """A folder without what is in it."""

    repo_id: str
    path: str
    name: str
    mtime: str
    permission: str


@face.route("GET", "/api2/repos/<repo_id>/dir/", long=True)
def list_dir(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The folder"] = "/",
    t: Annotated[Kind, "Only files, or only folders"] = "",
    recursive: Annotated[bool, "All that is below, not only what is in it"] = False,
    oid: Annotated[str, "Of the folder, as the client last listed it"] = "",
) -> list[Entry] | str | Reply:
    """List a folder, whose id and permission are in the headers ``oid`` and ``dir_perm``."""
    return list_reply(call, repo_id, p, t=t, recursive=recursive, oid=oid)


@face.route("GET", "/api/v2.1/repos/<repo_id>/dir/", long=True)
def show_dir(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The folder"] = "/",
    t: Annotated[Kind, "Only files, or only folders"] = "",
    recursive: Annotated[bool, "All that is below, not only what is in it"] = False,
) -> Folder | Reply:
    """List a folder."""
    folder = describe_entry(call.core, call.actor, repo_id, p, is_dir=True)
    found = list_folder(call.core, call.actor, repo_id, p, is_dir=_is_dir(t), recursive=recursive)
    opening = f'{{"user_perm":"{folder.permission}","dir_id":"{folder.entry.id}","dirent_list":['.encode()
    return Reply(json_list((entry_answer(item, call.actor) for item in found), opening, b"]}"), headers=HEADERS)


@face.route("GET", "/api/v2.1/repos/<repo_id>/dir/detail/")
def describe_dir(call: Call, repo_id: str, path: str) -> FolderDetail:
    """Describe a folder."""
    folder = describe_entry(call.core, call.actor, repo_id, path, is_dir=True)
    return {
        "repo_id": repo_id,
        "path": folder.path,
        "name": folder.entry.name,
        "mtime": iso_time(folder.entry.mtime),
        "permission": folder.permission,
    }


@face.route("POST", "/api2/repos/<repo_id>/dir/")
def change_dir(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The folder"],
    operation: Literal["mkdir", "rename"],
    newname: str = "",
    reloaddir: Annotated[bool, "Answer with what is in the parent folder"] = False,
) -> str | list[Entry] | Reply:
    """Make a folder, under another name if this one is taken, or rename it."""
    _change(call, repo_id, p, operation, newname, "")
    if reloaddir:
        return parent_reply(call, repo_id, p)
    return Reply("success", 201 if operation == "mkdir" else 200)


@face.route("POST", "/api/v2.1/repos/<repo_id>/dir/")
def change_dir_and_tell(
    call: Call,
    repo_id: str,
    p: Annotated[str, "The folder"],
    operation: Literal["mkdir", "rename", "revert"],
    newname: str = "",
    commit_id: Annotated[str, "For revert: the state that comes back"] = "",
) -> ObjectInfo:
    """Make a folder, under another name if this one is taken, rename it, or give it back what it held."""
    path = _change(call, repo_id, p, operation, newname, commit_id)
    return object_answer(repo_id, describe_entry(call.core, call.actor, repo_id, path, is_dir=True))


@face.route("DELETE", "/api2/repos/<repo_id>/dir/")
def delete_dir(call: Call, repo_id: str, p: str, reloaddir: bool = False) -> str | list[Entry] | Reply:
    """Remove a folder with all that is in it."""
    entries.remove(call.core, call.actor, repo_id, p, is_dir=True)
    return parent_reply(call, repo_id, p) if reloaddir else "success"


@face.route("DELETE", "/api/v2.1/repos/<repo_id>/dir/")
def delete_dir_and_tell(call: Call, repo_id: str, p: str) -> dict[str, bool]:
    """Remove a folder with all that is in it."""
    entries.remove(call.core, call.actor, repo_id, p, is_dir=True)
    return {"success": True}


def list_reply(
    call: Call, repo_id: str, path: str, *, t: Kind = "", recursive: bool = False, oid: str = ""
) -> str | Reply:
    """Answer with what is in a folder, unless the client has seen that: then with "uptodate"."""
    folder = describe_entry(call.core, call.actor, repo_id, path, is_dir=True)
    headers = {"oid": folder.entry.id, "dir_perm": folder.permission}
    if oid == folder.entry.id:
        return Reply("uptodate", headers=headers)
    found = list_folder(call.core, call.actor, repo_id, path, is_dir=_is_dir(t), recursive=recursive)
    return Reply(json_list(entry_answer(item, call.actor) for item in found), headers=headers | HEADERS)


def parent_reply(call: Call, repo_id: str, path: str) -> str | Reply:
    """Answer with what is in the folder that holds ``path``."""
    return list_reply(call, repo_id, split(clean_path(path))[0])


def _is_dir(kind: Kind) -> bool | None:
    return kind == "d" if kind else None


def _change(call: Call, repo_id: str, path: str, operation: str, newname: str, commit_id: str) -> str:
    """Do it, and return the path that the folder has now."""
    core, actor = call.core, call.actor
    parent, _ = split(clean_path(path))
    if operation == "mkdir":
        return join(parent, entries.make_dir(core, actor, repo_id, path, free_name=True).name)
    if operation == "rename":
        return join(parent, entries.rename(core, actor, repo_id, path, newname, is_dir=True).name)
    if not commit_id:
        raise BadRequest("the parameter commit_id is missing", parameter="commit_id")
    revisions.revert_folder(core, actor, repo_id, path, commit_id)
    return path
