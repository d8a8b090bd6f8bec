"""What is particular to blocks in files: names, temporary files, and file systems that lack something."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from storage.backend import BlockMissing, Key, LocalFiles
from storage.local import LocalBackend
from storage.memory import MemoryBackend

KEY = Key("b1f2ad61-9164-418a-a47f-ab805dbd5694", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12")
COPY = Key("00000000-9164-418a-a47f-ab805dbd5694", KEY.block_id)


@pytest.fixture
def backend(tmp_path: Path) -> LocalBackend:
    backend = LocalBackend(str(tmp_path))
    backend.prepare()
    return backend


def put(backend: LocalBackend, key: Key, body: bytes) -> None:
    writer = backend.create()
    writer.write(body)
    writer.commit(key)


def fail_with(number: int) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_block_lies_in_a_folder_named_for_its_first_two_digits(backend: LocalBackend, tmp_path: Path) -> None:
    put(backend, KEY, b"body")
    path = tmp_path / "blocks" / KEY.repo_id / KEY.block_id[:2] / KEY.block_id[2:]
    assert path.read_bytes() == b"body"
    assert backend.path(KEY) == str(path)
    assert os.listdir(tmp_path / "tmp") == []


@pytest.mark.parametrize("key", [Key("../../../../../../../../../../../etc", KEY.block_id), Key(KEY.repo_id, "../x")])
def test_nothing_outside_of_the_folder_can_be_named(backend: LocalBackend, key: Key) -> None:
    with pytest.raises(ValueError, match="not the key"):
        backend.stat(key)


def test_only_local_files_have_paths(backend: LocalBackend) -> None:
    assert isinstance(backend, LocalFiles)
    assert not isinstance(MemoryBackend(), LocalFiles)


def test_aborted_write_leaves_no_file(backend: LocalBackend, tmp_path: Path) -> None:
    writer = backend.create()
    writer.write(b"half")
    assert len(os.listdir(tmp_path / "tmp")) == 1
    writer.abort()
    assert os.listdir(tmp_path / "tmp") == []


def test_second_copy_of_a_block_leaves_no_file_and_makes_the_first_young(backend: LocalBackend, tmp_path: Path) -> None:
    put(backend, KEY, b"same")
    os.utime(backend.path(KEY), (1000, 1000))
    put(backend, KEY, b"same")
    found = backend.stat(KEY)
    assert found is not None
    assert found.mtime > 1000
    assert os.listdir(tmp_path / "tmp") == []


def test_prepare_removes_what_a_crash_left(backend: LocalBackend, tmp_path: Path) -> None:
    backend.create()._close()  # killed
    assert backend.prepare() == 1
    assert os.listdir(tmp_path / "tmp") == []


def test_nothing_is_written_where_the_disk_went_away(tmp_path: Path) -> None:
    backend = LocalBackend(str(tmp_path))
    with pytest.raises(FileNotFoundError):
        backend.create()
    assert os.listdir(tmp_path) == []


def test_disk_that_goes_away_before_commit_gets_no_block(backend: LocalBackend, tmp_path: Path) -> None:
    writer = backend.create()
    writer.write(b"x")
    (tmp_path / "blocks").rmdir()
    with pytest.raises(FileNotFoundError):
        writer.commit(KEY)
    writer.abort()
    assert os.listdir(tmp_path) == ["tmp"]
    assert os.listdir(tmp_path / "tmp") == []


def test_last_block_of_a_repo_takes_the_folders_along(backend: LocalBackend, tmp_path: Path) -> None:
    put(backend, KEY, b"x")
    backend.delete(KEY)
    assert os.listdir(tmp_path / "blocks") == []


def test_files_that_are_no_blocks_are_not_listed(backend: LocalBackend, tmp_path: Path) -> None:
    put(backend, KEY, b"x")
    (tmp_path / "blocks" / KEY.repo_id / "notes.txt").write_bytes(b"")
    (tmp_path / "blocks" / KEY.repo_id / KEY.block_id[:2] / "._junk").write_bytes(b"")
    assert [block_id for block_id, _ in backend.list(KEY.repo_id)] == [KEY.block_id]


def test_copy_shares_the_bytes_where_there_are_hard_links(backend: LocalBackend) -> None:
    put(backend, KEY, b"shared")
    backend.copy(KEY, COPY)
    backend.copy(KEY, COPY)
    assert os.path.samefile(backend.path(KEY), backend.path(COPY))


@pytest.mark.parametrize("number", [errno.EPERM, errno.EMLINK])
def test_copy_without_hard_links_is_made_of_bytes(
    backend: LocalBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    put(backend, KEY, b"copied" * 100_000)
    monkeypatch.setattr(os, "link", fail_with(number))
    backend.copy(KEY, COPY)
    assert Path(backend.path(COPY)).read_bytes() == b"copied" * 100_000
    assert not os.path.samefile(backend.path(KEY), backend.path(COPY))
    assert os.listdir(tmp_path / "tmp") == []


def test_copy_mends_a_torn_target(backend: LocalBackend) -> None:
    put(backend, KEY, b"whole")
    put(backend, COPY, b"wh")
    backend.copy(KEY, COPY)
    assert Path(backend.path(COPY)).read_bytes() == b"whole"


def test_copy_of_what_is_not_there_says_so(backend: LocalBackend) -> None:
    with pytest.raises(BlockMissing):
        backend.copy(KEY, COPY)


def test_other_failures_of_a_link_pass_through(backend: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    put(backend, KEY, b"x")
    monkeypatch.setattr(os, "link", fail_with(errno.ENOSPC))
    with pytest.raises(OSError, match="No space"):
        backend.copy(KEY, COPY)


def test_file_system_that_cannot_sync_folders_will_do(backend: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", _sync_files_only(errno.EINVAL))
    put(backend, KEY, b"x")
    assert Path(backend.path(KEY)).read_bytes() == b"x"


def test_folder_that_fails_to_sync_fails_the_commit(backend: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", _sync_files_only(errno.EIO))
    writer = backend.create()
    with pytest.raises(OSError, match="Input/output"):
        writer.commit(KEY)
    writer.abort()


def test_full_disk_fails_the_write_and_abort_cleans_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = LocalBackend(str(tmp_path))
    backend.prepare()
    writer = backend.create()
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, writer._fd)
    os.close(full)
    with pytest.raises(OSError, match="No space"):
        writer.write(b"x")
    writer.abort()
    assert os.listdir(tmp_path / "tmp") == []


def _sync_files_only(number: int) -> Any:
    sync = os.fsync

    def fsync(fd: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{fd}"):
            raise OSError(number, os.strerror(number))
        sync(fd)

    return fsync
