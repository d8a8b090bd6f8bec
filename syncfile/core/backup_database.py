"""The database of a backup: a copy of one that others may be writing to, and what is to be read of it."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import quote

from storage.local import LocalBackend
from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.errors import DiskFull, StoreUnavailable
from syncfile.store.blocks import BlockStore
from syncfile.store.data_folder import DataFolder
from syncfile.store.db import Database, translated
from syncfile.store.migrations import migrate
from syncfile.store.object_store import ObjectStore
from syncfile.store.page_cache import PageCache

_PAGES = 256  # copied in one step
_CACHE_KIB = 1024
_BESIDE = ("-wal", "-shm", "-journal")
_NO_LOG = b"\x01\x01"  # https://sqlite.org/fileformat2.html#file_format_version_numbers
_NO_LOG_AT = 18
_BUSY_SECONDS = 10.0


def copy_database(source: str, target: str) -> None:
    """Copy a database as it is at one moment, and make sure that the copy is whole and on the disk.

    Others may go on writing where the source has a log; where it has none, they wait until the copy is made. What
    concerns uploads under way is left out: their last bytes are in files of their own.

    Raises:
        DiskFull: There is no room for it; ``target`` was not begun.
        StoreUnavailable: A disk fails, or the source is damaged.
    """
    remove_database(target)
    size = sum(os.path.getsize(path) for path in (source, f"{source}-wal") if os.path.exists(path))
    require_room(os.path.dirname(target), size)
    with translated():
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        _readable(),
        closing(_connect(f"file:{quote(source)}?mode=ro")) as old,
        closing(_connect(f"file:{quote(target)}")) as new,
    ):
        old.execute("BEGIN")
        old.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # all that is read from here on is of one moment
        new.execute("PRAGMA journal_mode = OFF").fetchone()
        new.execute("PRAGMA synchronous = OFF")
        old.backup(new, pages=_PAGES)
        old.execute("ROLLBACK")
    _finish(target)


def _finish(path: str) -> None:
    with _readable():
        with open(path, "r+b") as file:
            file.seek(_NO_LOG_AT)
            file.write(_NO_LOG)  # the copy has all that was in the source's log, and can be read without one
        with closing(_connect(f"file:{quote(path)}")) as new:
            new.execute("PRAGMA synchronous = OFF")
            require_whole(new)
            with suppress(sqlite3.OperationalError):  # of a database of another version; that is told later
                new.execute("DELETE FROM upload_session")
        with open(path, "rb") as file:
            os.fsync(file.fileno())


def require_whole(database: sqlite3.Connection) -> None:
    """Let SQLite check a database. Raises ``StoreUnavailable``."""
    with _readable():
        if database.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("it is damaged")


def require_room(folder: str, size: int) -> None:
    """Raise ``DiskFull`` unless a disk has room for so many bytes."""
    with translated():
        found = os.statvfs(folder)
    if found.f_bavail * found.f_frsize < size:
        free = found.f_bavail * found.f_frsize
        raise DiskFull(f"there is no room in {folder}: {size} bytes are needed and {free} are free")


def remove_database(path: str) -> None:
    """Remove a database with what SQLite keeps beside it; what is not there is no error."""
    for ending in ("", *_BESIDE):
        with translated(), suppress(FileNotFoundError):
            os.unlink(path + ending)


def settle_database(path: str) -> None:
    """Bring what SQLite keeps beside a database into it: it must not meet another database of the same name."""
    if any(os.path.exists(path + ending) for ending in _BESIDE):
        with translated(), closing(_connect(f"file:{quote(path)}")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            database.execute("PRAGMA journal_mode = DELETE").fetchone()


@contextmanager
def open_copy(folder: str, database_path: str, clock: Callable[[], float]) -> Iterator[Core]:
    """Yield a store whose database is a copy in this folder, brought to the newest schema.

    Args:
        clock: Tells the time by which its libraries forget their past, seconds.

    Raises:
        UnknownSchema: A newer SyncFile made it.
        StoreUnavailable: The disk fails.
    """
    pragmas: list[tuple[str, object]] = [
        ("journal_mode", "delete"),
        ("synchronous", "FULL"),
        ("cache_size", -_CACHE_KIB),
        ("temp_store", "MEMORY"),
    ]
    db = Database(database_path, pragmas=pragmas, busy_timeout=_BUSY_SECONDS, check=lambda: None)
    try:
        migrate(db)
        yield Core(
            config=Config(),
            folder=DataFolder(folder),
            db=db,
            # A page that one library has whole must not stand for the one that another has.
            objects=ObjectStore(db, PageCache(0)),
            blocks=BlockStore(db, LocalBackend(folder)),
            clock=clock,
        )
    finally:
        db.close_all()


@contextmanager
def _readable() -> Iterator[None]:
    """Tell of a database that SQLite cannot make sense of, and of disks that fail. Raises ``StoreUnavailable``."""
    try:
        with translated():
            yield
    except sqlite3.DatabaseError:
        raise StoreUnavailable("the database is damaged, run syncfile fsck") from None


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    except sqlite3.Error:  # it is no database
        connection.close()
        raise
    return connection
