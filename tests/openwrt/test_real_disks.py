"""``syncfile disk`` and real file systems on loop devices, as root; exFAT and NTFS through FUSE."""

import json
import os
import pwd
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.disks import Machine
from syncfile.uci import find_section
from tests.conftest import TIMEOUT_SECONDS, Client
from tests.daemon import daemon
from tests.openwrt.router import Router, wait_for

pytestmark = pytest.mark.compat

Capture = pytest.CaptureFixture[str]

MAKERS = {
    "ext4": ["mkfs.ext4", "-q", "-L", "my disk"],
    "exfat": ["mkfs.exfat", "-L", "my disk"],
    "ntfs": ["mkntfs", "--force", "--fast", "--quiet", "--label", "my disk"],
    "vfat": ["mkfs.vfat", "-n", "MY DISK"],
}


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT_SECONDS).stdout.strip()


@dataclass
class Place:
    """A router's configuration, and the disks of this machine."""

    machine: Machine

    @property
    def target(self) -> Path:
        return self.machine.target

    @property
    def data(self) -> Path:
        return self.target / "syncfile"

    def facts(self, device: str, capsys: Capture) -> dict[str, object]:
        """Return what ``disk list`` tells of a device."""
        capsys.readouterr()
        assert main(["disk", "list", "--json"]) == 0
        listed: list[dict[str, object]] = json.loads(capsys.readouterr().out)
        return next(disk for disk in listed if disk["device"] == device)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")
    (tmp_path / "etc" / "config").mkdir(parents=True)
    made = Place(Machine(etc=tmp_path / "etc", target=tmp_path / "mnt", user="nobody"))
    monkeypatch.setattr("syncfile.cli.disk.MACHINE", made.machine)
    yield made
    while os.path.ismount(made.target):
        run("umount", "--lazy", str(made.target))


@contextmanager
def plugged_in(image: Path, filesystem: str = "") -> Iterator[str]:
    """Make a disk of an image, which is made first if there is none, and return its device."""
    if filesystem:
        with image.open("wb") as file:
            file.truncate(64 << 20)
        run(*MAKERS[filesystem], *(["-F"] if filesystem == "ntfs" else []), str(image))
    device = run("losetup", "--find", "--show", str(image))
    try:
        yield device
    finally:
        run("losetup", "--detach", device)


@pytest.fixture
def router(place: Place, tmp_path: Path) -> Iterator[Router]:
    """A router with the real server, whose configuration is the place's, and which sees what is really mounted."""
    made = Router(tmp_path / "router")
    (made.path / "proc/mounts").unlink()
    (made.path / "proc/mounts").symlink_to("/proc/mounts")
    etc = place.machine.etc
    (etc / "config").rmdir()
    (etc / "config").symlink_to(made.path / "etc/config")
    (etc / "init.d").mkdir()
    variables = f"PATH={made.path}/bin:$PATH ROUTER={made.path}"
    (etc / "init.d/syncfile").write_text(f'#!/bin/sh\nexec env {variables} {shlex.join(made.script)} "$@"\n')
    (etc / "init.d/syncfile").chmod(0o755)
    yield made
    made.close()


