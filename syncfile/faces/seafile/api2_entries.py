"""Files and folders as Seafile's web API shows them."""

from typing import NotRequired, TypedDict

from syncfile.core.access import Actor
from syncfile.core.listing import Listed
from syncfile.core.paths import split
from syncfile.faces.seafile.api2_times import iso_time


class Entry(TypedDict):
    """A file or folder in a listing; what is not required is told of files only."""

    type: str
    id: str
    name: str
    mtime: int
    permission: str
    parent_dir: str
    starred: bool
    size: NotRequired[int]
    modifier_email: NotRequired[str]
    modifier_name: NotRequired[str]
    is_locked: NotRequired[bool]
    lock_owner: NotRequired[str]
    lock_owner_name: NotRequired[str]
    locked_by_me: NotRequired[bool]


class ObjectInfo(TypedDict):
    """A file or folder, told by whatever changed it; ``size`` and ``is_locked`` are told of files only."""

    type: str
    repo_id: str
    parent_dir: str
    obj_name: str
    obj_id: str
    mtime: str
    size: NotRequired[int]
    is_locked: NotRequired[bool]


def entry_answer(listed: Listed, actor: Actor) -> Entry:
    """Return an entry as it is listed."""
    entry = listed.entry
    answer: Entry = {
        "type": kind_of(listed),
        "id": entry.id,
        "name": entry.name,
        "mtime": entry.mtime,
        "permission": listed.permission,
        "parent_dir": split(listed.path)[0],
        "starred": listed.is_starred,
    }
    if not entry.is_dir:
        answer["size"] = entry.size
        answer["modifier_email"] = answer["modifier_name"] = entry.modifier
        answer["is_locked"] = bool(listed.lock_owner)
        answer["lock_owner"] = answer["lock_owner_name"] = listed.lock_owner
        answer["locked_by_me"] = listed.lock_owner == actor.username
    return answer


def object_answer(repo_id: str, listed: Listed) -> ObjectInfo:
    """Return an entry as an operation answers with it."""
    entry = listed.entry
    answer: ObjectInfo = {
        "type": kind_of(listed),
        "repo_id": repo_id,
        "parent_dir": split(listed.path)[0],
        "obj_name": entry.name,
        "obj_id": entry.id,
        "mtime": iso_time(entry.mtime),
    }
    if not entry.is_dir:
        answer["size"] = entry.size
        answer["is_locked"] = bool(listed.lock_owner)
    return answer


def kind_of(listed: Listed) -> str:
    """Return the word for what it is."""
    return "dir" if listed.entry.is_dir else "file"
