"""The derived tables tell exactly what the commits hold, whatever was done in whatever order."""

import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from syncfile.core import derived, differences
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.heads import advance, new_commit, root_of
from syncfile.core.history import iter_revisions
from syncfile.core.paths import is_within, join, nfc, split
from syncfile.core.reindex import reindex
from syncfile.core.repos import create_repo, edit_repo
from syncfile.core.tree import Edit, Snapshot, Trees
from syncfile.errors import AlreadyExists, BadPath, NotFound, ParentMissing
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_FILE, Dirent, sort_key
from tests.core.content import (
    Content,
    apply,
    assert_complete,
    assert_consistent,
    changes_of,
    content_of,
    current,
    index_of,
    ingest,
    put,
)

NFC, NFD = "caf\u00e9", "cafe\u0301"
#: Names whose hash ends a page, should there be 40 entries before them.
BORDERS = [name for name in (f"n{number}" for number in range(400)) if zlib.crc32(sort_key(name)) % 40 == 0][:4]
NAMES = ["a", "b", "A", "c.txt", NFC, NFD, *BORDERS]
BODIES = [b"", b"", b"one", b"two", b"three" * 100]

names = st.sampled_from(NAMES)
bodies = st.sampled_from(BODIES)
numbers = st.integers(0, 10_000)
#: What an edit may refuse; the model then stays as it was.
REFUSED = (AlreadyExists, BadPath, NotFound, ParentMissing)


class Model:
    """A library as a dict, by the rules of ``Edit``."""

    def __init__(self, content: Content) -> None:
        self.content = content

    def find(self, path: str) -> str | None:
        """Return the path as it is stored; a name counts as given, else composed."""
        stored = "/"
        for name in path.split("/")[1:] if path != "/" else []:
            tries = [join(stored, name), join(stored, nfc(name))]
            found = next((each for each in tries if each in self.content), None)
            if found is None:
                return None
            stored = found
        return stored

    def place(self, path: str) -> str | None:
        """Return where something new at ``path`` is stored; None if its folder is not there."""
        parent = self.find(split(path)[0])
        if parent is None or (parent != "/" and self.content[parent] is not None):
            return None
        return join(parent, nfc(split(path)[1]))

    def below(self, path: str) -> list[str]:
        """Return the path and all below it."""
        return [each for each in self.content if is_within(each, path)]

    def put(self, path: str, body: bytes | None, *, replace: bool = False) -> bool:
        found = self.find(path)
        place = found or self.place(path)
        if place is None or (found and (body is None or not replace or self.content[found] is None)):
            return False
        self.content[place] = body
        return True

    def remove(self, path: str) -> bool:
        found = self.find(path)
        if found is None:
            return False
        for each in self.below(found):
            del self.content[each]
        return True

    def move(self, source: str, target: str) -> bool:
        found, place = self.find(source), self.place(target)
        if found is None or place is None or self.find(target) or nfc(place).startswith(nfc(found) + "/"):
            return False
        moved = {place + each[len(found) :]: self.content.pop(each) for each in self.below(found)}
        self.content.update(moved)
        return True

    def copy(self, source: str, target: str) -> bool:
        found, place = self.find(source), self.place(target)
        if found is None or place is None or self.find(target):
            return False
        self.content.update({place + each[len(found) :]: self.content[each] for each in self.below(found)})
        return True


