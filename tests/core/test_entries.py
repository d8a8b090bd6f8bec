"""What people do to files and folders: one commit each, with a message that clients can translate."""

from collections.abc import Callable

import pytest

from syncfile.core import entries
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.folders import FolderDetails, folder_details
from syncfile.errors import AlreadyExists, BadPath, BadRequest, NotFound, ParentMissing, SyncFileError
from tests.core.content import apply, assert_consistent, commits_of, content_of, ingest, put

NFC, NFD = "caf\u00e9", "cafe\u0301"

Call = Callable[[Core, Actor, str], object]


@pytest.fixture(autouse=True)
def filled(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a.txt": b"1", "/b.txt": b"22"})


@pytest.mark.parametrize(
    ("call", "message", "gone", "there"),
    [
        (lambda core, ann, to: entries.make_dir(core, ann, to, "new"), 'Added directory "new"', "", "/new"),
        (
            lambda core, ann, to: entries.make_dir(core, ann, to, "/p/q/r", parents=True),
            'Added directory "r"',
            "",
            "/p/q/r",
        ),
        (lambda core, ann, to: entries.add_empty_file(core, ann, to, "//d//e.txt"), 'Added "e.txt"', "", "/d/e.txt"),
        (lambda core, ann, to: entries.rename(core, ann, to, "/b.txt", "c.txt"), 'Renamed "b.txt"', "/b.txt", "/c.txt"),
        (
            lambda core, ann, to: entries.rename(core, ann, to, "/d/", "e", is_dir=True),
            'Renamed directory "d"',
            "/d",
            "/e/a.txt",
        ),
        (
            lambda core, ann, to: entries.remove(core, ann, to, "/b.txt", is_dir=False),
            'Deleted "b.txt"',
            "/b.txt",
            "/d",
        ),
        (lambda core, ann, to: entries.remove(core, ann, to, "d"), 'Removed directory "d"', "/d/a.txt", "/b.txt"),
    ],
    ids=range(7),
)
def test_each_call_is_one_commit(
    core: Core, ann: Actor, library: RepoInfo, call: Call, message: str, gone: str, there: str
) -> None:
    count = len(list(commits_of(core, library.id)))
    call(core, ann, library.id)
    line = list(commits_of(core, library.id))
    assert (len(line), line[0].description, line[0].creator_name) == (count + 1, message, "ann")
    content = content_of(core, ann, library.id)
    assert there in content
    assert gone not in content
    assert_consistent(core, library.id)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda core, ann, to: entries.make_dir(core, ann, to, "/d"), AlreadyExists),
        (lambda core, ann, to: entries.make_dir(core, ann, to, "/"), AlreadyExists),
        (lambda core, ann, to: entries.make_dir(core, ann, to, "/x/y"), ParentMissing),
        (lambda core, ann, to: entries.make_dir(core, ann, to, "/../y"), BadPath),
        (lambda core, ann, to: entries.add_empty_file(core, ann, to, "/b.txt"), AlreadyExists),
        (lambda core, ann, to: entries.add_empty_file(core, ann, to, "/b.txt/c"), ParentMissing),
        (lambda core, ann, to: entries.rename(core, ann, to, "/x", "y"), NotFound),
        (lambda core, ann, to: entries.rename(core, ann, to, "/b.txt", "d"), AlreadyExists),
        (lambda core, ann, to: entries.rename(core, ann, to, "/b.txt", "d/c"), BadPath),
        (lambda core, ann, to: entries.rename(core, ann, to, "/b.txt", ""), BadPath),
        (lambda core, ann, to: entries.rename(core, ann, to, "/", "c"), BadPath),
        (lambda core, ann, to: entries.rename(core, ann, to, "/b.txt", "c", is_dir=True), NotFound),
        (lambda core, ann, to: entries.remove(core, ann, to, "/"), BadPath),
        (lambda core, ann, to: entries.remove(core, ann, to, "/x"), NotFound),
        (lambda core, ann, to: entries.remove(core, ann, to, "/d", is_dir=False), NotFound),
        (lambda core, ann, to: entries.remove_all(core, ann, to, ["/b.txt", "/x"]), NotFound),
        (lambda core, ann, to: entries.remove_all(core, ann, to, ["/b.txt", "/b.txt"]), NotFound),
        (lambda core, ann, to: entries.remove_all(core, ann, to, []), BadRequest),
        (lambda core, ann, to: entries.remove_all(core, ann, to, ["/b.txt"] * (entries.MAX_BATCH + 1)), BadRequest),
    ],
    ids=range(19),
)
def test_a_refused_call_makes_no_commit(
    core: Core, ann: Actor, library: RepoInfo, call: Call, error: type[SyncFileError]
) -> None:
    before = list(commits_of(core, library.id))
    with pytest.raises(error):
        call(core, ann, library.id)
    assert list(commits_of(core, library.id)) == before


def test_a_file_put_again_is_modified_and_a_new_one_is_added(core: Core, ann: Actor, library: RepoInfo) -> None:
    for path in ("/b.txt", "/new.txt"):
        new = ingest(core, ann, library.id, b"333")
        entries.add_file(core, ann, library.id, path, new, replace=True)
    descriptions = [commit.description for commit in commits_of(core, library.id)]
    assert descriptions[:2] == ['Added "new.txt"', 'Modified "b.txt"']
    assert content_of(core, ann, library.id)["/b.txt"] == b"333"


def test_many_are_removed_in_one_commit(core: Core, ann: Actor, library: RepoInfo) -> None:
    count = len(list(commits_of(core, library.id)))
    removed = entries.remove_all(core, ann, library.id, ["/d/a.txt", "/d", "b.txt"])
    assert [entry.name for entry in removed] == ["a.txt", "d", "b.txt"]
    assert content_of(core, ann, library.id) == {}
    assert len(list(commits_of(core, library.id))) == count + 1


def test_a_name_is_found_in_either_form(core: Core, ann: Actor, library: RepoInfo) -> None:
    entries.make_dir(core, ann, library.id, f"/{NFD}")
    entries.rename(core, ann, library.id, f"/{NFD}", f"{NFD}2")
    assert f"/{NFC}2" in content_of(core, ann, library.id)
    assert entries.remove(core, ann, library.id, f"/{NFD}2").name == f"{NFC}2"


def test_a_folder_is_told_in_full(core: Core, ann: Actor, library: RepoInfo) -> None:
    entries.make_dir(core, ann, library.id, f"/{NFC}/deep", parents=True)
    put(core, ann, library.id, {f"/{NFC}/deep/a": b"333", f"/{NFC}/b": b"1"})
    made = [commit.ctime for commit in commits_of(core, library.id)][1]
    for path in (f"/{NFC}", f"/{NFD}"):
        details = folder_details(core, ann, library.id, path)
        assert details == FolderDetails(f"/{NFC}", NFC, 4, 2, made, "ann")
    apply(core, ann, library.id, ("move", f"/{NFC}", "/plain"))
    assert folder_details(core, ann, library.id, "/plain") == FolderDetails("/plain", "plain", 4, 2, made, "ann")
    assert folder_details(core, ann, library.id, "/") == FolderDetails("/", "", 7, 4, library.created_at, "ann")
    for path in ("/missing", "/b.txt"):
        with pytest.raises(NotFound):
            folder_details(core, ann, library.id, path)
