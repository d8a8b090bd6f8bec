"""A server above its ceiling of memory: it says "come again", answers what is short, and goes on afterwards."""

import socket
from collections.abc import Callable
from urllib.parse import urlencode

from tests.conftest import TIMEOUT_SECONDS
from tests.wire.daemon import Daemon
from tests.wire.people import Person, meet, read_answer, told

CONTENT = b"x" * 300_000


def begin_upload(ann: Person, sock: socket.socket, path: str) -> None:
    """Send the head of an upload, and return once the server wants its body."""
    target = f"/v1/file?{urlencode(ann.at(path))}"
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {len(CONTENT)}\r\n\r\n"
    sock.sendall(head.encode())
    assert sock.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"


def come_again(ann: Person, path: str) -> None:
    """Upload; the thread of the upload before may need another moment after its answer."""
    answer = ann.upload(path, CONTENT)
    while answer.status == 503:
        answer = ann.upload(path, CONTENT)
    told(answer, 1210)


def test_what_takes_memory_is_told_to_come_again_and_the_rest_goes_on(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon(memory_ceiling=1, profile=64)  # no Python gets along with 1 MiB
    ann = meet(daemon.client)
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=TIMEOUT_SECONDS) as slow:
        begin_upload(ann, slow, "first")
        answer = ann.upload("second", CONTENT)
        assert (answer.status, answer.json["error"], answer.headers["retry-after"]) == (503, "busy", "10")
        assert answer.json["error_msg"] == "The server is short of memory"
        ann.store("short", b"a few bytes")
        assert ann.read("short") == b"a few bytes"
        slow.sendall(CONTENT)
        first = read_answer(slow, "POST")
    assert first is not None
    told(first, 1210)
    for number in range(3):
        come_again(ann, f"later {number}")
    assert ann.list() == ["first", "later 0", "later 1", "later 2", "short"]
    assert "memory is short" in daemon.log
