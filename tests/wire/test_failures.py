"""Disks that are full, cannot be written or are not there: the documented error, nothing lost, and it goes on."""

import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.conftest import Answer, Client
from tests.wire.daemon import Daemon
from tests.wire.people import Person, account, meet, sign_in, told
from tests.wire.small_disk import DISK_BYTES, needs_mounts, on_small_disk, run_beside, seen_by

ENOUGH_SECONDS = 20
FULL = "the disk is full"
FAILING = "the data disk is missing, read-only or failing"
MARKER = "syncfile-store.json"

#: What was there before; a row and a block.
KEPT = {"small": Random(1).randbytes(1000), "large": Random(2).randbytes(3 << 20)}


@pytest.fixture
def small(start_daemon: Callable[..., Daemon], tmp_path: Path) -> Iterator[Daemon]:
    """A daemon whose data folder is a small disk."""
    disk = tmp_path / "disk"
    disk.mkdir()
    daemon = start_daemon(data=disk, prefix=on_small_disk(disk))
    daemon.data = seen_by(daemon, disk)
    yield daemon
    daemon.stop()


def with_files(client: Client) -> Person:
    person = meet(client)
    for name, content in KEPT.items():
        person.store(name, content)
    return person


def assert_kept(person: Person, *more: str) -> None:
    """Everything that was there is there, and nothing else but ``more``."""
    assert person.list() == sorted([*KEPT, *more])
    assert {name: person.read(name) for name in KEPT} == KEPT


def unavailable(answer: Answer) -> bool:
    """Whether this is the answer of a server without its disk."""
    if answer.status != 503:
        return False
    assert answer.json["error"] == "store_unavailable"
    assert int(answer.headers["retry-after"]) > 0
    return True


def await_service(client: Client) -> None:
    until = time.monotonic() + ENOUGH_SECONDS
    while unavailable(client.get("/v1/isAuthAlive")):
        assert time.monotonic() < until
        select.select([], [], [], 0.1)


def fill(daemon: Daemon, free: int) -> Path:
    """Let something else take the disk but for some bytes; return the file that does."""
    filler = daemon.data / "somebody else's"
    with filler.open("wb") as file:
        used = sum(each.stat().st_blocks * 512 for each in daemon.data.rglob("*"))
        file.write(bytes(DISK_BYTES - used - free))
    return filler


@needs_mounts
def test_an_upload_that_does_not_fit_is_refused_and_costs_nothing(small: Daemon) -> None:
    ann = with_files(small.client)
    much = bytes(DISK_BYTES)
    assert told(ann.upload("new", much), 1203, FULL) == {}
    assert told(ann.upload_form("new", much), 1204, FULL) == {}
    assert_kept(ann)
    assert list((small.data / "tmp").iterdir()) == []


@needs_mounts
def test_a_disk_that_fills_while_a_body_arrives_takes_it_back(small: Daemon) -> None:
    ann = with_files(small.client)
    assert told(ann.upload("new", chunked(DISK_BYTES), {"Transfer-Encoding": "chunked"}), 1203, FULL) == {}
    assert_kept(ann)
    assert list((small.data / "tmp").iterdir()) == []
    ann.make("goes on")


def chunked(size: int) -> bytes:
    """Return a body that does not say how long it is, of other bytes everywhere, so that no two blocks are one."""
    content = Random(size).randbytes(size)
    return b"%x\r\n%b\r\n0\r\n\r\n" % (size, content)


@needs_mounts
def test_a_full_disk_is_told_everywhere_and_what_is_there_stays(small: Daemon) -> None:
    ann = with_files(small.client)
    ann.make("old")
    filler = fill(small, 0)
    assert told(ann.upload("new", b"x" * 1000), 1203, FULL) == {}
    assert told(ann.upload("new", bytes(1 << 20)), 1203, FULL) == {}
    assert told(ann.upload_form("new", b"x" * 1000), 1204, FULL) == {}
    for answer in (ann.folder("mkdir", "new"), ann.folder("rename", "old", name="new"), ann.ask_link("small")):
        assert (answer.status, answer.json["error"]) == (507, "disk_full")
    assert ann.list() == ["large", "old", "small"]
    filler.unlink()
    assert_kept(ann, "old")
    ann.make("new")
    told(ann.upload("new/file", bytes(1 << 20)), 1210)
    told(ann.upload_form("new/form", b"x" * 1000), 1200)


@needs_mounts
def test_folders_can_be_removed_where_uploads_do_not_fit_any_more(small: Daemon) -> None:
    ann = with_files(small.client)
    ann.make("old")
    fill(small, 3 << 20)
    told(ann.upload("new", bytes(1 << 20)), 1203, FULL)
    told(ann.folder("rm", "old"), 1140)
    assert_kept(ann)


