"""Disks in files, which one daemon alone sees and which can be pulled from under it: ext4 in a mount namespace."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from tests.wire.daemon import Daemon

_Test = TypeVar("_Test", bound=Callable[..., object])

DISK_BYTES = 64 << 20

_CAN_MOUNT = os.geteuid() == 0 and shutil.which("mkfs.ext4") is not None and os.path.exists("/dev/loop-control")


def needs_loop(test: _Test) -> _Test:
    """Mark a test that needs such disks where only an administrator could make them."""
    return test if _CAN_MOUNT else pytest.mark.compat(test)


def make_disk(image: Path) -> Path:
    """Make an empty disk and return it."""
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    return image


def on_disk(image: Path, folder: Path) -> list[str]:
    """Return the prefix of a command that is to find the disk at ``folder``."""
    return ["unshare", "--mount", "sh", "-c", 'mount -o loop "$0" "$1" && shift && exec "$@"', str(image), str(folder)]


def beside(daemon: Daemon, *command: str | Path) -> None:
    """Run a command that sees the daemon's disks."""
    subprocess.run(["nsenter", "--target", str(daemon.pid), "--mount", *map(str, command)], check=True)
