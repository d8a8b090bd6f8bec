"""The files of the web page: which there are, under which name they are cached, and their compressed bytes.

A package has each file's compressed bytes beside it (``tools/assets.py``). Where they are not, as in a checkout, a file
is compressed when it is first asked for.
"""

import gzip
import hashlib
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from syncfile.errors import NotFound

FOLDER = Path(__file__).parent / "static"
MAX_KEPT_BYTES = 400 << 10  # of compressed bytes in memory

_CHUNK_BYTES = 64 << 10
_VERSION_CHARS = 16
#: What is served, by suffix; other files in the folder do not exist.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
#: Files that become smaller by it.
COMPRESSIBLE = frozenset({".css", ".html", ".js", ".svg", ".webmanifest"})


class Assets:
    """The files below one folder, which do not change while the server runs.

    Args:
        folder: Read when the first of them is asked for.
        max_kept: Bytes of compressed files kept in memory; what goes beyond is compressed each time.
    """

    def __init__(self, folder: Path, max_kept: int = MAX_KEPT_BYTES) -> None:
        self._folder = folder
        self._max_kept = max_kept
        self._kept: dict[str, bytes] = {}
        self._kept_bytes = 0
        self._lock = threading.Lock()

    @cached_property
    def names(self) -> frozenset[str]:
        """The path of each file below the folder, with ``/`` between its words."""
        files = (file for file in self._folder.rglob("*") if file.suffix in TYPES and file.is_file())
        return frozenset(file.relative_to(self._folder).as_posix() for file in files)

    @cached_property
    def version(self) -> str:
        """A hash over the names and bytes of all files: another one whenever any of them is another."""
        digest = hashlib.sha256()
        for name in sorted(self.names):
            digest.update(f"\0{name}\0".encode())
            for chunk in _iter_chunks(self._folder / name):
                digest.update(chunk)
        return digest.hexdigest()[:_VERSION_CHARS]

    def path(self, name: str) -> Path:
        """Return where a file lies.

        Raises:
            NotFound: There is none of this name.
        """
        if name not in self.names:
            raise NotFound("there is nothing at this path")
        return self._folder / name

    def compressed(self, name: str) -> bytes:
        """Return a file compressed by gzip.

        Raises:
            NotFound: There is none of this name.
        """
        path = self.path(name)
        ready = path.with_name(f"{path.name}.gz")
        if _is_as_new(ready, path):
            return ready.read_bytes()
        with self._lock:  # browsers ask for many at once, and the processor of a router is busy with one
            if name not in self._kept:
                data = compress(path.read_bytes())
                if self._kept_bytes + len(data) > self._max_kept:
                    return data
                self._kept[name] = data
                self._kept_bytes += len(data)
            return self._kept[name]


def compress(data: bytes) -> bytes:
    """Compress by gzip; equal bytes give equal bytes."""
    return gzip.compress(data, 9, mtime=0)


def _is_as_new(ready: Path, path: Path) -> bool:
    """Tell whether a file's compressed bytes are there, and not those of what it was before somebody changed it."""
    try:
        return ready.stat().st_mtime >= path.stat().st_mtime
    except FileNotFoundError:
        return False


def _iter_chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
