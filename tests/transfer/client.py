"""A raw HTTP client: sends exactly the bytes it is told to, and reads answers one by one."""

import json
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

TIMEOUT_SECONDS = 20  # a bound for broken servers; no test waits for it


@dataclass
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False  # the connection ended before the body did

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and slug of an error of the transfer path, whose shape is that of all errors."""
        assert self.headers["content-type"] == "application/json"
        body = json.loads(self.body)
        assert set(body) == {"error_msg", "error"}
        assert body["error_msg"]
        return self.status, body["error"]


class Client:
    """One connection to a server on this machine."""

    def __init__(
        self, port: int, source: str = "127.0.0.1", tls: ssl.SSLContext | None = None, receive_bytes: int = 0
    ) -> None:
        self.sock = socket.socket()
        self.sock.settimeout(TIMEOUT_SECONDS)
        if receive_bytes:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self._buffer = b""
        try:
            self.sock.bind((source, 0))
            self.sock.connect(("127.0.0.1", port))
            if tls is not None:
                self.sock = tls.wrap_socket(self.sock)
        except OSError:
            self.sock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.sock.close()

    def send(self, *pieces: bytes) -> None:
        self.sock.sendall(b"".join(pieces))

    def trickle(self, data: bytes, pause: float = 0.01) -> None:
        """Send ``data`` again and again until the server has had enough."""
        with suppress(ConnectionError):
            while True:
                self.send(data)
                time.sleep(pause)

    def get(self, path: str = "/", **headers: str) -> Answer:
        self.send(head("GET", path, **headers))
        return self.answer()

    def put(self, path: str, body: bytes, **headers: str) -> Answer:
        self.send(head("PUT", path, Content_Length=str(len(body)), **headers), body)
        return self.answer()

    def answer(self, method: str = "GET") -> Answer:
        """Read one answer; ``method`` tells whether it has a body."""
        lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        answer = Answer(int(lines[0].split(" ")[1]))
        for line in lines[1:-2]:
            name, _, value = line.partition(": ")
            answer.headers[name.lower()] = value
        if method == "HEAD" or answer.status in (100, 204, 304):
            return answer
        try:
            answer.body = self._body(answer.headers)
        except EOFError as error:
            answer.body, answer.cut = error.args[0], True
        return answer

    def read(self, size: int) -> bytes:
        """Read ``size`` bytes; raises ``EOFError`` with what there was."""
        while len(self._buffer) < size:
            data = self._receive()
            if not data:
                raise EOFError(self._buffer)
            self._buffer += data
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def read_to_end(self) -> bytes:
        """Read until the server closes; a reset counts as that."""
        while data := self._receive():
            self._buffer += data
        data, self._buffer = self._buffer, b""
        return data

    def is_closed(self) -> bool:
        """Wait for the server to close the connection; False if it says something instead."""
        return self.read_to_end() == b""

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self._exactly(int(headers.get("content-length", 0)))
        body = b""
        while size := int(self._until(b"\r\n"), 16):
            body += self.read(size)
            self.read(2)
        self.read(2)
        return body

    def _exactly(self, size: int) -> bytes:
        body = bytearray(self._buffer[:size])
        self._buffer = self._buffer[size:]
        while len(body) < size:
            data = self._receive(min(size - len(body), 1 << 20))
            if not data:
                raise EOFError(bytes(body))
            body += data
        return bytes(body)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            data = self._receive()
            if not data:
                raise EOFError(self._buffer)
            self._buffer += data
        end = self._buffer.index(mark) + len(mark)
        data, self._buffer = self._buffer[:end], self._buffer[end:]
        return data

    def _receive(self, size: int = 65536) -> bytes:
        try:
            return self.sock.recv(size)
        except (ConnectionError, ssl.SSLEOFError):
            return b""


def head(method: str, path: str = "/", version: str = "1.1", **headers: str) -> bytes:
    """Return a request's head; ``_`` in a header's name stands for ``-``."""
    fields = {"Host": "test", **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunked(*pieces: bytes) -> bytes:
    """Return the pieces as the chunks of one body."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*pieces, b""))
