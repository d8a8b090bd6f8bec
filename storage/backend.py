"""Bytes under keys. A backend knows nothing of users, paths or commits.

A backend of local files lets ``OSError`` through as the system raised it: what it means is decided by its callers.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, Protocol, runtime_checkable


class Key(NamedTuple):
    """Where one block lives."""

    repo_id: str  # UUID text, 36 characters
    block_id: str  # SHA-1 of the stored bytes, 40 lower-case hex digits


class Stat(NamedTuple):
    """What a backend knows of one object."""

    size: int  # bytes
    mtime: float  # seconds since the epoch; gc spares the young


class BlockMissing(LookupError):
    """No block is stored under this key."""


class Writer(Protocol):
    """One object being written; unseen by readers until ``commit``."""

    def write(self, chunk: bytes | memoryview) -> None:
        """Append bytes; the backend keeps no reference to ``chunk``."""

    def commit(self, key: Key) -> None:
        """Publish under ``key``, atomically and for good. An object of this size already there is made young again."""

    def abort(self) -> None:
        """Forget what was written. Safe to call twice, after a failed write and after ``commit``."""


class Backend(Protocol):
    """All that a storage backend has to be. Any method may be called from any thread."""

    def stat(self, key: Key) -> Stat | None:
        """Return size and age, or None where there is no such object."""

    def open(self, key: Key, offset: int = 0) -> BinaryIO:
        """Open for reading from ``offset`` bytes. Raises ``BlockMissing``."""

    def create(self) -> Writer:
        """Start a new object; its id need be known only at ``commit``."""

    def touch(self, key: Key) -> None:
        """Make young again, so that a running gc spares it. Raises ``BlockMissing``."""

    def delete(self, key: Key) -> None:
        """Remove; removing what is not there is no error."""

    def list(self, repo_id: str, after: str = "") -> Iterator[tuple[str, Stat]]:
        """Yield ``(block_id, stat)`` of every published block whose id is behind ``after``, in the order of ids."""


@runtime_checkable
class LocalFiles(Protocol):
    """What a backend can do besides, where each object is a file of this machine. Ask with ``isinstance``."""

    def path(self, key: Key) -> str:
        """Return the path of the file that holds this object, or would hold it."""

    def copy(self, source: Key, target: Key) -> None:
        """Publish an object under a second key without reading it. Raises ``BlockMissing``."""
