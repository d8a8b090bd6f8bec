"""What two trees differ in, renames found, and tables that are right in whatever order it is told."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncfile.core import differences
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.tree import Trees
from syncfile.store.object_store import ObjectStore
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_FILE, Dirent
from tests.core.content import apply, assert_consistent, content_of, index_of, put, told

#: A number is a file with that content, 0 an empty one; a dict is a folder.
Tree = dict[str, "int | Tree"]


def keep(trees: Trees, tree: Tree) -> str:
    """Keep a tree and return its root's id."""
    entries: dict[str, Dirent | None] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            entries[name] = Dirent(name, keep(trees, value), MODE_DIR, 1)
        else:
            entries[name] = Dirent(name, f"{value:040x}" if value else EMPTY_ID, MODE_FILE, 1, value, "x")
    return trees.keep(trees.open(EMPTY_ID).edit(entries))


def find(objects: ObjectStore, old: Tree, new: Tree) -> list[tuple[str, ...]]:
    """Return the differences as kind and paths, sorted; folders whose content changed are left out."""
    trees = Trees(objects, "b1f2ad61-9164-418a-a47f-ab805dbd5694")
    found: list[tuple[str, ...]] = []
    for item in differences.differences(trees, keep(trees, old), keep(trees, new))():
        if item.old_path is not None:
            found.append(("rename", item.old_path, item.path))
        elif item.old is None or item.new is None:
            found.append(("add" if item.new else "delete", item.path))
        elif not item.new.is_dir:
            found.append(("modify", item.path))
    return sorted(found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"a": 1, "d": {"b": 2}}, [("add", "/a"), ("add", "/d")]),
        ({"a": 1, "d": {"b": 2}}, {}, [("delete", "/a"), ("delete", "/d")]),
        ({"a": 1}, {"a": 2}, [("modify", "/a")]),
        ({"a": 1}, {"b": 1}, [("rename", "/a", "/b")]),
        ({"a": 1, "d": {}}, {"d": {"b": 1}}, [("rename", "/a", "/d/b")]),
        ({"d": {"b": 2}}, {"e": {"b": 2}}, [("rename", "/d", "/e")]),
        ({"d": {"b": 2}, "p": {}}, {"p": {"d": {"b": 2}}}, [("rename", "/d", "/p/d")]),
        ({"a": 1, "b": 2}, {"a": 2, "b": 1}, [("modify", "/a"), ("modify", "/b")]),
        (
            {"d": {"x": 1}, "e": {"y": 2}},
            {"d": {"y": 2}, "e": {"x": 1}},
            [("rename", "/d/x", "/e/x"), ("rename", "/e/y", "/d/y")],
        ),
        ({"a": 1}, {"a": {"b": 2}}, [("add", "/a"), ("delete", "/a")]),
        ({"a": {"b": 2}}, {"a": 1}, [("add", "/a"), ("delete", "/a")]),
        # What stood at a path of both kinds is no source and no target of a move.
        ({"a": 1}, {"a": {"b": 2}, "c": 1}, [("add", "/a"), ("add", "/c"), ("delete", "/a")]),
        ({"a": {"x": 2}, "c": 1}, {"a": 1}, [("add", "/a"), ("delete", "/a"), ("delete", "/c")]),
        # A chain, and a ring, are told by content.
        ({"a": 1, "b": 2}, {"b": 1, "c": 2}, [("add", "/c"), ("delete", "/a"), ("modify", "/b")]),
        ({"a": 1, "b": 2, "c": 3}, {"a": 2, "b": 3, "c": 1}, [("modify", "/a"), ("modify", "/b"), ("modify", "/c")]),
        # Of several sources the one of the same name is taken, else the one of the same folder, else any.
        (
            {"a": 1, "d": {"b": 1}, "t": {}},
            {"d": {}, "t": {"b": 1, "a": 1}},
            [("rename", "/a", "/t/a"), ("rename", "/d/b", "/t/b")],
        ),
        ({"a": 1, "d": {"b": 1}}, {"d": {"c": 1}}, [("delete", "/a"), ("rename", "/d/b", "/d/c")]),
        ({"a": 1, "t": {}}, {"t": {"x": 1, "y": 1}}, [("add", "/t/x"), ("rename", "/a", "/t/y")]),
        # Empty files and folders are all alike: a move needs a name or a folder in common.
        ({"a": 0, "t": {"k": 5}}, {"t": {"k": 5, "x": 0}}, [("add", "/t/x"), ("delete", "/a")]),
        ({"a": 0, "t": {"k": 5}}, {"t": {"k": 5, "a": 0}}, [("rename", "/a", "/t/a")]),
        ({"a": {}}, {"b": {}}, [("rename", "/a", "/b")]),
        ({"a": 0}, {"b": {}}, [("add", "/b"), ("delete", "/a")]),
    ],
    ids=range(22),
)
def test_differences_are_told_as_people_would(
    objects: ObjectStore, old: Tree, new: Tree, expected: list[tuple[str, ...]]
) -> None:
    assert find(objects, old, new) == expected


