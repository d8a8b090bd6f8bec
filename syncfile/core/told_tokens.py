"""Tokens that can be told again, though only their hashes are stored: for who signs in anew each time."""

import json
from contextlib import suppress
from hmac import compare_digest, digest

from syncfile.core import sign_ins
from syncfile.core.core import Core
from syncfile.core.tokens import AUTHID_SECONDS, UNWRITABLE, Device, Kind, SignedIn, hash_of, issue, touch

#: Looked through for the one that fits.
TOLD_ROWS = 1000


def authid_for(core: Core, signed: SignedIn, address: str) -> str:
    """Return the account's authid of the legacy API: for 20 hours the same one; see ``_retell``."""
    return _retell(core, "legacy", signed, AUTHID_SECONDS, Device(), address)


def login_for(core: Core, signed: SignedIn, device: Device, address: str) -> str:
    """Return the login token of a device: as long as that lives, the same one; see ``_retell``.

    It is for programs that sign in whenever they start: they would leave a token behind each time.
    """
    return _retell(core, "login", signed, None, device, address)


def _retell(core: Core, kind: Kind, signed: SignedIn, lifetime: int | None, device: Device, address: str) -> str:
    """Return a token that can be told again, though only its hash is stored.

    It is made from its time of issue and the seal, which nobody has without the right password
    (``passwords.verify``). One that was revoked never comes back.
    """
    token = _find_told(core, kind, signed, device, address)
    if token is None:
        with core.db.transaction():  # of two that ask at once, the second finds what the first was given
            token = _find_told(core, kind, signed, device, address)
            if token is None:
                token = _told_at(core.now(), kind, signed, device)
                issue(
                    core,
                    kind,
                    signed.account_id,
                    lifetime=lifetime,
                    parent_hash=signed.app_hash,
                    address=address,
                    device=device,
                    token=token,
                )
    return token


def _find_told(core: Core, kind: Kind, signed: SignedIn, device: Device, address: str) -> str | None:
    rows = core.db.rows(
        "SELECT issued_at, token_hash, address FROM token WHERE account_id = ? AND kind = ? AND device_id = ?"
        " AND device_name = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY issued_at DESC LIMIT ?",
        *(signed.account_id, kind, device.id, device.name, core.now(), TOLD_ROWS),
    )
    for issued_at, token_hash, last_address in rows:
        token = _told_at(issued_at, kind, signed, device)
        if compare_digest(hash_of(token), token_hash):
            if address != last_address:  # it may be somebody else who tells the password
                with suppress(*UNWRITABLE), core.db.transaction():
                    sign_ins.note_success(core, signed.account_id, address, kind, device.client)
                touch(core, token_hash, address)
            return token
    return None


def _told_at(issued_at: int, kind: Kind, signed: SignedIn, device: Device) -> str:
    text = json.dumps([kind, issued_at, signed.account_id, device.id, device.name])
    return digest(signed.seal, text.encode(), "sha256").hex()[:40]
