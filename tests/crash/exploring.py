"""``python -m tests.crash.exploring WORKLOAD…``: records, cuts the power many times, and tells what was wrong as JSON.

In a process of its own, because files are cut into small blocks here.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.crash import recording as kinds
from tests.crash.checking import Checker, Moment, digest_of
from tests.crash.disk import Disk, Fate, Model, State, write_state
from tests.crash.recording import Op
from tests.crash.runner import MISTAKES, make_blocks_small
from tests.crash.scene import Recording
from tests.crash.workloads import WORKLOADS, record

_SHARED_MEMORY = Path("/dev/shm")
_TRIES = 4  # to find a state that was not seen yet
_SHOWN = 5  # violations told in full


@dataclass
class Outcome:
    """What came of one workload.

    Attributes:
        states: How many different ones, by model and fate.
        violations: What was wrong, with the point and the way in which the power was cut.
    """

    workload: str
    operations: int = 0
    seconds: float = 0.0
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
            name: Moment(known[self._told[name]], tuple(known[self._told[name] + 1 : self._begun[name] + 1]))
            for name, known in self._known.items()
        }


def explore(recording: Recording, count: int, seed: int, folder: Path) -> Outcome:
    """Cut the power ``count`` times, each time with another state of the disk, and check each.

    Args:
        folder: An empty one, best in memory.
    """
    began = time.monotonic()
    outcome = Outcome(recording.name, len(recording.ops))
    for number, (kind, point, state, moments) in enumerate(_states(recording, count, Random(seed))):
        disk = folder / str(number)
        disk.mkdir()
        write_state(state, disk)
        outcome.states[kind] += 1
        found = Checker(disk, moments).run()
        if found:
            outcome.violations.append(f"{recording.name} after {point} operations, {kind}: {found}")
        _remove(disk)
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
            if (digest := digest_of(state)) not in seen:
                seen.add(digest)
                owed -= 1
                yield f"{model.value}, {fate.value}", point + 1, state, follower.moments()
                if not owed:
                    break


def _weights(ops: list[Op]) -> list[int]:
    """Return how often to cut the power after each operation: least after one of the many writes to the database."""
    return [1 if op.kind == kinds.WRITE else 6 for op in ops]


def _without_shared_memory(state: State) -> State:
    """SQLite's index of its log is written through shared memory, which is not recorded: what is left is anything."""
    return {path: b"\xff" * len(it or b"") if path.endswith("-shm") else it for path, it in state.items()}


def _remove(folder: Path) -> None:
    for each in sorted(folder.rglob("*"), reverse=True):
        if each.is_dir():
            each.rmdir()
        else:
            each.unlink()
    folder.rmdir()


def run(workload: str, count: int, mistake: str = "nothing", seed: int = 1) -> Outcome:
    """Record a workload and explore it, in memory if there is such a folder."""
    parent = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="syncfile-crash-", dir=parent) as name:
        recorded, explored = Path(name, "recorded"), Path(name, "explored")
        recorded.mkdir()
        explored.mkdir()
        return explore(record(workload, recorded, mistake, seed), count, seed, explored)


def main() -> int:
    """Run what the command line asks for. Exit codes: 0 nothing was wrong, 1 something was."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.exploring")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"of {', '.join(WORKLOADS)}; default all")
    parser.add_argument("--states", type=int, default=300, help="of each workload (300)")
    parser.add_argument("--mistake", choices=MISTAKES, default="nothing", help="planted in the product")
    parser.add_argument("--seed", type=int, default=1, help="of what is random (1)")
    arguments = parser.parse_args()
    make_blocks_small()
    wrong = 0
    for workload in arguments.workloads or WORKLOADS:
        outcome = run(workload, arguments.states, arguments.mistake, arguments.seed)
        wrong += len(outcome.violations)
        told = {
            "workload": workload,
            "operations": outcome.operations,
            "seconds": round(outcome.seconds, 1),
            "states": outcome.states,
            "wrong": len(outcome.violations),
            "violations": outcome.violations[:_SHOWN],
        }
        print(json.dumps(told), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
