"""What every backend must do. A new backend adds one line to BACKENDS."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.backend import Backend, BlockMissing, Key
from storage.local import LocalBackend
from storage.memory import MemoryBackend

KEY = Key("b1f2ad61-9164-418a-a47f-ab805dbd5694", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12")
OTHER = Key(KEY.repo_id, "2fd4e1c67a2d28fced849ee1bb76e7391b93eb13")
ELSEWHERE = Key("00000000-9164-418a-a47f-ab805dbd5694", KEY.block_id)


def local(tmp_path: Path) -> Backend:
    backend = LocalBackend(str(tmp_path))
    backend.prepare()
    return backend


BACKENDS: dict[str, Callable[[Path], Backend]] = {"local": local, "memory": lambda _: MemoryBackend()}


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    return BACKENDS[request.param](tmp_path)


def put(backend: Backend, key: Key, body: bytes) -> None:
    writer = backend.create()
    writer.write(body)
    writer.commit(key)


def get(backend: Backend, key: Key, offset: int = 0) -> bytes:
    with backend.open(key, offset) as file:
        return file.read()


def test_object_is_unseen_until_commit(backend: Backend) -> None:
    writer = backend.create()
    writer.write(b"half")
    assert backend.stat(KEY) is None
    writer.commit(KEY)
    assert get(backend, KEY) == b"half"


def test_object_is_the_sum_of_its_writes(backend: Backend) -> None:
    writer = backend.create()
    buffer = bytearray(b"one ")
    writer.write(memoryview(buffer))
    buffer[:] = b"xxxx"
    writer.write(b"two")
    writer.commit(KEY)
    assert get(backend, KEY) == b"one two"
    stat = backend.stat(KEY)
    assert stat is not None
    assert stat.size == 7


def test_reading_starts_at_the_offset(backend: Backend) -> None:
    put(backend, KEY, b"0123456789")
    assert get(backend, KEY, 7) == b"789"
    assert get(backend, KEY, 10) == b""


def test_opening_what_is_not_there_says_so(backend: Backend) -> None:
    with pytest.raises(BlockMissing):
        backend.open(KEY)


def test_touching_what_is_not_there_says_so(backend: Backend) -> None:
    with pytest.raises(BlockMissing):
        backend.touch(KEY)


def test_touching_makes_young(backend: Backend) -> None:
    put(backend, KEY, b"old")
    before = backend.stat(KEY)
    backend.touch(KEY)
    after = backend.stat(KEY)
    assert before is not None
    assert after is not None
    assert after.mtime >= before.mtime
    assert after.size == 3


def test_commit_of_what_is_there_keeps_it(backend: Backend) -> None:
    put(backend, KEY, b"same")
    put(backend, KEY, b"same")
    assert get(backend, KEY) == b"same"
    assert [block_id for block_id, _ in backend.list(KEY.repo_id)] == [KEY.block_id]


def test_commit_over_a_torn_object_mends_it(backend: Backend) -> None:
    put(backend, KEY, b"to")
    put(backend, KEY, b"torn no more")
    assert get(backend, KEY) == b"torn no more"


def test_aborted_object_is_never_seen(backend: Backend) -> None:
    writer = backend.create()
    writer.write(b"gone")
    writer.abort()
    writer.abort()
    assert list(backend.list(KEY.repo_id)) == []


def test_abort_after_commit_keeps_the_object(backend: Backend) -> None:
    writer = backend.create()
    writer.write(b"kept")
    writer.commit(KEY)
    writer.abort()
    assert get(backend, KEY) == b"kept"


def test_deleted_object_is_gone(backend: Backend) -> None:
    put(backend, KEY, b"x")
    put(backend, OTHER, b"y")
    backend.delete(KEY)
    backend.delete(KEY)
    assert backend.stat(KEY) is None
    assert get(backend, OTHER) == b"y"


def test_list_names_every_object_of_one_repo_with_its_size(backend: Backend) -> None:
    put(backend, KEY, b"x")
    put(backend, OTHER, b"yy")
    put(backend, ELSEWHERE, b"zzz")
    assert {(block_id, stat.size) for block_id, stat in backend.list(KEY.repo_id)} == {
        (KEY.block_id, 1),
        (OTHER.block_id, 2),
    }


def test_list_is_in_order_and_can_begin_behind_an_id(backend: Backend) -> None:
    ids = sorted(f"{number:040x}" for number in (3, 1, 2, 0xFF << 152, 0xFE << 152, (0xFE << 152) + 5))
    for block_id in reversed(ids):
        put(backend, Key(KEY.repo_id, block_id), b"x")
    assert [block_id for block_id, _ in backend.list(KEY.repo_id)] == ids
    for number, block_id in enumerate(ids):
        assert [found for found, _ in backend.list(KEY.repo_id, block_id)] == ids[number + 1 :]


def test_list_of_an_unknown_repo_is_empty(backend: Backend) -> None:
    assert list(backend.list(KEY.repo_id)) == []


def test_object_deleted_while_it_is_read_stays_readable(backend: Backend) -> None:
    put(backend, KEY, b"still here")
    with backend.open(KEY) as file:
        backend.delete(KEY)
        assert file.read() == b"still here"


def test_threads_that_write_and_delete_do_not_disturb_each_other(backend: Backend) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(30):
                key = Key(KEY.repo_id, f"ab{number:02x}{turn:036x}")
                put(backend, key, os.urandom(10))
                backend.delete(key)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(backend.list(KEY.repo_id)) == []
