"""A backup as a stream: a tar archive (POSIX.1-1988 ustar, GNU's form for large numbers), written block by block."""

import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import BinaryIO

from storage.backend import Key
from syncfile.core.backup import claimed
from syncfile.core.backup_blocks import BackupReport, StorePlace, read_block
from syncfile.core.backup_database import copy_database, open_copy
from syncfile.core.backup_needs import Needs, StoreDamaged
from syncfile.core.core import Core
from syncfile.errors import BadRequest
from syncfile.store.backup_marker import BACKUP_MARKER_NAME, BackupMarker
from syncfile.store.block_hold import hold_blocks
from syncfile.store.data_folder import DATABASE_NAME, MARKER_NAME
from syncfile.store.db import translated

_WORK_NAME = "backup-stream"  # in the data folder: the machine's own temporary files may be in its memory
_PART_BYTES = 256 << 10
_NAMES = {BACKUP_MARKER_NAME, DATABASE_NAME, MARKER_NAME}
_BLOCK_NAME = re.compile(r"blocks/([0-9a-f-]{36})/([0-9a-f]{2})/([0-9a-f]{38})")


def write_tar(core: Core, out: BinaryIO) -> BackupReport:
    """Write a backup as one stream; its end says that it is whole.

    Raises:
        FolderInUse: Another such stream is being made.
        DiskFull: There is no room beside the data for a copy of the database.
        StoreUnavailable: The disk fails.
        OSError: Whoever reads has gone away.
    """
    source, report = StorePlace(core.folder.path), BackupReport()
    with hold_blocks(core.folder), _workshop(core.folder.path) as work:
        database = os.path.join(work, DATABASE_NAME)
        copy_database(source.database, database)
        with closing(Needs(work)) as needs:
            with open_copy(work, database, core.clock) as copy:
                try:
                    needs.fill(copy, source.blocks.list)
                except StoreDamaged as error:
                    report.add_problem(error.message)
            report.libraries, report.database_bytes = needs.libraries, os.path.getsize(database)
            tar = _TarWriter(out)
            marker = BackupMarker(core.folder.store_id, core.now()).encode()
            tar.add(BACKUP_MARKER_NAME, len(marker), [marker])
            with open(database, "rb") as file:
                tar.add(DATABASE_NAME, report.database_bytes, iter(lambda: file.read(_PART_BYTES), b""))
            _add_blocks(tar, source, needs, report)
            tar.add(MARKER_NAME, 0, [])
            tar.close()
    return report


def _add_blocks(tar: "_TarWriter", source: StorePlace, needs: Needs, report: BackupReport) -> None:
    for key in needs:
        with translated():
            found = source.blocks.stat(key)
        size = found.size if found else 0
        name = f"blocks/{key.repo_id}/{key.block_id[:2]}/{key.block_id[2:]}"
        if found is None or not tar.add(name, size, read_block(source, key)):
            report.add_problem(f"{key.repo_id}: block {key.block_id} is missing or damaged")
        else:
            report.copied += 1
            report.copied_bytes += size


@contextmanager
def _workshop(data_folder: str) -> Iterator[str]:
    """Yield the path of an empty folder beside the data, which goes in the end. Raises ``FolderInUse``."""
    work = os.path.join(data_folder, _WORK_NAME)
    try:
        with claimed(work):
            try:
                yield work
            finally:
                for name in os.listdir(work):
                    os.unlink(os.path.join(work, name))
    finally:
        with suppress(OSError):  # somebody else's by now; not sooner, as FUSE keeps files that are open
            os.rmdir(work)


class _TarWriter:
    """Writes an archive to a stream that cannot be rewound. Python's own keeps all names that it has written."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def add(self, name: str, size: int, parts: Iterable[bytes]) -> bool:
        """Add a file. Tell whether there were as many bytes as was said; what is missing becomes zeros."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._out.write(info.tobuf(tarfile.GNU_FORMAT))
        left = size
        for part in parts:
            self._out.write(part[:left])
            left -= len(part)
        for start in range(0, max(left, 0), _PART_BYTES):
            self._out.write(bytes(min(_PART_BYTES, left - start)))
        self._out.write(bytes(-size % tarfile.BLOCKSIZE))
        return left == 0

    def close(self) -> None:
        """Write the end."""
        self._out.write(bytes(2 * tarfile.BLOCKSIZE))
        self._out.flush()


def read_tar(stream: BinaryIO) -> Iterator[tuple[str, Key | None, Iterator[bytes]]]:
    """Yield name, key if it is a block, and bytes of each file of a backup; bytes have to be read at once.

    Raises:
        BadRequest: It is no backup, or not all of one.
    """
    name = ""
    while (info := _read_header(stream)) is not None:
        name = info.name
        match = _BLOCK_NAME.fullmatch(name)
        if not info.isreg() or (match is None and name not in _NAMES):
            raise BadRequest(f"this is no backup: it has {name!r}")
        parts = _read_parts(stream, info.size)
        yield name, Key(match[1], match[2] + match[3]) if match else None, parts
        for _ in parts:
            pass
        _read(stream, -info.size % tarfile.BLOCKSIZE)
    if name != MARKER_NAME:
        raise BadRequest("the end of the backup is missing")


def _read_header(stream: BinaryIO) -> tarfile.TarInfo | None:
    """Return what a header says; None at the end of the archive."""
    block = _read(stream, tarfile.BLOCKSIZE)
    if not any(block):
        return None
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.TarError as error:
        raise BadRequest(f"this is no backup: {error}") from None


def _read_parts(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0:
        part = _read(stream, min(size, _PART_BYTES))
        size -= len(part)
        yield part


def _read(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise BadRequest("the end of the backup is missing")
    return data
