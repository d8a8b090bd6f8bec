"""What others share with the caller, and with whom the caller's folders are shared."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import shares
from syncfile.errors import BadRequest, NotFound
from syncfile.faces.http import Call
from syncfile.faces.seafile.api2_face import face

_RULE = "/api2/repos/<repo_id>/dir/shared_items/"
_Path = Annotated[str, "Of the folder; / is the library itself"]
_ShareType = Literal["user", "group"]
MAX_RECEIVERS = 1000


class Received(TypedDict):
    """A library that another account shares with the caller."""

    repo_id: str
    repo_name: str
    repo_desc: str
    user: str
    last_modified: int
    share_type: str
    permission: str
    encrypted: bool
    is_virtual: bool


class UserInfo(TypedDict):
    """An account that has the folder."""

    name: str
    nickname: str
    contact_email: str


class GroupInfo(TypedDict):
    """A group that has the folder."""

    id: int
    name: str


class SharedItem(TypedDict, total=False):
    """An account or a group that has the folder."""

    share_type: _ShareType
    permission: str
    is_admin: bool
    user_info: UserInfo
    group_info: GroupInfo


class ShareResult(TypedDict):
    """Who was given the folder and who was not."""

    success: list[SharedItem]
    failed: list[dict[str, str]]


@face.route("GET", "/api2/beshared-repos/")
def list_received(call: Call) -> list[Received]:
    """List what others share with the caller in person."""
    found = shares.list_received(call.core, call.actor)
    return [_received(share) for share in found if share.receiver.account_id]


@face.route("DELETE", "/api2/beshared-repos/<repo_id>/")
def leave(call: Call, repo_id: str) -> dict[str, bool]:
    """Give back a library that was shared with the caller in person."""
    shares.leave_share(call.core, call.actor, repo_id)
    return {"success": True}


@face.route("GET", _RULE)
def list_receivers(
    call: Call, repo_id: str, p: _Path = "/", share_type: Annotated[str, "user, group, or user,group"] = "user,group"
) -> list[SharedItem]:
    """List who has a folder; for the owner of the library."""
    items = [_item(share) for share in shares.list_dir_shares(call.core, call.actor, repo_id, p)]
    return [item for item in items if item["share_type"] in share_type.split(",")]


@face.route("PUT", _RULE)
def share_folder(
    call: Call,
    repo_id: str,
    share_type: _ShareType,
    p: _Path = "/",
    permission: shares.Permission = "r",
    username: Annotated[list[str] | None, "For user: whom to give it"] = None,
    group_id: Annotated[list[str] | None, "For group: whom to give it"] = None,
) -> ShareResult:
    """Share a folder with accounts or groups, each for itself; for the owner of the library."""
    names = (username if share_type == "user" else group_id) or []
    if not 1 <= len(names) <= MAX_RECEIVERS:
        raise BadRequest(f"there must be 1 to {MAX_RECEIVERS} receivers", parameter="username")
    shares.require_sharable(call.core, call.actor, repo_id, p)
    result: ShareResult = {"success": [], "failed": []}
    for name in names:
        try:
            receiver = _receiver(call, share_type, name)
            share = shares.share_dir(call.core, call.actor, repo_id, p, receiver, permission)
            result["success"].append(_item(share))
        except (NotFound, BadRequest) as error:
            key = "email" if share_type == "user" else "group_name"
            result["failed"].append({key: name, "error_msg": error.message})
    return result


@face.route("POST", _RULE)
def change_share(
    call: Call,
    repo_id: str,
    share_type: _ShareType,
    permission: shares.Permission,
    p: _Path = "/",
    username: str = "",
    group_id: int = 0,
) -> dict[str, bool]:
    """Change what a receiver of a folder may do; for the owner of the library."""
    receiver = _given_receiver(call, share_type, username, group_id)
    shares.change_share(call.core, call.actor, repo_id, p, receiver, permission)
    return {"success": True}


@face.route("DELETE", _RULE)
def stop_share(
    call: Call, repo_id: str, share_type: _ShareType, p: _Path = "/", username: str = "", group_id: int = 0
) -> dict[str, bool]:
    """Take a folder from a receiver; for the owner of the library."""
    shares.stop_share(call.core, call.actor, repo_id, p, _given_receiver(call, share_type, username, group_id))
    return {"success": True}


def _receiver(call: Call, share_type: _ShareType, name: str) -> shares.Receiver:
    if share_type == "user":
        return shares.account_receiver(call.core, name)
    if not (name.isascii() and name.isdecimal() and len(name) < 19):
        raise NotFound("there is no such group")
    return shares.group_receiver(call.core, call.actor, int(name))


def _given_receiver(call: Call, share_type: _ShareType, username: str, group_id: int) -> shares.Receiver:
    """Return who has the folder already; of a group the caller may have ceased to be a member."""
    return shares.account_receiver(call.core, username) if share_type == "user" else shares.any_group(group_id)


def _received(share: shares.Share) -> Received:
    repo = share.repo
    return {
        "repo_id": repo.id,
        "repo_name": repo.name,
        "repo_desc": repo.desc,
        "user": repo.owner,
        "last_modified": repo.mtime,
        "share_type": "personal",
        "permission": share.permission,
        "encrypted": repo.is_encrypted,
        "is_virtual": repo.is_virtual,
    }


def _item(share: shares.Share) -> SharedItem:
    name = share.receiver.name
    if share.receiver.group_id:
        group: GroupInfo = {"id": share.receiver.group_id, "name": name}
        return {"share_type": "group", "permission": share.permission, "is_admin": False, "group_info": group}
    user: UserInfo = {"name": name, "nickname": name, "contact_email": ""}
    return {"share_type": "user", "permission": share.permission, "is_admin": False, "user_info": user}
