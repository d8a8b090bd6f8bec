"""Blocks, small and large, over a real database and real files (and over memory, which has no paths)."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.backend import Key
from storage.local import LocalBackend
from storage.memory import MemoryBackend
from syncfile.errors import BytesMissing, StoreUnavailable
from syncfile.store.blocks import SMALL_BLOCK_BYTES, BlockStore, Span
from syncfile.store.db import Database
from syncfile.store.objects import File

REPO = "86cdbc78-0176-45af-b34e-91370ad48953"
OTHER_REPO = "00000000-0176-45af-b34e-91370ad48953"
ABSENT = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"
SMALL = b"small"
LARGE = bytes(range(256)) * 1200  # 300 KiB: more than is read at once


def put(blocks: BlockStore, body: bytes, repo_id: str = REPO) -> str:
    writer = blocks.writer(repo_id)
    writer.write(body[:3])
    writer.write(memoryview(body)[3:])
    new = writer.seal()
    blocks.keep(repo_id, new.pending)
    assert new.size == len(body)
    return new.id


def content(spans: list[Span]) -> bytes:
    parts = []
    for span in spans:
        if span.path is not None:
            part = Path(span.path).read_bytes()[span.offset : span.offset + span.length]
        else:
            assert span.load is not None
            part = span.load()
        assert len(part) == span.length
        parts.append(part)
    return b"".join(parts)


BACKENDS: dict[str, Callable[[LocalBackend], LocalBackend | MemoryBackend]] = {
    "local": lambda local: local,
    "memory": lambda _: MemoryBackend(),
}


@pytest.fixture(params=BACKENDS)
def any_blocks(request: pytest.FixtureRequest, db: Database, backend: LocalBackend) -> BlockStore:
    return BlockStore(db, BACKENDS[request.param](backend))


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])
def test_block_comes_back_under_its_hash(any_blocks: BlockStore, body: bytes) -> None:
    block_id = put(any_blocks, body)
    assert block_id == hashlib.sha1(body).hexdigest()
    parts = list(any_blocks.read(REPO, block_id))
    assert b"".join(parts) == body
    assert max(map(len, parts)) <= 256 << 10
    assert any_blocks.size(REPO, block_id) == len(body)
    found = any_blocks.find_stat(REPO, block_id)
    assert found is not None
    assert found.mtime > 1_700_000_000


@pytest.mark.parametrize(("size", "files"), [(SMALL_BLOCK_BYTES, 0), (SMALL_BLOCK_BYTES + 1, 1)])
def test_only_blocks_above_the_bound_are_files(
    db: Database, backend: LocalBackend, blocks: BlockStore, size: int, files: int
) -> None:
    put(blocks, b"x" * size)
    assert len(list(backend.list(REPO))) == files
    assert db.row("SELECT count(*) FROM small_block") == (1 - files,)


def test_small_block_is_stored_by_the_callers_transaction(db: Database, blocks: BlockStore) -> None:
    writer = blocks.writer(REPO)
    writer.write(SMALL)
    new = writer.seal()
    assert not blocks.has(REPO, [new.id])
    with db.transaction():
        blocks.keep(REPO, new.pending)
    assert blocks.has(REPO, [new.id]) == {new.id}


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])
def test_aborted_block_is_nowhere(tmp_path: Path, blocks: BlockStore, body: bytes) -> None:
    writer = blocks.writer(REPO)
    writer.write(body)
    writer.abort()
    writer.abort()
    assert list(blocks.list(REPO)) == []
    assert os.listdir(tmp_path / "tmp") == []


def test_has_and_missing_know_both_kinds(any_blocks: BlockStore) -> None:
    ids = [put(any_blocks, SMALL), put(any_blocks, LARGE)]
    many = [f"{number:040x}" for number in range(1200)]
    assert any_blocks.has(REPO, [*ids, ABSENT, *many]) == set(ids)
    assert any_blocks.missing(REPO, [ABSENT, *ids, many[7], ABSENT]) == [ABSENT, many[7]]
    assert any_blocks.missing(OTHER_REPO, ids) == ids


def test_list_has_both_kinds_and_delete_removes_them(any_blocks: BlockStore) -> None:
    ids = [put(any_blocks, SMALL), put(any_blocks, LARGE)]
    assert {(block_id, stat.size) for block_id, stat in any_blocks.list(REPO)} == {(ids[0], 5), (ids[1], len(LARGE))}
    for block_id in [*ids, ABSENT]:
        any_blocks.delete(REPO, block_id)
    assert list(any_blocks.list(REPO)) == []


def test_touched_blocks_are_young_and_absent_ones_are_told(
    db: Database, backend: LocalBackend, blocks: BlockStore
) -> None:
    ids = [put(blocks, SMALL), put(blocks, LARGE)]
    db.rows("UPDATE small_block SET touched_at = 5")
    os.utime(backend.path(Key(REPO, ids[1])), (5, 5))
    assert {stat.mtime for _, stat in blocks.list(REPO)} == {5}
    assert blocks.touch(REPO, [ids[1], ABSENT]) == {ids[1]}
    assert blocks.touch(REPO, [*ids, ABSENT]) == set(ids)
    assert all(stat.mtime > 1_700_000_000 for _, stat in blocks.list(REPO))


def test_writing_a_small_block_again_makes_it_young(db: Database, blocks: BlockStore) -> None:
    block_id = put(blocks, SMALL)
    db.rows("UPDATE small_block SET touched_at = 5")
    put(blocks, SMALL)
    found = blocks.find_stat(REPO, block_id)
    assert found is not None
    assert found.mtime > 5


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])
def test_copied_block_outlives_the_first(any_blocks: BlockStore, body: bytes) -> None:
    block_id = put(any_blocks, body)
    any_blocks.copy(REPO, OTHER_REPO, block_id)
    any_blocks.delete(REPO, block_id)
    assert b"".join(any_blocks.read(OTHER_REPO, block_id)) == body


def test_absent_blocks_are_missing_bytes(any_blocks: BlockStore) -> None:
    for act in (
        lambda: any_blocks.size(REPO, ABSENT),
        lambda: list(any_blocks.read(REPO, ABSENT)),
        lambda: any_blocks.copy(REPO, OTHER_REPO, ABSENT),
        lambda: any_blocks.spans(REPO, File((ABSENT,), 1)),
    ):
        with pytest.raises(BytesMissing):
            act()


BODIES = [SMALL, LARGE, b"x" * SMALL_BLOCK_BYTES, LARGE[::-1]]
WHOLE = b"".join(BODIES)


@pytest.mark.parametrize(
    ("offset", "length"),
    [(0, None), (0, 0), (3, 4), (5, 10), (0, len(WHOLE)), (100_000, 300_000), (len(WHOLE) - 1, 50), (len(WHOLE), 1)],
)
def test_spans_tell_where_the_bytes_of_a_range_are(any_blocks: BlockStore, offset: int, length: int | None) -> None:
    file = File(tuple(put(any_blocks, body) for body in BODIES), len(WHOLE))
    end = None if length is None else offset + length
    assert content(list(any_blocks.spans(REPO, file, offset, length))) == WHOLE[offset:end]


def test_spans_of_large_blocks_are_paths_where_the_backend_has_files(backend: LocalBackend, blocks: BlockStore) -> None:
    ids = (put(blocks, SMALL), put(blocks, LARGE))
    first, second = blocks.spans(REPO, File(ids, len(SMALL) + len(LARGE)), offset=2)
    assert (first.path, first.length) == (None, 3)
    assert second == Span(backend.path(Key(REPO, ids[1])), None, 0, len(LARGE))


def test_spans_look_at_a_block_only_when_it_is_reached(blocks: BlockStore) -> None:
    ids = (put(blocks, SMALL), ABSENT)
    spans = blocks.spans(REPO, File(ids, 10))
    assert content([next(spans)]) == SMALL
    with pytest.raises(BytesMissing):
        next(spans)


def test_block_that_goes_between_span_and_load_is_missing(db: Database) -> None:
    memory = BlockStore(db, MemoryBackend())
    for body in (SMALL, LARGE):
        block_id = put(memory, body)
        (span, *_) = memory.spans(REPO, File((block_id,), len(body)))
        memory.delete(REPO, block_id)
        assert span.load is not None
        with pytest.raises(BytesMissing):
            span.load()


def test_disk_that_went_away_is_an_unavailable_store(tmp_path: Path, blocks: BlockStore) -> None:
    (tmp_path / "tmp").rmdir()
    with pytest.raises(StoreUnavailable):
        blocks.writer(REPO).write(LARGE)
