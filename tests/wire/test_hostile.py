"""Whatever is sent, the answer is one of the document's, and the next request is answered as well."""

import json
from random import Random
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.conftest import Answer, Client
from tests.wire.daemon import Daemon
from tests.wire.people import BOUNDARY, Person, exchange, form, meet, told

FEW = settings(max_examples=60, deadline=None)
#: What each operation may answer, and 1206 where the request cannot be read at all.
CODES = {
    "mkdir": {1100, 1101, 1102, 1103, 1206},
    "getdetail": {1120, 1121, 1206},
    "rename": {1130, 1131, 1101, 1206},
    "rm": {1140, 1141, 1206},
    "list": {1150, 1151, 1206},
}
UPLOAD_CODES = {1210, 1202, 1203, 1206}
FORM_CODES = {1200, 1201, 1202, 1204, 1206, 1021}

SEGMENTS = [
    "..", ".", "", "a", "\0", "\\", " ", "%2e%2e", "%00", "\r\n", "\x01\x1f\x7f", "CON", "a:b", "x" * 255, "x" * 300,
    "é", "e\u0301", "\u202e", "\ufeff", "\ufffe", "\U0010ffff", "😀", "root", "~", "$(id)", "';--", "{0}", "%s",
]  # fmt: skip
paths = st.one_of(
    st.lists(st.sampled_from(SEGMENTS), max_size=6).flatmap(
        lambda parts: st.sampled_from("/\\").map(lambda separator: separator.join(parts).encode())
    ),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=40),
)


@pytest.fixture(scope="module")
def mallory(daemon: Daemon) -> Person:
    """Somebody who asks for strange things."""
    person = meet(daemon.client)
    person.make("a")
    return person


def escaped(**parameters: bytes) -> str:
    return "&".join(f"{name}={quote_from_bytes(value, safe='')}" for name, value in parameters.items())


def code_of(answer: Answer) -> int:
    """Return the code of an answer that has the document's shape."""
    body = answer.json
    assert answer.status == 200
    assert (type(body["error_code"]), type(body["msg"])) == (int, str)
    assert body["status"] in {"success", "error"}
    return int(body["error_code"])


def assert_goes_on(client: Client) -> None:
    assert client.get("/v1/ping/").body == b'"pong"'


@pytest.mark.parametrize("operation", CODES)
@given(path=paths, name=paths)
@example(path=b"/".join([b"a"] * 10_000), name=b"x")
@example(path=b"\\".join([b".."] * 10_000), name=b"..")
@example(path=b"\xed\xa0\x80", name=b"\xed\xb0\x80")
@example(path=b"\xff\xfe", name=b"\xc0\xaf")
@example(path=b"x" * 60_000, name=b"")
@FEW
def test_any_path_of_a_folder_gets_a_documented_answer(
    mallory: Person, operation: str, path: bytes, name: bytes
) -> None:
    query = escaped(op=operation.encode(), authid=mallory.authid.encode(), path=path, name=name[:2000])
    assert code_of(mallory.client.get(f"/v1/folder?{query}")) in CODES[operation]


@given(path=paths)
@example(path=b"/".join([b"a"] * 10_000))
@example(path=b"\xed\xa0\x80")
@FEW
def test_any_path_of_a_file_gets_a_documented_answer(mallory: Person, path: bytes) -> None:
    given_ = {"authid": mallory.authid.encode(), "filepath": path}
    asked = mallory.client.get(f"/v1/file?{escaped(op=b'download', **given_)}")
    assert code_of(asked) in {1220, 1221, 1206}
    query = escaped(op=b"upload", **given_)
    assert code_of(mallory.client.post(f"/v1/file?{query}", body=b"x")) in UPLOAD_CODES
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    sent = mallory.client.post(f"/v1/file?{query}", body=form(b"x"), headers=headers)
    assert code_of(sent) in FORM_CODES


