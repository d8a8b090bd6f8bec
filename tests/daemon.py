"""The server as a process of its own, started as people start it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import TIMEOUT_SECONDS, Client

ROOT = Path(__file__).parent.parent
ADMIN_PASSWORD = "first password"


@dataclass
class Daemon:
    """A running server; ``lines`` is what it printed up to the line that says where it listens."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)

    @property
    def client(self) -> Client:
        return Client(self.port)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        """Wait for the end and return the exit code."""
        return self.process.wait(TIMEOUT_SECONDS)


def environment(**variables: str) -> dict[str, str]:
    """Return our environment without settings, and with ``variables``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYNCFILE_")}
    return kept | variables


@contextmanager
def daemon(
    data: Path,
    *flags: str,
    command: tuple[str, ...] = ("server.py",),
    variables: Mapping[str, str] | None = None,
) -> Iterator[Daemon]:
    """Run the server over a data folder on a free port until the block ends.

    Args:
        flags: Beside ``--data`` and ``--port``.
        command: Of the Python interpreter.
        variables: Of the environment; by default the first administrator's password is ``ADMIN_PASSWORD``.
    """
    with subprocess.Popen(
        [sys.executable, *command, "--data", str(data), "--port", "0", *flags],
        cwd=ROOT,
        env=environment(**(variables if variables is not None else {"SYNCFILE_ADMIN_PASSWORD": ADMIN_PASSWORD})),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield _listening(process)
        finally:
            process.kill()


def _listening(process: subprocess.Popen[str]) -> Daemon:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if match := re.fullmatch(r"SyncFile \S+ on https?://\S+:(\d+)", lines[-1]):
            return Daemon(process, int(match[1]), lines)
    raise AssertionError(f"the server ended with {process.wait()}: {lines}")
