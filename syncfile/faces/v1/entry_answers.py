"""Files and folders as answers show them."""

from collections.abc import Iterable
from typing import Annotated, Literal, NotRequired, TypedDict

from syncfile.core.listing import Listed
from syncfile.core.paths import split
from syncfile.faces.http import Reply
from syncfile.faces.json_lists import HEADERS, json_list


class Entry(TypedDict):
    """A file or folder."""

    id: Annotated[str, "40 hex digits: equal content has an equal id"]
    type: Literal["file", "dir"]
    name: str
    mtime: Annotated[int, "Seconds"]
    permission: Annotated[Literal["r", "rw"], "What the caller may do with it"]
    starred: Annotated[bool, "By the caller"]
    size: NotRequired[Annotated[int, "Bytes; files only"]]
    modifier: NotRequired[Annotated[str, "Name of the account that made this content; files only"]]
    is_locked: NotRequired[Annotated[bool, "Files only"]]
    lock_owner: NotRequired[Annotated[str, "Name of the account that has locked it; files only"]]
    parent_dir: NotRequired[Annotated[str, "The folder that it is in; recursive listings only"]]


def entry_answer(listed: Listed, *, with_parent: bool = False) -> Entry:
    """Return a file or folder as it is shown."""
    entry = listed.entry
    answer: Entry = {
        "id": entry.id,
        "type": "dir" if entry.is_dir else "file",
        "name": entry.name,
        "mtime": entry.mtime,
        "permission": "rw" if listed.permission == "rw" else "r",
        "starred": listed.is_starred,
    }
    if not entry.is_dir:
        answer["size"] = entry.size
        answer["modifier"] = entry.modifier
        answer["is_locked"] = bool(listed.lock_owner)
        answer["lock_owner"] = listed.lock_owner
    if with_parent:
        answer["parent_dir"] = split(listed.path)[0]
    return answer


def list_reply(entries: Iterable[Entry]) -> Reply:
    """Answer with a JSON list of any length, of which only a piece is in memory."""
    return Reply(json_list(entries), headers=HEADERS)
