"""What the caller should hear of."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypedDict

from syncfile.core import notifications
from syncfile.faces.http import Call
from syncfile.faces.v1.asked import Limit, Start
from syncfile.faces.v1.face import face

#: The document filters by ``share_repo`` and answers ``repo_share``; both are understood.
_Filter = Literal[
    "share_repo", "repo_share", "share_dir", "dir_share", "group_join", "group_remove", "group_transfer", ""
]
_KINDS = {"share_repo": "repo_share", "share_dir": "dir_share"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Notification(TypedDict):
    """One thing to hear of."""

    id: int
    to_user: str
    msg_type: Annotated[str, "repo_share, dir_share, group_join, group_remove or group_transfer"]
    msg_from: Annotated[str, "User name"]
    content: Annotated[str, "A sentence for people"]
    timestamp: Annotated[str, "ISO 8601, UTC, with microseconds"]
    is_read: bool
    facts: Annotated[dict[str, Any], "For programs: repo_id, group_id"]


class Unread(TypedDict):
    """How many there are to read."""

    unread: int


@face.route("GET", "/v1/notifications/")
def list_notifications(
    call: Call,
    msg_type: Annotated[_Filter, "Only of this kind"] = "",
    start: Start = 0,
    limit: Limit = notifications.KEPT,
) -> list[Notification]:
    """List the caller's notifications, newest first."""
    found = notifications.list_notifications(call.core, call.actor, _KINDS.get(msg_type, msg_type), start, limit)
    return [
        {
            "id": item.id,
            "to_user": item.receiver,
            "msg_type": item.kind,
            "msg_from": item.sender,
            "content": item.content,
            "timestamp": _iso(item.created_us),
            "is_read": item.is_read,
            "facts": item.facts,
        }
        for item in found
    ]


@face.route("DELETE", "/v1/notifications/", status=204)
def delete_notifications(call: Call) -> None:
    """Delete all of the caller's notifications."""
    notifications.delete_notifications(call.core, call.actor)


@face.route("GET", "/v1/notifications/unread/")
def count_unread(call: Call) -> Unread:
    """Tell how many notifications the caller has not read."""
    return {"unread": notifications.count_unread(call.core, call.actor)}


@face.route("DELETE", "/v1/notifications/unread/", status=204)
def mark_read(call: Call) -> None:
    """Note that the caller has read all notifications."""
    notifications.mark_read(call.core, call.actor)


def _iso(microseconds: int) -> str:
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
