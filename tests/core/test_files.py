"""Bytes come in as blocks and go out as ranges; what breaks on the way leaves nothing half."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncfile.core import entries, files, users
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.errors import BytesMissing, DiskMissing, NotFound, QuotaFull
from syncfile.store.blocks import SMALL_BLOCK_BYTES
from syncfile.store.chunker import CHUNK_BYTES, NewFile
from syncfile.store.data_folder import MARKER_NAME
from syncfile.store.objects import EMPTY_ID, File
from tests.core.accounts import ROOT
from tests.core.content import current, load, read

PART = bytes(range(256)) * 1024  # 256 KiB


def pattern(size: int) -> Iterator[bytes]:
    """Yield content of a size in parts."""
    for start in range(0, size, len(PART)):
        yield PART[: size - start]


def files_below(core: Core) -> list[str]:
    """Return all files of the data folder but the database's."""
    found = [str(path.relative_to(core.folder.path)) for path in Path(core.folder.path).rglob("*") if path.is_file()]
    return sorted(path for path in found if path.startswith(("tmp", "blocks")))


def limit(core: Core, actor: Actor, total: int) -> None:
    assert actor.account_id is not None
    users.update_account(core, ROOT, actor.account_id, total=total)


@pytest.mark.parametrize(
    ("size", "blocks", "is_pending"),
    [
        (0, 0, False),
        (1, 1, True),
        (SMALL_BLOCK_BYTES, 1, True),
        (SMALL_BLOCK_BYTES + 1, 1, False),
        (CHUNK_BYTES - 1, 1, False),
        (CHUNK_BYTES, 1, False),
        (CHUNK_BYTES + 1, 2, True),
        (2 * CHUNK_BYTES + SMALL_BLOCK_BYTES + 1, 3, False),
    ],
)
def test_a_file_of_any_size_comes_back(
    core: Core, ann: Actor, library: RepoInfo, size: int, blocks: int, is_pending: bool
) -> None:
    new = files.ingest(core, ann, library.id, pattern(size), size)
    assert (len(new.file.block_ids), new.file.size, new.pending is not None) == (blocks, size, is_pending)
    entry = entries.add_file(core, ann, library.id, "/a", new)
    assert (entry.size, entry.id == EMPTY_ID) == (size, size == 0)
    stored = files.open_file(core, ann, library.id, "/a")
    assert stored.size == size
    assert files.has_bytes(stored)
    assert b"".join(map(load, stored.spans(0, size))) == b"".join(pattern(size))
    assert current(core, library.id).size == size
    assert [path for path in files_below(core) if path.startswith("tmp")] == []


@pytest.fixture
def stored(core: Core, ann: Actor, library: RepoInfo) -> files.StoredFile:
    """A file with blocks of very different sizes, in the database and beside it, one of them twice."""
    bodies = [b"", PART[:10], PART[:1000], PART, PART[:10], PART[5:SMALL_BLOCK_BYTES], PART[9:]]
    block_ids: list[str] = []
    parts = [files.ingest(core, ann, library.id, [body], len(body)) for body in bodies]
    for part in parts:
        core.blocks.keep(library.id, part.pending)
        block_ids += part.file.block_ids
    whole = NewFile(File(tuple(block_ids), sum(map(len, bodies))), None)
    entries.add_file(core, ann, library.id, "/a", whole)
    return files.open_file(core, ann, library.id, "/a")


CONTENT = PART[:10] + PART[:1000] + PART + PART[:10] + PART[5:SMALL_BLOCK_BYTES] + PART[9:]
edges = st.sampled_from([0, 1, 9, 10, 11, 1009, 1010, 1011, len(PART) + 1010, len(CONTENT) - 1, len(CONTENT)])
offsets = edges | st.integers(0, len(CONTENT) + 5)


