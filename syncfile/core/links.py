"""Public links: to a file, to a directory, or for guests to upload into one.

Whoever has a link's token acts as the account that made it, and no further than that account could go at this
moment: a link dies with its maker's access, and comes back with it.
"""

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest, digest
from secrets import token_hex
from typing import Literal

from syncfile.core import access, audit, passwords
from syncfile.core.access import READ, WRITE, Actor, RepoInfo, require_account
from syncfile.core.core import Core
from syncfile.core.paths import clean_path, join, split
from syncfile.core.repos import snapshot
from syncfile.core.tree import Snapshot
from syncfile.errors import BadRequest, Busy, DiskFull, NotAuthenticated, NotFound, StoreUnavailable

#: ``f`` to a file, ``d`` to a directory, ``u`` to upload into a directory.
Kind = Literal["f", "d", "u"]

TOKEN_BYTES = 10  # beyond guessing even without the passwords of links
MAX_DAYS = 3650
LIST_ROWS = 1000
_DAY_SECONDS = 86400


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its maker sees it.

    Attributes:
        repo_id: Of the real library; ``path`` is the one in there.
        secret: The password as it is stored; "" for none. Never shown.
        created_at: Seconds, as ``expires_at`` (None: never).
        views: How often the page was opened; ``downloads`` how often bytes were sent from their beginning.
    """

    token: str
    kind: Kind
    account_id: int
    repo_id: str
    path: str
    secret: str
    created_at: int
    expires_at: int | None
    views: int
    downloads: int

    @property
    def has_password(self) -> bool:
        return bool(self.secret)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that works just now.

    Attributes:
        actor: The account that made it, acting from the address of whoever uses it.
        repo: The library by which that account reaches what is linked.
        path: Of what is linked, in ``repo``.
    """

    link: Link
    actor: Actor
    repo: RepoInfo
    path: str


_COLUMNS = "token, kind, account_id, repo_id, path, password, created_at, expires_at, views, downloads"


