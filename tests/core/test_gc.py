"""Garbage goes, and nothing else does."""

import os
import time

import pytest

from syncfile.core import moves, ownership, shares, trash, uploads
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.gc import Freed, collect
from syncfile.core.repos import create_repo
from syncfile.core.uploads import Piece
from syncfile.core.virtual_heads import current_head_id
from syncfile.errors import WrongOffset
from syncfile.store.chunker import CHUNK_BYTES
from tests.core.aging import DAY, no_days, open_aging
from tests.core.content import apply, assert_complete, commits_of, content_of, ingest, put
from tests.core.garbage import LARGE, body, keep_history, rows, stored
from tests.sync.check_store import problems

clock = pytest.fixture(no_days)
core = pytest.fixture(open_aging)


def test_a_store_without_garbage_stays_as_it_is(core: Core, ann: Actor, library: RepoInfo, clock: list[float]) -> None:
    put(core, ann, library.id, {"/a": body("a"), "/d": None, "/d/b": b"small", "/empty": b""})
    put(core, ann, library.id, {"/a": body("b")})
    apply(core, ann, library.id, ("remove", "/d"))
    before = stored(core, library.id)
    for clock[0] in (2, 4, 400):
        assert collect(core) == Freed()
    assert stored(core, library.id) == before
    assert problems(core) == []
    assert_complete(core, library.id)


@pytest.mark.parametrize("size", [10, LARGE])
def test_blocks_that_an_upload_has_left_go_after_the_grace_period(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float], size: int
) -> None:
    core.blocks.keep(library.id, ingest(core, ann, library.id, body("x", size)).pending)
    assert collect(core) == Freed()
    clock[0] = 1.5
    assert collect(core) == Freed(blocks=1, block_bytes=size)
    assert stored(core, library.id) == set()


def test_a_dry_run_counts_the_same_and_removes_nothing(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    ingest(core, ann, library.id, body("x"))
    clock[0] = 1.5
    assert collect(core, dry_run=True) == Freed(blocks=1, block_bytes=LARGE)
    assert len(stored(core, library.id)) == 1
    assert collect(core) == Freed(blocks=1, block_bytes=LARGE)


def test_a_block_that_somebody_asks_for_is_young_again(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    file = ingest(core, ann, library.id, body("x")).file
    path = next(core.blocks.spans(library.id, file)).path
    assert path
    os.utime(path, (1, 1))
    assert core.blocks.touch(library.id, file.block_ids) == set(file.block_ids)
    assert collect(core) == Freed()
    os.utime(path, (1, 1))
    ingest(core, ann, library.id, body("x"))
    assert collect(core) == Freed()


def test_while_blocks_arrive_older_ones_are_spared_as_they_may_be_of_the_same_upload(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    for age, letter in ((3, "x"), (8, "y")):
        path = next(core.blocks.spans(library.id, ingest(core, ann, library.id, body(letter)).file)).path
        assert path
        os.utime(path, (time.time() - age * DAY,) * 2)
    ingest(core, ann, library.id, body("z"))
    assert collect(core).blocks == 1
    clock[0] = 1.5
    assert collect(core).blocks == 2


@pytest.mark.parametrize(("days", "freed"), [(-1, 0), (0, 2), (1, 1), (3, 0)])
def test_the_history_keeps_as_many_days_and_the_state_before_them(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float], days: int, freed: int
) -> None:
    keep_history(core, ann, library.id, days)
    for clock[0], letter in ((0, "a"), (2, "b"), (4, "c")):
        put(core, ann, library.id, {"/f": body(letter)})
    clock[0] = 4.5
    assert collect(core) == Freed(blocks=freed, block_bytes=freed * LARGE)
    assert content_of(core, ann, library.id) == {"/f": body("c")}
    assert len(list(commits_of(core, library.id))) == 4


def test_what_was_forgotten_goes_and_what_the_trash_keeps_stays(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a"), "/b": body("b")})
    clock[0] = 2
    apply(core, ann, library.id, ("remove", "/a"))
    assert collect(core) == Freed()
    (item,) = trash.list_trash(core, ann, library.id, 0, 10)
    trash.restore(core, ann, library.id, [(item.path, item.commit_id)])
    clock[0] = 4
    apply(core, ann, library.id, ("remove", "/b"))
    clock[0] = 6
    trash.empty(core, ann, library.id)
    assert collect(core).blocks == 1
    assert content_of(core, ann, library.id) == {"/a": body("a")}


def test_blocks_of_an_unfinished_upload_stay_until_it_is_forgotten(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    total = CHUNK_BYTES + 10

    def piece(start: int, length: int) -> object:
        part = body("p", length)
        return uploads.receive(core, ann, library.id, "/f", Piece(start, length, total), [part], lambda file: file)

    assert piece(0, CHUNK_BYTES + 5) is None
    clock[0] = 2
    assert collect(core) == Freed()
    assert piece(CHUNK_BYTES + 5, 5) is not None
    assert piece(0, CHUNK_BYTES + 5) is None
    clock[0] = 9
    assert uploads.sweep(core) == 1
    assert collect(core) == Freed(blocks=1, block_bytes=CHUNK_BYTES)
    with pytest.raises(WrongOffset):
        piece(CHUNK_BYTES + 5, 5)


def test_what_the_head_of_a_shared_folder_shows_stays(
    core: Core, ann: Actor, bob: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a": body("a")})
    shares.share_dir(core, ann, library.id, "/d", shares.account_receiver(core, "bob"), "r")
    virtual = shares.list_received(core, bob)[0].repo
    assert collect(core) == Freed()  # it has no head yet
    current_head_id(core, virtual)
    apply(core, ann, library.id, ("remove", "/d/a"))
    keep_history(core, ann, library.id, 0)
    clock[0] = 2
    assert collect(core) == Freed()  # a client may be cloning it
    current_head_id(core, virtual)
    assert collect(core).blocks == 1
    shares.stop_share(core, ann, library.id, "/d", shares.account_receiver(core, "bob"))
    clock[0] = 6
    assert collect(core) == Freed(libraries=1, commits=2)
    assert content_of(core, ann, library.id) == {"/d": None}


def test_a_copy_between_libraries_uses_no_block_that_goes(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    assert ann.account_id is not None
    other = create_repo(core, ann.account_id, "Other")
    put(core, ann, library.id, {"/a": body("a")})
    ingest(core, ann, other.id, body("a"))
    moves.copy(core, ann, library.id, {"/a": "/b"}, other.id)
    clock[0] = 2
    assert collect(core) == Freed()
    assert content_of(core, ann, other.id) == {"/b": body("a")}


def test_a_deleted_library_is_cleared_after_the_grace_period_and_its_row_stays(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a"), "/b": b"b"})
    ownership.delete_repo(core, ann, library.id)
    assert collect(core) == Freed()
    clock[0] = 2
    dry = collect(core, dry_run=True)
    assert collect(core) == dry == Freed(libraries=1, blocks=2, block_bytes=LARGE + 1, objects=3, commits=2)
    for table in ("fs_object", "commits", "entry", "change", "small_block"):
        assert rows(core, table, library.id) == 0
    assert core.db.row("SELECT 1 FROM repo WHERE id = ?", library.id)
    assert collect(core) == Freed()
