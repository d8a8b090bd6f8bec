"""Builds ``spy.c`` and puts it between a server and its disk.

Why a library that is loaded before libc, and not one of the other ways: a FUSE file system needs rights or packages
that a plain machine lacks, and SQLite's shared memory is not the same there; ``strace`` is such a package too, and
knows no folders, only paths; a shim in Python or in SQLite's VFS would miss what the other one does. This needs a C
compiler and nothing else, sees every call of Python and of SQLite in one order, and costs a few microseconds each.
What goes through shared memory (``-shm``) is not seen, and must not be needed after a crash.
"""

import hashlib
import mmap
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

_Test = TypeVar("_Test", bound=Callable[..., object])

_SOURCE = Path(__file__).with_name("spy.c")
_INTS = struct.Struct("20i64s")  # struct faults
KINDS = ("read", "write", "sync", "names", "look")


def can_spy() -> bool:
    """Tell whether this machine has a C compiler."""
    return shutil.which("cc") is not None


def needs_spy(test: _Test) -> _Test:
    """Mark a test that needs a C compiler where there is none."""
    return test if can_spy() else pytest.mark.compat(test)


@cache
def library() -> Path:
    """Return the compiled library, made if this version of it is not there yet."""
    name = hashlib.sha1(_SOURCE.read_bytes()).hexdigest()
    built = Path(tempfile.gettempdir(), f"syncfile-spy-{os.getuid()}-{name}.so")
    if not built.exists():
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder, "spy.so")
            flags = ("-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread")
            subprocess.run(["cc", *flags, "-o", made, _SOURCE], check=True)
            shutil.move(made, built)
    return built


def environment(root: Path, *, log: Path | None = None, faults: Path | None = None) -> dict[str, str]:
    """Return what a process must find in its environment to be spied on.

    Args:
        root: What is done to the files below is recorded, and can fail.
        log: Takes the records.
        faults: Of ``Faults``.
    """
    found = {"LD_PRELOAD": str(library()), "SPY_ROOT": os.path.realpath(root)}
    if log is not None:
        found["SPY_LOG"] = str(log)
    if faults is not None:
        found["SPY_FAULTS"] = str(faults)
    return found


class Faults:
    """Lets a process's calls fail, from this moment on or from some calls later.

    Args:
        path: Of a file that is shared with the process, made here.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(bytes(_INTS.size))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _INTS.size)

    def order(self, *kinds: str, error: int, after: int = 0, times: int = -1, part: str = "") -> None:
        """Let calls fail that read, write, sync, make names or look.

        Args:
            error: An ``errno``.
            after: So many calls of each kind succeed first.
            times: So many fail; all, if negative.
            part: Only of files whose path has this in it.
        """
        self.end()
        values = [[error], [after], [times], [0]]
        fields = [value if kind in kinds else 0 for (value,) in values for kind in KINDS]
        _INTS.pack_into(self._shared, 0, *([0] * 5 + fields[5:]), part.encode())
        _INTS.pack_into(self._shared, 0, *fields, part.encode())

    def end(self) -> None:
        """Let everything succeed again."""
        _INTS.pack_into(self._shared, 0, *[0] * 20, b"")

    @property
    def hits(self) -> int:
        """How many calls have failed since the last order."""
        return sum(_INTS.unpack_from(self._shared)[15:20])

    def close(self) -> None:
        self._shared.close()
