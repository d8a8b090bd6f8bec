"""The beginnings of blocks that are not complete yet."""

import errno
import os
from pathlib import Path

import pytest

from syncfile.errors import Busy, StoreUnavailable
from syncfile.store.part_files import PartFile, hold_part, list_orphans, remove_part


def content(part: PartFile) -> bytes:
    return b"".join(part.read(0, part.size))


def test_part_keeps_what_was_written(tmp_path: Path) -> None:
    with hold_part(str(tmp_path), "a") as part:
        assert part.size == 0
        part.write(b"one")
        part.write(memoryview(b"two"))
        part.sync()
    with hold_part(str(tmp_path), "a") as part:
        assert content(part) == b"onetwo"
        assert list(part.read(1, 3)) == [b"net"]


def test_part_is_written_over_from_any_place(tmp_path: Path) -> None:
    with hold_part(str(tmp_path), "a") as part:
        part.write(b"123456")
        part.seek(2)
        part.write(b"ab")
        assert content(part) == b"12ab56"


def test_large_part_is_read_in_pieces(tmp_path: Path) -> None:
    with hold_part(str(tmp_path), "a") as part:
        part.write(bytes(600_000))
        assert [len(piece) for piece in part.read(0, 600_000)] == [256 << 10, 256 << 10, 600_000 - (512 << 10)]


def test_part_is_in_one_hand_at_a_time(tmp_path: Path) -> None:
    with hold_part(str(tmp_path), "a"):
        with pytest.raises(Busy), hold_part(str(tmp_path), "a"):
            pass
        with hold_part(str(tmp_path), "b"):
            pass


def test_part_that_its_last_holder_removed_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def remove_after_opening(path: str, flags: int, mode: int = 0o777) -> int:
        fd = os_open(path, flags, mode)
        os.unlink(path)
        return fd

    with hold_part(str(tmp_path), "a"):
        pass
    os_open = os.open
    monkeypatch.setattr("syncfile.store.part_files.os.open", remove_after_opening)
    with pytest.raises(Busy), hold_part(str(tmp_path), "a"):
        pass


@pytest.mark.parametrize(("number", "fails"), [(errno.ENOLCK, False), (errno.EIO, True)])
def test_disk_without_locks_is_trusted_and_a_broken_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, fails: bool
) -> None:
    def flock(_fd: int, _operation: int) -> None:
        raise OSError(number, "of the test")

    monkeypatch.setattr("syncfile.store.claims.fcntl.flock", flock)
    if fails:
        with pytest.raises(StoreUnavailable), hold_part(str(tmp_path), "a"):
            pass
    else:
        with hold_part(str(tmp_path), "a") as part:
            part.write(b"x")


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    with hold_part(str(tmp_path), "a") as part:
        part.remove()
        part.remove()
    remove_part(str(tmp_path), "a")
    assert list((tmp_path / "uploads").iterdir()) == []


def test_orphans_are_those_that_are_old(tmp_path: Path) -> None:
    assert list_orphans(str(tmp_path)) == []
    for name in ("old", "young"):
        with hold_part(str(tmp_path), name):
            pass
    os.utime(tmp_path / "uploads" / "old", (0, 0))
    assert list_orphans(str(tmp_path)) == ["old"]
