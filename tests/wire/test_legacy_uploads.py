"""``POST /v1/file`` as its document has it."""

import json
import socket
from collections.abc import Callable
from hashlib import sha1
from random import Random

import pytest

from tests.conftest import Client
from tests.wire.daemon import Daemon
from tests.wire.people import BOUNDARY, Person, exchange, form, meet, read_answer, told

#: A row, a block of its own, and several blocks.
SIZES = [0, 1, 32 << 10, (32 << 10) + 1, 300_000, (8 << 20) + 1]
NAMES = ["照片.jpg", "Ünïcödé", "😀", "a b.txt", "%41", "a+b&c=d#e", "'\"", "\u202egnp.exe", "x" * 255]
#: How the forms of this module are sent.
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
BAD_PATHS = ["..", "a/..", "a/../b", "../x", ".", "/b", "\\b", "a//b", "a\0b", "b/", "b\\", "x" * 256, "root", ""]


def content_of(size: int) -> bytes:
    return Random(size).randbytes(size)


@pytest.mark.parametrize("size", SIZES)
def test_a_body_is_stored_as_a_file(ann: Person, size: int) -> None:
    assert told(ann.upload("file", content_of(size)), 1210) == {}
    assert sha1(ann.read("file")).digest() == sha1(content_of(size)).digest()


@pytest.mark.parametrize("size", SIZES)
def test_the_file_of_a_form_is_stored(ann: Person, size: int) -> None:
    assert told(ann.upload_form("file", content_of(size)), 1200) == {}
    assert sha1(ann.read("file")).digest() == sha1(content_of(size)).digest()


@pytest.mark.parametrize("size", [0, 300_000])
def test_a_form_may_leave_its_boundary_out_of_the_header(ann: Person, size: int) -> None:
    told(ann.upload_form("file", content_of(size), boundary=""), 1200)
    assert ann.read("file") == content_of(size)


@pytest.mark.parametrize("size", [5, 300_000])
def test_a_form_may_hold_the_parameters(client: Client, ann: Person, size: int) -> None:
    body = form(content_of(size), fields=ann.at("form.bin"))
    told(client.post("/v1/file", body=body, headers=FORM), 1200)
    assert ann.read("form.bin") == content_of(size)


def test_the_query_string_wins_over_the_fields_of_a_form(client: Client, ann: Person) -> None:
    body = form(b"x", fields={"filepath": "of the form"})
    told(client.post("/v1/file", query=ann.at("of the query"), body=body, headers=FORM), 1200)
    assert ann.list() == ["of the query"]


def test_a_form_with_two_files_stores_nothing(client: Client, ann: Person) -> None:
    for contents in ((b"one", b"two"), (content_of(300_000), content_of(200_000))):
        answer = client.post("/v1/file", query=ann.at("file"), body=form(*contents), headers=FORM)
        assert told(answer, 1206) == {}
    assert ann.list() == []


def test_a_form_without_a_file_is_a_wrong_format(client: Client, ann: Person) -> None:
    body = form(fields={"note": "no file"})
    assert told(client.post("/v1/file", query=ann.at("file"), body=body, headers=FORM), 1206) == {}


@pytest.mark.parametrize("body", [b"", b"not a form", form(b"x" * 100)[:-20], b"--" + b"x" * 500])
@pytest.mark.parametrize("boundary", ["", f"; boundary={BOUNDARY}"])
def test_a_form_that_is_none_is_a_wrong_format(client: Client, settled: Person, body: bytes, boundary: str) -> None:
    headers = {"Content-Type": f"multipart/form-data{boundary}"}
    assert told(client.post("/v1/file", query=settled.at("new"), body=body, headers=headers), 1206) == {}
    assert settled.list() == ["a", "file"]


@pytest.mark.parametrize("operation", ["", "download", "delete"])
def test_another_operation_is_not_supported(client: Client, settled: Person, operation: str) -> None:
    query = settled.at("new") | {"op": operation}
    assert told(client.post("/v1/file", query=query, body=b"x"), 1201) == {}
    assert told(client.post("/v1/file", query=query, body=form(b"x"), headers=FORM), 1201) == {}
    assert settled.list() == ["a", "file"]


def test_a_path_that_is_taken_is_refused(ann: Person) -> None:
    ann.store("file", b"old")
    ann.make("folder")
    for path in ("file", "folder"):
        assert told(ann.upload(path, b"new"), 1202) == {}
        assert told(ann.upload_form(path, b"new"), 1202) == {}
    assert (ann.list(), ann.read("file")) == (["file", "folder"], b"old")


def test_a_taken_path_is_told_before_a_large_body_is_read(client: Client, ann: Person) -> None:
    ann.store("file", b"old")
    head = f"POST /v1/file?op=upload&authid={ann.authid}&filepath=file HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000"
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as sock:
        sock.sendall(head.encode() + b"\r\n\r\n" + b"x" * 70_000)
        answer = read_answer(sock)
    assert answer is not None
    told(answer, 1202)


