"""The merge, against 200 cases with the tree that the reference server made of them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncfile.core.merge import conflict_name, merge_trees
from syncfile.core.tree import Trees
from syncfile.store.object_store import ObjectStore
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_FILE, Dirent

CASES = [json.loads(line) for line in (Path(__file__).parent / "data" / "merge-cases.jsonl").read_text().splitlines()]
REPO_ID = "b1f2ad61-9164-418a-a47f-ab805dbd5694"
MODIFIERS = {"base": "base@x", "head": "head@x", "remote": "rem@x"}
STAMP = re.compile(r"\d{4}(-\d\d){5}")


@pytest.fixture
def trees(objects: ObjectStore) -> Trees:
    return Trees(objects, REPO_ID)


def plant(trees: Trees, tree: dict[str, Any], modifier: str) -> str:
    """Keep a tree of ``name -> int or tree`` and return its root's id."""
    changes: dict[str, Dirent | None] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            changes[name] = Dirent(name, plant(trees, value, modifier), MODE_DIR, 1_700_000_000)
        else:
            changes[name] = Dirent(name, f"{value + 1:040x}", MODE_FILE, 1_700_000_000, value, modifier)
    return trees.keep(trees.open(EMPTY_ID).edit(changes))


def flatten(trees: Trees, dir_id: str, prefix: str = "") -> Iterator[list[str | int | None]]:
    for entry in trees.open(dir_id).iter(ascending=False):
        name = STAMP.sub("TIME", entry.name)
        if entry.is_dir:
            yield [f"{prefix}{name}/", None]
            yield from flatten(trees, entry.id, f"{prefix}{name}/")
        else:
            yield [prefix + name, int(entry.id, 16) - 1]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_merge_gives_the_tree_of_the_reference(case: dict[str, Any], trees: Trees) -> None:
    base, head, remote = (plant(trees, case[side], MODIFIERS[side]) for side in ("base", "head", "remote"))
    merged = merge_trees(trees, base, head, remote, "bob@example.com")
    assert list(flatten(trees, merged.root_id)) == case["result"]
    assert merged.has_conflict == case["conflict"]


def test_conflict_name_keeps_the_extension_and_tells_who_and_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.localtime", __import__("time").gmtime)
    assert conflict_name("a.tar.gz", "ann", 0) == "a.tar (SFConflict ann 1970-01-01-00-00-00).gz"
    assert conflict_name("Makefile", "ann", 0) == "Makefile (SFConflict ann 1970-01-01-00-00-00)"


def test_a_conflict_name_that_is_taken_gets_a_number(trees: Trees) -> None:
    base = plant(trees, {"a": 1}, "base@x")
    taken = conflict_name("a", "rem@x", 1_700_000_000)
    head = plant(trees, {"a": 2, taken: 7}, "head@x")
    remote = plant(trees, {"a": 3, f"{taken} (1)": 8}, "rem@x")
    merged = merge_trees(trees, base, head, remote, "bob@example.com")
    assert {name: value for name, value in flatten(trees, merged.root_id)} == {
        "a": 2,
        "a (SFConflict rem@x TIME)": 7,
    } | {f"a (SFConflict rem@x TIME) ({number})": value for number, value in ((1, 8), (2, 3))}


def test_very_deep_trees_are_merged(trees: Trees) -> None:
    def deep(leaves: dict[str, Any]) -> str:
        dir_id = plant(trees, leaves, "x")
        for _ in range(1500):
            dir_id = trees.keep(trees.open(EMPTY_ID).with_(Dirent("d", dir_id, MODE_DIR, 1_700_000_000)))
        return dir_id

    base, head, remote = deep({"a": 1}), deep({"a": 1, "b": 2}), deep({"a": 1, "c": 3})
    merged = merge_trees(trees, base, head, remote, "bob@example.com")
    assert (merged.root_id, merged.has_conflict) == (deep({"a": 1, "b": 2, "c": 3}), False)
