"""The folder that holds everything: known by its marker, used by one server at a time."""

import fcntl
import json
import os
import threading
import uuid
from contextlib import suppress

from storage.local import sync_folder
from syncfile.errors import Busy, DiskMissing, StoreUnavailable
from syncfile.store.claims import claim
from syncfile.store.db import raise_translated, translated
from syncfile.store.small_files import write_whole

MARKER_NAME = "syncfile-store.json"
LOCK_NAME = "syncfile.lock"
FORMAT = 1

DATABASE_NAME = "syncfile.db"
_MAX_MARKER_BYTES = 4096
_RETRY_SECONDS = 10
# What a fresh disk may hold before anybody has put anything there.
OF_THE_SYSTEM = {"lost+found", "System Volume Information", ".Trashes", ".fseventsd", ".Spotlight-V100"}


class FolderInUse(Busy):
    """Another server works with this data folder."""


class UnknownFormat(Exception):
    """The folder was written by a newer SyncFile."""


class DataFolder:
    """The data folder, which may be on a disk that comes and goes.

    Args:
        path: Of the folder.
        require_marker: Never begin a new store: the folder is a mount point, and empty means not mounted.
        store_id: Of the one store that is wanted; "" takes any.
    """

    def __init__(self, path: str, *, require_marker: bool = False, store_id: str = "") -> None:
        self.path = os.path.abspath(path)
        self._marker = os.path.join(self.path, MARKER_NAME)
        self._require_marker = require_marker
        self._wanted_id = store_id
        self._lock_fd = -1
        self._seen: tuple[int, ...] | None = None
        self._mutex = threading.Lock()
        self.store_id = ""

    @property
    def database_path(self) -> str:
        return os.path.join(self.path, DATABASE_NAME)

    def open(self) -> None:
        """Find the marker, or make one in a folder that is missing or empty.

        Raises:
            DiskMissing: The marker is missing where one has to be, or cannot be read; nothing was written.
            StoreUnavailable: The disk fails.
            UnknownFormat: The folder is not of this format.
        """
        with translated():
            if not _is_there(self._marker):
                self._begin()
        self.store_id = self._wanted_id or self._read_marker()
        self.check()

    def check(self) -> None:
        """Make sure that this is still the same store, before something is written. Costs one ``stat``.

        Raises:
            DiskMissing: The disk went away, or another one is in its place, or it came back after it was away: what
                was opened before leads nowhere then, and has to be opened again.
            StoreUnavailable: The disk fails.
        """
        try:
            found = os.stat(self._marker)
        except OSError as error:
            raise _unavailable(error) from error
        seen = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        if seen == self._seen:
            return
        with self._mutex:
            if self._read_marker() != self.store_id:
                raise DiskMissing("another disk is in the place of the data disk", retry_after=_RETRY_SECONDS)
            if self._lock_fd >= 0 and not self._is_where_it_was():
                raise DiskMissing("the data disk was away and has to be opened again", retry_after=1)
            self._seen = seen

    def is_there(self) -> bool:
        """Tell whether the store that was opened is still in its place."""
        try:
            self.check()
        except StoreUnavailable:
            return False
        return True

    def lock(self) -> None:
        """Claim the folder for this process, until ``close``. Where the file system knows no locks, trust.

        Raises:
            FolderInUse: Another process has claimed it.
            StoreUnavailable: The disk fails.
        """
        with translated():
            fd = os.open(os.path.join(self.path, LOCK_NAME), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            claim(fd)
        except BlockingIOError as error:
            os.close(fd)
            raise FolderInUse("another SyncFile server already works with this data folder") from error
        except OSError as error:
            os.close(fd)
            raise_translated(error)
        self._lock_fd = fd
        with suppress(OSError):  # on a full disk nobody can ask us to eject it, but all else goes on
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()} {_started(os.getpid())}\n".encode(), 0)

    def disk_usage(self) -> tuple[int, int]:
        """Return the bytes of the disk in all and those that are free to us.

        Raises:
            StoreUnavailable: The disk is not there.
        """
        with translated():
            found = os.statvfs(self.path)
        return found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize

    def close(self) -> None:
        """Give up the claim. Safe to call twice."""
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1

    def _is_where_it_was(self) -> bool:
        """Compare a file that is open with the one of its name: a number of FAT's lasts while the file is open."""
        try:
            found = os.stat(os.path.join(self.path, LOCK_NAME))
        except OSError:
            return False
        return os.path.samestat(found, os.fstat(self._lock_fd))

    def _begin(self) -> None:
        if self._require_marker or self._wanted_id:
            raise _missing()
        _make_folders(self.path)
        if set(os.listdir(self.path)) - OF_THE_SYSTEM - {f"{MARKER_NAME}.tmp"}:
            raise _missing()
        write_marker(self.path, str(uuid.uuid4()))

    def _read_marker(self) -> str:
        try:
            with open(self._marker, "rb") as file:
                fields = json.loads(file.read(_MAX_MARKER_BYTES))
            store_id, format_ = fields["store_id"], fields["format"]
        except OSError as error:
            raise _unavailable(error) from error
        except (ValueError, KeyError, TypeError) as error:
            raise _missing() from error
        if format_ != FORMAT:
            raise UnknownFormat(f"the data folder has format {format_}, but this SyncFile knows {FORMAT} only")
        return str(store_id)


def _is_there(path: str) -> bool:
    """Tell whether there is such a file or folder. Unlike ``os.path.exists``, raises what a failing disk answers."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _make_folders(path: str) -> None:
    """Make a folder and those above it that are missing, all of which are on the disk then."""
    made = []
    while not _is_there(path):
        made.append(path)
        path = os.path.dirname(path)
    for each in reversed(made):
        os.mkdir(each, 0o700)
        sync_folder(os.path.dirname(each))


def find_server(path: str) -> int | None:
    """Return the process id of the server that works with the data folder at ``path``, or was the last that did.

    None if there is no such process on this machine any more: an id that was given anew has another starting time.
    """
    try:
        with open(os.path.join(path, LOCK_NAME), "rb") as file:
            pid, started = map(int, file.read(64).split())
        return pid if _started(pid) == started else None
    except (OSError, ValueError):
        return None


def is_served(path: str) -> bool:
    """Tell whether a server works with the data folder at ``path``. Raises ``StoreUnavailable`` if it is none."""
    with translated():
        fd = os.open(os.path.join(path, LOCK_NAME), os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
    return False


def _started(pid: int) -> int:
    """Return when a process began, in ticks since boot; see proc(5), /proc/pid/stat."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[19])


def write_marker(path: str, store_id: str) -> None:
    """Make a folder a data folder. Raises ``DiskFull``, ``StoreUnavailable``."""
    write_whole(os.path.join(path, MARKER_NAME), json.dumps({"store_id": store_id, "format": FORMAT}).encode())


def _unavailable(error: OSError) -> StoreUnavailable:
    """Return what it means that the marker cannot be read."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return _missing()
    return StoreUnavailable("the data disk is failing", retry_after=_RETRY_SECONDS)


def _missing() -> DiskMissing:
    return DiskMissing("the data disk is not there, or is not one of ours", retry_after=_RETRY_SECONDS)
