"""Runs a command of the product in small blocks, with a mistake planted: ``runner.py MISTAKE COMMAND ARGUMENT...``.

A mistake is something that the product must not do and does not. Who looks for such and finds none of these, finds
nothing.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

#: Of which an upload makes whole blocks, so that a recording stays small.
CHUNK_BYTES = 96 << 10


def _put(owner: Any, name: str, value: object) -> None:
    """Let something be what it is not, in this process."""
    setattr(owner, name, value)


def make_blocks_small() -> None:
    """Let this process cut files into blocks of ``CHUNK_BYTES``."""
    from syncfile.core import uploads
    from syncfile.store import chunker

    for module in (chunker, uploads):
        _put(module, "CHUNK_BYTES", CHUNK_BYTES)


def nothing() -> None:
    """No mistake."""


def without_shared_memory() -> None:
    """No mistake but a file system: one where SQLite has to do without its write-ahead log."""
    from syncfile.store import db

    _put(db, "_can_wal", lambda probe: False)


def _forget_sync(part: str) -> None:
    """Let files and folders with this in their path not be synced."""
    really = os.fsync

    def fsync(fd: int) -> None:
        if part not in os.readlink(f"/proc/self/fd/{fd}") + "/":
            really(fd)

    _put(os, "fsync", fsync)


def forget_to_sync_blocks() -> None:
    """Blocks are published before their bytes are on the disk."""
    _forget_sync("/tmp/")


def forget_to_sync_block_folders() -> None:
    """Blocks are answered for before their names are on the disk."""
    _forget_sync("/blocks/")


def forget_to_sync_pieces() -> None:
    """Pieces of uploads are answered for before they are on the disk."""
    _forget_sync("/uploads/")


def forget_to_sync_marks() -> None:
    """What gc found out is believed although it never got to the disk."""
    _forget_sync("/gc.db/")


def forget_to_sync_a_backup() -> None:
    """A backup counts as made before its bytes are on the disk."""
    _forget_sync("/backup/")


def sync_again_after_an_error() -> None:
    """A sync that failed is tried again, and believed."""
    really = os.fsync

    def fsync(fd: int) -> None:
        try:
            really(fd)
        except OSError:
            really(fd)

    _put(os, "fsync", fsync)


def forget_to_sync_the_marker() -> None:
    """A store is used before it is known to be one."""
    _forget_sync("/syncfile-store.json.tmp/")


def database_does_not_sync() -> None:
    """SQLite leaves it to the system when things get to the disk."""
    from syncfile.store.db import Database

    really = Database.__init__

    def begin(self: Database, path: str, *, pragmas: list[tuple[str, object]], **more: Any) -> None:
        really(self, path, pragmas=[(name, "OFF" if name == "synchronous" else it) for name, it in pragmas], **more)

    _put(Database, "__init__", begin)


def rename_too_early() -> None:
    """A block gets its name first, and its bytes are synced afterwards."""
    from storage.local import LocalWriter

    def commit(self: LocalWriter, key: Any) -> None:
        self._backend.publish(self._path, self._size, key)
        self._path = ""
        os.fsync(self._fd)
        self._close()

    _put(LocalWriter, "commit", commit)


def head_before_objects() -> None:
    """A head is moved in a transaction of its own, before that of what it names."""
    from syncfile.core import heads

    really = heads._swap

    def swap(core: Any, *rest: Any) -> None:
        really(core, *rest)
        core.db.rows("COMMIT")
        core.db.rows("BEGIN IMMEDIATE")

    _put(heads, "_swap", swap)


def migrate_statement_by_statement() -> None:
    """A step of the schema is no transaction."""
    from syncfile.store import migrations

    def step(db: Any) -> None:
        for sql in migrations._TO_VERSION_2:
            db.rows(sql)
            db.rows("COMMIT")
            db.rows("BEGIN IMMEDIATE")

    _put(migrations.migrate, "__defaults__", ((step,),))


def record_before_bytes() -> None:
    """The row of an upload in pieces is written first, and its bytes get to the disk afterwards."""
    from syncfile.core.uploads import _Upload
    from syncfile.store.part_files import PartFile

    really, receive = PartFile.sync, _Upload.add

    def add(self: _Upload, chunks: Any) -> None:
        receive(self, chunks)
        really(self._part)

    _put(PartFile, "sync", lambda self: None)
    _put(_Upload, "add", add)


MISTAKES: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        nothing,
        without_shared_memory,
        forget_to_sync_blocks,
        forget_to_sync_block_folders,
        forget_to_sync_pieces,
        forget_to_sync_marks,
        forget_to_sync_a_backup,
        forget_to_sync_the_marker,
        sync_again_after_an_error,
        database_does_not_sync,
        rename_too_early,
        head_before_objects,
        migrate_statement_by_statement,
        record_before_bytes,
    )
}


def main() -> int:
    """Plant the mistake and run the command."""
    make_blocks_small()
    MISTAKES[sys.argv[1]]()
    from syncfile.__main__ import main as run

    return run(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
