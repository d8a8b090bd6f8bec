"""Libraries and directories that their owner gives to accounts and groups.

A shared directory reaches its receivers as a virtual library: a row with an origin and a path, one for each shared
directory however many have it. A share is always one of a library, real or virtual.
"""

import uuid
from dataclasses import dataclass
from typing import Literal

from syncfile.core import access, audit, removal, users
from syncfile.core.access import READ, Actor, RepoInfo, find_repo, require_account, require_member, require_sharer
from syncfile.core.core import Core
from syncfile.core.notifications import notify
from syncfile.core.paths import clean_path, split
from syncfile.core.repos import snapshot
from syncfile.errors import BadRequest, NotFound

Permission = Literal["r", "rw"]


@dataclass(frozen=True, slots=True)
class Receiver:
    """An account or a group that may be given something; the id of the other one is 0."""

    name: str
    account_id: int = 0
    group_id: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """A library in the hands of a receiver.

    Attributes:
        repo: Virtual where a directory is shared.
        receiver: Who has it.
        permission: What the receiver may do: "r" or "rw".
    """

    repo: RepoInfo
    receiver: Receiver
    permission: Permission


_SELECT = (
    "SELECT share.repo_id, share.account_id, share.group_id, share.permission, account.username, groups.name"
    " FROM share LEFT JOIN account ON account.id = share.account_id LEFT JOIN groups ON groups.id = share.group_id"
)


def account_receiver(core: Core, name: str) -> Receiver:
    """Return the account of this name or e-mail address. Raises ``NotFound``."""
    account = users.find_account_by_name(core, name)
    if account is None:
        raise NotFound(f"User {name} not found.")
    return Receiver(account.username, account_id=account.id)


def group_receiver(core: Core, actor: Actor, group_id: int) -> Receiver:
    """Return a group that the actor is in. Raises ``NotFound``."""
    require_member(core.db, actor, group_id)
    (name,) = core.db.row("SELECT name FROM groups WHERE id = ?", group_id)
    return Receiver(name, group_id=group_id)


def any_group(group_id: int) -> Receiver:
    """Return a group that may have something already, whoever asks: its members may have changed since."""
    return Receiver(f"group {group_id}", group_id=group_id)


def share_repo(core: Core, actor: Actor, repo_id: str, receiver: Receiver, permission: Permission) -> Share:
    """Give a library to a receiver, or change what a receiver that has it may do.

    Raises:
        NotFound, PermissionDenied: The library is not there for the actor, or is somebody else's.
        BadRequest: The receiver is its owner.
    """
    with core.db.transaction():
        repo = require_sharer(core.db, actor, repo_id)
        return _put(core, actor, repo, receiver, permission)


def require_sharable(core: Core, actor: Actor, repo_id: str, path: str) -> None:
    """Ask whether the actor may share a directory, whoever is to have it. Raises as ``share_dir``."""
    repo, path = _owned_dir(core, actor, repo_id, path)
    if repo.is_encrypted and path != "/":
        raise BadRequest("a directory of an encrypted library cannot be shared", parameter="repo_id")


def share_dir(core: Core, actor: Actor, repo_id: str, path: str, receiver: Receiver, permission: Permission) -> Share:
    """Give a directory to a receiver; the root is the library itself. As ``share_repo``.

    Raises:
        NotFound: There is no such directory.
        BadRequest: The library is encrypted, which cannot be shared in part; or the receiver is its owner.
    """
    with core.db.transaction():
        require_sharable(core, actor, repo_id, path)
        repo, path = _owned_dir(core, actor, repo_id, path)
        return _put(core, actor, _virtual(core, repo, path) or _make_virtual(core, repo, path), receiver, permission)


def change_share(
    core: Core, actor: Actor, repo_id: str, path: str, receiver: Receiver, permission: Permission
) -> Share:
    """Change what a receiver of a directory may do. Raises ``NotFound`` if it is not shared with that receiver."""
    with core.db.transaction():
        repo = _shared_dir(core, actor, repo_id, path)
        _require_shared(core, repo, receiver)
        return _put(core, actor, repo, receiver, permission)


def stop_share(core: Core, actor: Actor, repo_id: str, path: str, *receivers: Receiver) -> None:
    """Take a directory, or with ``/`` a library, from receivers. A virtual library that nobody has any more goes.

    Raises:
        NotFound: It is not shared with one of them; then none loses it.
        PermissionDenied: The library is somebody else's.
    """
    with core.db.transaction():
        repo = _shared_dir(core, actor, repo_id, path)
        for receiver in receivers:
            _require_shared(core, repo, receiver)
            _drop(core, actor, repo, receiver)
        removal.drop_unshared(core.db, core.now())


def leave_share(core: Core, actor: Actor, repo_id: str) -> None:
    """Give back a library that was shared with the actor in person. Raises ``NotFound``."""
    receiver = Receiver(actor.username, account_id=require_account(actor))
    with core.db.transaction():
        repo = access.require(core.db, actor, repo_id, READ)
        _require_shared(core, repo, receiver)
        _drop(core, actor, repo, receiver)
        removal.drop_unshared(core.db, core.now())


def list_shared(core: Core, actor: Actor) -> list[Share]:
    """Return what the actor's libraries and directories are shared with, newest first."""
    where = (
        " JOIN repo ON repo.id = share.repo_id LEFT JOIN repo origin ON origin.id = repo.origin_id"
        " WHERE COALESCE(origin.owner_id, repo.owner_id) = ? ORDER BY share.created_at DESC, share.repo_id"
    )
    return _shares(core, where, require_account(actor))


