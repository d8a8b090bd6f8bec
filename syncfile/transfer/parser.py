"""Heads of requests: waitress' parser, made stricter, that leaves large bodies to the application."""

import re
from typing import Any

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError, TransferEncodingNotImplemented

from syncfile.transfer.body import BodyStream
from syncfile.transfer.options import Options
from syncfile.transfer.refusals import Refusal

MAX_HEADER_LINES = 200
MAX_LENGTH_DIGITS = 18
_TRANSFER_ENCODING = re.compile(rb"\r\ntransfer-encoding:([^\r\n]*)", re.IGNORECASE)


class StreamParser(HTTPRequestParser):
    """One request. With a large body it is complete as soon as its head is.

    Attributes:
        streamed: The body is to be read from the socket, beginning with ``early``.
        early: Bytes that came with the head; may reach past the body's end.
        want_continue: The client waits for ``100 Continue`` before it sends the body.
        stream: The body's reader, once there is one.
    """

    completed: bool = False
    expect_continue: bool = False
    streamed = False
    early = b""
    want_continue = False
    error: Any = None
    stream: BodyStream | None = None
    # Also there when the head could not be parsed:
    command = ""
    path = ""

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.options: Options = adj.options

    def received(self, data: bytes) -> int:
        """Take bytes off the connection; return how many of them belong to this request."""
        in_head = not self.headers_finished
        used: int = super().received(data)
        if self.error:
            self.error = _refusal(self.error)
            return len(data)  # what follows is not a request
        if in_head and self.headers_finished and not self.completed and self._is_streamed():
            self.streamed = self.completed = True
            self.early = data[used:]
            return len(data)
        return used

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head.

        Raises:
            ParsingError: Answered with 400.
            TransferEncodingNotImplemented: Answered with 501.
        """
        if header_plus.count(b"\r\n") > MAX_HEADER_LINES:  # each costs time, and the loop has none
            super().parse_header(b"GET / HTTP/1.0\r\n")
            self.error = Refusal("431 Request Header Fields Too Large", "The head has too many lines")
            return
        encodings = _TRANSFER_ENCODING.findall(header_plus)
        if b"\r\n " in header_plus or b"\r\n\t" in header_plus:
            raise ParsingError("Folded header lines are not accepted")
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # urlsplit, and int() of thousands of digits
            raise ParsingError("Bad request line or header") from error
        self._check_framing(encodings)
        # waitress would send 100 Continue by itself, before the application has agreed.
        self.want_continue, self.expect_continue = self.expect_continue, False

    def _check_framing(self, encodings: list[bytes]) -> None:
        """Refuse what two HTTP implementations might read differently (RFC 9112 section 6)."""
        if self.version not in ("1.0", "1.1"):
            raise ParsingError("Only HTTP/1.0 and HTTP/1.1 are spoken")
        if encodings:
            if self.version == "1.0" or "CONTENT_LENGTH" in self.headers:
                raise ParsingError("Transfer-Encoding does not go with HTTP/1.0 or Content-Length")
            if [value.strip(b" \t").lower() for value in encodings] != [b"chunked"]:
                raise TransferEncodingNotImplemented("Only chunked is supported")
        if len(self.headers.get("CONTENT_LENGTH", "")) > MAX_LENGTH_DIGITS:
            raise ParsingError("Content-Length is invalid")
        if self.options.max_body_bytes and self.content_length > self.options.max_body_bytes:
            self.error = Refusal("413 Content Too Large", "The body is larger than what is accepted")
            self.completed = True

    def _is_streamed(self) -> bool:
        return self.chunked or self.content_length > self.options.stream_above or self.want_continue

    def get_body_stream(self) -> Any:
        return super().get_body_stream() if self.stream is None else self.stream

    def close(self) -> None:
        if self.stream is not None:
            self.stream.close()
        super().close()


def _refusal(error: Any) -> Refusal:
    """Return an error of waitress' in the words of this server."""
    return error if isinstance(error, Refusal) else Refusal(f"{error.code} {error.reason}", str(error.body))
