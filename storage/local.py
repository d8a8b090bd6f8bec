"""Blocks as files of this machine: ``<folder>/blocks/<repo_id>/ab/cdef…``, written in ``<folder>/tmp``.

Needs nothing of the file system but atomic rename: hard links are used where they exist, permissions and the case of
letters never. A written block is on the disk, with its name, before ``commit`` returns.
"""

import errno
import itertools
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO

from storage.backend import BlockMissing, Key, Stat

_BLOCK_ID = re.compile(r"[0-9a-f]{40}")
_REPO_ID = re.compile(r"[0-9a-f-]{36}")
_COPY_BYTES = 1 << 24  # in one call to the kernel
_MOST_SETTLED = 1024  # folders remembered, of some 100 bytes each
_ATTEMPTS = 20  # at a folder that a running gc takes away again because it is empty


class LocalBackend:
    """Keeps every object in a file of its own.

    Args:
        folder: An existing folder. ``blocks`` and ``tmp`` are made in it by ``prepare`` alone, so that nothing is
            written beside the disk when that goes away.
        check: Raises what it likes where that is not the same folder any more; asked before anything is written.
    """

    def __init__(self, folder: str, check: Callable[[], None] = lambda: None) -> None:
        self._check = check
        self._folder = os.path.abspath(folder)
        self._blocks = os.path.join(self._folder, "blocks")
        self._tmp = os.path.join(self._folder, "tmp")
        self._settled: set[str] = set()  # folders whose names are known to be on the disk
        self._numbers = itertools.count()

    def stat(self, key: Key) -> Stat | None:
        try:
            found = os.stat(self.path(key))
        except FileNotFoundError:
            return None
        return Stat(found.st_size, found.st_mtime)

    def open(self, key: Key, offset: int = 0) -> BinaryIO:
        try:
            file = open(self.path(key), "rb")  # noqa: SIM115 # the caller closes it
        except FileNotFoundError:
            raise BlockMissing(key) from None
        file.seek(offset)
        return file

    def create(self) -> "LocalWriter":
        self._check()
        path = os.path.join(self._tmp, f"{os.getpid()}-{next(self._numbers)}-{os.urandom(4).hex()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        fd = os.open(path, flags, 0o600)
        return LocalWriter(self, fd, path)

    def touch(self, key: Key) -> None:
        self._check()
        try:
            os.utime(self.path(key))
        except FileNotFoundError:
            raise BlockMissing(key) from None

    def delete(self, key: Key) -> None:
        self._check()
        path = self.path(key)
        with suppress(FileNotFoundError):
            os.unlink(path)
        # A folder costs a whole cluster, so those of a deleted repo must go; one that is not empty stays by itself.
        with suppress(OSError):
            os.rmdir(os.path.dirname(path))
            os.rmdir(os.path.join(self._blocks, key.repo_id))

    def list(self, repo_id: str, after: str = "") -> Iterator[tuple[str, Stat]]:
        repo_folder = os.path.join(self._blocks, repo_id)
        for start in sorted(_names(repo_folder)):
            if start < after[:2]:
                continue
            for rest in sorted(_names(os.path.join(repo_folder, start))):
                block_id = start + rest
                if block_id > after and _BLOCK_ID.fullmatch(block_id) and (found := self.stat(Key(repo_id, block_id))):
                    yield block_id, found

    def path(self, key: Key) -> str:
        """Return the path of the file that holds this object, or would hold it.

        Raises:
            ValueError: No key looks like this; nothing outside of the folder is ever named.
        """
        if not (_REPO_ID.fullmatch(key.repo_id) and _BLOCK_ID.fullmatch(key.block_id)):
            raise ValueError(f"this is not the key of a block: {key}")
        return f"{self._blocks}/{key.repo_id}/{key.block_id[:2]}/{key.block_id[2:]}"

    def copy(self, source: Key, target: Key) -> None:
        """Publish an object under a second key: a hard link where there are such, else a copy made by the kernel."""
        self._check()
        try:
            if self._link(self.path(source), self.path(target)):
                return
            with self.open(source) as file:
                writer = self.create()
                try:
                    writer.append_file(file.fileno())
                    writer.commit(target)
                finally:
                    writer.abort()
        except FileNotFoundError:
            raise BlockMissing(source) from None

    def prepare(self) -> int:
        """Make the folders, remove what unfinished writes have left, and return how many. For the one that writes here.

        Any other process only reads, or writes besides, and leaves this alone.
        """
        for folder in (self._blocks, self._tmp):
            self._make_folder(folder)
        names = _names(self._tmp)
        for name in names:
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(self._tmp, name))
        return len(names)

    def publish(self, tmp_path: str, size: int, key: Key) -> None:
        """Give a written and synced file its name. For ``LocalWriter``."""
        self._check()
        path = self.path(key)
        if self._refresh(path, size):
            os.unlink(tmp_path)
        else:
            self._in_folder(path, lambda: os.replace(tmp_path, path))
        self._settle(path)

    def _refresh(self, path: str, size: int) -> bool:
        try:
            if os.stat(path).st_size != size:
                return False  # torn: a file system without a journal can leave it so
            os.utime(path)  # not only looked at: gc may be sweeping
        except FileNotFoundError:
            return False
        return True

    def _link(self, source: str, target: str) -> bool:
        os.utime(source)
        try:
            self._in_folder(target, lambda: os.link(source, target))
        except FileExistsError:
            if os.stat(target).st_size != os.stat(source).st_size:
                return False
        except OSError as error:
            if error.errno in _NO_LINKS:
                return False
            raise
        self._settle(target)
        return True

    def _settle(self, path: str) -> None:
        """Bring the name of a file to the disk, and those of the folders it is in, before anybody is told that it is.

        Also where all of it was there already: who made it may be another thread that has not come to this yet, or
        was killed before.
        """
        folder = os.path.dirname(path)
        sync_folder(folder)
        while folder not in self._settled and folder != self._folder:
            parent = os.path.dirname(folder)
            sync_folder(parent)
            if len(self._settled) >= _MOST_SETTLED:
                self._settled.clear()
            self._settled.add(folder)
            folder = parent

    def _in_folder(self, path: str, action: Callable[[], None]) -> None:
        """Do what puts a file at ``path``; its folder and that of its repo are made if it turns out that they must."""
        folder = os.path.dirname(path)
        for _ in range(_ATTEMPTS):
            try:
                return action()
            except FileNotFoundError:
                with suppress(FileNotFoundError):
                    self._make_folder(os.path.dirname(folder))
                    self._make_folder(folder)
        return action()

    def _make_folder(self, path: str) -> None:
        self._settled.discard(path)  # before it is there, so that nobody takes it for the one that a gc took away
        with suppress(FileExistsError):
            os.mkdir(path, 0o700)


