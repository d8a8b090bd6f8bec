"""Streamed bodies: who may send them, how slowly, and what the application hears when they break off."""

import os
import threading
import tracemalloc
from collections.abc import Iterable
from typing import Any

import pytest

from syncfile.transfer.body import BadBody, BodyDisconnected, BodyError, BodyTimeout, BodyTooLarge
from tests.transfer.app import App, Start, digest
from tests.transfer.client import Client, chunked, head
from tests.transfer.conftest import Running, Serve, wait_for

LARGE = os.urandom(300_000)


def begin_upload(running: Running, source: str = "127.0.0.1") -> Client:
    """Open a connection and send a large upload's head and first bytes."""
    client = Client(running.port, source)
    client.send(head("PUT", "/echo", Content_Length=str(len(LARGE))), LARGE[:1000])
    return client


def test_a_client_that_goes_away_is_told_from_other_errors(serve: Serve) -> None:
    running = serve()
    begin_upload(running).sock.close()
    assert running.app.failed.wait(20)
    assert [type(error) for error in running.app.errors] == [BodyDisconnected]


def test_a_reset_in_a_chunked_body_is_a_disconnect(serve: Serve) -> None:
    running = serve()
    with Client(running.port) as client:
        client.send(head("PUT", "/echo", Transfer_Encoding="chunked"), b"5\r\nab")
    assert running.app.failed.wait(20)
    assert [type(error) for error in running.app.errors] == [BodyDisconnected]


def test_a_stalled_upload_is_ended_and_told_so(serve: Serve) -> None:
    running = serve(body_timeout=0.1, linger_timeout=0.2)
    with begin_upload(running) as client:
        assert client.answer().status == 408
        assert client.is_closed()
    assert [type(error) for error in running.app.errors] == [BodyTimeout]


def test_a_trickling_upload_is_ended(serve: Serve) -> None:
    running = serve(body_timeout=0.3, min_upload_rate=50_000, linger_timeout=0.2)
    with begin_upload(running) as client:
        while not running.app.failed.wait(0.02):
            client.send(b"x")
        assert client.answer().status == 408
    assert str(running.app.errors[0]) == "the body arrives too slowly"


def test_an_upload_above_the_rate_may_take_longer_than_the_timeout(serve: Serve) -> None:
    running = serve(body_timeout=0.1, min_upload_rate=100)
    with begin_upload(running) as client:
        for at in range(1000, len(LARGE), 10_000):
            assert not running.app.failed.wait(0.01)
            client.send(LARGE[at : at + 10_000])
        assert client.answer().body == digest(LARGE)


def test_a_slow_application_is_not_a_slow_client(serve: Serve) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        size = 0
        while data := environ["wsgi.input"].read(20_000):
            size += len(data)
            threading.Event().wait(0.02)
        start("200 OK", [])
        return [b"%d" % size]

    app = App()
    app.on("/slow", handler)
    with Client(serve(app, body_timeout=0.1, min_upload_rate=100_000_000).port) as client:
        assert client.put("/slow", LARGE).body == b"%d" % len(LARGE)


def test_a_small_body_that_does_not_arrive_closes_the_connection(serve: Serve) -> None:
    with Client(serve(small_body_timeout=0.2).port) as client:
        client.send(head("PUT", "/echo", Content_Length="1000"), b"x")
        assert client.is_closed()


def test_a_trickling_small_body_closes_the_connection(serve: Serve) -> None:
    running = serve(small_body_timeout=0.2)
    with Client(running.port) as client:
        client.send(head("PUT", "/echo", Content_Length="60000"))
        client.trickle(b"x")


@pytest.mark.parametrize(
    "body",
    [b"xyz\r\n", b"-5\r\n", b"+5\r\nhello\r\n", b"0x5\r\nhello\r\n", b"5\nhello\r\n", b"5\r\nhelloworld\r\n", b"\r\n"],
)
def test_broken_chunks_are_400_and_the_connection_is_closed(serve: Serve, body: bytes) -> None:
    running = serve(linger_timeout=0.2)
    with Client(running.port) as client:
        client.send(head("PUT", "/echo", Transfer_Encoding="chunked"), body, b"0\r\n\r\nGET / HTTP/1.1\r\n\r\n")
        answer = client.answer()
        assert (answer.refusal, answer.headers["connection"]) == ((400, "bad_request"), "close")
        assert client.is_closed()
    assert [type(error) for error in running.app.errors] == [BadBody]


def test_the_application_may_answer_a_body_error_itself(serve: Serve) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        try:
            environ["wsgi.input"].read()
        except BodyTooLarge:
            start("507 Insufficient Storage", [])
        return [b"own words"]

    app = App()
    app.on("/own", handler)
    with Client(serve(app, max_body_bytes=10, linger_timeout=0.2).port) as client:
        client.send(head("PUT", "/own", Transfer_Encoding="chunked"), chunked(b"x" * 11))
        answer = client.answer()
        assert (answer.status, answer.body, answer.headers["connection"]) == (507, b"own words", "close")


