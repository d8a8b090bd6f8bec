"""The data disk is ejected, pulled and put back: what was answered is there, and nothing is written beside it."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random

import pytest

from syncfile.config import Config
from syncfile.core import eject
from syncfile.core.fsck import check
from syncfile.core.opening import close_core, open_core
from syncfile.errors import NotFound
from tests.conftest import Client
from tests.wire.daemon import Daemon
from tests.wire.loop_disk import beside, make_disk, needs_loop, on_disk
from tests.wire.people import Person, meet
from tests.wire.small_disk import seen_by
from tests.wire.test_failures import await_service, contents, unavailable
from tests.wire.test_slow_clients import await_end, stall

UPLOADS = 8
PIECES = 64
ENOUGH_SECONDS = 30
FILM_BYTES = 40 << 20  # more than the buffers of a connection
KEPT = Random(1).randbytes(3 << 20)
ADMIN = ("admin", "administrator's own")


def start(start_daemon: Callable[..., Daemon], monkeypatch: pytest.MonkeyPatch, **settings: object) -> Daemon:
    monkeypatch.setenv("SYNCFILE_ADMIN_PASSWORD", ADMIN[1])
    return start_daemon(transfers_per_address=UPLOADS, **settings)


def admin_of(daemon: Daemon) -> Client:
    answer = daemon.client.post("/v1/auth/", form={"username": ADMIN[0], "password": ADMIN[1]})
    return daemon.client.with_token(answer.json["token"])


def eventually(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + ENOUGH_SECONDS
    while not is_so():
        assert time.monotonic() < until
        select.select([], [], [], 0.05)


def open_files(daemon: Daemon, is_meant: Callable[[str], bool]) -> list[str]:
    """Return what the server holds open, of what is meant: asked with paths below ``/proc``, and with real ones."""
    found = []
    for entry in Path(f"/proc/{daemon.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            target = os.readlink(entry)
            if is_meant(target) or is_meant(str(entry)):
                found.append(target)
    return found


def below(folder: Path) -> Callable[[str], bool]:
    return lambda path: path.startswith(f"{folder}/")


def on_device(device: int) -> Callable[[str], bool]:
    """Whatever name it has: of what is not mounted any more, only half of it is left."""
    return lambda path: path.startswith("/proc/") and os.stat(path).st_dev == device


def body_of(number: int) -> bytes:
    return Random(number).randbytes(1 << 20)


def upload_slowly(person: Person, number: int) -> bool:
    """Upload a file in small pieces; tell whether it was answered that all of it is there."""
    body, size = body_of(number), (1 << 20) // PIECES
    target = f"/v1/file?op=upload&authid={person.authid}&filepath=slow{number}"
    with socket.create_connection(("127.0.0.1", person.client.port), timeout=20) as sock:
        try:
            sock.sendall(f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            for start in range(0, len(body), size):
                sock.sendall(body[start : start + size])
                select.select([], [], [], 0.01)
            answer = sock.recv(65536)
        except OSError:
            return False
    return b'"error_code": 1210' in answer or b'"error_code":1210' in answer


@contextmanager
def uploading(person: Person) -> Iterator[set[int]]:
    """Upload one file after the other, eight at a time, while the block runs; fill the set with those answered."""
    answered: set[int] = set()
    stopped: list[bool] = []

    def work(first: int) -> None:
        for number in range(first, 10_000, UPLOADS):
            if stopped:
                return
            if upload_slowly(person, number):
                answered.add(number)
            else:
                select.select([], [], [], 0.05)

    with ThreadPoolExecutor(UPLOADS) as pool:
        running = [pool.submit(work, first) for first in range(UPLOADS)]
        try:
            yield answered
        finally:
            stopped.append(True)
        for future in running:
            future.result()


def watch(person: Person, path: str, stack: ExitStack) -> socket.socket:
    """Begin a download and take nothing of it."""
    sock = stack.enter_context(socket.create_connection(("127.0.0.1", person.client.port), timeout=20))
    sock.sendall(f"GET {person.link(path)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return sock


def assert_whole(person: Person, answered: set[int]) -> None:
    names = person.list()
    assert {f"slow{number}" for number in answered} <= set(names)
    assert person.read("kept") == KEPT
    for name in names:
        if name.startswith("slow"):
            assert person.read(name) == body_of(int(name[4:])), name


def assert_clean(daemon: Daemon, data: Path) -> None:
    daemon.stop()
    core = open_core(Config(data=data))
    try:
        assert list(check(core, deep=True)) == []
    finally:
        close_core(core)


def with_file(client: Client) -> Person:
    person = meet(client)
    person.store("kept", KEPT)
    return person


@pytest.mark.slow
def test_a_disk_is_ejected_while_it_is_written_to_and_serves_again_when_it_was_away(
    start_daemon: Callable[..., Daemon], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    daemon = start(start_daemon, monkeypatch)
    ann = with_file(daemon.client)
    ann.store("film", bytes(FILM_BYTES))
    with ExitStack() as stack, uploading(ann) as answered:
        stalled = [stall(ann, 0, stack), stall(ann, 1, stack), watch(ann, "film", stack)]
        eventually(lambda: len(answered) > 0 and len(open_files(daemon, below(daemon.data / "blocks"))) > 0)
        eject.ask(str(daemon.data))
        assert open_files(daemon, below(daemon.data)) == []
        await_end(stalled)
        assert not [each for each in daemon.data.iterdir() if each.name.endswith(("-wal", "-shm", "-journal"))]
        assert list((daemon.data / "tmp").iterdir()) == []
        for path in ("/v1/ping/", "/api2/ping/", f"/v1/isAuthAlive?authid={ann.authid}"):
            assert unavailable(daemon.client.get(path)), path
        assert daemon.client.get("/").status == 200
        daemon.data.rename(tmp_path / "unplugged")
        before = set(answered)
        eventually(lambda: "was unplugged" in daemon.log)
        (tmp_path / "unplugged").rename(daemon.data)
        await_service(daemon.client)
        eventually(lambda: len(answered) > len(before))
    assert_whole(ann, answered)
    assert_clean(daemon, daemon.data)


def test_an_administrator_ejects_the_disk_and_takes_it_back(
    start_daemon: Callable[..., Daemon], monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = start(start_daemon, monkeypatch)
    ann = with_file(daemon.client)
    admin = admin_of(daemon)
    assert admin.post("/v1/disk/eject/").json == {"success": True}
    assert open_files(daemon, below(daemon.data)) == []
    assert [unavailable(daemon.client.get("/v1/ping/")) for _ in range(3)] == [True] * 3
    with pytest.raises(NotFound):
        eject.ask(str(daemon.data))
    eject.ask_to_resume(str(daemon.data))
    await_service(daemon.client)
    assert ann.read("kept") == KEPT
    assert [event["action"] for event in admin.get("/v1/audit/?action=disk_eject").json] == ["disk_eject"]
    daemon.stop()


def test_a_server_whose_disk_is_ejected_ends_as_any_other(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon()
    os.kill(daemon.pid, signal.SIGUSR1)
    eventually(lambda: unavailable(daemon.client.get("/v1/ping/")))
    daemon.stop()


def test_no_server_is_asked_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        eject.ask(str(tmp_path))
    with pytest.raises(NotFound):
        eject.ask_to_resume(str(tmp_path))
    close_core(open_core(Config(data=tmp_path / "data")))
    with pytest.raises(NotFound):
        eject.ask(str(tmp_path / "data"))


@pytest.mark.slow
def test_a_disk_that_is_pulled_under_uploads_loses_nothing_that_was_answered(
    start_daemon: Callable[..., Daemon], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    daemon = start(start_daemon, monkeypatch)
    ann = with_file(daemon.client)
    other = start_daemon(data=tmp_path / "other")
    meet(other.client)
    other.kill()  # its log is not in its database yet
    before = contents(tmp_path / "other")
    assert any(name.endswith("-wal") for name in before)
    with uploading(ann) as answered:
        eventually(lambda: len(answered) > 0)
        daemon.data.rename(tmp_path / "unplugged")
        (tmp_path / "other").rename(daemon.data)
        eventually(lambda: open_files(daemon, below(tmp_path / "unplugged")) == [])
        assert unavailable(daemon.client.get("/v1/ping/"))
        assert open_files(daemon, below(daemon.data)) == []
        assert contents(daemon.data) == before
        daemon.data.rename(tmp_path / "other")
        (tmp_path / "unplugged").rename(daemon.data)
        await_service(daemon.client)
        seen = len(answered)
        eventually(lambda: len(answered) > seen)
    assert_whole(ann, answered)
    assert_clean(daemon, daemon.data)


@needs_loop
@pytest.mark.slow
def test_a_mounted_disk_is_pulled_and_put_back_and_another_is_not_touched(
    start_daemon: Callable[..., Daemon], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mine, others = make_disk(tmp_path / "mine.img"), make_disk(tmp_path / "others.img")
    other = start(start_daemon, monkeypatch, data=disk, prefix=on_disk(others, disk))
    meet(other.client)
    other.kill()
    daemon = start(start_daemon, monkeypatch, data=disk, prefix=on_disk(mine, disk))
    ann = with_file(daemon.client)
    seen = seen_by(daemon, disk)
    device = seen.stat().st_dev
    assert open_files(daemon, on_device(device)) != []
    with uploading(ann) as answered:
        for in_its_place in (False, True):
            pull_under_uploads(daemon, answered, disk)
            if in_its_place:
                beside(daemon, "mount", "-o", "loop", others, disk)
            before = contents(seen)
            assert any(name.endswith("-wal") for name in before) == in_its_place
            eventually(lambda: open_files(daemon, on_device(device)) == [])
            assert unavailable(daemon.client.get("/v1/ping/"))
            assert contents(seen) == before
            if in_its_place:
                beside(daemon, "umount", disk)
            beside(daemon, "mount", "-o", "loop", mine, disk)
            await_service(daemon.client)
    assert_whole(ann, answered)
    eject.ask(str(seen))
    beside(daemon, "umount", disk)  # not lazily: nothing holds it
    daemon.stop()


def pull_under_uploads(daemon: Daemon, answered: set[int], disk: Path) -> None:
    count = len(answered)
    eventually(lambda: len(answered) > count)
    beside(daemon, "umount", "-l", disk)
    eventually(lambda: unavailable(daemon.client.get("/v1/ping/")))
