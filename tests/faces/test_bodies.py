"""Bodies that a client breaks off, draws out or garbles, and those beyond a limit, on raw sockets."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.door import CoreDoor
from syncfile.faces.call import MAX_BODY_BYTES
from tests.conftest import TIMEOUT_SECONDS, Server
from tests.faces.conftest import SAMPLE

MAX_BYTES = 2 * MAX_BODY_BYTES


@pytest.fixture
def port(config: Config, core: Core) -> Iterator[int]:
    """Of a server with little patience and room."""
    running = Server(replace(config, body_timeout=1, max_body=MAX_BYTES), CoreDoor(lambda: core), SAMPLE)
    yield running.port
    running.stop()


def exchange(port: int, head: str, body: bytes) -> tuple[int, Any]:
    """Send a request as it is; return the status and the JSON of the answer, after which the server closes."""
    request = f"{head}\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode() + body
    received = b""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        connection.sendall(request)
        while chunk := connection.recv(65536):
            received += chunk
    first, _, content = received.partition(b"\r\n\r\n")
    return int(first.split()[1]), json.loads(content)


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


RAW = "PUT /sample/raw/ HTTP/1.1"
CHUNKED = "Transfer-Encoding: chunked"
JSON = "Content-Type: application/json"


def test_chunked_body_is_read_to_its_end(port: int) -> None:
    assert exchange(port, f"{RAW}\r\n{CHUNKED}", chunked(bytes(100_000))) == (200, ["unnamed", 100_000])


def test_chunked_body_has_parameters_too(port: int) -> None:
    head = f"POST /sample/echo/ HTTP/1.1\r\n{CHUNKED}\r\n{JSON}"
    assert exchange(port, head, chunked(b'{"name": "x"}'))[0] == 201


def test_chunked_json_beyond_the_limit_is_413(port: int) -> None:
    head = f"POST /sample/echo/ HTTP/1.1\r\n{CHUNKED}\r\n{JSON}"
    status, answer = exchange(port, head, chunked(b" " * (MAX_BODY_BYTES + 1)))
    assert (status, answer["error"]) == (413, "too_large")


def test_form_of_fields_beyond_the_limit_is_413(port: int) -> None:
    head = "POST /sample/echo/ HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x"
    status, answer = exchange(port, f"{head}\r\nContent-Length: {MAX_BODY_BYTES + 1}", b"")
    assert (status, answer["error"]) == (413, "too_large")


def test_body_beyond_the_servers_limit_is_413(port: int) -> None:
    status, answer = exchange(port, f"{RAW}\r\n{CHUNKED}", chunked(bytes(MAX_BYTES + 1)))
    assert (status, answer["error"]) == (413, "too_large")


def test_garbled_chunk_is_400(port: int) -> None:
    status, answer = exchange(port, f"{RAW}\r\n{CHUNKED}", b"5\r\nhello\r\nxyz\r\n")
    assert (status, answer["error"]) == (400, "bad_request")


def test_body_that_stops_arriving_is_408(port: int) -> None:
    status, answer = exchange(port, f"{RAW}\r\nContent-Length: 100000", b"some")
    assert (status, answer["error"]) == (408, "body_stopped")


def test_empty_json_body_has_no_parameters(port: int) -> None:
    status, answer = exchange(port, f"POST /sample/echo/?name=x HTTP/1.1\r\n{JSON}\r\nContent-Length: 2", b" \n")
    assert (status, answer["name"]) == (201, "x")