@pytest.mark.parametrize("path", ["missing/file", "a/missing/file", "file/file"])
def test_a_missing_parent_is_told_as_the_reason(settled: Person, path: str) -> None:
    reason = "the parent folder does not exist"
    assert told(settled.upload(path, b"x"), 1203, reason) == {}
    assert told(settled.upload_form(path, b"x"), 1204, reason) == {}
    assert settled.list() == ["a", "file"]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_path_that_cannot_be_stored_is_a_wrong_format(settled: Person, path: str) -> None:
    assert told(settled.upload(path, b"x"), 1206) == {}
    assert told(settled.upload_form(path, b"x"), 1206) == {}
    assert settled.list() == ["a", "file"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_hold_any_other_character(ann: Person, name: str) -> None:
    ann.store(name, b"raw")
    assert (ann.list(), ann.read(name)) == ([name], b"raw")


def test_both_separators_name_the_same_file(ann: Person) -> None:
    ann.make("a")
    ann.store("a\\file", b"x")
    told(ann.upload("a/file", b"y"), 1202)
    assert ann.read("a/file") == ann.read("a\\file") == b"x"


@pytest.mark.parametrize("size", SIZES)
def test_a_chunked_body_is_stored(client: Client, ann: Person, size: int) -> None:
    content = content_of(size)
    target = f"/v1/file?op=upload&authid={ann.authid}&filepath=file"
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    pieces = [content[start : start + 70_001] for start in range(0, size, 70_001)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    answer = exchange(client.port, head + chunks)
    assert answer is not None
    told(answer, 1210)
    assert ann.read("file") == content


def test_a_chunked_form_is_stored(client: Client, ann: Person) -> None:
    body = form(content_of(300_000), fields=ann.at("file"))
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    head = f"POST /v1/file HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{kind}\r\n\r\n".encode()
    answer = exchange(client.port, head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
    assert answer is not None
    told(answer, 1200)
    assert ann.read("file") == content_of(300_000)


def expecting(ann: Person, path: str, size: int) -> bytes:
    """Return the head of an upload that waits for ``100 Continue``."""
    target = f"/v1/file?op=upload&authid={ann.authid}&filepath={path}"
    return f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\nExpect: 100-continue\r\n\r\n".encode()


def test_a_client_that_asks_first_is_told_to_go_on(client: Client, ann: Person) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as sock:
        sock.sendall(expecting(ann, "file", 5))
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"hello")
        answer = read_answer(sock)
    assert answer is not None
    told(answer, 1210)
    assert ann.read("file") == b"hello"


def test_a_client_that_asks_first_is_refused_before_it_sends(client: Client, ann: Person) -> None:
    ann.store("file", b"old")
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as sock:
        sock.sendall(expecting(ann, "file", 5))
        first = sock.recv(12)
        assert first == b"HTTP/1.1 200"


@pytest.mark.parametrize("size", [1000, 300_000])
def test_an_upload_that_breaks_off_stores_nothing(client: Client, daemon: Daemon, ann: Person, size: int) -> None:
    target = f"/v1/file?op=upload&authid={ann.authid}&filepath=file"
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
    answer = exchange(client.port, head + b"x" * (size - 1))
    assert answer is None or told(answer, 1206) == {}
    assert ann.list() == []
    assert list((daemon.data / "tmp").iterdir()) == []


def test_a_name_whose_bytes_are_lost_is_told_apart(daemon: Daemon, ann: Person) -> None:
    content = Random("lost").randbytes(300_000)
    ann.store("file", content)
    block_id = sha1(content).hexdigest()
    (block,) = daemon.data.glob(f"blocks/*/{block_id[:2]}/{block_id[2:]}")
    block.unlink()
    assert told(ann.upload("file", b"new"), 1205) == {}
    assert told(ann.upload_form("file", b"new"), 1205) == {}
    answer = daemon.client.get(ann.link("file"))
    assert (answer.status, answer.json["error"]) == (500, "bytes_missing")


def test_a_full_quota_is_told_as_the_reason_and_keeps_what_is_there(start_daemon: Callable[..., Daemon]) -> None:
    ann = meet(start_daemon(default_quota=400_000).client)
    ann.store("first", content_of(300_000))
    reason = "the quota is full"
    for size in (100_001, 300_000, 9_000_000):
        assert told(ann.upload("second", content_of(size)), 1203, reason) == {}
        assert told(ann.upload_form("second", content_of(size)), 1204, reason) == {}
    assert (ann.list(), ann.read("first")) == (["first"], content_of(300_000))
    ann.store("second", content_of(100_000))
    told(ann.upload("third", b"x"), 1203, reason)
    ann.make("folders cost nothing")


def test_a_chunked_body_cannot_pass_the_quota(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon(default_quota=400_000)
    ann = meet(daemon.client)
    target = f"/v1/file?op=upload&authid={ann.authid}&filepath=file"
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    body = content_of(500_000)
    answer = exchange(daemon.port, head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
    assert answer is not None
    told(answer, 1203, "the quota is full")
    assert ann.list() == []
    assert list((daemon.data / "tmp").iterdir()) == []


def test_a_body_over_the_limit_is_413(start_daemon: Callable[..., Daemon]) -> None:
    ann = meet(start_daemon(max_body=200_000).client)
    assert ann.upload("file", content_of(200_001)).status == 413
    assert ann.list() == []
    ann.store("file", content_of(200_000))


def test_an_encoded_body_is_415(ann: Person) -> None:
    assert ann.upload("file", b"x", {"Content-Encoding": "gzip"}).status == 415
    assert ann.list() == []


def test_nobody_uploads_into_the_library_of_another(ann: Person, bob: Person) -> None:
    ann.store("file", b"of ann")
    bob.store("file", b"of bob")
    assert (ann.read("file"), bob.read("file")) == (b"of ann", b"of bob")


def test_the_same_bytes_of_two_people_are_two_files(ann: Person, bob: Person) -> None:
    ann.store("file", content_of(300_000))
    bob.store("file", content_of(300_000))
    assert ann.read("file") == bob.read("file") == content_of(300_000)


def test_the_content_type_of_a_raw_body_does_not_matter(ann: Person) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/mixed", "x"):
        body = json.dumps({"op": "download", "authid": "x", "filepath": "y"}).encode()
        told(ann.upload(f"as {kind.replace('/', ' ')}", body, {"Content-Type": kind}), 1210)
        assert ann.read(f"as {kind.replace('/', ' ')}") == body
