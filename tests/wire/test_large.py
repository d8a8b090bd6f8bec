"""Large files and many small ones: memory, bytes written and time stay in bounds."""

import os
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha1
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import pytest

from tests.conftest import Answer
from tests.wire.daemon import Daemon
from tests.wire.people import BOUNDARY, Person, form, meet, told

LARGE_BYTES = int(os.environ.get("SYNCFILE_LARGE_BYTES", 300 << 20))
SMALL_UPLOADS = int(os.environ.get("SYNCFILE_SMALL_UPLOADS", "1000"))
SMALL_BYTES = 1000
PIECE_BYTES = 1 << 20
MORE_MEMORY = 8 << 20  # than idle
WRITTEN = 1.1  # times what was sent
SLOWDOWN = 3  # of the last tenth against the first
GROWTH_BYTES = 16 << 10  # of the database, for each upload
TIMEOUT_SECONDS = 120


def content(size: int) -> Iterator[bytes]:
    """Yield bytes of which no two pieces are equal."""
    piece = Random(size).randbytes(PIECE_BYTES)
    for number in range(size // PIECE_BYTES):
        yield number.to_bytes(8, "big") + piece[8:]
    yield piece[: size % PIECE_BYTES]


def digest_of(size: int) -> bytes:
    digest = sha1()
    for piece in content(size):
        digest.update(piece)
    return digest.digest()


def send(person: Person, path: str, size: int, body: Iterator[bytes], headers: dict[str, str]) -> Answer:
    """Upload a stream that is never held as a whole."""
    connection = HTTPConnection("127.0.0.1", person.client.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(
            "POST", f"/v1/file?{urlencode(person.at(path))}", body, {"Content-Length": str(size)} | headers
        )
        response = connection.getresponse()
        return Answer(response.status, {"content-type": "application/json"}, response.read())
    finally:
        connection.close()


def send_raw(person: Person, size: int) -> None:
    told(send(person, "raw", size, content(size), {}), 1210)


def send_form(person: Person, size: int) -> None:
    before, after = form(b"-").split(b"\r\n\r\n-\r\n")
    before, after = before + b"\r\n\r\n", b"\r\n" + after

    def body() -> Iterator[bytes]:
        yield before
        yield from content(size)
        yield after

    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    told(send(person, "form", len(before) + size + len(after), body(), headers), 1200)


def fetch_digest(person: Person, path: str) -> bytes:
    """Download a file without holding it."""
    connection = HTTPConnection("127.0.0.1", person.client.port, timeout=TIMEOUT_SECONDS)
    digest = sha1()
    try:
        connection.request("GET", person.link(path))
        response = connection.getresponse()
        while piece := response.read(PIECE_BYTES):
            digest.update(piece)
        return digest.digest()
    finally:
        connection.close()


@pytest.mark.slow
def test_a_large_file_costs_neither_memory_nor_a_second_copy(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon()
    assert daemon.client.get("/v1/ping/").status == 200
    idle = daemon.status("VmRSS")
    ann = meet(daemon.client)
    daemon.forget_peak()
    figures = {"size": LARGE_BYTES, "idle": idle}
    for name, upload in (("raw", send_raw), ("form", send_form)):
        written, issued = daemon.io("write_bytes"), daemon.io("wchar")
        upload(ann, LARGE_BYTES)
        figures |= {
            f"{name} write_bytes": daemon.io("write_bytes") - written,
            f"{name} wchar": daemon.io("wchar") - issued,
        }
    written = daemon.io("write_bytes")
    expected = digest_of(LARGE_BYTES)
    assert fetch_digest(ann, "raw") == fetch_digest(ann, "form") == expected
    figures |= {"download write_bytes": daemon.io("write_bytes") - written, "peak": daemon.status("VmHWM")}
    print(figures)
    for name in ("raw", "form"):
        assert LARGE_BYTES <= figures[f"{name} wchar"] <= WRITTEN * LARGE_BYTES
        assert figures[f"{name} write_bytes"] <= WRITTEN * LARGE_BYTES
    assert figures["download write_bytes"] <= 1 << 20
    assert figures["peak"] <= idle + MORE_MEMORY
    assert list(daemon.elsewhere.iterdir()) == []
    assert {each.name for each in daemon.folder.iterdir()} == {"data", "elsewhere", "log"}
    daemon.stop()
    shutil.rmtree(daemon.data)


def database_bytes(data: Path) -> int:
    """Return the size of the database of a stopped server, whose log is in it."""
    assert not (data / "syncfile.db-wal").exists()
    return (data / "syncfile.db").stat().st_size


@pytest.mark.slow
def test_many_small_uploads_into_one_folder_stay_cheap(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon()
    ann = meet(daemon.client)
    ann.make("photos")
    ann.store("first", b"x")
    daemon.stop()
    before = database_bytes(daemon.data)
    daemon.start()
    ann = Person(daemon.client, ann.name, ann.authid)
    told(ann.upload("warm", b"x"), 1210)
    tenth = SMALL_UPLOADS // 10
    costs = []
    for start in range(0, SMALL_UPLOADS, tenth):
        began = daemon.cpu_seconds()
        for number in range(start, start + tenth):
            told(
                ann.upload(
                    f"photos/{sha1(str(number).encode()).hexdigest()}.jpg", Random(number).randbytes(SMALL_BYTES)
                ),
                1210,
            )
        costs.append(daemon.cpu_seconds() - began)
    daemon.stop()
    growth = (database_bytes(daemon.data) - before) / SMALL_UPLOADS
    print({"uploads": SMALL_UPLOADS, "cpu seconds of each tenth": costs, "bytes of database for each": growth})
    assert costs[-1] <= SLOWDOWN * costs[0]
    assert SMALL_BYTES <= growth <= GROWTH_BYTES
