"""Remove what no library keeps any more: old versions, and what broken uploads have left.

A server that is running does this once a day by itself. Beside it this command has the server do it, and tells what
that says.

Exit codes: 0 done, 1 there is no such library or something is damaged, 2 the data folder cannot be used.
"""

import argparse

from syncfile import config
from syncfile.cli.opening import with_core
from syncfile.core import gc_wish
from syncfile.core.core import Core
from syncfile.core.gc import Freed, collect


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the data folder is, and which library is meant."""
    config.add_arguments(parser, ["data", "gc_grace"])
    parser.add_argument("--dry-run", action="store_true", help="count what there is to remove, and remove nothing")
    parser.add_argument("library", nargs="?", default="", metavar="LIBRARY", help="id of a library; all by default")


def run(arguments: argparse.Namespace) -> int:
    """Collect, or have the server do it that is running."""

    def work(core: Core) -> int:
        return _tell(collect(core, arguments.library, dry_run=arguments.dry_run), arguments)

    def ask_server(data_folder: str) -> int:
        print("The server that is running does it; that may take some minutes.", flush=True)
        return _tell(gc_wish.ask(data_folder, arguments.library, arguments.dry_run), arguments)

    return with_core(arguments, work, alone=True, beside=ask_server)


def _tell(freed: Freed, arguments: argparse.Namespace) -> int:
    print(_told(freed, "would be" if arguments.dry_run else "were"))
    return 1 if freed.damaged else 0


def _told(freed: Freed, verb: str) -> str:
    text = (
        f"{freed.blocks} blocks ({freed.block_bytes} bytes), {freed.objects} objects and {freed.commits} commits"
        f" {verb} removed; {freed.libraries} deleted libraries cleared away"
    )
    return f"{text}; {freed.damaged} damaged libraries left alone, run syncfile fsck" if freed.damaged else text
