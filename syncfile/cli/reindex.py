"""Fill the tables for names, sizes and changes again from the commits, of one library or of all.

Exit codes: 0 done, 1 there is no such library or its commits are damaged, 2 the data folder cannot be used.
"""

import argparse

from syncfile import config
from syncfile.cli.opening import with_core
from syncfile.core.core import Core
from syncfile.core.reindex import reindex, repo_ids
from syncfile.daemon import complain
from syncfile.errors import SyncFileError
from syncfile.store.object_store import ObjectMissing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the data folder is and which library is meant."""
    config.add_arguments(parser, ["data"])
    parser.add_argument("library", nargs="?", metavar="LIBRARY", help="id of a library; all of them by default")


def run(arguments: argparse.Namespace) -> int:
    """Do it, one library after the other; one that fails stays as it was."""

    def work(core: Core) -> int:
        wanted = [arguments.library] if arguments.library else repo_ids(core)
        done = [_reindex(core, repo_id) for repo_id in wanted]
        return 0 if all(done) else 1

    return with_core(arguments, work)


def _reindex(core: Core, repo_id: str) -> bool:
    try:
        reindex(core, repo_id)
    except (SyncFileError, ObjectMissing) as error:
        complain(error)
        return False
    print(repo_id)
    return True
