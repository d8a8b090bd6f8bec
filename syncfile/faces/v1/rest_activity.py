"""What happened lately."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import activity
from syncfile.faces.http import Call
from syncfile.faces.v1.asked import Limit, Start
from syncfile.faces.v1.face import face


class Happening(TypedDict):
    """What became of one path."""

    kind: Annotated[str, "add, modify, rename or delete"]
    type: Literal["file", "dir"]
    path: str
    old_path: Annotated[str | None, "Of a rename: where it was"]


class Event(TypedDict):
    """One commit of a library."""

    repo_id: str
    repo_name: str
    commit_id: str
    user: Annotated[str, "User name"]
    time: Annotated[int, "Seconds"]
    desc: Annotated[str, "What was done"]
    changes: Annotated[list[Happening], "The first of all changes"]
    has_more: Annotated[bool, "There were others"]


class Activities(TypedDict):
    """A page of what happened, newest first."""

    events: list[Event]
    has_more: bool


@face.route("GET", "/v1/activities/")
def list_activities(call: Call, start: Start = 0, limit: Limit = 25) -> Activities:
    """List what happened in every library that the caller may read."""
    found = activity.list_events(call.core, call.actor, start, limit + 1)
    return {"events": [_answer(item) for item in found[:limit]], "has_more": len(found) > limit}


def _answer(event: activity.Event) -> Event:
    return {
        "repo_id": event.repo.id,
        "repo_name": event.repo.name,
        "commit_id": event.commit.id,
        "user": event.commit.creator_name or "",
        "time": event.commit.ctime,
        "desc": event.commit.description,
        "changes": [
            {
                "kind": item.kind,
                "type": "dir" if item.is_dir else "file",
                "path": item.path,
                "old_path": item.old_path,
            }
            for item in event.changes
        ],
        "has_more": event.has_more,
    }
