"""Clients that take their time do not take the time of others."""

import select
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from statistics import median

import pytest

from tests.conftest import Client
from tests.wire.daemon import Daemon
from tests.wire.people import Person, meet

SLOW_HEADS = 200
STALLED_UPLOADS = 8
PINGS = 100
MEDIAN_SECONDS = 0.05
ENOUGH_SECONDS = 30

HEAD = b"GET /v1/ping/ HTTP/1.1\r\nHost: x\r\nX-Slowly: " + b"x" * 5000


def ping_seconds(client: Client) -> float:
    began = time.perf_counter()
    assert client.get("/v1/ping/").body == b'"pong"'
    return time.perf_counter() - began


def connect(port: int, stack: ExitStack) -> socket.socket:
    return stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))


def stall(person: Person, number: int, stack: ExitStack) -> socket.socket:
    """Begin an upload and stop in the middle."""
    sock = connect(person.client.port, stack)
    target = f"/v1/file?op=upload&authid={person.authid}&filepath=stalled{number}"
    sock.sendall(f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n".encode() + b"x" * 100_000)
    return sock


def send_byte(sock: socket.socket, number: int) -> bool:
    """Send the next byte of a head; False where the server has hung up."""
    try:
        sock.send(HEAD[number : number + 1])
    except ConnectionError:
        return False
    return True


def await_end(socks: Iterable[socket.socket]) -> None:
    """Return once the server has hung up on all of them, with or without an answer."""
    left = list(socks)
    until = time.monotonic() + ENOUGH_SECONDS
    while left:
        assert time.monotonic() < until, f"{len(left)} connections are still open"
        for sock in select.select(left, [], [], 1)[0]:
            try:
                ended = not sock.recv(65536)
            except ConnectionError:
                ended = True
            if ended:
                left.remove(sock)


@pytest.mark.slow
def test_others_are_served_while_slow_clients_are_cut_off(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon(header_timeout=3, body_timeout=3, connections_per_address=SLOW_HEADS + 50)
    client, ann = daemon.client, meet(daemon.client)
    unloaded = median(ping_seconds(client) for _ in range(PINGS))
    with ExitStack() as stack:
        uploads = [stall(ann, number, stack) for number in range(STALLED_UPLOADS)]
        heads = [connect(daemon.port, stack) for _ in range(SLOW_HEADS)]
        seconds = []
        for number in range(PINGS):
            if number % 10 == 0:
                for sock in heads:
                    send_byte(sock, number // 10)
            seconds.append(ping_seconds(client))
        print({"median seconds": median(seconds), "unloaded": unloaded})
        assert median(seconds) < max(MEDIAN_SECONDS, 3 * unloaded)
        ann.make("served meanwhile")
        drip(heads, from_byte=PINGS // 10)
        await_end(uploads)
    assert ann.list() == ["served meanwhile"]
    assert list((daemon.data / "tmp").iterdir()) == []


def drip(heads: list[socket.socket], from_byte: int) -> None:
    """Go on sending a byte at a time, until the server has hung up on everybody."""
    left = list(heads)
    until = time.monotonic() + ENOUGH_SECONDS
    for number in range(from_byte, len(HEAD)):
        left = [sock for sock in left if send_byte(sock, number)]
        if not left:
            return
        assert time.monotonic() < until, f"{len(left)} heads are still awaited"
        select.select([], [], [], 0.1)
    raise AssertionError("the server took a head that never seemed to end")


@pytest.mark.slow
def test_a_trickle_is_no_upload(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon(body_timeout=2, min_rate=10_000)
    ann = meet(daemon.client)
    with ExitStack() as stack:
        sock = stall(ann, 1, stack)
        sock.setblocking(False)
        until = time.monotonic() + ENOUGH_SECONDS
        while not is_over(sock):
            assert time.monotonic() < until
            send_byte(sock, 0)
    assert ann.list() == []


def is_over(sock: socket.socket) -> bool:
    """Wait a moment for the server to hang up."""
    if not select.select([sock], [], [], 0.1)[0]:
        return False
    try:
        return not sock.recv(65536)
    except ConnectionError:
        return True