def test_nothing_is_told_of_equal_trees(objects: ObjectStore) -> None:
    tree: Tree = {"a": 1, "d": {"b": 2}}
    assert find(objects, tree, tree) == []


def test_very_many_differences_are_told_without_renames(objects: ObjectStore) -> None:
    count = differences.MAX_PAIRED // 2
    old: Tree = {f"a{number}": number + 1 for number in range(count)}
    new: Tree = {f"b{number}": number + 1 for number in range(count)}
    assert {kind for kind, *_ in find(objects, old, new)} == {"rename"}
    kinds = [kind for kind, *_ in find(objects, old | {"z": 9}, new)]
    assert (kinds.count("add"), kinds.count("delete")) == (count, count + 1)


contents = st.recursive(
    st.integers(0, 3), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=12
)
roots = st.dictionaries(st.sampled_from("abcd"), contents, max_size=4)


@given(roots, roots)
@settings(deadline=None)
def test_differences_lead_from_the_old_tree_to_the_new_one(objects: ObjectStore, old: Tree, new: Tree) -> None:
    trees = Trees(objects, "b1f2ad61-9164-418a-a47f-ab805dbd5694")
    paths = flat(old)
    found = list(differences.differences(trees, keep(trees, old), keep(trees, new))())
    for item in found:
        if item.new is None:
            paths = {path: value for path, value in paths.items() if not is_below(path, item.path)}
    for item in found:
        if item.new is None:
            continue
        if item.old_path is not None:
            source = item.old_path
            moved = {item.path + path[len(source) :]: paths.pop(path) for path in list(paths) if is_below(path, source)}
            assert not moved.keys() & paths.keys()
            paths.update(moved)
        elif item.old is None:
            assert item.path not in paths
            paths.update({path: value for path, value in flat(new).items() if is_below(path, item.path)})
        elif not item.new.is_dir:
            paths[item.path] = item.new.size
    assert paths == flat(new)


def flat(tree: Tree, prefix: str = "") -> dict[str, int | None]:
    """Return the content of files by path, None for folders."""
    found: dict[str, int | None] = {}
    for name, value in tree.items():
        path = f"{prefix}/{name}"
        found[path] = None if isinstance(value, dict) else value
        if isinstance(value, dict):
            found |= flat(value, path)
    return found


def is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


@pytest.mark.parametrize("paired", [2000, 1])
@pytest.mark.parametrize("order", [("/a", *others) for others in permutations(["/b", "/d", "/e"])], ids=range(6))
def test_names_are_exchanged_in_any_order(
    core: Core, ann: Actor, library: RepoInfo, monkeypatch: pytest.MonkeyPatch, paired: int, order: tuple[str, ...]
) -> None:
    monkeypatch.setattr(differences, "MAX_PAIRED", paired)
    put(core, ann, library.id, {"/a": b"1", "/b": b"22", "/d": None, "/d/x": b"333", "/e": None, "/e/y": b"4"})
    before = content_of(core, ann, library.id)
    ring = dict(zip(order, [*order[1:], order[0]], strict=True))
    apply(core, ann, library.id, *(("move", path, f"{path}-away") for path in order))
    assert_consistent(core, library.id)
    apply(core, ann, library.id, *(("move", f"{path}-away", ring[path]) for path in order))
    assert_consistent(core, library.id)
    apply(
        core,
        ann,
        library.id,
        *(("move", path, f"{path}-away") for path in order),
        *(("move", f"{path}-away", ring[path]) for path in reversed(order)),
    )
    assert_consistent(core, library.id)
    twice = {path: ring[ring[path]] for path in order}
    expected = {twice[path[:2]] + path[2:]: body for path, body in before.items()}
    assert content_of(core, ann, library.id) == expected


def test_a_kind_is_changed_in_one_commit(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"1", "/d": None, "/d/x": b"333", "/c": b"1"})
    apply(core, ann, library.id, ("move", "/a", "/t"), ("move", "/d", "/a"), ("move", "/t", "/d"))
    assert told(core, library.id) == [("add", "/a"), ("add", "/d"), ("delete", "/a"), ("delete", "/d")]
    assert content_of(core, ann, library.id) == {"/a": None, "/a/x": b"333", "/d": b"1", "/c": b"1"}
    assert_consistent(core, library.id)


def test_a_streamed_change_leaves_the_same_index_as_a_paired_one(
    core: Core, ann: Actor, library: RepoInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(core, ann, library.id, {"/d": None, **{f"/d/{number}": b"%d" % number for number in range(30)}, "/e": None})
    apply(core, ann, library.id, *(("move", f"/d/{number}", f"/e/{number}") for number in range(20)))
    assert {kind for kind, *_ in told(core, library.id)} == {"rename"}
    paired = index_of(core, library.id)
    apply(core, ann, library.id, *(("move", f"/e/{number}", f"/d/{number}") for number in range(20)))
    monkeypatch.setattr(differences, "MAX_PAIRED", 10)
    apply(core, ann, library.id, *(("move", f"/d/{number}", f"/e/{number}") for number in range(20)))
    assert {kind for kind, *_ in told(core, library.id)} == {"add", "delete"}
    assert index_of(core, library.id) == paired
    assert_consistent(core, library.id)
