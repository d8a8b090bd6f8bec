"""Blocks of all repos: small ones are rows of the database, others are objects of the storage backend."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from heapq import merge
from itertools import chain
from typing import BinaryIO, NamedTuple

from storage.backend import Backend, BlockMissing, Key, LocalFiles, Stat, Writer
from syncfile.errors import BytesMissing, StoreUnavailable
from syncfile.store.db import Database, translated
from syncfile.store.objects import File

#: A block of at most so many bytes is a row (docs/format.md has the figures).
SMALL_BLOCK_BYTES = 32 << 10

_PART_BYTES = 256 << 10  # read from a backend at once
_IDS_AT_ONCE = 500  # fewer than one statement may have variables

_INSERT = (
    "INSERT INTO small_block (repo_id, id, body, touched_at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (repo_id, id) DO UPDATE SET touched_at = excluded.touched_at"
)
_COPY = (
    "INSERT INTO small_block (repo_id, id, body, touched_at) SELECT ?, id, body, ? FROM small_block"
    " WHERE repo_id = ? AND id = ? ON CONFLICT (repo_id, id) DO UPDATE SET touched_at = excluded.touched_at"
)


def is_small(size: int) -> bool:
    """Tell whether a block of this many bytes is to be a row. The one place that decides it."""
    return size <= SMALL_BLOCK_BYTES


@dataclass(frozen=True, slots=True)
class Span:
    """A run of a file's stored bytes.

    Attributes:
        path: The local file that holds them, for ``sendfile``; None where ``load`` has to be called.
        load: Returns just these bytes, at most 256 KiB. Raises ``BytesMissing``.
        offset: Where they start in the file at ``path``, bytes.
        length: How many they are.
    """

    path: str | None
    load: Callable[[], bytes] | None
    offset: int
    length: int


class PendingBlock(NamedTuple):
    """A small block that is in memory until the caller's transaction takes it (``BlockStore.keep``)."""

    id: str
    body: bytes


class NewBlock(NamedTuple):
    """A block written in full; it is stored but for what is ``pending``."""

    id: str
    size: int  # bytes as stored
    pending: PendingBlock | None