@given(path=paths)
@FEW
def test_no_name_escapes_the_data_folder(daemon: Daemon, mallory: Person, path: bytes) -> None:
    mallory.client.post(f"/v1/file?{escaped(op=b'upload', authid=mallory.authid.encode(), filepath=path)}", body=b"x")
    assert {each.name for each in daemon.folder.iterdir()} == {"data", "elsewhere", "log"}
    assert list(daemon.elsewhere.iterdir()) == []
    known = {
        "blocks",
        "tmp",
        "syncfile-store.json",
        "syncfile.lock",
        "syncfile.db",
        "syncfile.db-wal",
        "syncfile.db-shm",
        "gc.db",
        "gc.resume",
        "READ-ME-FIRST.txt",
        "rescue.py",
    }
    assert {each.name for each in daemon.data.iterdir()} <= known


@given(path=st.binary(max_size=60))
@example(path=b"../" * 1000)
@example(path=b"folder/../../etc/passwd")
@example(path=b"\x00")
@example(path=b"file\xff")
@FEW
def test_any_url_path_gets_an_answer_in_json(daemon: Daemon, path: bytes) -> None:
    answer = daemon.client.get(f"/v1/x{quote_from_bytes(path)}")
    assert answer.status in {400, 404}
    assert answer.json.keys() == {"error_msg", "error"}


@given(id=st.binary(max_size=60))
@FEW
def test_any_link_that_is_none_is_refused(daemon: Daemon, id: bytes) -> None:
    answer = daemon.client.get(f"/v1/f?{escaped(id=id)}")
    assert answer.status in {400, 404}
    assert answer.json.keys() == {"error_msg", "error"}


@given(query=st.lists(st.tuples(st.sampled_from(["op", "authid", "path", "name", "depth", "x"]), st.text(max_size=9))))
@FEW
def test_repeated_and_unknown_parameters_get_a_documented_answer(mallory: Person, query: list[tuple[str, str]]) -> None:
    text = "&".join(escaped(**{name: value.encode("utf-8", "surrogatepass")}) for name, value in query)
    anybody = code_of(mallory.client.get(f"/v1/folder?{text}"))
    assert anybody in {1021, 1206}
    answer = mallory.client.get(f"/v1/folder?op=list&authid={mallory.authid}&{text}")
    assert code_of(answer) in CODES["list"]


def test_the_first_of_repeated_parameters_counts(ann: Person) -> None:
    ann.make("a")
    query = f"op=list&op=rm&authid={ann.authid}&authid=x&path=&path=a"
    assert told(ann.client.get(f"/v1/folder?{query}"), 1150) == {"details": ["a"]}


@pytest.mark.parametrize("size", [10_000, 60_000])
def test_a_huge_query_string_gets_a_documented_answer(mallory: Person, size: int) -> None:
    query = f"op=list&authid={mallory.authid}"
    told(mallory.client.get(f"/v1/folder?{query}&path={'x' * size}"), 1151)
    told(mallory.client.get(f"/v1/folder?{query}{'&x=1' * (size // 4)}"), 1206)


def test_a_head_over_the_limit_is_refused(client: Client) -> None:
    assert client.get(f"/v1/folder?path={'x' * 70_000}").status == 431
    assert client.get("/v1/ping/", headers={"X-Much": "x" * 70_000}).status == 431
    assert_goes_on(client)


