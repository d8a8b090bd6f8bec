"""What an account should hear of: shares and groups it was given or taken."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from syncfile.core.access import Actor, require_account
from syncfile.core.core import Core

#: Who tells what nobody did.
SYSTEM = Actor(None, "SyncFile")
#: Kept for each account; older ones go, read or not.
KEPT = 500


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing to hear of.

    Attributes:
        receiver: Name of the account that it is for.
        kind: ``repo_share``, ``dir_share``, ``group_join``, ``group_remove``, ``group_transfer``, ``sign_in_new``; for
            administrators ``scrub_found``, ``disk_low``, ``certificate_expiry``, ``job_failed``.
        sender: Name of the account that did it, or of this program.
        content: A sentence for people.
        facts: For programs: ``repo_id``, ``group_id``, ``name`` of the library, folder, group or job, and more.
        created_us: Microseconds since the epoch.
    """

    id: int
    receiver: str
    kind: str
    sender: str
    content: str
    facts: dict[str, Any]
    created_us: int
    is_read: bool


def notify(core: Core, account_ids: Iterable[int], kind: str, actor: Actor, content: str, **facts: object) -> None:
    """Tell some accounts, but never the actor, of what the actor did; joins the running transaction."""
    now_us, text = int(core.clock() * 1_000_000), json.dumps(facts)
    for account_id in set(account_ids) - {actor.account_id}:
        core.db.rows(
            "INSERT INTO notification (account_id, kind, sender, content, facts, created_us, is_read)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(account_id, kind, actor.username, content, text, now_us, False),
        )
        core.db.rows(
            "DELETE FROM notification WHERE account_id = ? AND id <="
            " (SELECT id FROM notification WHERE account_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            *(account_id, account_id, KEPT),
        )


def notify_administrators(core: Core, kind: str, content: str, **facts: object) -> None:
    """Tell the administrators of something that is wrong with the server; joins the running transaction."""
    with core.db.transaction():
        rows = core.db.rows("SELECT id FROM account WHERE is_staff = ? AND is_active = ?", True, True)
        notify(core, [account_id for (account_id,) in rows], kind, SYSTEM, content, **facts)


def list_notifications(
    core: Core, actor: Actor, kind: str = "", start: int = 0, limit: int = KEPT
) -> list[Notification]:
    """Return the actor's notifications, newest first; all kinds unless one is named."""
    rows = core.db.rows(
        "SELECT id, kind, sender, content, facts, created_us, is_read FROM notification"
        " WHERE account_id = ? AND (? = '' OR kind = ?) ORDER BY id DESC LIMIT ? OFFSET ?",
        *(require_account(actor), kind, kind, limit, start),
    )
    return [
        Notification(row_id, actor.username, row_kind, sender, content, json.loads(facts), created_us, bool(is_read))
        for row_id, row_kind, sender, content, facts, created_us, is_read in rows
    ]


def count_unread(core: Core, actor: Actor) -> int:
    """Return how many notifications the actor has not read."""
    sql = "SELECT COUNT(*) FROM notification WHERE account_id = ? AND is_read = ?"
    return int(core.db.row(sql, require_account(actor), False)[0])


def mark_read(core: Core, actor: Actor) -> None:
    """Note that the actor has read all notifications."""
    with core.db.transaction():
        core.db.rows("UPDATE notification SET is_read = ? WHERE account_id = ?", True, require_account(actor))


def delete_notifications(core: Core, actor: Actor) -> None:
    """Delete all of the actor's notifications."""
    with core.db.transaction():
        core.db.rows("DELETE FROM notification WHERE account_id = ?", require_account(actor))
