"""Answers made of pieces of files, rows and literal bytes, sent without holding more than one piece."""

import errno
import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

PEEK_BYTES = 64 * 1024  # read at a time where sendfile cannot be used

# What sendfile says of the file; all else that it says is of the socket.
DISK_ERRORS = frozenset({errno.EIO, errno.ESTALE})
NO_SENDFILE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})  # some file systems cannot


@dataclass(frozen=True, slots=True)
class FileRange:
    """Part of a file, opened when its turn comes."""

    path: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class BytesRange:
    """Part of something small that ``load`` fetches (in a worker thread) when its turn comes."""

    load: Callable[[], bytes]
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Literal:
    """Bytes that are there already, such as the head of a part of ``multipart/byteranges``."""

    data: bytes

    @property
    def length(self) -> int:
        return len(self.data)


Segment = FileRange | BytesRange | Literal


class SegmentError(OSError):
    """A piece is missing, unreadable or shorter than recorded."""


def _nothing() -> None:
    """What the end of an answer is to nobody."""


class FileSegments:
    """A WSGI response body; the server's loop sends it with ``sendfile``, one open file at a time.

    The first piece is opened at once, so that a missing block is found before the head of the answer is sent.
    Any other WSGI server can iterate over it.

    Args:
        segments: In order; empty ones are allowed.

    Attributes:
        remain: Bytes still to be sent.
        on_close: Called when nothing is read any more.

    Raises:
        SegmentError: From the constructor and any reading method.
    """

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._waiting = deque(segment for segment in segments if segment.length)
        self._fd = -1
        self._data = b""
        self._offset = 0  # in the current piece's file or data
        self._left = 0  # of the current piece
        self._copies = False  # the file system cannot do sendfile
        self._closed = False
        self.on_close: Callable[[], None] = _nothing
        self.remain = sum(segment.length for segment in self._waiting)
        if self.remain:
            self._next()

    def __len__(self) -> int:
        return self.remain

    def __bool__(self) -> bool:
        return self.remain > 0  # len() cannot say more than 2 GiB on 32 bits

    def limit(self, size: int | None) -> int:
        """Send no more than ``size`` bytes; return what is left to send."""
        if size is not None and size < self.remain:
            self.remain = size
        return self.remain

    def needs_load(self) -> bool:
        """Whether the next piece has to be loaded, which may block, before anything can be sent."""
        return self._left == 0 and bool(self._waiting) and isinstance(self._waiting[0], BytesRange)

    def load(self) -> None:
        """Fetch the next piece, for whoever must not do so while sending."""
        self._next()

    def sendfile(self, sock: socket.socket, most: int) -> int:
        """Send up to ``most`` bytes without copying them; they stay current until ``skip``.

        Raises:
            SegmentError: The piece cannot be sent.
            OSError: What the socket says.
        """
        self._ensure()
        if self._fd < 0 or self._copies:
            return sock.send(self.peek(most))
        try:
            sent = os.sendfile(sock.fileno(), self._fd, self._offset, min(self._left, self.remain, most))
        except OSError as error:
            if error.errno in DISK_ERRORS:
                raise SegmentError(f"a stored block cannot be read: {error}") from error
            if error.errno not in NO_SENDFILE:
                raise
            self._copies = True
            return sock.send(self.peek(most))
        return self._some(sent)

    def peek(self, most: int) -> bytes:
        """Return the next bytes (at most 64 KiB) without going past them."""
        self._ensure()
        size = min(self._left, self.remain, most, PEEK_BYTES)
        if self._fd < 0:
            return self._data[self._offset : self._offset + size]
        try:
            data = os.pread(self._fd, size, self._offset)
        except OSError as error:
            raise SegmentError(f"a stored block cannot be read: {error}") from error
        self._some(len(data))
        return data

    def get(self, numbytes: int = -1, skip: bool = False) -> "FileSegments":
        """Return itself: the channel, which asks for the next bytes to send, knows what to do with it."""
        return self

    def skip(self, numbytes: int, allow_prune: bool = False) -> None:
        """Go past bytes that were sent."""
        self._offset += numbytes
        self._left -= numbytes
        self.remain -= numbytes
        if self._left == 0:
            self._drop()

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes (never more than 64 KiB at once), ``b""`` at the end."""
        if not self.remain or size == 0:
            return b""
        data = self.peek(size if size > 0 else PEEK_BYTES)
        self.skip(len(data))
        return data

    def __iter__(self) -> Iterator[bytes]:
        while data := self.read():
            yield data

    def close(self) -> None:
        """Close what is open; may be called twice."""
        self._closed = True
        self.remain = self._left = 0
        self._waiting.clear()
        self._drop()
        self.on_close()

    def _ensure(self) -> None:
        if self._left == 0:
            self._next()

    def _next(self) -> None:
        segment = self._waiting.popleft()
        if isinstance(segment, FileRange):
            self._offset = segment.offset
            try:
                self._fd = os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
            except OSError as error:
                raise SegmentError(f"a stored block cannot be opened: {error}") from error
        elif isinstance(segment, BytesRange):
            self._load(segment)
        else:
            self._data, self._offset = segment.data, 0
        self._left = segment.length

    def _load(self, segment: BytesRange) -> None:
        try:
            data = segment.load()
        except Exception as error:  # whatever the store raises, to the sender it is one thing: no bytes
            raise SegmentError(f"a stored block cannot be loaded: {type(error).__name__}") from error
        if len(data) < segment.offset + segment.length:
            raise SegmentError("a stored block is shorter than recorded")
        if not self._closed:
            self._data, self._offset = data, segment.offset

    def _drop(self) -> None:
        self._data = b""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @staticmethod
    def _some(size: int) -> int:
        if size == 0:
            raise SegmentError("a stored block is shorter than recorded")
        return size
