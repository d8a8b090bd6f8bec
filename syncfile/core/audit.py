"""The audit log: who did what, when and from where, as far as it is not in a library's history.

Changes of files are commits and need no second log. Here is what concerns the door: signing in, tokens, accounts,
sharing, links, libraries as a whole, settings, the disk.
"""

import json

from syncfile.core.access import Actor
from syncfile.core.core import Core


def record(core: Core, actor: Actor, action: str, target: str = "", **facts: object) -> None:
    """Note that the actor did something; joins the running transaction, if there is one.

    Args:
        action: A noun and a verb, ``link_create`` say; at most 32 characters.
        target: What it was done to, a name or path for people; never a secret.
        facts: For programs; never a secret either.
    """
    with core.db.transaction():
        core.db.rows(
            "INSERT INTO audit_event (at, account_id, username, address, action, target, facts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(core.now(), actor.account_id or 0, actor.username, actor.address, action, target, json.dumps(facts)),
        )
