"""Forms, however they are cut into pieces and whatever is in them."""

from io import BytesIO
from itertools import pairwise
from typing import BinaryIO, cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncfile.errors import BadRequest, SyncFileError, TooLarge
from syncfile.faces import multipart
from syncfile.faces.multipart import Field, FilePart, iter_form

BOUNDARY = "----WebKitFormBoundaryX"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"

Seen = tuple[str, str, bytes]


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Load what reads forms: the first one takes longer for it."""
    assert list(iter_form(BytesIO(form()), CONTENT_TYPE)) == []


class Pieces:
    """A stream whose reads return one piece each."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = [piece for piece in pieces if piece]

    def read(self, size: int = -1) -> bytes:
        if not self._pieces:
            return b""
        piece = self._pieces.pop(0)
        if len(piece) > size:
            piece, rest = piece[:size], piece[size:]
            self._pieces.insert(0, rest)
        return piece


def part(disposition: str, content: bytes, *more: str) -> bytes:
    head = "\r\n".join([f"Content-Disposition: form-data; {disposition}", *more])
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def seen(pieces: list[bytes], content_type: str = CONTENT_TYPE) -> list[Seen]:
    """Return name, kind or file name, and content of each part."""
    found = []
    for item in iter_form(cast(BinaryIO, Pieces(pieces)), content_type):
        if isinstance(item, FilePart):
            found.append((item.name, item.filename, b"".join(item.chunks)))
        else:
            found.append((item.name, "field", item.value.encode()))
    return found


TWO = form(part('name="to"', "/a/文".encode()), part('name="file"; filename="x.bin"', b"\r\n--\r\ndata"))
TWO_SEEN = [("to", "field", "/a/文".encode()), ("file", "x.bin", b"\r\n--\r\ndata")]


def test_fields_and_files_come_in_their_order() -> None:
    assert seen([TWO]) == TWO_SEEN


@given(st.lists(st.integers(0, len(TWO)), max_size=12))
def test_any_cut_of_the_stream_yields_the_same_parts(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(TWO)]
    assert seen([TWO[start:end] for start, end in pairwise(edges)]) == TWO_SEEN


def test_form_that_arrives_byte_by_byte_is_the_same() -> None:
    assert seen([TWO[index : index + 1] for index in range(len(TWO))]) == TWO_SEEN


_TRICKY = st.lists(
    st.sampled_from(
        [b"\r\n", b"\r", b"\n", b"--", b"-", BOUNDARY.encode(), b"\r\n--" + BOUNDARY.encode()[:-1], b"x", b"\0"]
    )
).map(b"".join)


@given(_TRICKY, st.integers(1, 40))
def test_content_that_looks_like_a_boundary_comes_back_whole(content: bytes, step: int) -> None:
    assume(f"\r\n--{BOUNDARY}".encode() not in b"\r\n" + content + b"\r\n")
    body = form(part('name="file"; filename="x"', content))
    pieces = [body[index : index + step] for index in range(0, len(body), step)]
    assert seen(pieces) == [("file", "x", content)]


def test_preamble_and_epilogue_are_passed_over() -> None:
    assert seen([b"This is a form.\r\n" + TWO + b"and that was it"]) == TWO_SEEN


def test_boundary_may_be_missing_from_the_header() -> None:
    assert seen([TWO], "multipart/form-data") == TWO_SEEN
    assert seen([TWO[index : index + 1] for index in range(len(TWO))], "multipart/form-data") == TWO_SEEN


def test_boundary_may_be_quoted() -> None:
    assert seen([TWO], f'multipart/form-data; charset=utf-8; boundary="{BOUNDARY}"') == TWO_SEEN


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        ('name="f"; filename="报告.txt"', "报告.txt"),
        ('name="f"; filename="x"; filename*=UTF-8\'\'%E6%8A%A5.txt', "报.txt"),
        ("name=\"f\"; filename*=utf-8'zh'%E6%8A%A5.txt", "报.txt"),
        ('name="f"; filename="a\\"b.txt"', 'a"b.txt'),
        ('name="f"; filename="a%22b.txt"', 'a"b.txt'),
        ('name="f"; filename="C:\\\\Users\\\\x.txt"', "x.txt"),
        ('name="f"; filename="../../etc/passwd"', "../../etc/passwd"),
        ("name=f; filename=plain.txt", "plain.txt"),
        ('name="f"; filename=""', ""),
    ],
)
def test_file_name_is_read_in_all_its_spellings(disposition: str, filename: str) -> None:
    assert seen([form(part(disposition, b"x"))]) == [("f", filename, b"x")]


def test_unnamed_octets_are_a_file() -> None:
    body = form(part('name="file"', b"\xff\xfe", "Content-Type: application/octet-stream"))
    assert seen([body]) == [("file", "", b"\xff\xfe")]


def test_file_that_is_not_read_is_skipped() -> None:
    body = form(part('name="a"; filename="a"', b"x" * 1000), part('name="b"', b"last"))
    items = list(iter_form(BytesIO(body), CONTENT_TYPE))
    assert items[1] == Field("b", "last")


def test_empty_form_has_no_parts() -> None:
    assert seen([form()]) == []


@pytest.mark.parametrize("length", range(len(TWO) - 4))
def test_form_that_ends_early_is_refused(length: int) -> None:
    with pytest.raises(BadRequest):
        seen([TWO[:length]])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form at all",
        TWO.replace(b"form-data", b"attachment"),
        TWO.replace(b"Content-Disposition", b"X-Other"),
        TWO.replace(b"\r\n\r\n", b"\n\n"),
        TWO.replace(b"/a/", b"/\xff/"),
        TWO.replace(b"x.bin", b"\xff.bin"),
        TWO.replace(b'filename="x.bin"', b"filename*=UTF-8''%FF"),
        TWO.replace(b'name="to"', b'name="to"\r\nno colon'),
    ],
)
def test_malformed_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        seen([body])


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 500])
def test_form_without_a_usable_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(BadRequest):
        seen([b"x" * 100_000], content_type)


@pytest.mark.parametrize(
    "body",
    [
        form(part('name="a"', b"x" * (multipart.MAX_FIELD_BYTES + 1))),
        form(*[part('name="a"', b"x" * multipart.MAX_FIELD_BYTES)] * 17),
        form(*[part('name="a"', b"")] * (multipart.MAX_PARTS + 1)),
        form(part('name="a"', b"", *["X-A: b"] * multipart.MAX_HEADERS)),
        form(part('name="a"', b"", "X-A: " + "b" * multipart.MAX_HEADER_BYTES)),
    ],
)
def test_form_beyond_a_limit_is_too_large(body: bytes) -> None:
    with pytest.raises(TooLarge):
        seen([body])


def test_endless_preamble_is_given_up() -> None:
    pieces = [b"x" * 1000] * 1000
    stream = Pieces(pieces)
    with pytest.raises(BadRequest):
        list(iter_form(cast(BinaryIO, stream), CONTENT_TYPE))
    assert len(stream._pieces) > 900


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_a_form_or_an_error_of_ours(body: bytes, has_boundary: bool) -> None:
    try:
        found = seen([body], CONTENT_TYPE if has_boundary else "multipart/form-data")
    except SyncFileError:
        return
    assert found == []
