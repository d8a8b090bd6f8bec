"""Answers made of segments, and long generated ones."""

import logging
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from syncfile.transfer.segments import BytesRange, FileRange, FileSegments, Literal, Segment
from tests.transfer.app import App, Start
from tests.transfer.client import Client, head
from tests.transfer.conftest import Running, Serve, open_descriptors, wait_for

DATA = os.urandom(3_000_000)
WHOLE = b"--head--" + DATA[10:2_000_000] + b"middle" + DATA[2_000_000:] + b"--tail--"
SMALL_BUFFER = 4096  # of the client
HUGE = 64_000_000  # more than the kernel takes off a server's hands


@pytest.fixture
def block(tmp_path: Path) -> str:
    path = tmp_path / "block"
    path.write_bytes(DATA)
    return str(path)


@pytest.fixture
def app(block: str) -> App:
    return serving(
        lambda: [
            Literal(b"--head--"),
            FileRange(block, 10, 2_000_000 - 10),
            FileRange(block, 5, 0),
            BytesRange(lambda: b"in the middle of it", 7, 6),
            FileRange(block, 2_000_000, 1_000_000),
            Literal(b"--tail--"),
        ]
    )


def serving(segments: Callable[[], list[Segment]], *headers: tuple[str, str], status: str = "200 OK") -> App:
    """Return an application with the segments under ``/file``."""

    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        body = FileSegments(segments())
        start(status, list(headers))
        return body

    app = App()
    app.on("/file", handler)
    return app


@pytest.fixture
def huge(tmp_path: Path) -> App:
    """Return an application with a huge (sparse) file under ``/file``."""
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(HUGE)
    return serving(lambda: [FileRange(str(path), 0, HUGE)])


def stalled_download(running: Running) -> Client:
    """Ask for the file and take nothing of it."""
    client = Client(running.port, receive_bytes=SMALL_BUFFER)
    client.send(head("GET", "/file"))
    wait_for(lambda: unsent(running) > 0)
    before = 0
    while before != (before := unsent(running)):  # until the kernel takes no more
        threading.Event().wait(0.05)
    return client


def unsent(running: Running) -> int:
    return sum(channel.total_outbufs_len for channel in list(running.server.channels.values()))


def test_segments_of_all_kinds_arrive_in_order_on_a_connection_that_is_kept(serve: Serve, app: App) -> None:
    with Client(serve(app, sendfile_bytes=100_000).port) as client:
        for _ in range(2):
            answer = client.get("/file")
            assert answer.body == WHOLE
            assert answer.headers["content-length"] == str(len(WHOLE))


def test_a_shorter_content_length_limits_the_segments(serve: Serve, block: str) -> None:
    with Client(serve(serving(lambda: [FileRange(block, 0, 1000)], ("Content-Length", "10"))).port) as client:
        assert client.get("/file").body == DATA[:10]
        assert client.get().body == b"hello"


def test_empty_segments_are_an_empty_body(serve: Serve, block: str) -> None:
    with Client(serve(serving(lambda: [FileRange(block, 0, 0)])).port) as client:
        answer = client.get("/file")
        assert (answer.status, answer.headers["content-length"], answer.body) == (200, "0", b"")


def test_head_names_the_length_and_sends_and_keeps_nothing(serve: Serve, app: App) -> None:
    running = serve(app)
    with Client(running.port) as client:
        client.get()
        descriptors = open_descriptors()
        client.send(head("HEAD", "/file"))
        assert client.answer("HEAD").headers["content-length"] == str(len(WHOLE))
        assert client.get().body == b"hello"
        assert open_descriptors() == descriptors


def test_not_modified_sends_no_segments(serve: Serve, block: str) -> None:
    app = serving(lambda: [FileRange(block, 0, 1000)], ("ETag", '"x"'), status="304 Not Modified")
    with Client(serve(app).port) as client:
        answer = client.get("/file")
        assert (answer.status, "content-length" in answer.headers) == (304, False)
        assert client.get().body == b"hello"


def test_a_missing_first_block_is_an_error_before_the_head(serve: Serve, tmp_path: Path, logs_errors: None) -> None:
    app = serving(lambda: [FileRange(str(tmp_path / "none"), 0, 10)])
    with Client(serve(app).port) as client:
        assert client.get("/file").status == 500


def fail() -> bytes:
    raise LookupError("no such block")


