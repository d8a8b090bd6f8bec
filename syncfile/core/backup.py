"""A backup of everything in a folder of another disk, made while the server runs; each run brings what is new.

The folder is laid out as a data folder, so it can be checked, served or read with the rescue reader as it is. Blocks
never change, so they are added first; then the database takes the place of the one before, in one rename; then what
nothing needs any more is removed. Cut off at any moment, this leaves the backup before it, or the new one.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from storage.backend import Key
from storage.local import sync_folder
from syncfile.core.backup_blocks import BackupReport, StorePlace, copy_block, copy_blocks, prune_blocks
from syncfile.core.backup_database import copy_database, open_copy, remove_database, settle_database
from syncfile.core.backup_needs import Needs, StoreDamaged
from syncfile.core.core import Core
from syncfile.core.fsck import check
from syncfile.errors import BadRequest
from syncfile.store.backup_marker import BACKUP_MARKER_NAME, BackupMarker, read_backup_marker, write_backup_marker
from syncfile.store.block_hold import hold_blocks
from syncfile.store.data_folder import LOCK_NAME, MARKER_NAME, OF_THE_SYSTEM, DataFolder, write_marker
from syncfile.store.db import translated
from syncfile.store.rescue_kit import place_kit

_NEW = ".new"


def back_up(core: Core, path: str, *, verify: bool = False) -> BackupReport:
    """Bring the backup in a folder up to date, or begin one in a folder that is missing or empty.

    Args:
        verify: Read and hash all of the backup in the end; what is damaged in it is copied again.

    Raises:
        BadRequest: The folder is no place for a backup of this store; nothing was written.
        StoreDamaged: What was there before stays as it is.
        FolderInUse: Another backup is being made there, or a server works with it.
        DiskFull, StoreUnavailable: What was there before is whole; the next run goes on.
    """
    path = os.path.realpath(path)
    store_id = core.folder.store_id
    require_apart(core.folder.path, path)
    _require_place(path, store_id)
    with hold_blocks(core.folder), claimed(path):
        before = read_backup_marker(path) or BackupMarker(store_id)
        write_backup_marker(path, before)
        source, target = StorePlace(core.folder.path), StorePlace(path)
        report = copy_store(source, target, core.clock, prune=True)
        write_backup_marker(path, BackupMarker(store_id, core.now()))
        if not os.path.exists(os.path.join(path, MARKER_NAME)):
            write_marker(path, str(uuid.uuid4()))  # its own: a server that waits for its disk must not take it for that
        if verify:
            _verify(core, source, target, report)
    return report


def copy_store(source: StorePlace, target: StorePlace, clock: Callable[[], float], *, prune: bool) -> BackupReport:
    """Let a folder, which this process has claimed, have all that a store has, but for the markers.

    Raises:
        StoreDamaged, DiskFull, StoreUnavailable: The store that was in the folder before is whole.
    """
    report = BackupReport()
    new = target.database + _NEW
    with translated():
        target.blocks.prepare()
    try:
        copy_database(source.database, new)
        with closing(Needs(target.path)) as needs:
            with open_copy(target.path, new, clock) as copy:
                _fill(needs, copy, source, target, report)
            copy_blocks(source, target, needs, report)
            report.libraries, report.database_bytes = needs.libraries, os.path.getsize(new)
            publish_database(target, new)
            if prune and not report.damaged:
                prune_blocks(target, needs, report)
    finally:
        remove_database(new)
    place_kit(target.path)
    return report


def _fill(needs: Needs, copy: Core, source: StorePlace, target: StorePlace, report: BackupReport) -> None:
    """Find out what is needed. Of a damaged store a backup is made only where it does not replace a good one."""
    try:
        needs.fill(copy, source.blocks.list)
    except StoreDamaged as error:
        if os.path.exists(target.database):
            raise
        report.add_problem(error.message)


def publish_database(target: StorePlace, new: str) -> None:
    """Let a copy take the place of the database. Raises ``StoreUnavailable``."""
    settle_database(target.database)
    with translated():
        with open(new, "rb") as file:
            os.fsync(file.fileno())
        os.replace(new, target.database)
        sync_folder(target.path)


def require_apart(data_folder: str, path: str) -> None:
    """Raise ``BadRequest`` if a folder is the data folder, is in it, or holds it."""
    ours, other = os.path.realpath(data_folder), os.path.realpath(path)
    if os.path.commonpath([ours, other]) in {ours, other}:
        raise BadRequest("the folder must be neither in the data folder nor around it")


@contextmanager
def claimed(path: str) -> Iterator[None]:
    """Keep everybody else from working with a folder, which is made if its parent is there.

    Raises:
        FolderInUse: Somebody else does.
        DiskFull, StoreUnavailable: The disk fails.
    """
    with translated():
        if not os.path.isdir(path):
            os.mkdir(path, 0o700)
            sync_folder(os.path.dirname(path))
    folder = DataFolder(path)
    folder.lock()
    try:
        yield
    finally:
        folder.close()


def holds_nothing(path: str) -> bool:
    """Tell whether a folder is missing, or holds nothing of anybody's."""
    with translated():
        try:
            # A backup that was cut off at once leaves the lock, and its marker under another name.
            return not set(os.listdir(path)) - OF_THE_SYSTEM - {LOCK_NAME, f"{BACKUP_MARKER_NAME}.tmp"}
        except FileNotFoundError:
            return True


def _require_place(path: str, store_id: str) -> None:
    """Raise ``BadRequest`` unless a backup of this store may be made in a folder."""
    if os.path.exists(path) and not os.path.isdir(path):
        raise BadRequest(f"{path} is not a folder")
    if not os.path.isdir(os.path.dirname(path)):
        raise BadRequest(f"there is no folder {os.path.dirname(path)}; is the disk mounted?")
    if holds_nothing(path):
        return
    marker = read_backup_marker(path)
    if marker is None and os.path.exists(os.path.join(path, MARKER_NAME)):
        raise BadRequest(f"{path} is a store that somebody worked with; a backup would overwrite what was done there")
    if marker is None:
        raise BadRequest(f"{path} holds something that is no backup")
    if marker.store_id != store_id:
        raise BadRequest(f"{path} is the backup of another store")


def _verify(core: Core, source: StorePlace, target: StorePlace, report: BackupReport) -> None:
    """Check the backup as a store, and copy damaged blocks again."""
    with open_copy(target.path, target.database, core.clock) as copy, translated():
        for finding in check(copy, deep=True):
            if finding.kind == "block":
                copy_block(source, target, Key(finding.repo_id, finding.id), report, replace=True)
            else:
                report.add_problem(str(finding))
