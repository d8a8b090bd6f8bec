"""What is signed in with an account, as its owner sees it, and signing it out."""

from dataclasses import dataclass

from syncfile.core import audit, tokens, users
from syncfile.core.access import Actor, require_account, require_person, require_staff
from syncfile.core.core import Core
from syncfile.core.tokens import ID_CHARS, Device
from syncfile.errors import NotFound

LIST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class TokenDevice:
    """A live token as its owner sees it: something that is signed in.

    Attributes:
        id: The beginning of the token's hash, which tells nothing of the token.
        is_current: It authenticated this very call.
        address: From where it was last seen; as ``last_seen_at``, up to ``SEEN_SECONDS`` old.
        repo_id: The only library that it is good for; None for all.
        issued_at: Seconds, as ``expires_at`` (None: until revoked) and ``last_seen_at``.
    """

    id: str
    is_current: bool
    kind: str
    device: Device
    address: str
    repo_id: str | None
    issued_at: int
    expires_at: int | None
    last_seen_at: int


def list_devices(core: Core, actor: Actor, account_id: int | None = None) -> list[TokenDevice]:
    """Return what is signed in with an account, last seen first; links to single files are no devices.

    Args:
        account_id: The actor's own by default; administrators may ask for any.

    Raises:
        NotFound: There is no such account, or the actor may not know of it.
    """
    if account_id is None:
        account_id = require_account(actor)
    users.get_account(core, actor, account_id)
    rows = core.db.rows(
        "SELECT token_hash, kind, device_id, device_name, platform, client_version, address, repo_id, issued_at,"
        " expires_at, last_seen_at FROM token WHERE account_id = ? AND kind <> 'transfer'"
        " AND (expires_at IS NULL OR expires_at > ?) ORDER BY last_seen_at DESC, token_hash LIMIT ?",
        *(account_id, core.now(), LIST_ROWS),
    )
    return [
        TokenDevice(token_hash[:ID_CHARS], token_hash == actor.token_hash, kind, Device(*rest[:4]), *rest[4:])
        for token_hash, kind, *rest in rows
    ]


def revoke_device(core: Core, actor: Actor, token_id: str) -> None:
    """Sign out one device of the actor's account, and whatever got its own token by that one's.

    Raises:
        NotFound: There is no such device.
        PermissionDenied: The actor is a program.
    """
    sql = (
        "SELECT token_hash, kind, device_name, platform FROM token"
        " WHERE account_id = ? AND kind <> 'transfer' AND SUBSTR(token_hash, 1, ?) = ?"
    )
    with core.db.transaction():
        row = core.db.row(sql, require_person(actor), ID_CHARS, token_id)
        if row is None:
            raise NotFound("there is no such device")
        token_hash, kind, name, platform = row
        tokens.revoke(core, token_hash)
        audit.record(core, actor, "token_revoke", name or platform, kind=kind)


def sign_out_others(core: Core, actor: Actor) -> None:
    """Sign out everything but what the actor came with: browsers, programs, sync clients, app passwords, links.

    Raises:
        PermissionDenied: The actor is a program.
    """
    account_id = require_person(actor)
    with core.db.transaction():
        tokens.revoke_all(core, account_id, actor.token_hash)
        audit.record(core, actor, "sign_out_others", actor.username)


def sign_out_account(core: Core, actor: Actor, account_id: int) -> None:
    """Sign out everything of an account, of the actor's own all but what it came with.

    Raises:
        NotFound: There is no such account, or the actor may not know of it.
        PermissionDenied: The actor is no administrator.
    """
    account = users.get_account(core, actor, account_id)
    require_staff(actor)
    with core.db.transaction():
        tokens.revoke_all(core, account_id, actor.token_hash)
        audit.record(core, actor, "account_sign_out", account.username)
