"""The caller's groups, in the several ways that clients ask for them."""

from typing import TypedDict

from syncfile.core import groups
from syncfile.faces.http import Call
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.seafile.api2_times import iso_time


class OlderGroup(TypedDict):
    """A group; ``ctime`` and ``mtime`` are seconds, and messages in groups are no more."""

    id: int
    name: str
    creator: str
    ctime: int
    mtime: int
    msgnum: int


class Group(TypedDict):
    """A group, as newer clients ask for it."""

    id: int
    name: str
    owner: str
    admins: list[str]
    created_at: str
    parent_group_id: int
    avatar_url: str


@face.route("GET", "/api2/groups/")
def list_groups(call: Call) -> dict[str, object]:
    """List the caller's groups."""
    return {"replynum": 0, "groups": _older(call)}


@face.route("GET", "/api2/groupandcontacts/")
def list_groups_and_contacts(call: Call) -> dict[str, object]:
    """List the caller's groups; nobody has a list of contacts."""
    return {"contacts": [], "groups": _older(call), "newreplies": [], "umsgnum": 0, "gmsgnum": 0, "replynum": 0}


@face.route("GET", "/api/v2.1/groups/")
def list_groups_in_detail(call: Call) -> list[Group]:
    """List the caller's groups."""
    return [_group(item) for item in groups.list_groups(call.core, call.actor)]


def _older(call: Call) -> list[OlderGroup]:
    return [
        {
            "id": item.id,
            "name": item.name,
            "creator": item.owner,
            "ctime": item.created_at,
            "mtime": item.created_at,
            "msgnum": 0,
        }
        for item in groups.list_groups(call.core, call.actor)
    ]


def _group(item: groups.Group) -> Group:
    return {
        "id": item.id,
        "name": item.name,
        "owner": item.owner,
        "admins": list(item.admins),
        "created_at": iso_time(item.created_at),
        "parent_group_id": 0,
        "avatar_url": "",
    }