class BlockStore:
    """Blocks by repo and id. Any method may be called from any thread.

    Attributes:
        read_at: When somebody last wanted bytes, seconds of ``time.monotonic``; not who checks them.
    """

    def __init__(self, db: Database, backend: Backend) -> None:
        self.read_at = 0.0
        self._db = db
        self._backend = backend

    def writer(self, repo_id: str) -> "BlockWriter":
        """Start a new block."""
        return BlockWriter(self._backend, repo_id)

    def keep(self, repo_id: str, pending: PendingBlock | None) -> None:
        """Store a small block, as part of the caller's transaction where there is one. None is no block."""
        if pending:
            with self._db.transaction():
                self._db.rows(_INSERT, repo_id, pending.id, pending.body, int(time.time()))

    def find_stat(self, repo_id: str, block_id: str) -> Stat | None:
        """Return size and age of a block, or None where there is none of this id."""
        sql = "SELECT length(body), touched_at FROM small_block WHERE repo_id = ? AND id = ?"
        if row := self._db.row(sql, repo_id, block_id):
            return Stat(*row)
        with translated():
            return self._backend.stat(Key(repo_id, block_id))

    def size(self, repo_id: str, block_id: str) -> int:
        """Return the bytes of a block as stored.

        Raises:
            BytesMissing: There is none of this id.
        """
        if found := self.find_stat(repo_id, block_id):
            return found.size
        raise _missing(block_id)

    def has(self, repo_id: str, ids: Iterable[str]) -> set[str]:
        """Return which of these blocks the repo has."""
        asked = set(ids)
        found = set(self._row_sizes(repo_id, asked))
        with translated():
            return found | {id_ for id_ in asked - found if self._backend.stat(Key(repo_id, id_))}

    def missing(self, repo_id: str, ids: Iterable[str]) -> list[str]:
        """Return which of these blocks the repo lacks, each once, in the order of ``ids``."""
        asked = list(dict.fromkeys(ids))
        there = self.has(repo_id, asked)
        return [block_id for block_id in asked if block_id not in there]

    def touch(self, repo_id: str, ids: Iterable[str]) -> set[str]:
        """Make blocks young again, so that a running gc spares them, and return which of them there are."""
        asked = set(ids)
        rows = set(self._row_sizes(repo_id, asked))
        if rows:
            values = [(int(time.time()), repo_id, block_id) for block_id in rows]
            with self._db.transaction():
                for value in values:
                    self._db.rows("UPDATE small_block SET touched_at = ? WHERE repo_id = ? AND id = ?", *value)
        return rows | {block_id for block_id in asked - rows if self._touch_object(Key(repo_id, block_id))}

    def delete(self, repo_id: str, block_id: str) -> None:
        """Remove a block; removing what is not there is no error."""
        with self._db.transaction():
            self._db.rows("DELETE FROM small_block WHERE repo_id = ? AND id = ?", repo_id, block_id)
        with translated():
            self._backend.delete(Key(repo_id, block_id))

    def delete_older(self, repo_id: str, block_id: str, before: float) -> int:
        """Remove a block unless it was written or touched at ``before`` (seconds) or later; return the bytes freed."""
        sql = "DELETE FROM small_block WHERE repo_id = ? AND id = ? AND touched_at < ? RETURNING length(body)"
        with self._db.transaction():
            rows: list[tuple[int]] = self._db.rows(sql, repo_id, block_id, int(before))
        freed = sum(size for (size,) in rows)
        key = Key(repo_id, block_id)
        with translated():
            found = self._backend.stat(key)
            if found is None or found.mtime >= before:
                return freed
            with self._backend.open(key) as file:
                self._backend.delete(key)
                if isinstance(self._backend, LocalFiles) and os.fstat(file.fileno()).st_mtime >= before:
                    self._write_all(key, file)  # somebody found it there, and counts on it
                    return freed
        return freed + found.size

    def list(self, repo_id: str, after: str = "") -> Iterator[tuple[str, Stat]]:
        """Yield ``(block_id, stat)`` of every block of a repo whose id is behind ``after``, in the order of ids."""
        with translated():
            yield from merge(self._list_rows(repo_id, after), self._backend.list(repo_id, after))

    def _list_rows(self, repo_id: str, after: str) -> Iterator[tuple[str, Stat]]:
        sql = "SELECT id, length(body), touched_at FROM small_block WHERE repo_id = ? AND id > ? ORDER BY id LIMIT 500"
        while rows := self._db.rows(sql, repo_id, after):
            yield from ((block_id, Stat(size, touched_at)) for block_id, size, touched_at in rows)
            after = rows[-1][0]

    def is_whole(self, repo_id: str, block_id: str) -> bool:
        """Read a block, and tell whether its bytes are those of its id; one that is gone meanwhile counts as whole.

        Raises:
            StoreUnavailable: The disk cannot be read at all.
        """
        digest = hashlib.sha1()
        try:
            for part in self._read(repo_id, block_id, 0):
                digest.update(part)
        except BytesMissing:
            return True
        except StoreUnavailable:
            if self.find_stat(repo_id, block_id) is None:
                raise
            return False  # this one cannot be read
        return digest.hexdigest() == block_id

    def copy(self, source_repo_id: str, target_repo_id: str, block_id: str) -> None:
        """Let a second repo have a block: a hard link, a copy made by the kernel, or a row.

        Raises:
            BytesMissing: There is none of this id.
        """
        with self._db.transaction():
            if self._row_sizes(source_repo_id, {block_id}):
                self._db.rows(_COPY, target_repo_id, int(time.time()), source_repo_id, block_id)
                return
        source, target = Key(source_repo_id, block_id), Key(target_repo_id, block_id)
        with _reading(block_id):
            if isinstance(self._backend, LocalFiles):
                self._backend.copy(source, target)
            else:
                self._copy_parts(source, target)

    def read(self, repo_id: str, block_id: str, offset: int = 0) -> Iterator[bytes]:
        """Yield the bytes of a block as stored, from ``offset`` on, in parts of at most 256 KiB.

        Raises:
            BytesMissing: There is none of this id.
        """
        self.read_at = time.monotonic()
        yield from self._read(repo_id, block_id, offset)

    def _read(self, repo_id: str, block_id: str, offset: int) -> Iterator[bytes]:
        if (body := self._find_row(repo_id, block_id)) is not None:
            yield body[offset:]
            return
        with _reading(block_id), self._backend.open(Key(repo_id, block_id), offset) as file:
            while part := file.read(_PART_BYTES):
                yield part

    def spans(self, repo_id: str, file: File, offset: int = 0, length: int | None = None) -> Iterator[Span]:
        """Return where the bytes of a file are, in order. A block is looked at when its span is asked for.

        Args:
            repo_id: Where the file is.
            file: Its blocks may be of any size. Offsets count stored bytes: of an encrypted file, the ciphertext.
            offset: First byte wanted.
            length: Bytes wanted at most; None for all up to the end.

        Raises:
            BytesMissing: A block is not there; of the first span at once, of others when they are reached.
        """
        self.read_at = time.monotonic()
        spans = self._spans(repo_id, file, offset, length)
        first = next(spans, None)
        return chain([first], spans) if first else iter(())

    def _spans(self, repo_id: str, file: File, offset: int, length: int | None) -> Iterator[Span]:
        for block_id, size, is_row in self._sizes(repo_id, file):
            if length is not None and length <= 0:
                return
            if offset >= size:
                offset -= size
                continue
            wanted = size - offset if length is None else min(size - offset, length)
            yield from self._block_spans(Key(repo_id, block_id), is_row, offset, wanted)
            offset = 0
            length = None if length is None else length - wanted

    def _sizes(self, repo_id: str, file: File) -> Iterator[tuple[str, int, bool]]:
        """Yield id and bytes of each block, and whether it is a row; raises ``BytesMissing`` where there is neither."""
        for start in range(0, len(file.block_ids), _IDS_AT_ONCE):
            some = file.block_ids[start : start + _IDS_AT_ONCE]
            rows = self._row_sizes(repo_id, set(some))
            for block_id in some:
                size = rows.get(block_id)
                yield block_id, self.size(repo_id, block_id) if size is None else size, size is not None

    def _block_spans(self, key: Key, is_row: bool, offset: int, length: int) -> Iterator[Span]:
        if is_row:
            yield Span(None, partial(self._load_row, key, offset, length), 0, length)
        elif isinstance(self._backend, LocalFiles):
            yield Span(self._backend.path(key), None, offset, length)
        else:
            for start in range(offset, offset + length, _PART_BYTES):
                some = min(_PART_BYTES, offset + length - start)
                yield Span(None, partial(self._load_object, key, start, some), 0, some)

    def _load_row(self, key: Key, offset: int, length: int) -> bytes:
        body = self._find_row(*key)
        if body is None:
            raise _missing(key.block_id)
        return body[offset : offset + length]

    def _load_object(self, key: Key, offset: int, length: int) -> bytes:
        with _reading(key.block_id), self._backend.open(key, offset) as file:
            return file.read(length)

    def _find_row(self, repo_id: str, block_id: str) -> bytes | None:
        row = self._db.row("SELECT body FROM small_block WHERE repo_id = ? AND id = ?", repo_id, block_id)
        return row[0] if row else None

    def _row_sizes(self, repo_id: str, ids: set[str]) -> dict[str, int]:
        """Return the bytes of those of the blocks that are rows."""
        asked = list(ids)
        found: dict[str, int] = {}
        for start in range(0, len(asked), _IDS_AT_ONCE):
            some = asked[start : start + _IDS_AT_ONCE]
            marks = ", ".join("?" * len(some))
            sql = f"SELECT id, length(body) FROM small_block WHERE repo_id = ? AND id IN ({marks})"
            found.update(self._db.rows(sql, repo_id, *some))
        return found

    def _touch_object(self, key: Key) -> bool:
        try:
            with translated():
                self._backend.touch(key)
        except BlockMissing:
            return False
        return True

    def _copy_parts(self, source: Key, target: Key) -> None:
        with self._backend.open(source) as file:
            self._write_all(target, file)

    def _write_all(self, key: Key, file: BinaryIO) -> None:
        writer = self._backend.create()
        try:
            while part := file.read(_PART_BYTES):
                writer.write(part)
            writer.commit(key)
        finally:
            writer.abort()


