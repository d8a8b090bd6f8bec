"""Who signed in with an account or tried to, as its owner sees it: read from the audit log."""

import json
from contextlib import suppress
from dataclasses import dataclass

from syncfile.core import audit
from syncfile.core.access import Actor, require_account
from syncfile.core.core import Core
from syncfile.core.notifications import SYSTEM, notify
from syncfile.core.throttle import network_of
from syncfile.errors import Busy, DiskFull, StoreUnavailable, TooMany

#: Wrong sign-ins that are noted for one address within ten minutes: a flood must cost no writing.
FAILURES_PER_ADDRESS = 20
NEW_PLACE = "sign_in_new"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A try to sign in with the account of who asks; ``time`` in seconds, ``client`` in its own words."""

    time: int
    address: str
    client: str
    success: bool


def note_success(core: Core, account_id: int, address: str, kind: str, client: str) -> None:
    """Note that a program got a token of some kind, and tell the account if it is at an address that is new.

    Joins the running transaction.
    """
    (username,) = core.db.row("SELECT username FROM account WHERE id = ?", account_id)
    if address and _is_new_place(core, account_id, address):
        content = f"Your account was signed in to from a new address, {address}."
        notify(core, [account_id], NEW_PLACE, SYSTEM, content, address=address, client=client)
    actor = Actor(account_id, username, address=address)
    audit.record(core, actor, "sign_in", username, kind=kind, client=client)


def note_failure(core: Core, actor: Actor, client: str, reason: str) -> None:
    """Note that somebody could not sign in, but no more than ``FAILURES_PER_ADDRESS`` times from one address.

    Args:
        actor: Whose account it was tried with. A name that is nobody's is not kept: people type passwords there.
        client: What it says of itself.
        reason: ``password``, ``code`` or ``confirmation``.
    """
    # What cannot be noted must not change the answer.
    with suppress(TooMany, Busy, DiskFull, StoreUnavailable):
        core.throttle.count("audit", actor.address, FAILURES_PER_ADDRESS)
        audit.record(core, actor, audit.SIGN_IN_FAILED, client=client, reason=reason)


def list_sign_ins(core: Core, actor: Actor, start: int, limit: int) -> list[SignIn]:
    """Return when somebody signed in with the actor's account or tried to, newest first."""
    rows = core.db.rows(
        "SELECT at, address, facts, action FROM audit_event WHERE account_id = ? AND action IN ('sign_in', ?)"
        " ORDER BY id DESC LIMIT ? OFFSET ?",
        *(require_account(actor), audit.SIGN_IN_FAILED, limit, start),
    )
    return [
        SignIn(at, address, str(json.loads(facts).get("client", "")), action != audit.SIGN_IN_FAILED)
        for at, address, facts, action in rows
    ]


def _is_new_place(core: Core, account_id: int, address: str) -> bool:
    """Tell whether the account was signed in to before, and never from there; an IPv6 /64 is one place."""
    rows = core.db.rows(
        "SELECT DISTINCT address FROM audit_event WHERE account_id = ? AND action = 'sign_in' AND address <> ''",
        account_id,
    )
    known = {network_of(known) for (known,) in rows}
    return bool(known) and network_of(address) not in known
