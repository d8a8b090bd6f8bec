"""The power is cut at many moments and in many ways: what was answered is there, and mistakes would be seen."""

import json
import os
import secrets
import subprocess
import sys
from typing import Any

import pytest

from tests.crash.spy import needs_spy
from tests.crash.workloads import WORKLOADS
from tests.daemon import ROOT, environment

STATES = int(os.environ.get("SYNCFILE_CRASH_STATES", "10"))
SERVED = max(1, STATES // 20)
SEED = int(os.environ.get("SYNCFILE_CRASH_SEED", secrets.randbits(32)))
MOST_SECONDS = 3600

#: Where each mistake has to show, and in which of so many states at the latest.
SHOWN = {
    "forget_to_sync_blocks": ("uploads", 60),
    "forget_to_sync_block_folders": ("uploads", 60),
    "forget_to_sync_pieces": ("pieces", 60),
    "forget_to_sync_marks": ("gc", 100),
    "forget_to_sync_a_backup": ("backup", 100),
    "forget_to_sync_the_marker": ("first_start", 200),
    "sync_again_after_an_error": ("failing_syncs", 100),
    "database_does_not_sync": ("push", 60),
    "rename_too_early": ("uploads", 600),
    "head_before_objects": ("uploads", 60),
    "migrate_statement_by_statement": ("migration", 60),
    "record_before_bytes": ("pieces", 600),
}


def explore(workload: str, states: int, *flags: str) -> dict[str, Any]:
    """Record a workload, look at so many states of the disk, and return what came of it."""
    command = [sys.executable, "-m", "tests.crash.exploring", workload, "--states", str(states), *flags]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=MOST_SECONDS, check=False
    )
    assert done.stdout, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@needs_spy
@pytest.mark.slow
@pytest.mark.parametrize(
    ("workload", "disk"),
    [(name, "nothing") for name in WORKLOADS]
    + [(name, "without_shared_memory") for name in ("first_start", "uploads", "pieces")],
)
def test_what_was_answered_is_there_and_nothing_is_half_there(workload: str, disk: str) -> None:
    print(f"SYNCFILE_CRASH_SEED={SEED}")
    found = explore(workload, STATES, "--seed", str(SEED), "--served", str(SERVED), "--mistake", disk)
    print(json.dumps(found))
    assert found["violations"] == []
    assert sum(found["states"].values()) > STATES // 2
    assert found["served"] > 0


@needs_spy
@pytest.mark.slow
@pytest.mark.parametrize("mistake", SHOWN)
def test_a_mistake_is_seen(mistake: str) -> None:
    workload, states = SHOWN[mistake]
    found = explore(workload, states, "--mistake", mistake, "--only-first")
    assert found["wrong"] == 1
