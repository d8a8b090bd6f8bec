"""The listening socket: who may connect, and how often at once."""

import errno
import logging
import resource
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from syncfile.transfer.options import Options
from syncfile.transfer.refusals import Refusal

BACKLOG = 1024
ACCEPTS_PER_TURN = 64
SPARE_FILES = 64  # descriptors for the application
FILES_PER_CONNECTION = 2  # the socket, and what is sent over it
OUT_OF_FILES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
FULL = Refusal("503 Service Unavailable", "Too many connections", (("Retry-After", "10"),)).to_bytes()

logger = logging.getLogger("syncfile.transfer")


class Connection(NamedTuple):
    """A connection that was let in."""

    sock: socket.socket
    address: tuple[str, int]  # an IPv4 address is always written as one
    client: str | None  # whom it is counted against; None is a trusted proxy


class Listener:
    """Accepts connections within the limits of the options; to the others it says that the server is full.

    Attributes:
        port: What is listened on.
        exhausted: The process may not open more files just now: accept nothing for a while.

    Raises:
        OSError: The address is taken or is not ours.
    """

    def __init__(self, options: Options) -> None:
        self.exhausted = False
        self._options = options
        self._most = _affordable(options.max_connections)
        self._open = 0
        self._per_client: Counter[str] = Counter()
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        self._sock = socket.create_server(
            (options.host, options.port), family=family, backlog=BACKLOG, dualstack_ipv6=options.host == "::"
        )
        self._sock.setblocking(False)
        self.port: int = self._sock.getsockname()[1]

    def fileno(self) -> int:
        return self._sock.fileno()

    def close(self) -> None:
        self._sock.close()

    def accept(self) -> Iterator[Connection]:
        """Yield the connections that wait, at most some dozens; each has to be reported by ``left`` in the end."""
        self.exhausted = False
        for _ in range(ACCEPTS_PER_TURN):
            try:
                sock, address = self._sock.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in OUT_OF_FILES:
                    logger.warning("no connection can be accepted for now: %s", error)
                    self.exhausted = True
                    return
                continue  # gone before it was accepted
            host = str(address[0]).removeprefix("::ffff:")
            client = None if host in self._options.trusted_proxies else client_of(host)
            if self._admit(client):
                yield Connection(sock, (host, address[1]), client)
            else:
                self._refuse(sock)

    def left(self, client: str | None) -> None:
        """Count one connection less."""
        self._open -= 1
        if client is not None:
            self._per_client[client] -= 1
            if not self._per_client[client]:
                del self._per_client[client]

    def _admit(self, client: str | None) -> bool:
        if self._open >= self._most:
            return False
        if client is not None:
            if self._per_client[client] >= self._options.max_connections_per_address:
                return False
            self._per_client[client] += 1
        self._open += 1
        return True

    def _refuse(self, sock: socket.socket) -> None:
        with sock, suppress(OSError):
            sock.setblocking(False)
            if not self._options.tls_cert:
                sock.send(FULL)
                sock.shutdown(socket.SHUT_WR)


def client_of(host: str) -> str:
    """Return whom an address is counted as: itself, or the /64 that one IPv6 household usually has."""
    if ":" not in host:
        return host
    return socket.inet_pton(socket.AF_INET6, host.partition("%")[0])[:8].hex(":", 2)


def _affordable(wanted: int) -> int:
    """Return how many connections the process may have open files for, after asking for as many as are wanted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted * FILES_PER_CONNECTION + SPARE_FILES
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    affordable = max(1, (soft - SPARE_FILES) // FILES_PER_CONNECTION)
    if affordable < wanted:
        logger.warning("only %d connections can be served: raise the limit of open files", affordable)
    return affordable
