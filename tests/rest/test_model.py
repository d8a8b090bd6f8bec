"""Random edits through REST against a plain model of the tree: all that the server tells of it always agrees.

Half of the edits go through a shared folder, which is a library of its own to who has it.
"""

import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from syncfile.app import FACES
from syncfile.config import Config
from syncfile.core.door import CoreDoor
from syncfile.core.opening import close_core, open_core
from syncfile.core.paths import is_within, join, split
from tests.conftest import Answer, Server
from tests.rest.circle import give, with_ticking_clock
from tests.rest.people import Person
from tests.rest.people import join as sign_up

#: The content of files by path; None for folders.
Tree = dict[str, bytes | None]

FOLDERS, FILES = ("d", "e", "海"), ("a.txt", "b.txt", "C.jpg")
#: Picks one of however many things there are.
PICK = st.integers(0, 1000)

_versions = count()


@dataclass
class Model:
    """What is to be expected of the library.

    Attributes:
        tree: All that is in it.
        states: Id and tree of each commit that is still shown, newest first.
        removed: Path and commit id of each removal that is still kept, newest first, whether or not it is there again.
        held: What each removal took, by paths relative to it.
        versions: The contents that each file went through, newest first; None where the model lost track.
    """

    tree: Tree = field(default_factory=dict)
    states: list[tuple[str, Tree]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    held: dict[tuple[str, str], Tree] = field(default_factory=dict)
    versions: dict[str, list[bytes] | None] = field(default_factory=dict)

    def below(self, path: str) -> Tree:
        """Return what is at ``path`` and below it, by paths relative to it."""
        return {item[len(path) :]: body for item, body in self.tree.items() if is_within(item, path)}

    def add(self, path: str, what: Tree) -> None:
        for item, body in what.items():
            self.tree[path + item] = body
            if body is not None:
                self.versions[path + item] = [body]

    def take(self, path: str) -> Tree:
        taken = self.below(path)
        for item in taken:
            del self.tree[path + item]
            self.versions.pop(path + item, None)
        return taken

    def move(self, source: str, target: str) -> None:
        lines = {item: self.versions[source + item] for item in self.below(source) if source + item in self.versions}
        for item, body in self.take(source).items():
            self.tree[target + item] = body
        for item, line in lines.items():
            # What a folder above went through is no version of the file.
            self.versions[target + item] = [line[0], *line] if line and not item else line


class Edits(RuleBasedStateMachine):
    """Two people edit: the owner of a library, and who has a folder of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        config = Config(data=Path(self.folder.name) / "data", port=0)
        core = with_ticking_clock(open_core(config))
        self.core = core
        self.server = Server(config, CoreDoor(lambda: core), FACES)
        self.owner = sign_up(core, self.server.client, "ann")
        self.other = sign_up(core, self.server.client, "bob")
        self.model = Model()

    def teardown(self) -> None:
        self.server.stop()
        close_core(self.core)
        self.folder.cleanup()

    # --- how a call is made, and what follows from it

    @initialize()
    def begin(self) -> None:
        self.model.states.append((self.newest()["id"], {}))
        self.owner.client.post(f"/v1/repos/{self.owner.repo_id}/dirs/?p=/d")
        self.model.tree["/d"] = None
        self.landed()
        self.virtual_id = give(self.owner, self.other, "rw", "/d")

    def way(self, path: str, pick: int) -> tuple[Person, str, str]:
        """Return who edits ``path``, the library that they see, and what stands before its paths."""
        shared = self.shared
        if pick % 2 and shared and path.startswith(f"{shared}/"):
            return self.other, self.virtual_id, shared
        return self.owner, self.owner.repo_id, ""

    @property
    def shared(self) -> str | None:
        """The folder that the other one has, wherever it is by now; None once it is gone."""
        sql = "SELECT origin_path FROM repo WHERE id = ? AND deleted_at IS NULL"
        row = self.core.db.row(sql, self.virtual_id)
        return row[0] if row and row[0] in self.model.tree else None

    def call(self, path: str, pick: int, method: str, noun: str, **parts: Any) -> Answer:
        person, repo_id, prefix = self.way(path, pick)
        query = {"p": path[len(prefix) :]}
        return person.client.request(method, f"/v1/repos/{repo_id}/{noun}", query=query, **parts)

    def newest(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("history/?limit=1")["commits"][0]
        return found

    def get(self, what: str, *, virtual: bool = False) -> Any:
        person, repo_id = (self.other, self.virtual_id) if virtual else (self.owner, self.owner.repo_id)
        answer = person.client.get(f"/v1/repos/{repo_id}/{what}")
        assert answer.status == 200, answer.body
        return answer.json

    def landed(self, *removed: str, held: dict[str, Tree] | None = None) -> None:
        """Note that an edit became a commit, and what it removed."""
        commit_id = self.newest()["id"]
        assert commit_id != self.model.states[0][0]
        self.model.states.insert(0, (commit_id, dict(self.model.tree)))
        for path in removed:
            self.model.removed.insert(0, (path, commit_id))
            self.model.held[path, commit_id] = (held or {})[path]

    def folders(self) -> list[str]:
        return ["/", *sorted(path for path, body in self.model.tree.items() if body is None)]

    def paths(self) -> list[str]:
        return sorted(self.model.tree)

    def files(self) -> list[str]:
        return sorted(path for path, body in self.model.tree.items() if body is not None)

    # --- edits

    @precondition(lambda self: self.shared is None and len(self.folders()) > 1)
    @rule(folder=PICK)
    def share(self, folder: int) -> None:
        self.virtual_id = give(self.owner, self.other, "rw", pick(self.folders()[1:], folder))

    @rule(folder=PICK, name=st.sampled_from(FOLDERS), who=PICK)
    def make_folder(self, folder: int, name: str, who: int) -> None:
        path = join(pick(self.folders(), folder), name)
        answer = self.call(path, who, "POST", "dirs/")
        if path in self.model.tree:
            assert answer.status == 409
            return
        assert answer.status == 200
        self.model.tree[path] = None
        self.landed()

    @rule(folder=PICK, name=st.sampled_from(FILES), size=st.integers(0, 50))
    def put_file(self, folder: int, name: str, size: int) -> None:
        path = join(pick(self.folders(), folder), name)
        body = (b"%d." % next(_versions)).ljust(size, b".") if size else b""
        if self.model.tree.get(path) == body:
            return
        self.owner.put(path, body)
        self.model.tree[path] = body
        line = self.model.versions.setdefault(path, [])
        if line is not None:
            line.insert(0, body)
        self.landed()

    @precondition(lambda self: self.model.tree)
    @rule(what=PICK, name=PICK, who=PICK)
    def rename(self, what: int, name: int, who: int) -> None:
        source = pick(self.paths(), what)
        is_dir = self.model.tree[source] is None
        target = join(split(source)[0], pick(FOLDERS if is_dir else FILES, name))
        noun = "dirs/action" if is_dir else "files/action"
        answer = self.call(source, who, "POST", noun, form={"action": "rename", "newname": split(target)[1]})
        if target in self.model.tree:
            assert answer.status == 409
            return
        assert answer.status == 200, answer.body
        self.model.move(source, target)
        self.landed()

    @precondition(lambda self: self.model.tree)
    @rule(what=PICK, folder=PICK, who=PICK, action=st.sampled_from(("copy", "move")))
    def bring(self, what: int, folder: int, who: int, action: str) -> None:
        source = pick(self.paths(), what)
        person, repo_id, prefix = self.way(source, who)
        target = join(
            pick([path for path in self.folders() if is_within(path, prefix or "/")], folder), split(source)[1]
        )
        body = {"action": action, "paths": [source[len(prefix) :]], "dst_dir": split(target)[0][len(prefix) :] or "/"}
        answer = person.client.post(f"/v1/repos/{repo_id}/batch", json=body)
        if action == "move" and is_within(target, source) and target != source:
            assert answer.status == 400
        elif target in self.model.tree:
            assert answer.status == 409
        else:
            assert answer.status == 200, answer.body
            if action == "move":
                self.model.move(source, target)
            else:
                self.model.add(target, self.model.below(source))
            self.landed()

    @precondition(lambda self: self.model.tree)
    @rule(one=PICK, other=PICK, who=PICK)
    def delete(self, one: int, other: int, who: int) -> None:
        first = pick(self.paths(), one)
        person, repo_id, prefix = self.way(first, who)
        second = pick(self.paths(), other)
        chosen = [first]
        if second.startswith(f"{prefix}/") and not is_within(first, second) and not is_within(second, first):
            chosen.append(second)
        body = {"action": "delete", "paths": [path[len(prefix) :] for path in chosen]}
        answer = person.client.post(f"/v1/repos/{repo_id}/batch", json=body)
        assert answer.status == 200, answer.body
        held = {path: self.model.take(path) for path in chosen}
        self.landed(*chosen, held=held)

    @precondition(lambda self: self.trash())
    @rule(what=PICK)
    def restore(self, what: int) -> None:
        path, commit_id = pick(self.trash(), what)
        form = {"p": path, "commit_id": commit_id}
        answer = self.owner.client.post(f"/v1/repos/{self.owner.repo_id}/trash/", form=form)
        assert (answer.status, answer.json) == (200, {"path": path})
        folder = split(path)[0]
        while folder != "/":
            self.model.tree.setdefault(folder, None)
            folder = split(folder)[0]
        self.model.add(path, self.model.held[path, commit_id])
        self.landed()

    @precondition(lambda self: any(self.model.versions.values()))
    @rule(what=PICK, version=PICK, who=PICK)
    def revert_file(self, what: int, version: int, who: int) -> None:
        path = pick(sorted(path for path, line in self.model.versions.items() if line), what)
        line = self.model.versions[path]
        assert line
        commits = self.call(path, 0, "POST", "files/action", form={"action": "history"}).json["commits"]
        number = version % len(line)
        form = {"action": "revert", "commit_id": commits[number]["id"]}
        assert self.call(path, 0, "POST", "files/action", form=form).status == 200
        if line[number] != line[0]:
            self.model.tree[path] = line[number]
            line.insert(0, line[number])
            self.landed()

    @rule(what=PICK)
    def revert_library(self, what: int) -> None:
        commit_id, tree = pick(self.model.states, what)
        form = {"action": "revert", "commit_id": commit_id}
        answer = self.owner.client.post(f"/v1/repos/{self.owner.repo_id}/dirs/action?p=/", form=form)
        assert answer.status == 200, answer.body
        newest = self.newest()
        if newest["id"] == self.model.states[0][0]:
            assert self.model.tree == tree
            return
        model = self.model
        model.tree = dict(tree)
        model.states.insert(0, (newest["id"], dict(tree)))
        # What such a commit removed, and what it only moved, is for the server to say.
        model.versions = {path: None for path, body in tree.items() if body is not None}
        old = model.states[1][1]
        known = set(model.removed)
        for item in reversed(self.get("trash/?limit=1000")["items"]):
            place = (item["path"], item["commit_id"])
            if place not in known:
                assert item["commit_id"] == newest["id"]
                model.removed.insert(0, place)
                model.held[place] = {
                    path[len(place[0]) :]: body for path, body in old.items() if is_within(path, place[0])
                }

    @rule()
    def empty_trash(self) -> None:
        answer = self.owner.client.delete(f"/v1/repos/{self.owner.repo_id}/trash/")
        assert answer.status == 204
        model = self.model
        model.removed.clear()
        del model.states[1:]
        for line in model.versions.values():
            if line:
                del line[1:]

    # --- what has to agree

    def trash(self) -> list[tuple[str, str]]:
        return [(path, commit_id) for path, commit_id in self.model.removed if path not in self.model.tree]

    @invariant()
    def listings_agree(self) -> None:
        assert listed(self.get("dirs/?recursive=1")) == sizes(self.model.tree)
        if self.shared:
            inside = self.model.below(self.shared)
            del inside[""]
            assert listed(self.get("dirs/?recursive=1", virtual=True)) == sizes(inside)
            assert self.get("", virtual=True)["size"] == total(inside)
        else:
            assert self.other.client.get(f"/v1/repos/{self.virtual_id}/").status == 404

    @invariant()
    def sizes_agree(self) -> None:
        shown = self.get("")
        assert (shown["size"], shown["file_count"]) == (total(self.model.tree), len(self.files()))
        assert self.owner.client.get(f"/v1/accounts/{self.owner.id}/").json["usage"] == total(self.model.tree)

    @invariant()
    def search_agrees(self) -> None:
        for word in ("a.TXT", "海", "c.j"):
            found = self.owner.client.get("/v1/search/", query={"q": word, "per_page": 100}).json
            paths = [path for path in self.model.tree if word.lower() in split(path)[1].lower()]
            assert found["total"] == len(paths)
            assert {item["fullpath"] for item in found["results"]} == set(paths[:100])
            inside = [path for path in paths if path.startswith(f"{self.shared}/")]
            mine = self.other.client.get("/v1/search/", query={"q": word, "repo_id": self.virtual_id})
            assert mine.json.get("total", 0) == len(inside)

    @invariant()
    def history_agrees(self) -> None:
        assert [item["id"] for item in self.get("history/?limit=1000")["commits"]] == [
            commit_id for commit_id, _ in self.model.states
        ]
        for path, line in self.model.versions.items():
            if line is not None:
                commits = self.call(path, 0, "POST", "files/action", form={"action": "history"}).json["commits"]
                assert [item["rev_file_size"] for item in commits] == [len(body) for body in line]

    @invariant()
    def trash_agrees(self) -> None:
        shown = [(item["path"], item["commit_id"]) for item in self.get("trash/?limit=1000")["items"]]
        assert sorted(shown) == sorted(self.trash())
        assert [self.age(commit_id) for _, commit_id in shown] == sorted(self.age(item[1]) for item in shown)
        if self.shared:
            below = f"{self.shared}/"
            inside = sorted(
                (path[len(below) - 1 :], commit_id) for path, commit_id in self.trash() if path.startswith(below)
            )
            listed_there = self.get("trash/?limit=1000", virtual=True)["items"]
            assert sorted((item["path"], item["commit_id"]) for item in listed_there) == inside

    def age(self, commit_id: str) -> int:
        """Return how many commits came after one."""
        return [item for item, _ in self.model.states].index(commit_id)


def pick(things: Any, number: int) -> Any:
    return things[number % len(things)]


def sizes(tree: Tree) -> dict[str, int | None]:
    return {path: None if body is None else len(body) for path, body in tree.items()}


def listed(items: list[dict[str, Any]]) -> dict[str, int | None]:
    return {join(item["parent_dir"], item["name"]): item.get("size") for item in items}


def total(tree: Tree) -> int:
    return sum(len(body) for body in tree.values() if body is not None)


TestEdits = Edits.TestCase
# No shrinking: every try is a server of its own, and minutes would go by.
TestEdits.settings = settings(
    max_examples=12,
    phases=[Phase.generate],
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
