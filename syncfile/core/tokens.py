"""Tokens: secrets that stand for an account. They are shown once; the database knows their SHA-256 only."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_hex
from typing import Literal

from syncfile.core import audit, sign_ins
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.errors import Busy, DiskFull, NotAuthenticated, StoreUnavailable

#: ``login`` for programs, ``session`` for the web page's cookie, ``legacy`` an authid, ``sync`` of one library for
#: a sync client, ``transfer`` for the bytes at one path, ``app`` an app password.
Kind = Literal["login", "session", "legacy", "sync", "transfer", "app"]

SESSION_SECONDS = 14 * 86400
AUTHID_SECONDS = 20 * 3600
TRANSFER_SECONDS = 3600
#: Of the kinds that end by themselves; a link may be given a shorter one.
LIFETIMES: Mapping[str, int] = {"session": SESSION_SECONDS, "legacy": AUTHID_SECONDS, "transfer": TRANSFER_SECONDS}
#: How old "last seen" may get before it is written again: reading must not become writing.
SEEN_SECONDS = 300
SWEEP_ROWS = 500
#: Tokens of one kind that an account has at once, for ``sync`` in each library. A script that signs in anew each time
#: leaves them behind; those not seen for longest go.
TOKENS_KEPT = 200
#: Kept of each thing that a client tells of itself.
TEXT_CHARS = 200

ID_CHARS = 16
#: What cannot be noted, on a disk that is full or read-only, must not keep anybody from reading.
UNWRITABLE = (Busy, DiskFull, StoreUnavailable)


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token that is alive, and whose it is.

    Attributes:
        parent_hash: Of the token that this one dies with, if any; ``parent_kind`` is what that is.
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
    parent_kind: str | None
    repo_id: str | None
    path: str | None
    operation: str
    commit_id: str | None
    issued_at: int
    expires_at: int | None
    last_seen_at: int

    def actor(self, address: str) -> Actor:
        """Return the account as the actor of a call from ``address``."""
        is_program = self.parent_kind == "app"
        is_staff = self.is_staff and not is_program
        return Actor(self.account_id, self.username, is_staff, address, self.token_hash, is_program)


@dataclass(frozen=True, slots=True)
class Device:
    """What a client tells of itself when it asks for a token."""

    id: str = ""
    name: str = ""
    platform: str = ""
    client_version: str = ""

    @classmethod
    def told(cls, id: str = "", name: str = "", platform: str = "", client_version: str = "") -> "Device":
        """Return one of what a client says, which may be as long as it likes."""
        return cls(*(text[:TEXT_CHARS] for text in (id, name, platform, client_version)))

    @property
    def client(self) -> str:
        """What the log calls it."""
        return self.name or self.platform


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has just shown that an account is theirs (``authentication.sign_in``).

    Attributes:
        seal: A key of 32 bytes that only the right password or app password yields.
        app_hash: Of the app password that was given, if it was one; what is got with it dies with it.
    """

    account_id: int
    seal: bytes
    app_hash: str | None = None


#: The parent is asked too, so that nothing outlives it whoever removed it, and however.
_FIND = """
SELECT token.token_hash, token.kind, token.account_id, account.username, account.is_staff, token.parent_hash,
    parent.kind, token.repo_id, token.path, token.operation, token.commit_id, token.issued_at, token.expires_at,
    token.last_seen_at
FROM token JOIN account ON account.id = token.account_id
LEFT JOIN token parent ON parent.token_hash = token.parent_hash
WHERE token.token_hash = ? AND token.kind = ? AND account.is_active
    AND (token.expires_at IS NULL OR token.expires_at > ?)
    AND (token.parent_hash IS NULL OR parent.token_hash IS NOT NULL)
    AND (parent.expires_at IS NULL OR parent.expires_at > ?)
"""

#: A token and what was got with it, and so on.
_FAMILY = """
WITH RECURSIVE family (token_hash) AS (
    SELECT ? UNION SELECT token.token_hash FROM token JOIN family ON token.parent_hash = family.token_hash)
"""

#: Columns with nothing in them, but for those tokens that ``add`` is told of it.
_BLANK = dict.fromkeys(("operation", "address", "device_id", "device_name", "platform", "client_version"), "")

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
    token: str = "",
) -> str:
    """Make a token and return it, this once.

    Args:
        lifetime: Seconds; None for a token that lives until it is revoked.
        token: Made up, of 40 hex characters, if empty.

    Raises:
        NotAuthenticated: The account was deleted meanwhile.
    """
    token = token or token_hex(20)
    row = {"parent_hash": parent_hash, "repo_id": repo_id, "address": address}
    add(core, token, kind, account_id, lifetime, row | _columns(device or Device()))
    return token


