"""The audit log: who did what, when and from where, as far as it is not in a library's history.

Changes of files are commits and need no second log. Here is what concerns the door: signing in, tokens, accounts,
sharing, links, libraries as a whole, settings, the disk. docs/api/audit.md lists the actions.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncfile.core.access import Actor, require_staff
from syncfile.core.core import Core

SIGN_IN_FAILED = "sign_in_failed"
#: Of all rows at most one in so many is a wrong sign-in: a flood of those must not wash out the rest.
FAILURES_SHARE = 4
TRIM_EVERY = 64
PAGE_ROWS = 500
TARGET_CHARS = 1024

_NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log.

    Attributes:
        time: Seconds.
        account: Name of who did it, as it was then; "" for nobody who is known, and for the command line.
        address: "" for the command line.
        action: A noun and a verb.
        target: What it was done to, for people.
        facts: For programs.
    """

    id: int
    time: int
    account: str
    address: str
    action: str
    target: str
    facts: dict[str, Any]


def record(core: Core, actor: Actor, action: str, target: str = "", **facts: object) -> None:
    """Note that the actor did something; joins the running transaction, if there is one.

    Args:
        action: A noun and a verb, ``link_create`` say; at most 32 characters.
        target: What it was done to, a name or path for people; never a secret.
        facts: For programs; never a secret either.
    """
    text = json.dumps(facts, separators=(",", ":"))
    with core.db.transaction():
        (row_id,) = core.db.row(
            "INSERT INTO audit_event (at, account_id, username, address, action, target, facts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            *(core.now(), actor.account_id or 0, actor.username, actor.address, action, target[:TARGET_CHARS], text),
        )
        if row_id % TRIM_EVERY == 0:
            _trim(core)


def list_events(
    core: Core, actor: Actor, *, action: str = "", account: str = "", start: int = 0, limit: int = PAGE_ROWS
) -> list[Event]:
    """Return a page of the log, newest first; of one action, or of one account by name, where it is given.

    Raises:
        PermissionDenied: The actor is no administrator.
    """
    require_staff(actor)
    return _page(core, action, account, _NEWEST, 0, limit, start)


def iter_events(core: Core, actor: Actor, *, action: str = "", account: str = "", since: int = 0) -> Iterator[Event]:
    """Yield the log, newest first, back to ``since`` in seconds; a page of it is in memory.

    Raises:
        PermissionDenied: The actor is no administrator; at the call, not when it is run.
    """
    require_staff(actor)
    return _iter(core, action, account, since)


def _iter(core: Core, action: str, account: str, since: int) -> Iterator[Event]:
    before = _NEWEST
    while page := _page(core, action, account, before, since, PAGE_ROWS, 0):
        yield from page
        before = page[-1].id


def _page(core: Core, action: str, account: str, before: int, since: int, limit: int, start: int) -> list[Event]:
    rows = core.db.rows(
        "SELECT id, at, username, address, action, target, facts FROM audit_event WHERE id < ? AND at >= ?"
        " AND (? = '' OR action = ?) AND (? = '' OR username = ? COLLATE NOCASE) ORDER BY id DESC LIMIT ? OFFSET ?",
        *(before, since, action, action, account, account, limit, start),
    )
    return [
        Event(row_id, at, username, address, row_action, target, json.loads(facts))
        for row_id, at, username, address, row_action, target, facts in rows
    ]


def _trim(core: Core) -> None:
    """Delete the oldest rows beyond ``audit_rows``, wrong sign-ins and the rest each beyond their own share."""
    failures = core.config.audit_rows // FAILURES_SHARE
    for comparison, kept in (("=", failures), ("<>", core.config.audit_rows - failures)):
        core.db.rows(
            f"DELETE FROM audit_event WHERE action {comparison} ? AND id <= (SELECT id FROM audit_event"
            f" WHERE action {comparison} ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            *(SIGN_IN_FAILED, SIGN_IN_FAILED, kept),
        )
