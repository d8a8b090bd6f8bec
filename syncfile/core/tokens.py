"""Tokens: secrets that stand for an account. They are shown once; the database knows their SHA-256 only."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest, digest
from secrets import token_hex
from typing import Literal
from uuid import UUID, uuid4

from syncfile.core.access import Actor, require_account
from syncfile.core.core import Core
from syncfile.errors import Busy, DiskFull, NotAuthenticated, NotFound, StoreUnavailable
from syncfile.store.tables import Token

#: ``login`` for programs, ``session`` for the web page's cookie, ``legacy`` an authid, ``sync`` of one library for
#: a sync client, ``transfer`` for the bytes at one path.
Kind = Literal["login", "session", "legacy", "sync", "transfer"]

SESSION_SECONDS = 14 * 86400
AUTHID_SECONDS = 20 * 3600
TRANSFER_SECONDS = 3600
#: How old "last seen" may get before it is written again: reading must not become writing.
SEEN_SECONDS = 300
SWEEP_ROWS = 500
#: Tokens of one kind that an account has at once, for ``sync`` in each library. A script that signs in anew each time
#: leaves them behind; those not seen for longest go.
TOKENS_KEPT = 200

_VERSION_AT, _LONG_VERSION = 14, "8"  # of a UUID: version 8 may mean what we like (RFC 9562, section 5.8)
LIST_ROWS = 1000
ID_CHARS = 16


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token that is alive, and whose it is.

    Attributes:
        parent_hash: Of the token that this one dies with, if any.
        repo_id: Set for ``sync`` and ``transfer``.
        path: Set for ``transfer``.
        operation: What a ``transfer`` allows: download, upload, zip.
        commit_id: Of a ``transfer`` of what was at the path once; None: of what is there.
        issued_at: Seconds, as ``expires_at`` (None: until revoked) and ``last_seen_at``.
    """

    token_hash: str
    kind: str
    account_id: int
    username: str
    is_staff: bool
    parent_hash: str | None
    repo_id: str | None
    path: str | None
    operation: str
    commit_id: str | None
    issued_at: int
    expires_at: int | None
    last_seen_at: int

    def actor(self, address: str) -> Actor:
        """Return the account as the actor of a call from ``address``."""
        return Actor(self.account_id, self.username, self.is_staff, address, self.token_hash)


@dataclass(frozen=True, slots=True)
class Device:
    """What a client tells of itself when it asks for a token."""

    id: str = ""
    name: str = ""
    platform: str = ""
    client_version: str = ""


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


#: The parent is asked too, so that nothing outlives it whoever removed it, and however.
_FIND = """
SELECT token.token_hash, token.kind, token.account_id, account.username, account.is_staff, token.parent_hash,
    token.repo_id, token.path, token.operation, token.commit_id, token.issued_at, token.expires_at, token.last_seen_at
FROM token JOIN account ON account.id = token.account_id
LEFT JOIN token parent ON parent.token_hash = token.parent_hash
WHERE token.token_hash = ? AND token.kind = ? AND account.is_active
    AND (token.expires_at IS NULL OR token.expires_at > ?)
    AND (token.parent_hash IS NULL OR parent.token_hash IS NOT NULL)
    AND (parent.expires_at IS NULL OR parent.expires_at > ?)
"""

_SWEEP = """
DELETE FROM token WHERE token_hash IN (
    SELECT token.token_hash FROM token LEFT JOIN token parent ON parent.token_hash = token.parent_hash
    WHERE token.expires_at <= ? OR (token.parent_hash IS NOT NULL AND parent.token_hash IS NULL) LIMIT ?)
"""


def issue(
    core: Core,
    kind: Kind,
    account_id: int,
    *,
    lifetime: int | None,
    parent_hash: str | None = None,
    repo_id: str | None = None,
    address: str = "",
    device: Device | None = None,
) -> str:
    """Make a token of 40 hex characters and return it, this once.

    Args:
        lifetime: Seconds; None for a token that lives until it is revoked.

    Raises:
        NotAuthenticated: The account was deleted meanwhile.
    """
    token = token_hex(20)
    row = {"parent_hash": parent_hash, "repo_id": repo_id, "address": address}
    _insert(core, token, kind, account_id, lifetime, row | _columns(device or Device()))
    return token


def find(core: Core, kind: Kind, token: str) -> TokenInfo | None:
    """Return what is known of a live token of an active account, else None."""
    now = core.now()
    row = core.db.row(_FIND, _hash(token), kind, now, now)
    if row is None:
        return None
    token_hash, _, account_id, username, is_staff, *rest = row
    return TokenInfo(token_hash, kind, account_id, username, bool(is_staff), *rest)


