"""Memory of transfers that are large or of many parts."""

import os
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.conftest import TIMEOUT_SECONDS, Client
from tests.rest.forms import BOUNDARY, Part, path_of, send
from tests.wire.daemon import Daemon
from tests.wire.people import PASSWORD, meet

MAX_MORE_BYTES = 16 << 20
MIB = 1 << 20

pytestmark = pytest.mark.slow


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """One that has started twice: making the store takes memory of its own."""
    running = Daemon(tmp_path / "daemon")
    running.start()
    running.stop()
    running.start()
    yield running
    running.close()


def sign_in(daemon: Daemon) -> Client:
    account = {"username": meet(daemon.client).name, "password": PASSWORD}
    return daemon.client.with_token(daemon.client.post("/v1/auth/", form=account).json["token"])


def make_library(client: Client, **form: str) -> str:
    made: str = client.post("/v1/repos/", form={"name": "Large", **form}).json["id"]
    return made


def link(client: Client, repo_id: str, what: str) -> str:
    url: str = client.get(f"/v1/repos/{repo_id}/{what}").json
    return path_of(url)


def upload(client: Client, url: str, size: int) -> HTTPResponse:
    """Send a form whose file is made while it is sent."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="parent_dir"\r\n\r\n/\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="large"\r\n\r\n'
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = HTTPConnection("127.0.0.1", client.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.putrequest("POST", url)
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        connection.putheader("Content-Length", str(len(head) + size + len(tail)))
        connection.endheaders(head)
        for _ in range(size // MIB):
            connection.send(os.urandom(MIB))
        connection.send(tail)
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


def download(client: Client, url: str) -> int:
    """Read all of an answer and return how much it was."""
    connection = HTTPConnection("127.0.0.1", client.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", url)
        response = connection.getresponse()
        assert response.status == 200
        count = 0
        while part := response.read(MIB):
            count += len(part)
        return count
    finally:
        connection.close()


def test_large_encrypted_file_is_not_held(daemon: Daemon) -> None:
    client = sign_in(daemon)
    idle = daemon.status("VmRSS")
    daemon.forget_peak()
    repo_id = make_library(client, password="libpass")
    assert upload(client, link(client, repo_id, "files/upload/?p=/"), 128 * MIB).status == 200
    assert download(client, link(client, repo_id, "files/download/?p=/large")) == 128 * MIB
    assert daemon.status("VmHWM") - idle <= MAX_MORE_BYTES


def test_archive_of_many_files_is_not_held(daemon: Daemon) -> None:
    client = sign_in(daemon)
    repo_id = make_library(client)
    url = link(client, repo_id, "files/upload/?p=/")
    for folder in range(10):
        files: list[Part] = [("file", f"{number:04}.txt", b"%d" % number) for number in range(500)]
        assert send(client, url, ("parent_dir", "/"), ("relative_path", f"{folder}"), *files).status == 200
    daemon.stop()
    daemon.start()
    client = Client(daemon.port, client.headers)
    url = link(client, repo_id, "dirs/download/?p=/")
    idle = daemon.status("VmRSS")
    daemon.forget_peak()
    assert download(client, url) > 5000 * 100
    assert daemon.status("VmHWM") - idle <= MAX_MORE_BYTES // 2
