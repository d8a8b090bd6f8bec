"""Write a library, or all of them, as plain files and folders with their dates, while the server runs.

An export that was cut off goes on: files that are there with the same size and date are taken as done. Nothing is
overwritten. The password of an encrypted library is asked for, or read as one line from a pipe.

Exit codes: 0 done, 1 something could not be written or read, each told in a line, 2 the data folder cannot be used.
"""

import argparse
import os
import re
import sys
from datetime import datetime

from syncfile import config
from syncfile.cli.opening import OPERATOR, with_core
from syncfile.core import audit
from syncfile.core.access import RepoInfo
from syncfile.core.core import Core
from syncfile.core.crypto import CipherKey
from syncfile.core.export import ExportReport, all_libraries, export_library, find_library, open_key
from syncfile.errors import BadRequest, SyncFileError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the data folder is, what is wanted and where it goes."""
    config.add_arguments(parser, ["data"])
    parser.add_argument("--all", action="store_true", help="every library, each in a folder of its name")
    parser.add_argument("--at", default="", metavar="WHEN", help="a time as in 2026-01-31T18:00, or the id of a commit")
    parser.add_argument("library", nargs="?", default="", metavar="LIBRARY", help="name or id")
    parser.add_argument("folder", metavar="DIR", help="made if it is missing")


def run(arguments: argparse.Namespace) -> int:
    """Export."""

    def work(core: Core) -> int:
        if bool(arguments.library) == arguments.all:
            raise BadRequest("either a LIBRARY is wanted, or --all of them")
        at, report = _moment(arguments.at), ExportReport(print)
        if arguments.all:
            os.makedirs(arguments.folder, exist_ok=True)
            for repo, name in all_libraries(core):
                _try(core, repo, os.path.join(arguments.folder, name), report, at)
        else:
            repo = find_library(core, arguments.library)
            export_library(core, repo, arguments.folder, report, at=at, key=_key(repo))
            _audit(core, repo, arguments.folder)
        return _tell(report)

    return with_core(arguments, work)


def _try(core: Core, repo: RepoInfo, folder: str, report: ExportReport, at: str | int) -> None:
    """Export one of many: what is wrong with it is told, and the others go on."""
    try:
        export_library(core, repo, folder, report, at=at, key=_key(repo))
    except SyncFileError as error:
        report.fail(f"{repo.name} ({repo.id})", error)
    else:
        _audit(core, repo, folder)


def _audit(core: Core, repo: RepoInfo, folder: str) -> None:
    audit.record(core, OPERATOR, "library_export", repo.name, repo_id=repo.id, folder=folder)


def _tell(report: ExportReport) -> int:
    there = f", {report.there} were there" if report.there else ""
    print(f"{report.files} files ({report.bytes} bytes) and {report.folders} folders written{there}")
    if report.failed:
        print(f"{report.failed} could not be written")
    return 1 if report.failed else 0


def _moment(text: str) -> str | int:
    """Return a commit's id as it is, and a time as seconds; one without a zone is of this machine's."""
    if not text or re.fullmatch(r"[0-9a-f]{40}", text):
        return text
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except ValueError:
        raise BadRequest("--at takes a time as in 2026-01-31T18:00, or the id of a commit") from None


def _key(repo: RepoInfo) -> CipherKey | None:
    """Ask for the password of an encrypted library."""
    if not repo.is_encrypted:
        return None
    if not sys.stdin.isatty():
        return open_key(repo, sys.stdin.readline().rstrip("\r\n"))
    from getpass import getpass

    return open_key(repo, getpass(f"Password of {repo.name}: "))
