"""What happened lately, and what the caller has not read of it."""

from typing import Annotated, TypedDict

from syncfile.core import activity, notifications
from syncfile.core.happenings import Happening
from syncfile.core.paths import split
from syncfile.faces.http import Between, Call
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.seafile.api2_times import iso_time

PAGE_ROWS = 25
_OPERATIONS = {"add": "create", "modify": "edit", "delete": "delete", "rename": "rename"}


class Event(TypedDict, total=False):
    """What became of one path; ``old_path`` and ``old_name`` are told of renames and moves."""

    op_type: str
    obj_type: str
    repo_id: str
    repo_name: str
    commit_id: str
    path: str
    name: str
    old_path: str
    old_name: str
    author_email: str
    author_name: str
    author_contact_email: str
    avatar_url: str
    time: str


@face.route("GET", "/api/v2.1/activities/")
def list_activities(call: Call, page: Annotated[int, "Which page", Between(1, 100_000)] = 1) -> dict[str, list[Event]]:
    """List what happened in every library that the caller may read, newest first."""
    found = activity.list_events(call.core, call.actor, (page - 1) * PAGE_ROWS, PAGE_ROWS)
    return {"events": [_answer(event, item) for event in found for item in event.happenings.changes]}


@face.route("GET", "/api2/unseen_messages/")
def count_unseen(call: Call) -> dict[str, int]:
    """Say how many notifications the caller has not read."""
    return {"count": notifications.count_unread(call.core, call.actor)}


def _answer(event: activity.Event, item: Happening) -> Event:
    folder, name = split(item.path)
    author = event.commit.creator_name or ""
    answer: Event = {
        "op_type": _OPERATIONS[item.kind],
        "obj_type": "dir" if item.is_dir else "file",
        "repo_id": event.repo.id,
        "repo_name": event.repo.name,
        "commit_id": event.commit.id,
        "path": item.path,
        "name": name,
        "author_email": author,
        "author_name": author,
        "author_contact_email": "",
        "avatar_url": "",
        "time": iso_time(event.commit.ctime),
    }
    if item.old_path is not None:
        old_folder, old_name = split(item.old_path)
        answer["op_type"] = "rename" if old_folder == folder else "move"
        answer |= {"old_path": item.old_path, "old_name": old_name}
    return answer