def create_link(
    core: Core,
    actor: Actor,
    repo_id: str,
    path: str,
    kind: Kind,
    *,
    password: str | None = None,
    expire_days: int | None = None,
) -> Link:
    """Make a link to what is at ``path``.

    Args:
        password: Asked of whoever uses the link; None for nothing.
        expire_days: How long it works; None for ever.

    Raises:
        NotFound: There is no such library, file or directory for the actor.
        PermissionDenied: The link is for uploads, and the actor may only read.
        BadRequest: The library is encrypted, or the password unusable.
        Busy: Too many passwords are being hashed.
    """
    account_id = require_account(actor)
    repo = access.require(core.db, actor, repo_id, WRITE if kind == "u" else READ)
    if repo.is_encrypted:
        raise BadRequest("nothing in an encrypted library can have a link", parameter="repo_id")
    path = _resolve(snapshot(core, repo), path, kind)
    secret = ""
    if password is not None:
        passwords.require_usable(password)
        secret = passwords.make(core, password)
    now = core.now()
    expires_at = None if expire_days is None else now + expire_days * _DAY_SECONDS
    stored = _stored(repo, path)
    link = Link(token_hex(TOKEN_BYTES), kind, account_id, repo.store_id, stored, secret, now, expires_at, 0, 0)
    values = (link.token, kind, account_id, link.repo_id, link.path, secret, now, expires_at, 0, 0)
    with core.db.transaction():
        core.db.rows(f"INSERT INTO link ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *values)
        audit.record(core, actor, "link_create", path, repo_id=repo.id, kind=kind, has_password=link.has_password)
    return link


def list_links(core: Core, actor: Actor, start: int = 0, limit: int = LIST_ROWS) -> list[Link]:
    """Return the actor's own links, newest first, working or not."""
    sql = f"SELECT {_COLUMNS} FROM link WHERE account_id = ? ORDER BY created_at DESC, token LIMIT ? OFFSET ?"
    return [Link(*row) for row in core.db.rows(sql, require_account(actor), limit, start)]


def links_to(core: Core, actor: Actor, repo_id: str, path: str) -> list[Link]:
    """Return the actor's own links to what is at ``path``, newest first. Raises ``NotFound`` if nothing is there."""
    account_id = require_account(actor)
    repo = access.require(core.db, actor, repo_id, READ)
    stored = _stored(repo, snapshot(core, repo).resolve(clean_path(path)))
    sql = (
        f"SELECT {_COLUMNS} FROM link WHERE account_id = ? AND repo_id = ? AND path = ? ORDER BY created_at DESC, token"
    )
    return [Link(*row) for row in core.db.rows(sql, account_id, repo.store_id, stored)]


def place_of(core: Core, actor: Actor, link: Link) -> tuple[str, str]:
    """Return the library and the path by which ``actor`` knows what is linked; where it lies is another's secret.

    The library is "" if the actor has no access any more, and the path then only the name.
    """
    try:
        repo, path = access.reach(core.db, actor, link.repo_id, link.path, READ)
    except NotFound:
        return "", join("/", split(link.path)[1])
    return repo.id, path


def delete_link(core: Core, actor: Actor, token: str) -> None:
    """Delete one of the actor's links. Raises ``NotFound``."""
    link = find_link(core, token)
    if link is None or link.account_id != require_account(actor):
        raise NotFound("there is no such link")
    with core.db.transaction():
        core.db.rows("DELETE FROM link WHERE token = ?", token)
        audit.record(core, actor, "link_delete", link.path, repo_id=link.repo_id, kind=link.kind)


def find_link(core: Core, token: str) -> Link | None:
    """Return what is stored of a link, or None."""
    row = core.db.row(f"SELECT {_COLUMNS} FROM link WHERE token = ?", token)
    return Link(*row) if row else None


def is_expired(core: Core, link: Link) -> bool:
    """Tell whether the link's time is over."""
    return link.expires_at is not None and link.expires_at <= core.now()


def open_link(core: Core, token: str, kind: Kind, address: str) -> OpenLink:
    """Return a link ready for use; its password is another question (``is_proof``).

    Raises:
        NotFound: There is no such link, it has expired, or the account that made it is gone or lost its access.
    """
    link = find_link(core, token)
    if link is None or link.kind != kind or is_expired(core, link):
        raise NotFound("there is no such link")
    row = core.db.row("SELECT username FROM account WHERE id = ? AND is_active = ?", link.account_id, True)
    if row is None:
        raise NotFound("there is no such link")
    actor = Actor(link.account_id, row[0], address=address)
    repo, path = access.reach(core.db, actor, link.repo_id, link.path, WRITE if kind == "u" else READ)
    return OpenLink(link, actor, repo, path)


def unlock(core: Core, link: Link, password: str, address: str) -> str:
    """Return the proof that the link's password is known, for ``is_proof``.

    Raises:
        NotAuthenticated: It is wrong.
        TooMany: This address guessed too often.
        Busy: Too many passwords are being hashed; the try does not count.
    """
    with core.throttle.check("link", address, link.token) as attempt:
        if passwords.verify(core, password, link.secret) is None:
            attempt.failed()
            raise NotAuthenticated("the password is wrong")
        attempt.succeeded()
    return _proof(link)


def is_proof(link: Link, proof: str) -> bool:
    """Tell whether the link needs no password, or ``proof`` shows that it was given."""
    return not link.has_password or compare_digest(_proof(link).encode(), proof.encode("utf-8", "replace"))


def count_view(core: Core, link: Link) -> None:
    """Note that the link's page was opened."""
    _count(core, link, "views")


def count_download(core: Core, link: Link) -> None:
    """Note that bytes were sent from their beginning."""
    _count(core, link, "downloads")


def _count(core: Core, link: Link, column: Literal["views", "downloads"]) -> None:
    # What cannot be noted (full disk, read-only) must not keep anybody from reading.
    with suppress(Busy, DiskFull, StoreUnavailable), core.db.transaction():
        core.db.rows(f"UPDATE link SET {column} = {column} + 1 WHERE token = ?", link.token)


def _proof(link: Link) -> str:
    """Return what only the server can make, and only until the link or its password is replaced."""
    key = sha256(link.secret.encode()).digest()
    return digest(key, link.token.encode(), "sha256").hex()


def _resolve(library: Snapshot, path: str, kind: Kind) -> str:
    path = library.resolve(clean_path(path))
    if kind == "f":
        library.file(path)
    else:
        library.directory(path)
    return path


def _stored(repo: RepoInfo, path: str) -> str:
    """Return what a path of a library is in the real one."""
    return (repo.prefix + path).rstrip("/") or "/"
