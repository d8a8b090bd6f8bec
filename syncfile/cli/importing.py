"""Put a folder of plain files into a new library, or into a folder of one that is there, with their dates.

An import that was cut off goes on with --into: files that are there with the same size and date are taken as done.
Nothing that is there is replaced. Symbolic links are not followed. Encrypted libraries are for clients.

Exit codes: 0 done, 1 something was not put in, each told in a line, 2 the data folder cannot be used.
"""

import argparse
import os

from syncfile import config
from syncfile.cli.opening import OPERATOR, with_core
from syncfile.core import audit, users
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.export import find_library
from syncfile.core.importing import ImportReport, add_library, import_folder
from syncfile.errors import BadRequest, NotFound


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the data folder is, what is put in, and where to."""
    config.add_arguments(parser, ["data"])
    parser.add_argument("folder", metavar="DIR", help="what is in it is put in")
    parser.add_argument("--library", default="", metavar="NAME", help="of the library, by default the folder's")
    parser.add_argument(
        "--owner", default="", metavar="NAME", help="of a new library; may be left out if there is one account"
    )
    parser.add_argument("--into", metavar="PATH", help="a folder of a library that is there; / is all of it")


def run(arguments: argparse.Namespace) -> int:
    """Import."""

    def work(core: Core) -> int:
        source = os.path.realpath(arguments.folder)
        name = arguments.library or os.path.basename(source)
        if not os.path.isdir(source):
            raise BadRequest(f"there is no folder {arguments.folder}")
        repo, actor = _new(core, name, arguments.owner) if arguments.into is None else _there(core, name)
        report = ImportReport(print)
        try:
            import_folder(core, actor, repo, source, arguments.into or "/", report)
        finally:
            facts = {"repo_id": repo.id, "folder": arguments.folder, "files": report.files}
            audit.record(core, OPERATOR, "library_import", repo.name, **facts)
        return _tell(repo, report)

    return with_core(arguments, work)


def _new(core: Core, name: str, owner: str) -> tuple[RepoInfo, Actor]:
    account = users.find_account_by_name(core, owner) if owner else _only_account(core)
    if account is None:
        raise NotFound(f"there is no account {owner}")
    actor = Actor(account.id, account.username)
    return add_library(core, actor, name), actor


def _only_account(core: Core) -> users.Account:
    accounts = users.list_accounts(core, OPERATOR, 0, 2)
    if len(accounts) != 1:
        raise BadRequest("whose library is it to be? --owner NAME")
    return accounts[0]


def _there(core: Core, name: str) -> tuple[RepoInfo, Actor]:
    repo = find_library(core, name)
    return repo, Actor(repo.owner_id, repo.owner)


def _tell(repo: RepoInfo, report: ImportReport) -> int:
    there = f", {report.there} were there" if report.there else ""
    print(f"{report.files} files ({report.bytes} bytes) and {report.folders} folders put into {repo.name}{there}")
    print(f"library {repo.id}")
    if report.skipped:
        print(f"{report.skipped} links and special files were skipped")
    if report.failed:
        print(f"{report.failed} were not put in")
    return 1 if report.failed else 0
