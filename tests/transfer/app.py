"""The small WSGI application that the server runs in these tests; it notes what happens to it."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from syncfile.transfer.body import BodyError

Start = Callable[[str, list[tuple[str, str]]], object]
Handler = Callable[[dict[str, Any], Start], Iterable[bytes]]


def digest(data: bytes) -> bytes:
    """What ``/echo`` answers to ``data``."""
    return b"%d %b" % (len(data), hashlib.sha1(data).hexdigest().encode())


class App:
    """Answers by path; tests add handlers of their own with ``on``.

    Attributes:
        errors: What reading a body raised.
        threads: Name of the thread that answered each path last.
        entered: Released once for every request that reached a handler.
        release: Lets ``/wait`` answer.
    """

    def __init__(self) -> None:
        self.errors: list[BodyError] = []
        self.threads: dict[str, str] = {}
        self.entered = threading.Semaphore(0)
        self.failed = threading.Event()
        self.release = threading.Event()
        self._handlers: dict[str, Handler] = {
            "/": self.hello,
            "/echo": self.echo,
            "/refuse": self.refuse,
            "/wait": self.wait,
            "/crash": self.crash,
            "/stream": self.stream,
        }

    def on(self, path: str, handler: Handler) -> None:
        self._handlers[path] = handler

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.threads[path] = threading.current_thread().name
        self.entered.release()
        return self._handlers[path](environ, start)

    def hello(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    def echo(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Say how long the body was, its SHA-1, and whether it was streamed."""
        sha1, size = hashlib.sha1(), 0
        try:
            while data := environ["wsgi.input"].read(100_000):
                sha1.update(data)
                size += len(data)
            assert environ["wsgi.input"].read(1) == b""
        except BodyError as error:
            self.errors.append(error)
            self.failed.set()
            raise
        streamed = "yes" if environ["syncfile.streamed"] else "no"
        start("200 OK", [("X-Streamed", streamed)])
        return [b"%d %b" % (size, sha1.hexdigest().encode())]

    def refuse(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer before reading anything of the body."""
        start("401 Unauthorized", [("Content-Length", "2")])
        return [b"no"]

    def wait(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        assert self.release.wait(20)
        start("200 OK", [])
        return [b"waited"]

    def crash(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        raise ZeroDivisionError("a bug in the application")

    def stream(self, environ: dict[str, Any], start: Start) -> Iterator[bytes]:
        """Generate an answer of unknown length: as many pieces as the query says."""
        start("200 OK", [])
        for number in range(int(environ["QUERY_STRING"])):
            yield b"%08d" % number * 4096
