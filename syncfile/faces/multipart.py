"""Forms as they arrive (RFC 7578): fields in memory within limits, files as a stream of chunks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote_to_bytes

from syncfile.errors import BadRequest, TooLarge

if TYPE_CHECKING:
    from multipart import MultipartSegment, PushMultipartParser

MAX_BOUNDARY_BYTES = 200  # RFC 2046 says 70
MAX_HEADER_BYTES = 4096  # of one line
MAX_HEADERS = 8  # of one part
MAX_PARTS = 1000
MAX_FIELD_BYTES = 64 << 10
MAX_FIELDS_BYTES = 1 << 20  # of all fields together
MAX_OUTSIDE_BYTES = 64 << 10  # before the first part, and again after the last

_CHUNK_BYTES = 256 << 10
_FILENAME_STAR = re.compile(r";\s*filename\*\s*=\s*utf-8'[^']*'([^;\s\"]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """A part with a value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part with a file.

    Attributes:
        name: Of the form's field.
        filename: As the client sent it, which may be a path of its own system or empty.
        chunks: The bytes; what is not taken before the next part is asked for is skipped.
    """

    name: str
    filename: str
    chunks: Iterator[bytes]


def iter_form(stream: BinaryIO, content_type: str) -> Iterator[Field | FilePart]:
    """Yield the parts of a form in the order they arrive.

    Args:
        stream: The body; read to its end, unless what follows the last part is unreasonably long.
        content_type: The header with the boundary. Where that is missing, the body's first line is taken for it.

    Raises:
        BadRequest: The form is malformed or ends early.
        TooLarge: A limit of this module is passed.
        transfer.body.BodyError: The body stops arriving.
    """
    room = MAX_FIELDS_BYTES
    events = _iter_events(stream, content_type)
    for segment in events:
        filename = _filename(segment)
        chunks: Iterator[bytes] = iter(lambda: next(events), None)
        if filename is not None:
            yield FilePart(segment.name, filename, chunks)
            for _ in chunks:
                pass
        else:
            value = _read_field(chunks, segment.name, min(room, MAX_FIELD_BYTES))
            room -= len(value)
            yield Field(segment.name, _decode(value, segment.name))


def _iter_events(stream: BinaryIO, content_type: str) -> Iterator[Any]:
    """Yield, for each part, its ``MultipartSegment``, its chunks, and None."""
    # With it come tempfile, shutil and three packers: half a megabyte that a server without forms need not have.
    from multipart import MultipartError, ParserLimitReached, PushMultipartParser

    boundary, early = _find_boundary(stream, content_type)
    try:
        parser = PushMultipartParser(
            boundary,
            max_header_size=MAX_HEADER_BYTES,
            max_header_count=MAX_HEADERS,
            max_segment_count=MAX_PARTS,
        )
        yield from _iter_parsed(parser, stream, early)
    except ParserLimitReached as error:
        raise TooLarge("the form has too many parts or too large headers") from error
    except (MultipartError, UnicodeError) as error:
        raise BadRequest("the form is malformed or ends too early") from error


def _iter_parsed(parser: "PushMultipartParser", stream: BinaryIO, early: bytes) -> Iterator[Any]:
    outside = 0  # bytes read since the parser last found anything
    chunk = early or stream.read(_CHUNK_BYTES)
    while chunk and outside <= MAX_OUTSIDE_BYTES:
        outside += len(chunk)
        for event in parser.parse(chunk):
            outside = 0
            yield event
        chunk = stream.read(_CHUNK_BYTES)
    parser.close()  # raises unless the last boundary was there


def _find_boundary(stream: BinaryIO, content_type: str) -> tuple[bytes, bytes]:
    """Return the boundary, and what had to be read of the body to know it."""
    from multipart import parse_options_header

    _, options = parse_options_header(content_type)
    boundary = options.get("boundary", "").encode("latin-1", "replace")
    early = b""
    if not boundary:
        while b"\n" not in early and len(early) <= MAX_BOUNDARY_BYTES:
            chunk = stream.read(_CHUNK_BYTES)
            if not chunk:
                break
            early += chunk
        line = early.partition(b"\n")[0].rstrip(b"\r")
        if not line.startswith(b"--"):
            raise BadRequest("the form has no boundary")
        boundary = line[2:]
    if not 0 < len(boundary) <= MAX_BOUNDARY_BYTES:
        raise BadRequest("the form has no usable boundary")
    return boundary, early


def _filename(segment: "MultipartSegment") -> str | None:
    """Return a part's file name, None for a field; ``filename*`` (RFC 5987) wins over ``filename``."""
    match = _FILENAME_STAR.search(segment.header("Content-Disposition", ""))
    if match is not None:
        return _decode(unquote_to_bytes(match[1]), segment.name)
    filename: str | None = segment.filename
    if filename is None and segment.content_type == "application/octet-stream":
        return ""  # a file whose sender gives its name in another field
    return filename


def _read_field(chunks: Iterator[bytes], name: str, limit: int) -> bytes:
    value = bytearray()
    for chunk in chunks:
        value += chunk
        if len(value) > limit:
            raise TooLarge(f"the form's field {name!r} is too long")
    return bytes(value)


def _decode(value: bytes, name: str) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise BadRequest(f"the form's part {name!r} is not UTF-8", parameter=name) from None
