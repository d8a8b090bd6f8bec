"""One request and its answer: the WSGI call in a worker thread."""

import logging
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

from waitress.task import ErrorTask, Task, WSGITask, hop_by_hop
from waitress.utilities import build_http_date

from syncfile.transfer.body import BodyError
from syncfile.transfer.refusals import Refusal
from syncfile.transfer.segments import FileSegments

ExcInfo = tuple[type[BaseException], BaseException, TracebackType]
logger = logging.getLogger("syncfile.transfer")


class StreamHead(Task):
    """The head of an answer, and when the connection can be kept (RFC 9112 sections 6 and 9)."""

    logger = logger
    complete: bool  # start_response was called
    close_on_finish: bool
    wrote_header: bool

    @property
    def is_head(self) -> bool:
        return bool(self.request.command == "HEAD")

    def build_response_header(self) -> bytes:
        """Return the head's bytes and settle framing and connection."""
        self.channel.server.traffic.count_answer(self.status)
        headers = [(k, v) for k, v in self.response_headers if k.lower() not in ("content-length", "connection")]
        if self.has_body:
            headers.extend(self._framing())
        headers.extend(self._connection())
        if not any(name.lower() == "date" for name, _ in headers):
            headers.append(("Date", build_http_date(self.start_time)))
        lines = [f"HTTP/{self.version} {self.status}", *(f"{name}: {value}" for name, value in headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _framing(self) -> list[tuple[str, str]]:
        if self.content_length is not None:
            return [("Content-Length", str(self.content_length))]
        if self.is_head:
            return []
        if self.version == "1.1":
            self.chunked_response = True
            return [("Transfer-Encoding", "chunked")]
        self.close_on_finish = True  # HTTP/1.0: the end of the connection is the end of the body
        return []

    def _connection(self) -> list[tuple[str, str]]:
        wishes = {wish.strip().lower() for wish in self.request.headers.get("CONNECTION", "").split(",")}
        if self.channel.server.stopping or "close" in wishes or (self.version == "1.0" and "keep-alive" not in wishes):
            self.close_on_finish = True
        stream = self.request.stream
        if stream is not None:
            stream.wire.announce_nothing()
            if not stream.finished:
                self.close_on_finish = self.channel.linger = True
        if self.close_on_finish:
            return [("Connection", "close")]
        return [("Connection", "keep-alive")] if self.version == "1.0" else []

    def write(self, data: bytes) -> None:
        """Send a piece of the body, together with the head if it is the first one."""
        if not self.complete:
            raise RuntimeError("the application answered without start_response")
        head = b""
        if not self.wrote_header:
            head = self.build_response_header()
            self.wrote_header = True
        if output := head + self._framed(data):
            self.channel.write_soon(output)

    def _framed(self, data: bytes) -> bytes:
        if not data or self.is_head or not self.has_body:
            return b""
        if self.chunked_response:
            return b"%x\r\n%b\r\n" % (len(data), data)
        if self.content_length is not None:
            data = data[: self.content_length - self.content_bytes_written]
        self.content_bytes_written += len(data)
        return data


class StreamErrorTask(StreamHead, ErrorTask):
    """Answers a request that never reached the application."""

    def build_response_header(self) -> bytes:
        self.close_on_finish = self.channel.linger = True  # there may be more of it on its way
        return super().build_response_header()


class StreamTask(StreamHead, WSGITask):
    """Runs the application."""

    _handed_over = False  # the channel sends the body, and closes it

    def service(self) -> None:
        """Answer the request. Raises whatever the application did, but for errors of the client's body."""
        try:
            self.start()
            self.execute()
            self.finish()
        except BodyError as error:
            self._answer_body_error(error)

    def execute(self) -> None:
        body = self.channel.server.application(self.get_environment(), self._start_response)
        try:
            if isinstance(body, FileSegments):
                self._send_segments(body)
            else:
                self._send_pieces(body)
        finally:
            if hasattr(body, "close") and not self._handed_over:
                body.close()

    def get_environment(self) -> dict[str, Any]:
        if self.request.streamed and self.request.stream is None:
            self.request.stream = self.channel.open_body(self.request)
        environ: dict[str, Any] = super().get_environment()
        environ["syncfile.streamed"] = self.request.streamed
        environ["syncfile.cut"] = self.channel.cut_soon
        environ["syncfile.traffic"] = self.channel.server.traffic
        del environ["wsgi.file_wrapper"]  # optional in PEP 3333, and FileSegments do better
        return environ

    def finish(self) -> None:
        super().finish()
        stream = self.request.stream
        if stream is not None and stream.rest and not self.close_on_finish:
            self.channel.received(stream.rest)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        if exc_info is not None and self.wrote_header:
            raise exc_info[1]
        if self.complete and exc_info is None:
            raise RuntimeError("start_response was called twice")
        length = None
        for name, value in [("status", status), *headers]:
            if any(mark in name or mark in value for mark in "\r\n\0"):
                raise ValueError("a control character in the head of an answer")
            if name.lower() == "content-length":
                length = int(value)
            elif name.lower() in hop_by_hop:
                raise ValueError(f"{name} is not the application's to send")
        self.complete = True
        self.status, self.response_headers, self.content_length = status, list(headers), length
        return self.write

    def _send_segments(self, body: FileSegments) -> None:
        if self.has_body:
            self.content_length = body.limit(self.content_length)
        self.write(b"")
        if body and self.has_body and not self.is_head:
            self.channel.write_soon(body)
            self._handed_over = True

    def _send_pieces(self, body: Iterable[bytes]) -> None:
        if isinstance(body, (list, tuple)) and self.content_length is None and not self.is_head:
            self.content_length = sum(map(len, body))
        for piece in body:
            if piece:
                self.write(piece)
        promised = self.content_length
        if self.has_body and not self.is_head and promised is not None and self.content_bytes_written != promised:
            logger.warning("an answer was %d bytes short", promised - self.content_bytes_written)
            self.close_on_finish = True

    def _answer_body_error(self, error: BodyError) -> None:
        """Close, after an answer where somebody may still read it."""
        logger.debug("the application gave up a request: %s", error)
        self.close_on_finish = True
        if self.wrote_header or not error.status or not self.channel.connected:
            return
        self.complete = True
        self.status, self.response_headers, body = Refusal(error.status, str(error)).to_response()
        self.content_length = len(body)
        self.write(body)
