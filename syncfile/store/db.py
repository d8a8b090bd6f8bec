"""The metadata database: one SQLite file, one connection per thread, one writer at a time."""

import errno
import fcntl
import os
import sqlite3
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, NoReturn

import peewee

from syncfile.errors import Busy, DiskFull, StoreUnavailable, SyncFileError

_CHECKPOINT_PAGES = 1000  # of 4 KiB: after that many the log is copied into the database
# On what SQLite calls SHARED_FIRST (os.h); struct flock as in fcntl(2): type, whence, start, length, no process.
_READ_LOCK = struct.pack("hhqqi", fcntl.F_RDLCK, os.SEEK_SET, 0x40000002, 510, 0)
_LOG_BYTES = 8 << 20  # what is left of the log file after a transaction that was larger
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_NO_DISK = {errno.EROFS, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ENOTCONN, errno.ESTALE}
_MESSAGES: tuple[tuple[str, type[SyncFileError]], ...] = (
    ("database or disk is full", DiskFull),
    ("is locked", Busy),
    ("readonly", StoreUnavailable),
    ("disk i/o error", StoreUnavailable),
    ("unable to open", StoreUnavailable),
    ("is malformed", StoreUnavailable),  # SQLite says so where read(2) answers EIO (SQLITE_IOERR_CORRUPTFS)
)


