"""Where the bench works and on what."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
#: Copies of the large file that are there at once: itself, and of a form three of stock's or one of ours.
COPIES = 5

_PART_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of the bench's own, and how much to measure.

    Attributes:
        folder: For everything that is written.
        files: What is sent: ``large``, ``1m`` and ``4k``, of random bytes.
        rounds: Measurements of each cell.
        seconds: Of each measurement that goes by time.
    """

    folder: Path
    files: Path
    rounds: int
    seconds: float

    @property
    def large(self) -> Path:
        return self.files / "large"

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """Yield an empty folder that is removed at the end."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            yield Path(name)


@contextmanager
def prepared(parent: Path | None, large_bytes: int, rounds: int, seconds: float) -> Iterator[Place]:
    """Yield a place whose files are written; everything is removed at the end.

    Args:
        parent: Where to make the folder; None takes memory if it has room, or else the usual temporary folder.
        large_bytes: Size of ``large``.
    """
    if parent is None:
        parent = _roomy(large_bytes * COPIES)
    with tempfile.TemporaryDirectory(prefix="syncfile-bench-", dir=parent) as name:
        files = Path(name, "files")
        files.mkdir()
        for file, size in (("large", large_bytes), ("1m", 1 << 20), ("4k", 4 << 10)):
            _write_random(files / file, size)
        _touch_memory(Path(name), large_bytes * (COPIES - 1))
        yield Place(Path(name), files, rounds, seconds)


def _roomy(needed: int) -> Path:
    """Return a folder in memory if it has room, so that no disk blurs the figures."""
    if SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK) and shutil.disk_usage(SHARED_MEMORY).free > needed:
        return SHARED_MEMORY
    return Path(tempfile.gettempdir())


def _touch_memory(folder: Path, size: int) -> None:
    """Write and remove as much as the bench will: a virtual machine pays the first time that it uses its memory."""
    part = bytes(_PART_BYTES)
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(0, size, _PART_BYTES):
            file.write(part)


def _write_random(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for start in range(0, size, _PART_BYTES):
            file.write(os.urandom(min(_PART_BYTES, size - start)))
