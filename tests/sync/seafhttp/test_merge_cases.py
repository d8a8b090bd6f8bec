"""All merge cases with the reference server's result, pushed over the wire by two people."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.repos import create_repo
from syncfile.core.shares import account_receiver, share_repo
from tests.core.accounts import actor_of, add
from tests.sync.seafhttp.conftest import Connect
from tests.sync.seafhttp.peer import Tree, build

DATA = Path(__file__).parents[2] / "core" / "data" / "merge-cases.jsonl"
CASES = [json.loads(line) for line in DATA.read_text().splitlines()]
STAMP = re.compile(r"\d{4}(-\d\d){5}")


@pytest.fixture(scope="module")
def people(core: Core) -> tuple[Actor, Actor]:
    """Who pushes base and head, and who pushes the remote side."""
    return actor_of(add(core, "ann@example.com")), actor_of(add(core, "bob@example.com"))


def filled(tree: dict[str, Any]) -> Tree:
    """Return the tree with contents in the place of numbers."""
    return {name: filled(value) if isinstance(value, dict) else b"%d" % value for name, value in tree.items()}


def flatten(tree: dict[str, Any], prefix: str = "") -> Iterator[list[str | int | None]]:
    for name, value in tree.items():
        shown = prefix + STAMP.sub("TIME", name)
        if isinstance(value, dict):
            yield [f"{shown}/", None]
            yield from flatten(value, f"{shown}/")
        else:
            yield [shown, int(value)]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_pushes_are_merged_as_by_the_reference(
    case: dict[str, Any], core: Core, connect: Connect, people: tuple[Actor, Actor]
) -> None:
    ann, bob = people
    assert ann.account_id is not None
    library = create_repo(core, ann.account_id, "Merged")
    share_repo(core, ann, library.id, account_receiver(core, "bob@example.com"), "rw")
    mine, theirs = connect(ann, library.id), connect(bob, library.id)
    built = build(filled(case["base"]), "base@x")
    base = mine.new_commit(built.root_id)
    head = mine.new_commit(build(filled(case["head"]), "head@x", into=built).root_id, description="head")
    remote = theirs.new_commit(build(filled(case["remote"]), "rem@x", into=built).root_id, description="remote")
    mine.send(built)
    assert mine.push(base).status == 200
    for peer, commit in ((mine, head), (theirs, remote)):
        pushed = peer.push(peer.new_commit(commit.root_id, base.id, description=commit.description))
        assert pushed.status == 200
    assert list(flatten(mine.clone())) == case["result"]
    merged = mine.commit(mine.head())
    assert (merged["new_merge"], merged.get("conflict", 0)) == (1, int(case["conflict"]))
