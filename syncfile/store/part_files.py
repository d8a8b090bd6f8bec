"""The beginnings of blocks whose other bytes are still to come: one file each, ``<data folder>/uploads/<id>``."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from storage.local import sync_folder
from syncfile.errors import Busy
from syncfile.store.claims import claim
from syncfile.store.db import translated

#: A file without an upload is removed once it is this old; it is made a moment before its upload is known.
ORPHAN_SECONDS = 3600

_FOLDER_NAME = "uploads"
_PART_BYTES = 256 << 10


class PartFile:
    """The bytes of one unfinished block, in the hands of one writer."""

    def __init__(self, fd: int, path: str) -> None:
        self._fd = fd
        self._path = path
        self._at = 0

    def read(self, offset: int, length: int) -> Iterator[bytes]:
        """Yield stored bytes in parts of at most 256 KiB. Raises ``StoreUnavailable``."""
        with translated():
            while length > 0 and (part := os.pread(self._fd, min(length, _PART_BYTES), offset)):
                yield part
                offset += len(part)
                length -= len(part)

    @property
    def size(self) -> int:
        """The bytes that are there."""
        return os.fstat(self._fd).st_size

    def seek(self, offset: int) -> None:
        """Go on writing at ``offset``. What stands behind it stays until it is written over."""
        self._at = offset

    def write(self, data: bytes | memoryview) -> None:
        """Write bytes behind those that were written last. Raises ``DiskFull``, ``StoreUnavailable``."""
        rest = memoryview(data)
        with translated():
            while rest:
                written = os.pwrite(self._fd, rest, self._at)
                self._at += written
                rest = rest[written:]

    def sync(self) -> None:
        """Bring it to the disk. Raises ``DiskFull``, ``StoreUnavailable``."""
        with translated():
            os.fsync(self._fd)

    def remove(self) -> None:
        """Remove the file. One that cannot be removed is an orphan for the next sweep."""
        with suppress(OSError):
            os.unlink(self._path)


@contextmanager
def hold_part(data_folder: str, name: str) -> Iterator[PartFile]:
    """Hold a part file, an empty one if it is new, against all other threads and processes.

    Raises:
        Busy: Somebody else holds it, or has just removed it.
        DiskFull, StoreUnavailable: The disk fails.
    """
    folder = os.path.join(data_folder, _FOLDER_NAME)
    path = os.path.join(folder, name)
    with translated():
        fd = _open(folder, path)
    try:
        with translated():
            _lock(fd, path)
            _settle(fd, folder)
        yield PartFile(fd, path)
    finally:
        os.close(fd)


def remove_part(data_folder: str, name: str) -> None:
    """Remove a part file; removing what is not there is no error."""
    PartFile(-1, os.path.join(data_folder, _FOLDER_NAME, name)).remove()


def list_orphans(data_folder: str) -> list[str]:
    """Return the names of the part files that are old enough for their uploads to be known."""
    old = time.time() - ORPHAN_SECONDS
    try:
        with os.scandir(os.path.join(data_folder, _FOLDER_NAME)) as found:
            return [item.name for item in found if item.stat().st_mtime < old]
    except FileNotFoundError:
        return []


def _open(folder: str, path: str) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    with suppress(FileNotFoundError):
        return os.open(path, flags, 0o600)
    with suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    return os.open(path, flags, 0o600)


def _settle(fd: int, folder: str) -> None:
    """Bring the names of a file and its folder to the disk: they have to outlive a power cut as the bytes do.

    Before the first byte, and whoever has made them: that one may have been killed before it came to this.
    """
    if os.fstat(fd).st_size == 0:
        sync_folder(folder)
        sync_folder(os.path.dirname(folder))


def _lock(fd: int, path: str) -> None:
    try:
        claim(fd)
    except BlockingIOError:
        raise _busy() from None
    # Whoever held it before may have removed it since it was opened here. FUSE gives a file that is open another name
    # then, so that it still has one.
    try:
        is_there = os.path.samestat(os.stat(path), os.fstat(fd))
    except FileNotFoundError:
        is_there = False
    if not is_there:
        raise _busy()


def _busy() -> Busy:
    return Busy("another piece of this file is on its way", retry_after=1)
