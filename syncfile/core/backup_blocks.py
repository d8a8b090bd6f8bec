"""Blocks copied from one folder to another, every byte of them hashed on the way."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from storage.backend import BlockMissing, Key
from storage.local import LocalBackend
from syncfile.core.backup_database import require_room
from syncfile.core.backup_needs import Needs
from syncfile.errors import StoreUnavailable
from syncfile.store.data_folder import DATABASE_NAME
from syncfile.store.db import translated

_PART_BYTES = 256 << 10
_MAX_PROBLEMS = 1000  # told one by one; of a disk without any block there would be too many


@dataclass(slots=True)
class BackupReport:
    """What was done. Blocks are those with a file of their own; bytes are as stored.

    Attributes:
        libraries: In the backup.
        database_bytes: Of the database, which holds all but the blocks.
        copied: Blocks that were copied.
        there: Blocks that were there before.
        removed: Blocks that nothing needs any more.
        damaged: How many blocks could not be copied, as they are damaged or missing.
        problems: A line for each of these.
    """

    libraries: int = 0
    database_bytes: int = 0
    copied: int = 0
    copied_bytes: int = 0
    there: int = 0
    removed: int = 0
    damaged: int = 0
    problems: list[str] = field(default_factory=list)

    def add_problem(self, text: str) -> None:
        """Note something that is not in the backup as it should be."""
        self.damaged += 1
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(text)


class StorePlace:
    """A folder with a store in it, or one to be.

    Attributes:
        path: Of the folder.
        blocks: What is in files of their own.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.blocks = LocalBackend(path)

    @property
    def database(self) -> str:
        """The path of its database."""
        return os.path.join(self.path, DATABASE_NAME)


def copy_blocks(source: StorePlace, target: StorePlace, needs: Needs, report: BackupReport) -> None:
    """Copy all blocks that are needed and not there yet. What is damaged is told and left out.

    Raises:
        DiskFull: There is no room for all; none was copied.
        StoreUnavailable: A disk fails; the next run goes on.
    """
    with translated():
        require_room(target.path, sum(_bytes_to_copy(source, target, key) for key in needs))
        for key in needs:
            size = _size(target, key)
            if size is not None and _size(source, key) in {size, None}:
                report.there += 1
            else:
                copy_block(source, target, key, report)


def copy_block(
    source: StorePlace, target: StorePlace, key: Key, report: BackupReport, *, replace: bool = False
) -> None:
    """Copy a block, unless it is damaged, which is told.

    Args:
        replace: Let it take the place of what is there, which is damaged.

    Raises:
        OSError: The disk of the target fails.
        StoreUnavailable: That of the source is gone.
    """
    if keep_block(target, key, read_block(source, key), report, replace=replace):
        return
    if not os.path.exists(source.database):
        raise StoreUnavailable("the disk is gone, or is failing")
    report.add_problem(f"{key.repo_id}: block {key.block_id} is missing or damaged")


def keep_block(
    target: StorePlace, key: Key, parts: Iterable[bytes], report: BackupReport, *, replace: bool = False
) -> bool:
    """Write a block, and tell whether its bytes were those that its id says; else nothing was written."""
    digest = hashlib.sha1()
    size = 0
    writer = target.blocks.create()
    try:
        for part in parts:
            digest.update(part)
            size += len(part)
            writer.write(part)
        if digest.hexdigest() != key.block_id:
            return False
        if replace:
            target.blocks.delete(key)
        writer.commit(key)
    finally:
        writer.abort()
    report.copied += 1
    report.copied_bytes += size
    return True


def read_block(place: StorePlace, key: Key) -> Iterator[bytes]:
    """Yield a block in parts of at most 256 KiB; it ends early where it cannot be read."""
    try:
        with place.blocks.open(key) as file:
            while part := file.read(_PART_BYTES):
                yield part
    except (BlockMissing, OSError):
        return


def prune_blocks(target: StorePlace, needs: Needs, report: BackupReport) -> None:
    """Remove the blocks that nothing needs."""
    with translated():
        for repo_id in os.listdir(os.path.join(target.path, "blocks")):
            for block_id, _ in target.blocks.list(repo_id):
                if Key(repo_id, block_id) not in needs:
                    target.blocks.delete(Key(repo_id, block_id))
                    report.removed += 1


def _bytes_to_copy(source: StorePlace, target: StorePlace, key: Key) -> int:
    size = _size(source, key)
    return size if size is not None and _size(target, key) != size else 0


def _size(place: StorePlace, key: Key) -> int | None:
    found = place.blocks.stat(key)
    return found.size if found else None