def add(
    core: Core, token: str, kind: Kind, account_id: int, lifetime: int | None, row: Mapping[str, str | None]
) -> None:
    """Store the hash of a token; one that is there stays as it is.

    Args:
        lifetime: Seconds; None for a token that lives until it is revoked, or its parent does.
        row: Other columns of the table.

    Raises:
        NotAuthenticated: The account was deleted meanwhile.
    """
    now = core.now()
    values = {
        **_BLANK,
        **row,
        "token_hash": hash_of(token),
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
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        insert = f"INSERT INTO token ({columns}) VALUES ({marks}) ON CONFLICT (token_hash) DO NOTHING"
        core.db.rows(insert, *values.values())
        if kind in ("login", "session", "legacy"):
            client = row.get("device_name") or row.get("platform") or ""
            sign_ins.note_success(core, account_id, row.get("address") or "", kind, client)


def find(core: Core, kind: Kind, token: str) -> TokenInfo | None:
    """Return what is known of a live token of an active account, else None."""
    now = core.now()
    row = core.db.row(_FIND, hash_of(token), kind, now, now)
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
    note_seen(core, info, address)
    return info.actor(address)


def note_seen(core: Core, info: TokenInfo, address: str) -> None:
    """Note from where a token was used, if it was not noted lately."""
    if core.now() - info.last_seen_at >= SEEN_SECONDS:
        touch(core, info.token_hash, address)


def touch(core: Core, token_hash: str, address: str) -> None:
    """Note that a token is used now, and from where."""
    sql = "UPDATE token SET last_seen_at = ?, address = ? WHERE token_hash = ?"
    with suppress(*UNWRITABLE), core.db.transaction():
        core.db.rows(sql, core.now(), address, token_hash)


def revoke(core: Core, token_hash: str) -> None:
    """Forget a token and what was got with it; one that is gone already is no error."""
    with core.db.transaction():
        core.db.rows(f"{_FAMILY} DELETE FROM token WHERE token_hash IN (SELECT token_hash FROM family)", token_hash)


def revoke_all(core: Core, account_id: int, except_hash: str = "") -> None:
    """Forget all tokens of an account, but for ``except_hash`` and what was got with that."""
    sql = "DELETE FROM token WHERE account_id = ? AND token_hash NOT IN (SELECT token_hash FROM family)"
    with core.db.transaction():
        core.db.rows(f"{_FAMILY} {sql}", except_hash, account_id)


def sign_out(core: Core, actor: Actor) -> None:
    """Forget the token that the actor came with."""
    with core.db.transaction():
        revoke(core, actor.token_hash)
        audit.record(core, actor, "sign_out", actor.username)


def sweep_expired(core: Core) -> int:
    """Remove some tokens that are dead anyway and return how many; ``SWEEP_ROWS`` of them mean: call again."""
    with core.db.transaction():
        count: int = core.db.execute_sql(_SWEEP, (core.now(), SWEEP_ROWS)).rowcount
    return count


def authid_info(core: Core, authid: str) -> TokenInfo:
    """Return what is known of a live authid.

    Raises:
        NotAuthenticated: It is wrong or expired, or the account is not active.
    """
    info = find(core, "legacy", authid)
    if info is None:
        raise NotAuthenticated("the authid is invalid")
    return info


def _make_room(core: Core, kind: Kind, account_id: int, repo_id: str | None) -> None:
    core.db.rows(
        "DELETE FROM token WHERE token_hash IN (SELECT token_hash FROM token WHERE account_id = ? AND kind = ?"
        " AND COALESCE(repo_id, '') = ? ORDER BY last_seen_at DESC, issued_at DESC LIMIT ? OFFSET ?)",
        *(account_id, kind, repo_id or "", SWEEP_ROWS, TOKENS_KEPT - 1),
    )


def _columns(device: Device) -> dict[str, str | None]:
    return {
        "device_id": device.id,
        "device_name": device.name,
        "platform": device.platform,
        "client_version": device.client_version,
    }


def hash_of(token: str) -> str:
    """Return what the database knows of a token."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
