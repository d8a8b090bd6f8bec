"""What happened lately."""

from typing import Annotated, TypedDict

from syncfile.core import activity, messages
from syncfile.faces.http import Call
from syncfile.faces.v1.asked import Limit, Start
from syncfile.faces.v1.commit_answers import FirstChanges, first_changes_answer
from syncfile.faces.v1.face import face


class Event(FirstChanges):
    """One commit of a library, and the first of what it changed."""

    repo_id: str
    repo_name: str
    commit_id: str
    user: Annotated[str, "User name"]
    time: Annotated[int, "Seconds"]
    desc: Annotated[str, "What was done, in English"]
    kind: Annotated[messages.Kind, "What sort of thing was done; edit of all that is nothing else"]


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
        "kind": messages.kind_of(event.commit.description),
        **first_changes_answer(event.happenings),
    }