@pytest.fixture(params=["ext4", "exfat", "ntfs"])
def filesystem(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.mark.parametrize("name", MAKERS)
def test_file_system_is_known(place: Place, tmp_path: Path, name: str, capsys: Capture) -> None:
    with plugged_in(tmp_path / "disk", name) as device:
        facts = place.facts(device, capsys)
    assert (facts["filesystem"], facts["problem"], facts["size"]) == (name, "", 64 << 20)
    assert str(facts["label"]).lower() == "my disk"
    assert facts["uuid"]


def test_disk_without_a_file_system_is_no_candidate(place: Place, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "disk").write_bytes(bytes(1 << 20))
    with plugged_in(tmp_path / "disk") as device:
        assert main(["disk", "use", device, "--yes"]) == 1
    assert "there is no disk or partition" in capsys.readouterr().err


def test_disk_is_used_ejected_and_used_again(place: Place, tmp_path: Path, filesystem: str, capsys: Capture) -> None:
    with plugged_in(tmp_path / "disk", filesystem) as device:
        assert main(["disk", "use", device, "--yes"]) == 0
        facts = place.facts(device, capsys)
        assert (facts["mount_point"], facts["store"], facts["problem"]) == (str(place.target), False, "")
        assert facts["free"]
        found = place.data.stat()
        assert (found.st_uid, found.st_mode & 0o777) == (pwd.getpwnam("nobody").pw_uid, 0o700)
        with daemon(place.data) as server:
            assert server.client.get("/").status == 200
            assert place.facts(device, capsys)["store"] is True
            assert main(["disk", "eject"]) == 0
            assert capsys.readouterr().out == f"{device} can be unplugged.\n"
            assert not os.path.ismount(place.target)
            assert server.client.get("/v1/isAuthAlive?authid=x").status == 503
            assert main(["disk", "resume"]) == 0
            wait_for(lambda: server.client.get("/v1/isAuthAlive?authid=x").status == 200)
            server.signal(signal.SIGTERM)
            assert server.wait() == 0
        assert main(["disk", "eject"]) == 0


def test_disk_that_is_plugged_in_elsewhere_is_the_same(
    place: Place, tmp_path: Path, filesystem: str, capsys: Capture
) -> None:
    with plugged_in(tmp_path / "disk", filesystem) as device:
        assert main(["disk", "use", device, "--yes"]) == 0
        (place.data / "syncfile-store.json").write_text("{}")
        assert main(["disk", "eject"]) == 0
    with plugged_in(tmp_path / "other", "ext4"), plugged_in(tmp_path / "disk") as device:
        assert main(["disk", "resume"]) == 0
        assert place.facts(device, capsys)["store"] is True
        assert main(["disk", "eject"]) == 0


def test_disk_with_an_open_file_stays(place: Place, tmp_path: Path, filesystem: str, capsys: Capture) -> None:
    with plugged_in(tmp_path / "disk", filesystem) as device:
        assert main(["disk", "use", device, "--yes"]) == 0
        with (place.target / "film").open("w"), daemon(place.data) as server:
            assert main(["disk", "eject"]) == 1
            said = capsys.readouterr().err
            assert f"({os.getpid()}) uses it; SyncFile goes on using it" in said
            assert os.path.ismount(place.target)
            wait_for(lambda: server.client.get("/v1/isAuthAlive?authid=x").status == 200)
        assert main(["disk", "eject"]) == 0


def test_store_of_another_router_is_taken_over(place: Place, tmp_path: Path) -> None:
    with plugged_in(tmp_path / "disk", "ext4") as device:
        assert main(["disk", "use", device, "--yes"]) == 0
        for name in ("syncfile-store.json", "blocks/ab/c"):
            (place.data / name).parent.mkdir(parents=True, exist_ok=True)
            (place.data / name).touch()
        (place.data / "link").symlink_to("/etc/passwd")
        for path in (place.data, *place.data.rglob("*")):
            os.chown(path, 12345, 12345, follow_symlinks=False)
        assert main(["disk", "use", device, "--yes"]) == 0
        nobody = pwd.getpwnam("nobody")
        owners = {(path.lstat().st_uid, path.lstat().st_gid) for path in (place.data, *place.data.rglob("*"))}
        assert owners == {(nobody.pw_uid, nobody.pw_gid)}
        assert Path("/etc/passwd").stat().st_uid == 0
        assert (find_section(place.machine.etc / "config", "syncfile", "main") or {})["require_marker"] == "1"
        assert main(["disk", "eject"]) == 0


def test_disk_that_is_mounted_elsewhere_is_refused(place: Place, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "other place").mkdir()
    with plugged_in(tmp_path / "disk", "ext4") as device:
        run("mount", device, str(tmp_path / "other place"))
        try:
            assert main(["disk", "use", device, "--yes"]) == 1
        finally:
            run("umount", str(tmp_path / "other place"))
    assert capsys.readouterr().err.endswith(f"unmount it first (on {tmp_path / 'other place'})\n")
    assert list((place.machine.etc / "config").iterdir()) == []


def test_disk_of_this_system_is_refused(place: Place, capsys: Capture) -> None:
    source = run("findmnt", "--noheadings", "--output=SOURCE", "/")
    assert main(["disk", "use", source, "--yes"]) == 1
    said = capsys.readouterr().err
    assert "the system itself is on it" in said or "there is no disk or partition" in said


def test_service_goes_and_comes_with_its_disk(
    place: Place, router: Router, tmp_path: Path, filesystem: str, capsys: Capture
) -> None:
    client = Client(router.install_server())
    router.service("start")
    assert router.pid is None
    with plugged_in(tmp_path / "disk", filesystem) as device:
        assert main(["disk", "use", device, "--yes"]) == 0
        wait_for(lambda: "SyncFile 0" in router.output)
        assert client.get("/v1/isAuthAlive?authid=x").status == 200
        assert main(["disk", "eject"]) == 0
        assert client.get("/v1/isAuthAlive?authid=x").status == 503
    router.hotplug("remove")
    assert router.pid is None
    assert list(place.target.iterdir()) == []
    with plugged_in(tmp_path / "disk"):
        assert main(["disk", "resume"]) == 0
        wait_for(lambda: router.output.count("SyncFile 0") == 2)
        assert client.get("/v1/isAuthAlive?authid=x").status == 200
        assert "require_marker = true" in router.settings
        router.service("stop")
        assert main(["disk", "eject"]) == 0
    assert capsys.readouterr().err == ""
