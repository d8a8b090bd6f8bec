"""Heads, framing and connections: what goes over the wire for short requests."""

import os
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.transfer.app import App, Start, digest
from tests.transfer.client import Client, chunked, head
from tests.transfer.conftest import Serve, wait_for

SMALL = b"small"
LARGE = os.urandom(300_000)


def test_a_connection_carries_small_and_large_requests_one_after_the_other(serve: Serve) -> None:
    with Client(serve().port) as client:
        for _ in range(2):
            assert client.get().body == b"hello"
            small = client.put("/echo", SMALL)
            assert (small.body, small.headers["x-streamed"]) == (digest(SMALL), "no")
            large = client.put("/echo", LARGE)
            assert (large.body, large.headers["x-streamed"]) == (digest(LARGE), "yes")
            client.send(head("PUT", "/echo", Transfer_Encoding="chunked"), chunked(LARGE, SMALL))
            assert client.answer().body == digest(LARGE + SMALL)


def test_pipelined_requests_are_answered_in_order(serve: Serve) -> None:
    with Client(serve().port) as client:
        client.send(
            head("GET"),
            head("PUT", "/echo", Content_Length=str(len(SMALL))) + SMALL,
            head("PUT", "/echo", Content_Length=str(len(LARGE))) + LARGE,
            head("PUT", "/echo", Transfer_Encoding="chunked") + chunked(SMALL, SMALL),
            head("GET"),
        )
        bodies = [client.answer().body for _ in range(5)]
    assert bodies == [b"hello", digest(SMALL), digest(LARGE), digest(SMALL * 2), b"hello"]


def test_a_head_that_came_with_the_body_before_may_be_finished_later(serve: Serve) -> None:
    with Client(serve().port) as client:
        client.send(head("PUT", "/echo", Transfer_Encoding="chunked"), chunked(SMALL), b"GET / HT")
        assert client.answer().body == digest(SMALL)
        client.send(b"TP/1.1\r\n\r\n")
        assert client.answer().body == b"hello"


def test_100_continue_is_sent_when_the_application_reads(serve: Serve) -> None:
    with Client(serve().port) as client:
        for body in (SMALL, LARGE):
            client.send(head("PUT", "/echo", Content_Length=str(len(body)), Expect="100-continue"))
            assert client.answer().status == 100
            client.send(body)
            assert client.answer().body == digest(body)


def test_a_refusal_before_the_body_sends_no_100_continue(serve: Serve) -> None:
    with Client(serve().port) as client:
        client.send(head("PUT", "/refuse", Content_Length="100000", Expect="100-continue"))
        answer = client.answer()
        assert (answer.status, answer.body, answer.headers["connection"]) == (401, b"no", "close")
        assert client.is_closed()


def test_an_early_answer_is_readable_while_the_client_keeps_pushing(serve: Serve) -> None:
    with Client(serve().port) as client:
        client.send(head("PUT", "/refuse", Content_Length=str(64_000_000)), bytes(32_000_000))
        answer = client.answer()
        assert (answer.status, answer.body) == (401, b"no")


def test_a_client_that_pushes_on_after_an_early_answer_is_cut(serve: Serve) -> None:
    with Client(serve(linger_timeout=0.2).port) as client:
        client.send(head("PUT", "/refuse", Content_Length=str(1 << 50)))
        assert client.answer().status == 401
        client.trickle(bytes(100_000), pause=0)


def test_http_1_0_closes_unless_asked_to_keep_the_connection(serve: Serve) -> None:
    port = serve().port
    with Client(port) as client:
        client.send(head("GET", version="1.0", Connection="keep-alive"))
        assert client.answer().headers["connection"] == "keep-alive"
        client.send(head("GET", version="1.0"))
        assert client.answer().headers["connection"] == "close"
        assert client.is_closed()
    with Client(port) as client:
        client.send(head("GET", "/stream?3", version="1.0", Connection="keep-alive"))
        assert client.read_to_end().endswith(b"00000002")


def test_an_answer_of_unknown_length_is_chunked_and_keeps_the_connection(serve: Serve) -> None:
    with Client(serve().port) as client:
        assert len(client.get("/stream?20").body) == 20 * 32768
        assert client.get().body == b"hello"


def test_connection_close_is_honoured_among_other_options(serve: Serve) -> None:
    with Client(serve().port) as client:
        assert client.get(Connection="TE, Close").headers["connection"] == "close"
        assert client.is_closed()


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_answers_without_a_body_keep_the_connection(serve: Serve, method: str) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("204 No Content" if method == "GET" else "200 OK", [])
        return iter([b"not to be sent"])

    app = App()
    app.on("/none", handler)
    with Client(serve(app).port) as client:
        client.send(head(method, "/none"))
        answer = client.answer(method)
        assert "transfer-encoding" not in answer.headers
        assert client.get().body == b"hello"


def test_not_modified_may_name_a_length_and_sends_nothing(serve: Serve) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("304 Not Modified", [("Content-Length", "10"), ("ETag", '"x"')])
        return []

    app = App()
    app.on("/same", handler)
    with Client(serve(app).port) as client:
        answer = client.get("/same")
        assert (answer.status, answer.headers["etag"]) == (304, '"x"')
        assert client.get().body == b"hello"


