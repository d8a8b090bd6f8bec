"""The last step of a change: all of it or nothing, and nobody's change is lost, in one process or in two."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from syncfile.core import entries, users
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.heads import ATTEMPTS, advance, new_commit, root_of
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import edit_repo
from syncfile.core.tree import Trees
from syncfile.errors import HeadMoved, NotFound, QuotaFull
from syncfile.store.blocks import SMALL_BLOCK_BYTES
from syncfile.store.objects import EMPTY_ID
from tests.core.accounts import ROOT
from tests.core.content import (
    apply,
    assert_complete,
    assert_consistent,
    commits_of,
    content_of,
    current,
    ingest,
    put,
    told,
)


@pytest.fixture
def other(core: Core, library: RepoInfo) -> Iterator[Core]:
    """The core of a second process on the same folder: nothing but the disk is shared."""
    opened = open_core(core.config, alone=False)
    yield opened
    close_core(opened)


#: The second time that the clock is read: after the edit, before the first try to move the head.
LAST_MOMENT = range(2, 3)


def meddling(core: Core, meddle: Callable[[int], object], when: range = LAST_MOMENT) -> Core:
    """Return the same core, beside which ``meddle`` happens when its clock is read.

    The clock is read after the head: when an edit begins, and before each try to move the head.

    Args:
        meddle: Is told how often the clock was read by then.
        when: Which times it happens.
    """
    reads = 0

    def clock() -> float:
        nonlocal reads
        reads += 1
        if reads in when:
            meddle(reads)
        return 1_700_000_000.0

    return replace(core, clock=clock)


def everything(core: Core) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of what a change may write."""
    tables = ("repo", "commits", "fs_object", "small_block", "entry", "change")
    return {table: core.db.rows(f"SELECT * FROM {table}") for table in tables}


def assert_linear(core: Core, repo_id: str) -> None:
    """Make sure that no commit is beside the line of heads."""
    line = [commit.id for commit in commits_of(core, repo_id)]
    stored = [row[0] for row in core.db.rows("SELECT id FROM commits WHERE repo_id = ?", repo_id)]
    assert sorted(line) == sorted(stored)


def test_an_edit_that_changes_nothing_makes_no_commit(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"1"})
    before = everything(core)
    apply(core, ann, library.id, ("move", "/a", "/b"), ("move", "/b", "/a"))
    assert everything(core) == before


def test_an_error_in_the_body_leaves_nothing(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"1"})
    before = everything(core)
    new = ingest(core, ann, library.id, b"2")

    def break_off() -> None:
        with edit_repo(core, ann, library.id) as edit:
            edit.put_file("/b", new)
            edit.remove("/a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert everything(core) == before
    put(core, ann, library.id, {"/c": b"3"})
    assert content_of(core, ann, library.id) == {"/a": b"1", "/c": b"3"}


def test_a_full_quota_at_the_last_step_leaves_nothing(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"1"})
    new = ingest(core, ann, library.id, b"22222")
    assert ann.account_id is not None
    users.update_account(core, ROOT, ann.account_id, total=5)
    before = everything(core)
    with pytest.raises(QuotaFull):
        entries.add_file(core, ann, library.id, "/b", new)
    assert everything(core) == before
    entries.add_file(core, ann, library.id, "/a", new, replace=True)
    assert content_of(core, ann, library.id) == {"/a": b"22222"}
    assert_consistent(core, library.id)


def test_an_owner_over_the_quota_may_still_shrink(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"22222", "/b": b"333", "/c": b"4"})
    small = ingest(core, ann, library.id, b"1")
    assert ann.account_id is not None
    users.update_account(core, ROOT, ann.account_id, total=1)
    entries.add_file(core, ann, library.id, "/a", small, replace=True)
    entries.remove(core, ann, library.id, "/b")
    entries.rename(core, ann, library.id, "/c", "d")
    assert content_of(core, ann, library.id) == {"/a": b"1", "/d": b"4"}


def test_equal_states_in_one_second_get_times_of_their_own(core: Core, ann: Actor, library: RepoInfo) -> None:
    still = replace(core, clock=lambda: library.created_at)
    for _ in range(3):
        entries.make_dir(still, ann, library.id, "/a")
        apply(still, ann, library.id, ("move", "/a", "/b"))
        apply(still, ann, library.id, ("move", "/b", "/a"))
        apply(still, ann, library.id, ("remove", "/a"))
    line = list(commits_of(core, library.id))
    assert len({commit.id for commit in line}) == len(line) == 13
    assert max(commit.ctime for commit in line) > library.created_at
    assert_linear(core, library.id)
    assert_consistent(core, library.id)


