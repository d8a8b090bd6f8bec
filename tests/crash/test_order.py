"""What is on the disk before something else counts on it: what the search for crash states has found, one by one."""

import os
from pathlib import Path

import pytest

from storage.backend import Key
from storage.local import LocalBackend
from syncfile.config import Config
from syncfile.core.backup import back_up
from syncfile.core.core import Core
from syncfile.core.gc import collect
from syncfile.store.backup_marker import BACKUP_MARKER_NAME
from syncfile.store.data_folder import DataFolder
from syncfile.store.part_files import hold_part

REPO_ID = "86cdbc78-0176-45af-b34e-91370ad48953"
KEY, NEIGHBOUR = Key(REPO_ID, "ab" + "0" * 38), Key(REPO_ID, "ab" + "1" * 38)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was synced and renamed, in order, by the last part of the path."""
    found: list[str] = []
    sync, replace = os.fsync, os.replace

    def note_sync(fd: int) -> None:
        sync(fd)
        found.append(f"sync {Path(os.readlink(f'/proc/self/fd/{fd}')).name}")

    def note_replace(old: str, new: str) -> None:
        replace(old, new)
        found.append(f"name {Path(new).name}")

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "replace", note_replace)
    return found


def backend_of(tmp_path: Path) -> LocalBackend:
    """Return a backend as a new process has it."""
    backend = LocalBackend(str(tmp_path))
    backend.prepare()
    return backend


def put(backend: LocalBackend, key: Key) -> None:
    writer = backend.create()
    writer.write(b"content")
    writer.commit(key)


def test_a_block_counts_when_its_name_and_those_of_its_folders_are_on_the_disk(
    tmp_path: Path, steps: list[str]
) -> None:
    backend = backend_of(tmp_path)
    put(backend, KEY)
    named = steps.index(f"name {KEY.block_id[2:]}")
    assert steps[named + 1 :] == ["sync ab", f"sync {REPO_ID}", "sync blocks", f"sync {tmp_path.name}"]
    steps.clear()
    put(backend, NEIGHBOUR)
    assert steps[1:] == [f"name {NEIGHBOUR.block_id[2:]}", "sync ab"]


def test_a_block_whose_writer_was_killed_before_it_synced_the_folders_is_not_trusted(
    tmp_path: Path, steps: list[str]
) -> None:
    put(backend_of(tmp_path), KEY)
    steps.clear()
    put(backend_of(tmp_path), KEY)
    assert steps[-4:] == ["sync ab", f"sync {REPO_ID}", "sync blocks", f"sync {tmp_path.name}"]


def test_a_copy_that_is_there_is_not_trusted_either(tmp_path: Path, steps: list[str]) -> None:
    other = Key(REPO_ID.replace("8", "9"), KEY.block_id)
    put(backend_of(tmp_path), KEY)
    backend_of(tmp_path).copy(KEY, other)
    steps.clear()
    backend_of(tmp_path).copy(KEY, other)
    assert steps[-4:] == ["sync ab", f"sync {other.repo_id}", "sync blocks", f"sync {tmp_path.name}"]


def test_a_folder_that_gc_took_away_is_synced_again_when_it_is_made_again(tmp_path: Path, steps: list[str]) -> None:
    backend = backend_of(tmp_path)
    put(backend, KEY)
    backend.delete(KEY)
    steps.clear()
    put(backend, KEY)
    assert steps[-3:] == ["sync ab", f"sync {REPO_ID}", "sync blocks"]


def test_many_folders_are_synced_but_not_all_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.local._MOST_SETTLED", 4)
    backend = backend_of(tmp_path)
    for number in range(8):
        put(backend, Key(REPO_ID, f"{number:02}" + "0" * 38))
    assert len(backend._settled) <= 4


def test_a_piece_counts_when_the_name_of_its_file_is_on_the_disk(tmp_path: Path, steps: list[str]) -> None:
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "part").touch()  # by a server that was killed right then
    with hold_part(str(tmp_path), "part") as part:
        assert steps == ["sync uploads", f"sync {tmp_path.name}"]
        part.write(b"x")
    with hold_part(str(tmp_path), "part"):
        assert steps == ["sync uploads", f"sync {tmp_path.name}"]


def test_a_store_counts_when_all_folders_above_it_are_on_the_disk(tmp_path: Path, steps: list[str]) -> None:
    DataFolder(str(tmp_path / "a" / "b" / "c")).open()
    assert steps[:3] == [f"sync {tmp_path.name}", "sync a", "sync b"]


def test_marks_are_on_the_disk_before_anything_says_that_they_can_be_believed(core: Core, steps: list[str]) -> None:
    collect(core)
    said = steps.index("name gc.resume")
    assert steps[said - 3 : said] == ["sync gc.db", f"sync {core.config.data.name}", "sync gc.resume.tmp"]


def test_a_backup_that_was_cut_off_before_it_was_known_to_be_one_begins_again(
    core: Core, config: Config, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    (folder / "syncfile.lock").touch()
    (folder / f"{BACKUP_MARKER_NAME}.tmp").write_text("{")
    assert back_up(core, str(folder)).damaged == 0
    assert (folder / BACKUP_MARKER_NAME).exists()