@given(offset=offsets, length=offsets)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spans_of_a_range_are_a_slice_of_the_content(stored: files.StoredFile, offset: int, length: int) -> None:
    spans = list(stored.spans(offset, length))
    assert b"".join(map(load, spans)) == CONTENT[offset : offset + length]
    assert all(span.length > 0 for span in spans)
    assert all((span.path is None) != (span.load is None) for span in spans)


def test_a_block_that_is_gone_is_told_before_the_first_byte(
    core: Core, ann: Actor, library: RepoInfo, stored: files.StoredFile
) -> None:
    large = next(block_id for block_id in stored.file.block_ids if core.blocks.size(library.id, block_id) == len(PART))
    core.blocks.delete(library.id, large)
    assert not files.has_bytes(stored)
    with pytest.raises(BytesMissing):
        stored.spans(1010, 1)
    before, *others = stored.spans(0, 10)
    assert (load(before), others) == (PART[:10], [])
    with pytest.raises(BytesMissing):
        list(stored.spans(0, 2000))


def test_a_file_unlinked_by_hand_is_missing(core: Core, ann: Actor, library: RepoInfo) -> None:
    new = files.ingest(core, ann, library.id, [PART], len(PART))
    entries.add_file(core, ann, library.id, "/a", new)
    (path,) = files_below(core)
    os.unlink(os.path.join(core.folder.path, path))
    with pytest.raises(BytesMissing):
        read(core, ann, library.id, "/a")


@pytest.mark.parametrize("length", [None, 3])
def test_a_stream_that_outgrows_the_quota_is_cut(core: Core, ann: Actor, library: RepoInfo, length: int | None) -> None:
    limit(core, ann, 3 * len(PART))
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield PART

    with pytest.raises(QuotaFull):
        files.ingest(core, ann, library.id, endless(), length)
    assert taken == 4
    assert files_below(core) == []


def test_an_announced_length_beyond_the_quota_is_refused_unread(core: Core, ann: Actor, library: RepoInfo) -> None:
    limit(core, ann, 10)
    parts = iter([b"12345", b"678901"])
    with pytest.raises(QuotaFull):
        files.ingest(core, ann, library.id, parts, 11)
    assert next(parts) == b"12345"


def test_a_stream_may_fill_the_quota_to_the_last_byte(core: Core, ann: Actor, library: RepoInfo) -> None:
    limit(core, ann, 10)
    entries.add_file(core, ann, library.id, "/a", files.ingest(core, ann, library.id, [b"12345", b"67890"]))
    assert read(core, ann, library.id, "/a") == b"1234567890"
    entries.add_file(core, ann, library.id, "/empty", files.ingest(core, ann, library.id, []))


@pytest.mark.parametrize("error", [ConnectionResetError, KeyboardInterrupt, GeneratorExit])
def test_a_stream_that_breaks_leaves_no_temporary_file(
    core: Core, ann: Actor, library: RepoInfo, error: type[BaseException]
) -> None:
    def breaking() -> Iterator[bytes]:
        yield PART
        assert len(files_below(core)) == 1
        raise error

    with pytest.raises(error):
        files.ingest(core, ann, library.id, breaking())
    assert files_below(core) == []


def test_nothing_is_taken_in_without_the_right_to_write(core: Core, ann: Actor, bob: Actor, library: RepoInfo) -> None:
    with pytest.raises(NotFound):
        files.ingest(core, bob, library.id, [b"x"])
    with pytest.raises(NotFound):
        files.open_file(core, bob, library.id, "/a")
    with pytest.raises(NotFound):
        files.open_file(core, ann, library.id, "/")


def test_nothing_is_taken_in_while_the_disk_is_away(core: Core, ann: Actor, library: RepoInfo) -> None:
    marker = Path(core.folder.path, MARKER_NAME)
    marker.rename(marker.with_suffix(".away"))
    with pytest.raises(DiskMissing) as caught:
        files.admit(core, ann, library.id, 1)
    assert caught.value.facts["retry_after"] == 10
    marker.with_suffix(".away").rename(marker)
    assert files.admit(core, ann, library.id, 1).id == library.id