def authenticate(core: Core, kind: Kind, token: str, address: str) -> Actor:
    """Return the actor that a token stands for, and note that it was seen.

    Raises:
        NotAuthenticated: The token is wrong, expired or revoked, or the account is not active.
    """
    info = find(core, kind, token)
    if info is None:
        raise NotAuthenticated("the token is invalid")
    if core.now() - info.last_seen_at >= SEEN_SECONDS:
        _touch(core, info.token_hash, address)
    return info.actor(address)


def revoke(core: Core, token_hash: str) -> None:
    """Forget a token and what depends on it; one that is gone already is no error."""
    with core.db.transaction():
        core.db.rows("DELETE FROM token WHERE token_hash = ? OR parent_hash = ?", token_hash, token_hash)


def revoke_all(core: Core, account_id: int, except_hash: str = "") -> None:
    """Forget all tokens of an account, but for ``except_hash`` and what depends on that."""
    sql = "DELETE FROM token WHERE account_id = ? AND token_hash <> ? AND COALESCE(parent_hash, '-') <> ?"
    with core.db.transaction():
        core.db.rows(sql, account_id, except_hash, except_hash)


def list_devices(core: Core, actor: Actor) -> list[TokenDevice]:
    """Return what is signed in with the actor's account, last seen first; links to single files are no devices."""
    rows = core.db.rows(
        "SELECT token_hash, kind, device_id, device_name, platform, client_version, address, repo_id, issued_at,"
        " expires_at, last_seen_at FROM token WHERE account_id = ? AND kind <> 'transfer'"
        " AND (expires_at IS NULL OR expires_at > ?) ORDER BY last_seen_at DESC, token_hash LIMIT ?",
        *(require_account(actor), core.now(), LIST_ROWS),
    )
    return [
        TokenDevice(token_hash[:ID_CHARS], token_hash == actor.token_hash, kind, Device(*rest[:4]), *rest[4:])
        for token_hash, kind, *rest in rows
    ]


def revoke_device(core: Core, actor: Actor, token_id: str) -> None:
    """Sign out one device of the actor's account. Raises ``NotFound``."""
    sql = "SELECT token_hash FROM token WHERE account_id = ? AND kind <> 'transfer' AND SUBSTR(token_hash, 1, ?) = ?"
    row = core.db.row(sql, require_account(actor), ID_CHARS, token_id)
    if row is None:
        raise NotFound("there is no such device")
    revoke(core, row[0])


def sweep_expired(core: Core) -> int:
    """Remove some tokens that are dead anyway and return how many; ``SWEEP_ROWS`` of them mean: call again."""
    with core.db.transaction():
        count: int = core.db.execute_sql(_SWEEP, (core.now(), SWEEP_ROWS)).rowcount
    return count


def authid_for(core: Core, account_id: int, seal: bytes) -> str:
    """Return the account's authid of the legacy API: for 20 hours the same one; see ``_retell``."""
    return _retell(core, "legacy", account_id, seal, AUTHID_SECONDS, Device(), "")


def login_for(core: Core, account_id: int, seal: bytes, device: Device, address: str) -> str:
    """Return the login token of a device: as long as that lives, the same one; see ``_retell``.

    It is for programs that sign in whenever they start: they would leave a token behind each time.
    """
    return _retell(core, "login", account_id, seal, None, device, address)


def authid_info(core: Core, authid: str) -> TokenInfo:
    """Return what is known of a live authid.

    Raises:
        NotAuthenticated: It is wrong or expired, or the account is not active.
    """
    info = find(core, "legacy", authid)
    if info is None:
        raise NotAuthenticated("the authid is invalid")
    return info


def short_link(core: Core, authid: str, repo_id: str, path: str) -> str:
    """Return the id, UUID text, of the download link for one file; it lives as long as its authid.

    It is made from the authid, so that a file asked for twice needs one row, written once.

    Raises:
        NotAuthenticated: The authid is wrong or expired, or the account is not active.
    """
    info = authid_info(core, authid)
    mac = digest(authid.encode(), f"link:{repo_id}:{path}".encode(), "sha256")
    link = str(UUID(bytes=mac[:16], version=4))
    if find_transfer(core, link) is None:
        row = {"parent_hash": info.token_hash, "repo_id": repo_id, "path": path, "operation": "download"}
        _insert(core, link, "transfer", info.account_id, None, row)
    return link


