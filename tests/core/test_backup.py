"""A backup: only what is new is copied, what is there is never spoilt, and no place that is not its own is touched."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from syncfile.config import Config
from syncfile.core import gc, ownership
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.backup import back_up
from syncfile.core.backup_needs import StoreDamaged
from syncfile.core.core import Core
from syncfile.core.entries import remove
from syncfile.core.opening import close_core, open_core
from syncfile.core.restore import restore_folder
from syncfile.errors import BadRequest, Busy, DiskFull, StoreUnavailable, SyncFileError
from syncfile.store.block_hold import BlocksHeld, hold_blocks, removing_blocks
from syncfile.store.data_folder import DataFolder, FolderInUse
from tests.core.content import content_of, put
from tests.core.stores import block_files, state_at, state_of

LARGE, OTHER = b"l" * 40_000, b"o" * 50_000


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@pytest.fixture(autouse=True)
def content(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/folder": None, "/folder/large": LARGE, "/small": b"small"})
    put(core, ann, library.id, {f"/folder/{number}": b"%d" % number for number in range(100)})


def path_of(folder: Path, repo_id: str, content: bytes) -> Path:
    block_id = next(
        name for name, digest in block_files(folder).items() if (folder / "blocks" / name).read_bytes() == content
    )
    return folder / "blocks" / block_id


def test_it_is_a_store_with_the_same_content(core: Core, target: Path) -> None:
    report = back_up(core, str(target))
    assert (report.copied, report.copied_bytes, report.there, report.damaged) == (1, len(LARGE), 0, 0)
    assert state_at(target) == state_of(core)
    assert {path.name for path in target.iterdir()} >= {"READ-ME-FIRST.txt", "rescue.py", "syncfile-store.json"}


def test_it_leaves_nothing_to_work_with_behind(core: Core, target: Path) -> None:
    back_up(core, str(target))
    assert sorted(path.name for path in target.iterdir()) == [
        "READ-ME-FIRST.txt",
        "blocks",
        "rescue.py",
        "syncfile-backup.json",
        "syncfile-store.json",
        "syncfile.db",
        "syncfile.lock",
        "tmp",
    ]
    assert list((target / "tmp").iterdir()) == []
    assert (target / "syncfile.db").stat().st_mode & 0o077 == 0


def test_the_second_run_copies_only_what_is_new(core: Core, ann: Actor, library: RepoInfo, target: Path) -> None:
    back_up(core, str(target))
    before = path_of(target, library.id, LARGE).stat()
    put(core, ann, library.id, {"/other": OTHER})
    report = back_up(core, str(target))
    assert (report.copied, report.copied_bytes, report.there) == (1, len(OTHER), 1)
    after = path_of(target, library.id, LARGE).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert state_at(target) == state_of(core)


def test_what_nothing_needs_any_more_is_removed_at_last(
    core: Core, ann: Actor, library: RepoInfo, target: Path
) -> None:
    back_up(core, str(target))
    ownership.update_repo(core, ann, library.id, history_days=0)
    remove(core, ann, library.id, "/folder")
    report = back_up(core, str(target))
    assert (report.removed, block_files(target)) == (1, {})
    assert len(block_files(core.config.data)) == 1  # the store's own gc spares it yet


def test_garbage_of_the_store_is_not_copied(core: Core, ann: Actor, library: RepoInfo, target: Path) -> None:
    ownership.update_repo(core, ann, library.id, history_days=0)
    remove(core, ann, library.id, "/folder")
    assert back_up(core, str(target)).copied == 0


def test_of_a_damaged_block_the_good_copy_stays(core: Core, library: RepoInfo, target: Path) -> None:
    back_up(core, str(target))
    path_of(core.config.data, library.id, LARGE).write_bytes(b"x" * len(LARGE))
    assert back_up(core, str(target), verify=True).damaged == 0
    assert path_of(target, library.id, LARGE).exists()


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x" * 40_000)])
def test_a_block_that_cannot_be_copied_is_told_and_all_else_is_copied(
    core: Core, ann: Actor, library: RepoInfo, target: Path, damage: Callable[[Path], object]
) -> None:
    put(core, ann, library.id, {"/other": OTHER})
    damaged = path_of(core.config.data, library.id, LARGE)
    damage(damaged)
    report = back_up(core, str(target))
    assert (report.copied, report.damaged) == (1, 1)
    assert report.problems == [f"{library.id}: block {damaged.parent.name}{damaged.name} is missing or damaged"]
    assert path_of(target, library.id, OTHER).exists()


def test_of_a_missing_block_the_copy_is_not_pruned(core: Core, library: RepoInfo, target: Path) -> None:
    back_up(core, str(target))
    path_of(core.config.data, library.id, LARGE).unlink()
    report = back_up(core, str(target))
    assert (report.there, report.removed, report.damaged) == (1, 0, 0)
    assert path_of(target, library.id, LARGE).exists()


def test_verify_finds_rot_in_the_backup_and_copies_again(core: Core, library: RepoInfo, target: Path) -> None:
    back_up(core, str(target))
    path_of(target, library.id, LARGE).write_bytes(b"x" * len(LARGE))
    assert back_up(core, str(target)).copied == 0
    report = back_up(core, str(target), verify=True)
    assert (report.copied, report.damaged) == (1, 0)
    assert state_at(target) == state_of(core)


def test_rot_that_cannot_be_repaired_is_told(core: Core, library: RepoInfo, target: Path) -> None:
    back_up(core, str(target))
    path_of(target, library.id, LARGE).write_bytes(b"x" * len(LARGE))
    path_of(core.config.data, library.id, LARGE).unlink()
    assert back_up(core, str(target), verify=True).damaged == 1


def test_a_damaged_library_does_not_take_the_place_of_a_whole_one(core: Core, library: RepoInfo, target: Path) -> None:
    back_up(core, str(target))
    before = state_at(target)
    with core.db.transaction():
        core.db.rows("DELETE FROM fs_object WHERE kind = 'l'")
    with pytest.raises(StoreDamaged) as caught:
        back_up(core, str(target))
    assert library.id in caught.value.message
    assert state_at(target) == before


def test_of_a_damaged_library_a_first_backup_takes_what_there_is(core: Core, library: RepoInfo, target: Path) -> None:
    with core.db.transaction():
        core.db.rows("DELETE FROM fs_object WHERE kind = 'l'")
    report = back_up(core, str(target))
    assert (report.copied, report.damaged) == (1, 1)


def test_a_damaged_database_does_not_take_the_place_of_a_whole_one(core: Core, target: Path) -> None:
    back_up(core, str(target))
    before = state_at(target)
    core.db.checkpoint()
    size = core.config.data.joinpath("syncfile.db").stat().st_size
    with open(core.folder.database_path, "r+b") as file:
        for at in range(8192, size - 8192, 8192):
            file.seek(at)
            file.write(b"\xff" * 4096)
    with pytest.raises(StoreUnavailable):
        back_up(core, str(target))
    assert state_at(target) == before


def test_a_folder_with_something_else_is_left_alone(core: Core, target: Path) -> None:
    target.mkdir()
    (target / "letter.txt").write_text("dear aunt")
    with pytest.raises(BadRequest, match="no backup"):
        back_up(core, str(target))
    assert [path.name for path in target.iterdir()] == ["letter.txt"]


def test_another_stores_backup_is_left_alone(core: Core, target: Path, tmp_path: Path) -> None:
    other = open_core(Config(data=tmp_path / "other"))
    back_up(other, str(target))
    close_core(other)
    with pytest.raises(BadRequest, match="another store"):
        back_up(core, str(target))


def test_a_backup_that_was_served_is_a_store_of_its_own(core: Core, target: Path) -> None:
    back_up(core, str(target))
    close_core(open_core(Config(data=target)))
    with pytest.raises(BadRequest, match="worked with"):
        back_up(core, str(target))


def test_a_backup_that_was_only_looked_at_is_still_one(core: Core, target: Path) -> None:
    back_up(core, str(target))
    state_at(target)
    assert (target / "syncfile.db").read_bytes()[18:20] == b"\x02\x02"  # it has a log now
    back_up(core, str(target))
    assert state_at(target) == state_of(core)


@pytest.mark.parametrize("place", [".", "backup", "blocks/backup", ".."])
def test_the_data_folder_is_no_place_for_it(core: Core, place: str) -> None:
    with pytest.raises(BadRequest, match="data folder"):
        back_up(core, str(core.config.data / place))


def test_a_disk_that_is_not_mounted_is_told(core: Core, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="mounted"):
        back_up(core, str(tmp_path / "disk" / "backup"))
    assert not (tmp_path / "disk").exists()


def test_a_file_is_no_place_for_it(core: Core, target: Path) -> None:
    target.touch()
    with pytest.raises(BadRequest, match="not a folder"):
        back_up(core, str(target))


def test_two_at_once_do_not_meet(core: Core, target: Path) -> None:
    back_up(core, str(target))
    other = DataFolder(str(target))
    other.lock()
    with pytest.raises(FolderInUse):
        back_up(core, str(target))
    other.close()


def test_a_disk_without_room_is_told_before_anything_is_copied(
    core: Core, ann: Actor, library: RepoInfo, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(core, str(target))
    before = state_at(target)
    put(core, ann, library.id, {"/other": b"o" * 10_000_000})
    values = list(os.statvfs(target))
    values[1], values[4] = 1, 9_000_000  # bytes in a fragment, fragments free
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(values))
    with pytest.raises(DiskFull, match="10000000 bytes are needed"):
        back_up(core, str(target))
    monkeypatch.undo()
    assert state_at(target) == before


def test_uploads_under_way_are_not_part_of_it(core: Core, ann: Actor, library: RepoInfo, target: Path) -> None:
    with core.db.transaction():
        core.db.rows(
            "INSERT INTO upload_session (id, account_id, repo_id, path, total, received, block_ids, updated_at)"
            " VALUES ('x', 1, ?, '/x', 9, 5, '', 0)",
            library.id,
        )
    back_up(core, str(target))
    store = restored(target)
    assert store.db.rows("SELECT * FROM upload_session") == []
    close_core(store)


def restored(target: Path) -> Core:
    data = target.parent / "restored"
    restore_folder(str(target), str(data))
    return open_core(Config(data=data))


def test_nothing_is_removed_from_the_store_while_it_is_read(
    core: Core, ann: Actor, library: RepoInfo, target: Path
) -> None:
    ownership.update_repo(core, ann, library.id, history_days=0)
    remove(core, ann, library.id, "/folder")
    later = replace(core, clock=lambda: core.clock() + 30 * 86400)
    with hold_blocks(core.folder), pytest.raises(BlocksHeld):
        gc.collect(later)
    assert len(block_files(core.config.data)) == 1
    gc.collect(later)
    assert len(block_files(core.config.data)) == 0


def test_a_deleted_library_is_not_cleared_away_while_it_is_read(core: Core, ann: Actor, library: RepoInfo) -> None:
    ownership.delete_repo(core, ann, library.id)
    later = replace(core, clock=lambda: core.clock() + 30 * 86400)
    with hold_blocks(core.folder), pytest.raises(BlocksHeld):
        gc.collect(later)
    assert len(block_files(core.config.data)) == 1


def test_a_removal_that_is_under_way_is_waited_for(core: Core) -> None:
    held = threading.Event()

    def hold() -> None:
        with hold_blocks(core.folder):
            held.set()

    with removing_blocks(core.folder):
        thread = threading.Thread(target=hold)
        thread.start()
        assert not held.wait(0.1)
    assert held.wait(10)
    thread.join()


def test_restored_it_is_the_same_store(core: Core, ann: Actor, library: RepoInfo, target: Path) -> None:
    back_up(core, str(target))
    state, content = state_of(core), content_of(core, ann, library.id)
    store = restored(target)
    assert state_of(store) == state
    assert content_of(store, ann, library.id) == content
    assert store.folder.store_id == core.folder.store_id
    back_up(store, str(target))  # and its backup goes on
    close_core(store)


@pytest.mark.parametrize("content", ["letter.txt", "syncfile-store.json"])
def test_it_is_restored_into_an_empty_folder_only(core: Core, target: Path, tmp_path: Path, content: str) -> None:
    back_up(core, str(target))
    data = tmp_path / "restored"
    data.mkdir()
    (data / content).write_text("{}")
    with pytest.raises(BadRequest, match="not empty"):
        restore_folder(str(target), str(data))
    assert [path.name for path in data.iterdir()] == [content]


def test_a_restored_store_that_is_not_whole_yet_is_none(core: Core, target: Path, tmp_path: Path) -> None:
    back_up(core, str(target))
    data = tmp_path / "restored"
    data.mkdir()
    shutil.copytree(target / "blocks", data / "blocks")
    (data / "syncfile-backup.json").write_text(json.dumps({"backup_of": core.folder.store_id, "completed_at": 0}))
    with pytest.raises(SyncFileError):
        open_core(Config(data=data))
    assert restore_folder(str(target), str(data)).there == 1
    assert state_at(data) == state_of(core)


def test_a_damaged_backup_is_restored_as_far_as_it_goes(core: Core, library: RepoInfo, target: Path) -> None:
    back_up(core, str(target))
    path_of(target, library.id, LARGE).write_bytes(b"x" * len(LARGE))
    report = restore_folder(str(target), str(target.parent / "restored"))
    assert report.damaged == 1
    assert block_files(target.parent / "restored") == {}


def test_what_is_no_backup_is_not_restored(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    with pytest.raises(BadRequest, match="no backup"):
        restore_folder(str(tmp_path / "source"), str(tmp_path / "restored"))
    assert not (tmp_path / "restored").exists()


def test_a_backup_in_use_is_not_restored(core: Core, target: Path) -> None:
    back_up(core, str(target))
    other = DataFolder(str(target))
    other.lock()
    with pytest.raises(Busy):
        restore_folder(str(target), str(target.parent / "restored"))
    other.close()
