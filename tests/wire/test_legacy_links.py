"""``GET /v1/file`` and the short links to the bytes, ``/v1/f``."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from random import Random
from urllib.parse import quote
from uuid import UUID

import pytest

from tests.conftest import Client
from tests.wire.daemon import SERVER, Daemon
from tests.wire.people import Person, exchange, meet, told

#: A row; one block; two blocks, the bound between which is at 8 MiB.
CONTENTS = {size: Random(size).randbytes(size) for size in (1000, 100_000, (8 << 20) + 1000)}


@pytest.fixture(scope="module")
def library(daemon: Daemon) -> Person:
    """Somebody with a file of each size, which the tests only read."""
    person = meet(daemon.client)
    for size, content in CONTENTS.items():
        person.store(str(size), content)
    return person


@pytest.fixture(params=CONTENTS)
def size(request: pytest.FixtureRequest) -> int:
    chosen: int = request.param
    return chosen


@pytest.fixture
def link(library: Person, size: int) -> str:
    return library.link(str(size))


def test_a_link_has_host_port_and_a_uuid(client: Client, library: Person) -> None:
    message = library.ask_link("1000").json["msg"]
    told(library.ask_link("1000"), 1220, message)
    match = re.fullmatch(rf"127\.0\.0\.1:{client.port}/v1/f\?id=([0-9a-f-]{{36}})", message)
    assert match is not None
    assert str(UUID(match[1])) == match[1]


def test_a_link_names_the_host_that_the_client_asked(client: Client, library: Person) -> None:
    query = {"op": "download", "authid": library.authid, "filepath": "1000"}
    answer = client.get("/v1/file", query=query, headers={"Host": "router.lan:8000"})
    assert answer.json["msg"].startswith("router.lan:8000/v1/f?id=")


@pytest.mark.parametrize("host", ["a b", "x/y", "evil\\host", "<script>", "a@b"])
def test_a_host_that_is_none_is_no_part_of_a_link(client: Client, library: Person, host: str) -> None:
    query = {"op": "download", "authid": library.authid, "filepath": "1000"}
    told(client.get("/v1/file", query=query, headers={"Host": host}), 1206)


@pytest.mark.parametrize("path", ["missing", "missing/file", "file/below", "a"])
def test_what_is_no_file_has_no_link(settled: Person, path: str) -> None:
    assert told(settled.ask_link(path), 1221) == {}


@pytest.mark.parametrize("path", ["..", "a/../b", "/a", "a//b", "a\0b", "a/", "x" * 256])
def test_a_path_that_cannot_be_stored_is_a_wrong_format(settled: Person, path: str) -> None:
    assert told(settled.ask_link(path), 1206) == {}


def test_the_root_is_no_file(settled: Person) -> None:
    for path in ("", "root"):
        assert told(settled.ask_link(path), 1221) == {}


@pytest.mark.parametrize("operation", ["", "upload", "delete"])
def test_another_operation_is_a_wrong_format(client: Client, settled: Person, operation: str) -> None:
    query = {"op": operation, "authid": settled.authid, "filepath": "x"}
    assert told(client.get("/v1/file", query=query), 1206) == {}


def test_the_bytes_come_with_their_description(client: Client, link: str, size: int) -> None:
    answer = client.get(link)
    assert (answer.status, answer.body) == (200, CONTENTS[size])
    assert answer.headers["content-length"] == str(size)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["accept-ranges"] == "bytes"
    assert re.fullmatch(r'"[0-9a-f]{40}"', answer.headers["etag"])
    assert answer.headers["content-disposition"] == f'attachment; filename="{size}"'
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_link_works_with_a_slash_before_its_query(client: Client, link: str, size: int) -> None:
    assert "/v1/f?id=" in link
    assert client.get(link.replace("/v1/f?id=", "/v1/f/?id=")).body == CONTENTS[size]


def test_a_link_works_again_and_is_the_same(client: Client, library: Person, link: str, size: int) -> None:
    assert library.link(str(size)) == link
    assert client.get(link).body == client.get(link).body == CONTENTS[size]


def test_head_tells_what_get_would(client: Client, link: str, size: int) -> None:
    head, get = client.head(link), client.get(link)
    names = ("content-length", "content-type", "etag", "last-modified", "content-disposition", "accept-ranges")
    assert (head.status, head.body) == (200, b"")
    assert [head.headers[name] for name in names] == [get.headers[name] for name in names]
    assert head.headers["content-length"] == str(size)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=10-99", slice(10, 100)),
        ("bytes=500-", slice(500, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=-99999999999", slice(0, None)),
        ("bytes=900-99999999999", slice(900, None)),
    ],
)
def test_one_range_is_sent(client: Client, link: str, size: int, asked: str, part: slice) -> None:
    answer = client.get(link, headers={"Range": asked})
    first, last, _ = part.indices(size)
    assert (answer.status, answer.body) == (206, CONTENTS[size][part])
    assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{size}"


def test_a_range_may_cross_the_bound_of_two_blocks(client: Client, library: Person) -> None:
    size, bound = (8 << 20) + 1000, 8 << 20
    answer = client.get(library.link(str(size)), headers={"Range": f"bytes={bound - 10}-{bound + 9}"})
    assert (answer.status, answer.body) == (206, CONTENTS[size][bound - 10 : bound + 10])


def test_several_ranges_are_sent_as_parts(client: Client, link: str, size: int) -> None:
    answer = client.get(link, headers={"Range": "bytes=0-9, 100-199, -5"})
    assert answer.status == 206
    match = re.fullmatch(r"multipart/byteranges; boundary=(\w+)", answer.headers["content-type"])
    assert match is not None
    pieces = answer.body.split(f"\r\n--{match[1]}".encode())
    assert (pieces[0], pieces[-1]) == (b"", b"--\r\n")
    heads_and_bytes = [piece.split(b"\r\n\r\n", 1) for piece in pieces[1:-1]]
    content = CONTENTS[size]
    assert [part for _, part in heads_and_bytes] == [content[:10], content[100:200], content[-5:]]
    for (head, _), told_range in zip(heads_and_bytes, ("0-9", "100-199", f"{size - 5}-{size - 1}"), strict=True):
        assert f"Content-Range: bytes {told_range}/{size}".encode() in head.split(b"\r\n")


@pytest.mark.parametrize("asked", ["bytes=99999999999-", "bytes=-0"])
def test_a_range_outside_of_the_file_is_416(client: Client, link: str, size: int, asked: str) -> None:
    answer = client.get(link, headers={"Range": asked})
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize("asked", ["bytes=5-1", "bytes=x", "lines=1-2", "bytes=", "bytes=1-2-3"])
def test_a_range_that_is_none_gets_the_whole(client: Client, link: str, size: int, asked: str) -> None:
    answer = client.get(link, headers={"Range": asked})
    assert (answer.status, answer.body) == (200, CONTENTS[size])


def test_what_the_client_has_is_not_sent_again(client: Client, link: str) -> None:
    described = client.head(link).headers
    for headers in (
        {"If-None-Match": described["etag"]},
        {"If-None-Match": f'"other", W/{described["etag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": described["last-modified"]},
    ):
        answer = client.get(link, headers=headers)
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", described["etag"])
    assert client.get(link, headers={"If-None-Match": '"other"'}).status == 200


def test_a_range_is_sent_only_of_what_the_client_began(client: Client, link: str, size: int) -> None:
    described = client.head(link).headers
    for fresh in (described["etag"], described["last-modified"]):
        answer = client.get(link, headers={"Range": "bytes=5-9", "If-Range": fresh})
        assert (answer.status, answer.body) == (206, CONTENTS[size][5:10])
    for stale in ('"other"', f"W/{described['etag']}", "Thu, 01 Jan 1970 00:00:00 GMT", "x"):
        answer = client.get(link, headers={"Range": "bytes=5-9", "If-Range": stale})
        assert (answer.status, answer.body) == (200, CONTENTS[size])


def test_other_bytes_have_another_tag(client: Client, ann: Person) -> None:
    ann.store("one", b"1")
    ann.store("two", b"2")
    assert client.head(ann.link("one")).headers["etag"] != client.head(ann.link("two")).headers["etag"]


@pytest.mark.parametrize(
    "name", ["照片.jpg", "Grüße.txt", "😀.png", "a b.txt", 'quote"d.txt', "100%.txt", "semi;colon"]
)
def test_a_download_carries_the_name_of_its_file(client: Client, ann: Person, name: str) -> None:
    ann.store(name, b"x")
    told_name = client.get(ann.link(name)).headers["content-disposition"]
    assert told_name.startswith('attachment; filename="')
    if name.isascii() and not set(name) & set('"%'):
        assert told_name == f'attachment; filename="{name}"'
    else:
        assert told_name.endswith(f"; filename*=UTF-8''{quote(name, safe='')}")


@pytest.mark.parametrize("id", ["", "x", "00000000-0000-4000-8000-000000000000", "é😀\0", "../../etc", "x" * 5000])
def test_an_unknown_link_is_404(client: Client, id: str) -> None:
    answer = client.get("/v1/f", query={"id": id})
    assert (answer.status, answer.json.keys()) == (404, {"error_msg", "error"})
    assert answer.json["error"] == "not_found"


def test_a_link_without_id_is_404(client: Client) -> None:
    assert client.get("/v1/f").json["error"] == client.get("/v1/f/").json["error"] == "not_found"


def test_an_authid_is_no_link(client: Client, ann: Person) -> None:
    assert client.get("/v1/f", query={"id": ann.authid}).status == 404


def test_a_link_ends_with_its_file(client: Client, ann: Person) -> None:
    ann.make("a")
    ann.store("a/file", b"x")
    link = ann.link("a/file")
    told(ann.folder("rm", "a"), 1140)
    assert client.get(link).status == 404


def test_a_changed_password_ends_authid_and_links_of_one_person_alone(
    daemon: Daemon, client: Client, ann: Person, bob: Person
) -> None:
    links = []
    for person in (ann, bob):
        person.store("file", b"x")
        links.append(person.link("file"))
    command = [sys.executable, "-m", "syncfile", "user", "--data", str(daemon.data), "passwd", ann.name]
    subprocess.run(command, input="another password\n", text=True, check=True, cwd=SERVER.parent)
    assert client.get(links[0]).status == 404
    told(client.get("/v1/isAuthAlive", query={"authid": ann.authid}), 1021)
    told(ann.folder("list"), 1021)
    assert client.get(links[1]).body == b"x"
    told(client.get("/v1/isAuthAlive", query={"authid": bob.authid}), 1020)
    again = client.post("/v1/getAuthID", form={"username": ann.name, "password": "another password"})
    fresh = Person(client, ann.name, told(again, 1010)["authid"])
    assert (fresh.authid != ann.authid, fresh.read("file")) == (True, b"x")
    assert client.get(links[0]).status == 404


def test_nobody_gets_a_link_to_the_file_of_another(ann: Person, bob: Person) -> None:
    ann.store("private", b"x")
    assert told(bob.ask_link("private"), 1221) == {}
    bob.store("private", b"y")
    assert ann.link("private") != bob.link("private")
    assert bob.read("private") == b"y"


def test_a_link_that_cannot_be_noted_in_time_is_busy(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon(sqlite_busy_timeout=1)
    ann = meet(daemon.client)
    ann.store("file", b"x")
    with closing(sqlite3.connect(daemon.data / "syncfile.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert told(ann.ask_link("file"), 1222) == {}
        assert ann.list() == ["file"]  # reading does not wait
        other.execute("ROLLBACK")
    assert ann.read("file") == b"x"


@pytest.mark.parametrize("path", ["//x", "/v1", "/v1/", "/v1/nothing", "/v2/folder", "/v1/folder/x", "/icon.ico"])
def test_an_unknown_path_is_404(client: Client, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = client.request(method, path)
        assert (answer.status, answer.json.keys(), answer.json["error"]) == (404, {"error_msg", "error"}, "not_found")


@pytest.mark.parametrize("path", ["/v1/folder", "/v1/file", "/v1/f", "/v1/getAuthID", "/v1/ping/"])
def test_a_wrong_method_is_405(client: Client, path: str) -> None:
    for method in ("DELETE", "PUT", "PATCH"):
        answer = client.request(method, path)
        assert (answer.status, answer.json["error"]) == (405, "wrong_method")
        assert "HEAD" in answer.headers["allow"].split(", ")


def test_ping_is_answered_by_pong(client: Client) -> None:
    for path in ("/v1/ping/", "/v1/ping"):
        answer = client.get(path)
        assert (answer.status, answer.body) == (200, b'"pong"')


def test_a_connection_serves_one_request_after_another(client: Client, library: Person) -> None:
    one = f"GET {library.link('1000')} HTTP/1.1\r\nHost: x\r\n"
    answer = exchange(client.port, f"{one}\r\n{one}Connection: close\r\n\r\n".encode())
    assert answer is not None
    assert (answer.status, answer.body) == (200, CONTENTS[1000])