@needs_mounts
def test_what_is_there_can_be_read_from_a_full_disk(small: Daemon) -> None:
    ann = with_files(small.client)
    links = {name: ann.link(name) for name in KEPT}
    fill(small, 0)
    assert {name: small.client.get(link).body for name, link in links.items()} == KEPT


@needs_mounts
def test_a_disk_that_takes_no_more_blocks_is_told_as_the_reason(small: Daemon, tmp_path: Path) -> None:
    ann = with_files(small.client)
    folder = tmp_path / "disk" / "tmp"
    run_beside(small, "mount", "--bind", folder, folder)
    run_beside(small, "mount", "-o", "remount,bind,ro", folder)
    assert told(ann.upload("new", bytes(1 << 20)), 1203, FAILING) == {}
    assert told(ann.upload_form("new", bytes(1 << 20)), 1204, FAILING) == {}
    assert_kept(ann)
    run_beside(small, "umount", folder)
    ann.store("new", bytes(1 << 20))


def test_a_server_without_its_disk_waits_for_it(start_daemon: Callable[..., Daemon], tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = start_daemon(data=data)
    ann = with_files(first.client)
    first.stop()
    data.rename(tmp_path / "unplugged")
    data.mkdir()
    (data / "of another disk").write_text("x")
    daemon = start_daemon(data=data)
    client = daemon.client
    asked = [
        client.get("/v1/ping/"),
        client.get("/v1/getAuthID", query={"username": ann.name, "password": "x"}),
        Person(client, ann.name, ann.authid).upload("new", b"x"),
    ]
    assert [unavailable(answer) for answer in asked] == [True] * 3
    assert [each.name for each in data.iterdir()] == ["of another disk"]
    (data / "of another disk").unlink()
    data.rmdir()
    (tmp_path / "unplugged").rename(data)
    await_service(client)
    assert_kept(sign_in(client, ann.name))


def test_an_empty_folder_is_no_new_store_where_a_marker_is_required(
    start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    data = tmp_path / "mount point"
    data.mkdir()
    daemon = start_daemon(data=data, require_marker="true")
    assert unavailable(daemon.client.get("/v1/ping/"))
    assert list(data.iterdir()) == []


@needs_mounts
def test_a_server_on_a_read_only_disk_waits_until_it_can_write(
    start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    data = tmp_path / "disk"
    first = start_daemon(data=data)
    ann = with_files(first.client)
    first.stop()
    read_only = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    daemon = start_daemon(data=data, prefix=["unshare", "--mount", "--map-root-user", "sh", "-c", read_only, str(data)])
    assert unavailable(daemon.client.get("/v1/ping/"))
    run_beside(daemon, "umount", data)
    await_service(daemon.client)
    assert_kept(sign_in(daemon.client, ann.name))
    daemon.stop()


@pytest.mark.parametrize("in_its_place", ["nothing", "an empty folder", "another disk"])
def test_a_disk_that_vanishes_is_told_and_nothing_is_written_in_its_place(
    start_daemon: Callable[..., Daemon], tmp_path: Path, in_its_place: str
) -> None:
    data = tmp_path / "data"
    daemon = start_daemon(data=data)
    ann = with_files(daemon.client)
    if in_its_place == "another disk":
        other = start_daemon(data=tmp_path / "other")
        other.stop()
    data.rename(tmp_path / "unplugged")
    if in_its_place == "an empty folder":
        data.mkdir()
    if in_its_place == "another disk":
        (tmp_path / "other").rename(data)
    before = contents(data)
    asked = [
        ann.upload("new", b"x"),
        ann.upload("new", bytes(1 << 20)),
        ann.upload_form("new", b"x"),
        ann.folder("mkdir", "new"),
        daemon.client.post("/v1/userRegister", form=account("new")),
    ]
    assert [unavailable(answer) for answer in asked] == [True] * 5
    assert contents(data) == before
    if data.exists():
        data.rename(tmp_path / "wrong one")
    (tmp_path / "unplugged").rename(data)
    await_service(daemon.client)
    assert_kept(ann)
    ann.store("new", b"x")
    assert_kept(ann, "new")
    daemon.stop()


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder that may be missing."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}


def test_a_missing_marker_is_told_and_service_goes_on_when_it_is_back(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon()
    ann = with_files(daemon.client)
    marker = (daemon.data / MARKER).read_bytes()
    (daemon.data / MARKER).unlink()
    for answer in (ann.upload("new", b"x"), ann.upload_form("new", b"x"), ann.folder("mkdir", "new")):
        assert unavailable(answer)
    (daemon.data / MARKER).write_bytes(marker)
    await_service(daemon.client)
    ann.store("new", b"x")
    assert_kept(ann, "new")
