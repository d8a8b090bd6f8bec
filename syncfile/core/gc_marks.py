"""What a collection of garbage has found out so far: a SQLite file of its own, so that memory stays small.

Nothing in it is worth keeping but time: a run that was stopped in order goes on where it was; after a crash the marks,
which were never synced, are thrown away and made anew.
"""

import os
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from storage.local import sync_folder
from syncfile.store.db import translated
from syncfile.store.small_files import write_whole

#: Kinds of what is marked. A block may have the bytes, and so the id, of a directory.
COMMIT, OBJECT, BLOCK = "c", "o", "b"

#: Levels: of history that is not shown any more the objects are kept, for clients that base on it, not the blocks.
OBJECTS_ONLY, WITH_BLOCKS = 0, 1

_FILE_NAME = "gc.db"
_ORDERLY_NAME = "gc.resume"
_CACHE_KIB = 4096
_SCHEMA = """
CREATE TABLE IF NOT EXISTS mark (kind TEXT, id BLOB, level INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (kind TEXT, id BLOB, level INTEGER, PRIMARY KEY (level, kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS garbage (kind TEXT, id BLOB, size INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unkept (
    repo_id TEXT, kind TEXT, id BLOB, since INTEGER, run INTEGER, PRIMARY KEY (repo_id, kind, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT);
"""
_MARK = (
    "INSERT INTO mark (kind, id, level) VALUES (?, ?, ?)"
    " ON CONFLICT (kind, id) DO UPDATE SET level = excluded.level WHERE level < excluded.level"
)
_NOT_KEPT = (
    "INSERT INTO unkept (repo_id, kind, id, since, run) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (repo_id, kind, id) DO UPDATE SET run = excluded.run, since = MIN(since, excluded.since)"
)
_WRITE_NOTE = "INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_LOOK_AT = "INSERT INTO pending (kind, id, level) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


class Marks:
    """The marks of one library at a time, and since when objects of any library have been seen to be unkept.

    Args:
        data_folder: Where the file is, ``gc.db``.
    """

    def __init__(self, data_folder: str) -> None:
        self._path = os.path.join(data_folder, _FILE_NAME)
        self._orderly = os.path.join(data_folder, _ORDERLY_NAME)
        with translated():
            is_orderly = os.path.exists(self._orderly)
            if is_orderly:
                os.unlink(self._orderly)  # from here on a crash means that nothing here can be believed
                sync_folder(data_folder)
            else:
                self.remove()
            self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        return connection

    def remove(self) -> None:
        """Remove the file, which is not open any more."""
        with suppress(FileNotFoundError):
            os.unlink(self._path)

    def close(self, finished_at: int = 0) -> None:
        """Close in order, so that the next run can go on.

        Args:
            finished_at: When all libraries were done, seconds; 0 if that is still to come.
        """
        with translated():
            self._db.execute("COMMIT")
            self._db.close()
            # What says that they can be believed comes when they are on the disk, under their name.
            with open(self._path, "rb") as marks:
                os.fsync(marks.fileno())
            sync_folder(os.path.dirname(self._path))
        write_whole(self._orderly, str(finished_at).encode())

    def discard(self) -> None:
        """Close, and let nobody go on from here."""
        self._db.close()

    def note(self, name: str) -> str:
        """Return what was written down under a name, or ""."""
        row = self._row("SELECT value FROM note WHERE name = ?", name)
        return str(row[0]) if row else ""

    def write_note(self, name: str, value: str) -> None:
        """Write something down, in the place of what was there."""
        self._rows(_WRITE_NOTE, name, value)

    def clear(self) -> None:
        """Forget the marks, for the next library."""
        for table in ("mark", "pending", "garbage"):
            self._rows(f"DELETE FROM {table}")
        self._rows("DELETE FROM note WHERE name IN ('marked', 'missing')")

    def reach(self, kind: str, object_id: str, level: int, *, walk: bool = True) -> bool:
        """Mark what is kept, and tell whether that is news; with ``walk``, what it names is to be looked at later."""
        key = bytes.fromhex(object_id)
        with translated():
            is_new = self._db.execute(_MARK, (kind, key, level)).rowcount > 0
        if is_new and walk:
            self._rows(_LOOK_AT, kind, key, level)
        return is_new

    def is_kept(self, kind: str, object_id: str) -> bool:
        """Tell whether something is marked."""
        return self._row("SELECT 1 FROM mark WHERE kind = ? AND id = ?", kind, bytes.fromhex(object_id)) is not None

    def list_kept(self, kind: str, count: int, after: str) -> list[str]:
        """Return ids of some that are marked, in order, behind ``after``."""
        sql = "SELECT id FROM mark WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"
        return [key.hex() for (key,) in self._rows(sql, kind, bytes.fromhex(after), count)]

    def take_pending(self, count: int) -> list[tuple[str, str, int]]:
        """Return kind, id and level of some that are to be looked at: those first whose blocks are kept."""
        rows = self._rows("SELECT kind, id, level FROM pending ORDER BY level DESC, kind, id LIMIT ?", count)
        return [(kind, key.hex(), level) for kind, key, level in rows]

    def done(self, items: Iterable[tuple[str, str, int]]) -> None:
        """Forget that these were to be looked at."""
        for kind, object_id, level in items:
            key = bytes.fromhex(object_id)
            self._rows("DELETE FROM pending WHERE level = ? AND kind = ? AND id = ?", level, kind, key)

    def add_garbage(self, kind: str, object_id: str, size: int) -> None:
        """Remember something that is to be removed."""
        key = bytes.fromhex(object_id)
        self._rows("INSERT INTO garbage (kind, id, size) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", kind, key, size)

    def take_garbage(self, kind: str, count: int, after: str) -> list[tuple[str, int]]:
        """Return ids and bytes of some that are to be removed, in the order of their ids, behind ``after``."""
        rows = self._rows(
            "SELECT id, size FROM garbage WHERE kind = ? AND id > ? ORDER BY id LIMIT ?",
            *(kind, bytes.fromhex(after), count),
        )
        return [(key.hex(), size) for key, size in rows]

    def forget_garbage(self) -> None:
        """Begin a new list of what is to be removed."""
        self._rows("DELETE FROM garbage")

    def unkept_since(self, repo_id: str, kind: str, object_id: str, now: int, run: int) -> int:
        """Return when an object was first seen that nothing keeps; of one that was kept since, it is ``now``."""
        key = bytes.fromhex(object_id)
        self._rows(_NOT_KEPT, repo_id, kind, key, now, run)
        (since,) = self._row("SELECT since FROM unkept WHERE repo_id = ? AND kind = ? AND id = ?", repo_id, kind, key)
        return int(since)

    def forget_unkept(self, repo_id: str, run: int) -> None:
        """Forget what was not seen again in this run: it is gone, or something keeps it now."""
        self._rows("DELETE FROM unkept WHERE repo_id = ? AND run <> ?", repo_id, run)

    def _rows(self, sql: str, *params: object) -> list[Any]:
        with translated():
            return self._db.execute(sql, params).fetchall()

    def _row(self, sql: str, *params: object) -> Any:
        return next(iter(self._rows(sql, *params)), None)


def last_finished(data_folder: str) -> int:
    """Return when all libraries were done the last time, seconds; 0 if a run is wanted, or was cut off."""
    try:
        with open(os.path.join(data_folder, _ORDERLY_NAME), encoding="ascii") as file:
            return int(file.read(20) or 0)
    except (OSError, ValueError):
        return 0