def test_an_answer_shorter_than_it_said_closes_the_connection(serve: Serve) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "10")])
        return [b"short"]

    app = App()
    app.on("/short", handler)
    with Client(serve(app).port) as client:
        answer = client.get("/short")
        assert (answer.body, answer.cut) == (b"short", True)


def test_an_answer_longer_than_it_said_is_cut_to_size(serve: Serve) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "4")])
        return [b"lon", b"ger"]

    app = App()
    app.on("/longer", handler)
    with Client(serve(app).port) as client:
        assert client.get("/longer").body == b"long"
        assert client.get().body == b"hello"


BAD_HEADS = {
    "both framings": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n",
    "negative length": b"Content-Length: -5\r\n",
    "signed length": b"Content-Length: +5\r\n",
    "empty length": b"Content-Length:\r\n",
    "hexadecimal length": b"Content-Length: 0x5\r\n",
    "length of thousands of digits": b"Content-Length: " + b"9" * 5000 + b"\r\n",
    "length beyond all disks": b"Content-Length: " + b"9" * 19 + b"\r\n",
    "folded header": b"Transfer-Encoding:\r\n chunked\r\n",
    "space before the colon": b"Transfer-Encoding : chunked\r\n",
    "bare line feed": b"X: 1\nTransfer-Encoding: chunked\r\n",
    "header without a colon": b"nonsense\r\n",
}


@pytest.mark.parametrize("lines", BAD_HEADS.values(), ids=BAD_HEADS.keys())
def test_ambiguous_framing_is_400_and_the_connection_is_closed(serve: Serve, lines: bytes) -> None:
    with Client(serve(linger_timeout=0.2).port) as client:
        client.send(b"PUT /echo HTTP/1.1\r\nHost: test\r\n", lines, b"\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n")
        answer = client.answer()
        assert (answer.refusal, answer.headers["connection"]) == ((400, "bad_request"), "close")
        assert client.is_closed()


@pytest.mark.parametrize("value", [b"gzip", b"gzip, chunked", b"chunked, chunked", b"identity", b"", b"\x0bchunked"])
def test_other_transfer_encodings_are_refused(serve: Serve, value: bytes) -> None:
    with Client(serve(linger_timeout=0.2).port) as client:
        client.send(b"PUT /echo HTTP/1.1\r\nTransfer-Encoding: ", value, b"\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n")
        assert client.answer().refusal in {(400, "bad_request"), (501, "not_implemented")}
        assert client.is_closed()


@pytest.mark.parametrize(
    "line",
    [
        b"GET http://[bad HTTP/1.1",
        b"get / HTTP/1.1",
        b"GET /",
        b"GET / HTTP/2.0",
        b"\x16\x03\x01\x02",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked",
    ],
)
def test_a_bad_request_line_is_400(serve: Serve, line: bytes) -> None:
    with Client(serve(linger_timeout=0.2).port) as client:
        client.send(line, b"\r\n\r\n")
        assert client.answer().refusal == (400, "bad_request")
        assert client.is_closed()


def test_a_head_too_large_is_431(serve: Serve) -> None:
    with Client(serve(max_header_bytes=8192, linger_timeout=0.2).port) as client:
        client.send(head("GET", X_Long="x" * 9000))
        assert client.answer().refusal == (431, "head_too_large")
        assert client.is_closed()


def test_a_head_that_never_ends_is_431(serve: Serve) -> None:
    with Client(serve(max_header_bytes=8192, linger_timeout=0.2).port) as client:
        client.send(b"GET / HTTP/1.1\r\nX: ", b"x" * 9000)
        assert client.answer().refusal == (431, "head_too_large")


def test_a_head_of_too_many_lines_is_431(serve: Serve) -> None:
    with Client(serve(linger_timeout=0.2).port) as client:
        client.send(b"GET / HTTP/1.1\r\n", b"a:b\r\n" * 300, b"\r\n", head("GET"))
        assert client.answer().refusal == (431, "head_too_large")
        assert client.is_closed()


def test_a_body_too_large_is_413_before_any_of_it_is_read(serve: Serve) -> None:
    with Client(serve(max_body_bytes=1000, linger_timeout=0.2).port) as client:
        client.send(head("PUT", "/echo", Content_Length="1001"), b"GET / HTTP/1.1\r\n\r\n")
        assert client.answer().refusal == (413, "too_large")
        assert client.is_closed()


def test_a_body_of_exactly_the_limit_is_accepted(serve: Serve) -> None:
    with Client(serve(max_body_bytes=1000).port) as client:
        assert client.put("/echo", bytes(1000)).body == digest(bytes(1000))
        client.send(head("PUT", "/echo", Transfer_Encoding="chunked"), chunked(bytes(600), bytes(400)))
        assert client.answer().body == digest(bytes(1000))