KINDS = ["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "text/plain", "", "x/y; z"]


@given(body=st.one_of(st.binary(max_size=200), st.text(max_size=99).map(str.encode)), kind=st.sampled_from(KINDS))
@example(body=b'{"op": ["list"], "path": {"a": 1}}', kind="application/json")
@example(body=b'{"path": "\\ud800"}', kind="application/json")
@example(body=b"[" * 5000, kind="application/json")
@example(body=b'{"op": 1e999}', kind="application/json")
@example(body=b"%ff=%fe&path=%00", kind="application/x-www-form-urlencoded")
@example(body=b"&" * 5000, kind="application/x-www-form-urlencoded")
@FEW
def test_any_body_of_any_type_gets_a_documented_answer(mallory: Person, body: bytes, kind: str) -> None:
    headers = {"Content-Type": kind}
    asked = mallory.client.post(f"/v1/folder?op=list&authid={mallory.authid}", body=body, headers=headers)
    assert code_of(asked) in CODES["list"]
    assert code_of(mallory.client.post("/v1/isAuthAlive", body=body, headers=headers)) == 1021
    assert code_of(mallory.client.post("/v1/userRegister", body=body, headers=headers)) in {1003, 1004}


@given(data=st.data())
@FEW
def test_a_damaged_form_gets_a_documented_answer(mallory: Person, data: st.DataObject) -> None:
    whole = form(b"content " * 30, fields={"filepath": "name", "note": "x"})
    cut = data.draw(st.integers(0, len(whole)), label="cut")
    place = data.draw(st.integers(0, len(whole)), label="place")
    noise = data.draw(st.binary(max_size=20), label="noise")
    body = whole[:place] + noise + whole[min(cut, place) : cut]
    boundary = data.draw(st.sampled_from(["", f"; boundary={BOUNDARY}", "; boundary=", "; boundary=\xff"]))
    headers = {"Content-Type": f"multipart/form-data{boundary}"}
    query = {"op": "upload", "authid": mallory.authid}
    assert code_of(mallory.client.post("/v1/file", query=query, body=body, headers=headers)) in FORM_CODES


@pytest.mark.parametrize(
    ("fields", "status"), [({f"field{number}": "x" for number in range(1100)}, 413), ({"path": "x" * 70_000}, 413)]
)
def test_a_form_over_the_limits_is_too_large(mallory: Person, fields: dict[str, str], status: int) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    for path in ("/v1/file", "/v1/folder"):
        answer = mallory.client.post(path, body=form(fields=fields), headers=headers)
        assert (answer.status, answer.json["error"]) == (status, "too_large")


def test_a_body_over_the_limit_for_parameters_is_too_large(mallory: Person) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        body = json.dumps({"path": "x" * (2 << 20)}).encode()
        answer = mallory.client.post("/v1/folder", body=body, headers={"Content-Type": kind})
        assert (answer.status, answer.json["error"]) == (413, "too_large")


@given(garbage=st.binary(min_size=1, max_size=300))
@example(garbage=b"\r\n" * 1000)
@example(garbage=b"GET\r\n\r\n")
@example(garbage=b"GET / HTTP/9.9\r\n\r\n")
@example(garbage=b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
@example(garbage=b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
@example(garbage=b"GET http://[::1/ HTTP/1.1\r\n\r\n")
@example(garbage=Random(5).randbytes(200_000))
@settings(max_examples=100, deadline=None)
def test_garbage_ends_its_own_connection_alone(daemon: Daemon, garbage: bytes) -> None:
    try:
        answer = exchange(daemon.port, garbage)
    except (ConnectionResetError, BrokenPipeError):
        answer = None  # what was sent after the refusal
    assert answer is None or 400 <= answer.status < 500
    assert_goes_on(daemon.client)


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -5",
        "Content-Length: 5x",
        f"Content-Length: {'9' * 40}",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Bad Header: x",
        "Folded: x\r\n y",
        "X: a\0b",
    ],
)
def test_a_head_that_two_programs_may_read_differently_is_refused(mallory: Person, headers: str) -> None:
    target = f"/v1/file?op=upload&authid={mallory.authid}&filepath=smuggled"
    answer = exchange(mallory.client.port, f"POST {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\nhello".encode())
    assert answer is not None
    assert answer.status in {400, 501}
    assert answer.headers["connection"] == "close"
    assert "smuggled" not in mallory.list(depth=1)


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "application/octet-stream", "multipart/form-data"]
)
@pytest.mark.parametrize("chunks", ["x\r\nhello\r\n0\r\n\r\n", "-1\r\nhello\r\n", "2\r\nhello\r\n0\r\n\r\n"])
def test_chunks_that_cannot_be_told_apart_are_400(mallory: Person, kind: str, chunks: str) -> None:
    uploads = kind != "application/x-www-form-urlencoded"
    target = f"/v1/file?op=upload&authid={mallory.authid}&filepath=smuggled" if uploads else "/v1/userRegister"
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = exchange(mallory.client.port, (head + chunks).encode())
    assert answer is not None
    assert (answer.status, answer.json["error"], answer.headers["connection"]) == (400, "bad_request", "close")
    assert "smuggled" not in mallory.list(depth=1)
