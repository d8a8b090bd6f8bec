"""What two large pushes at once cost the server in memory; ``tests/sync/seafhttp/test_memory.py`` tells of a clone."""

import os
from pathlib import Path

import pytest

from tests.compat.computer import wait_until
from tests.compat.seafile_world import World, world

pytestmark = pytest.mark.compat

FILE_BYTES = 1 << 30
MOST_BYTES = 12 << 20


def put_large(file: Path) -> None:
    with file.open("wb") as out:
        for _ in range(FILE_BYTES >> 20):
            out.write(os.urandom(1 << 20))


def size_of(at_home: World, repo_id: str) -> int:
    (size,) = at_home.core.db.row("SELECT size FROM repo WHERE id = ?", repo_id)
    return int(size)


def test_two_pushes_of_a_gigabyte_at_once_take_little_memory(tmp_path: Path) -> None:
    with world(tmp_path) as two:
        repos = {name: two.new_library(two.ann, name) for name in ("First", "Second")}
        places = [two.one.sync(repos["First"], "First"), two.two.sync(repos["Second"], "Second")]
        wait_until(lambda: two.one.is_synchronized("First") and two.two.is_synchronized("Second"), "no first sync")
        two.daemon.forget_peak()
        idle = two.daemon.status("VmRSS")
        for place in places:
            put_large(place / "large.bin")
        wait_until(lambda: all(size_of(two, id_) == FILE_BYTES for id_ in repos.values()), "the push does not end")
        peak = two.daemon.status("VmHWM")
        print(f"RSS idle {idle >> 10} KiB, peak {peak >> 10} KiB")
        assert peak <= idle + MOST_BYTES
