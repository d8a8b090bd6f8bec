"""Backups while people work, cut off at any moment, and of large stores in little memory."""

import os
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.ownership import update_repo
from syncfile.core.repos import create_repo
from tests.core.accounts import actor_of, add
from tests.core.content import put
from tests.core.stores import opened, state_at, state_of
from tests.wire.commands import run, start
from tests.wire.daemon import Daemon
from tests.wire.people import meet
from tests.wire.workload import Workload

ROUNDS = int(os.environ.get("SYNCFILE_BACKUP_ROUNDS", "8"))
SEED = int(os.environ.get("SYNCFILE_BACKUP_SEED", secrets.randbits(32)))
CLIENTS = 3
MAX_MORE_BYTES = 16 << 20

pytestmark = pytest.mark.slow


def heads(data: Path) -> dict[str, list[str]]:
    """Return the commits of each library from its head back."""
    with opened(data) as core:
        found: dict[str, list[str]] = {}
        for repo_id, head_id in core.db.rows("SELECT id, head_id FROM repo"):
            commit_id: str | None = head_id
            found[repo_id] = []
            while commit_id:
                found[repo_id].append(commit_id)
                commit_id = core.objects.get_commit(repo_id, commit_id).parent_id
        return found


def test_each_backup_is_a_moment_of_the_store_while_people_work(
    start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    daemon, target = start_daemon(workers=4), tmp_path / "backup"
    ann = meet(daemon.client)
    workloads = [Workload(ann, f"client {number}", Random(SEED + number)) for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(each.run) for each in workloads]
        for _ in range(3):
            before = heads(daemon.data)
            done = run("backup", "--data", daemon.data, target)
            assert done.code == 0, done.text
            state_at(target)  # is whole
            made, after = heads(target), heads(daemon.data)
            for repo_id, chain in made.items():
                assert chain[0] in after[repo_id]
                assert repo_id not in before or before[repo_id][0] in chain
        daemon.kill()
        for future in running:
            future.result()
    assert sum(each.answered for each in workloads) > 0
    assert run("backup", "--verify", "--data", daemon.data, target).code == 0
    assert run("restore", "--data", tmp_path / "restored", target).code == 0
    assert state_at(tmp_path / "restored") == state_at(daemon.data)


def test_one_that_is_cut_off_leaves_the_one_before_it_whole(core: Core, tmp_path: Path) -> None:
    print(f"SYNCFILE_BACKUP_SEED={SEED}")
    random, target = Random(SEED), tmp_path / "backup"
    account = add(core, "ann")
    actor = actor_of(account)
    repo_id = create_repo(core, account.id, "Photos").id
    update_repo(core, actor, repo_id, history_days=0)
    change(core, actor, repo_id, random)
    begun = time.monotonic()
    assert run("backup", "--data", core.config.data, target).code == 0
    seconds = time.monotonic() - begun
    cut_off = 0
    for _ in range(ROUNDS):
        before = state_at(target)
        change(core, actor, repo_id, random)
        with start("backup", "--data", core.config.data, target) as process:
            threading.Event().wait(random.uniform(0.3, 1.1) * seconds)
            process.kill()
        cut_off += process.returncode != 0
        assert state_at(target) in (before, state_of(core))
    assert cut_off > 0
    assert run("backup", "--verify", "--data", core.config.data, target).code == 0
    assert state_at(target) == state_of(core)


def change(core: Core, actor: Actor, repo_id: str, random: Random) -> None:
    """Replace some files by others; nothing keeps the old ones."""
    put(core, actor, repo_id, {f"/{random.randrange(100)}": random.randbytes(40_000) for _ in range(60)})


def test_memory_does_not_grow_with_the_store(core: Core, tmp_path: Path) -> None:
    account = add(core, "ann")
    actor = actor_of(account)
    repo_id = create_repo(core, account.id, "Photos").id
    put(core, actor, repo_id, {"/large": b"x" * 40_000})
    small = measure(core, tmp_path / "small")
    for number in range(3):
        folder = f"/{number}"
        files: dict[str, bytes | None] = {f"{folder}/{each}": b"%d %d" % (number, each) for each in range(3000)}
        put(core, actor, repo_id, {folder: None} | files)
    put(core, actor, repo_id, {f"/big {number}": secrets.token_bytes(40_000) for number in range(100)})
    put(core, actor, repo_id, {"/huge": secrets.token_bytes(40_000_000)})
    large = measure(core, tmp_path / "large")
    print(small, large)
    for name, before in small.items():
        assert large[name] <= before + MAX_MORE_BYTES, name


def measure(core: Core, folder: Path) -> dict[str, int]:
    """Return the most memory that each command takes."""
    folder.mkdir()
    data = core.config.data
    peaks = {}
    for name, command in {
        "backup": ("backup", "--data", data, folder / "backup"),
        "verify": ("backup", "--verify", "--data", data, folder / "backup"),
        "restore": ("restore", "--data", folder / "restored", folder / "backup"),
        "export": ("export", "--data", data, "Photos", folder / "out"),
        "import": ("import", "--data", data, folder / "out", "--library", folder.name, "--owner", "ann"),
    }.items():
        done = run(*command)
        assert done.code == 0, done.text
        peaks[name] = done.peak
    return peaks
