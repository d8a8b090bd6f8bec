"""A real server over a real data folder, and a client that speaks to it over a socket."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from syncfile.app import FACES, App
from syncfile.config import Config
from syncfile.core import passwords
from syncfile.core.core import Core
from syncfile.core.door import CoreDoor
from syncfile.core.opening import close_core, open_core
from syncfile.daemon import transfer_options
from syncfile.transfer.server import StreamServer

TIMEOUT_SECONDS = 20


@dataclass
class Answer:
    """What came back; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


@dataclass
class Client:
    """Makes one connection for each request; ``headers`` go with all of them."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)

    def with_token(self, token: str) -> "Client":
        """Return a client that says who it is."""
        return Client(self.port, self.headers | {"Authorization": f"Token {token}"})

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: bytes = b"",
        form: Mapping[str, object] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request with its parameters in the query string, a form or JSON, or with a body as it is."""
        sent = dict(self.headers)
        if form is not None:
            body, sent["Content-Type"] = urlencode(form, doseq=True).encode(), "application/x-www-form-urlencoded"
        if json is not None:
            body, sent["Content-Type"] = _dumps(json), "application/json"
        target = path + ("&" if "?" in path else "?") + urlencode(query, doseq=True) if query else path
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, target, body or None, sent | dict(headers or {}))
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def get(self, path: str, **parts: Any) -> Answer:
        return self.request("GET", path, **parts)

    def head(self, path: str, **parts: Any) -> Answer:
        return self.request("HEAD", path, **parts)

    def post(self, path: str, **parts: Any) -> Answer:
        return self.request("POST", path, **parts)

    def put(self, path: str, **parts: Any) -> Answer:
        return self.request("PUT", path, **parts)

    def delete(self, path: str, **parts: Any) -> Answer:
        return self.request("DELETE", path, **parts)


def _dumps(value: object) -> bytes:
    return json.dumps(value).encode()


class Server:
    """A server that runs in a thread of the test's process."""

    def __init__(self, config: Config, door: CoreDoor, faces: Mapping[str, str]) -> None:
        self.app = App(config, door, faces)
        self.stream_server = StreamServer(self.app, transfer_options(config), is_long=self.app.is_long)
        self.port = self.stream_server.port
        self.client = Client(self.port)
        self._thread = threading.Thread(target=self.stream_server.run, name="server")
        self._thread.start()

    def stop(self) -> None:
        """Stop, whatever is running."""
        self.stream_server.stop(0)
        self._thread.join(TIMEOUT_SECONDS)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module", autouse=True)
def hashing_cost() -> Iterator[None]:
    """Make hashing a password cheap: thousands of accounts are made, and few tests are about what that costs.

    Those have a fixture of this name that leaves the cost as it is; so does every server in a process of its own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "SCRYPT_N", 16)
        yield


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings of a server on a free port, over an empty data folder."""
    return Config(data=tmp_path / "data", port=0)


@pytest.fixture
def core(config: Config) -> Iterator[Core]:
    """An open core over an empty store without accounts; the same that ``server`` serves."""
    opened = open_core(config)
    yield opened
    close_core(opened)


@pytest.fixture
def server(config: Config, core: Core) -> Iterator[Server]:
    """The whole product, listening."""
    running = Server(config, CoreDoor(lambda: core), FACES)
    yield running
    running.stop()


@pytest.fixture
def client(server: Server) -> Client:
    """Speaks to ``server`` as nobody in particular."""
    return server.client
