"""Answers made of a stored file: conditions and ranges of RFC 9110, names of RFC 6266."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from secrets import token_hex
from urllib.parse import quote

from syncfile.faces.call import Call
from syncfile.faces.replies import Reply
from syncfile.transfer.segments import FileSegments, Literal, Segment

MAX_RANGES = 16
MAX_HEADER_CHARS = 1000

_SPEC = re.compile(r"([0-9]*)-([0-9]*)")
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_UNSAFE_IN_FILENAME = re.compile(r'[^\x20-\x7e]|["\\%]')
_ATTR_CHARS = "!#$&+-.^_`|~"  # RFC 8187, beside letters and digits


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive bytes of a file."""

    offset: int
    length: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.offset}-{self.offset + self.length - 1}/{size}"


class Unsatisfiable(ValueError):
    """None of the ranges asked for lies in the file."""


def parse_range(header: str, size: int) -> list[Span]:
    """Return the parts of a file of ``size`` bytes that a ``Range`` header asks for (RFC 9110, section 14).

    The list is empty where the whole file is to be sent: without a header, for one that is malformed or in another
    unit, for more than ``MAX_RANGES``, and for ranges that overlap so much that the file itself is shorter.

    Raises:
        Unsatisfiable: None of the ranges begins inside the file.
    """
    unit, equals, text = header.partition("=")
    if not equals or unit.strip().lower() != "bytes" or len(header) > MAX_HEADER_CHARS:
        return []
    specs = [part.strip(" \t") for part in text.split(",") if part.strip(" \t")]
    if not 0 < len(specs) <= MAX_RANGES:
        return []
    spans = []
    for spec in specs:
        match = _SPEC.fullmatch(spec)
        if match is None or spec == "-" or _is_backwards(match[1], match[2]):
            return []
        span = _span(match[1], match[2], size)
        if span is not None:
            spans.append(span)
    if not spans:
        raise Unsatisfiable(header)
    return spans if sum(span.length for span in spans) <= size else []


def _is_backwards(first: str, last: str) -> bool:
    return bool(first and last) and int(first) > int(last)


def _span(first: str, last: str, size: int) -> Span | None:
    """Return one range cut to the file, or None if it has no byte of it."""
    if not first:
        length = min(int(last), size)
        return Span(size - length, length) if length else None
    offset = int(first)
    end = min(int(last) + 1, size) if last else size
    return Span(offset, end - offset) if offset < size else None


def matches(header: str, etag: str, *, weak: bool) -> bool:
    """Tell whether an entity tag stands in the list of ``If-Match`` or ``If-None-Match``.

    Args:
        header: The list, or ``*`` for any tag.
        etag: A strong tag without its quotes.
        weak: Compare as ``If-None-Match`` does, where a weak tag of the list counts too.
    """
    if header.strip() == "*":
        return True
    return any(match[2] == etag and (weak or not match[1]) for match in _TAG.finditer(header))


def parse_date(header: str) -> int | None:
    """Return an HTTP date in seconds since the epoch, or None if it is none."""
    try:
        return int(parsedate_to_datetime(header).timestamp())
    except (TypeError, ValueError, OverflowError):
        return None


def condition(call: Call, etag: str, mtime: int) -> int | None:
    """Return 304 or 412 where the conditions of a call say so, None to go on (RFC 9110, section 13.2.2).

    Args:
        call: Its ``If-*`` headers count, ``If-Range`` aside.
        etag: Of what is there now, strong, without quotes.
        mtime: Seconds.
    """
    headers = call.headers
    if "If-Match" in headers:
        if not matches(headers.get("If-Match"), etag, weak=False):
            return 412
    elif (since := parse_date(headers.get("If-Unmodified-Since"))) is not None and mtime > since:
        return 412
    is_read = call.method in ("GET", "HEAD")
    if "If-None-Match" in headers:
        if matches(headers.get("If-None-Match"), etag, weak=True):
            return 304 if is_read else 412
    elif is_read and (since := parse_date(headers.get("If-Modified-Since"))) is not None and mtime <= since:
        return 304
    return None


