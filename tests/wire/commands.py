"""The command line as a process of its own, and how much memory it took."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.daemon import ROOT, environment

SYNCFILE = (sys.executable, "-m", "syncfile")

#: Runs a command and says how much memory it took, KiB. A child of the tests themselves counts with their memory.
_MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


@dataclass(frozen=True)
class Finished:
    """A command that has ended; ``peak`` is the most memory that it ever held, bytes."""

    code: int
    text: str
    peak: int


def start(*command: str | Path) -> subprocess.Popen[bytes]:
    """Start a command of the product."""
    return subprocess.Popen(
        [*SYNCFILE, *map(str, command)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def run(*command: str | Path, program: Sequence[str] = SYNCFILE, given: bytes = b"") -> Finished:
    """Run a command to its end; ``given`` is its standard input."""
    with tempfile.NamedTemporaryFile("r") as peak:
        measured = [sys.executable, "-I", "-S", "-c", _MEASURED, peak.name, *program, *map(str, command)]
        done = subprocess.run(
            measured,
            cwd=ROOT,
            env=environment(),
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return Finished(done.returncode, done.stdout.decode(), int(peak.read()) * 1024)
