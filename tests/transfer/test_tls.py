"""The same over TLS."""

import logging
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from syncfile.transfer.body import BodyDisconnected
from syncfile.transfer.options import Options
from syncfile.transfer.segments import BytesRange, FileRange, FileSegments, Literal
from syncfile.transfer.server import StreamServer
from tests.transfer.app import App, Start, digest
from tests.transfer.certificate import write_certificate
from tests.transfer.client import Client, chunked, head
from tests.transfer.conftest import Running, Serve, open_descriptors, wait_for

LARGE = os.urandom(3_000_000)
HUGE = 64_000_000


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    """Return two self-signed certificates with their keys."""
    folder = tmp_path_factory.mktemp("tls")
    return [write_certificate(folder, name) for name in ("first", "second")]


@pytest.fixture
def tls_options(certificates: list[tuple[Path, Path]], tmp_path: Path) -> dict[str, Any]:
    """Return options with copies of the first certificate and key."""
    for source, name in zip(certificates[0], ("cert.pem", "key.pem"), strict=True):
        shutil.copy(source, tmp_path / name)
    return {"tls_cert": str(tmp_path / "cert.pem"), "tls_key": str(tmp_path / "key.pem")}


@pytest.fixture
def trust(certificates: list[tuple[Path, Path]]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    for cert, _ in certificates:
        context.load_verify_locations(cert)
    return context


def test_requests_of_all_kinds_share_a_connection(
    serve: Serve, tls_options: dict[str, Any], trust: ssl.SSLContext
) -> None:
    with Client(serve(**tls_options).port, tls=trust) as client:
        for _ in range(2):
            assert client.get().body == b"hello"
            assert client.put("/echo", b"small").body == digest(b"small")
            assert client.put("/echo", LARGE).body == digest(LARGE)
            client.send(head("PUT", "/echo", Transfer_Encoding="chunked"), chunked(LARGE[:100_000], b"end"))
            assert client.answer().body == digest(LARGE[:100_000] + b"end")
            assert len(client.get("/stream?50").body) == 50 * 32768


def test_requests_in_one_record_are_all_answered(
    serve: Serve, tls_options: dict[str, Any], trust: ssl.SSLContext
) -> None:
    with Client(serve(**tls_options).port, tls=trust) as client:
        client.send(
            head("GET"),
            head("PUT", "/echo", Content_Length="100000", Expect="100-continue"),
            LARGE[:100_000],
            head("GET"),
            head("GET"),
        )
        assert client.answer().body == b"hello"
        answer = client.answer()
        if answer.status == 100:  # sent unless part of the body came with the head
            answer = client.answer()
        assert answer.body == digest(LARGE[:100_000])
        assert [client.answer().body, client.answer().body] == [b"hello", b"hello"]


def test_a_download_is_equal_byte_for_byte(
    serve: Serve, tls_options: dict[str, Any], trust: ssl.SSLContext, tmp_path: Path
) -> None:
    path = tmp_path / "block"
    path.write_bytes(LARGE)

    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        assert environ["wsgi.url_scheme"] == "https"
        start("200 OK", [])
        return FileSegments(
            [Literal(b"<"), FileRange(str(path), 1, len(LARGE) - 1), BytesRange(lambda: b"row", 0, 3), Literal(b">")]
        )

    app = App()
    app.on("/file", handler)
    with Client(serve(app, sendfile_bytes=200_000, **tls_options).port, tls=trust, receive_bytes=4096) as client:
        assert client.get("/file").body == b"<" + LARGE[1:] + b"row>"
        assert client.get().body == b"hello"


def test_an_early_answer_is_readable_and_ends_properly(
    serve: Serve, tls_options: dict[str, Any], trust: ssl.SSLContext
) -> None:
    with Client(serve(linger_timeout=0.2, **tls_options).port, tls=trust) as client:
        client.send(head("PUT", "/refuse", Content_Length=str(64_000_000)), bytes(1_000_000))
        answer = client.answer()
        assert (answer.status, answer.body) == (401, b"no")
        assert client.sock.recv(1) == b""  # close_notify: without it this is an error


def test_slow_and_hostile_handshakes_disturb_nobody_and_are_cut(
    serve: Serve, tls_options: dict[str, Any], trust: ssl.SSLContext
) -> None:
    running = serve(header_timeout=1.0, **tls_options)
    silent = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(20)]
    halves = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(20)]
    for half in halves:
        half.sendall(b"\x16\x03\x01\x02\x00\x01")
    with Client(running.port) as plain:
        plain.send(head("GET"))
        assert not plain.read_to_end().startswith(b"HTTP")
    with socket.create_connection(("127.0.0.1", running.port)) as reset:
        reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with Client(running.port, tls=trust) as client:
        assert client.get().body == b"hello"
    for sock in (*silent, *halves):
        sock.settimeout(20)
        assert sock.recv(1) == b""
        sock.close()


def test_a_client_without_a_common_protocol_is_dropped(serve: Serve, tls_options: dict[str, Any]) -> None:
    running = serve(**tls_options)
    with socket.create_connection(("127.0.0.1", running.port)) as sock:
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with pytest.raises((ssl.SSLError, ConnectionError)):
            old.wrap_socket(sock)