class Editing(RuleBasedStateMachine):
    """Random commits on a library, beside the same on a dict."""

    core: Core
    actor: Actor

    @initialize()
    def begin(self) -> None:
        assert self.actor.account_id is not None
        self.repo_id = create_repo(self.core, self.actor.account_id, "Random").id
        self.model = Model({})

    def _path(self, number: int, name: str) -> str:
        """Return a path for something new: a name in one of the folders that there are."""
        folders = ["/", *(path for path, body in self.model.content.items() if body is None)]
        return join(folders[number % len(folders)], name)

    def _old_path(self, number: int) -> str:
        paths = list(self.model.content) or ["/missing"]
        return paths[number % len(paths)]

    def _call(self, expected: bool, call: Callable[..., object], *arguments: object, **options: object) -> None:
        """Make a call on an edit that goes on after an error, as a batch does."""
        try:
            call(*arguments, **options)
        except REFUSED:
            assert not expected
        else:
            assert expected

    def _step(self, edit: Edit, kind: str, number: int, name: str, body: bytes) -> None:
        old, new = self._old_path(number), self._path(number // 7, name)
        model = self.model
        if kind == "file":
            file = ingest(self.core, self.actor, self.repo_id, body)
            replace = bool(number % 2)
            path = old if number % 3 == 0 else new
            self._call(model.put(path, body, replace=replace), edit.put_file, path, file, replace=replace)
        elif kind == "folder":
            self._call(model.put(new, None), edit.make_dir, new)
        elif kind == "remove":
            self._call(model.remove(old), edit.remove, old)
        elif kind == "move":
            self._call(model.move(old, new), edit.move, old, new)
        elif len(model.below(old)) < 60:
            self._call(model.copy(old, new), lambda: edit.put_entry(new, edit.get(old)))

    steps = st.tuples(st.sampled_from(["file", "folder", "remove", "move", "copy"]), numbers, names, bodies)

    @rule(step=steps)
    def edit(self, step: tuple[str, int, str, bytes]) -> None:
        with edit_repo(self.core, self.actor, self.repo_id) as edit:
            self._step(edit, *step)

    @rule(batch=st.lists(steps, min_size=2, max_size=8))
    def edit_much_at_once(self, batch: list[tuple[str, int, str, bytes]]) -> None:
        with edit_repo(self.core, self.actor, self.repo_id) as edit:
            for step in batch:
                self._step(edit, *step)

    @rule(one=numbers, other=numbers)
    def swap(self, one: int, other: int) -> None:
        first, second = self._old_path(one), self._old_path(other)
        model, spare = self.model, "/spare"
        if first == second or is_within(first, second) or is_within(second, first) or first not in model.content:
            return
        with edit_repo(self.core, self.actor, self.repo_id) as edit:
            for source, target in ((first, spare), (second, nfc(first)), (spare, nfc(second))):
                self._call(model.move(source, target), edit.move, source, target)

    @rule(folder=numbers, start=st.integers(0, 3), body=bodies)
    def fill_many(self, folder: int, start: int, body: bytes) -> None:
        """Make a folder have pages, and let page borders move."""
        parent = split(self._path(folder, "x"))[0]
        file = ingest(self.core, self.actor, self.repo_id, body)
        with edit_repo(self.core, self.actor, self.repo_id) as edit:
            for number in range(start * 40, start * 40 + 90):
                path = join(parent, f"n{number}")
                self._call(self.model.put(path, body), edit.put_file, path, file)

    @rule(folder=numbers, step=st.integers(1, 3))
    def thin_out(self, folder: int, step: int) -> None:
        parent = split(self._path(folder, "x"))[0]
        with edit_repo(self.core, self.actor, self.repo_id) as edit:
            for number in range(0, 220, step):
                path = join(parent, f"n{number}")
                self._call(self.model.remove(path), edit.remove, path)

    @rule(number=numbers, name=names)
    def push(self, number: int, name: str) -> None:
        """Put an empty file into the root under its name verbatim, as a sync client may."""
        repo = current(self.core, self.repo_id)
        trees = Trees(self.core.objects, repo.id)
        root = trees.open(root_of(self.core, repo)).with_(Dirent(name, EMPTY_ID, MODE_FILE, number, 0, "bob"))
        commit = new_commit(self.core, repo, trees.keep(root), "bob", "")
        advance(self.core, repo, trees, commit, self.actor)
        for path in self.model.below("/" + name):
            del self.model.content[path]
        self.model.content["/" + name] = b""

    @rule()
    def fill_the_tables_again(self) -> None:
        before = (
            index_of(self.core, self.repo_id),
            changes_of(self.core, self.repo_id),
            current(self.core, self.repo_id),
        )
        reindex(self.core, self.repo_id)
        after = index_of(self.core, self.repo_id), changes_of(self.core, self.repo_id), current(self.core, self.repo_id)
        assert after == before

    @invariant()
    def tables_tell_the_tree(self) -> None:
        if not hasattr(self, "model"):
            return
        index = index_of(self.core, self.repo_id)
        assert {path: row[1] for path, row in index.items()} == {
            path: body is None for path, body in self.model.content.items()
        }
        assert_consistent(self.core, self.repo_id)

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        assert content_of(self.core, self.actor, self.repo_id) == self.model.content
        assert_complete(self.core, self.repo_id)
        self.fill_the_tables_again()
        for path, body in self.model.content.items():
            if body is not None:
                assert_history(self.core, self.repo_id, path)


def assert_history(core: Core, repo_id: str, path: str) -> None:
    """Check each revision of a live file against the tree of its commit."""
    revisions = list(iter_revisions(core.db, core.objects, repo_id, path))
    entry = Snapshot(Trees(core.objects, repo_id), root_of(core, current(core, repo_id))).find(path)
    assert entry is not None
    assert [revision.kind == "add" for revision in revisions] == [False] * (len(revisions) - 1) + [True]
    assert revisions[0].object_id == entry.id
    for revision in revisions:
        commit = core.objects.get_commit(repo_id, revision.commit_id)
        then = Snapshot(Trees(core.objects, repo_id), commit.root_id).find(revision.path)
        assert then is not None
        assert (then.id, then.size) == (revision.object_id, revision.size)
        if revision.old_path is not None:
            assert commit.parent_id is not None
            parent = core.objects.get_commit(repo_id, commit.parent_id)
            before = Snapshot(Trees(core.objects, repo_id), parent.root_id).find(revision.old_path)
            assert before is not None
            assert before.id == revision.object_id


@pytest.mark.parametrize("paired", [2000, 3])
def test_random_commits_leave_tables_that_tell_the_tree(
    core: Core, ann: Actor, monkeypatch: pytest.MonkeyPatch, paired: int
) -> None:
    monkeypatch.setattr(differences, "MAX_PAIRED", paired)
    machine = type("OfThisStore", (Editing,), {"core": core, "actor": ann})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_a_pushed_size_that_lies_is_counted_alike_in_every_table(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"12345", "/d": None})
    file = index_of(core, library.id)["/a"][2]
    for name, size in (("a", 3), ("b", 7)):
        repo = current(core, library.id)
        trees = Trees(core.objects, library.id)
        root = trees.open(root_of(core, repo)).without("a").with_(Dirent(name, file, MODE_FILE, 1, size, "x"))
        advance(core, repo, trees, new_commit(core, repo, trees.keep(root), "x", ""), ann)
        assert_consistent(core, library.id)


