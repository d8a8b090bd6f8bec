"""Many connections: limits, timeouts, and what the loop does while nothing happens."""

import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from syncfile.transfer.listener import client_of
from tests.transfer.app import App
from tests.transfer.client import Client, head
from tests.transfer.conftest import Serve, wait_for


@pytest.fixture
def nofile() -> Iterator[None]:
    """Put the limit of open files back after the test."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_slow_heads_disturb_nobody_and_are_cut(serve: Serve) -> None:
    running = serve(header_timeout=1.0, max_connections_per_address=300)
    slow = [Client(running.port) for _ in range(200)]
    for client in slow:
        client.send(b"GET / HTTP/1.1\r\nX: ")
    with Client(running.port) as client:
        for _ in range(20):
            for other in slow[::10]:
                other.send(b"x")  # which buys no time
            assert client.get().body == b"hello"
        assert len(running.server.channels) == 201
        for other in slow:
            assert other.is_closed()
            other.sock.close()
        assert client.get().body == b"hello"


def test_blank_lines_buy_no_time(serve: Serve) -> None:
    running = serve(header_timeout=0.2)
    with Client(running.port) as client:
        client.trickle(b"\r\n\r\n")


def test_a_slow_head_behind_another_request_is_cut(serve: Serve) -> None:
    with Client(serve(header_timeout=0.2).port) as client:
        client.send(head("GET"), b"GET / HTTP/1.1\r\nX: ")
        assert client.answer().body == b"hello"
        client.trickle(b"x")


def test_a_connection_that_says_nothing_is_cut(serve: Serve) -> None:
    with Client(serve(header_timeout=0.1).port) as client:
        assert client.is_closed()


def test_an_idle_connection_is_closed_after_its_time(serve: Serve) -> None:
    with Client(serve(idle_timeout=0.2).port) as client:
        assert client.get().body == b"hello"
        assert client.is_closed()


def test_a_request_that_takes_long_is_not_idle(serve: Serve) -> None:
    running = serve(idle_timeout=0.05, header_timeout=0.05, send_timeout=0.05)
    with Client(running.port) as client:
        client.send(head("GET", "/wait"))
        assert running.app.entered.acquire(timeout=20)
        turns = running.server.turns
        wait_for(lambda: running.server.turns > turns + 10)
        running.app.release.set()
        assert client.answer().body == b"waited"


@pytest.mark.parametrize("limit", ["max_connections", "max_connections_per_address"])
def test_connections_beyond_a_limit_are_refused_and_the_others_work(serve: Serve, limit: str) -> None:
    running = serve(**{limit: 3})
    clients = [Client(running.port) for _ in range(3)]
    for client in clients:
        assert client.get().body == b"hello"
    with Client(running.port) as extra:
        answer = extra.answer()
        assert (answer.refusal, answer.headers["retry-after"]) == ((503, "busy"), "10")
        assert extra.is_closed()
    with Client(running.port, "127.0.0.9") as other:
        assert other.get().status == (200 if limit == "max_connections_per_address" else 503)
    for client in clients:
        assert client.get().body == b"hello"
        client.sock.close()
    wait_for(lambda: not running.server.channels)
    with Client(running.port) as client:
        assert client.get().body == b"hello"


def test_a_trusted_proxy_may_have_many_connections(serve: Serve) -> None:
    running = serve(max_connections_per_address=1, trusted_proxies=frozenset({"127.0.0.1"}))
    with Client(running.port) as first, Client(running.port) as second:
        assert first.get().status == second.get().status == 200


def test_thousands_of_idle_connections_cost_nothing(serve: Serve, nofile: None) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    running = serve(max_connections=4000, max_connections_per_address=4000, header_timeout=100.0)
    idle = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(3000)]
    wait_for(lambda: len(running.server.channels) == 3000)
    with Client(running.port) as client:
        turns = running.server.turns
        for _ in range(50):
            assert client.get().body == b"hello"
        assert running.server.turns - turns < 50 * 6
        wait_for(lambda: len(running.server.channels) == 3001)
        assert max(running.server.channels) > 1024
        turns = running.server.turns
        threading.Event().wait(0.05)
        assert running.server.turns - turns < 5
    for sock in idle:
        sock.close()


def test_a_hundred_busy_connections_do_not_make_the_loop_spin(serve: Serve) -> None:
    running = serve(workers=4)
    requests = 2000
    clients = [Client(running.port) for _ in range(100)]
    turns = running.server.turns
    for _ in range(requests // len(clients)):
        for client in clients:
            client.send(head("GET"))
        for client in clients:
            assert client.answer().body == b"hello"
    assert running.server.turns - turns < requests * 6
    for client in clients:
        client.sock.close()


def test_running_out_of_descriptors_is_survived(serve: Serve, nofile: None, caplog: pytest.LogCaptureFixture) -> None:
    running = serve()
    with Client(running.port) as client:
        client.get()
        waiting = socket.socket()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (waiting.fileno() + 1, hard))
        waiting.connect(("127.0.0.1", running.port))
        waiting.sendall(head("GET"))
        wait_for(lambda: "no connection can be accepted" in caplog.text)
        assert client.get().body == b"hello"
        turns = running.server.turns
        threading.Event().wait(0.05)
        assert running.server.turns - turns < 5
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        waiting.settimeout(20)
        assert waiting.recv(12) == b"HTTP/1.1 200"
        waiting.close()


def test_more_connections_than_files_may_be_opened_are_not_promised() -> None:
    code = """
import logging, resource
from syncfile.transfer.listener import Listener
from syncfile.transfer.options import Options
logging.basicConfig(format="%(levelname)s %(message)s")
resource.setrlimit(resource.RLIMIT_NOFILE, (50, 100))
listener = Listener(Options(max_connections=1000))
listener.close()
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (100, 100)
"""
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ended.stderr == "WARNING only 18 connections can be served: raise the limit of open files\n"


def test_ipv6_is_served_and_ipv4_addresses_stay_what_they_are(serve: Serve) -> None:
    app = App()
    running = serve(app, host="::", max_connections_per_address=1)
    with Client(running.port) as client:
        assert client.get().body == b"hello"
        (channel,) = running.server.channels.values()
        assert channel.client == "127.0.0.1"
    with socket.create_connection(("::1", running.port)) as sock:
        sock.sendall(head("GET"))
        assert sock.recv(12) == b"HTTP/1.1 200"


def test_an_ipv6_household_counts_as_one_client() -> None:
    assert client_of("2001:db8::1") == client_of("2001:db8:0:0:ffff::2")
    assert client_of("2001:db8::1") != client_of("2001:db8:0:1::1")
    assert client_of("fe80::1%eth0") == client_of("fe80::2")
    assert client_of("192.168.1.1") == "192.168.1.1"
