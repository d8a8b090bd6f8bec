"""A folder that is shared by itself syncs as a library of its own, and what is pushed to it changes its origin."""

import json

import pytest

from syncfile.core import shares
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.locking import lock_file
from syncfile.core.ownership import delete_repo
from syncfile.core.repos import edit_repo, open_repo
from syncfile.core.shares import account_receiver, share_dir
from tests.core.content import apply, assert_consistent, changes_of, content_of, put
from tests.sync.seafhttp.conftest import Connect
from tests.sync.seafhttp.peer import Peer

CONTENT = {"/a": None, "/a/b": None, "/a/b/x": b"1", "/a/b/y": b"2", "/z": b"3"}


@pytest.fixture
def virtual(core: Core, ann: Actor, bob: Actor, library: RepoInfo, connect: Connect) -> Peer:
    """The client of ``bob`` for the folder ``/a/b`` of ``library``, in which he may write."""
    put(core, ann, library.id, CONTENT)
    share = share_dir(core, ann, library.id, "/a/b", account_receiver(core, bob.username), "rw")
    return connect(bob, share.repo.id)


def test_folder_is_cloned_as_a_library(virtual: Peer, library: RepoInfo) -> None:
    assert virtual.clone() == {"x": b"1", "y": b"2"}
    assert virtual.commit(virtual.head())["repo_id"] == virtual.repo_id != library.id


def test_head_stays_until_the_folder_changes(core: Core, ann: Actor, virtual: Peer, library: RepoInfo) -> None:
    first = virtual.head()
    put(core, ann, library.id, {"/elsewhere": b"4"})
    assert virtual.head() == first
    put(core, ann, library.id, {"/a/b/new": b"5"})
    body = json.dumps([virtual.repo_id]).encode()
    heads = virtual.client.post("/seafhttp/repo/head-commits-multi", body=body).json
    assert heads == {virtual.repo_id: virtual.head()}
    assert virtual.commit(virtual.head())["parent_id"] == first
    assert len(virtual.ids(virtual.head(), first)) == 2


def test_push_changes_the_origin(core: Core, ann: Actor, bob: Actor, virtual: Peer, library: RepoInfo) -> None:
    assert virtual.push_tree({"x": b"changed", "new": {"deep": b"6"}}).status == 200
    content = content_of(core, ann, library.id)
    assert content == {
        **{"/a": None, "/a/b": None, "/a/b/x": b"changed", "/z": b"3"},
        **{"/a/b/new": None, "/a/b/new/deep": b"6"},
    }
    assert virtual.commit(virtual.head())["device_name"] == "desk"  # the client's own commit
    assert changes_of(core, library.id)[-1][-1] == bob.username
    assert_consistent(core, library.id)


def test_push_is_merged_with_what_happened_in_the_origin(
    core: Core, ann: Actor, virtual: Peer, library: RepoInfo
) -> None:
    base = virtual.head()
    put(core, ann, library.id, {"/a/b/x": b"in the origin", "/z": b"too"})
    assert virtual.push_tree({"x": b"in the folder", "y": b"2"}, base).status == 200
    tree = virtual.clone()
    (conflict,) = set(tree) - {"x", "y"}
    assert tree == {"x": b"in the origin", "y": b"2", conflict: b"in the folder"}
    assert content_of(core, ann, library.id)[f"/a/b/{conflict}"] == b"in the folder"
    assert content_of(core, ann, library.id)["/z"] == b"too"
    assert_consistent(core, library.id)


def test_folder_may_become_empty_and_be_renamed(core: Core, ann: Actor, virtual: Peer, library: RepoInfo) -> None:
    apply(core, ann, library.id, ("move", "/a/b", "/moved"))
    assert virtual.push_tree({}).status == 200
    assert content_of(core, ann, library.id) == {"/a": None, "/moved": None, "/z": b"3"}
    assert virtual.clone() == {}


def test_lock_is_told_by_the_path_in_the_folder(core: Core, ann: Actor, virtual: Peer, library: RepoInfo) -> None:
    lock_file(core, ann, library.id, "/a/b/x")
    head = virtual.head()
    answer = virtual.push_tree({"x": b"changed", "y": b"2"})
    assert (answer.status, answer.body) == (403, b"File x is locked")
    assert (virtual.head(), content_of(core, ann, library.id)) == (head, CONTENT)


def test_folder_in_the_trash_is_missing_and_comes_back(
    core: Core, ann: Actor, virtual: Peer, library: RepoInfo
) -> None:
    folder = open_repo(core, ann, library.id).get("/a/b")
    apply(core, ann, library.id, ("remove", "/a/b"))
    assert virtual.ask("GET", "commit/HEAD").status == 404
    with edit_repo(core, ann, library.id) as edit:
        edit.put_entry("/a/b", folder)
    assert virtual.clone() == {"x": b"1", "y": b"2"}


def test_another_folder_in_its_place_is_not_shared(core: Core, ann: Actor, virtual: Peer, library: RepoInfo) -> None:
    apply(core, ann, library.id, ("remove", "/a/b"))
    put(core, ann, library.id, {"/a/b": None, "/a/b/private": b"1"})
    assert virtual.ask("GET", "commit/HEAD").status == 444


def test_folder_that_is_not_shared_any_more_is_gone(
    core: Core, ann: Actor, bob: Actor, virtual: Peer, library: RepoInfo
) -> None:
    shares.stop_share(core, ann, library.id, "/a/b", account_receiver(core, bob.username))
    assert virtual.ask("GET", "commit/HEAD").status == 444


def test_folder_of_a_deleted_library_is_gone(core: Core, ann: Actor, virtual: Peer, library: RepoInfo) -> None:
    delete_repo(core, ann, library.id)
    assert virtual.ask("GET", "commit/HEAD").status == 444


def test_name_of_the_folder_is_not_the_receivers_to_change(virtual: Peer) -> None:
    assert virtual.push_tree({"x": b"1"}, repo_name="Mine").status == 403