def test_a_chunked_body_too_large_is_413(serve: Serve) -> None:
    with Client(serve(max_body_bytes=1000, linger_timeout=0.2).port) as client:
        client.send(head("PUT", "/echo", Transfer_Encoding="chunked"), chunked(bytes(600), bytes(401)))
        assert client.answer().refusal == (413, "too_large")
        assert client.is_closed()


def test_a_bug_in_the_application_is_500_and_costs_no_thread(serve: Serve, logs_errors: None) -> None:
    running = serve(workers=1)
    for _ in range(3):
        with Client(running.port) as client:
            assert client.get("/crash").refusal == (500, "internal")
    with Client(running.port) as client:
        assert client.get().body == b"hello"


def test_an_application_that_exits_costs_no_thread(serve: Serve, logs_errors: None) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        raise SystemExit

    app = App()
    app.on("/exit", handler)
    running = serve(app, workers=1)
    with Client(running.port) as client:
        client.send(head("GET", "/exit"))
        assert client.is_closed()
    with Client(running.port) as client:
        assert client.get().body == b"hello"


def test_a_failure_in_the_loop_ends_one_connection_only(serve: Serve, logs_errors: None) -> None:
    running = serve(is_long=lambda method, path: bool(1 / (path != "/echo")))
    with Client(running.port) as client, Client(running.port) as other:
        client.send(head("GET", "/echo"))
        assert client.is_closed()
        assert other.get().body == b"hello"


def test_a_failure_between_two_requests_ends_one_connection_only(serve: Serve, logs_errors: None) -> None:
    running = serve(workers=1, is_long=lambda method, path: bool(1 / (path != "/echo")))
    with Client(running.port) as client, Client(running.port) as other:
        client.send(head("GET"), head("GET", "/echo"))
        assert client.answer().body == b"hello"
        assert client.is_closed()
        assert other.get().body == b"hello"


def test_an_application_that_forgets_to_start_its_answer_is_500(serve: Serve, logs_errors: None) -> None:
    app = App()
    app.on("/mute", lambda environ, start: [b"body"])
    with Client(serve(app).port) as client:
        assert client.get("/mute").status == 500


def test_an_application_may_change_its_mind_before_the_head_is_sent(serve: Serve) -> None:
    def handler(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        start("200 OK", [("X", "first")])
        try:
            raise KeyError
        except KeyError:
            start("404 Not Found", [], sys.exc_info())
        return [b"second"]

    app = App()
    app.on("/mind", handler)
    with Client(serve(app).port) as client:
        answer = client.get("/mind")
        assert (answer.status, answer.body, "x" in answer.headers) == (404, b"second", False)


def test_an_application_that_changes_its_mind_too_late_is_cut(serve: Serve, logs_errors: None) -> None:
    def handler(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        start("200 OK", [])
        yield b"first"
        try:
            raise KeyError
        except KeyError:
            start("404 Not Found", [], sys.exc_info())

    app = App()
    app.on("/late", handler)
    with Client(serve(app).port) as client:
        answer = client.get("/late")
        assert (answer.status, answer.cut) == (200, True)


def test_an_application_that_starts_two_answers_is_500(serve: Serve, logs_errors: None) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        start("404 Not Found", [])
        return []

    app = App()
    app.on("/two", handler)
    with Client(serve(app).port) as client:
        assert client.get("/two").status == 500


def test_an_answer_to_a_client_that_has_left_is_dropped(serve: Serve) -> None:
    running = serve()
    with Client(running.port) as client:
        client.send(head("GET", "/wait"))
        assert running.app.entered.acquire(timeout=20)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    running.app.release.set()
    wait_for(lambda: not running.server.channels)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("200 OK\r\nX: 1", []),
        ("200 OK", [("X", "1\r\nSet-Cookie: a=b")]),
        ("200 OK", [("Connection", "keep-alive")]),
        ("200 OK", [("Transfer-Encoding", "chunked")]),
    ],
)
def test_an_application_cannot_send_what_is_not_its_to_send(
    serve: Serve, logs_errors: None, status: str, headers: list[tuple[str, str]]
) -> None:
    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start(status, headers)
        return [b"never"]

    app = App()
    app.on("/bad", handler)
    with Client(serve(app).port) as client:
        answer = client.get("/bad")
        assert answer.status == 500
        assert "set-cookie" not in answer.headers


def test_the_environment_names_client_and_length(serve: Serve) -> None:
    seen: dict[str, Any] = {}

    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        seen.update(environ)
        start("200 OK", [])
        return [b""]

    app = App()
    app.on("/a b", handler)
    with Client(serve(app).port, source="127.0.0.5") as client:
        client.put("/a%20b?c=d", SMALL, X_Forwarded_For="10.0.0.1")
    assert (seen["REMOTE_ADDR"], seen["PATH_INFO"], seen["QUERY_STRING"]) == ("127.0.0.5", "/a b", "c=d")
    assert (seen["CONTENT_LENGTH"], seen["wsgi.url_scheme"]) == ("5", "http")
    assert seen["HTTP_X_FORWARDED_FOR"] == "10.0.0.1"
