"""Copy everything to a folder on another disk, or to a stream, while the server runs.

Into a folder each run copies only what is new. What comes out is again a data folder: it can be checked, served, or
read with the rescue reader that is in it. With - a tar archive is written to standard output.

Exit codes: 0 done, 1 something of the store is damaged or the folder is refused, 2 the data folder cannot be used.
"""

import argparse
import sys
from typing import TextIO

from syncfile import config
from syncfile.cli.opening import OPERATOR, with_core
from syncfile.core import audit
from syncfile.core.backup import back_up
from syncfile.core.backup_blocks import BackupReport
from syncfile.core.backup_tar import write_tar
from syncfile.core.core import Core
from syncfile.errors import BadRequest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the data folder is, and where the backup goes."""
    config.add_arguments(parser, ["data"])
    parser.add_argument("--verify", action="store_true", help="read and hash all of the backup in the end")
    parser.add_argument("folder", metavar="DIR|-", help="a folder, made if it is missing; - is standard output")


def run(arguments: argparse.Namespace) -> int:
    """Make the backup."""

    def work(core: Core) -> int:
        if arguments.folder != "-":
            return _told(core, arguments.folder, back_up(core, arguments.folder, verify=arguments.verify), sys.stdout)
        if arguments.verify or sys.stdout.isatty():
            raise BadRequest("a backup to standard output is a stream for a pipe or a file, and cannot be read again")
        return _told(core, "-", write_tar(core, sys.stdout.buffer), sys.stderr)

    return with_core(arguments, work)


def _told(core: Core, target: str, report: BackupReport, out: TextIO) -> int:
    audit.record(core, OPERATOR, "backup_make", target, blocks=report.copied, damaged=report.damaged)
    return tell(report, out)


def tell(report: BackupReport, out: TextIO) -> int:
    """Say what was copied, and return the exit code."""
    for problem in report.problems:
        print(f"damaged: {problem}", file=out)
    print(f"{report.libraries} libraries, database of {report.database_bytes} bytes", file=out)
    print(f"{report.copied} blocks ({report.copied_bytes} bytes) copied", file=out)
    print(f"{report.there} blocks were there, {report.removed} removed", file=out)
    if report.damaged:
        print(f"{report.damaged} damaged: run syncfile fsck --deep", file=out)
    return 1 if report.damaged else 0
