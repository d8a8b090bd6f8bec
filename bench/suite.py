"""The tests of the suite that take a size or a count, run with large ones."""

import os
import subprocess
import sys

from bench.place import Place
from bench.report import Check
from bench.servers import ROOT

TESTS = (
    "tests/wire/test_kill.py",
    "tests/wire/test_large.py",
    "tests/wire/test_gc_race.py",
    "tests/core/test_gc_memory.py",
)
SIZES = {
    "SYNCFILE_KILL_ROUNDS": "100",
    "SYNCFILE_LARGE_BYTES": str(3 << 30),
    "SYNCFILE_SMALL_UPLOADS": "10000",
    "SYNCFILE_RACE_SECONDS": "600",
    "SYNCFILE_GC_OBJECTS": "1000000",
}
MOST_SECONDS = 3600


def measure(_: Place) -> list[Check]:
    """Run the tests, which print what they find, and return whether they passed."""
    print(f"\n{' '.join(f'{name}={value}' for name, value in SIZES.items())}", flush=True)
    return [_run(test) for test in TESTS]


def _run(test: str) -> Check:
    command = [sys.executable, "-m", "pytest", "-q", "-rP", test]
    try:
        code = subprocess.run(command, cwd=ROOT, env=os.environ | SIZES, timeout=MOST_SECONDS, check=False).returncode
    except subprocess.TimeoutExpired:
        return Check(test, "too long", "passes", False)
    return Check(test, f"exit {code}", "passes", code == 0)
