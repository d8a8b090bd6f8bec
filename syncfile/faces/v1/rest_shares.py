"""Libraries that are shared, and those that others share with the caller."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import shares
from syncfile.faces.http import Call
from syncfile.faces.v1.asked import given
from syncfile.faces.v1.face import face

ShareType = Literal["personal", "group"]
_Permission = Annotated[Literal["r", "rw"], "To read, or to write too"]


class SharedRepo(TypedDict):
    """A library of the caller's in the hands of one account or group."""

    repo_id: str
    repo_name: str
    repo_desc: str
    share_type: ShareType
    permission: _Permission
    encrypted: bool
    user: Annotated[str, "Who has it; of a group the caller"]
    group_id: Annotated[int, "0 for none"]
    group_name: str
    last_modified: Annotated[int, "Seconds"]
    is_virtual: Annotated[bool, "A shared directory"]
    origin_repo_id: Annotated[str | None, "The library that a shared directory is in"]
    origin_path: str | None


class ReceivedRepo(TypedDict):
    """A library that somebody shares with the caller."""

    user: Annotated[str, "Who shares it"]
    repo_id: str
    repo_name: str
    repo_desc: str
    share_type: ShareType
    permission: _Permission
    encrypted: bool
    enc_version: Annotated[int | bool, "false for a plain library"]
    last_modified: Annotated[int, "Seconds"]
    is_virtual: Annotated[bool, "A shared directory"]
    group_id: Annotated[int, "0 for none"]
    group_name: str


@face.route("GET", "/v1/shared-repos/")
def list_shared_repos(call: Call) -> list[SharedRepo]:
    """List who has which library or directory of the caller's, newest share first."""
    return [_shared(call, share) for share in shares.list_shared(call.core, call.actor)]


@face.route("POST", "/v1/shared-repos/")
def share_repo(
    call: Call,
    repo_id: str,
    share_type: ShareType,
    user: Annotated[str | None, "User name or e-mail address, for personal"] = None,
    group_id: Annotated[int | None, "For group"] = None,
    permission: _Permission = "r",
) -> SharedRepo:
    """Share a library with an account or group, or change what a receiver may do; for the owner."""
    if share_type == "personal":
        receiver = shares.account_receiver(call.core, given(user, "user"))
    else:
        receiver = shares.group_receiver(call.core, call.actor, given(group_id, "group_id"))
    return _shared(call, shares.share_repo(call.core, call.actor, repo_id, receiver, permission))


@face.route("DELETE", "/v1/shared-repos/", status=204)
def unshare_repo(
    call: Call,
    repo_id: str,
    share_type: ShareType,
    user: Annotated[str | None, "User name or e-mail address, for personal"] = None,
    group_id: Annotated[int | None, "For group"] = None,
) -> None:
    """Take a library, or a shared directory by its own id, from an account or group; for the owner."""
    if share_type == "personal":
        receiver = shares.account_receiver(call.core, given(user, "user"))
    else:
        receiver = shares.any_group(given(group_id, "group_id"))
    shares.stop_share(call.core, call.actor, repo_id, "/", receiver)


@face.route("GET", "/v1/beshared-repos/")
def list_received_repos(call: Call) -> list[ReceivedRepo]:
    """List what others share with the caller, in person or by a group, newest share first."""
    return [
        {
            "user": share.repo.owner,
            "repo_id": share.repo.id,
            "repo_name": share.repo.name,
            "repo_desc": share.repo.desc,
            "share_type": _share_type(share),
            "permission": share.permission,
            "encrypted": share.repo.is_encrypted,
            "enc_version": share.repo.enc_version or False,
            "last_modified": share.repo.mtime,
            "is_virtual": share.repo.is_virtual,
            "group_id": share.receiver.group_id,
            "group_name": share.receiver.name if share.receiver.group_id else "",
        }
        for share in shares.list_received(call.core, call.actor)
    ]


@face.route("DELETE", "/v1/beshared-repos/", status=204)
def leave_repo(call: Call, repo_id: str) -> None:
    """Give back a library that somebody shared with the caller in person."""
    shares.leave_share(call.core, call.actor, repo_id)


def _share_type(share: shares.Share) -> ShareType:
    return "group" if share.receiver.group_id else "personal"


def _shared(call: Call, share: shares.Share) -> SharedRepo:
    is_group = bool(share.receiver.group_id)
    return {
        "repo_id": share.repo.id,
        "repo_name": share.repo.name,
        "repo_desc": share.repo.desc,
        "share_type": _share_type(share),
        "permission": share.permission,
        "encrypted": share.repo.is_encrypted,
        "user": call.actor.username if is_group else share.receiver.name,
        "group_id": share.receiver.group_id,
        "group_name": share.receiver.name if is_group else "",
        "last_modified": share.repo.mtime,
        "is_virtual": share.repo.is_virtual,
        "origin_repo_id": share.repo.origin_id,
        "origin_path": share.repo.origin_path,
    }
