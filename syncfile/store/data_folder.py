"""The folder that holds everything: known by its marker, used by one server at a time."""

import errno
import fcntl
import json
import os
import threading
import uuid

from storage.local import sync_folder
from syncfile.errors import Busy, DiskMissing, StoreUnavailable
from syncfile.store.db import raise_translated, translated

MARKER_NAME = "syncfile-store.json"
FORMAT = 1

_LOCK_NAME = "syncfile.lock"
_DATABASE_NAME = "syncfile.db"
_MAX_MARKER_BYTES = 4096
_RETRY_SECONDS = 10
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}
# What a fresh disk may hold before anybody has put anything there.
_OF_THE_SYSTEM = {"lost+found", "System Volume Information", ".Trashes", ".fseventsd", ".Spotlight-V100"}


class FolderInUse(Busy):
    """Another server works with this data folder."""


class UnknownFormat(Exception):
    """The folder was written by a newer SyncFile."""


class DataFolder:
    """The data folder, which may be on a disk that comes and goes.

    Args:
        path: Of the folder.
        require_marker: Never begin a new store: the folder is a mount point, and empty means not mounted.
    """

    def __init__(self, path: str, *, require_marker: bool = False) -> None:
        self.path = os.path.abspath(path)
        self._marker = os.path.join(self.path, MARKER_NAME)
        self._require_marker = require_marker
        self._lock_fd = -1
        self._seen: tuple[int, ...] | None = None
        self._mutex = threading.Lock()
        self.store_id = ""

    @property
    def database_path(self) -> str:
        return os.path.join(self.path, _DATABASE_NAME)

    def open(self) -> None:
        """Find the marker, or make one in a folder that is missing or empty.

        Raises:
            DiskMissing: The marker is missing where one has to be, or cannot be read; nothing was written.
            StoreUnavailable: The disk fails.
            UnknownFormat: The folder is not of this format.
        """
        with translated():
            if not os.path.exists(self._marker):
                self._begin()
        self.store_id = self._read_marker()
        self.check()

    def check(self) -> None:
        """Make sure that this is still the same store, before something is written. Costs one ``stat``.

        Raises:
            DiskMissing: The disk went away, or another one is in its place.
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
            self._seen = seen

    def lock(self) -> None:
        """Claim the folder for this process, until ``close``. Where the file system knows no locks, trust.

        Raises:
            FolderInUse: Another process has claimed it.
            StoreUnavailable: The disk fails.
        """
        with translated():
            fd = os.open(os.path.join(self.path, _LOCK_NAME), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(fd)
            raise FolderInUse("another SyncFile server already works with this data folder") from error
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                os.close(fd)
                raise_translated(error)
        self._lock_fd = fd

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

    def _begin(self) -> None:
        if self._require_marker:
            raise _missing()
        if not os.path.isdir(self.path):
            os.makedirs(self.path, mode=0o700)
            sync_folder(os.path.dirname(self.path))
        tmp = f"{self._marker}.tmp"
        if set(os.listdir(self.path)) - _OF_THE_SYSTEM - {os.path.basename(tmp)}:
            raise _missing()
        with open(tmp, "w", encoding="utf-8") as file:
            json.dump({"store_id": str(uuid.uuid4()), "format": FORMAT}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(tmp, self._marker)
        sync_folder(self.path)

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


def _unavailable(error: OSError) -> StoreUnavailable:
    """Return what it means that the marker cannot be read."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return _missing()
    return StoreUnavailable("the data disk is failing", retry_after=_RETRY_SECONDS)


def _missing() -> DiskMissing:
    return DiskMissing("the data disk is not there, or is not one of ours", retry_after=_RETRY_SECONDS)
