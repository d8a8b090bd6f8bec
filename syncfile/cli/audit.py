"""Print the audit log: who did what, when and from where, newest first.

Exit codes: 0 done, 1 refused, 2 the data folder cannot be used or the time makes no sense.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime

from syncfile import config
from syncfile.cli.opening import OPERATOR, with_core
from syncfile.core import audit
from syncfile.core.core import Core
from syncfile.core.texts import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is to be printed, and how."""
    config.add_arguments(parser, ["data"])
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--csv", action="store_true", help="as a table for spreadsheets")
    shape.add_argument("--json", action="store_true", help="one JSON object on each line")
    parser.add_argument("--since", type=_time, default=0, metavar="TIME", help="2026-11-30, or 2026-11-30T18:00; UTC")
    parser.add_argument("--action", default="", help="only these, link_create say")
    parser.add_argument("--account", default="", metavar="NAME", help="only what this account did")


def run(arguments: argparse.Namespace) -> int:
    """Print the log as it is read."""

    def work(core: Core) -> int:
        _print(
            arguments,
            audit.iter_events(
                core, OPERATOR, action=arguments.action, account=arguments.account, since=arguments.since
            ),
        )
        return 0

    return with_core(arguments, work)


def _print(arguments: argparse.Namespace, events: Iterable[audit.Event]) -> None:
    if arguments.csv:
        from syncfile.core.audit_csv import lines

        for piece in lines(events):
            sys.stdout.write(piece)
        return
    for event in events:
        if arguments.json:
            print(json.dumps(asdict(event)))
        else:
            time = datetime.fromtimestamp(event.time, UTC).strftime("%Y-%m-%d %H:%M:%S")
            who = event.account or "-", event.address or "-"
            print(time, *who, event.action, printable(event.target), json.dumps(event.facts), sep="\t")


def _time(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date, nor a date and time") from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
