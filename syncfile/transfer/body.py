"""Request bodies read straight from the client's socket by the thread that wants them.

Nothing is spooled: a read returns what the kernel has, or waits for the client within limits. The two readers
are raw streams in the sense of :mod:`io`: a read may be short, and ``b""`` comes only at the proper end.
"""

import io
import math
import re
import select
import time
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK_LINE_BYTES = 4096  # a chunk's size and extensions
TRAILER_BYTES = 16 * 1024
CHUNKED_READ_BYTES = 64 * 1024  # of raw input held while a chunked body is taken apart
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?")

Received = TypeVar("Received", bytes, int)


class BodyError(OSError):
    """The request body cannot be read to its end.

    Attributes:
        status: What an application that has no better idea may answer; empty where nobody is left to hear it.
    """

    status = "400 Bad Request"


class BodyTimeout(BodyError):
    """The client sends too slowly or not at all."""

    status = "408 Request Timeout"


class BodyDisconnected(BodyError):
    """The client went away before the end of its body."""

    status = ""


class BodyTooLarge(BodyError):
    """More than ``max_body_bytes`` arrived (a chunked body does not say its size beforehand)."""

    status = "413 Content Too Large"


class BadBody(BodyError):
    """The chunked framing is broken (RFC 9112 section 7.1)."""


class ByteSocket(Protocol):
    """A non-blocking source of bytes: ``BlockingIOError`` where none are there yet, nothing at the end."""

    def recv(self, size: int, /) -> bytes: ...
    def recv_into(self, buffer: memoryview, size: int, /) -> int: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


class Wire:
    """The client's end of one body: waits for bytes, but neither for ever nor for a trickle.

    Only time spent waiting for the client counts, so a slow disk never looks like a slow client.

    Args:
        idle_seconds: Longest wait for one byte, and the window over which the rate is averaged.
        min_rate: Bytes per second.
        on_first_read: Called once before the first read (``100 Continue``).
        on_received: Called with the number of bytes of each read.
    """

    def __init__(
        self,
        sock: ByteSocket,
        idle_seconds: float,
        min_rate: int,
        on_first_read: Callable[[], None] | None,
        on_received: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._sock = sock
        self._idle_seconds = idle_seconds
        self._min_rate = min_rate
        self._on_first_read = on_first_read
        self._on_received = on_received
        self._poll: select.poll | None = None
        self._waited = 0.0
        self._received = 0

    def recv(self, size: int) -> bytes:
        """Return between 1 and ``size`` bytes. Raises ``BodyTimeout``, ``BodyDisconnected``."""
        return self._take(lambda: self._sock.recv(size), len)

    def recv_into(self, buffer: memoryview) -> int:
        """Fill at least one byte of ``buffer``, return how many. Raises like ``recv``."""
        return self._take(lambda: self._sock.recv_into(buffer, len(buffer)), int)

    def announce_nothing(self) -> None:
        """Do not send ``100 Continue`` any more: the answer's head is on its way."""
        self._on_first_read = None

    def close(self) -> None:
        self._sock.close()

    def _take(self, receive: Callable[[], Received], count: Callable[[Received], int]) -> Received:
        if self._on_first_read is not None:
            announce, self._on_first_read = self._on_first_read, None
            announce()
        while True:
            try:
                got = receive()
            except BlockingIOError:
                self._wait()
            except OSError as error:
                raise BodyDisconnected("the client disconnected in the middle of the body") from error
            else:
                break
        if not got:
            raise BodyDisconnected("the client disconnected in the middle of the body")
        self._received += count(got)
        self._on_received(count(got))
        return got

    def _wait(self) -> None:
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self._sock.fileno(), select.POLLIN)
        began = time.monotonic()
        if not self._poll.poll(math.ceil(self._idle_seconds * 1000)):
            raise BodyTimeout("the body stopped arriving")
        self._waited += time.monotonic() - began
        if self._waited >= self._idle_seconds:
            if self._received < self._min_rate * self._waited:
                raise BodyTimeout("the body arrives too slowly")
            self._waited, self._received = 0.0, 0


