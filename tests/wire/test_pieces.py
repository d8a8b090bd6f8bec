"""A large file that comes in pieces while the server is killed and started again."""

import socket
from collections.abc import Callable
from random import Random

import pytest

from tests.conftest import TIMEOUT_SECONDS, Client
from tests.rest.forms import BOUNDARY, Part, body_of, path_of, send
from tests.wire.daemon import Daemon
from tests.wire.people import PASSWORD, meet

LIBRARY_PASSWORD = "of-the-library"
MIB = 1 << 20
CONTENT = Random(7).randbytes(10 * MIB + 12_345)  # two blocks


class Sender:
    """Sends the pieces of one file into a library of its own, also to a server that was started again."""

    def __init__(self, daemon: Daemon, password: str) -> None:
        self.daemon = daemon
        self._password = password
        self._name = meet(daemon.client).name
        self._repo_id = ""
        self._repo_id = self._client.post("/v1/repos/", form={"name": "Films", "password": password}).json["id"]

    @property
    def _client(self) -> Client:
        account = {"username": self._name, "password": PASSWORD}
        token = self.daemon.client.post("/v1/auth/", form=account).json["token"]
        return self.daemon.client.with_token(token)

    def unlock(self) -> None:
        """Give the password again, as people have to after a restart."""
        if self._password:
            form = {"action": "setpassword", "password": self._password}
            assert self._client.post(f"/v1/repos/{self._repo_id}/action/", form=form).status == 200

    def uploaded_bytes(self) -> int:
        query = {"p": "/", "name": "film.mkv"}
        answer = self._client.get(f"/v1/repos/{self._repo_id}/files/uploaded-bytes/", query=query)
        count: int = answer.json["uploadedBytes"]
        return count

    def send(self, start: int, end: int) -> None:
        answer = send(self.daemon.client, self._url(), *_form(start, end), content_range=_range(start, end))
        assert answer.status == 200, answer.body

    def begin_to_send(self, start: int, end: int, count: int) -> None:
        """Send ``count`` bytes of a request for a piece, and kill the server in the middle of it."""
        body = body_of(_form(start, end))
        head = (
            f"POST {self._url()} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Range: {_range(start, end)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=TIMEOUT_SECONDS) as sock:
            sock.sendall(head.encode() + body[:count])
            self.daemon.kill()

    def stored(self) -> bytes:
        url = self._client.get(f"/v1/repos/{self._repo_id}/files/download/?p=/film.mkv").json
        answer = self.daemon.client.get(path_of(url))
        assert answer.status == 200
        return answer.body

    def _url(self) -> str:
        url: str = self._client.get(f"/v1/repos/{self._repo_id}/files/upload/?p=/").json
        return path_of(url)


def _form(start: int, end: int) -> list[Part]:
    return [("parent_dir", "/"), ("file", "film.mkv", CONTENT[start:end])]


def _range(start: int, end: int) -> str:
    return f"bytes {start}-{end - 1}/{len(CONTENT)}"


@pytest.fixture(params=["", LIBRARY_PASSWORD], ids=["plain", "encrypted"])
def sender(start_daemon: Callable[..., Daemon], request: pytest.FixtureRequest) -> Sender:
    return Sender(start_daemon(), request.param)


def restart(sender: Sender) -> None:
    sender.daemon.start()
    sender.unlock()


def test_upload_goes_on_after_a_restart(sender: Sender) -> None:
    sender.send(0, 3 * MIB + 5)
    sender.daemon.stop()
    restart(sender)
    assert sender.uploaded_bytes() == 3 * MIB + 5
    sender.send(3 * MIB + 5, len(CONTENT))
    assert sender.stored() == CONTENT


def test_upload_goes_on_after_kill_9_in_the_middle_of_a_piece(sender: Sender) -> None:
    sender.send(0, MIB + 3)
    sender.begin_to_send(MIB + 3, len(CONTENT) - 7, 9 * MIB)
    restart(sender)
    at = sender.uploaded_bytes()
    assert MIB + 3 <= at <= len(CONTENT) - 7
    sender.begin_to_send(at, len(CONTENT), 500_000)
    restart(sender)
    assert sender.uploaded_bytes() >= at
    sender.send(sender.uploaded_bytes(), len(CONTENT))
    assert sender.stored() == CONTENT
