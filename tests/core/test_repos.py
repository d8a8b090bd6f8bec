"""The two doors into a library: who gets in, what they see, and that edits follow each other."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from syncfile.core import repo_locks
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.repo_locks import RepoLocks
from syncfile.core.repos import create_repo, default_repo, edit_repo, open_repo
from syncfile.errors import Busy, DiskMissing, NotFound, PermissionDenied
from syncfile.store.data_folder import MARKER_NAME
from syncfile.store.objects import EMPTY_ID
from tests.core.accounts import add
from tests.core.content import apply, commits_of, content_of, current, put


def test_a_new_library_is_empty_and_has_one_commit(core: Core, ann: Actor, library: RepoInfo) -> None:
    (commit,) = commits_of(core, library.id)
    assert (commit.root_id, commit.parent_id, commit.creator_name) == (EMPTY_ID, None, "ann")
    assert (commit.repo_name, commit.description) == ("Photos", "Created library")
    assert (library.size, library.file_count, library.mtime) == (0, 0, commit.ctime)
    assert content_of(core, ann, library.id) == {}


def test_nobody_has_a_library_without_an_account(core: Core) -> None:
    with pytest.raises(NotFound):
        create_repo(core, 99, "x")
    with pytest.raises(NotFound):
        default_repo(core, Actor(None, ""))


def test_a_snapshot_never_changes(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a": b"1"})
    before = open_repo(core, ann, library.id)
    apply(core, ann, library.id, ("remove", "/d"))
    assert [path for path, _ in before.walk()] == ["/d", "/d/a"]
    assert content_of(core, ann, library.id) == {}


def test_a_stranger_meets_the_same_door_as_of_no_library(core: Core, ann: Actor, bob: Actor, library: RepoInfo) -> None:
    messages = set()
    for actor, repo_id in ((bob, library.id), (Actor(None, ""), library.id), (ann, "no-such-library")):
        with pytest.raises(NotFound) as opened:
            open_repo(core, actor, repo_id)
        with pytest.raises(NotFound) as edited, edit_repo(core, actor, repo_id):
            pytest.fail("the door opened")
        messages |= {opened.value.message, edited.value.message}
    assert len(messages) == 1


def test_a_reader_reads_and_does_not_write(core: Core, ann: Actor, bob: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"1"})
    with core.db.transaction():
        core.db.rows("UPDATE repo SET public = 'r' WHERE id = ?", library.id)
    assert content_of(core, bob, library.id) == {"/a": b"1"}
    with pytest.raises(PermissionDenied), edit_repo(core, bob, library.id):
        pytest.fail("the door opened")


def test_a_right_taken_away_while_waiting_in_line_counts(core: Core, ann: Actor, bob: Actor, library: RepoInfo) -> None:
    with core.db.transaction():
        core.db.rows("UPDATE repo SET public = 'rw' WHERE id = ?", library.id)
    waiting = threading.Event()

    def edit() -> None:
        waiting.set()
        apply(core, bob, library.id, ("make_dir", "/bob"))

    with ThreadPoolExecutor(1) as pool:
        with core.locks.hold(library.id):
            done = pool.submit(edit)
            waiting.wait(20)
            with core.db.transaction():
                core.db.rows("UPDATE repo SET public = '' WHERE id = ?", library.id)
        with pytest.raises(NotFound):
            done.result(20)
    assert content_of(core, ann, library.id) == {}


def test_edits_of_many_threads_follow_each_other(core: Core, ann: Actor, library: RepoInfo) -> None:
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(apply, core, ann, library.id, ("make_dir", f"/{n}")) for n in range(40)]:
            done.result(60)
    assert len(content_of(core, ann, library.id)) == 40
    assert len(list(commits_of(core, library.id))) == 41


def test_nothing_is_edited_while_the_disk_is_away(core: Core, ann: Actor, library: RepoInfo) -> None:
    Path(core.folder.path, MARKER_NAME).unlink()
    with pytest.raises(DiskMissing), edit_repo(core, ann, library.id):
        pytest.fail("the door opened")
    assert current(core, library.id).head_id == library.head_id


def test_the_message_is_that_of_the_edit(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"1"}, "as given")
    with edit_repo(core, ann, library.id) as edit:
        edit.remove("/a")
        edit.message = "as set"
    assert [commit.description for commit in commits_of(core, library.id)][:2] == ["as set", "as given"]


def test_plain_paths_mean_one_library_and_a_new_one_once_it_is_deleted(core: Core) -> None:
    account = add(core, "cat")
    actor = Actor(account.id, account.username)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(default_repo, core, actor) for _ in range(8)]
        first = {done.result(20).id for done in asked}
    assert first == {default_repo(core, actor).id}
    with core.db.transaction():
        core.db.rows("UPDATE repo SET deleted_at = 1 WHERE id = ?", *first)
    second = default_repo(core, actor)
    assert second.id not in first
    assert default_repo(core, actor) == second


def test_a_lock_is_had_twice_by_one_thread_and_not_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repo_locks, "WAIT_SECONDS", 0.01)
    locks = RepoLocks()

    def take(*repo_ids: str) -> bool:
        with locks.hold(*repo_ids):
            return True

    with ThreadPoolExecutor(1) as pool:
        with locks.hold("a"), locks.hold("b", "a"):
            assert pool.submit(take, "c").result(20)
            with pytest.raises(Busy) as caught:
                pool.submit(take, "c", "b").result(20)
            assert caught.value.facts == {"retry_after": 5}
        assert pool.submit(take, "a", "b", "c").result(20)


def test_locks_taken_in_any_order_never_deadlock() -> None:
    locks, orders = RepoLocks(), [("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")]
    held = 0

    def work(order: tuple[str, ...]) -> None:
        nonlocal held
        for _ in range(200):
            with locks.hold(*order):
                held += 1

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work, order) for order in orders]:
            done.result(20)
    assert held == 600


def test_locks_that_nobody_holds_are_forgotten() -> None:
    locks = RepoLocks()
    with ExitStack() as stack:
        for number in range(100):
            stack.enter_context(locks.hold(str(number)))
        assert len(locks._locks) == 100
    assert len(locks._locks) == 0
