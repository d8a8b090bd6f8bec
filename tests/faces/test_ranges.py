"""Conditions, ranges and names of downloads: the pure parts, then over a real socket."""

import re
from email.utils import formatdate
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncfile.faces.ranges import (
    MAX_RANGES,
    Span,
    Unsatisfiable,
    content_disposition,
    guess_type,
    matches,
    parse_date,
    parse_range,
)
from tests.conftest import Client
from tests.faces.sample import CONTENT

FILE = "/sample/file/"
MTIME = 1_700_000_000
LATER, EARLIER = formatdate(MTIME + 60, usegmt=True), formatdate(MTIME - 60, usegmt=True)
LAST_MODIFIED = formatdate(MTIME, usegmt=True)


@pytest.mark.parametrize(
    ("header", "spans"),
    [
        ("bytes=0-0", [Span(0, 1)]),
        ("bytes=0-499", [Span(0, 500)]),
        ("bytes=990-", [Span(990, 10)]),
        ("bytes=-10", [Span(990, 10)]),
        ("bytes=-5000", [Span(0, 1000)]),
        ("bytes=900-99999999999999999999999", [Span(900, 100)]),
        ("Bytes = 1-2", [Span(1, 2)]),
        ("bytes=0-1, 4-5,,-1", [Span(0, 2), Span(4, 2), Span(999, 1)]),
        ("bytes=5000-,0-1", [Span(0, 2)]),
    ],
)
def test_range_names_parts_of_the_file(header: str, spans: list[Span]) -> None:
    assert parse_range(header, 1000) == spans


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=1-2,x",
        "bytes=1-2-3",
        "bytes=+1-2",
        "bytes=٣-٤",
        "lines=1-2",
        "bytes=" + ",".join(["0-0"] * (MAX_RANGES + 1)),
        "bytes=0-,0-",
        "bytes=1-" + "9" * 2000,
    ],
)
def test_range_that_makes_no_sense_or_no_gain_means_the_whole_file(header: str) -> None:
    assert parse_range(header, 1000) == []


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=1000-", 1000), ("bytes=-0", 1000), ("bytes=0-", 0), ("bytes=-1", 0)]
)
def test_range_outside_the_file_is_unsatisfiable(header: str, size: int) -> None:
    with pytest.raises(Unsatisfiable):
        parse_range(header, size)


_SPEC = st.one_of(
    st.tuples(st.integers(0, 3000), st.integers(0, 3000)).map(lambda pair: f"{pair[0]}-{pair[1]}"),
    st.integers(0, 3000).map(lambda first: f"{first}-"),
    st.integers(0, 3000).map(lambda suffix: f"-{suffix}"),
    st.text("0123456789-, =bytes\t", max_size=12),
)


@given(st.lists(_SPEC, max_size=20), st.integers(0, 2000))
def test_any_header_yields_parts_inside_the_file_and_no_more_bytes_than_it_has(specs: list[str], size: int) -> None:
    try:
        spans = parse_range("bytes=" + ",".join(specs), size)
    except Unsatisfiable:
        return
    assert all(span.offset >= 0 and span.length > 0 and span.offset + span.length <= size for span in spans)
    assert sum(span.length for span in spans) <= size
    assert len(spans) <= MAX_RANGES


@given(st.text(max_size=40))
def test_any_text_is_a_range_or_none(header: str) -> None:
    try:
        assert isinstance(parse_range(header, 100), list)
    except Unsatisfiable:
        assert header.lower().lstrip().startswith("bytes")


@given(st.integers(1, 500), st.data())
def test_one_range_selects_the_same_bytes_as_a_slice(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(first, size * 2))
    (span,) = parse_range(f"bytes={first}-{last}", size)
    content = bytes(index % 256 for index in range(size))
    assert content[span.offset : span.offset + span.length] == content[first : last + 1]


@pytest.mark.parametrize(
    ("header", "weak", "expected"),
    [
        ('"abc"', True, True),
        ('W/"abc"', True, True),
        ('W/"abc"', False, False),
        ('"x", "abc"', False, True),
        ("*", False, True),
        ('"ab"', True, False),
        ("abc", True, False),
    ],
)
def test_entity_tags_are_compared_strongly_or_weakly(header: str, weak: bool, expected: bool) -> None:
    assert matches(header, "abc", weak=weak) is expected


@pytest.mark.parametrize("header", ["", "yesterday", "Mon, 99 Foo 2024 00:00:00 GMT", "Mon, 01 Jan 99999 00:00:00 GMT"])
def test_date_that_is_none_is_passed_over(header: str) -> None:
    assert parse_date(header) is None


def test_plain_name_is_sent_as_it_is() -> None:
    assert content_disposition("a b.txt") == 'attachment; filename="a b.txt"'


def test_other_names_have_an_ascii_fallback() -> None:
    value = content_disposition('报告 "1".txt', inline=True)
    assert value == "inline; filename=\"__ _1_.txt\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A%20%221%22.txt"


