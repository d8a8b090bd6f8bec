"""The history of one path, followed through its own renames and those of the folders above it."""

from collections.abc import Callable

import pytest

from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.history import Revision, iter_revisions
from syncfile.core.repos import edit_repo
from tests.core.content import apply, commits_of, put, snapshot_of

#: What a test does to its library.
Act = Callable[[dict[str, bytes | None]], None]


@pytest.fixture
def act(core: Core, ann: Actor, library: RepoInfo) -> Act:
    return lambda content: put(core, ann, library.id, content)


def revisions(core: Core, repo_id: str, path: str) -> list[Revision]:
    return list(iter_revisions(core.db, core.objects, repo_id, path))


def told(core: Core, repo_id: str, path: str) -> list[tuple[str, str, int]]:
    """Return kind, path and size of each revision."""
    return [(revision.kind, revision.path, revision.size) for revision in revisions(core, repo_id, path)]


def test_each_version_is_told_newest_first(core: Core, ann: Actor, library: RepoInfo, act: Act) -> None:
    for body in (b"1", b"22", b"333"):
        act({"/a": body})
    found = revisions(core, library.id, "/a")
    assert [(revision.kind, revision.size, revision.account) for revision in found] == [
        ("modify", 3, "ann"),
        ("modify", 2, "ann"),
        ("add", 1, "ann"),
    ]
    line = list(commits_of(core, library.id))
    assert [revision.commit_id for revision in found] == [commit.id for commit in line[:3]]
    assert [revision.ctime for revision in found] == [commit.ctime for commit in line[:3]]
    ids = [snapshot_of(core, commit).get("/a").id for commit in line[:3]]
    assert [revision.object_id for revision in found] == ids


def test_a_rename_is_followed(core: Core, ann: Actor, library: RepoInfo, act: Act) -> None:
    act({"/a": b"1", "/d": None})
    apply(core, ann, library.id, ("move", "/a", "/b"))
    act({"/b": b"22"})
    apply(core, ann, library.id, ("move", "/b", "/d/c"))
    assert told(core, library.id, "/d/c") == [
        ("rename", "/d/c", 2),
        ("modify", "/b", 2),
        ("rename", "/b", 1),
        ("add", "/a", 1),
    ]
    assert [revision.old_path for revision in revisions(core, library.id, "/d/c")] == ["/b", None, "/a", None]


def test_renames_of_folders_above_are_followed(core: Core, ann: Actor, library: RepoInfo, act: Act) -> None:
    act({"/d": None, "/d/e": None, "/d/e/a": b"1"})
    apply(core, ann, library.id, ("move", "/d", "/x"))
    act({"/x/e/a": b"22"})
    apply(core, ann, library.id, ("move", "/x/e", "/f"))
    act({"/f/a": b"333", "/d": None, "/x/e": None})
    assert told(core, library.id, "/f/a") == [("modify", "/f/a", 3), ("modify", "/x/e/a", 2), ("add", "/d/e/a", 1)]


def test_a_new_thing_at_an_old_name_begins_anew(core: Core, ann: Actor, library: RepoInfo, act: Act) -> None:
    act({"/a": b"1"})
    apply(core, ann, library.id, ("remove", "/a"))
    act({"/a": b"22"})
    assert told(core, library.id, "/a") == [("add", "/a", 2)]
    act({"/d": None, "/d/a": b"1"})
    apply(core, ann, library.id, ("move", "/d", "/e"))
    act({"/d": None, "/d/a": b"22"})
    assert told(core, library.id, "/d/a") == [("add", "/d/a", 2)]
    assert told(core, library.id, "/e/a") == [("add", "/d/a", 1)]


def test_what_a_copied_folder_brought_begins_with_the_copy(core: Core, ann: Actor, library: RepoInfo, act: Act) -> None:
    act({"/d": None, "/d/a": b"1"})
    act({"/d/a": b"22"})
    with edit_repo(core, ann, library.id) as edit:
        edit.put_entry("/copy", edit.get("/d"))
    act({"/copy/a": b"333"})
    assert told(core, library.id, "/copy/a") == [("modify", "/copy/a", 3), ("add", "/copy/a", 2)]


def test_a_file_that_became_a_folder_begins_anew(core: Core, ann: Actor, library: RepoInfo, act: Act) -> None:
    act({"/a": b"1", "/d": None, "/d/x": b"22"})
    apply(core, ann, library.id, ("remove", "/a"), ("move", "/d", "/a"))
    assert told(core, library.id, "/a") == [("add", "/a", 0)]
    assert told(core, library.id, "/a/x") == [("add", "/a/x", 2)]


def test_a_folder_tells_its_own_way(core: Core, ann: Actor, library: RepoInfo, act: Act) -> None:
    act({"/d": None})
    act({"/d/a": b"1"})
    apply(core, ann, library.id, ("move", "/d", "/e"))
    assert told(core, library.id, "/e") == [("rename", "/e", 0), ("add", "/d", 0)]


@pytest.mark.parametrize("path", ["/missing", "/gone", "/d/missing"])
def test_what_is_not_there_has_no_history(core: Core, ann: Actor, library: RepoInfo, act: Act, path: str) -> None:
    act({"/gone": b"1", "/d": None})
    apply(core, ann, library.id, ("remove", "/gone"))
    assert told(core, library.id, path) == []
