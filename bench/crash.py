"""Cuts the power: every state that the disk may be left in is opened and looked at (``tests/crash``)."""

import json
import os
import subprocess
import sys
from typing import Any

from bench.place import Place
from bench.report import Check, at_least, at_most, print_table
from bench.servers import ROOT

STATES = int(os.environ.get("SYNCFILE_CRASH_STATES", "300"))
SERVED = 10
MOST_SECONDS = 3600
LEAST_STATES = 2000

#: Flags of the runs: all workloads as they are, and some where SQLite has no shared memory.
RUNS = (
    ["--states", str(STATES)],
    ["--states", str(STATES // 2), "--mistake", "without_shared_memory", "first_start", "uploads", "pieces", "gc"],
)


def measure(_: Place) -> list[Check]:
    """Record the workloads, look at the states, and return whether nothing was wrong."""
    found = [each for flags in RUNS for each in _explore(flags)]
    names = ["", "operations", "states", "with a server", "wrong", "seconds"]
    rows = [_row(each) for each in found]
    print_table("States after a power cut", names, rows)
    kinds = sorted({kind for each in found for kind in each["states"]})
    counts = [[kind, str(sum(each["states"].get(kind, 0) for each in found))] for kind in kinds]
    print_table("File system, and what became of what was not synced", ["", "states"], counts)
    for each in found:
        for violation in each["violations"]:
            print(violation)
    return [
        at_least("states after a power cut", sum(sum(each["states"].values()) for each in found), LEAST_STATES),
        at_most("of which something is wrong", sum(each["wrong"] for each in found), 0),
    ]


def _explore(flags: list[str]) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.crash.exploring", "--served", str(SERVED), *flags]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=MOST_SECONDS, check=False)
    return [{"disk": flags[3] if len(flags) > 2 else ""} | json.loads(line) for line in done.stdout.splitlines()]


def _row(found: dict[str, Any]) -> list[str]:
    name = f"{found['workload']} {found['disk'].replace('_', ' ')}".strip()
    figures = (found["operations"], sum(found["states"].values()), found["served"], found["wrong"])
    return [name, *map(str, figures), f"{found['seconds']:.0f}"]
