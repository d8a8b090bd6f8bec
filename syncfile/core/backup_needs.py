"""The blocks that a store needs, all libraries together: a SQLite file, so that memory does not grow with them."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from storage.backend import Key, Stat
from syncfile.core.core import Core
from syncfile.core.gc_marks import BLOCK, Marks
from syncfile.core.gc_reach import BATCH, Damaged, Reach
from syncfile.errors import SyncFileError
from syncfile.store.db import translated

_FILE_NAME = "needs.db"
_FIRST_ID = "0" * 40
_LIBRARIES = "SELECT id FROM repo WHERE deleted_at IS NULL AND origin_id IS NULL ORDER BY id"
_SCHEMA = """
CREATE TABLE library (number INTEGER PRIMARY KEY, id TEXT UNIQUE);
CREATE TABLE block (library INTEGER, id BLOB, PRIMARY KEY (library, id)) WITHOUT ROWID;
"""


class StoreDamaged(SyncFileError):
    """What the database says of a library cannot be read (``libraries=`` ids)."""


class Needs:
    """Which blocks the libraries of a store keep, but for those that are rows of its database.

    Args:
        folder: To work in; nothing is left there by ``close``.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, _FILE_NAME)
        self.libraries = 0
        self._remove()
        with translated():
            self._db = sqlite3.connect(self._path, isolation_level=None)
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1024"):
                self._db.execute(f"PRAGMA {pragma}").fetchall()
            self._db.executescript(_SCHEMA)
            self._db.execute("BEGIN")  # never committed: nobody else reads it

    def fill(self, core: Core, list_blocks: Callable[[str], Iterator[tuple[str, Stat]]]) -> None:
        """Look through all libraries of a store.

        Args:
            list_blocks: All that a library has.

        Raises:
            StoreDamaged: Of some it cannot be told what they need; all that they have was taken.
            DiskFull, StoreUnavailable: The disk of the folder or of the store fails.
        """
        damaged = []
        marks = Marks(self._folder)
        try:
            for (repo_id,) in core.db.rows(_LIBRARIES):
                self.libraries += 1
                self._rows("INSERT INTO library (number, id) VALUES (?, ?)", self.libraries, repo_id)
                try:
                    self._add(core, marks, repo_id)
                except Damaged:
                    damaged.append(repo_id)
                    self._put(block_id for block_id, _ in list_blocks(repo_id))
                marks.clear()
        finally:
            marks.discard()
            marks.remove()
        if damaged:
            text = f"these libraries are damaged, run syncfile fsck: {', '.join(damaged)}"
            raise StoreDamaged(text, libraries=damaged)

    def __iter__(self) -> Iterator[Key]:
        number, block_id = 0, b""
        sql = (
            "SELECT block.library, library.id, block.id FROM block JOIN library ON library.number = block.library"
            " WHERE (block.library, block.id) > (?, ?) ORDER BY block.library, block.id LIMIT ?"
        )
        while rows := self._rows(sql, number, block_id, BATCH):
            yield from (Key(repo_id, key.hex()) for _, repo_id, key in rows)
            number, _, block_id = rows[-1]

    def __contains__(self, key: Key) -> bool:
        sql = "SELECT 1 FROM block WHERE library = (SELECT number FROM library WHERE id = ?) AND id = ?"
        return bool(self._rows(sql, key.repo_id, bytes.fromhex(key.block_id)))

    def close(self) -> None:
        """Forget it all. Safe to call twice."""
        self._db.close()
        self._remove()

    def _add(self, core: Core, marks: Marks, repo_id: str) -> None:
        reach = Reach(core, marks, repo_id)
        reach.catch_up()
        after = _FIRST_ID
        while ids := marks.list_kept(BLOCK, BATCH, after):
            rows = core.db.rows(
                f"SELECT id FROM small_block WHERE repo_id = ? AND id IN ({', '.join('?' * len(ids))})", repo_id, *ids
            )
            small = {row[0] for row in rows}
            self._put(block_id for block_id in ids if block_id not in small)
            after = ids[-1]

    def _put(self, block_ids: Iterable[str]) -> None:
        """Add blocks of the last library."""
        sql = "INSERT INTO block (library, id) VALUES (?, ?) ON CONFLICT DO NOTHING"
        with translated():
            self._db.executemany(sql, ((self.libraries, bytes.fromhex(block_id)) for block_id in block_ids))

    def _rows(self, sql: str, *params: object) -> list[Any]:
        with translated():
            return self._db.execute(sql, params).fetchall()

    def _remove(self) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self._path)
