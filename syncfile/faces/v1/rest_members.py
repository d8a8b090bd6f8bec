"""Members of groups."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import groups
from syncfile.faces.http import Call
from syncfile.faces.v1.face import face

_IsStaff = Annotated[Literal[0, 1], "1 for administrators of the group and its owner"]


class ListedMember(TypedDict):
    """A member in the list of a group."""

    id: Annotated[int, "Of the account"]
    group_id: int
    username: str
    is_staff: _IsStaff


class Member(TypedDict):
    """A member that was added or appointed."""

    id: Annotated[int, "Of the account"]
    name: str
    group_id: int
    is_staff: _IsStaff


class MemberDetail(TypedDict):
    """A member as other members see it."""

    id: Annotated[int, "Of the account"]
    name: str
    email: str
    is_staff: _IsStaff


class AddedMember(TypedDict):
    """One of many that were added."""

    id: Annotated[int, "Of the account"]
    username: str
    group_id: Annotated[str, "As text, in this answer alone"]
    is_staff: _IsStaff


class FailedMember(TypedDict):
    """One of many that was not added, and why not."""

    username: str
    error: str


class AddedMembers(TypedDict):
    """What became of many."""

    failed: list[FailedMember]
    success: list[AddedMember]


def _is_staff(member: groups.Membership) -> Literal[0, 1]:
    return 1 if member.is_admin else 0


def _answer(member: groups.Membership) -> Member:
    return {
        "id": member.account_id,
        "name": member.username,
        "group_id": member.group_id,
        "is_staff": _is_staff(member),
    }


@face.route("GET", "/v1/groups/<id>/members/")
def list_members(call: Call, id: int) -> list[ListedMember]:
    """List the members of a group."""
    return [
        {
            "id": member.account_id,
            "group_id": member.group_id,
            "username": member.username,
            "is_staff": _is_staff(member),
        }
        for member in groups.list_members(call.core, call.actor, id)
    ]


@face.route("POST", "/v1/groups/<id>/members/")
def add_member(call: Call, id: int, target: Annotated[str, "User name"]) -> Member:
    """Add a member; for administrators of the group."""
    return _answer(groups.add_member(call.core, call.actor, id, target))


@face.route("POST", "/v1/groups/<id>/members/batch/")
def add_members(call: Call, id: int, targets: Annotated[list[str], "User names"]) -> AddedMembers:
    """Add many members, each for itself; for administrators of the group."""
    added, failed = groups.add_members(call.core, call.actor, id, targets)
    return {
        "failed": [{"username": username, "error": error} for username, error in failed],
        "success": [
            {
                "id": member.account_id,
                "username": member.username,
                "group_id": str(member.group_id),
                "is_staff": _is_staff(member),
            }
            for member in added
        ],
    }


@face.route("GET", "/v1/groups/<id>/members/<user_id>/")
def get_member(call: Call, id: int, user_id: int) -> MemberDetail:
    """Return one member."""
    member = groups.get_member(call.core, call.actor, id, user_id)
    return {
        "id": member.account_id,
        "name": member.username,
        "email": member.email,
        "is_staff": _is_staff(member),
    }


@face.route("PUT", "/v1/groups/<id>/members/<user_id>/")
def appoint_member(call: Call, id: int, user_id: int, action: Literal["manager", "member"]) -> Member:
    """Make a member an administrator of the group, or a plain member again; for the owner."""
    return _answer(groups.appoint(call.core, call.actor, id, user_id, is_admin=action == "manager"))


@face.route("DELETE", "/v1/groups/<id>/members/<user_id>/", status=204)
def remove_member(call: Call, id: int, user_id: int) -> None:
    """Take a member out of the group, for its administrators; or leave it."""
    groups.remove_member(call.core, call.actor, id, user_id)
