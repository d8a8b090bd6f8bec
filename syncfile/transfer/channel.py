"""One connection. The loop reads heads and sends answers; a worker thread runs the request in between.

Everything here runs in the loop's thread but for what is marked as the worker's.
"""

import logging
import time
from contextlib import suppress
from socket import SHUT_RDWR, SHUT_WR
from socket import socket as Socket
from typing import TYPE_CHECKING

from waitress.channel import ClientDisconnected
from waitress.task import Task

from syncfile.transfer.body import BodyStream, ByteSocket, ChunkedBody, LengthBody, Wire
from syncfile.transfer.parser import StreamParser
from syncfile.transfer.refusals import Refusal
from syncfile.transfer.sending import SendingChannel
from syncfile.transfer.task import StreamErrorTask, StreamTask

if TYPE_CHECKING:
    from syncfile.transfer.server import StreamServer

LINGER_READ_BYTES = 64 * 1024
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

logger = logging.getLogger("syncfile.transfer")


class StreamChannel(SendingChannel):
    """A connection of a :class:`~syncfile.transfer.server.StreamServer`.

    Attributes:
        client: Whom the limits of one address are counted against; None is a trusted proxy.
        linger: At the end, discard what the client still sends before closing, or the answer is lost to a reset.
        in_line: The request waits for a transfer thread.
        doomed: It is to be cut.
        parked: The next pipelined request waits until the client has taken the answer before.
        received_bytes: Since the connection was made.
    """

    parser_class = StreamParser
    task_class = StreamTask
    error_task_class = StreamErrorTask
    requests: list[StreamParser]

    def __init__(self, server: "StreamServer", sock: Socket, address: tuple[str, int], client: str | None) -> None:
        self.client = client
        self.in_line = self.parked = self.doomed = False
        self.received_bytes = 0
        now = time.monotonic()
        self._linger_until = 0.0
        self._head_since: float | None = now  # a new connection has to say something soon
        self._body_since = now
        self._active_at = now
        super().__init__(server, sock, address)

    # What the loop waits for

    def readable(self) -> bool:
        return bool(self._linger_until) or bool(super().readable())

    def writable(self) -> bool:
        return not self._linger_until and super().writable()

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
        if self.total_outbufs_len:
            return self.send_deadline()
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
            self._count_received(len(data))
            if not self._linger_until:
                self.received(data)
            if not (self.readable() and self.buffered()):
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

    def _count_received(self, size: int) -> None:
        """Count input (the loop's, and the worker's while that reads a body)."""
        self.received_bytes += size

    @property
    def _in_body(self) -> bool:
        return self.request is not None and self.request.headers_finished

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

    def cut_soon(self) -> None:
        """Have the loop cut this connection now. May be called from any thread."""
        self.doomed = True
        self.server.touch(self)

    def del_channel(self, map: object = None) -> None:
        self.server.forget(self, self._fileno)
        super().del_channel(map)

    # The worker's

    def open_body(self, request: StreamParser) -> BodyStream:
        """Return the reader of a request's body (the worker's)."""
        options = self.server.options
        on_first_read = self._send_continue if request.want_continue else None
        limits = options.body_timeout, options.min_upload_rate
        wire = Wire(self.body_socket(), *limits, on_first_read, self._count_received)
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

    def refuse_transfer(self, sentence: str) -> None:
        """Have the first request answered with "come back later", and why."""
        self.requests[0].error = Refusal("503 Service Unavailable", sentence, (("Retry-After", "10"),))

    def abandon(self) -> None:
        """Close after a failure that ``service`` did not expect (the worker's)."""
        for request in self.requests:
            request.close()
        self.requests = []
        self.will_close = True
        self.server.touch(self)
