"""Files that one account has locked, so that nobody else changes them. Paths are those of the real library."""

from collections.abc import Iterator
from dataclasses import dataclass

from syncfile.core.access import Actor
from syncfile.core.tree import Snapshot, Trees
from syncfile.errors import Locked
from syncfile.store.db import Database

_SELECT = (
    "SELECT file_lock.path, file_lock.account_id, account.username, file_lock.locked_at"
    " FROM file_lock JOIN account ON account.id = file_lock.account_id WHERE file_lock.repo_id = ?"
)


@dataclass(frozen=True, slots=True)
class FileLock:
    """Who locked the file at ``path``, and when, in seconds."""

    path: str
    account_id: int
    username: str
    locked_at: int


def iter_locks(db: Database, repo_id: str) -> Iterator[FileLock]:
    """Yield the locks of a library."""
    for row in db.rows(_SELECT, repo_id):
        yield FileLock(*row)


def locks_below(db: Database, repo_id: str, folder: str) -> list[FileLock]:
    """Return the locks of files below a folder, which is "" for the root."""
    below = (f"{folder}/", f"{folder}0")  # "0" is what follows "/"
    return [FileLock(*row) for row in db.rows(_SELECT + " AND path > ? AND path < ?", repo_id, *below)]


def find_lock(db: Database, repo_id: str, path: str) -> FileLock | None:
    """Return the lock of a file, if it has one."""
    row = db.row(_SELECT + " AND file_lock.path = ?", repo_id, path)
    return FileLock(*row) if row else None


def put_lock(db: Database, repo_id: str, path: str, account_id: int, now: int) -> None:
    """Lock a file, or renew the lock that the account has.

    Raises:
        Locked: Somebody else holds it.
    """
    with db.transaction():
        lock = find_lock(db, repo_id, path)
        if lock is not None and lock.account_id != account_id:
            raise Locked(f"the file is locked by {lock.username}", path=path)
        db.rows(
            "INSERT INTO file_lock (repo_id, path, account_id, locked_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (repo_id, path) DO UPDATE SET locked_at = excluded.locked_at",
            *(repo_id, path, account_id, now),
        )


def drop_lock(db: Database, repo_id: str, path: str) -> None:
    """Unlock a file; unlocking one that is not locked is no error."""
    with db.transaction():
        db.rows("DELETE FROM file_lock WHERE repo_id = ? AND path = ?", repo_id, path)


def require_unlocked(db: Database, trees: Trees, old_root_id: str, new_root_id: str, actor: Actor) -> None:
    """Make sure that a new state of a library changes no file that somebody else has locked.

    Raises:
        Locked: It does; ``path`` tells which.
    """
    before, after = Snapshot(trees, old_root_id), Snapshot(trees, new_root_id)
    for lock in iter_locks(db, trees.repo_id):
        if lock.account_id != actor.account_id and before.find(lock.path) != after.find(lock.path):
            raise Locked(f"the file is locked by {lock.username}", path=lock.path)
