"""A store made again from a backup, in an empty folder; it counts as a store only when all of it is there."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import BinaryIO

from storage.backend import Key
from syncfile.core.backup import claimed, copy_store, holds_nothing, publish_database, require_apart
from syncfile.core.backup_blocks import BackupReport, StorePlace, keep_block
from syncfile.core.backup_database import open_copy, remove_database, require_whole
from syncfile.core.backup_needs import Needs, StoreDamaged
from syncfile.core.backup_tar import read_tar
from syncfile.errors import BadRequest, Busy, StoreUnavailable
from syncfile.store.backup_marker import (
    BACKUP_MARKER_NAME,
    BackupMarker,
    decode_backup_marker,
    forget_backup_marker,
    read_backup_marker,
    write_backup_marker,
)
from syncfile.store.data_folder import DATABASE_NAME, MARKER_NAME, DataFolder, FolderInUse, write_marker
from syncfile.store.db import translated
from syncfile.store.rescue_kit import place_kit

_NEW = ".new"
_MAX_MARKER_BYTES = 4096


def restore_folder(source_path: str, path: str) -> BackupReport:
    """Make a store of the backup in a folder. One that was cut off goes on where it was.

    Raises:
        BadRequest: The source is no backup, or not all of one, or the folder is not empty; nothing was written.
        FolderInUse: A backup is being made there, or somebody works with one of the folders.
        DiskFull, StoreUnavailable: It can be run again.
    """
    source_path, path = os.path.realpath(source_path), os.path.realpath(path)
    require_apart(source_path, path)
    with _quiet(source_path):
        marker = _marker_of(source_path)
        with _made_again(path, BackupMarker(marker.store_id)):
            return copy_store(StorePlace(source_path), StorePlace(path), _clock(marker), prune=False)


def restore_tar(stream: BinaryIO, path: str) -> BackupReport:
    """Make a store of a backup that comes as a stream.

    Raises:
        BadRequest: It is no backup, or not all of one, or the folder is not empty.
        FolderInUse, DiskFull, StoreUnavailable: As ``restore_folder``.
    """
    path = os.path.realpath(path)
    members = read_tar(stream)
    name, _, parts = next(members, ("", None, iter(())))
    head = next(parts, b"")[:_MAX_MARKER_BYTES]  # no more of it: who knows what the stream says that it is
    marker = decode_backup_marker(head) if name == BACKUP_MARKER_NAME else None
    if marker is None:
        raise BadRequest("this is no backup: it does not say of which store")
    with _made_again(path, BackupMarker(marker.store_id)):
        return _unpack(StorePlace(path), members, _clock(marker))


def _unpack(
    target: StorePlace, members: Iterator[tuple[str, Key | None, Iterator[bytes]]], clock: Callable[[], float]
) -> BackupReport:
    report = BackupReport()
    new = target.database + _NEW
    remove_database(new)
    with translated():
        target.blocks.prepare()
        for name, key, parts in members:
            if key is not None:
                keep_block(target, key, parts, report)  # one that is damaged is missed in the end
            elif name == DATABASE_NAME:
                report.database_bytes = _write(new, parts)
    if not report.database_bytes:
        raise BadRequest("this is no backup: it has no database")
    _require_database(new)
    with closing(Needs(target.path)) as needs:
        with open_copy(target.path, new, clock) as copy:
            try:
                needs.fill(copy, target.blocks.list)
            except StoreDamaged as error:
                report.add_problem(error.message)
        report.libraries = needs.libraries
        for key in needs:
            if target.blocks.stat(key) is None:
                report.add_problem(f"{key.repo_id}: block {key.block_id} is missing or damaged")
    publish_database(target, new)
    place_kit(target.path)
    return report


@contextmanager
def _made_again(path: str, marker: BackupMarker) -> Iterator[None]:
    """Claim a folder, and make it the store that the marker names if all goes well."""
    _require_empty(path, marker)
    with claimed(path):
        write_backup_marker(path, marker)
        yield
        write_marker(path, marker.store_id)
        forget_backup_marker(path)


def _require_empty(path: str, marker: BackupMarker) -> None:
    if os.path.exists(path) and not os.path.isdir(path):
        raise BadRequest(f"{path} is not a folder")
    if not os.path.isdir(os.path.dirname(path)):
        raise BadRequest(f"there is no folder {os.path.dirname(path)}; is the disk mounted?")
    is_begun = not os.path.exists(os.path.join(path, MARKER_NAME)) and read_backup_marker(path) == marker
    if not holds_nothing(path) and not is_begun:
        raise BadRequest(f"{path} is not empty, and a store is restored into an empty folder only")


@contextmanager
def _quiet(source_path: str) -> Iterator[None]:
    """Keep a backup from being changed while it is read. A medium that cannot be written needs no such thing."""
    if not os.path.exists(os.path.join(source_path, MARKER_NAME)):
        raise BadRequest(f"{source_path} is no backup, or not all of one")
    folder = DataFolder(source_path, require_marker=True)
    folder.open()
    with ExitStack() as stack:
        try:
            folder.lock()
            stack.callback(folder.close)
        except FolderInUse:
            raise Busy("the backup is in use: it is being made, or a server works with it") from None
        except (StoreUnavailable, PermissionError):
            pass
        yield


def _clock(marker: BackupMarker) -> Callable[[], float]:
    """Return the time of the backup: by it there is all of the past in it that its libraries keep."""
    return lambda: marker.completed_at or time.time()


def _marker_of(source_path: str) -> BackupMarker:
    """Return of which store a folder is the backup; one that was served since is a store of its own."""
    marker = read_backup_marker(source_path)
    if marker is not None:
        return marker
    folder = DataFolder(source_path, require_marker=True)
    folder.open()
    return BackupMarker(folder.store_id)


def _write(path: str, parts: Iterable[bytes]) -> int:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        return sum(file.write(part) for part in parts)


def _require_database(path: str) -> None:
    with translated(), closing(sqlite3.connect(path)) as database:
        require_whole(database)