def test_an_upload_that_breaks_off_is_a_disconnect(
    serve: Serve, tls_options: dict[str, Any], trust: ssl.SSLContext
) -> None:
    running = serve(**tls_options)
    with Client(running.port, tls=trust) as client:
        client.send(head("PUT", "/echo", Content_Length=str(len(LARGE))), LARGE[:200_000])
        assert running.app.entered.acquire(timeout=20)
    assert running.app.failed.wait(20)
    assert [type(error) for error in running.app.errors] == [BodyDisconnected]


def test_a_stalled_upload_is_ended(serve: Serve, tls_options: dict[str, Any], trust: ssl.SSLContext) -> None:
    with Client(serve(body_timeout=0.1, linger_timeout=0.2, **tls_options).port, tls=trust) as client:
        client.send(head("PUT", "/echo", Content_Length=str(len(LARGE))), LARGE[:200_000])
        assert client.answer().status == 408


def test_an_upload_that_the_server_cuts_reads_no_ciphertext(
    serve: Serve, tls_options: dict[str, Any], trust: ssl.SSLContext
) -> None:
    reading, go_on, disconnected = threading.Event(), threading.Event(), threading.Event()
    got: list[bytes] = []

    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        got.append(environ["wsgi.input"].read(1))
        reading.set()
        assert go_on.wait(20)
        try:
            while True:
                got.append(environ["wsgi.input"].read(1000))
        except BodyDisconnected:
            disconnected.set()
        start("200 OK", [])
        return []

    app = App()
    app.on("/cut", handler)
    running = serve(app, **tls_options)
    with Client(running.port, tls=trust) as client:
        client.send(head("PUT", "/cut", Content_Length="1000000"), b"x" * 500_000)
        assert reading.wait(20)
        running.server.stop(0.0)
        wait_for(lambda: not running.server.channels)
        go_on.set()
        running.thread.join(20)
    assert disconnected.is_set()
    assert set(b"".join(got)) == set(b"x")


def test_a_download_that_breaks_off_leaves_nothing_open(
    serve: Serve, tls_options: dict[str, Any], trust: ssl.SSLContext, tmp_path: Path
) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(HUGE)

    def handler(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        return FileSegments([FileRange(str(path), 0, HUGE)])

    app = App()
    app.on("/file", handler)
    running = serve(app, **tls_options)
    with Client(running.port, tls=trust) as client:
        client.get()
    wait_for(lambda: not running.server.channels)
    descriptors = open_descriptors()
    with Client(running.port, tls=trust, receive_bytes=4096) as client:
        client.send(head("GET", "/file"))
        client.sock.recv(1000)
    wait_for(lambda: open_descriptors() == descriptors)


def certificate_of(running: Running, trust: ssl.SSLContext) -> bytes | None:
    with Client(running.port, tls=trust) as client:
        assert isinstance(client.sock, ssl.SSLSocket)
        return client.sock.getpeercert(binary_form=True)


def test_a_new_certificate_is_for_new_connections(
    serve: Serve, tls_options: dict[str, Any], trust: ssl.SSLContext, certificates: list[tuple[Path, Path]]
) -> None:
    running = serve(**tls_options)
    with Client(running.port, tls=trust) as old:
        old.get()
        first = certificate_of(running, trust)
        shutil.copy(certificates[1][0], tls_options["tls_cert"])
        shutil.copy(certificates[1][1], tls_options["tls_key"])
        running.server.reload_tls()
        assert certificate_of(running, trust) != first
        assert old.get().body == b"hello"


@pytest.mark.parametrize("broken", ["not a certificate", "another key", "gone"])
def test_a_bad_new_certificate_is_logged_and_the_old_one_stays(
    serve: Serve,
    tls_options: dict[str, Any],
    trust: ssl.SSLContext,
    certificates: list[tuple[Path, Path]],
    caplog: pytest.LogCaptureFixture,
    logs_errors: None,
    broken: str,
) -> None:
    running = serve(**tls_options)
    first = certificate_of(running, trust)
    if broken == "another key":
        shutil.copy(certificates[1][1], tls_options["tls_key"])
    elif broken == "gone":
        Path(tls_options["tls_cert"]).unlink()
    else:
        Path(tls_options["tls_cert"]).write_text("nonsense")
    running.server.reload_tls()
    assert "the old one stays" in caplog.records[-1].getMessage()
    assert caplog.records[-1].levelno == logging.ERROR
    assert certificate_of(running, trust) == first


def test_a_bad_certificate_at_start_is_an_error(tls_options: dict[str, Any]) -> None:
    Path(tls_options["tls_cert"]).write_text("nonsense")
    with pytest.raises(ssl.SSLError):
        StreamServer(App(), Options(**tls_options))


@pytest.mark.parametrize("missing", ["tls_cert", "tls_key"])
def test_half_of_a_certificate_is_an_error(tls_options: dict[str, Any], missing: str) -> None:
    with pytest.raises(ValueError, match="needs a key"):
        Options(**{**tls_options, missing: None})


def test_without_a_certificate_there_is_nothing_to_read_again(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    serve().server.reload_tls()
    assert caplog.records == []


def test_plain_servers_do_not_import_ssl() -> None:
    code = "import sys, syncfile.transfer.server; sys.exit('ssl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
