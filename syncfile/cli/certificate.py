"""Make a certificate that signs itself, and its key, for the names and addresses by which this machine is reached.

Browsers warn once: compare the fingerprint that is printed here with the one that they show.
Exit codes: 0 done, 1 there are files that would be overwritten, 2 the folder cannot be written to.
"""

import argparse
import os
import time
from pathlib import Path

from syncfile.core.certificates import APPLE_DAYS, DAYS, make_certificate, own_names
from syncfile.daemon import complain

CERTIFICATE_NAME, KEY_NAME = "syncfile.crt", "syncfile.key"
MAX_DAYS = 36500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add names, folder and time."""
    parser.add_argument("--host", action="append", default=[], metavar="NAME", help="one more name or address")
    parser.add_argument("--only", action="store_true", help="just the names that are given")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where to (the current folder)")
    parser.add_argument(
        "--days",
        type=_days,
        default=DAYS,
        help=f"for how long (default {DAYS}; Apple's take no more than {APPLE_DAYS})",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the files that are there")


def run(arguments: argparse.Namespace) -> int:
    """Make it, and say what to do with it."""
    paths = arguments.out / CERTIFICATE_NAME, arguments.out / KEY_NAME
    there = [path for path in paths if path.exists()]
    if there and not arguments.force:
        complain(FileExistsError(f"{there[0]} is there already; --force overwrites it"))
        return 1
    names = arguments.host if arguments.only else [*arguments.host, *own_names()]
    if not names:
        return complain(ValueError("--only needs at least one --host"))
    try:
        made = make_certificate(names, arguments.days)
    except ValueError as error:
        return complain(error)
    try:
        for path, content in zip(paths, (made.certificate, made.key), strict=True):
            _write(path, content)
    except OSError as error:
        return complain(error)
    print(f"Certificate for {', '.join(dict.fromkeys(names))}")
    print(f"good until {time.strftime('%Y-%m-%d', time.gmtime(made.expires_at))}")
    print(f"SHA-256 fingerprint {made.fingerprint}")
    print(f"tls_cert = {paths[0].absolute()}\ntls_key = {paths[1].absolute()}")
    return 0


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= MAX_DAYS:
        raise ValueError
    return days


def _write(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read, wholly or not at all."""
    tmp = path.with_suffix(".tmp")
    tmp.unlink(missing_ok=True)
    with os.fdopen(os.open(tmp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    tmp.replace(path)
