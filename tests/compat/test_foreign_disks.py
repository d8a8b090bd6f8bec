"""Disks that came from a PC: the store's own tests, and the kill test, on exFAT and NTFS through FUSE."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.daemon import ROOT
from tests.wire.conftest import start_daemon as start_daemon
from tests.wire.daemon import Daemon
from tests.wire.people import Person, meet

pytestmark = [pytest.mark.compat, pytest.mark.slow]

DISK_BYTES = 1 << 30
PATIENCE_SECONDS = 600
KILL_ROUNDS = os.environ.get("SYNCFILE_KILL_ROUNDS", "3")

#: What is said of hard links holds where there are some.
WITHOUT_LINKS = ("--deselect", "tests/storage/test_local.py::test_copy_shares_the_bytes_where_there_are_hard_links")

#: FUSE shares memory as long as the kernel is new enough.
WITHOUT_SHARED_MEMORY = """
import syncfile.store.db
syncfile.store.db._can_wal = lambda probe: False
"""

MAKE = {"exfat": ("mkfs.exfat",), "ntfs": ("mkntfs", "--fast", "--quiet")}
MOUNT = {"exfat": ("mount.exfat-fuse",), "ntfs": ("ntfs-3g",)}
OF_GC = [f"tests/core/test_{name}.py" for name in ("gc", "gc_objects", "gc_runs")]
BESIDES = {"exfat": WITHOUT_LINKS, "ntfs": ()}


@pytest.fixture(params=["exfat", "ntfs"])
def kind(request: pytest.FixtureRequest) -> str:
    """The file system."""
    return str(request.param)


@pytest.fixture
def disk(kind: str, tmp_path: Path) -> Iterator[Path]:
    """An empty disk of its kind, mounted."""
    image, folder = tmp_path / "disk", tmp_path / "mount"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    with attached(image) as device:
        subprocess.run([*MAKE[kind], device], check=True, capture_output=True)
        subprocess.run([*MOUNT[kind], device, folder], check=True, capture_output=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", folder], check=True)


@contextmanager
def attached(image: Path) -> Iterator[str]:
    """Make a block device of a file."""
    done = subprocess.run(["losetup", "--find", "--show", image], check=True, capture_output=True, text=True)
    device = done.stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def run_tests(disk: Path, *arguments: str, **variables: str) -> str:
    """Run tests of ours whose ``tmp_path`` is on a disk, and return what they printed."""
    command = (sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", f"--basetemp={disk / 'tests'}")
    done = subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def test_the_stores_own_tests_pass(disk: Path, kind: str) -> None:
    told = run_tests(disk, "tests/store", "tests/storage", *OF_GC, *BESIDES[kind])
    passed = re.search(r"(\d+) passed", told)
    assert passed is not None
    assert int(passed[1]) > 300


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_what_was_answered_survives_kill_9(disk: Path, journal: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_SHARED_MEMORY if journal == "truncate" else "")
    told = run_tests(disk, "tests/wire/test_kill.py", SYNCFILE_KILL_ROUNDS=KILL_ROUNDS, PYTHONPATH=str(tmp_path))
    assert f"{KILL_ROUNDS} rounds" in told
    (database,) = disk.rglob("syncfile.db")
    is_wal = database.read_bytes()[18:20] == b"\x02\x02"  # https://sqlite.org/fileformat2.html#the_database_header
    assert is_wal == (journal == "wal")


def test_a_server_keeps_every_name_there(disk: Path, start_daemon: Callable[..., Daemon]) -> None:
    content = os.urandom(5 << 20)
    daemon = start_daemon(data=disk / "SyncFile", require_marker=False)
    ann = meet(daemon.client)
    for name in ("Photo.JPG", "photo.jpg", "a:b*c?.txt", "ends with a dot."):
        ann.store(name, content)
    assert sorted(ann.list()) == sorted(["Photo.JPG", "photo.jpg", "a:b*c?.txt", "ends with a dot."])
    daemon.stop()
    daemon.start()
    again = Person(daemon.client, ann.name, ann.authid)
    for name in again.list():
        assert again.read(name) == content
    daemon.stop()