def content_disposition(name: str, *, inline: bool = False) -> str:
    """Return the header that names a download: an ASCII fallback, and the name itself where that differs (RFC 6266)."""
    kind = "inline" if inline else "attachment"
    fallback = _UNSAFE_IN_FILENAME.sub("_", name)
    value = f'{kind}; filename="{fallback}"'
    if fallback != name:
        value += f"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS, errors='replace')}"
    return value


def guess_type(name: str) -> str:
    """Return the media type that a file's name suggests."""
    from mimetypes import guess_type as guess  # reads the system's table on first use

    # The slash keeps "data:text/html,x" from being read as a URL that says its own type.
    kind, encoding = guess("/" + name)
    return kind if kind and not encoding else "application/octet-stream"


def file_reply(
    call: Call,
    *,
    size: int,
    etag: str,
    mtime: int,
    name: str,
    spans: Callable[[int, int], Iterable[Segment]],
    stream: Callable[[int, int], Iterator[bytes]] | None = None,
    content_type: str = "",
    inline: bool = False,
) -> Reply:
    """Answer a GET or HEAD of a stored file: 200, 206 (one part or several), 304, 412 or 416.

    Args:
        call: Its conditions and ``Range`` are obeyed.
        size: Bytes of the file.
        etag: Changes whenever the bytes do; without quotes.
        mtime: Seconds.
        name: Offered for saving.
        spans: Returns the segments that make up ``length`` bytes from ``offset``, called as ``spans(offset, length)``.
        stream: Yields these bytes instead, where they are not stored as they are sent; one range at a time.
        content_type: Guessed from the name if empty.
        inline: Let the browser show it, in a sandbox, rather than save it.

    Raises:
        transfer.segments.SegmentError: The first block of what is asked for is missing.
    """
    kind = content_type or guess_type(name)
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{etag}"',
        "Last-Modified": formatdate(mtime, usegmt=True),
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Disposition": content_disposition(name, inline=inline),
    }
    status = condition(call, etag, mtime)
    if status is not None:
        return Reply(None, status, headers)
    try:
        parts = parse_range(_range_header(call, etag, mtime), size)
    except Unsatisfiable:
        return Reply(None, 416, {"Accept-Ranges": "bytes", "Content-Range": f"bytes */{size}"})
    if len(parts) > 1 and stream is None:
        return _several(parts, kind, size, headers, spans)
    headers["Content-Type"] = kind
    is_part = len(parts) == 1
    part = parts[0] if is_part else Span(0, size)
    if is_part:
        headers["Content-Range"] = part.content_range(size)
    if call.method == "HEAD":
        return Reply(None, 200, headers | {"Content-Length": str(size)})
    headers["Content-Length"] = str(part.length)
    body = FileSegments(spans(part.offset, part.length)) if stream is None else stream(part.offset, part.length)
    return Reply(body, 206 if is_part else 200, headers)


def _range_header(call: Call, etag: str, mtime: int) -> str:
    """Return the ``Range`` header where it counts: for GET (RFC 9110, section 14.2), and if ``If-Range`` allows it."""
    if call.method != "GET":
        return ""
    condition = call.headers.get("If-Range").strip()
    if condition.startswith(('"', "W/")):
        fits = matches(condition, etag, weak=False)
    else:
        fits = not condition or parse_date(condition) == mtime
    return call.headers.get("Range") if fits else ""


def _several(
    parts: list[Span],
    kind: str,
    size: int,
    headers: dict[str, str],
    spans: Callable[[int, int], Iterable[Segment]],
) -> Reply:
    """Answer several ranges as ``multipart/byteranges`` (RFC 9110, section 14.6)."""
    boundary = token_hex(16)

    def segments() -> Iterator[Segment]:
        for part in parts:
            head = f"\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: {part.content_range(size)}\r\n\r\n"
            yield Literal(head.encode("latin-1"))
            yield from spans(part.offset, part.length)
        yield Literal(f"\r\n--{boundary}--\r\n".encode())

    kind_of_all = f"multipart/byteranges; boundary={boundary}"
    return Reply(FileSegments(segments()), 206, headers | {"Content-Type": kind_of_all})