def issue_transfer(
    core: Core,
    actor: Actor,
    repo_id: str,
    path: str,
    operation: str,
    *,
    commit_id: str | None = None,
    is_long: bool = False,
    lifetime: int = TRANSFER_SECONDS,
) -> str:
    """Return the id, UUID text, of a link to the bytes at one path; it dies with the actor's own token.

    Args:
        operation: ``download``, ``upload`` or ``zip``.
        commit_id: For what was at the path then.
        is_long: Sending these bytes keeps a thread; the link shows it (``is_long_link``).
        lifetime: Seconds.

    Raises:
        NotAuthenticated: The actor has no account.
    """
    if actor.account_id is None:
        raise NotAuthenticated("only an account can have a transfer token")
    link = str(uuid4())
    if is_long:
        link = link[:_VERSION_AT] + _LONG_VERSION + link[_VERSION_AT + 1 :]
    row = {
        "parent_hash": actor.token_hash or None,
        "repo_id": repo_id,
        "path": path,
        "operation": operation,
        "commit_id": commit_id,
    }
    _insert(core, link, "transfer", actor.account_id, lifetime, row)
    return link


def is_long_link(link: str) -> bool:
    """Tell, without asking the database, whether a link was issued as a long one."""
    return link[_VERSION_AT : _VERSION_AT + 1] == _LONG_VERSION


def find_transfer(core: Core, link: str) -> TokenInfo | None:
    """Return what a live link of ``short_link`` or ``issue_transfer`` allows, else None."""
    return find(core, "transfer", link)


def _insert(
    core: Core, token: str, kind: Kind, account_id: int, lifetime: int | None, row: Mapping[str, str | None]
) -> None:
    now = core.now()
    values = {
        **row,
        "token_hash": _hash(token),
        "kind": kind,
        "account_id": account_id,
        "issued_at": now,
        "expires_at": None if lifetime is None else now + lifetime,
        "last_seen_at": now,
    }
    with core.db.transaction():
        # The number of a deleted account may be given to a new one, which must not inherit a late token.
        if core.db.row("SELECT 1 FROM account WHERE id = ?", account_id) is None:
            raise NotAuthenticated("the account was deleted")
        if kind in ("login", "session", "sync"):
            _make_room(core, kind, account_id, row.get("repo_id"))
        Token.insert(values).on_conflict_ignore().execute(core.db)


def _make_room(core: Core, kind: Kind, account_id: int, repo_id: str | None) -> None:
    core.db.rows(
        "DELETE FROM token WHERE token_hash IN (SELECT token_hash FROM token WHERE account_id = ? AND kind = ?"
        " AND COALESCE(repo_id, '') = ? ORDER BY last_seen_at DESC, issued_at DESC LIMIT ? OFFSET ?)",
        *(account_id, kind, repo_id or "", SWEEP_ROWS, TOKENS_KEPT - 1),
    )


def _touch(core: Core, token_hash: str, address: str) -> None:
    # What cannot be noted (full disk, read-only) must not keep anybody from reading.
    sql = "UPDATE token SET last_seen_at = ?, address = ? WHERE token_hash = ?"
    with suppress(Busy, DiskFull, StoreUnavailable), core.db.transaction():
        core.db.rows(sql, core.now(), address, token_hash)


def _retell(
    core: Core, kind: Kind, account_id: int, seal: bytes, lifetime: int | None, device: Device, address: str
) -> str:
    """Return a token that can be told again, though only its hash is stored.

    It is made from its time of issue and the seal, which nobody has without the right password
    (``passwords.verify``). One that was revoked never comes back.
    """
    token = _find_told(core, kind, account_id, seal, device)
    if token is None:
        with core.db.transaction():  # of two that ask at once, the second finds what the first was given
            token = _find_told(core, kind, account_id, seal, device)
            if token is None:
                token = _told_at(core.now(), kind, account_id, seal, device)
                _insert(core, token, kind, account_id, lifetime, {"address": address} | _columns(device))
    return token


def _find_told(core: Core, kind: Kind, account_id: int, seal: bytes, device: Device) -> str | None:
    rows = core.db.rows(
        "SELECT issued_at, token_hash FROM token WHERE account_id = ? AND kind = ? AND device_id = ?"
        " AND device_name = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY issued_at DESC LIMIT ?",
        *(account_id, kind, device.id, device.name, core.now(), LIST_ROWS),
    )
    for issued_at, token_hash in rows:
        token = _told_at(issued_at, kind, account_id, seal, device)
        if compare_digest(_hash(token), token_hash):
            return token
    return None


def _told_at(issued_at: int, kind: Kind, account_id: int, seal: bytes, device: Device) -> str:
    text = json.dumps([kind, issued_at, account_id, device.id, device.name])
    return digest(seal, text.encode(), "sha256").hex()[:40]


def _columns(device: Device) -> dict[str, str | None]:
    return {
        "device_id": device.id,
        "device_name": device.name,
        "platform": device.platform,
        "client_version": device.client_version,
    }


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