@given(st.text(max_size=60))
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    value = content_disposition(name)
    assert re.fullmatch(r"attachment; filename=\"[^\"\\]*\"(; filename\*=UTF-8''[A-Za-z0-9%!#$&+.^_`|~-]*)?", value)
    assert value.isascii()
    assert value.isprintable()


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_name_comes_back_whole(name: str) -> None:
    value = content_disposition(name)
    plain, _, extended = value.partition("; filename*=UTF-8''")
    assert (unquote(extended) if extended else plain.removeprefix('attachment; filename="')[:-1]) == name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.html", "text/html"),
        ("a.png", "image/png"),
        ("a.tar.gz", "application/octet-stream"),
        ("data:text/html,x", "application/octet-stream"),
        ("none", "application/octet-stream"),
    ],
)
def test_type_is_guessed_from_the_name(name: str, kind: str) -> None:
    assert guess_type(name) == kind


def test_whole_file_says_what_it_is(sample: Client) -> None:
    answer = sample.get(FILE, query={"name": "报告.html"})
    assert (answer.status, answer.body) == (200, CONTENT)
    headers = answer.headers
    assert (headers["etag"], headers["accept-ranges"], headers["content-type"]) == ('"abc"', "bytes", "text/html")
    assert (headers["content-length"], headers["last-modified"]) == (str(len(CONTENT)), LAST_MODIFIED)
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"].startswith("attachment;")


def test_inline_file_is_shown_in_a_sandbox(sample: Client) -> None:
    headers = sample.get(FILE, query={"inline": 1}).headers
    assert headers["content-disposition"].startswith("inline;")
    assert headers["content-security-policy"].startswith("sandbox")


def test_head_tells_the_length_of_the_whole_file(sample: Client) -> None:
    answer = sample.head(FILE, headers={"Range": "bytes=0-9"})
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(CONTENT)))


def test_one_range_is_206_with_its_place(sample: Client) -> None:
    answer = sample.get(FILE, headers={"Range": "bytes=-16"})
    assert (answer.status, answer.body) == (206, CONTENT[-16:])
    assert answer.headers["content-range"] == f"bytes {len(CONTENT) - 16}-{len(CONTENT) - 1}/{len(CONTENT)}"


def test_several_ranges_are_parts_of_one_answer(sample: Client) -> None:
    answer = sample.get(FILE, headers={"Range": "bytes=0-2,10-12"})
    assert answer.status == 206
    assert answer.headers["content-length"] == str(len(answer.body))
    boundary = answer.headers["content-type"].partition("boundary=")[2].encode()
    parts = [part.partition(b"\r\n\r\n") for part in answer.body.split(b"\r\n--" + boundary)[1:-1]]
    assert [content for _, _, content in parts] == [CONTENT[:3], CONTENT[10:13]]
    assert b"Content-Range: bytes 10-12/10240" in parts[1][0]
    assert answer.body.endswith(b"\r\n--" + boundary + b"--\r\n")


def test_range_outside_is_416_with_the_size(sample: Client) -> None:
    answer = sample.get(FILE, headers={"Range": "bytes=99999-"})
    assert (answer.status, answer.body, answer.headers["content-range"]) == (416, b"", f"bytes */{len(CONTENT)}")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": '"abc"'}, 304),
        ({"If-None-Match": 'W/"abc"'}, 304),
        ({"If-None-Match": '"old"'}, 200),
        ({"If-None-Match": '"old"', "If-Modified-Since": LATER}, 200),
        ({"If-Modified-Since": LAST_MODIFIED}, 304),
        ({"If-Modified-Since": EARLIER}, 200),
        ({"If-Modified-Since": "nonsense"}, 200),
        ({"If-Match": '"abc"'}, 200),
        ({"If-Match": '"old"'}, 412),
        ({"If-Match": 'W/"abc"'}, 412),
        ({"If-Unmodified-Since": EARLIER}, 412),
        ({"If-Unmodified-Since": LATER}, 200),
        ({"If-Match": '"abc"', "If-Unmodified-Since": EARLIER}, 200),
    ],
)
def test_conditions_decide_before_the_file_is_sent(sample: Client, headers: dict[str, str], status: int) -> None:
    answer = sample.get(FILE, headers=headers)
    assert answer.status == status
    assert answer.headers["etag"] == '"abc"'
    assert answer.body == (CONTENT if status == 200 else b"")


@pytest.mark.parametrize(
    ("condition", "status"),
    [('"abc"', 206), ('"old"', 200), ('W/"abc"', 200), (LAST_MODIFIED, 206), (EARLIER, 200), ("nonsense", 200)],
)
def test_range_counts_only_if_the_file_is_still_the_same(sample: Client, condition: str, status: int) -> None:
    assert sample.get(FILE, headers={"Range": "bytes=0-9", "If-Range": condition}).status == status
