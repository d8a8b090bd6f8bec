"""Clients that cost little beside the server: one thread, raw sockets, what arrives is not looked at.

Everything goes to 127.0.0.1 and ends after a given time.
"""

import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path

from bench.process import HOST

TIMEOUT_SECONDS = 120.0
HEAD_BYTES = 4096
# As wrk reads. A client on the same machine that takes more at a time empties the socket faster than any network, and
# a server that copies what it could not send yet would not show it.
READ_BYTES = 8 << 10
FORM_TYPE = "multipart/form-data; boundary=the-boundary-of-the-bench"
FORM_HEAD = (
    b"--the-boundary-of-the-bench\r\n"
    b'Content-Disposition: form-data; name="file"; filename="upload"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n"
)
FORM_TAIL = b"\r\n--the-boundary-of-the-bench--\r\n"

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
_BUFFER = memoryview(bytearray(READ_BYTES))


class LoadError(RuntimeError):
    """The server did not do what was asked of it, so that nothing was measured."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients got; answers that were cut by the end of the time count with their bytes alone."""

    requests: int
    bytes: int
    seconds: float


def upload(port: int, target: str, file: Path, *, form: bool = False) -> bytes:
    """Post a file, raw or as the only part of a form, and return the body of the answer.

    Raises:
        LoadError: The answer is not 200.
    """
    head, tail = (FORM_HEAD, FORM_TAIL) if form else (b"", b"")
    length = len(head) + file.stat().st_size + len(tail)
    content_type = FORM_TYPE if form else "application/octet-stream"
    request = f"POST {target} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n"
    with socket.create_connection((HOST, port), timeout=TIMEOUT_SECONDS) as sock, file.open("rb") as body:
        sock.sendall(request.encode() + b"Connection: close\r\n\r\n" + head)
        sock.sendfile(body)
        sock.sendall(tail)
        with HTTPResponse(sock) as response:
            response.begin()
            answer = response.read()
    if response.status != 200:
        raise LoadError(f"an upload was answered {response.status} {answer[:200]!r}")
    return answer


@contextmanager
def connected(port: int, target: str, count: int) -> Iterator["Clients"]:
    """Open connections that ask for ``target``; each has the head of its first answer when this yields.

    Raises:
        LoadError: An answer is not 200, or a connection ends.
    """
    with ExitStack() as stack:
        clients = [stack.enter_context(_Client(port, target)) for _ in range(count)]
        for client in clients:
            client.ask()
            while not client.answered:
                client.take()
        yield Clients(clients)


class Clients:
    """Connections that ask for the same thing again and again while ``run`` runs, and else are silent."""

    def __init__(self, clients: "list[_Client]") -> None:
        self._clients = clients

    def run(self, seconds: float) -> Load:
        """Take answers, and ask again where one is complete, for some time.

        Raises:
            LoadError: An answer is not 200, or a connection ends.
        """
        by_fd = {client.fileno(): client for client in self._clients}
        for client in self._clients:
            client.resume()
        answers, received = self._totals()
        with select.epoll() as epoll:
            for fd in by_fd:
                epoll.register(fd, select.EPOLLIN)
            began = now = time.perf_counter()
            while now < began + seconds:
                for fd, _ in epoll.poll(seconds):
                    by_fd[fd].take()
                    by_fd[fd].resume()
                now = time.perf_counter()
        now_answers, now_received = self._totals()
        return Load(now_answers - answers, now_received - received, now - began)

    def _totals(self) -> tuple[int, int]:
        return sum(client.answers for client in self._clients), sum(client.bytes for client in self._clients)


class _Client:
    """One kept connection.

    Attributes:
        answered: The head of an answer has come.
        answers: How many came to their end.
        bytes: Of their bodies.
    """

    def __init__(self, port: int, target: str) -> None:
        self.answered = False
        self.answers = self.bytes = 0
        self._request = f"GET {target} HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode()
        self._waiting = False  # for an answer, or the rest of one
        self._left = -1  # of the body; less than 0 in the head
        self._head = b""
        self._sock = socket.create_connection((HOST, port), timeout=TIMEOUT_SECONDS)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "_Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    def fileno(self) -> int:
        return self._sock.fileno()

    def ask(self) -> None:
        """Send a request."""
        self._waiting = True
        self._sock.sendall(self._request)

    def resume(self) -> None:
        """Ask again if the last answer is complete. From now on ``take`` may be called only where there is input."""
        if not self._waiting:
            self.ask()

    def take(self) -> None:
        """Take what has arrived."""
        if self._left < 0:
            self._take_head()
        else:
            self._count(self._sock.recv_into(_BUFFER, min(self._left, READ_BYTES)))
        if self._left == 0:
            self._left = -1
            self._waiting = False
            self.answers += 1

    def _take_head(self) -> None:
        data = self._sock.recv(HEAD_BYTES)
        if not data:
            raise LoadError("the server closed a connection")
        head, end, body = (self._head + data).partition(b"\r\n\r\n")
        if not end:
            self._head = head
            return
        self._head = b""
        length = _LENGTH.search(head + b"\r\n")
        if not head.startswith(b"HTTP/1.1 200 ") or length is None:
            raise LoadError(f"the server answered {head[:200]!r}")
        self.answered = True
        self._left = int(length[1])
        if body:
            self._count(len(body))

    def _count(self, size: int) -> None:
        if not size:
            raise LoadError("the server closed a connection in the middle of an answer")
        self._left -= size
        self.bytes += size
