"""``kill -9`` at any moment: what was answered is there, what was not is there wholly or not at all."""

import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import file_digest, sha1
from pathlib import Path
from random import Random

import pytest

from syncfile.config import Config
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import open_repo
from tests.wire.daemon import Daemon
from tests.wire.people import Person, meet
from tests.wire.workload import SMALL_BYTES, Tree, Workload, seen

ROUNDS = int(os.environ.get("SYNCFILE_KILL_ROUNDS", "3"))
SEED = int(os.environ.get("SYNCFILE_KILL_SEED", secrets.randbits(32)))
CLIENTS = 4

_ENTRIES = """
WITH RECURSIVE tree(id, path, is_dir, object_id, size) AS (
    SELECT id, '/' || name, is_dir, object_id, size FROM entry WHERE repo_id = ? AND parent_id = 0
    UNION ALL
    SELECT entry.id, tree.path || '/' || entry.name, entry.is_dir, entry.object_id, entry.size
    FROM entry JOIN tree ON entry.parent_id = tree.id)
SELECT path, is_dir, object_id, size FROM tree
"""


@pytest.mark.slow
def test_every_answered_change_survives_and_no_other_is_half_there(start_daemon: Callable[..., Daemon]) -> None:
    print(f"SYNCFILE_KILL_SEED={SEED}")
    random = Random(SEED)
    daemon = start_daemon(workers=4)
    ann = meet(daemon.client)
    content = random.randbytes(SMALL_BYTES)  # on a busy machine nobody else may come to a block of its own
    ann.store("block", content)
    kept: Tree = {"block": sha1(content).digest()}
    for number in range(ROUNDS):
        workloads = work_and_die(daemon, ann, random, f"round {number}")
        daemon.start()
        ann = Person(daemon.client, ann.name, ann.authid)
        assert list((daemon.data / "tmp").iterdir()) == []
        for each in workloads:
            found = seen(ann, each.folder)
            assert found in (each.tree, each.pending), f"{each.folder} after {each.answered} answers"
            kept |= found
        assert sum(each.answered for each in workloads) > 0
        assert_derived_tables_agree(daemon.data)
    assert set(ann.list()) == set(kept)
    daemon.stop()
    assert_blocks_are_whole(daemon.data)
    print(f"{ROUNDS} rounds, {len(kept)} files and folders")


def work_and_die(daemon: Daemon, ann: Person, random: Random, name: str) -> list[Workload]:
    """Let everybody work, kill the server, and return who did what."""
    workloads = [Workload(ann, f"{name} client {number}", Random(random.random())) for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(each.run) for each in workloads]
        threading.Event().wait(random.uniform(0.05, 0.45))
        while not any(each.answered for each in workloads) and not any(future.done() for future in running):
            threading.Event().wait(0.01)
        daemon.kill()
        for future in running:
            future.result()
    return workloads


def assert_derived_tables_agree(data: Path) -> None:
    """The name index, the sizes and the changes say the same as the trees."""
    core = open_core(Config(data=data), alone=False)
    try:
        for repo_id, owner_id, size, file_count in core.db.rows("SELECT id, owner_id, size, file_count FROM repo"):
            library = open_repo(core, Actor(owner_id, ""), repo_id)
            tree = {path: (bool(entry.is_dir), entry.id, entry.size) for path, entry in library.walk("/")}
            index = {path: (bool(is_dir), *rest) for path, is_dir, *rest in core.db.rows(_ENTRIES, repo_id)}
            assert {path: index[path][:2] for path in index} == {path: tree[path][:2] for path in tree}
            sizes = {path: rest[2] for path, rest in tree.items() if not rest[0]}
            assert {path: rest[2] for path, rest in index.items() if not rest[0]} == sizes
            assert (size, file_count) == (sum(sizes.values()), len(sizes))
            assert replayed(core, repo_id) == set(tree)
    finally:
        close_core(core)


def replayed(core: Core, repo_id: str) -> set[str]:
    """Return the paths that there are if all changes are made again."""
    paths: set[str] = set()
    for kind, path, old_path in core.db.rows(
        "SELECT kind, path, old_path FROM change WHERE repo_id = ? ORDER BY id", repo_id
    ):
        moved = {each for each in paths if each == (old_path or path) or each.startswith(f"{old_path or path}/")}
        if kind == "add":
            paths.add(path)
        elif kind in ("delete", "rename"):
            paths -= moved
        if kind == "rename":
            paths |= {path + each.removeprefix(old_path) for each in moved}
    return paths


def assert_blocks_are_whole(data: Path) -> None:
    """Every block that has its name has the bytes that the name stands for."""
    blocks = [each for each in (data / "blocks").rglob("*") if each.is_file()]
    assert blocks
    for block in blocks:
        with block.open("rb") as file:
            assert file_digest(file, "sha1").hexdigest() == block.parent.name + block.name
