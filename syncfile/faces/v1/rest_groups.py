"""Groups of people who share libraries among each other."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import groups
from syncfile.faces.http import Call
from syncfile.faces.v1.asked import given
from syncfile.faces.v1.face import face


class Group(TypedDict):
    """A group as its members see it."""

    id: int
    name: str
    owner: Annotated[str, "User name"]
    create_at: Annotated[int, "Seconds"]
    admins: Annotated[list[str], "User names of those who add and remove members, the owner among them"]


def _answer(group: groups.Group) -> Group:
    return {
        "id": group.id,
        "name": group.name,
        "owner": group.owner,
        "create_at": group.created_at,
        "admins": list(group.admins),
    }


@face.route("POST", "/v1/groups/", status=201)
def create_group(call: Call, group_name: str) -> Group:
    """Make a group; the caller owns it."""
    return _answer(groups.create_group(call.core, call.actor, group_name))


@face.route("GET", "/v1/groups/")
def list_groups(call: Call) -> list[Group]:
    """List the groups that the caller is in."""
    return [_answer(group) for group in groups.list_groups(call.core, call.actor)]


@face.route("GET", "/v1/groups/<id>/")
def get_group(call: Call, id: int) -> Group:
    """Return a group to one of its members."""
    return _answer(groups.get_group(call.core, call.actor, id))


@face.route("PUT", "/v1/groups/<id>/")
def update_group(
    call: Call,
    id: int,
    action: Literal["rename", "transfer"],
    new_name: Annotated[str | None, "For rename"] = None,
    target: Annotated[str | None, "For transfer: user name of the new owner"] = None,
) -> Group:
    """Rename a group, or make somebody else its owner; for its owner."""
    if action == "rename":
        return _answer(groups.rename_group(call.core, call.actor, id, given(new_name, "new_name")))
    return _answer(groups.transfer_group(call.core, call.actor, id, given(target, "target")))


@face.route("DELETE", "/v1/groups/<id>/", status=204)
def delete_group(call: Call, id: int) -> None:
    """Delete a group; for its owner."""
    groups.delete_group(call.core, call.actor, id)