def translate(error: Exception) -> SyncFileError | None:
    """Return what an error of the system or of SQLite means to a client; None where it is not about disk or locks."""
    kind: type[SyncFileError] | None = None
    if isinstance(error, OSError):
        kind = DiskFull if error.errno in _NO_ROOM else StoreUnavailable if error.errno in _NO_DISK else None
    elif isinstance(error, (sqlite3.DatabaseError, peewee.DatabaseError)):
        text = str(error).lower()
        kind = next((kind for part, kind in _MESSAGES if part in text), None)
    if kind is DiskFull:
        return DiskFull("the disk is full")
    if kind is Busy:
        return Busy("the database is busy", retry_after=1)
    if kind is StoreUnavailable:
        return StoreUnavailable("the data disk is missing, read-only or failing", retry_after=5)
    return None


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the system and of SQLite that a client should hear about into ours; others pass.

    Raises:
        DiskFull, Busy, StoreUnavailable: See ``translate``.
    """
    try:
        yield
    except (OSError, sqlite3.Error, peewee.DatabaseError) as error:
        raise_translated(error)


def raise_translated(error: Exception) -> NoReturn:
    """Raise what ``translate`` makes of an error, or the error itself."""
    raise translate(error) or error from error.__cause__


class Database(peewee.SqliteDatabase):
    """Peewee's database with a connection for each thread, a door for writers, and errors of ours."""

    def __init__(
        self, path: str, *, pragmas: list[tuple[str, object]], busy_timeout: float, check: Callable[[], None]
    ) -> None:
        self.written_at = 0.0  # when something was last changed, seconds of ``time.monotonic``
        self._check = check
        self._write_lock = threading.RLock()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._connections_lock = threading.Lock()
        self._identity = (0, 0)  # of the file, by which its descriptors are known
        # Not the thread that uses it closes a connection at the end, hence check_same_thread.
        super().__init__(path, pragmas=pragmas, timeout=busy_timeout, check_same_thread=False)

    @contextmanager
    def transaction(self, *_: object) -> Iterator[None]:  # type: ignore[override] # peewee only enters and leaves it
        """Hold the right to write from here to the commit. Inside another transaction of this thread, join that one.

        The lock of this process is taken before SQLite's, so that no thread ever polls for the other.

        Raises:
            DiskFull, Busy, StoreUnavailable: Nothing was written.
        """
        self._check()
        with translated(), self._write_lock:
            changes = self._thread_connection().total_changes
            with super().transaction("IMMEDIATE"):
                yield
            if self._thread_connection().total_changes != changes:
                self.written_at = time.monotonic()

    def rollback(self) -> None:
        """Undo the running transaction, unless SQLite has: it does so by itself where the disk is full or failing."""
        if self._thread_connection().in_transaction:
            super().rollback()

    def execute_sql(self, sql: str, params: Any = None) -> sqlite3.Cursor:
        with translated():
            cursor: sqlite3.Cursor = super().execute_sql(sql, params)  # type: ignore[no-untyped-call] # of peewee
            return cursor

    def rows(self, sql: str, *params: object) -> list[Any]:
        """Run one statement and return all its rows as tuples. Twenty times as fast as a query built by peewee."""
        try:
            return self._thread_connection().execute(sql, params).fetchall()
        except sqlite3.Error as error:
            raise_translated(error)

    def row(self, sql: str, *params: object) -> Any:
        """Run one statement and return its first row as a tuple, or None."""
        found = self.rows(sql, *params)
        return found[0] if found else None

    def checkpoint(self) -> None:
        """Bring all that is in the log into the database. Raises ``StoreUnavailable``."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def close_all(self, *, is_there: bool = True) -> None:
        """Close the connections of all threads, none of which may be using the database any more.

        Args:
            is_there: False if the disk was pulled: what is in the file's place now is left alone.
        """
        with self._connections_lock:
            if not is_there:
                _keep_log(self._identity)
        self.close()
        with self._connections_lock:
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()

    def _thread_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = self.connection()  # type: ignore[no-untyped-call] # of peewee
        return connection

    def _connect(self) -> sqlite3.Connection:
        self._check()  # what is at this path now may be the database of another disk, or none, which SQLite would make
        with translated():
            connection: sqlite3.Connection = super()._connect()  # type: ignore[misc] # a hook that the stubs leave out
            found = os.stat(self.database)
        with self._connections_lock:
            self._identity = (found.st_dev, found.st_ino)
            for thread in [thread for thread in self._connections if not thread.is_alive()]:
                self._connections.pop(thread).close()
            self._connections[threading.current_thread()] = connection
        return connection


def _keep_log(identity: tuple[int, int]) -> None:
    """Keep SQLite from removing the log by its name, as it does with the last connection that is closed.

    At that name another disk may be by now. What is kept from writing all of the file does not remove its log, and is
    kept so by a lock for reading that is not this process's own (fcntl(2), open file description locks).
    """
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # closed meanwhile
            found = os.fstat(int(name))
            if (found.st_dev, found.st_ino) == identity:
                fcntl.fcntl(int(name), fcntl.F_OFD_SETLK, _READ_LOCK)


def open_database(
    path: str,
    *,
    cache_bytes: int = 256 << 10,
    busy_timeout: float = 10.0,
    check: Callable[[], None] = lambda: None,
) -> Database:
    """Open the database file, made if it is missing. Its schema is for ``migrations``.

    Args:
        path: Of the database file.
        cache_bytes: For the pages of each thread's connection.
        busy_timeout: Seconds to wait for the writer of another process.
        check: Raises ``StoreUnavailable`` where the file is not on its disk any more; asked before each connection and
            each change.

    Raises:
        StoreUnavailable: The disk fails. A missing folder shows when the database is used.
    """
    with translated():
        journal_mode = _journal_mode(path)
    pragmas: list[tuple[str, object]] = [
        ("journal_mode", journal_mode),
        ("synchronous", "FULL"),
        ("cache_size", -(cache_bytes >> 10)),
        ("temp_store", "MEMORY"),
        ("mmap_size", 0),
        ("wal_autocheckpoint", _CHECKPOINT_PAGES),
        ("journal_size_limit", _LOG_BYTES),
    ]
    database = Database(path, pragmas=pragmas, busy_timeout=busy_timeout, check=check)
    return database


def _journal_mode(path: str) -> str:
    """Return ``wal`` where the file system can share memory between connections, else ``truncate``."""
    return "wal" if _is_wal(path) or _can_wal(f"{path}.probe-{os.getpid()}") else "truncate"


def _is_wal(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(20)[18:] == b"\x02\x02"  # https://sqlite.org/fileformat2.html#the_database_header
    except FileNotFoundError:
        return False


def _can_wal(probe: str) -> bool:
    """Try it with another file: a database that was made a log in vain cannot be opened any more."""
    try:
        with closing(sqlite3.connect(probe, isolation_level=None)) as connection:
            answer = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.execute("CREATE TABLE probe (x INTEGER)")
    except sqlite3.OperationalError:
        return False
    finally:
        for name in (probe, f"{probe}-wal", f"{probe}-shm"):
            with suppress(OSError):
                os.unlink(name)
    return bool(answer == ("wal",))
