"""The audit log as a table for spreadsheets (RFC 4180)."""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from syncfile.core.audit import PAGE_ROWS, Event

COLUMNS = ("id", "time", "account", "address", "action", "target", "facts")
#: Spreadsheets take what begins so for a formula (OWASP, "CSV Injection"), and names come from strangers.
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def lines(events: Iterable[Event]) -> Iterator[str]:
    """Yield the text of the table in pieces of some rows; times are in seconds."""
    piece = io.StringIO()
    writer = csv.writer(piece)
    writer.writerow(COLUMNS)
    for number, event in enumerate(events, 1):
        texts = (event.account, event.address, event.action, event.target, json.dumps(event.facts))
        writer.writerow((event.id, event.time, *map(_harmless, texts)))
        if number % PAGE_ROWS == 0:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_RISKY) else text
