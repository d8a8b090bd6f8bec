"""``python -m tests.crash.exploring WORKLOAD…``: records, cuts the power many times, and tells what was wrong as JSON.

In a process of its own, because files are cut into small blocks here.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.crash import recording as kinds
from tests.crash.checking import Checker
from tests.crash.disk import Disk, Fate, Model, State, write_state
from tests.crash.recording import Op
from tests.crash.runner import MISTAKES, make_blocks_small
from tests.crash.scene import Recording
from tests.crash.seeing import Moment
from tests.crash.serving import served_problems
from tests.crash.workloads import WORKLOADS, record

_SHARED_MEMORY = Path("/dev/shm")
_WEIGHTS = {kinds.WRITE: 1, kinds.SYNC: 3, kinds.TRUNCATE: 3, kinds.RENAME: 24}  # of points; others have 8
_TRIES = 4  # to find a state that was not seen yet
_SHOWN = 5  # violations told in full


@dataclass
class Outcome:
    """What came of one workload.

    Attributes:
        states: How many different ones, by model and fate.
        served: How many of them a real server was started on.
        violations: What was wrong, with the point and the way in which the power was cut.
    """

    workload: str
    operations: int = 0
    seconds: float = 0.0
    served: int = 0
    states: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


class Follower:
    """Goes along a recording, with a disk of each model."""

    def __init__(self, recording: Recording) -> None:
        self.disks = {model: Disk(model, recording.before) for model in Model}
        for disk in self.disks.values():
            disk.adopt(recording.inodes)
        self._known = recording.known
        self._told = dict.fromkeys(recording.known, 0)
        self._begun = dict.fromkeys(recording.known, 0)

    def follow(self, op: Op) -> None:
        """Go one step."""
        if op.kind == kinds.MARK:
            what, name, number = op.path.split()
            at = self._told if what == "told" else self._begun
            at[name] = int(number)
            return
        for disk in self.disks.values():
            disk.follow(op)

    def moments(self) -> dict[str, Moment]:
        """Return what everybody may find if the power goes now."""
        return {
            name: Moment(known[told], tuple(known[told + 1 : self._begun[name] + 1]), told)
            for (name, known), told in zip(self._known.items(), self._told.values(), strict=True)
        }


def require_complete(recording: Recording) -> None:
    """Make sure that nothing escapes the recording: who follows it must end with the disk as it was in the end."""
    if any(op.kind == kinds.SYNC_FAILED for op in recording.ops):
        return  # what such a sync has lost could be read until the end
    follower = Follower(recording)
    for op in recording.ops:
        follower.follow(op)
    for disk in follower.disks.values():
        found = disk.after_power_cut(Fate.KEPT, Random(0))
        assert _without_shared_memory(found) == _without_shared_memory(recording.after)


def explore(
    recording: Recording, count: int, seed: int, folder: Path, *, served: int = 0, only_first: bool = False
) -> Outcome:
    """Cut the power ``count`` times, each time with another state of the disk, and check each.

    Args:
        folder: An empty one, best in memory.
        served: On so many of the states, a real server is started first, and asked for everything.
        only_first: End with the first state where something is wrong.
    """
    began = time.monotonic()
    outcome = Outcome(recording.name, len(recording.ops))
    for number, (kind, point, state, moments) in enumerate(_states(recording, count, Random(seed))):
        disk = folder / str(number)
        disk.mkdir()
        write_state(state, disk)
        outcome.states[kind] += 1
        found: list[str] = []
        if served and number % max(1, count // served) == 0:
            outcome.served += 1
            found += served_problems(disk, moments, recording.headers, folder / f"server {number}")
        found += Checker(disk, moments).run()
        shutil.rmtree(disk)
        if found:
            outcome.violations.append(f"{recording.name} after {point} operations, {kind}: {found}")
            if only_first:
                break
    outcome.seconds = time.monotonic() - began
    return outcome


def _states(recording: Recording, count: int, random: Random) -> Iterator[tuple[str, int, State, dict[str, Moment]]]:
    """Yield different states: how they came to be, after how many operations, what is on the disk, what is known."""
    points = Counter(random.choices(range(len(recording.ops)), _weights(recording.ops), k=count))
    follower = Follower(recording)
    seen: set[bytes] = set()
    owed = 0
    for point, op in enumerate(recording.ops):
        follower.follow(op)
        owed += points[point]
        for _ in range(_TRIES * owed):
            model, fate = random.choice(list(Model)), random.choice(list(Fate))
            state = _without_shared_memory(follower.disks[model].after_power_cut(fate, random))
            if (digest := _digest_of(state)) not in seen:
                seen.add(digest)
                owed -= 1
                yield f"{model.value}, {fate.value}", point + 1, state, follower.moments()
                if not owed:
                    break


def _weights(ops: list[Op]) -> list[int]:
    """Return how often to cut the power after each operation: least after one of the many writes to the database."""
    return [_WEIGHTS.get(op.kind, 8) for op in ops]


def _without_shared_memory(state: State) -> State:
    """SQLite's index of its log is written through shared memory, which is not recorded: what is left is anything."""
    return {path: b"\xff" * len(it or b"") if path.endswith("-shm") else it for path, it in state.items()}


def _digest_of(state: State) -> bytes:
    """Return what tells two states of a disk apart."""
    digest = hashlib.sha1()
    for path, content in sorted(state.items()):
        digest.update(f"{path}\0{-1 if content is None else len(content)}\0".encode() + (content or b""))
    return digest.digest()


def run(workload: str, count: int, mistake: str, seed: int, *, served: int = 0, only_first: bool = False) -> Outcome:
    """Record a workload and explore it, in memory if there is such a folder. Arguments: as of ``explore``."""
    parent = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="syncfile-crash-", dir=parent) as name:
        recorded, explored = Path(name, "recorded"), Path(name, "explored")
        recorded.mkdir()
        explored.mkdir()
        recording = record(workload, recorded, mistake, seed)
        require_complete(recording)
        return explore(recording, count, seed, explored, served=served, only_first=only_first)


def main() -> int:
    """Run what the command line asks for. Exit codes: 0 nothing was wrong, 1 something was."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.exploring")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"of {', '.join(WORKLOADS)}; default all")
    parser.add_argument("--states", type=int, default=300, help="of each workload (300)")
    parser.add_argument("--mistake", choices=MISTAKES, default="nothing", help="planted in the product")
    parser.add_argument("--served", type=int, default=0, help="of these, with a real server (0)")
    parser.add_argument("--only-first", action="store_true", help="end with the first state where something is wrong")
    parser.add_argument("--seed", type=int, default=1, help="of what is random (1)")
    arguments = parser.parse_args()
    make_blocks_small()
    wrong = 0
    for workload in arguments.workloads or WORKLOADS:
        outcome = run(
            *(workload, arguments.states, arguments.mistake, arguments.seed),
            served=arguments.served,
            only_first=arguments.only_first,
        )
        wrong += len(outcome.violations)
        told = {
            "workload": workload,
            "operations": outcome.operations,
            "seconds": round(outcome.seconds, 1),
            "states": outcome.states,
            "served": outcome.served,
            "wrong": len(outcome.violations),
            "violations": outcome.violations[:_SHOWN],
        }
        print(json.dumps(told), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
