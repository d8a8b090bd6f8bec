"""The derived tables are filled again from the commits, and come out as they were."""

import pytest

from syncfile.core import file_locks
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.derived import clear
from syncfile.core.history import iter_revisions
from syncfile.core.reindex import reindex, repo_ids
from syncfile.core.repos import create_repo
from syncfile.errors import NotFound
from syncfile.store.object_store import ObjectMissing
from tests.core.content import apply, assert_consistent, changes_of, commits_of, current, index_of, put


@pytest.fixture(autouse=True)
def filled(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a": b"1", "/b": b"22"})
    apply(core, ann, library.id, ("move", "/d", "/e"), ("remove", "/b"))
    put(core, ann, library.id, {"/b": b"333", "/e/a": b"4444"})


def tables(core: Core, repo_id: str) -> tuple[object, ...]:
    return index_of(core, repo_id), changes_of(core, repo_id), current(core, repo_id)


def spoil(core: Core, repo_id: str) -> None:
    with core.db.transaction():
        clear(core.db, repo_id)
        core.db.rows("UPDATE repo SET size = 77, file_count = 7, mtime = 7 WHERE id = ?", repo_id)


def test_lost_tables_come_back_as_they_were(core: Core, ann: Actor, library: RepoInfo) -> None:
    before = tables(core, library.id)
    spoil(core, library.id)
    assert tables(core, library.id) != before
    reindex(core, library.id)
    assert tables(core, library.id) == before
    put(core, ann, library.id, {"/e/c": b"5"})
    assert_consistent(core, library.id)


def test_other_libraries_are_left_alone(core: Core, ann: Actor, library: RepoInfo) -> None:
    assert ann.account_id is not None
    other = create_repo(core, ann.account_id, "Other")
    put(core, ann, other.id, {"/x": b"1"})
    before = tables(core, other.id)
    reindex(core, library.id)
    assert tables(core, other.id) == before


def test_a_lock_on_a_path_with_a_past_stays(core: Core, ann: Actor, library: RepoInfo) -> None:
    assert ann.account_id is not None
    for path in ("/b", "/e/a"):
        file_locks.put_lock(core.db, library.id, path, ann.account_id, 1)
    reindex(core, library.id)
    assert sorted(lock.path for lock in file_locks.iter_locks(core.db, library.id)) == ["/b", "/e/a"]


def test_shortened_history_begins_with_the_first_commit_that_is_left(core: Core, ann: Actor, library: RepoInfo) -> None:
    _, second, *_ = commits_of(core, library.id)
    index = index_of(core, library.id)
    with core.db.transaction():
        core.db.rows("DELETE FROM commits WHERE repo_id = ? AND id = ?", library.id, second.parent_id)
    reindex(core, library.id)
    assert index_of(core, library.id) == index
    found = iter_revisions(core.db, core.objects, library.id, "/e/a")
    assert [(revision.kind, revision.commit_id) for revision in found][1:] == [("add", second.id)]
    assert_consistent(core, library.id)


def test_damage_is_told_and_nothing_is_changed(core: Core, library: RepoInfo) -> None:
    before = tables(core, library.id)
    with core.db.transaction():
        core.db.rows(
            "DELETE FROM fs_object WHERE repo_id = ? AND id = ?", library.id, index_of(core, library.id)["/e"][2]
        )
    with pytest.raises(ObjectMissing):
        reindex(core, library.id)
    assert tables(core, library.id) == before


def test_only_real_libraries_have_tables(core: Core, library: RepoInfo) -> None:
    assert library.id in repo_ids(core)
    with core.db.transaction():
        core.db.rows("UPDATE repo SET deleted_at = 1 WHERE id = ?", library.id)
    assert library.id not in repo_ids(core)
    for repo_id in (library.id, "no-such-library"):
        with pytest.raises(NotFound):
            reindex(core, repo_id)
