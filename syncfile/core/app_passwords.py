"""Passwords for programs that cannot ask for a second step: made up, shown once, each for one program.

An app password is a token that stands for its account wherever a program signs in. What the program gets for it dies
with it. It opens the files and not the account: see ``access.require_person``.
"""

from dataclasses import dataclass
from hashlib import sha256

from syncfile.core import audit, readable, tokens
from syncfile.core.access import Actor, require_account, require_person
from syncfile.core.core import Core
from syncfile.core.texts import clean_label
from syncfile.core.tokens import ID_CHARS, Device, SignedIn
from syncfile.errors import NotFound, PermissionDenied

MOST = 100
_GROUPS = (5, 5, 5, 5)  # 100 bits: a plain hash of it cannot be turned back
_CHARS = sum(_GROUPS)


@dataclass(frozen=True, slots=True)
class AppPassword:
    """What its owner sees of it later on.

    Attributes:
        id: The beginning of the hash, which tells nothing of the password.
        name: Of the program that has it.
        created_at: Seconds, as ``last_seen_at``.
        last_seen_at: Of whatever signed in with it, up to ``tokens.SEEN_SECONDS`` old; ``address`` is from where.
    """

    id: str
    name: str
    created_at: int
    last_seen_at: int
    address: str


#: SQLite takes the columns beside a maximum from the row that has it (https://sqlite.org/lang_select.html#bareagg).
_LIST = """
WITH RECURSIVE family (top, token_hash, seen_at, address) AS (
    SELECT token_hash, token_hash, last_seen_at, address FROM token WHERE account_id = ? AND kind = 'app'
    UNION SELECT family.top, token.token_hash, token.last_seen_at, token.address
        FROM token JOIN family ON token.parent_hash = family.token_hash),
latest AS (SELECT top, MAX(seen_at) AS seen_at, address FROM family GROUP BY top)
SELECT token.token_hash, token.device_name, token.issued_at, latest.seen_at, latest.address
    FROM token JOIN latest ON latest.top = token.token_hash ORDER BY token.issued_at DESC, token.token_hash
"""


def list_app_passwords(core: Core, actor: Actor) -> list[AppPassword]:
    """Return the actor's, newest first."""
    rows = core.db.rows(_LIST, require_account(actor))
    return [AppPassword(token_hash[:ID_CHARS], *rest) for token_hash, *rest in rows]


def create(core: Core, actor: Actor, name: str) -> tuple[AppPassword, str]:
    """Make one for a program, and return it with what is to be typed there, this once.

    Args:
        name: Of the program, in the words of its owner.

    Raises:
        PermissionDenied: The actor is a program, or has ``MOST`` of them.
        BadRequest: The name is blank, too long or cannot be typed.
    """
    account_id, name = require_person(actor), clean_label(name, "name")
    password = readable.make(_GROUPS)
    with core.db.transaction():
        if len(list_app_passwords(core, actor)) >= MOST:
            raise PermissionDenied(f"there are {MOST} app passwords already")
        secret = readable.clean(password)
        tokens.issue(
            core, "app", account_id, lifetime=None, address=actor.address, device=Device(name=name), token=secret
        )
        audit.record(core, actor, "app_password_create", name)
    made = AppPassword(tokens.hash_of(secret)[:ID_CHARS], name, core.now(), core.now(), actor.address)
    return made, password


def revoke(core: Core, actor: Actor, password_id: str) -> None:
    """Make one void, and sign out what signed in with it.

    Raises:
        NotFound: There is none of that id.
        PermissionDenied: The actor is a program.
    """
    sql = (
        "SELECT token_hash, device_name FROM token"
        " WHERE account_id = ? AND kind = 'app' AND SUBSTR(token_hash, 1, ?) = ?"
    )
    with core.db.transaction():
        row = core.db.row(sql, require_person(actor), ID_CHARS, password_id)
        if row is None:
            raise NotFound("there is no such app password")
        tokens.revoke(core, row[0])
        audit.record(core, actor, "app_password_revoke", row[1])


def sign_in(core: Core, account_id: int, typed: str, address: str) -> SignedIn | None:
    """Return who signs in if ``typed`` is an app password of that account, else None."""
    secret = readable.clean(typed)
    if len(secret) != _CHARS:
        return None
    info = tokens.find(core, "app", secret)
    if info is None or info.account_id != account_id:
        return None
    tokens.note_seen(core, info, address)
    return SignedIn(account_id, sha256(f"seal:{secret}".encode()).digest(), info.token_hash)
