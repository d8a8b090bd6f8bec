"""Garbage is collected without pause while people upload, sync, delete, restore and copy: nothing that is used goes."""

import os
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from syncfile.config import Config
from syncfile.core import gc, moves, ownership, trash
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.fsck import check
from syncfile.core.gc import Freed, collect
from syncfile.core.repos import create_repo, edit_repo, open_repo
from syncfile.core.tokens import issue
from syncfile.errors import NotFound
from tests.conftest import Server
from tests.core.accounts import actor_of, add
from tests.core.content import content_of, ingest
from tests.sync.seafhttp.peer import Peer

SECONDS = float(os.environ.get("SYNCFILE_RACE_SECONDS", "10"))
SEED = int(os.environ.get("SYNCFILE_RACE_SEED", secrets.randbits(32)))
GRACE_SECONDS = 2  # twice that, while blocks arrive, is many times what one of the changes here takes
POOL = 600  # contents: few enough that each comes again, many enough that it is old by then
PUSH_TRIES = 20


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data=tmp_path / "data", port=0, gc_grace=GRACE_SECONDS)


def content(number: int) -> bytes:
    """Return one of the contents: of every other, the block is a row of the database."""
    return sha256(str(number).encode()).digest() * (1100 if number % 2 else 20)


def name_of(number: int) -> str:
    return f"{number}-{secrets.token_hex(4)}"


@dataclass
class Household:
    """People at work in three libraries: without history, with all of it, and one that is only synced."""

    core: Core
    actor: Actor
    plain_id: str
    kept_id: str
    peer: Peer
    stop: threading.Event = field(default_factory=threading.Event)
    done: dict[str, int] = field(default_factory=dict)

    def repeat(self, seed: float, act: Callable[[Random], None]) -> None:
        random = Random(seed)
        try:
            while not self.stop.is_set():
                act(random)
                name = act.__name__
                self.done[name] = self.done.get(name, 0) + 1
        except BaseException:
            self.stop.set()
            raise

    def upload(self, random: Random) -> None:
        number = random.randrange(POOL)
        repo_id = random.choice((self.plain_id, self.kept_id))
        file = ingest(self.core, self.actor, repo_id, content(number))
        with edit_repo(self.core, self.actor, repo_id) as edit:
            edit.put_file(f"/{name_of(number)}", file)

    def break_off(self, random: Random) -> None:
        ingest(self.core, self.actor, self.plain_id, content(random.randrange(POOL)))
        self.stop.wait(0.01)

    def delete(self, random: Random) -> None:
        repo_id = random.choice((self.plain_id, self.kept_id))
        with edit_repo(self.core, self.actor, repo_id) as edit:
            names = [entry.name for entry in edit.directory("/").iter()]
            for name in random.sample(names, len(names) // 3):
                edit.remove(f"/{name}")
        self.stop.wait(0.1)

    def copy(self, random: Random) -> None:
        source, target = random.sample((self.plain_id, self.kept_id), 2)
        names = [entry.name for entry in open_repo(self.core, self.actor, source).directory("/").iter()]
        for name in random.sample(names, min(3, len(names))):
            try:
                moves.copy(self.core, self.actor, source, {f"/{name}": f"/{name}"}, target, free_names=True)
            except NotFound:  # deleted by somebody else
                continue

    def restore(self, random: Random) -> None:
        items = trash.list_trash(self.core, self.actor, self.kept_id, 0, 50)
        if items:
            item = random.choice(items)
            trash.restore(self.core, self.actor, self.kept_id, [(item.path, item.commit_id)])
        self.stop.wait(0.02)

    def push(self, random: Random) -> None:
        tree = {str(number): content(number) for number in random.sample(range(POOL), 5)}
        for attempt in range(PUSH_TRIES):
            answer = self.peer.push_tree(tree, ctime=int(time.time()) + attempt, description=secrets.token_hex(4))
            if answer.status == 200:
                return
            assert answer.status == 446, answer  # blocks are to be sent again
        raise AssertionError("a push was refused again and again")

    def collect(self, random: Random) -> None:
        freed = collect(self.core)
        self.stop.wait(random.uniform(0, 0.1))
        self.done["blocks"] = self.done.get("blocks", 0) + freed.blocks


@pytest.fixture
def household(core: Core, server: Server) -> Household:
    account = add(core, "ann")
    actor = actor_of(account)
    ids = [create_repo(core, account.id, name).id for name in ("Plain", "Kept", "Synced")]
    for repo_id in (ids[0], ids[2]):
        ownership.update_repo(core, actor, repo_id, history_days=0)
    token = issue(core, "sync", account.id, lifetime=None, repo_id=ids[2])
    return Household(core, actor, ids[0], ids[1], Peer(server.client, ids[2], token, "ann"))


@pytest.mark.slow
def test_nothing_that_is_used_goes_and_all_that_is_not_does(
    household: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "UPLOAD_GRACES", 2)
    print(f"SYNCFILE_RACE_SEED={SEED}")
    core, random = household.core, Random(SEED)
    acts = [household.upload, household.upload, household.break_off, household.delete, household.copy]
    acts += [household.restore, household.push, household.collect]
    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(household.repeat, random.random(), act) for act in acts]
        household.stop.wait(SECONDS)
        household.stop.set()
        for future in running:
            future.result()
    print(household.done)
    assert set(household.done) >= {act.__name__ for act in acts}
    assert household.done["blocks"] > 0
    assert_whole(household)
    for days in (1, 2, 3):  # the second run removes the objects that the first has seen
        collect(later(core, days))
    assert collect(later(core, 4)) == Freed()
    assert_whole(household)
    for repo_id in (household.plain_id, household.peer.repo_id):
        stored = {block_id for block_id, _ in core.blocks.list(repo_id)}
        assert stored == used_blocks(household, repo_id)


def later(core: Core, days: int) -> Core:
    return replace(core, clock=lambda: time.time() + days * 86400)


def assert_whole(household: Household) -> None:
    core = household.core
    assert list(check(core, deep=True)) == []
    for repo_id in (household.plain_id, household.kept_id, household.peer.repo_id):
        for path, body in content_of(core, household.actor, repo_id).items():
            number = path[1:].partition("-")[0].partition(" ")[0]
            assert body == content(int(number)), path


def used_blocks(household: Household, repo_id: str) -> set[str]:
    library = open_repo(household.core, household.actor, repo_id)
    files = (household.core.objects.get_file(repo_id, entry.id) for _, entry in library.walk())
    return {block_id for file in files for block_id in file.block_ids}
