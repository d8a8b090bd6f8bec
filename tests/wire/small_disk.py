"""A disk of 64 MB that one daemon alone sees: a tmpfs in a mount namespace of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

from tests.wire.daemon import Daemon

_Test = TypeVar("_Test", bound=Callable[..., object])

DISK_BYTES = 64 << 20

_NAMESPACE = ["unshare", "--mount", "--map-root-user"]
_MOUNT = f'mount -t tmpfs -o size={DISK_BYTES} tmpfs "$0" && exec "$@"'


@cache
def _can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    trial = [*_NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", tempfile.gettempdir()]
    return subprocess.run(trial, stderr=subprocess.DEVNULL, check=False).returncode == 0


def needs_mounts(test: _Test) -> _Test:
    """Mark a test that needs such a disk where this machine lets nobody make one."""
    return test if _can_mount() else pytest.mark.compat(test)


def on_small_disk(folder: Path) -> list[str]:
    """Return the prefix of a command that is to find the disk at ``folder``."""
    return [*_NAMESPACE, "sh", "-c", _MOUNT, str(folder)]


def seen_by(daemon: Daemon, path: Path) -> Path:
    """Return the way to a path as the daemon sees it."""
    return Path(f"/proc/{daemon.pid}/root{path}")


def run_beside(daemon: Daemon, *command: str | os.PathLike[str]) -> None:
    """Run a command that sees the daemon's disk."""
    subprocess.run(
        ["nsenter", "--target", str(daemon.pid), "--user", "--mount", "--preserve-credentials", *command], check=True
    )
