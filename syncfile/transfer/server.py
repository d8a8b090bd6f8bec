"""The server: one thread that waits for all connections at once, and two pools that run the application.

It stands on waitress' parser, channel and tasks, and on a few of their inner names; ``check_waitress`` says at
start-up when a release has moved one of them.
"""

import logging
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from waitress.adjustments import Adjustments

from syncfile.transfer.channel import StreamChannel
from syncfile.transfer.hooks import check_waitress as check_waitress
from syncfile.transfer.listener import Listener
from syncfile.transfer.options import Options
from syncfile.transfer.pool import Job, ThreadPool, TransferPool
from syncfile.transfer.sending import HIGH_WATER_BYTES
from syncfile.transfer.traffic import Traffic

RECV_BYTES = 16 * 1024  # of heads and small bodies, for one read in the loop
JOIN_SECONDS = 1.0  # for threads to notice that their connections were cut
SWITCH_SECONDS = 0.0005  # a thread that computes makes the loop wait this long, not the default 5 ms
NEVER = 1 << 62

logger = logging.getLogger("syncfile.transfer")


def always_room(running: int) -> bool:
    """Any number of transfers has room."""
    return True


def never_long(method: str, path: str) -> bool:
    """No request without a large body takes long."""
    return False


class StreamServer:
    """Serves one WSGI application.

    ``wsgi.input`` of a request with a large or chunked body, or one that waits for ``100 Continue``, is the
    client's socket (``environ["syncfile.streamed"]``), and its reads raise
    :class:`~syncfile.transfer.body.BodyError`. Such requests, and those of which ``is_long`` says so, run in the
    transfer threads, so that short requests always find a thread.

    Args:
        app: The WSGI application.
        is_long: Called with the method and ``PATH_INFO`` of a request, in the loop: it may not block.
        has_room: Called with the number of transfers that run or wait before there is one more; it may not block. Who
            comes when there is no room is told to come again.

    Attributes:
        port: The port that is listened on.
        turns: How often the loop has gone round.
        traffic: What has gone through it.

    Raises:
        RuntimeError: waitress is not the one this was written for.
        OSError: The address is taken, or the certificate cannot be read.
    """

    def __init__(
        self,
        app: Callable[..., Any],
        options: Options,
        *,
        is_long: Callable[[str, str], bool] = never_long,
        has_room: Callable[[int], bool] = always_room,
    ) -> None:
        check_waitress()
        self.application = app
        self.options = options
        self.is_long = is_long
        self.has_room = has_room
        self.adj = _adjustments(options)
        self.server_name = socket.gethostname()
        self.channels: dict[int, StreamChannel] = {}
        self.active_channels = self.channels  # waitress' name
        self.stopping = False
        self.turns = 0
        self.tls: object = None
        self._channel_class = StreamChannel
        if options.tls_cert and options.tls_key:
            from syncfile.transfer.tls import TLSChannel, load_context  # ssl takes memory

            self.tls = load_context(options.tls_cert, options.tls_key)
            self._channel_class = TLSChannel
        self.workers: ThreadPool[Job] = ThreadPool("worker", options.workers)
        self._transfers = TransferPool(
            options.transfers, options.max_transfers_per_address, options.max_waiting, options.max_waiting_per_address
        )
        self.traffic = Traffic(self.channels, self._transfers)
        self._touched: deque[StreamChannel] = deque()
        self._interest: dict[int, int] = {}
        self._stop_at = 0.0
        self._woken = False
        self._tick = _tick(options)
        self._listener = Listener(options)
        self.port = self.effective_port = self._listener.port
        self._alarm, self._waker = socket.socketpair()
        self._alarm.setblocking(False)
        self._waker.setblocking(False)
        self._epoll = select.epoll()
        self._epoll.register(self._alarm, select.EPOLLIN)
        self._accepting = False

    # Life

    def run(self) -> None:
        """Serve until ``stop`` is called, then clean up. Once per server."""
        switch_interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            self._accept(True)
            self._loop()
        finally:
            self.close()
            sys.setswitchinterval(switch_interval)

    def stop(self, grace_seconds: float | None = None) -> None:
        """Accept nothing more, let what is running finish within the grace time, then cut it; ``run`` returns.

        May be called from any thread, from a signal handler, and again with a shorter time.

        Args:
            grace_seconds: Default ``stop_grace``.
        """
        grace = self.options.stop_grace if grace_seconds is None else grace_seconds
        self._stop_at = time.monotonic() + grace
        self.stopping = True
        self._wake()

    def close(self) -> None:
        """Close everything at once; ``run`` does it at its end."""
        self.stopping = True
        self._accept(False)
        self._listener.close()
        self.workers.drop()
        self._transfers.drop()
        for channel in list(self.channels.values()):
            channel.cut()
        busy = self.workers.join(JOIN_SECONDS) + self._transfers.join(JOIN_SECONDS)
        if busy:
            logger.warning("%d requests did not end when their connections were cut", busy)
        self._epoll.close()
        self._alarm.close()
        self._waker.close()

    def reload_tls(self) -> None:
        """Read the certificate again, for connections to come; where it is no good, the old one stays."""
        if not (self.options.tls_cert and self.options.tls_key):
            return
        from syncfile.transfer.tls import load_context

        try:
            self.tls = load_context(self.options.tls_cert, self.options.tls_key)
        except OSError as error:
            logger.error("the new certificate cannot be used, the old one stays: %s", error)
        else:
            logger.info("the certificate was read again")

    # What channels and their workers call

    def add_task(self, channel: StreamChannel) -> None:
        """Have the channel's first request run, in whichever pool it belongs to."""
        if channel.total_outbufs_len > HIGH_WATER_BYTES:
            channel.parked = True
            return
        request = channel.requests[0]
        if request.error or not (request.streamed or self.is_long(request.command, request.path)):
            self.workers.add(channel)
            return
        channel.in_line = True
        if not self.has_room(self._transfers.taken):
            refusal = "The server is short of memory"
        elif not self._transfers.offer(channel):
            refusal = "Too many transfers are waiting"
        else:
            return
        channel.in_line = False
        channel.refuse_transfer(refusal)
        self.workers.add(channel)

    def touch(self, channel: StreamChannel) -> None:
        """Have the loop look again at what the channel waits for. May be called from any thread."""
        self._touched.append(channel)
        self._wake()

    def forget(self, channel: StreamChannel, fd: int | None) -> None:
        """Stop watching a channel that is being closed."""
        if fd is None or self.channels.get(fd) is not channel:
            return
        if self._interest.pop(fd, 0):
            # A worker's copy of the descriptor would keep it in epoll.
            self._epoll.unregister(fd)
        self._listener.left(channel.client)
        self.traffic.count_channel(channel)

    def _wake(self) -> None:
        if not self._woken:
            self._woken = True
            with suppress(OSError):  # full is as good as woken, and closed needs no waking
                self._waker.send(b"x")

    # The loop

    def _loop(self) -> None:
        next_check = time.monotonic() + self._tick
        while not (self.stopping and self._wind_up()):
            self.turns += 1
            while self._touched:
                self._guard(self._refresh, self._touched.popleft())
            for fd, events in self._epoll.poll(self._patience()):
                self._dispatch(fd, events)
            now = time.monotonic()
            if now >= next_check:
                next_check = now + self._tick
                self._check(now)

    def _patience(self) -> float:
        if self.stopping:
            return min(self._tick, max(0.0, self._stop_at - time.monotonic()))
        return self._tick

    def _wind_up(self) -> bool:
        """Close what is idle; True when nothing is left to wait for."""
        self._accept(False)
        for channel in list(self.channels.values()):
            if channel.idle:
                channel.cut()
        return not self.channels or time.monotonic() >= self._stop_at

    def _dispatch(self, fd: int, events: int) -> None:
        if fd == self._alarm.fileno():
            with suppress(BlockingIOError):
                self._alarm.recv(64)
            self._woken = False
        elif fd == self._listener.fileno():
            self._welcome()
        elif (channel := self.channels.get(fd)) is not None:
            self._guard(self._serve, channel, events)
            self._touched.append(channel)

    def _guard(self, step: Callable[..., None], channel: StreamChannel, *args: int) -> None:
        try:
            step(channel, *args)
        except Exception:  # one connection's fault must not end the server
            logger.exception("a connection failed")
            channel.cut()

    def _serve(self, channel: StreamChannel, events: int) -> None:
        if channel.in_line:
            self._leave_line(channel)
            return
        if events & select.EPOLLIN:
            channel.handle_read()
        if events & select.EPOLLOUT and channel.socket is not None:
            channel.handle_write()
        if events & (select.EPOLLHUP | select.EPOLLERR):
            channel.cut()

    def _leave_line(self, channel: StreamChannel) -> None:
        """The client has hung up while it waited for a transfer thread."""
        if self._transfers.withdraw(channel):
            channel.cut()
        channel.in_line = False

    def _refresh(self, channel: StreamChannel) -> None:
        """Ask one channel what it waits for, and tell epoll if that has changed."""
        fd = channel._fileno
        if fd is None:
            return
        if channel.doomed:
            channel.cut()
        elif channel.will_close:
            channel.handle_close()
        elif channel.parked and channel.total_outbufs_len <= HIGH_WATER_BYTES:
            channel.parked = False
            self.add_task(channel)
        elif channel.readable() and channel.buffered():
            self._serve(channel, select.EPOLLIN)
        if channel._fileno is not None:
            self._watch(fd, _wanted(channel))

    def _watch(self, fd: int, events: int) -> None:
        known = self._interest.get(fd, 0)
        if events == known:
            return
        if not events:
            self._epoll.unregister(fd)
        elif known:
            self._epoll.modify(fd, events)
        else:
            self._epoll.register(fd, events)
        self._interest[fd] = events

    def _check(self, now: float) -> None:
        """Close connections that have had their time."""
        for channel in list(self.channels.values()):
            deadline = channel.deadline()
            if deadline is not None and deadline <= now:
                logger.debug("a connection was closed: its time was up")
                channel.cut()
        if not self.stopping:
            self._accept(True)

    def _accept(self, accepting: bool) -> None:
        if accepting != self._accepting:
            self._accepting = accepting
            if accepting:
                self._epoll.register(self._listener, select.EPOLLIN)
            else:
                self._epoll.unregister(self._listener)

    def _welcome(self) -> None:
        for sock, address, client in self._listener.accept():
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                channel = self._channel_class(self, sock, address, client)
            except OSError:  # gone already
                sock.close()
                self._listener.left(client)
            else:
                self._touched.append(channel)
        if self._listener.exhausted:
            self._accept(False)  # until the next check


def _wanted(channel: StreamChannel) -> int:
    if channel.in_line:
        return select.EPOLLRDHUP
    return (select.EPOLLIN if channel.readable() else 0) | (select.EPOLLOUT if channel.writable() else 0)


def _tick(options: Options) -> float:
    """Return how often to look for connections whose time is up."""
    shortest = min(
        options.header_timeout,
        options.small_body_timeout,
        options.send_timeout,
        options.idle_timeout,
        options.linger_timeout,
    )
    return min(1.0, shortest / 4)


def _adjustments(options: Options) -> Adjustments:
    """Return what waitress' own classes read; they never see a large body, and never write a temporary file."""
    adj = Adjustments(
        listen="*:0",  # nobody does; to look up a name it would load the tables of international ones
        ident="SyncFile",
        url_scheme="https" if options.tls_cert else "http",
        recv_bytes=RECV_BYTES,
        max_request_header_size=options.max_header_bytes,
        max_request_body_size=NEVER,
        inbuf_overflow=NEVER,
        outbuf_overflow=NEVER,
        outbuf_high_watermark=HIGH_WATER_BYTES,
        channel_request_lookahead=0,
        log_socket_errors=False,
    )
    adj.options = options
    return adj
