"""Remove what no library keeps any more: old versions, and what broken uploads have left.

A server that is running does this once a day by itself. Beside it this command has the server do it, and tells what
that says.

Exit codes: 0 done, 1 there is no such library or something is damaged, 2 the data folder cannot be used.
"""

import argparse
import os
from collections.abc import Callable
from dataclasses import replace

from syncfile import config
from syncfile.core import gc_wish
from syncfile.core.gc import Freed, collect
from syncfile.core.opening import close_core, open_core
from syncfile.daemon import complain
from syncfile.errors import Busy, StoreUnavailable, SyncFileError
from syncfile.store.data_folder import FolderInUse, UnknownFormat
from syncfile.store.migrations import UnknownSchema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the data folder is, and which library is meant."""
    config.add_arguments(parser, ["data", "gc_grace"])
    parser.add_argument("--dry-run", action="store_true", help="count what there is to remove, and remove nothing")
    parser.add_argument("library", nargs="?", default="", metavar="LIBRARY", help="id of a library; all by default")


def run(arguments: argparse.Namespace) -> int:
    """Collect, if no server is there to do it."""
    try:
        # A mistyped folder must not become a new store.
        settings = replace(config.from_arguments(arguments, os.environ), require_marker=True)
        core = open_core(settings)
    except FolderInUse:
        print("The server that is running does it; that may take some minutes.", flush=True)
        return _tell(lambda: gc_wish.ask(os.fspath(settings.data), arguments.library, arguments.dry_run), arguments)
    except (config.ConfigError, StoreUnavailable, Busy, UnknownFormat, UnknownSchema) as error:
        return complain(error)
    try:
        return _tell(lambda: collect(core, arguments.library, dry_run=arguments.dry_run), arguments)
    finally:
        close_core(core)


def _tell(work: Callable[[], Freed], arguments: argparse.Namespace) -> int:
    try:
        freed = work()
    except SyncFileError as error:
        complain(error)
        return 1
    print(_told(freed, "would be" if arguments.dry_run else "were"))
    return 1 if freed.damaged else 0


def _told(freed: Freed, verb: str) -> str:
    text = (
        f"{freed.blocks} blocks ({freed.block_bytes} bytes), {freed.objects} objects and {freed.commits} commits"
        f" {verb} removed; {freed.libraries} deleted libraries cleared away"
    )
    return f"{text}; {freed.damaged} damaged libraries left alone, run syncfile fsck" if freed.damaged else text