class BodyStream(io.RawIOBase):
    """What both readers share: where they are, and whether the connection can be used again.

    Attributes:
        finished: The whole body was read.
        rest: What arrived behind the body's end: the head of the next request.
    """

    def __init__(self, wire: Wire, early: bytes) -> None:
        self.wire = wire
        self.finished = False
        self.rest = b""
        self._early = early
        self._at = 0  # of _early

    def readable(self) -> bool:
        return True

    def readall(self) -> bytes:
        """Return all that is left, however much that is. Raises ``BodyError``."""
        return b"".join(iter(lambda: self.read(CHUNKED_READ_BYTES), b""))

    def close(self) -> None:
        if not self.closed:
            self.wire.close()
        super().close()

    @abstractmethod
    def read(self, size: int | None = -1) -> bytes:
        """Return up to ``size`` bytes, ``b""`` at the end. Raises ``BodyError``."""

    def _buffered(self, size: int) -> bytes:
        """Take up to ``size`` bytes of what has arrived already."""
        piece = self._early[self._at : self._at + size]
        self._at += len(piece)
        if self._at == len(self._early):
            self._early, self._at = b"", 0
        return piece

    def _finish(self) -> None:
        self.finished = True
        self.rest, self._early, self._at = self._early[self._at :], b"", 0


class LengthBody(BodyStream):
    """A body of a known length; never takes a byte behind its end off the socket.

    Args:
        early: Bytes that came with the head; those behind the body's end are left in ``rest``.
        length: Bytes, from ``Content-Length``.
        read_bytes: Most that one read returns.
    """

    def __init__(self, wire: Wire, early: bytes, length: int, read_bytes: int) -> None:
        super().__init__(wire, early)
        self._left = length
        self._read_bytes = read_bytes

    def read(self, size: int | None = -1) -> bytes:
        """Return up to ``size`` bytes, ``b""`` at the end. Raises ``BodyError``."""
        if size is None or size < 0:
            return self.readall()
        most = min(size, self._left, self._read_bytes)
        if most == 0:
            return b""
        data = self._buffered(most) if self._early else self.wire.recv(most)
        self._count(len(data))
        return data

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill ``buffer`` from its start, return how many bytes, 0 at the end. Raises ``BodyError``."""
        view = memoryview(buffer).cast("B")[: min(self._left, self._read_bytes)]
        if not view:
            return 0
        if self._early:
            data = self._buffered(len(view))
            view[: len(data)] = data
            got = len(data)
        else:
            got = self.wire.recv_into(view)
        self._count(got)
        return got

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left == 0:
            self._finish()


class ChunkedBody(BodyStream):
    """A body in chunks (RFC 9112 section 7.1); chunk extensions and trailers are read over and dropped.

    Strict where laxness has been used to smuggle requests: lines end in CR LF, sizes are 1 to 16 hex digits.

    Args:
        max_bytes: Of the decoded body; 0 is no limit.
    """

    def __init__(self, wire: Wire, early: bytes, max_bytes: int) -> None:
        super().__init__(wire, early)
        self._max_bytes = max_bytes
        self._total = 0
        self._left = 0  # of the current chunk
        self._between = False  # the CR LF that ends the current chunk is still to come
        self._error: BodyError | None = None

    def read(self, size: int | None = -1) -> bytes:
        """Return up to ``size`` bytes, ``b""`` at the end. Raises ``BodyError``."""
        if size is None or size < 0:
            return self.readall()
        if self._error is not None:
            raise self._error
        try:
            return self._read(size)
        except BodyError as error:
            self._error = error
            raise

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill ``buffer`` from its start, return how many bytes, 0 at the end. Raises ``BodyError``."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _read(self, size: int) -> bytes:
        pieces: list[bytes] = []
        # Tiny chunks are gathered as long as that needs no waiting.
        while size and not self.finished and (self._early or not pieces):
            if self._left == 0:
                self._next_chunk()
                continue
            if not self._early:
                self._early = self.wire.recv(CHUNKED_READ_BYTES)
            piece = self._buffered(min(size, self._left))
            self._left -= len(piece)
            size -= len(piece)
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _next_chunk(self) -> None:
        if self._between:
            self._line(2)
        match = _CHUNK_LINE.fullmatch(self._line(CHUNK_LINE_BYTES))
        if match is None:
            raise BadBody("a chunk has no valid size")
        self._left = int(match[1], 16)
        self._between = True
        self._total += self._left
        if self._max_bytes and self._total > self._max_bytes:
            raise BodyTooLarge("the body is larger than what is accepted")
        if self._left == 0:
            self._skip_trailers()
            self._finish()

    def _skip_trailers(self) -> None:
        room = TRAILER_BYTES
        while line := self._line(room):
            room -= len(line) + 2

    def _line(self, most: int) -> bytes:
        """Take one line without its CR LF, of ``most`` bytes with it."""
        while (end := self._early.find(b"\n", self._at, self._at + most)) < 0:
            if len(self._early) - self._at >= most:
                raise BadBody("a line of the chunked framing is too long")
            self._early, self._at = self._early[self._at :] + self.wire.recv(CHUNKED_READ_BYTES), 0
        line = self._buffered(end + 1 - self._at)
        if not line.endswith(b"\r\n"):
            raise BadBody("a line of the chunked framing does not end in CR LF")
        return line[:-2]
