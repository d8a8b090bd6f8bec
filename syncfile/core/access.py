"""Who asks, and what they may do: the one module that answers questions of permission."""

from dataclasses import dataclass, fields, replace

from syncfile.errors import NotFound, PermissionDenied
from syncfile.store.db import Database

READ = "r"
WRITE = "rw"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever a call is made for.

    Attributes:
        account_id: The account's id; None for nobody in particular (``anyone``).
        username: The account's name, as commits and locks are signed with.
        is_staff: An administrator.
        address: The client's IP address as text, after trusted proxies; "" for the command line.
        token_hash: Of the token that authenticated this call, "" if none did.
    """

    account_id: int | None
    username: str
    is_staff: bool = False
    address: str = ""
    token_hash: str = ""


def anyone(address: str) -> Actor:
    """Return the actor of a call without credentials."""
    return Actor(None, "", address=address)


@dataclass(frozen=True, slots=True)
class RepoInfo:
    """A library as one actor sees it.

    Attributes:
        id: UUID text.
        owner: Name of the owner's account.
        head_id: The commit that it stands at.
        mtime: Of the head, seconds.
        size: Of all files at the head, bytes.
        enc_version: 0 for a plain library; ``magic``, ``random_key`` and ``salt`` belong to an encrypted one.
        public: What every account may do: "", "r" or "rw".
        permission: What this actor may do: "r" or "rw"; "" before it was asked.
    """

    id: str
    owner_id: int
    owner: str
    name: str
    desc: str
    head_id: str
    created_at: int
    mtime: int
    size: int
    file_count: int
    enc_version: int
    magic: str
    random_key: str
    salt: str
    public: str
    permission: str = ""

    @property
    def is_encrypted(self) -> bool:
        return self.enc_version > 0


_COLUMNS = ", ".join(
    "account.username" if field.name == "owner" else f"repo.{field.name}"
    for field in fields(RepoInfo)
    if field.name != "permission"
)
_SELECT = f"SELECT {_COLUMNS} FROM repo JOIN account ON account.id = repo.owner_id WHERE repo.deleted_at IS NULL AND "


def find_repo(db: Database, repo_id: str) -> RepoInfo | None:
    """Return a library whoever asks, or None; for code that has no actor."""
    row = db.execute_sql(_SELECT + "repo.id = ?", (repo_id,)).fetchone()
    return RepoInfo(*row) if row else None


def refresh(db: Database, repo: RepoInfo) -> RepoInfo:
    """Return the library as it is now, for the same actor. Raises ``NotFound`` if it was deleted."""
    now = find_repo(db, repo.id)
    if now is None:
        raise NotFound("there is no such library")
    return replace(now, permission=repo.permission)


def repos_of(db: Database, account_id: int) -> list[RepoInfo]:
    """Return the libraries that an account owns, newest change first."""
    rows = db.execute_sql(_SELECT + "repo.owner_id = ? ORDER BY repo.mtime DESC, repo.id", (account_id,))
    return [replace(RepoInfo(*row), permission=WRITE) for row in rows.fetchall()]


def permission_of(repo: RepoInfo, actor: Actor) -> str:
    """Return what ``actor`` may do in ``repo``: "rw", "r" or "" (not even know of it)."""
    if actor.account_id is None:
        return ""
    return WRITE if actor.account_id == repo.owner_id else repo.public


def require(db: Database, actor: Actor, repo_id: str, permission: str) -> RepoInfo:
    """Return the library if ``actor`` may do ``permission`` ("r" or "rw") in it.

    Raises:
        NotFound: There is no such library, or the actor may not know of it.
        PermissionDenied: The actor may read it, and wants to write.
    """
    repo = find_repo(db, repo_id)
    allowed = permission_of(repo, actor) if repo else ""
    if repo is None or not allowed:
        raise NotFound("there is no such library")
    if permission == WRITE and allowed != WRITE:
        raise PermissionDenied("the library is read-only for you")
    return replace(repo, permission=allowed)