@pytest.mark.parametrize(
    ("segment", "reason"),
    [
        (FileRange("/nonexistent/block", 0, 10), "No such file"),
        (FileRange("/dev/null", 0, 10), "shorter than recorded"),
        (FileRange("/proc/self/mem", 0, 10), "Input/output error"),
        (BytesRange(fail, 0, 10), "LookupError"),
        (BytesRange(lambda: b"short", 0, 10), "shorter than recorded"),
    ],
)
def test_a_bad_block_in_the_middle_cuts_the_connection_and_is_logged(
    serve: Serve, block: str, segment: Segment, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = serving(lambda: [FileRange(block, 0, 500_000), segment, FileRange(block, 0, 500_000)])
    with Client(serve(app).port) as client:
        answer = client.get("/file")
        assert (answer.cut, answer.body) == (True, DATA[:500_000])
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert reason in warnings[0]


def test_a_block_from_the_database_is_loaded_outside_the_loop(serve: Serve, block: str) -> None:
    loading, loaded, names = threading.Event(), threading.Event(), []

    def load() -> bytes:
        names.append(threading.current_thread().name)
        loading.set()
        assert loaded.wait(20)
        return b"row"

    running = serve(serving(lambda: [FileRange(block, 0, 1000), BytesRange(load, 0, 3), Literal(b"!")]))
    with Client(running.port) as client, Client(running.port) as other:
        client.send(head("GET", "/file"))
        assert loading.wait(20)
        assert other.get().body == b"hello"
        turns = running.server.turns
        threading.Event().wait(0.05)
        assert running.server.turns - turns < 5
        loaded.set()
        assert client.answer().body == DATA[:1000] + b"row!"
    assert names[0].startswith("worker")


def test_a_client_that_leaves_during_a_download_leaves_no_open_file(serve: Serve, huge: App) -> None:
    running = serve(huge)
    with Client(running.port) as client:
        client.get()
    wait_for(lambda: not running.server.channels)
    descriptors = open_descriptors()
    stalled_download(running).sock.close()
    wait_for(lambda: open_descriptors() == descriptors)


def test_a_stalled_download_holds_no_thread_and_does_not_spin(serve: Serve, huge: App) -> None:
    running = serve(huge, workers=1)
    with stalled_download(running), Client(running.port) as other:
        other.get()
        turns = running.server.turns
        threading.Event().wait(0.05)
        assert running.server.turns - turns < 5
        assert other.get().body == b"hello"


def test_a_client_that_takes_nothing_is_cut(serve: Serve, huge: App) -> None:
    running = serve(huge, send_timeout=0.2)
    with stalled_download(running) as client:
        wait_for(lambda: not running.server.channels)
        answer = client.answer()
        assert answer.cut
        assert len(answer.body) < HUGE


def test_a_pipelined_request_behind_a_stalled_download_holds_no_thread(serve: Serve, huge: App) -> None:
    running = serve(huge, workers=1)
    with Client(running.port, receive_bytes=SMALL_BUFFER) as client, Client(running.port) as other:
        client.send(head("GET", "/file"), head("GET"), head("GET", "/file"))
        wait_for(lambda: any(channel.parked for channel in list(running.server.channels.values())))
        assert other.get().body == b"hello"
        assert client.answer().body == bytes(HUGE)
        assert client.answer().body == b"hello"
        assert client.answer().body == bytes(HUGE)


def test_a_generated_answer_waits_for_its_client(serve: Serve) -> None:
    running = serve()
    with Client(running.port, receive_bytes=SMALL_BUFFER) as client, Client(running.port) as other:
        client.send(head("GET", "/stream?300"))
        wait_for(lambda: unsent(running) > 256 * 1024)
        other.get()
        turns = running.server.turns
        threading.Event().wait(0.05)
        assert running.server.turns - turns < 5
        assert unsent(running) < 512 * 1024
        body = client.answer().body
        assert (len(body), body[-8:]) == (300 * 32768, b"00000299")


@pytest.mark.parametrize("taken", [0, 100])
def test_a_client_that_takes_a_generated_answer_too_slowly_frees_the_thread(serve: Serve, taken: int) -> None:
    running = serve(send_timeout=0.2, min_download_rate=1_000_000, transfers=1)
    with Client(running.port, receive_bytes=SMALL_BUFFER) as slow, Client(running.port) as client:
        slow.send(head("GET", "/stream?3000"))
        assert running.app.entered.acquire(timeout=20)
        client.send(head("GET", "/stream?1"))
        client.sock.settimeout(0.05)
        while True:  # until the one transfer thread gets to it
            if taken:
                slow.sock.recv(taken)
            try:
                assert len(client.answer().body) == 32768
                break
            except TimeoutError:
                continue


def test_a_length_beyond_what_len_can_say_is_sent_as_such(serve: Serve, block: str) -> None:
    app = serving(lambda: [FileRange(block, 0, len(DATA)), FileRange(block, 0, 1 << 63)])
    with Client(serve(app).port) as client:
        client.send(head("GET", "/file"))
        assert f"Content-Length: {len(DATA) + (1 << 63)}\r\n".encode() in client._until(b"\r\n\r\n")


def test_a_file_that_sendfile_cannot_send_is_copied(serve: Serve) -> None:
    path = "/proc/self/auxv"  # sendfile: EINVAL, as on some file systems
    data = Path(path).read_bytes()
    with Client(serve(serving(lambda: [FileRange(path, 0, len(data))])).port) as client:
        assert client.get("/file").body == data


def test_an_idle_connection_keeps_no_buffer(serve: Serve) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        return [DATA]

    app = App()
    app.on("/large", handler)
    running = serve(app)
    with Client(running.port) as client:
        assert client.get("/large").body == DATA
        wait_for(lambda: [len(channel.outbufs) for channel in running.server.channels.values()] == [1])
        (channel,) = running.server.channels.values()
        wait_for(lambda: channel.outbufs[0].buf is None)