def test_two_changes_of_one_moment_are_merged(core: Core, other: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/d": None, "/d/old": b"1", "/gone": b"2"})
    one = meddling(core, lambda _: apply(other, ann, library.id, ("remove", "/gone")))
    put(one, ann, library.id, {"/d/new": b"3" * (SMALL_BLOCK_BYTES + 1), "/d/small": b"4"})
    assert content_of(core, ann, library.id) == {
        "/d": None,
        "/d/old": b"1",
        "/d/new": b"3" * (SMALL_BLOCK_BYTES + 1),
        "/d/small": b"4",
    }
    assert told(core, library.id) == [("add", "/d/new"), ("add", "/d/small")]
    assert_linear(core, library.id)
    assert_consistent(core, library.id)
    assert_complete(core, library.id)


def test_the_same_change_twice_is_made_once(core: Core, other: Core, ann: Actor, library: RepoInfo) -> None:
    one = meddling(core, lambda _: put(other, ann, library.id, {"/a": b"1"}))
    put(one, ann, library.id, {"/a": b"1"})
    assert content_of(core, ann, library.id) == {"/a": b"1"}
    assert told(core, library.id) == []
    assert_consistent(core, library.id)


def test_a_folder_that_went_meanwhile_comes_back_with_what_is_new_in_it(
    core: Core, other: Core, ann: Actor, library: RepoInfo
) -> None:
    put(core, ann, library.id, {"/d": None, "/d/old": b"1"})
    one = meddling(core, lambda _: apply(other, ann, library.id, ("remove", "/d")))
    put(one, ann, library.id, {"/d/new": b"2"})
    assert content_of(core, ann, library.id) == {"/d": None, "/d/new": b"2"}
    assert_consistent(core, library.id)


def test_a_conflict_keeps_the_content_of_all_sides(core: Core, other: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a.txt": b"base"})
    still = replace(other, clock=lambda: 1_700_000_000.0)

    for body in (b"ours", b"ours too"):
        one = meddling(core, lambda _: put(still, ann, library.id, {"/a.txt": b"theirs"}))
        put(one, ann, library.id, {"/a.txt": body})
        put(still, ann, library.id, {"/a.txt": b"between"})
    content = content_of(core, ann, library.id)
    assert sorted(body for body in content.values() if body) == [b"between", b"ours", b"ours too"]
    assert sum("(SFConflict ann " in path for path in content) == 2
    assert_consistent(core, library.id)


@pytest.mark.parametrize("name", ["x" * 255, "y." + "z" * 250, "é" * 125 + ".txt"])
def test_a_conflict_over_a_long_name_finds_one_that_can_be_stored(
    core: Core, other: Core, ann: Actor, library: RepoInfo, name: str
) -> None:
    put(core, ann, library.id, {f"/{name}": b"base"})
    one = meddling(core, lambda _: put(other, ann, library.id, {f"/{name}": b"theirs"}))
    put(one, ann, library.id, {f"/{name}": b"ours"})
    assert sorted(body for body in content_of(core, ann, library.id).values() if body) == [b"ours", b"theirs"]


def test_a_head_that_moves_again_and_again_is_given_up(core: Core, other: Core, ann: Actor, library: RepoInfo) -> None:
    one = meddling(core, lambda reads: put(other, ann, library.id, {f"/{reads}": b""}), range(1, 99))
    with pytest.raises(HeadMoved):
        put(one, ann, library.id, {"/mine": b"1"})
    assert list(content_of(core, ann, library.id)) == [f"/{reads + 1}" for reads in range(1 + ATTEMPTS)]
    assert_linear(core, library.id)
    assert_consistent(core, library.id)


def test_a_head_that_moves_but_not_to_the_last_is_reached(
    core: Core, other: Core, ann: Actor, library: RepoInfo
) -> None:
    one = meddling(core, lambda reads: put(other, ann, library.id, {f"/{reads}": b""}), range(1, ATTEMPTS + 1))
    put(one, ann, library.id, {"/mine": b"1"})
    assert content_of(core, ann, library.id)["/mine"] == b"1"
    assert_linear(core, library.id)


def test_a_library_deleted_meanwhile_stays_as_it_was(core: Core, other: Core, ann: Actor, library: RepoInfo) -> None:
    def delete(_: int) -> None:
        with other.db.transaction():
            other.db.rows("UPDATE repo SET deleted_at = 1 WHERE id = ?", library.id)

    head_id = library.head_id
    with pytest.raises(NotFound):
        put(meddling(core, delete), ann, library.id, {"/a": b"1"})
    assert core.db.row("SELECT head_id FROM repo WHERE id = ?", library.id) == (head_id,)
    assert core.db.row("SELECT COUNT(*) FROM commits WHERE repo_id = ?", library.id) == (1,)


def test_two_processes_lose_nothing(core: Core, other: Core, ann: Actor, library: RepoInfo) -> None:
    start = threading.Barrier(6)

    def upload(worker: int) -> None:
        own = (core, other)[worker % 2]
        start.wait(20)
        for number in range(15):
            new = ingest(own, ann, library.id, b"%d of %d" % (number, worker))
            while True:
                try:
                    entries.add_file(own, ann, library.id, f"/{worker}-{number}", new)
                    break
                except HeadMoved:
                    continue

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(upload, worker) for worker in range(6)]:
            done.result(60)
    assert content_of(core, ann, library.id) == {
        f"/{worker}-{number}": b"%d of %d" % (number, worker) for worker in range(6) for number in range(15)
    }
    assert len(list(commits_of(core, library.id))) == 6 * 15 + 1
    assert_linear(core, library.id)
    assert_consistent(core, library.id)
    assert_complete(core, library.id)


def test_a_commit_on_an_old_head_is_refused_whole(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"1"})
    before = everything(core)
    trees = Trees(core.objects, library.id)
    commit = new_commit(core, library, EMPTY_ID, "ann", "too late")
    with pytest.raises(HeadMoved):
        advance(core, library, trees, commit, ann)
    assert everything(core) == before
    assert root_of(core, current(core, library.id)) != EMPTY_ID