def test_totals_are_those_of_all_below_a_folder(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": None, "/a/b": None, "/a/b/f": b"12", "/a/g": b"345", "/h": b"6"})
    totals = [derived.totals_below(core.db, library.id, path) for path in ("/", "/a", "/a/b", "/a/g", "/missing")]
    assert totals == [(6, 3), (5, 2), (2, 1), (3, 1), (0, 0)]


def test_a_search_key_is_composed_and_folded() -> None:
    assert derived.name_key("STRASSE " + NFD.upper()) == derived.name_key("straße " + NFC)


def test_a_lost_row_is_told_and_healed(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"1"})
    with core.db.transaction():
        derived.clear(core.db, library.id)
    with pytest.raises(LookupError, match="syncfile reindex"):
        apply(core, ann, library.id, ("remove", "/a"))
    reindex(core, library.id)
    apply(core, ann, library.id, ("remove", "/a"))
    assert_consistent(core, library.id)


def test_a_very_deep_pushed_tree_is_indexed_renamed_and_removed(core: Core, ann: Actor, library: RepoInfo) -> None:
    trees = Trees(core.objects, library.id)
    dir_id = EMPTY_ID
    for _ in range(1500):
        dir_id = trees.keep(trees.open(EMPTY_ID).with_(Dirent("d", dir_id, MODE_DIR, 1)))
    repo = current(core, library.id)
    advance(core, repo, trees, new_commit(core, repo, dir_id, "x", ""), ann)
    assert len(core.db.rows("SELECT id FROM entry WHERE repo_id = ?", library.id)) == 1500
    apply(core, ann, library.id, ("move", "/d", "/e"))
    apply(core, ann, library.id, ("remove", "/e"))
    assert_consistent(core, library.id)
