"""What a handler answers, and how an error becomes an answer."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from syncfile import errors
from syncfile.errors import SyncFileError
from syncfile.transfer.segments import FileSegments

_Value = TypeVar("_Value")

_OWN_REASONS = {
    440: "Library Password Needed",
    441: "File Missing",
    442: "File Too Large",
    443: "Quota Full",
    444: "Library Deleted",
    446: "Block Missing",
}
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_BODILESS = {204, 304}  # RFC 9110, section 6.4.1


def _stay() -> None:
    """What the end of an answer is to nobody."""


class Reply:
    """One answer.

    Args:
        body: ``bytes``, file segments and iterators of bytes go out as they are; None is an empty body; all else is
            written as JSON. An iterator is run up to its first chunk here, so that what it raises before that is
            still answered as an error.
        status: Of HTTP.
        headers: In addition to, or in the place of, the defaults.

    Raises:
        ValueError: A header's value has characters that cannot be sent.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, body: object = None, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers = {"X-Content-Type-Options": "nosniff"}
        self.body: bytes | Iterable[bytes] = self._encode(body)
        if isinstance(self.body, bytes) and status not in _BODILESS:
            self.headers["Content-Length"] = str(len(self.body))
        elif isinstance(self.body, FileSegments):
            self.headers["Content-Length"] = str(self.body.remain)
        for name, value in (headers or {}).items():
            if not _HEADER_VALUE.fullmatch(value):
                raise ValueError(f"the header {name} cannot be sent")
            self.headers[name] = value

    def _encode(self, body: Any) -> bytes | Iterable[bytes]:
        if body is None:
            return b""
        if isinstance(body, (bytes, FileSegments)):
            return body
        if isinstance(body, Iterator):
            return _Chunks(body)
        self.headers["Content-Type"] = "application/json"
        self.headers["Cache-Control"] = "no-store"
        # Escaped to ASCII: a name that a client once stored may hold half a surrogate pair, which UTF-8 cannot.
        return json.dumps(body, separators=(",", ":")).encode("ascii")

    @property
    def status_line(self) -> str:
        return f"{self.status} {_OWN_REASONS.get(self.status) or HTTPStatus(self.status).phrase}"

    def close(self) -> None:
        """Let go of a body that is not sent."""
        close = getattr(self.body, "close", None)
        if close is not None:
            close()

    def output(self, method: str, leave: Callable[[], None] = _stay) -> Iterable[bytes]:
        """Return what a WSGI application returns for this answer to a request of ``method``.

        Args:
            leave: Called when nothing of the answer is to be read from the store any more.
        """
        if isinstance(self.body, (FileSegments, _Chunks)):
            self.body.on_close = leave
        else:
            leave()
        if method == "HEAD" or self.status in _BODILESS:
            self.close()
            return ()
        return (self.body,) if isinstance(self.body, bytes) else self.body


class _Chunks:
    """An iterator of bytes that has been run up to its first chunk."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.on_close = _stay
        self._chunks = chunks
        self._first = next(chunks, b"")

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        yield from self._chunks

    def close(self) -> None:
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()
        self.on_close()


class WrongMethod(SyncFileError):
    """The path exists, but not for this method (``allow=``: the methods it has)."""


class BadEncoding(errors.BadRequest):
    """A body came with a ``Content-Encoding``, of which none is accepted."""


class BadFraming(errors.BadRequest):
    """The chunks of a body cannot be told from each other, and so its end cannot be told either."""


class BodyStopped(errors.BadRequest):
    """The client stopped sending before the end of its body."""


#: Status and stable slug of each error, for every face that answers errors as ``show_json`` does.
STATUS: dict[type[SyncFileError], tuple[int, str]] = {
    errors.BadRequest: (400, "bad_request"),
    errors.BadPath: (400, "bad_path"),
    BadEncoding: (415, "bad_encoding"),
    BodyStopped: (408, "body_stopped"),
    WrongMethod: (405, "wrong_method"),
    errors.NotAuthenticated: (401, "not_authenticated"),
    errors.CodeRequired: (401, "code_required"),
    errors.CodeWrong: (401, "code_wrong"),
    errors.PermissionDenied: (403, "permission_denied"),
    errors.WrongPassword: (403, "password_wrong"),
    errors.CodeRefused: (403, "code_wrong"),
    errors.NotFound: (404, "not_found"),
    errors.ParentMissing: (404, "parent_missing"),
    errors.BytesMissing: (500, "bytes_missing"),
    errors.AlreadyExists: (409, "already_exists"),
    errors.WrongOffset: (416, "wrong_offset"),
    errors.HeadMoved: (409, "head_moved"),
    errors.Locked: (423, "locked"),
    errors.LibraryLocked: (440, "library_locked"),
    errors.QuotaFull: (443, "quota_full"),
    errors.TooLarge: (413, "too_large"),
    errors.TooMany: (429, "too_many"),
    errors.Busy: (503, "busy"),
    errors.DiskFull: (507, "disk_full"),
    errors.StoreUnavailable: (503, "store_unavailable"),
}


def nearest(table: Mapping[type[SyncFileError], _Value], error: SyncFileError, default: _Value) -> _Value:
    """Return the entry of the error's class, or of its nearest parent that the table names."""
    return next((table[kind] for kind in type(error).__mro__ if kind in table), default)


def error_headers(error: SyncFileError) -> dict[str, str]:
    """Return the headers that go with an error whatever its body: ``Retry-After``, ``Allow``."""
    headers = {}
    if "retry_after" in error.facts:
        headers["Retry-After"] = str(error.facts["retry_after"])
    if isinstance(error, WrongMethod):
        headers["Allow"] = str(error.facts["allow"])
    return headers


def show_json(_call: object, error: SyncFileError) -> Reply:
    """Answer an error as ``{"error_msg": "<sentence>", "error": "<stable slug>"}`` under its status."""
    status, slug = nearest(STATUS, error, (500, "internal"))
    headers = error_headers(error)
    if status == 401:
        headers["WWW-Authenticate"] = "Token"
    return Reply({"error_msg": error.message, "error": slug}, status, headers)
