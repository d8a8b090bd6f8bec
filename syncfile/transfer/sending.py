"""The sending half of a connection: what the worker's thread wrote and what the loop still has to send."""

import logging
import time
from socket import socket as Socket
from typing import TYPE_CHECKING, Any

from waitress.buffers import OverflowableBuffer
from waitress.channel import ClientDisconnected, HTTPChannel

from syncfile.transfer.segments import FileSegments, SegmentError

if TYPE_CHECKING:
    from syncfile.transfer.server import StreamServer

HIGH_WATER_BYTES = 256 * 1024  # of one connection's unsent output; a worker that has more waits
SEND_BYTES = 64 * 1024  # copied out of a buffer for one send

logger = logging.getLogger("syncfile.transfer")


class SendingChannel(HTTPChannel):
    """Sends bytes and file segments; a download holds no thread, and an idle connection no buffer.

    Attributes:
        linger: Nothing of this answer may be lost: see ``StreamChannel``.
        sent_bytes: Since the connection was made.
    """

    logger = logger

    server: "StreamServer"
    socket: Socket | None
    outbufs: list[Any]  # what waitress calls buffers, and FileSegments
    will_close: bool = False

    def __init__(self, server: "StreamServer", sock: Socket, address: tuple[str, int]) -> None:
        self.linger = False
        self._sent_at = time.monotonic()
        self.sent_bytes = 0
        self._waited = 0.0  # by workers for the client to take output, and what it took meanwhile
        self._taken = 0
        self._writing = False  # a worker is inside write_soon, and sends by itself
        self._loading = False  # a worker fetches the next piece of a download
        self._budget = server.options.sendfile_bytes
        super().__init__(server, sock, address, server.adj, map=server.channels)
        self.sendbuf_len = SEND_BYTES  # the kernel's SO_SNDBUF, which waitress takes, can be megabytes

    def writable(self) -> bool:
        # While a worker writes, the loop would only spin on its lock.
        return not (self._writing or self._loading) and bool(super().writable())

    def send_deadline(self) -> float | None:
        """When to give up a client that takes nothing of its answer (monotonic seconds)."""
        return None if self._loading else self._sent_at + self.server.options.send_timeout

    def handle_write(self) -> None:
        self._budget = self.server.options.sendfile_bytes
        super().handle_write()
        if self.outbuf_lock.acquire(blocking=False):
            try:
                self._drop_empty_buffer()
            finally:
                self.outbuf_lock.release()

    def send(self, data: bytes | FileSegments, do_close: bool = True) -> int:
        """Send what the socket takes and return how much; for both the loop and the worker."""
        sock = self.socket
        if sock is None or self.will_close or self._loading:
            return 0
        try:
            sent = self._send_segments(sock, data) if isinstance(data, FileSegments) else self.transmit(sock, data)
        except BlockingIOError:
            return 0
        except SegmentError as error:
            logger.warning("a download was cut: %s", error)
            self.will_close = True
            return 0
        except OSError:  # the client is gone
            self.linger = False
            self.will_close = True
            return 0
        self._sent_at = time.monotonic()
        self.sent_bytes += sent
        return sent

    def transmit(self, sock: Socket, data: bytes) -> int:
        """Send bytes. Raises ``BlockingIOError`` where the socket takes none."""
        return sock.send(data)

    def transmit_segments(self, sock: Socket, segments: FileSegments, most: int) -> int:
        """Send part of the current piece. Raises like ``transmit``, and ``SegmentError``."""
        return segments.sendfile(sock, most)

    def _send_segments(self, sock: Socket, segments: FileSegments) -> int:
        if self._budget <= 0:  # the other connections' turn
            return 0
        if segments.needs_load():
            self._loading = True
            self.server.workers.add(_Load(self, segments))
            return 0
        sent = self.transmit_segments(sock, segments, self._budget)
        self._budget -= sent
        return sent

    def loaded(self, error: SegmentError | None) -> None:
        """The next piece of a download is there, or never will be (the worker's)."""
        if error is not None:
            logger.warning("a download was cut: %s", error)
            self.will_close = True
        self._sent_at = time.monotonic()
        self._loading = False
        self.server.touch(self)

    def _drop_empty_buffer(self) -> None:
        """Give back the last answer's buffer: an idle connection keeps nothing large."""
        if not self.total_outbufs_len and len(self.outbufs) == 1 and self.outbufs[0].buf is not None:
            self.outbufs[0].close()
            self.outbufs = [OverflowableBuffer(self.adj.outbuf_overflow)]
            self.current_outbuf_count = 0

    def write_soon(self, data: bytes | FileSegments) -> int:
        """Send now what the socket takes and leave the rest to the loop (the worker's).

        Raises:
            ClientDisconnected: The connection is closed.
        """
        self._writing = True
        try:
            with self.outbuf_lock:
                self._wait_for_room()
                if not self.connected:
                    raise ClientDisconnected
                if not self.total_outbufs_len:
                    self._sent_at = time.monotonic()
                self._append(data)
                self._budget = self.server.options.sendfile_bytes
                self._flush_exception(self._flush_some, do_close=False)
                self._drop_empty_buffer()
        finally:
            self._writing = False
            if self.total_outbufs_len or self.will_close:
                self.server.touch(self)
        return 0

    def _append(self, data: bytes | FileSegments) -> None:
        if isinstance(data, FileSegments):
            self.outbufs.append(data)
            self.total_outbufs_len += data.remain  # not len(): that ends at 2 GiB on 32 bits
        else:
            self.total_outbufs_len += len(data)
        if isinstance(data, FileSegments) or self.current_outbuf_count >= HIGH_WATER_BYTES:
            self.outbufs.append(OverflowableBuffer(self.adj.outbuf_overflow))
            self.current_outbuf_count = 0
        if not isinstance(data, FileSegments):
            self.outbufs[-1].append(data)
            self.current_outbuf_count += len(data)

    def _wait_for_room(self) -> None:
        """Wait for the client to take what it was sent before; a trickle is not enough to hold a thread."""
        options = self.server.options
        while self.connected and self.total_outbufs_len > HIGH_WATER_BYTES:
            began, sent = time.monotonic(), self.sent_bytes
            self._writing = False
            self.server.touch(self)
            self.outbuf_lock.wait(options.send_timeout)
            self._writing = True
            self._waited += time.monotonic() - began
            self._taken += self.sent_bytes - sent
            if self._waited >= options.send_timeout:
                if self._taken < options.min_download_rate * self._waited:
                    self.will_close = True
                    raise ClientDisconnected
                self._waited, self._taken = 0.0, 0


class _Load:
    """Fetches the next piece of a download in a worker: the store may wait for a disk or a lock, the loop may not."""

    def __init__(self, channel: SendingChannel, segments: FileSegments) -> None:
        self._channel = channel
        self._segments = segments

    def service(self) -> None:
        try:
            self._segments.load()
        except SegmentError as error:
            self._channel.loaded(error)
        else:
            self._channel.loaded(None)

    def abandon(self) -> None:
        self._channel.loaded(SegmentError("a stored block cannot be loaded"))