class LocalWriter:
    """A file in ``tmp`` that has no name in the store yet."""

    def __init__(self, backend: LocalBackend, fd: int, path: str) -> None:
        self._backend = backend
        self._fd = fd
        self._path = path
        self._size = 0

    def write(self, chunk: bytes | memoryview) -> None:
        rest = memoryview(chunk)
        while rest:
            written = os.write(self._fd, rest)
            self._size += written
            rest = rest[written:]

    def append_file(self, source_fd: int) -> None:
        """Append a whole file, without a byte passing through this process."""
        while sent := os.sendfile(self._fd, source_fd, self._size, _COPY_BYTES):
            self._size += sent

    def commit(self, key: Key) -> None:
        os.fsync(self._fd)
        self._close()
        self._backend.publish(self._path, self._size, key)
        self._path = ""

    def abort(self) -> None:
        self._close()
        if self._path:
            with suppress(OSError):  # what cannot be removed now goes at the next start; the reason was told already
                os.unlink(self._path)
            self._path = ""

    def _close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)


# What link() answers where there are no hard links, and for a file that cannot have more of them.
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK}


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def sync_folder(path: str) -> None:
    """Bring the names in a folder to the disk, where the file system can."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:  # FAT and its kin cannot sync a folder
            raise
    finally:
        os.close(fd)