def test_a_body_error_after_the_answer_has_begun_only_cuts_it(serve: Serve) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        yield b"begun"
        yield environ["wsgi.input"].read()

    app = App()
    app.on("/begin", handler)
    with Client(serve(app, body_timeout=0.1, linger_timeout=0.2).port) as client:
        client.send(head("PUT", "/begin", Content_Length="100000"))
        assert client.answer().cut


def test_reading_into_a_buffer_gives_the_same_bytes(serve: Serve) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        buffer, whole = bytearray(70_000), b""
        while size := environ["wsgi.input"].readinto(buffer):
            whole += buffer[:size]
        start("200 OK", [])
        return [digest(whole)]

    app = App()
    app.on("/into", handler)
    with Client(serve(app).port) as client:
        assert client.put("/into", LARGE).body == digest(LARGE)
        client.send(head("PUT", "/into", Transfer_Encoding="chunked"), chunked(LARGE))
        assert client.answer().body == digest(LARGE)


def test_uploads_do_not_keep_short_requests_waiting(serve: Serve) -> None:
    running = serve(workers=1, transfers=2, max_transfers_per_address=2)
    uploads = [begin_upload(running) for _ in range(4)]
    with Client(running.port) as client:
        assert client.get().body == b"hello"
        assert running.app.threads["/"].startswith("worker")
        assert running.app.threads["/echo"].startswith("transfer")
    for upload in uploads:
        upload.sock.close()


def test_one_address_leaves_transfer_threads_to_others(serve: Serve) -> None:
    running = serve(transfers=3, max_transfers_per_address=2)
    uploads = [begin_upload(running, "127.0.0.2") for _ in range(4)]
    for _ in range(2):
        assert running.app.entered.acquire(timeout=20)
    with Client(running.port, "127.0.0.3") as other:
        assert other.put("/echo", LARGE).body == digest(LARGE)
        assert running.app.entered.acquire(timeout=20)
    assert not running.app.entered.acquire(blocking=False)  # the other two wait in line
    for upload in uploads:
        upload.send(LARGE[1000:])
        assert upload.answer().body == digest(LARGE)
        upload.sock.close()


def test_a_trusted_proxy_is_not_limited(serve: Serve) -> None:
    running = serve(transfers=3, max_transfers_per_address=1, trusted_proxies=frozenset({"127.0.0.2"}))
    uploads = [begin_upload(running, "127.0.0.2") for _ in range(3)]
    for _ in uploads:
        assert running.app.entered.acquire(timeout=20)
    for upload in uploads:
        upload.sock.close()


def test_beyond_the_line_of_one_address_is_503_with_retry_after(serve: Serve) -> None:
    running = serve(max_transfers_per_address=1, max_waiting_per_address=1, linger_timeout=0.2)
    with begin_upload(running) as first, begin_upload(running) as second:
        assert running.app.entered.acquire(timeout=20)
        with begin_upload(running) as third:
            answer = third.answer()
            assert (answer.refusal, answer.headers["retry-after"]) == ((503, "busy"), "10")
        for upload in (first, second):
            upload.send(LARGE[1000:])
            assert upload.answer().body == digest(LARGE)


def test_beyond_the_whole_line_is_503(serve: Serve) -> None:
    running = serve(transfers=1, max_waiting=1, linger_timeout=0.2)
    with begin_upload(running, "127.0.0.2"):
        assert running.app.entered.acquire(timeout=20)
        with begin_upload(running, "127.0.0.3"), begin_upload(running, "127.0.0.4") as third:
            assert third.answer().status == 503


def test_a_client_that_hangs_up_leaves_the_line(serve: Serve) -> None:
    running = serve(max_transfers_per_address=1, max_waiting_per_address=1)
    with begin_upload(running) as first:
        assert running.app.entered.acquire(timeout=20)
        with begin_upload(running):
            wait_for(lambda: any(channel.in_line for channel in list(running.server.channels.values())))
        wait_for(lambda: len(running.server.channels) == 1)
        with begin_upload(running) as third:
            first.send(LARGE[1000:])
            assert first.answer().body == digest(LARGE)
            third.send(LARGE[1000:])
            assert third.answer().body == digest(LARGE)


def test_long_answers_run_in_transfer_threads(serve: Serve) -> None:
    running = serve(is_long=lambda method, path: (method, path) == ("GET", "/stream"))
    with Client(running.port) as client:
        client.get("/stream?1")
        client.get("/")
    assert running.app.threads["/stream"].startswith("transfer")
    assert running.app.threads["/"].startswith("worker")


def test_a_large_upload_needs_no_large_memory(serve: Serve) -> None:
    running = serve()
    with Client(running.port) as client:
        client.put("/echo", LARGE)
        piece = bytes(1_000_000)
        tracemalloc.start()
        try:
            client.send(head("PUT", "/echo", Content_Length=str(50 * len(piece))))
            for _ in range(50):
                client.sock.sendall(piece)
            client.answer()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 1_000_000


def test_errors_know_what_to_answer() -> None:
    statuses = {kind: kind.status[:3] for kind in (BadBody, BodyTimeout, BodyTooLarge, BodyDisconnected)}
    assert statuses == {BadBody: "400", BodyTimeout: "408", BodyTooLarge: "413", BodyDisconnected: ""}
    assert all(issubclass(kind, BodyError) for kind in statuses)
    assert issubclass(BodyError, OSError)
