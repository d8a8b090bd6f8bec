"""Gigabytes put in from plain files and written out again: equal, dates too, in little memory."""

import hashlib
import os
import time
from pathlib import Path
from random import Random

import pytest

from tests.wire.commands import run
from tests.wire.daemon import Daemon

pytestmark = pytest.mark.slow

BYTES = int(os.environ.get("SYNCFILE_EXPORT_BYTES", "30000000"))
MAX_BYTES = 64 << 20  # of memory
_PIECE = 1 << 20


def test_what_was_put_in_comes_out(tmp_path: Path) -> None:
    """Beside a server that has the store."""
    daemon = Daemon(tmp_path / "daemon")
    daemon.start()
    try:
        source, out = tmp_path / "source", tmp_path / "out"
        make(source, Random(5), BYTES)
        for command in (
            ("import", "--data", daemon.data, "--owner", "admin", source),
            ("export", "--data", daemon.data, "source", out),
        ):
            begun = time.monotonic()
            done = run(*command)
            print(f"{command[0]}: {time.monotonic() - begun:.1f} s, {done.peak >> 20} MiB, {done.text.splitlines()[0]}")
            assert done.code == 0, done.text
            assert done.peak <= MAX_BYTES
        assert found(out) == found(source)
    finally:
        daemon.close()


def make(folder: Path, random: Random, left: int) -> None:
    """Fill a folder: small files, large ones, and folders with dates of their own."""
    folders = [folder]
    number = 0
    while left > 0:
        number += 1
        place = random.choice(folders)
        place.mkdir(parents=True, exist_ok=True)
        size = min(left, random.choice([0, 10, 5000, 40_000, BYTES // 100, BYTES // 20, BYTES // 8]))
        with (place / f"file {number}").open("wb") as file:
            for start in range(0, size, _PIECE):
                file.write(random.randbytes(min(_PIECE, size - start)))
        os.utime(place / f"file {number}", (0, random.randrange(1, 2**31)))
        if random.random() < 0.2:
            folders.append(place / f"folder {number}")
        left -= size + 1
    for each in folders:
        each.mkdir(parents=True, exist_ok=True)
    for each in sorted(folders[1:], key=lambda path: -len(path.parts)):
        os.utime(each, (0, random.randrange(1, 2**31)))


def found(folder: Path) -> dict[str, tuple[int, str]]:
    """Return date and content of all that is in a folder."""
    seen = {}
    for path in folder.rglob("*"):
        digest = ""
        if path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha1").hexdigest()
        seen[str(path.relative_to(folder))] = int(path.stat().st_mtime), digest
    assert seen
    return seen
