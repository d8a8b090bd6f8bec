"""Opening and closing the data folder."""

import os
from contextlib import ExitStack, suppress

from storage.local import LocalBackend
from syncfile.config import Config
from syncfile.core.clock import Clock, Watch, recall
from syncfile.core.core import Core
from syncfile.core.server_settings import with_changes
from syncfile.core.tokens import LIFETIMES
from syncfile.errors import SyncFileError
from syncfile.profile import limits
from syncfile.store.backup_marker import forget_backup_marker
from syncfile.store.blocks import BlockStore
from syncfile.store.data_folder import DataFolder
from syncfile.store.db import Database, open_database, translated
from syncfile.store.migrations import migrate
from syncfile.store.object_store import ObjectStore
from syncfile.store.rescue_kit import place_kit


def open_core(config: Config, *, alone: bool = True, store_id: str = "") -> Core:
    """Open the data folder, making a new store in one that is missing or empty.

    Args:
        alone: Claim the folder for this process and sweep what a crash left; the administration tool, which may run
            beside the server, does neither.
        store_id: Of the store that was open before, if only that one will do; "" for any, or a new one.

    Raises:
        DiskMissing: The folder has no marker and is no place for a new store; nothing was written.
        StoreUnavailable, DiskFull: The disk is failing, or too full to begin with.
        FolderInUse: Another server works with the folder.
        UnknownFormat, UnknownSchema: The store was made by a newer SyncFile.
    """
    folder = DataFolder(os.fspath(config.data), require_marker=config.require_marker, store_id=store_id)
    folder.open()
    with ExitStack() as undo:
        undo.callback(folder.close)
        backend = LocalBackend(folder.path, folder.check)
        if alone:
            folder.lock()
            forget_backup_marker(folder.path)
            with translated():
                backend.prepare()
        db = _open_database(folder, config)
        undo.callback(db.close_all)
        migrate(db)
        clock = Clock(recall(db).seen)
        watch = Watch(db, clock, LIFETIMES) if alone else None
        if watch is not None:
            watch.begin()
        if alone:
            with suppress(SyncFileError):  # on a full disk all else goes on
                place_kit(folder.path)
        undo.pop_all()
    objects, blocks = ObjectStore(db), BlockStore(db, backend)
    return Core(
        config=with_changes(db, config),
        given=config,
        folder=folder,
        db=db,
        objects=objects,
        blocks=blocks,
        clock=clock,
        watch=watch,
    )


def _open_database(folder: DataFolder, config: Config) -> Database:
    return open_database(
        folder.database_path,
        cache_bytes=limits(config).sqlite_cache << 10,
        busy_timeout=config.sqlite_busy_timeout,
        check=folder.check,
    )


def close_core(core: Core) -> None:
    """Close the database and give up the claim on the folder; no call may be running any more.

    All that was answered is on the disk already; what SQLite keeps in its log is brought into the database, unless the
    disk is gone.
    """
    is_there = core.folder.is_there()
    try:
        if core.watch is not None:
            core.watch.stop(is_there)
        if is_there:
            with suppress(SyncFileError):  # the log is as good, and read at the next start
                core.db.checkpoint()
        core.db.close_all(is_there=is_there)
    finally:
        core.folder.close()
