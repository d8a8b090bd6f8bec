"""What the recorder sees, and what the models of a disk make of it."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.crash import recording, spy
from tests.crash.disk import Disk, Fate, Model, State, read_state
from tests.crash.recording import Op, read_log
from tests.crash.spy import needs_spy

OLD, NEW = b"o" * 10_000, b"n" * 10_000
SOME = range(200)  # power cuts, of which each may leave another state

SCRIPT = """
import os, shutil, sqlite3, sys
os.chdir(sys.argv[1])
with open("written", "wb") as file:
    file.write(b"x" * 3000)
    file.seek(1000)
    file.write(b"yy")
    file.truncate(2000)
with open("written", "ab") as file:
    file.write(b"appended")
os.mkdir("folder")
os.rename("written", "folder/renamed")
os.link("folder/renamed", "linked")
shutil.copyfile("linked", "copied")
with open("linked", "rb") as source, open("sent", "wb") as target:
    os.sendfile(target.fileno(), source.fileno(), 10, 500)
with open("linked", "rb") as source, open("ranged", "wb") as target:
    os.copy_file_range(source.fileno(), target.fileno(), 700, 5)
fd = os.open("folder/placed", os.O_RDWR | os.O_CREAT)
os.pwrite(fd, b"far", 5000)
os.writev(fd, [b"a", b"bc"])
os.fsync(fd)
os.ftruncate(fd, 6000)
os.close(fd)
os.mkdir("gone")
os.replace("copied", "gone/copied")
shutil.rmtree("gone")
folder = os.open("folder", os.O_RDONLY)
os.close(os.open("relative", os.O_WRONLY | os.O_CREAT, dir_fd=folder))
os.rename("relative", "other", src_dir_fd=folder, dst_dir_fd=folder)
os.fsync(folder)
os.sync()
for mode in ("wal", "truncate", "delete"):
    database = sqlite3.connect(f"{mode}.db", isolation_level=None)
    database.execute(f"PRAGMA journal_mode = {mode}")
    database.execute("CREATE TABLE t (x)")
    database.executemany("INSERT INTO t VALUES (?)", [(b"x" * number,) for number in range(100)])
    database.execute("VACUUM")
    if mode != "wal":
        database.close()
os._exit(0)
"""


def recorded(tmp_path: Path) -> tuple[Path, list[Op]]:
    """Return a folder in which everything was done that there is, and the recording of it."""
    root = tmp_path / "root"
    root.mkdir()
    variables = spy.environment(root, log=tmp_path / "log")
    subprocess.run([sys.executable, "-c", SCRIPT, str(root)], env=os.environ | variables, check=True)
    return root, list(read_log(tmp_path / "log", root))


@needs_spy
@pytest.mark.parametrize("model", Model)
def test_nothing_that_is_done_to_a_disk_escapes(tmp_path: Path, model: Model) -> None:
    root, ops = recorded(tmp_path)
    disk = Disk(model, {})
    disk.adopt({"": root.stat().st_ino})
    for op in ops:
        disk.follow(op)
    found, actual = disk.after_power_cut(Fate.KEPT, Random(0)), read_state(root)[0]
    assert {path for path in found if not path.endswith("-shm")} == {path for path in actual if path[-4:] != "-shm"}
    assert all(found[path] == actual[path] for path in actual if not path.endswith("-shm"))


def disk_of(model: Model, before: State) -> Disk:
    """Return a disk on which the file ``old``, which has the inode 1, was just written over."""
    disk = Disk(model, before)
    disk.adopt({"old": 1, "": 2})
    disk.follow(Op(recording.WRITE, "", "", 1, 0, NEW))
    return disk


def states(disk: Disk, *fates: Fate) -> list[State]:
    return [disk.after_power_cut(fate, Random(number)) for number in SOME for fate in fates or Fate]


def op(kind: int, path: str = "", second: str = "", inode: int = 0) -> Op:
    return Op(kind, path, second, inode, 0, b"")


@pytest.mark.parametrize("model", Model)
def test_what_was_written_may_be_there_in_any_part_until_it_is_synced(model: Model) -> None:
    disk = disk_of(model, {"old": OLD})
    found = {state["old"] for state in states(disk)}
    assert {OLD, NEW, NEW[:512] + OLD[512:], OLD[:4096] + NEW[4096:]} <= found
    assert all(len(content or b"") == len(OLD) for content in found)
    disk.follow(op(recording.SYNC, inode=1))
    assert {state["old"] for state in states(disk)} == {NEW}


@pytest.mark.parametrize("model", Model)
def test_what_a_failed_sync_should_have_written_never_comes(model: Model) -> None:
    disk = disk_of(model, {"old": OLD})
    disk.follow(op(recording.SYNC_FAILED, inode=1))
    disk.follow(op(recording.SYNC, inode=1))
    assert {state["old"] for state in states(disk)} == {OLD}


def test_a_journal_takes_names_along_in_their_order() -> None:
    disk = disk_of(Model.JOURNAL, {"old": OLD})
    disk.follow(op(recording.MKDIR, "folder", inode=3))
    disk.follow(op(recording.RENAME, "old", "new", inode=1))
    assert {tuple(sorted(state)) for state in states(disk)} == {("old",), ("folder", "old"), ("folder", "new")}
    disk.follow(op(recording.SYNC, inode=1))
    assert {tuple(sorted(state)) for state in states(disk)} == {("folder", "new")}


def test_without_a_journal_names_come_in_any_order_until_their_folder_is_synced() -> None:
    disk = disk_of(Model.POSIX, {"old": OLD})
    disk.follow(op(recording.MKDIR, "folder", inode=3))
    disk.follow(op(recording.RENAME, "old", "new", inode=1))
    disk.follow(op(recording.SYNC, inode=1))
    anything = {("old",), ("folder", "old"), ("new",), ("folder", "new")}
    assert {tuple(sorted(state)) for state in states(disk)} == anything
    disk.follow(op(recording.SYNC, inode=2))
    assert {tuple(sorted(state)) for state in states(disk)} == {("folder", "new")}


def test_without_a_journal_a_file_moved_between_folders_may_have_both_names_but_is_never_half_renamed_over() -> None:
    disk = disk_of(Model.POSIX, {"old": OLD, "folder": None, "folder/taken": b"taken"})
    disk.follow(op(recording.SYNC, inode=1))
    disk.follow(op(recording.RENAME, "old", "folder/taken", inode=1))
    found = {(state.get("old"), state["folder/taken"]) for state in states(disk)}
    assert found == {(NEW, b"taken"), (NEW, NEW), (None, NEW), (None, b"taken")}


def test_a_sync_of_everything_leaves_nothing_to_chance() -> None:
    disk = disk_of(Model.POSIX, {"old": OLD})
    disk.follow(op(recording.MKDIR, "folder", inode=3))
    disk.follow(op(recording.SYNC_ALL))
    assert all(state == {"old": NEW, "folder": None} for state in states(disk))
