"""The package from its installation to its removal on a router with an ARM processor, which QEMU plays."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.budget.transfers import MIB, link, make_library, sign_in
from tests.compat.computer import Computer, wait_until
from tests.compat.trees import fill, on_disk
from tests.conftest import Client
from tests.openwrt.installer import KEPT, Opkg
from tests.openwrt.packages import CONFIG, Feed, install, newer, run_script
from tests.openwrt.pythons import arm
from tests.openwrt.router import Router, wait_for
from tests.rest.forms import send
from tests.wire.people import PASSWORD

pytestmark = pytest.mark.compat

EVERY_SETTING = "etc/syncfile/syncfile.conf"
TOKEN = "of my own"
LARGE = os.urandom(50 * MIB)
SECRET = os.urandom(5 * MIB)


@dataclass
class Box:
    """A router with the package and a disk; its service runs, and has one account."""

    feed: Feed
    opkg: Opkg
    router: Router
    client: Client

    def start(self) -> None:
        """Do what follows an installation, start the service, and return once it listens."""
        run_script(self.feed, "postinst", self.opkg)
        self.router.run_defaults()
        began, starts = time.monotonic(), self.router.output.count("SyncFile 0")
        self.router.service("start")
        wait_for(lambda: self.router.output.count("SyncFile 0") > starts)
        print(f"started in {time.monotonic() - began:.1f} s")

    def stop(self) -> None:
        """Do what goes before a removal or another version, and stop the service."""
        run_script(self.feed, "prerm", self.opkg)
        self.router.service("stop")
        assert self.router.pid is None

    def upload(self, repo_id: str, content: bytes) -> None:
        url = link(self.client, repo_id, "files/upload/?p=/")
        assert send(self.client, url, ("parent_dir", "/"), ("file", "a.bin", content)).status == 200

    def download(self, repo_id: str) -> bytes:
        answer = self.client.get(link(self.client, repo_id, "files/download/?p=/a.bin"))
        assert answer.status == 200
        return answer.body


@pytest.fixture(scope="module")
def box(feed: Feed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """The package is installed, two of its configuration files are edited, and the service is started."""
    root = tmp_path_factory.mktemp("router")
    opkg = install(feed, root)
    router = Router(root, python=arm())
    router.write("proc/meminfo", "MemTotal: 1048576 kB\n")  # QEMU's own memory counts against the limit of the service
    router.mount()
    router.set(enabled="1", data=str(router.data))
    router.write(EVERY_SETTING, f"{router.read(EVERY_SETTING)}\nmetrics_token = {TOKEN}\n")
    made = Box(feed, opkg, router, Client(router.take_port()))
    made.start()
    made.client = sign_in(made.client)
    yield made
    router.close()


@pytest.fixture(scope="module")
def large(box: Box) -> str:
    """A library with a large file."""
    repo_id = make_library(box.client)
    box.upload(repo_id, LARGE)
    return repo_id


def test_server_runs_on_arm_by_the_first_line_of_its_program(box: Box) -> None:
    program = box.router.path / "usr/bin/syncfile"
    assert program.read_text().startswith("#!/usr/bin/python3\n")
    assert box.router.pid is not None
    command = Path(f"/proc/{box.router.pid}/cmdline").read_bytes().split(b"\0")
    assert command[:5] == [os.fsencode(word) for word in (*arm(), str(program))]


def test_large_file_comes_back_as_it_was(box: Box, large: str) -> None:
    assert box.download(large) == LARGE


def test_encrypted_library_is_opened_with_its_password(box: Box) -> None:
    repo_id = make_library(box.client, password="libpass")
    for password, status in (("guessed", 400), ("libpass", 200)):
        form = {"action": "setpassword", "password": password}
        assert box.client.post(f"/v1/repos/{repo_id}/action/", form=form).status == status
    box.upload(repo_id, SECRET)
    assert box.download(repo_id) == SECRET
    stored = [file for file in box.router.data.rglob("*") if file.is_file()]
    assert [file for file in stored if SECRET[:64] in file.read_bytes()] == []


def test_seafile_clients_push_and_clone(box: Box, tmp_path: Path) -> None:
    user = box.client.get("/v1/account/").json["username"]
    one, two = (
        Computer(tmp_path / name, f"http://127.0.0.1:{box.client.port}", user, PASSWORD) for name in ("one", "two")
    )
    try:
        one.start()
        repo_id = one.create("Work")
        fill(one.place("Work"), folders=20)
        one.sync(repo_id, "Work")
        wait_until(lambda: one.is_synchronized("Work"), "it is not pushed")
        two.start()
        two.sync(repo_id, "Work")
        wait_until(lambda: two.is_synchronized("Work"), "it is not cloned")
        assert on_disk(two.place("Work")) == on_disk(one.place("Work"))
    finally:
        one.stop()
        two.stop()


def test_upgrade_keeps_what_was_edited_and_what_is_stored(box: Box, large: str, tmp_path: Path) -> None:
    edited = {name: box.router.read(name) for name in (CONFIG, EVERY_SETTING)}
    box.stop()
    box.opkg.install(newer(box.feed, tmp_path, b"new\n"))
    assert box.opkg.version("syncfile") == "0.2.0-r1"
    assert box.router.read(CONFIG + KEPT) == "new\n"
    assert {name: box.router.read(name) for name in edited} == edited
    box.start()
    assert box.download(large) == LARGE
    assert box.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status == 200


def test_removal_leaves_what_was_edited_and_what_is_stored(box: Box, large: str) -> None:
    box.stop()
    edited = {name: box.router.read(name) for name in (CONFIG, EVERY_SETTING)}
    stored = on_disk(box.router.data)
    box.opkg.remove("syncfile")
    assert not (box.router.path / "usr/lib/syncfile").exists()
    assert {name: box.router.read(name) for name in edited} == edited
    assert on_disk(box.router.data) == stored
    box.opkg.install(box.feed.file("syncfile"))
    box.start()
    assert box.download(large) == LARGE
