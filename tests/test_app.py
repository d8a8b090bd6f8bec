"""The dispatcher: faces, addresses, the log, the missing disk and the last fence."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from syncfile.app import FACES, App, load_face
from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.door import CoreDoor, Visit
from syncfile.core.opening import close_core, open_core
from syncfile.errors import StoreUnavailable
from tests.conftest import TIMEOUT_SECONDS, Client, Server

SAMPLE = {"sample": "tests.faces.sample", "sample/bug": "tests.faces.sample", "broken": "tests.faces.nowhere"}
WHOAMI = "/sample/whoami/"


@contextmanager
def serving(core: Core, config: Config | None = None) -> Iterator[Client]:
    running = Server(config or core.config, CoreDoor(lambda: core), SAMPLE)
    try:
        yield running.client
    finally:
        running.stop()


def test_bug_is_a_500_that_shows_nothing_but_its_request_id(core: Core, caplog: pytest.LogCaptureFixture) -> None:
    with serving(core) as client:
        answer = client.get("/sample/bug/")
    request_id = answer.headers["x-request-id"]
    assert answer.status == 500
    assert answer.json == {"error_msg": "the server made a mistake", "error": "internal", "request_id": request_id}
    record = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert request_id in record.getMessage()
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ZeroDivisionError)


def test_face_that_cannot_be_imported_does_not_end_the_server(core: Core) -> None:
    with serving(core) as client:
        assert client.get("/broken/").status == 500
        assert client.get(WHOAMI).status == 200


def test_access_line_has_the_id_and_no_query_string(core: Core, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "syncfile.access")
    with serving(core) as client:
        answer = client.get("/sample/echo/?name=secret")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "syncfile.access"]
    words = line.split()
    assert words[:6] == [
        answer.headers["x-request-id"],
        "127.0.0.1",
        "GET",
        "/sample/echo/",
        "200",
        str(len(answer.body)),
    ]
    assert words[6].endswith("ms")
    assert "secret" not in line


def test_each_request_has_its_own_id(core: Core) -> None:
    with serving(core) as client:
        ids = {client.get(WHOAMI).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("10.9.9.9, 203.0.113.7", "203.0.113.7"),
        ("6.6.6.6, 203.0.113.7, 10.0.0.5", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("203.0.113.7:5555", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("6.6.6.6, nonsense", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_trusted_proxy_names_the_client(core: Core, forwarded: str, address: str) -> None:
    config = replace(core.config, trusted_proxies=(ip_network("127.0.0.1"), ip_network("10.0.0.0/8")))
    with serving(core, config) as client:
        answer = client.get(WHOAMI, headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"})
    assert answer.json[:2] == [address, "https"]


def test_stranger_cannot_choose_an_address(core: Core) -> None:
    with serving(core) as client:
        answer = client.get(WHOAMI, headers={"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https"})
    assert answer.json[:2] == ["127.0.0.1", "http"]


def test_public_url_is_what_links_begin_with(core: Core) -> None:
    public = replace(core, config=replace(core.config, public_url="https://cloud.example"))
    with serving(public) as client:
        assert client.get(WHOAMI).json[2] == "https://cloud.example"


def test_requests_wait_for_the_data_disk_and_go_on_by_themselves(config: Config, tmp_path: Path) -> None:
    close_core(open_core(config))
    elsewhere = tmp_path / "unplugged"
    config.data.rename(elsewhere)
    config.data.mkdir()
    now = [0.0]
    tries = []

    def open_again() -> Core:
        tries.append(now[0])
        return open_core(replace(config, require_marker=True))

    door = CoreDoor(open_again, clock=lambda: now[0])
    running = Server(config, door, SAMPLE)
    try:
        for _ in range(3):
            answer = running.client.get(WHOAMI)
            assert (answer.status, answer.json["error"]) == (503, "store_unavailable")
            assert int(answer.headers["retry-after"]) > 0
        assert tries == [0.0]
        config.data.rmdir()
        elsewhere.rename(config.data)
        now[0] = 1.5
        assert running.client.get(WHOAMI).status == 200
        assert running.client.get(WHOAMI).status == 200
        assert tries == [0.0, 1.5]
    finally:
        running.stop()
        door.close()


def test_requests_are_not_kept_waiting_while_another_opens_the_disk(core: Core) -> None:
    opening, go_on = threading.Event(), threading.Event()

    def open_slowly() -> Core:
        opening.set()
        assert go_on.wait(TIMEOUT_SECONDS)
        return core

    door = CoreDoor(open_slowly)
    first = threading.Thread(target=Visit(door).core)
    first.start()
    assert opening.wait(TIMEOUT_SECONDS)
    with pytest.raises(StoreUnavailable):
        Visit(door).core()
    go_on.set()
    first.join(TIMEOUT_SECONDS)
    assert Visit(door).core() is core


def test_door_that_was_never_opened_closes_nothing() -> None:
    def refuse() -> Core:
        raise StoreUnavailable("gone", retry_after=1)

    closed: list[Core] = []
    CoreDoor(refuse, closed.append).close()
    assert closed == []


def test_face_that_is_not_imported_yet_does_not_crowd_the_line_of_transfers(config: Config, core: Core) -> None:
    app = App(config, CoreDoor(lambda: core), SAMPLE)
    assert not app.is_long("GET", "/sample/tree/a")
    assert not app.is_long("GET", "/unknown/")
    running = Server(config, CoreDoor(lambda: core), SAMPLE)
    try:
        running.client.get(WHOAMI)
        assert not running.app.is_long("GET", WHOAMI)
        assert running.app.is_long("GET", "/sample/tree/a")
    finally:
        running.stop()


@pytest.mark.parametrize("module", sorted(set(FACES.values())))
def test_every_face_can_be_imported_and_answers_under_its_own_words(module: str) -> None:
    words = [f"/{name}" for name, value in FACES.items() if value == module]
    routes = load_face(module).routes
    assert routes
    for route in routes:
        assert any(route.rule == word or route.rule.startswith(f"{word}/") for word in words), route.rule
