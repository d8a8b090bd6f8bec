"""Connections under TLS, in the same loop. Imported only where a certificate is configured: ``ssl`` takes memory."""

import os
import ssl
import threading
import time
from contextlib import suppress
from socket import SHUT_WR
from socket import socket as Socket
from typing import TYPE_CHECKING, cast

from waitress.channel import ClientDisconnected

from syncfile.transfer.body import ByteSocket
from syncfile.transfer.channel import StreamChannel
from syncfile.transfer.segments import FileSegments

if TYPE_CHECKING:
    from syncfile.transfer.server import StreamServer


def load_context(cert: str, key: str) -> ssl.SSLContext:
    """Read the certificate. Raises ``OSError`` (which ``ssl.SSLError`` is) where it or its key is no good."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key)
    return context


class TLSChannel(StreamChannel):
    """A connection whose bytes pass through an SSL object, which only one thread may use at a time."""

    def __init__(self, server: "StreamServer", sock: Socket, address: tuple[str, int], client: str | None) -> None:
        self._lock = threading.RLock()
        self._shaken = False  # the handshake is done
        self._wants_write = False  # the handshake waits to send, not to receive
        self._connected_at = time.monotonic()
        sock.getpeername()  # raises for a client that has left; wrap_socket would leave a socket open
        sock.setblocking(False)
        context = cast(ssl.SSLContext, server.tls)
        wrapped = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        super().__init__(server, wrapped, address, client)

    def readable(self) -> bool:
        return super().readable() if self._shaken else not self._wants_write

    def writable(self) -> bool:
        return super().writable() if self._shaken else self._wants_write

    def buffered(self) -> bool:
        with self._lock:
            sock = self.socket
            return self._shaken and isinstance(sock, ssl.SSLSocket) and sock.pending() > 0

    def deadline(self) -> float | None:
        if self._shaken:
            return super().deadline()
        return self._connected_at + self.server.options.header_timeout

    def handle_read(self) -> None:
        if self._shaken or self._shake_hands():
            super().handle_read()

    def handle_write(self) -> None:
        if self._shaken or self._shake_hands():
            super().handle_write()

    def _shake_hands(self) -> bool:
        try:
            cast(ssl.SSLSocket, self.socket).do_handshake()
        except ssl.SSLWantReadError:
            self._wants_write = False
        except ssl.SSLWantWriteError:
            self._wants_write = True
        except (OSError, ValueError):  # a stranger's nonsense, or gone
            self.cut()
        else:
            self._shaken, self._wants_write = True, False
        return self._shaken

    def receive(self, size: int) -> bytes | None:
        with self._lock:
            if self.socket is None:
                return b""
            try:
                return self.socket.recv(size)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return None
            except OSError:
                return b""

    def transmit(self, sock: Socket, data: bytes) -> int:
        try:
            with self._lock:
                return sock.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None
        except ssl.SSLError as error:
            raise ConnectionAbortedError(str(error)) from error

    def transmit_segments(self, sock: Socket, segments: FileSegments, most: int) -> int:
        return self.transmit(sock, segments.peek(most))

    def end_output(self, sock: Socket) -> None:
        with self._lock:
            self._say_goodbye()
            sock.shutdown(SHUT_WR)  # from here on the SSL object is gone and input is discarded undeciphered

    def close(self) -> None:
        with self._lock:
            self._say_goodbye()
            super().close()

    def _say_goodbye(self) -> None:
        """Send ``close_notify``, without which the client cannot tell the end from a cut."""
        if self._shaken and isinstance(self.socket, ssl.SSLSocket):
            with suppress(OSError, ValueError):
                self.socket.unwrap()

    def body_socket(self) -> ByteSocket:
        with self._lock:
            if self.socket is None:
                raise ClientDisconnected
            return _BodySocket(self, self._lock, os.dup(self.socket.fileno()))


class _BodySocket:
    """A connection's SSL object as the source of a body, for the worker's thread.

    It has a descriptor of its own to wait on, because the loop may close the connection's meanwhile.
    """

    def __init__(self, channel: TLSChannel, lock: threading.RLock, fd: int) -> None:
        self._channel = channel
        self._lock = lock
        self._fd = fd

    def fileno(self) -> int:
        return self._fd

    def close(self) -> None:
        os.close(self._fd)

    def recv(self, size: int) -> bytes:
        buffer = bytearray(size)
        return bytes(memoryview(buffer)[: self.recv_into(memoryview(buffer), size)])

    def recv_into(self, buffer: memoryview, size: int) -> int:
        got = 0
        with self._lock:
            while got < size:  # one record, 16 KiB, at a time
                try:
                    more = cast(int, self._sslsocket().read(size - got, buffer[got:]))
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    if got:
                        break
                    raise BlockingIOError from None
                except ValueError as error:  # the SSL object is gone
                    raise ConnectionAbortedError from error
                if not more:
                    break
                got += more
        return got

    def _sslsocket(self) -> ssl.SSLSocket:
        sock = self._channel.socket
        if not isinstance(sock, ssl.SSLSocket) or sock.fileno() < 0:
            raise ConnectionAbortedError
        return sock
