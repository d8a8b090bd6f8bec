"""Snapshots and edits: what they find, what they refuse, and that a refused call changes nothing."""

import tracemalloc
from collections.abc import Callable

import pytest

from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.heads import advance, new_commit, root_of
from syncfile.core.paths import MAX_DEPTH
from syncfile.core.repos import open_repo
from syncfile.core.tree import Edit, Trees, walk
from syncfile.errors import AlreadyExists, BadPath, NotFound, ParentMissing, SyncFileError
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_EXECUTABLE, MODE_FILE, Dirent
from tests.core.content import apply, assert_consistent, content_of, current, edit_of, ingest, put

NFC, NFD = "caf\u00e9", "cafe\u0301"


@pytest.fixture
def edit(core: Core, ann: Actor, library: RepoInfo) -> Edit:
    """An edit of a library with a few things in it."""
    put(core, ann, library.id, {"/docs": None, "/docs/a.txt": b"a", "/docs/old": None, "/b.txt": b"bb"})
    return edit_of(core, library.id)


def push(core: Core, actor: Actor, repo_id: str, *names: str) -> None:
    """Put empty files into the root with their names verbatim, as a sync client does."""
    repo = current(core, repo_id)
    trees = Trees(core.objects, repo_id)
    root = trees.open(root_of(core, repo)).edit({name: Dirent(name, EMPTY_ID, MODE_FILE, 1, 0, "x") for name in names})
    advance(core, repo, trees, new_commit(core, repo, trees.keep(root), "x", ""), actor)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda edit: edit.get("/missing"), NotFound),
        (lambda edit: edit.get("/b.txt/below"), NotFound),
        (lambda edit: edit.directory("/b.txt"), NotFound),
        (lambda edit: edit.file("/docs"), NotFound),
        (lambda edit: edit.resolve("/docs/missing"), NotFound),
        (lambda edit: edit.make_dir("/docs"), AlreadyExists),
        (lambda edit: edit.make_dir("/b.txt"), AlreadyExists),
        (lambda edit: edit.make_dir("/"), AlreadyExists),
        (lambda edit: edit.make_dir("/", parents=True), AlreadyExists),
        (lambda edit: edit.make_dir("/missing/new"), ParentMissing),
        (lambda edit: edit.make_dir("/b.txt/new"), ParentMissing),
        (lambda edit: edit.make_dir("/b.txt/new", parents=True), ParentMissing),
        (lambda edit: edit.put_entry("/docs/a.txt", edit.get("/b.txt")), AlreadyExists),
        (lambda edit: edit.put_entry("/missing/b.txt", edit.get("/b.txt")), ParentMissing),
        (lambda edit: edit.remove("/"), BadPath),
        (lambda edit: edit.remove("/missing"), NotFound),
        (lambda edit: edit.move("/missing", "/new"), NotFound),
        (lambda edit: edit.move("/missing", "/docs"), NotFound),
        (lambda edit: edit.move("/b.txt", "/docs"), AlreadyExists),
        (lambda edit: edit.move("/b.txt", "/b.txt"), AlreadyExists),
        (lambda edit: edit.move("/b.txt", "/"), AlreadyExists),
        (lambda edit: edit.move("/b.txt", "/missing/b.txt"), ParentMissing),
        (lambda edit: edit.move("/b.txt", "/docs/a.txt/b.txt"), ParentMissing),
        (lambda edit: edit.move("/docs", "/docs/old/docs"), BadPath),
        (lambda edit: edit.move("/", "/docs/all"), BadPath),
    ],
    ids=range(25),
)
def test_a_refused_call_leaves_the_edit_as_it_was(
    edit: Edit, call: Callable[[Edit], object], error: type[SyncFileError]
) -> None:
    before = dict(edit.walk())
    with pytest.raises(error):
        call(edit)
    assert dict(edit.walk()) == before
    assert edit.settle() == edit.base_root_id


def test_a_file_is_replaced_only_when_told_and_keeps_its_mode(core: Core, ann: Actor, library: RepoInfo) -> None:
    new = ingest(core, ann, library.id, b"#!/bin/sh")
    edit = edit_of(core, library.id)
    edit.put_entry("/run", Dirent("", EMPTY_ID, MODE_EXECUTABLE, 5, 0, "bob"))
    with pytest.raises(AlreadyExists):
        edit.put_file("/run", new)
    edit.put_file("/run", new, mtime=7, replace=True)
    entry = edit.get("/run")
    assert (entry.mode, entry.mtime, entry.size, entry.modifier) == (MODE_EXECUTABLE, 7, 9, "ann")


