"""Check that everything that is stored is there and whole: of one library, or of all.

Without --repair it reads only, and may run beside the server. Each line names library, path, what is wrong and where.

Exit codes: 0 clean, 1 something was found (with --repair too), 2 it could not run.
"""

import argparse
import sqlite3

import peewee

from syncfile import config
from syncfile.cli.opening import OPERATOR, with_core
from syncfile.core import audit
from syncfile.core.core import Core
from syncfile.core.fsck import check
from syncfile.core.fsck_repair import repair
from syncfile.daemon import complain
from syncfile.errors import SyncFileError

_UNREADABLE = (SyncFileError, sqlite3.DatabaseError, peewee.DatabaseError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the data folder is, which library is meant, and what to do with it."""
    config.add_arguments(parser, ["data"])
    parser.add_argument("--deep", action="store_true", help="read and hash every block")
    parser.add_argument("--repair", action="store_true", help="repair what can be repaired, losing no good version")
    parser.add_argument("library", nargs="?", default="", metavar="LIBRARY", help="id of a library; all by default")


def run(arguments: argparse.Namespace) -> int:
    """Check, and repair if that is wanted."""

    def work(core: Core) -> int:
        try:
            return _run(core, arguments)
        except _UNREADABLE as error:
            return complain(error)

    return with_core(arguments, work, alone=arguments.repair)


def _run(core: Core, arguments: argparse.Namespace) -> int:
    count = 0
    if arguments.repair:
        repaired = repair(core, arguments.library, deep=arguments.deep)
        for line in repaired.lines():
            print(line)
        count = len(repaired.found)
        if count:
            audit.record(core, OPERATOR, "fsck_repair", arguments.library, found=count, left=len(repaired.left))
    else:
        for finding in check(core, arguments.library, deep=arguments.deep):
            print(finding)
            count += 1
    print(f"{count} found" if count else "clean")
    return 1 if count else 0
