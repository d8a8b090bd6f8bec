"""Blocks in memory: for tests, and to show how little a backend has to be."""

import io
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

from storage.backend import BlockMissing, Key, Stat


class MemoryBackend:
    """Keeps every object in one dictionary, until the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._objects: dict[Key, tuple[bytes, float]] = {}

    def stat(self, key: Key) -> Stat | None:
        with self._lock:
            found = self._objects.get(key)
        return Stat(len(found[0]), found[1]) if found else None

    def open(self, key: Key, offset: int = 0) -> BinaryIO:
        with self._lock:
            body, _ = self._find(key)
        return io.BytesIO(body[offset:])

    def create(self) -> "MemoryWriter":
        return MemoryWriter(self)

    def touch(self, key: Key) -> None:
        with self._lock:
            body, _ = self._find(key)
            self._objects[key] = (body, time.time())

    def delete(self, key: Key) -> None:
        with self._lock:
            self._objects.pop(key, None)

    def list(self, repo_id: str, after: str = "") -> Iterator[tuple[str, Stat]]:
        with self._lock:
            found = [
                (key.block_id, Stat(len(body), mtime))
                for key, (body, mtime) in self._objects.items()
                if key.repo_id == repo_id and key.block_id > after
            ]
        return iter(sorted(found))

    def put(self, key: Key, body: bytes) -> None:
        """Publish an object in one piece."""
        with self._lock:
            self._objects[key] = (body, time.time())

    def _find(self, key: Key) -> tuple[bytes, float]:
        try:
            return self._objects[key]
        except KeyError:
            raise BlockMissing(key) from None


class MemoryWriter:
    """An object that is seen by nobody yet."""

    def __init__(self, backend: MemoryBackend) -> None:
        self._backend = backend
        self._body = bytearray()

    def write(self, chunk: bytes | memoryview) -> None:
        self._body += chunk

    def commit(self, key: Key) -> None:
        self._backend.put(key, bytes(self._body))
        self.abort()

    def abort(self) -> None:
        self._body = bytearray()
