"""The data folder is made once, known again, and never mistaken for another."""

import errno
import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from syncfile.errors import DiskMissing, StoreUnavailable
from syncfile.store.data_folder import MARKER_NAME, DataFolder, FolderInUse, UnknownFormat


@pytest.mark.parametrize("found", ["nothing", "empty", "lost+found", MARKER_NAME + ".tmp"])
def test_new_store_begins_in_a_missing_or_empty_folder(tmp_path: Path, found: str) -> None:
    path = tmp_path / "data"
    if found != "nothing":
        path.mkdir()
    if found == "lost+found":
        (path / found).mkdir()
    if found.endswith(".tmp"):
        (path / found).write_bytes(b"torn")
    folder = DataFolder(str(path))
    folder.open()
    assert json.loads((path / MARKER_NAME).read_text()) == {"store_id": folder.store_id, "format": 1}
    assert len(folder.store_id) == 36
    assert folder.database_path == str(path / "syncfile.db")


def test_folder_is_known_again(tmp_path: Path) -> None:
    first, second = DataFolder(str(tmp_path)), DataFolder(str(tmp_path), require_marker=True)
    first.open()
    second.open()
    assert first.store_id == second.store_id


def test_folder_of_somebody_else_is_never_written_to(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_bytes(b"")
    with pytest.raises(DiskMissing) as caught:
        DataFolder(str(tmp_path)).open()
    assert caught.value.facts == {"retry_after": 10}
    assert os.listdir(tmp_path) == ["thesis.odt"]


@pytest.mark.parametrize("name", ["", "missing"])
def test_mount_point_without_its_disk_is_never_written_to(tmp_path: Path, name: str) -> None:
    with pytest.raises(DiskMissing):
        DataFolder(str(tmp_path / name), require_marker=True).open()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("marker", ["", "[]", "{}", '{"store_id": "x"}', "\x00" * 70])
def test_marker_that_cannot_be_read_is_no_marker(tmp_path: Path, marker: str) -> None:
    (tmp_path / MARKER_NAME).write_text(marker)
    with pytest.raises(DiskMissing):
        DataFolder(str(tmp_path)).open()


def test_folder_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / MARKER_NAME).write_text('{"store_id": "x", "format": 2}')
    with pytest.raises(UnknownFormat, match="format 2"):
        DataFolder(str(tmp_path)).open()


def test_check_sees_the_disk_go_and_come_back(tmp_path: Path) -> None:
    path, away = tmp_path / "data", tmp_path / "away"
    folder = DataFolder(str(path))
    folder.open()
    folder.check()
    path.rename(away)
    with pytest.raises(DiskMissing):
        folder.check()
    shutil.copytree(away, path)
    folder.check()


def test_check_sees_another_disk_in_the_place(tmp_path: Path) -> None:
    path = tmp_path / "data"
    folder = DataFolder(str(path))
    folder.open()
    path.rename(tmp_path / "away")
    DataFolder(str(path)).open()
    with pytest.raises(DiskMissing, match="another disk"):
        folder.check()


def test_check_tells_a_failing_disk_from_a_missing_one(tmp_path: Path) -> None:
    folder = DataFolder(str(tmp_path))
    folder.open()
    (tmp_path / MARKER_NAME).unlink()
    (tmp_path / MARKER_NAME).mkdir()
    with pytest.raises(StoreUnavailable) as caught:
        folder.check()
    assert not isinstance(caught.value, DiskMissing)
    assert caught.value.facts == {"retry_after": 10}


def test_second_server_is_told_of_the_first(tmp_path: Path) -> None:
    first, second = DataFolder(str(tmp_path)), DataFolder(str(tmp_path))
    first.open()
    second.open()
    first.lock()
    with pytest.raises(FolderInUse, match="another SyncFile server"):
        second.lock()
    first.close()
    first.close()
    second.lock()
    second.close()


def fail_with(number: int) -> Any:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_file_system_without_locks_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = DataFolder(str(tmp_path))
    monkeypatch.setattr(fcntl, "flock", fail_with(errno.ENOLCK))
    folder.lock()
    folder.close()


def test_failing_disk_is_an_unavailable_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = DataFolder(str(tmp_path))
    monkeypatch.setattr(fcntl, "flock", fail_with(errno.EIO))
    with pytest.raises(StoreUnavailable):
        folder.lock()
    with pytest.raises(StoreUnavailable):
        DataFolder(str(tmp_path / "missing")).disk_usage()


def test_disk_usage_is_that_of_the_disk(tmp_path: Path) -> None:
    total, free = DataFolder(str(tmp_path)).disk_usage()
    assert 0 < free < total
