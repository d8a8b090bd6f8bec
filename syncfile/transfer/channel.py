"""One connection. The loop reads heads and sends answers; a worker thread runs the request in between.

Everything here runs in the loop's thread but for what is marked as the worker's.
"""

import logging
import time
from contextlib import suppress
from socket import SHUT_RDWR, SHUT_WR
from socket import socket as Socket
from typing import TYPE_CHECKING, Any

from waitress.buffers import OverflowableBuffer
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.task import Task

from syncfile.transfer.body import BodyStream, ByteSocket, ChunkedBody, LengthBody, Wire
from syncfile.transfer.parser import Refusal, StreamParser
from syncfile.transfer.segments import FileSegments, SegmentError
from syncfile.transfer.task import StreamErrorTask, StreamTask

if TYPE_CHECKING:
    from syncfile.transfer.server import StreamServer

HIGH_WATER_BYTES = 256 * 1024  # of one connection's unsent output; a worker that has more waits
SEND_BYTES = 64 * 1024  # copied out of a buffer for one send
LINGER_READ_BYTES = 64 * 1024
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

logger = logging.getLogger("syncfile.transfer")


class StreamChannel(HTTPChannel):
    """A connection of a :class:`~syncfile.transfer.server.StreamServer`.

    Attributes:
        client: Whom the limits of one address are counted against; None is a trusted proxy.
        linger: At the end, discard what the client still sends before closing, or the answer is lost to a reset.
        in_line: The request waits for a transfer thread.
        parked: The next pipelined request waits until the client has taken the answer before.
    """

    logger = logger
    parser_class = StreamParser
    task_class = StreamTask
    error_task_class = StreamErrorTask
    server: "StreamServer"
    socket: Socket | None
    requests: list[StreamParser]
    outbufs: list[Any]  # what waitress calls buffers, and FileSegments
    will_close: bool = False

    def __init__(self, server: "StreamServer", sock: Socket, addr: tuple[str, int], client: str | None) -> None:
        self.client = client
        self.linger = self.in_line = self.parked = False
        now = time.monotonic()
        self._linger_until = 0.0
        self._head_since: float | None = now  # a new connection has to say something soon
        self._body_since = now
        self._active_at = now
        self._sent_at = now
        self._sent_bytes = 0
        self._waited = 0.0  # by workers for the client to take output, and what it took meanwhile
        self._taken = 0
        self._writing = False  # a worker is inside write_soon, and sends by itself
        self._loading = False  # a worker fetches the next piece of a download
        self._budget = server.options.sendfile_bytes
        super().__init__(server, sock, addr, server.adj, map=server.channels)
        self.sendbuf_len = SEND_BYTES  # the kernel's SO_SNDBUF, which waitress takes, can be megabytes

    # What the loop waits for

    def readable(self) -> bool:
        return bool(self._linger_until) or bool(super().readable())

    def writable(self) -> bool:
        # While a worker writes, the loop would only spin on its lock.
        if self._linger_until or self._writing or self._loading:
            return False
        return bool(super().writable())

    def buffered(self) -> bool:
        """Whether input has been taken off the socket already, so that the socket will not announce it."""
        return False

    @property
    def idle(self) -> bool:
        """Nothing has been asked that is not answered."""
        return not (self.requests or self.total_outbufs_len or self._linger_until)

    def deadline(self) -> float | None:
        """When to give this connection up (monotonic seconds), None while the application has its turn."""
        options = self.server.options
        if self._linger_until:
            return self._linger_until
        if self._loading:
            return None
        if self.total_outbufs_len:
            return self._sent_at + options.send_timeout
        if self.requests:
            return None
        if self._in_body:
            return self._body_since + options.small_body_timeout
        if self._head_since is not None:
            return self._head_since + options.header_timeout
        return self._active_at + options.idle_timeout

    # Input

    def handle_read(self) -> None:
        while True:
            data = self.receive(LINGER_READ_BYTES if self._linger_until else self.adj.recv_bytes)
            if data is None:
                return
            if not data:
                return self.cut()
            if not self._linger_until:
                self.received(data)
            if not (self.buffered() and self.readable()):
                return

    def receive(self, size: int) -> bytes | None:
        """Return what the client sent, ``b""`` when it is gone, None when there is nothing yet."""
        if self.socket is None:
            return b""
        try:
            return self.socket.recv(size)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def received(self, data: bytes) -> None:
        """Parse input (the loop's; the worker's for what a body's reader took too much)."""
        now = self._active_at = time.monotonic()
        if self._head_since is None:
            self._head_since = now
        was_in_body = self._in_body
        super().received(data)
        if self._in_body and not was_in_body:
            self._body_since = now
        if self.requests:
            self._head_since = None

    @property
    def _in_body(self) -> bool:
        return self.request is not None and self.request.headers_finished

    # Output

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
        except OSError as error:
            if not isinstance(error, ConnectionError):
                logger.warning("a connection was cut: %s", error)
            self.linger = False
            self.will_close = True
            return 0
        self._sent_at = time.monotonic()
        self._sent_bytes += sent
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

    # The end

    def handle_close(self) -> None:
        """Close; after an early answer only once the client has stopped sending or taken too long."""
        if self.linger and self.socket is not None and not self.total_outbufs_len:
            self.linger = self.will_close = self.close_when_flushed = False
            with suppress(OSError):
                self.end_output(self.socket)
                self._linger_until = time.monotonic() + self.server.options.linger_timeout
                return
        self._linger_until = 0.0
        super().handle_close()

    def end_output(self, sock: Socket) -> None:
        """Tell the client that nothing more is coming."""
        sock.shutdown(SHUT_WR)

    def cut(self) -> None:
        """Close now, and let a worker that reads the body or writes the answer find out."""
        self.linger = False
        if self.socket is not None:
            with suppress(OSError):
                # Not SSLSocket.shutdown(): it drops the SSL object, and a worker would read ciphertext as a body.
                Socket.shutdown(self.socket, SHUT_RDWR)
        self.handle_close()

    def del_channel(self, map: object = None) -> None:
        self.server.forget(self, self._fileno)
        super().del_channel(map)

    # The worker's

    def open_body(self, request: StreamParser) -> BodyStream:
        """Return the reader of a request's body (the worker's)."""
        options = self.server.options
        on_first_read = self._send_continue if request.want_continue else None
        wire = Wire(self.body_socket(), options.body_timeout, options.min_upload_rate, on_first_read)
        early, request.early = request.early, b""
        if request.chunked:
            return ChunkedBody(wire, early, options.max_body_bytes)
        return LengthBody(wire, early, request.content_length, options.read_bytes)

    def body_socket(self) -> ByteSocket:
        """Return the client's socket under its own descriptor, which the loop cannot close."""
        if self.socket is None:
            raise ClientDisconnected
        return self.socket.dup()

    def _send_continue(self) -> None:
        self.write_soon(CONTINUE)

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
            began, sent = time.monotonic(), self._sent_bytes
            self._writing = False
            self.server.touch(self)
            self.outbuf_lock.wait(options.send_timeout)
            self._writing = True
            self._waited += time.monotonic() - began
            self._taken += self._sent_bytes - sent
            if self._waited >= options.send_timeout:
                if self._taken < options.min_download_rate * self._waited:
                    self.will_close = True
                    raise ClientDisconnected
                self._waited, self._taken = 0.0, 0

    def service(self) -> None:
        """Run the first request (the worker's)."""
        if self.in_line:
            self.in_line = False
            self.server.touch(self)
        request = self.requests[0]
        task = self._run(request)
        with self.requests_lock:
            if task.close_on_finish:
                self.close_when_flushed = True
                for left in self.requests:
                    left.close()
                self.requests = []
            else:
                request.close()
                self.requests.pop(0)
                if self.requests and self.connected:
                    self.server.add_task(self)
        self._active_at = time.monotonic()
        if self.request is not None:  # part of a pipelined one: its time begins now
            self._head_since = self._body_since = self._active_at
        self.server.touch(self)

    def _run(self, request: StreamParser) -> Task:
        task: Task = (self.error_task_class if request.error else self.task_class)(self, request)
        try:
            if self.connected:
                task.service()
            else:
                task.close_on_finish = True
        except ClientDisconnected:
            logger.debug("a client went away before the end of its answer")
            task.close_on_finish = True
        except Exception:
            logger.exception("a %s request failed", request.command)
            task.close_on_finish = True
            if not task.wrote_header:
                self._refuse(request, "500 Internal Server Error", "The server has a bug")
        return task

    def _refuse(self, request: StreamParser, status: str, sentence: str) -> None:
        answer = self.parser_class(self.adj)
        answer.error = Refusal(status, sentence)
        answer.version, answer.command = request.version, request.command
        with suppress(ClientDisconnected):
            self.error_task_class(self, answer).service()

    def refuse_transfer(self) -> None:
        """Have the first request answered with "come back later"."""
        sentence = "Too many transfers are waiting"
        self.requests[0].error = Refusal("503 Service Unavailable", sentence, (("Retry-After", "10"),))

    def abandon(self) -> None:
        """Close after a failure that ``service`` did not expect (the worker's)."""
        for request in self.requests:
            request.close()
        self.requests = []
        self.will_close = True
        self.server.touch(self)


class _Load:
    """Fetches the next piece of a download in a worker: the store may wait for a disk or a lock, the loop may not."""

    def __init__(self, channel: StreamChannel, segments: FileSegments) -> None:
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