class BlockWriter:
    """One block being written. Its first bytes are held back until it is known to be no small one."""

    def __init__(self, backend: Backend, repo_id: str) -> None:
        self._backend = backend
        self._repo_id = repo_id
        self._digest = hashlib.sha1()
        self._held = bytearray()
        self._writer: Writer | None = None
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes.

        Raises:
            DiskFull, StoreUnavailable: Abort it then.
        """
        self._digest.update(data)
        self.size += len(data)
        if is_small(self.size):
            self._held += data
            return
        with translated():
            if self._writer is None:
                self._writer = self._backend.create()
                self._writer.write(bytes(self._held))
                self._held = bytearray()
            self._writer.write(data)

    @property
    def block_id(self) -> str:
        """The id under which ``seal`` would store what was written so far."""
        return self._digest.hexdigest()

    def seal(self) -> NewBlock:
        """Store the block under the SHA-1 of its bytes, or hand it over if it is small.

        Raises:
            DiskFull, StoreUnavailable: Abort it then.
        """
        block_id = self.block_id
        if self._writer is None:
            return NewBlock(block_id, self.size, PendingBlock(block_id, bytes(self._held)))
        with translated():
            self._writer.commit(Key(self._repo_id, block_id))
        return NewBlock(block_id, self.size, None)

    def abort(self) -> None:
        """Forget what was written. Safe to call twice, and after ``seal``."""
        self._held = bytearray()
        if self._writer:
            self._writer.abort()


def _missing(block_id: str) -> BytesMissing:
    return BytesMissing("some bytes of this file are not in the store", block_id=block_id)


@contextmanager
def _reading(block_id: str) -> Iterator[None]:
    with translated():
        try:
            yield
        except BlockMissing:
            raise _missing(block_id) from None
