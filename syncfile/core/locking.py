"""Locking a file, so that nobody else changes it, and giving it free again."""

from syncfile.core import audit, file_locks
from syncfile.core.access import WRITE, Actor, RepoInfo, require, require_account
from syncfile.core.core import Core
from syncfile.core.paths import clean_path
from syncfile.core.repos import snapshot
from syncfile.errors import Locked


def lock_file(core: Core, actor: Actor, repo_id: str, path: str) -> None:
    """Lock the file at ``path`` for the actor; a lock that it has already is renewed.

    Raises:
        NotFound: There is no such file for this actor.
        PermissionDenied: The actor may only read it.
        Locked: Somebody else holds it.
    """
    repo, stored_path = _locate(core, actor, repo_id, path)
    file_locks.put_lock(core.db, repo.store_id, stored_path, require_account(actor), core.now())


def unlock_file(core: Core, actor: Actor, repo_id: str, path: str) -> None:
    """Unlock the file at ``path``; one that is not locked stays so. The library's owner may unlock anybody's.

    Raises:
        NotFound, PermissionDenied, Locked: As ``lock_file``.
    """
    repo, stored_path = _locate(core, actor, repo_id, path)
    with core.db.transaction():
        lock = file_locks.find_lock(core.db, repo.store_id, stored_path)
        if lock is not None and actor.account_id not in (lock.account_id, repo.owner_id):
            raise Locked(f"the file is locked by {lock.username}", path=path)
        file_locks.drop_lock(core.db, repo.store_id, stored_path)
        if lock is not None and lock.account_id != actor.account_id:
            audit.record(core, actor, "lock_break", path, repo_id=repo.id, holder=lock.username)


def _locate(core: Core, actor: Actor, repo_id: str, path: str) -> tuple[RepoInfo, str]:
    """Return the library and the file's path in the tree that really holds it."""
    repo = require(core.db, actor, repo_id, WRITE)
    tree = snapshot(core, repo)
    path = clean_path(path)
    tree.file(path)
    return repo, repo.prefix + tree.resolve(path)
