"""Encrypted libraries: created, unlocked for an hour of use, given another password."""

import re
import uuid
from dataclasses import replace

from syncfile.core import audit, crypto, messages
from syncfile.core.access import READ, Actor, RepoInfo, require, require_account, require_owner
from syncfile.core.core import Core
from syncfile.core.crypto import Encryption
from syncfile.core.heads import advance, new_commit, root_of
from syncfile.core.ownership import clean_desc, clean_repo_name
from syncfile.core.repos import create_repo
from syncfile.core.tree import Trees
from syncfile.errors import AlreadyExists, BadRequest

#: What every sync client can open.
DEFAULT_VERSION = 2
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def create_encrypted(
    core: Core,
    actor: Actor,
    name: str,
    desc: str,
    password: str,
    version: int = DEFAULT_VERSION,
    *,
    public: str = "",
) -> RepoInfo:
    """Create an empty encrypted library of the actor and unlock it for them. The password is not kept.

    Args:
        version: 2 or 4.
        public: What every account that knows the password may do in it: "", "r" or "rw".

    Raises:
        BadRequest: There is no such version, the password is empty, or name or description cannot be a library's.
        NotAuthenticated: The actor has no account.
    """
    core.folder.check()
    name, desc = clean_repo_name(name), clean_desc(desc)
    repo_id = str(uuid.uuid4())
    encryption = crypto.new_encryption(password, repo_id, version)
    with core.db.transaction():
        create_repo(core, require_account(actor), name, desc, repo_id=repo_id, encryption=encryption)
        core.db.rows("UPDATE repo SET public = ? WHERE id = ?", public, repo_id)
        audit.record(core, actor, "repo_create", name, repo_id=repo_id, public=public)
    repo = require(core.db, actor, repo_id, READ)
    key = crypto.unlock(encryption, repo_id, password)
    assert key is not None
    core.keys.put(repo, actor, key)
    return repo


def adopt_encrypted(core: Core, actor: Actor, repo_id: str, name: str, desc: str, encryption: Encryption) -> RepoInfo:
    """Create an empty encrypted library whose id and keys a client has made, so that its password stays there.

    Raises:
        BadRequest: The id is no UUID, or name or description cannot be a library's.
        AlreadyExists: The id is, or once was, another library's.
        NotFound: The actor has no account.
    """
    if not _UUID.fullmatch(repo_id):
        raise BadRequest("the id of a library must be a UUID", parameter="repo_id")
    core.folder.check()
    name, desc = clean_repo_name(name), clean_desc(desc)
    with core.db.transaction():
        if core.db.row("SELECT 1 FROM repo WHERE id = ?", repo_id) is not None:
            raise AlreadyExists("there is a library of this id", parameter="repo_id")
        audit.record(core, actor, "repo_create", name, repo_id=repo_id, public="")
        return create_repo(core, actor.account_id or 0, name, desc, repo_id=repo_id, encryption=encryption)


def unlock(core: Core, actor: Actor, repo_id: str, password: str) -> None:
    """Let the actor use an encrypted library until an hour after the last use.

    Raises:
        NotFound: There is no such library for this actor.
        BadRequest: The password is wrong, or the library is not encrypted (``reason="plain"``).
        TooMany: Too many wrong passwords.
    """
    repo = require(core.db, actor, repo_id, READ)
    encryption = encryption_of(repo)
    with core.throttle.check("library", actor.address, repo.store_id) as attempt:
        key = crypto.unlock(encryption, repo.store_id, password)
        if key is None:
            attempt.failed()
            raise _wrong_password("password")
        attempt.succeeded()
    core.keys.put(repo, actor, key)


def change_password(core: Core, actor: Actor, repo_id: str, old: str, new: str) -> None:
    """Give an encrypted library of the actor another password; everybody else has to unlock it again.

    Raises:
        NotFound, PermissionDenied: It is not the actor's.
        BadRequest: The old password is wrong, the new one empty, or the library is not encrypted.
        TooMany: Too many wrong passwords.
    """
    require_owner(core.db, actor, repo_id)
    with core.locks.hold(repo_id):
        repo = require_owner(core.db, actor, repo_id)
        with core.throttle.check("library", actor.address, repo_id) as attempt:
            encryption = crypto.change_password(encryption_of(repo), repo_id, old, new)
            if encryption is None:
                attempt.failed()
                raise _wrong_password("old_password")
            attempt.succeeded()
        _commit(core, repo, actor, encryption)
    core.keys.forget(repo)
    unlock(core, actor, repo_id, new)


def encryption_of(repo: RepoInfo) -> Encryption:
    """Return what an encrypted library's commits carry. Raises ``BadRequest`` if it is not encrypted."""
    if not repo.is_encrypted:
        raise BadRequest("the library is not encrypted", reason="plain")
    return Encryption(repo.enc_version, repo.magic, repo.random_key, repo.salt)


def _commit(core: Core, repo: RepoInfo, actor: Actor, encryption: Encryption) -> None:
    changed = replace(repo, magic=encryption.magic, random_key=encryption.random_key)
    root_id = root_of(core, repo)
    with core.db.transaction():
        advance(
            core,
            repo,
            Trees(core.objects, repo.id),
            new_commit(core, changed, root_id, actor.username, messages.REKEYED),
            actor,
        )
        core.db.rows(
            "UPDATE repo SET magic = ?, random_key = ? WHERE id = ?",
            *(encryption.magic, encryption.random_key, repo.id),
        )
        audit.record(core, actor, "repo_password", repo.name, repo_id=repo.id)


def _wrong_password(parameter: str) -> BadRequest:
    return BadRequest("the password is wrong", parameter=parameter, reason="password")
