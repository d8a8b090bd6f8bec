"""Directories that are shared: each reaches its receivers as a library of its own."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import shares
from syncfile.errors import BadRequest, NotFound, SyncFileError
from syncfile.faces.http import Call
from syncfile.faces.v1.asked import given
from syncfile.faces.v1.face import face

_MAX_TARGETS = 1000
_Permission = Annotated[Literal["r", "rw"], "To read, or to write too"]
_Path = Annotated[str, "Of the directory; / is the library itself"]
_RULE = "/v1/repos/<repo_id>/dirs/shared/"


class UserShare(TypedDict):
    """An account that has the directory."""

    username: str
    share_type: Literal["user"]
    permission: _Permission


class GroupShare(TypedDict):
    """A group that has the directory."""

    share_type: Literal["group"]
    id: int
    name: str
    permission: _Permission


class DirShares(TypedDict):
    """Who has the directory."""

    users: list[UserShare]
    groups: list[GroupShare]


class FailedUser(TypedDict):
    """An account that was not given the directory, and why not."""

    username: str
    error_msg: str


class FailedGroup(TypedDict):
    """A group that was not given the directory, and why not."""

    group_name: str
    error_msg: str


class DirShareResult(TypedDict):
    """Who was given the directory and who was not."""

    failed: list[FailedUser | FailedGroup]
    success: list[UserShare | GroupShare]


@face.route("GET", _RULE)
def list_dir_shares(
    call: Call,
    repo_id: str,
    p: _Path = "/",
    share_type: Literal["user", "group", "all"] = "all",
) -> DirShares:
    """List who has a directory; for the owner of the library."""
    found = shares.list_dir_shares(call.core, call.actor, repo_id, p)
    return {
        "users": [_user(share) for share in found if not share.receiver.group_id and share_type != "group"],
        "groups": [_group(share) for share in found if share.receiver.group_id and share_type != "user"],
    }


@face.route("POST", _RULE)
def share_dir(
    call: Call,
    repo_id: str,
    share_type: Literal["user", "group"],
    targets: Annotated[list[str], "User names, or ids of groups"],
    p: _Path = "/",
    permission: _Permission = "r",
) -> DirShareResult:
    """Share a directory with many accounts or groups, each for itself; for the owner of the library."""
    if len(targets) > _MAX_TARGETS:
        raise BadRequest(f"the parameter targets must not name more than {_MAX_TARGETS}", parameter="targets")
    shares.require_sharable(call.core, call.actor, repo_id, p)
    result: DirShareResult = {"failed": [], "success": []}
    for target in targets:
        try:
            receiver = _target(call, share_type, target)
            share = shares.share_dir(call.core, call.actor, repo_id, p, receiver, permission)
        except (NotFound, BadRequest) as error:
            result["failed"].append(_failure(share_type, target, error))
        else:
            result["success"].append(_group(share) if share_type == "group" else _user(share))
    return result


@face.route("PUT", _RULE)
def change_dir_share(
    call: Call,
    repo_id: str,
    share_type: Literal["user", "group"],
    p: _Path = "/",
    target: Annotated[str | None, "User name, for user"] = None,
    group_id: Annotated[int | None, "For group"] = None,
    permission: _Permission = "r",
) -> UserShare | GroupShare:
    """Change what a receiver of a directory may do; for the owner of the library."""
    if share_type == "group":
        receiver = shares.any_group(given(group_id, "group_id"))
        return _group(shares.change_share(call.core, call.actor, repo_id, p, receiver, permission))
    receiver = shares.account_receiver(call.core, given(target, "target"))
    return _user(shares.change_share(call.core, call.actor, repo_id, p, receiver, permission))


@face.route("DELETE", _RULE, status=204)
def stop_dir_share(
    call: Call,
    repo_id: str,
    p: _Path = "/",
    share_type: Literal["user", "group", "all"] = "all",
    target: Annotated[str | None, "User name"] = None,
    group_id: int | None = None,
) -> None:
    """Take a directory from an account, a group, or one of each; for the owner of the library."""
    receivers = []
    if share_type == "user" or (share_type == "all" and target is not None):
        receivers.append(shares.account_receiver(call.core, given(target, "target")))
    if share_type == "group" or (share_type == "all" and group_id is not None):
        receivers.append(shares.any_group(given(group_id, "group_id")))
    if not receivers:
        raise BadRequest("the parameter target or group_id is missing", parameter="target")
    shares.stop_share(call.core, call.actor, repo_id, p, *receivers)


def _target(call: Call, share_type: str, target: str) -> shares.Receiver:
    if share_type == "user":
        return shares.account_receiver(call.core, target)
    if not (target.isascii() and target.isdigit() and len(target) < 19):
        raise NotFound("Group is not found.")
    return shares.group_receiver(call.core, call.actor, int(target))


def _failure(share_type: str, target: str, error: SyncFileError) -> FailedUser | FailedGroup:
    if share_type == "user":
        return {"username": target, "error_msg": error.message}
    return {"group_name": target, "error_msg": "Group is not found."}


def _user(share: shares.Share) -> UserShare:
    return {"username": share.receiver.name, "share_type": "user", "permission": share.permission}


def _group(share: shares.Share) -> GroupShare:
    return {
        "share_type": "group",
        "id": share.receiver.group_id,
        "name": share.receiver.name,
        "permission": share.permission,
    }