def list_received(core: Core, actor: Actor) -> list[Share]:
    """Return what others share with the actor, in person or by a group, newest first."""
    where = (
        " WHERE (share.account_id = ? OR share.group_id IN (SELECT group_id FROM member WHERE account_id = ?))"
        " ORDER BY share.created_at DESC, share.repo_id"
    )
    account_id = require_account(actor)
    return [share for share in _shares(core, where, account_id, account_id) if share.repo.owner_id != account_id]


def list_dir_shares(core: Core, actor: Actor, repo_id: str, path: str) -> list[Share]:
    """Return who has a directory, or with ``/`` the library. Raises ``NotFound``, ``PermissionDenied``."""
    repo, path = _owned_dir(core, actor, repo_id, path)
    virtual = _virtual(core, repo, path)
    return _shares(core, " WHERE share.repo_id = ? ORDER BY share.created_at", virtual.id) if virtual else []


def _shares(core: Core, where: str, *params: object) -> list[Share]:
    """Return shares of what is there; the directory of a virtual library may be gone for now."""
    found = []
    for repo_id, account_id, group_id, permission, username, group_name in core.db.rows(_SELECT + where, *params):
        repo = find_repo(core.db, repo_id)
        if repo is not None:
            found.append(Share(repo, Receiver(username or group_name, account_id, group_id), permission))
    return found


def _put(core: Core, actor: Actor, repo: RepoInfo, receiver: Receiver, permission: Permission) -> Share:
    if receiver.account_id == repo.owner_id:
        raise BadRequest("a library cannot be shared with its owner", parameter="user")
    is_new = not _is_shared(core, repo, receiver)
    action = "share_create" if is_new else "share_change"
    audit.record(core, actor, action, repo.name, repo_id=repo.id, to=receiver.name, permission=permission)
    core.db.rows(
        "INSERT INTO share (repo_id, account_id, group_id, permission, shared_by, created_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (repo_id, account_id, group_id) DO UPDATE SET permission = excluded.permission",
        *(repo.id, receiver.account_id, receiver.group_id, permission, repo.owner_id, core.now()),
    )
    if is_new:
        _tell(core, actor, repo, receiver)
    return Share(repo, receiver, permission)


def _tell(core: Core, actor: Actor, repo: RepoInfo, receiver: Receiver) -> None:
    account_ids = [receiver.account_id]
    if receiver.group_id:
        rows = core.db.rows("SELECT account_id FROM member WHERE group_id = ?", receiver.group_id)
        account_ids = [account_id for (account_id,) in rows]
    kind, what = ("dir_share", "directory") if repo.is_virtual else ("repo_share", "library")
    content = f'{actor.username} shared the {what} "{repo.name}" with you.'
    notify(core, account_ids, kind, actor, content, repo_id=repo.id, group_id=receiver.group_id, name=repo.name)


def _drop(core: Core, actor: Actor, repo: RepoInfo, receiver: Receiver) -> None:
    core.db.rows(
        "DELETE FROM share WHERE repo_id = ? AND account_id = ? AND group_id = ?",
        *(repo.id, receiver.account_id, receiver.group_id),
    )
    audit.record(core, actor, "share_delete", repo.name, repo_id=repo.id, to=receiver.name)


def _is_shared(core: Core, repo: RepoInfo, receiver: Receiver) -> bool:
    sql = "SELECT 1 FROM share WHERE repo_id = ? AND account_id = ? AND group_id = ?"
    return core.db.row(sql, repo.id, receiver.account_id, receiver.group_id) is not None


def _require_shared(core: Core, repo: RepoInfo, receiver: Receiver) -> None:
    if not _is_shared(core, repo, receiver):
        raise NotFound(f"it is not shared with {receiver.name}")


def _owned_dir(core: Core, actor: Actor, repo_id: str, path: str) -> tuple[RepoInfo, str]:
    """Return the library and the directory as it is stored; from a virtual library, those of its origin."""
    repo = require_sharer(core.db, actor, repo_id)
    library = snapshot(core, repo)
    path = library.resolve(clean_path(path))
    library.directory(path)
    if not repo.is_virtual:
        return repo, path
    origin = require_sharer(core.db, actor, repo.store_id)
    return origin, (repo.prefix + path).rstrip("/")


def _shared_dir(core: Core, actor: Actor, repo_id: str, path: str) -> RepoInfo:
    """Return the library that a share of this directory is one of. Raises ``NotFound`` if there is none."""
    repo = _virtual(core, *_owned_dir(core, actor, repo_id, path))
    if repo is None:
        raise NotFound("the directory is not shared")
    return repo


def _virtual(core: Core, repo: RepoInfo, path: str) -> RepoInfo | None:
    """Return the virtual library of a directory, if it is shared; of the root, the library itself."""
    if path == "/":
        return repo
    sql = "SELECT id FROM repo WHERE origin_id = ? AND origin_path = ? AND deleted_at IS NULL"
    row = core.db.row(sql, repo.id, path)
    return find_repo(core.db, row[0]) if row else None


def _make_virtual(core: Core, repo: RepoInfo, path: str) -> RepoInfo:
    virtual_id, now = str(uuid.uuid4()), core.now()
    core.db.rows(
        "INSERT INTO repo (id, owner_id, name, desc, head_id, created_at, mtime, size, file_count, enc_version,"
        " magic, random_key, salt, public, history_days, history_since, origin_id, origin_path)"
        " VALUES (?, ?, ?, '', ?, ?, ?, 0, 0, 0, '', '', '', '', -1, 0, ?, ?)",
        *(virtual_id, repo.owner_id, split(path)[1], repo.head_id, now, repo.mtime, repo.id, path),
    )
    virtual = find_repo(core.db, virtual_id)
    assert virtual is not None
    return virtual
