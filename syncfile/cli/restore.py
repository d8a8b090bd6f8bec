"""Make a store again from a backup, in a data folder that is missing or empty.

Run it before the server is started on that folder. Each block is hashed on the way.

Exit codes: 0 done, 1 refused or something of the backup is damaged, 2 the settings cannot be used.
"""

import argparse
import os
import sys

from syncfile import config
from syncfile.cli.backup import tell
from syncfile.core.restore import restore_folder, restore_tar
from syncfile.daemon import complain
from syncfile.errors import SyncFileError
from syncfile.store.data_folder import UnknownFormat
from syncfile.store.migrations import UnknownSchema

_ADVICE = """\
Before you start the server: everything is again as it was when the backup was made. Sync clients follow: what they
have changed since is taken back in their folders, and libraries that are newer than the backup are dropped. Whoever
has newer files in a synced folder should copy them elsewhere before the client connects."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the backup is and where the store is to be."""
    config.add_arguments(parser, ["data"])
    parser.add_argument("source", metavar="DIR|-", help="the folder of a backup; - is a stream on standard input")


def run(arguments: argparse.Namespace) -> int:
    """Restore."""
    try:
        data = os.fspath(config.from_arguments(arguments, os.environ).data)
    except config.ConfigError as error:
        return complain(error)
    try:
        stream = arguments.source == "-"
        report = restore_tar(sys.stdin.buffer, data) if stream else restore_folder(arguments.source, data)
    except (SyncFileError, UnknownFormat, UnknownSchema) as error:
        complain(error)
        return 1
    code = tell(report, sys.stdout)
    print(_ADVICE)
    return code
