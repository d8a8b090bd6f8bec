"""Segments as a plain WSGI body, as any other server would see them."""

import os
from pathlib import Path

import pytest

from syncfile.transfer.segments import BytesRange, FileRange, FileSegments, Literal, SegmentError
from tests.transfer.conftest import open_descriptors

DATA = os.urandom(200_000)


@pytest.fixture
def block(tmp_path: Path) -> str:
    path = tmp_path / "block"
    path.write_bytes(DATA)
    return str(path)


def test_segments_can_be_iterated_over(block: str) -> None:
    body = FileSegments(
        [FileRange(block, 100, 150_000), Literal(b"x"), BytesRange(lambda: b"0123456789", 3, 4), Literal(b"")]
    )
    assert len(body) == 150_005
    assert b"".join(body) == DATA[100:150_100] + b"x3456"
    body.close()


def test_segments_can_be_read_like_a_file(block: str) -> None:
    body = FileSegments([FileRange(block, 0, 10), Literal(b"end")])
    assert body.read(0) == b""
    assert [body.read(4), body.read(100), body.read(), body.read()] == [DATA[:4], DATA[4:10], b"end", b""]


def test_one_file_is_open_at_a_time_and_none_at_the_end(block: str) -> None:
    before = open_descriptors()
    body = FileSegments([FileRange(block, 0, 10)] * 3)
    most = 0
    while body.read(7):
        most = max(most, open_descriptors())
    assert (most, open_descriptors()) == (before + 1, before)


def test_a_body_closed_half_way_is_at_its_end(block: str) -> None:
    before = open_descriptors()
    body = FileSegments([FileRange(block, 0, 10), Literal(b"more")])
    body.read(5)
    body.close()
    body.close()
    assert (body.read(), len(body), open_descriptors()) == (b"", 0, before)


def test_rows_are_loaded_when_their_turn_comes(block: str) -> None:
    loads: list[int] = []

    def load() -> bytes:
        loads.append(1)
        return b"row"

    body = FileSegments([FileRange(block, 0, 5), BytesRange(load, 0, 3)])
    assert (body.needs_load(), body.read(5), loads) == (False, DATA[:5], [])
    assert body.needs_load()
    assert (body.read(), loads) == (b"row", [1])


def test_what_is_loaded_after_the_end_is_dropped(block: str) -> None:
    body = FileSegments([FileRange(block, 0, 5), BytesRange(lambda: body.close() or b"row", 0, 3)])  # type: ignore[func-returns-value]  # closed meanwhile
    body.read()
    body.load()
    assert body.read() == b""


def test_a_missing_first_piece_is_found_at_once(tmp_path: Path) -> None:
    with pytest.raises(SegmentError, match="cannot be opened"):
        FileSegments([FileRange(str(tmp_path / "none"), 0, 1)])


def test_a_limit_shortens_and_never_lengthens(block: str) -> None:
    body = FileSegments([FileRange(block, 0, 10), Literal(b"more")])
    assert (body.limit(None), body.limit(100), body.limit(12)) == (14, 14, 12)
    assert b"".join(body) == DATA[:10] + b"mo"


def test_a_range_beyond_the_file_is_an_error(block: str) -> None:
    body = FileSegments([FileRange(block, len(DATA) - 5, 10)])
    assert body.read() == DATA[-5:]
    with pytest.raises(SegmentError, match="shorter"):
        body.read()
    body.close()
