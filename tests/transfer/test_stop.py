"""Stopping: what is running may finish within the grace time, then everything is cut and given back."""

import os
import signal
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from syncfile.transfer.body import BodyDisconnected
from syncfile.transfer.options import Options
from syncfile.transfer.segments import FileRange, FileSegments
from syncfile.transfer.server import StreamServer
from tests.transfer.app import App, Start, digest
from tests.transfer.client import Client, head
from tests.transfer.conftest import Running, Serve, wait_for

LARGE = os.urandom(3_000_000)
HUGE = 64_000_000
LONG = 20.0  # a grace time that no test waits for


def begin_upload(running: Running) -> Client:
    client = Client(running.port)
    client.send(head("PUT", "/echo", Content_Length=str(len(LARGE))), LARGE[:1000])
    assert running.app.entered.acquire(timeout=20)
    return client


def begin_download(serve: Serve, tmp_path: Path) -> tuple[Running, Client]:
    """Ask for more than the kernel takes off the server's hands."""
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(HUGE)

    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        return FileSegments([FileRange(str(path), 0, HUGE)])

    app = App()
    app.on("/file", handler)
    running = serve(app)
    client = Client(running.port, receive_bytes=4096)
    client.send(head("GET", "/file"))
    wait_for(lambda: any(channel.total_outbufs_len for channel in list(running.server.channels.values())))
    return running, client


def begin_stop(running: Running, grace_seconds: float) -> None:
    running.server.stop(grace_seconds)
    wait_for(lambda: running.server.turns > 0 and not running.server._accepting)


def test_idle_connections_and_half_requests_are_closed_at_once(serve: Serve) -> None:
    running = serve()
    with Client(running.port) as idle, Client(running.port) as half:
        idle.get()
        half.send(b"GET / HT")
        wait_for(lambda: len(running.server.channels) == 2)
        running.stop(LONG)
        assert idle.is_closed()
        assert half.is_closed()


def test_an_upload_may_finish_within_the_grace_time(serve: Serve) -> None:
    running = serve()
    with begin_upload(running) as client:
        begin_stop(running, LONG)
        client.send(LARGE[1000:])
        answer = client.answer()
        assert (answer.body, answer.headers["connection"]) == (digest(LARGE), "close")
        running.thread.join(20)
        assert not running.thread.is_alive()


def test_an_upload_is_cut_after_the_grace_time(serve: Serve) -> None:
    running = serve()
    with begin_upload(running) as client:
        running.stop(0.05)
        assert client.is_closed()
    assert [type(error) for error in running.app.errors] == [BodyDisconnected]


def test_a_download_may_finish_within_the_grace_time(serve: Serve, tmp_path: Path) -> None:
    running, client = begin_download(serve, tmp_path)
    with client:
        begin_stop(running, LONG)
        assert len(client.answer().body) == HUGE
        running.thread.join(20)
        assert not running.thread.is_alive()


def test_a_download_is_cut_after_the_grace_time(serve: Serve, tmp_path: Path) -> None:
    running, client = begin_download(serve, tmp_path)
    with client:
        running.stop(0.05)
        assert client.answer().cut


def test_a_running_request_may_finish_and_the_one_behind_it_does_not_begin(serve: Serve) -> None:
    running = serve()
    with Client(running.port) as client:
        client.send(head("GET", "/wait"), head("GET"))
        assert running.app.entered.acquire(timeout=20)
        begin_stop(running, LONG)
        running.app.release.set()
        assert client.answer().body == b"waited"
        assert client.is_closed()
    running.thread.join(20)
    assert "/" not in running.app.threads


def test_a_request_that_does_not_end_is_left_behind_and_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    running = serve()
    with Client(running.port) as client:
        client.send(head("GET", "/wait"))
        assert running.app.entered.acquire(timeout=20)
        running.stop(0.0)
        assert "1 requests did not end" in caplog.text
        assert client.is_closed()


def test_uploads_in_line_are_cut(serve: Serve) -> None:
    running = serve(transfers=1)
    with begin_upload(running), Client(running.port, "127.0.0.2") as waiting:
        waiting.send(head("PUT", "/echo", Content_Length=str(len(LARGE))))
        wait_for(lambda: any(channel.in_line for channel in list(running.server.channels.values())))
        running.stop(0.0)
        assert waiting.is_closed()
    assert not running.app.entered.acquire(blocking=False)


def test_new_connections_are_refused_while_stopping(serve: Serve) -> None:
    running = serve()
    with begin_upload(running):
        begin_stop(running, 0.2)
        running.thread.join(20)
        with pytest.raises(ConnectionRefusedError):
            Client(running.port)


def test_a_second_stop_may_shorten_the_grace_time(serve: Serve) -> None:
    running = serve()
    with begin_upload(running):
        begin_stop(running, LONG)
        began = time.monotonic()
        running.stop(0.0)
        assert time.monotonic() - began < LONG


def test_a_server_stopped_before_it_runs_returns_at_once() -> None:
    server = StreamServer(App(), Options())
    server.stop()
    server.run()
    assert server.turns == 0


def test_a_server_that_never_runs_can_be_closed() -> None:
    server = StreamServer(App(), Options())
    server.close()
    server.close()
    with pytest.raises(ConnectionRefusedError):
        Client(server.port)


def test_stop_may_be_called_from_a_signal_handler() -> None:
    server = StreamServer(App(), Options())
    before = signal.signal(signal.SIGUSR1, lambda number, frame: server.stop())
    client = Client(server.port)

    def ask_and_signal() -> None:
        with client:
            client.get()
            os.kill(os.getpid(), signal.SIGUSR1)
            assert client.is_closed()

    asking = threading.Thread(target=ask_and_signal)
    asking.start()
    try:
        server.run()
    finally:
        signal.signal(signal.SIGUSR1, before)
        asking.join(20)
    assert server.turns > 0