def test_a_folder_is_never_replaced_by_a_file(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/docs": None})
    new = ingest(core, ann, library.id, b"x")
    with pytest.raises(AlreadyExists):
        edit_of(core, library.id).put_file("/docs", new, replace=True)


def test_missing_parents_are_made_on_request(edit: Edit) -> None:
    edit.make_dir("/p/q/r", parents=True)
    assert [path for path, _ in edit.walk("/p")] == ["/p/q", "/p/q/r"]


def test_calls_see_what_the_calls_before_them_did(edit: Edit) -> None:
    edit.make_dir("/docs/new")
    edit.move("/b.txt", "/docs/new/b.txt")
    edit.move("/docs/new", "/moved")
    edit.remove("/docs")
    assert sorted(path for path, _ in edit.walk()) == ["/moved", "/moved/b.txt"]
    assert edit.get("/moved/b.txt").size == 2
    edit.make_dir("/docs")
    assert list(edit.walk("/docs")) == []


def test_undone_changes_come_back_to_the_same_root(edit: Edit) -> None:
    entry = edit.get("/docs/a.txt")
    edit.remove("/docs/a.txt")
    assert edit.settle() != edit.base_root_id
    edit.put_entry("/docs/a.txt", entry)
    assert edit.settle() == edit.base_root_id


def test_a_moved_folder_gets_the_time_of_the_change_and_a_file_keeps_its_own(edit: Edit) -> None:
    edit.now += 100
    file_time = edit.get("/b.txt").mtime
    assert edit.move("/docs", "/papers").mtime == edit.now
    assert edit.move("/b.txt", "/c.txt").mtime == file_time


@pytest.mark.parametrize(
    ("path", "free"),
    [
        ("/new.txt", "/new.txt"),
        ("/docs/a.txt", "/docs/a (2).txt"),
        ("/docs/old", "/docs/old (1)"),
    ],
)
def test_a_free_name_is_the_first_that_nothing_has(edit: Edit, path: str, free: str) -> None:
    edit.make_dir("/docs/a (1).txt")
    assert edit.free_name(path) == free


def test_a_free_name_is_one_that_can_be_stored(edit: Edit) -> None:
    names = ["/" + "x" * 255, "/" + "\u0958" * 41 + ".txt"]
    for name in names:
        for _ in range(3):
            edit.make_dir(edit.free_name(name))
    edit.settle()
    assert len([path for path, _ in edit.walk() if path.startswith(("/x", "/\u0915"))]) == 6


def test_names_are_stored_composed_and_found_in_either_form(edit: Edit) -> None:
    edit.make_dir(f"/{NFD}")
    edit.make_dir(f"/{NFD}/{NFD}")
    assert edit.resolve(f"/{NFD}/{NFD}") == edit.resolve(f"/{NFC}/{NFC}") == f"/{NFC}/{NFC}"
    with pytest.raises(AlreadyExists):
        edit.make_dir(f"/{NFC}")
    with pytest.raises(BadPath):
        edit.move(f"/{NFC}", f"/{NFD}/below")
    edit.remove(f"/{NFD}")
    assert edit.find(f"/{NFC}") is None


def test_a_pushed_name_is_kept_verbatim_and_found_as_given_first(core: Core, ann: Actor, library: RepoInfo) -> None:
    push(core, ann, library.id, NFC, NFD)
    snapshot = open_repo(core, ann, library.id)
    assert (snapshot.resolve(f"/{NFD}"), snapshot.resolve(f"/{NFC}")) == (f"/{NFD}", f"/{NFC}")
    put(core, ann, library.id, {f"/{NFD}": b"new"})
    apply(core, ann, library.id, ("move", f"/{NFC}", "/plain"))
    assert content_of(core, ann, library.id) == {f"/{NFD}": b"new", "/plain": b""}
    assert_consistent(core, library.id)


def test_a_pushed_name_can_be_composed_by_a_rename(core: Core, ann: Actor, library: RepoInfo) -> None:
    push(core, ann, library.id, NFD)
    apply(core, ann, library.id, ("move", f"/{NFD}", f"/{NFC}"))
    assert content_of(core, ann, library.id) == {f"/{NFC}": b""}
    assert_consistent(core, library.id)


def test_an_edit_with_a_prefix_stays_below_it(core: Core, edit: Edit) -> None:
    part = Edit(edit.trees, edit.base_root_id, "ann", 1, "", "/docs")
    assert [path for path, _ in part.walk()] == ["/a.txt", "/old"]
    part.make_dir("/new")
    part.move("/a.txt", "/new/a.txt")
    assert part.resolve("/new/a.txt") == "/new/a.txt"
    with pytest.raises(NotFound):
        part.get("/docs")
    with pytest.raises(BadPath):
        part.remove("/")
    whole = Edit(edit.trees, part.settle(), "ann", 1, "")
    assert [path for path, _ in whole.walk()] == ["/b.txt", "/docs", "/docs/new", "/docs/new/a.txt", "/docs/old"]


def test_a_walk_over_a_large_folder_streams(core: Core, library: RepoInfo) -> None:
    count = 20_000
    trees = Trees(core.objects, library.id)
    root = trees.open(EMPTY_ID).edit(
        {name: Dirent(name, EMPTY_ID, MODE_FILE, 1, 0, "ann") for name in (f"{n:06}" for n in range(count))}
    )
    core.objects.save_dir(library.id, root)
    stored = Trees(core.objects, library.id)
    directory = stored.open(root.id)
    core.objects.open_dir(library.id, root.id).get("019999")
    tracemalloc.start()
    try:
        assert sum(1 for _ in walk(stored, directory, "/")) == count
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20  # 2 MiB of it is the page cache; all entries at once would be 10 MiB


def test_a_deep_tree_is_made_moved_and_removed(core: Core, ann: Actor, library: RepoInfo) -> None:
    names = [f"d{depth}" for depth in range(MAX_DEPTH)]
    deepest = "/" + "/".join(names)
    edit = edit_of(core, library.id)
    edit.make_dir(deepest, parents=True)
    edit.make_dir("/side")
    assert edit.resolve(deepest) == deepest
    edit.move("/d0", "/side/d0")
    edit.put_entry(f"/side{deepest}/more", Dirent("", EMPTY_ID, MODE_DIR, 1))
    edit.settle()
    assert sum(1 for _ in edit.walk()) == MAX_DEPTH + 2
    edit.remove(f"/side{deepest}/more")
    edit.remove("/side/d0")
    assert [path for path, _ in edit.walk()] == ["/side"]
