"""Who asks, and what they may do: the one module that answers questions of permission.

What an actor may not know of is answered like what does not exist: ``NotFound``.
"""

from dataclasses import dataclass, fields, replace

from syncfile.core.derived import find_entry_id
from syncfile.core.paths import is_within
from syncfile.errors import NotAuthenticated, NotFound, PermissionDenied
from syncfile.store.db import Database

READ = "r"
WRITE = "rw"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever a call is made for.

    Attributes:
        account_id: The account's id; None for nobody in particular (``anyone``).
        username: The account's name, as commits and locks are signed with.
        is_staff: An administrator; never a program.
        address: The client's IP address as text, after trusted proxies; "" for the command line.
        token_hash: Of the token that authenticated this call, "" if none did.
        is_program: It signed in with an app password, which is good for files and not for the account itself.
    """

    account_id: int | None
    username: str
    is_staff: bool = False
    address: str = ""
    token_hash: str = ""
    is_program: bool = False


def anyone(address: str) -> Actor:
    """Return the actor of a call without credentials."""
    return Actor(None, "", address=address)


def require_account(actor: Actor) -> int:
    """Return the actor's account id. Raises ``NotAuthenticated`` if it has none."""
    if actor.account_id is None:
        raise NotAuthenticated("you have to sign in")
    return actor.account_id


def require_person(actor: Actor) -> int:
    """Return the id of an account that may change itself: how it signs in, and what is signed in with it.

    Raises:
        NotAuthenticated: The actor has no account.
        PermissionDenied: It is a program: its app password may have been stolen from it.
    """
    if actor.is_program:
        raise PermissionDenied("a program with an app password may not do this")
    return require_account(actor)


def require_staff(actor: Actor) -> None:
    """Raise ``PermissionDenied`` unless the actor is an administrator of the server."""
    if not actor.is_staff:
        raise PermissionDenied("only an administrator may do this")


def require_self_or_staff(actor: Actor, account_id: int) -> None:
    """Raise ``NotFound`` unless the account is the actor's own or the actor an administrator."""
    if not actor.is_staff and actor.account_id != account_id:
        raise NotFound("there is no such account")


@dataclass(frozen=True, slots=True)
class RepoInfo:
    """A library as one actor sees it.

    Attributes:
        id: UUID text.
        owner_id: Of a virtual library the origin's owner, as ``owner``, the name of that account.
        head_id: The commit that it stands at.
        mtime: Of the head, seconds; of a virtual library the origin's.
        size: Of all files at the head, bytes.
        enc_version: 0 for a plain library; ``magic``, ``random_key`` and ``salt`` belong to an encrypted one. Of a
            virtual library they are the origin's.
        public: What every account may do: "", "r" or "rw".
        history_days: How long history is kept: -1 for ever, 0 not at all; nothing before ``history_since`` counts.
        origin_id: Of a virtual library, the one that it shows a directory of; None for a real one.
        origin_path: That directory.
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
    history_days: int
    history_since: int
    origin_id: str | None
    origin_path: str | None
    permission: str = ""

    @property
    def is_encrypted(self) -> bool:
        return self.enc_version > 0

    @property
    def is_virtual(self) -> bool:
        return self.origin_id is not None

    @property
    def store_id(self) -> str:
        """The id under which its commits, objects, blocks and locks are kept: the origin's, if it has one."""
        return self.origin_id or self.id

    @property
    def prefix(self) -> str:
        """What stands before its paths in the origin's tree; "" for a real library."""
        return "" if self.origin_path in {None, "/"} else str(self.origin_path)


_OF_ORIGIN = ("mtime", "enc_version", "magic", "random_key", "salt")
_FROM = {"owner": "account.username", "owner_id": "account.id"} | {
    name: f"COALESCE(origin.{name}, repo.{name})" for name in _OF_ORIGIN
}
_COLUMNS = ", ".join(_FROM.get(field.name, f"repo.{field.name}") for field in fields(RepoInfo)[:-1])
_SELECT = (
    f"SELECT {_COLUMNS} FROM repo LEFT JOIN repo origin ON origin.id = repo.origin_id"
    " JOIN account ON account.id = COALESCE(origin.owner_id, repo.owner_id)"
    " WHERE repo.deleted_at IS NULL AND (repo.origin_id IS NULL OR origin.deleted_at IS NULL) AND "
)
#: "r" sorts before "rw", so the greatest is the best.
_SHARED = (
    "SELECT MAX(permission) FROM share WHERE repo_id = ? AND (account_id = ?"
    " OR group_id IN (SELECT group_id FROM member WHERE account_id = ?))"
)


def find_repo(db: Database, repo_id: str) -> RepoInfo | None:
    """Return a library whoever asks, or None; for code that has no actor."""
    return next(iter(_repos(db, "repo.id = ?", repo_id)), None)


def _repos(db: Database, where: str, *params: object) -> list[RepoInfo]:
    """Return the libraries that exist; a virtual one does as long as its origin has the directory."""
    found = [RepoInfo(*row) for row in db.rows(_SELECT + where, *params)]
    return [repo for repo in found if not repo.prefix or find_entry_id(db, repo.store_id, repo.prefix) is not None]


def refresh(db: Database, repo: RepoInfo) -> RepoInfo:
    """Return the library as it is now, for the same actor. Raises ``NotFound`` if it was deleted."""
    now = find_repo(db, repo.id)
    if now is None:
        raise NotFound("there is no such library")
    return replace(now, permission=repo.permission)


def owned_repos(db: Database, account_id: int) -> list[RepoInfo]:
    """Return the real libraries that an account owns, newest change first."""
    where = "repo.owner_id = ? AND repo.origin_id IS NULL ORDER BY repo.mtime DESC, repo.id"
    return [replace(repo, permission=WRITE) for repo in _repos(db, where, account_id)]


def readable_repos(db: Database, actor: Actor) -> list[RepoInfo]:
    """Return every library that the actor may read: own, shared, by group, public; newest change first.

    A folder of an own library that is shared with a group one is in shows there already, so it is not told twice.
    """
    account_id = require_account(actor)
    where = (
        "(repo.owner_id = ? AND repo.origin_id IS NULL OR repo.public <> '' OR repo.id IN (SELECT repo_id FROM share"
        " WHERE account_id = ? OR group_id IN (SELECT group_id FROM member WHERE account_id = ?)))"
        " AND (repo.origin_id IS NULL OR origin.owner_id <> ?)"
        f" ORDER BY {_FROM['mtime']} DESC, repo.id"
    )
    found = _repos(db, where, account_id, account_id, account_id, account_id)
    return [replace(repo, permission=permission_of(db, repo, actor)) for repo in found]


def permission_of(db: Database, repo: RepoInfo, actor: Actor) -> str:
    """Return what ``actor`` may do in ``repo``: "rw", "r" or "" (not even know of it)."""
    if actor.account_id is None:
        return ""
    if actor.account_id == repo.owner_id:
        return WRITE
    (shared,) = db.row(_SHARED, repo.id, actor.account_id, actor.account_id)
    return max(shared or "", repo.public)


def require(db: Database, actor: Actor, repo_id: str, permission: str) -> RepoInfo:
    """Return the library if ``actor`` may do ``permission`` ("r" or "rw") in it.

    Raises:
        NotFound: There is no such library, or the actor may not know of it.
        PermissionDenied: The actor may read it, and wants to write.
    """
    repo = find_repo(db, repo_id)
    allowed = permission_of(db, repo, actor) if repo else ""
    if repo is None or not allowed:
        raise NotFound("there is no such library")
    if permission == WRITE and allowed != WRITE:
        raise PermissionDenied("the library is read-only for you")
    return replace(repo, permission=allowed)


def require_owner(db: Database, actor: Actor, repo_id: str) -> RepoInfo:
    """Return the library if ``actor`` owns it.

    Raises:
        NotFound: There is no such library, or the actor may not know of it.
        PermissionDenied: It is somebody else's, or a virtual one, which is managed at its origin.
    """
    repo = require_sharer(db, actor, repo_id)
    if repo.is_virtual:
        raise PermissionDenied("a shared folder is managed in the library that it is in")
    return repo


def require_sharer(db: Database, actor: Actor, repo_id: str) -> RepoInfo:
    """Return the library if ``actor`` may say who has it: its owner, and of a virtual one the origin's.

    Raises:
        NotFound: There is no such library, or the actor may not know of it.
        PermissionDenied: It is somebody else's.
    """
    repo = require(db, actor, repo_id, READ)
    if repo.owner_id != actor.account_id:
        raise PermissionDenied("only the owner of the library may do this")
    return repo


def reach(db: Database, actor: Actor, store_id: str, path: str, permission: str) -> tuple[RepoInfo, str]:
    """Return the library through which ``actor`` may do ``permission`` at ``path``, and what the path is in there.

    It is the real library ``store_id``, or a virtual one of a directory at or above ``path``.

    Raises:
        NotFound: There is no such library, or the actor may not know of that path.
        PermissionDenied: The actor may read it, and wants to write.
    """
    ways = _repos(db, "(repo.id = ? OR repo.origin_id = ?)", store_id, store_id)
    allowed = [
        replace(repo, permission=permission_of(db, repo, actor)) for repo in ways if is_within(path, repo.prefix or "/")
    ]
    best = max(allowed, key=lambda repo: repo.permission, default=None)
    if best is None or not best.permission:
        raise NotFound("there is no such library")
    if permission == WRITE and best.permission != WRITE:
        raise PermissionDenied("the library is read-only for you")
    return best, path[len(best.prefix) :] or "/"


@dataclass(frozen=True, slots=True)
class GroupRole:
    """What an actor is in a group it may know of."""

    group_id: int
    owner_id: int
    is_owner: bool
    is_admin: bool


def require_member(db: Database, actor: Actor, group_id: int) -> GroupRole:
    """Return the actor's role in a group.

    Raises:
        NotFound: There is no such group, or the actor is no member of it.
    """
    row = db.row(
        "SELECT groups.owner_id, member.is_admin FROM groups JOIN member ON member.group_id = groups.id"
        " WHERE groups.id = ? AND member.account_id = ?",
        group_id,
        actor.account_id,
    )
    if row is None:
        raise NotFound("there is no such group")
    is_owner = row[0] == actor.account_id
    return GroupRole(group_id, row[0], is_owner, is_owner or bool(row[1]))


def require_group_admin(db: Database, actor: Actor, group_id: int) -> GroupRole:
    """Return the role of an owner or administrator of a group. Raises ``NotFound``, ``PermissionDenied``."""
    role = require_member(db, actor, group_id)
    if not role.is_admin:
        raise PermissionDenied("only an administrator of the group may do this")
    return role


def require_group_owner(db: Database, actor: Actor, group_id: int) -> GroupRole:
    """Return the role of the owner of a group. Raises ``NotFound``, ``PermissionDenied``."""
    role = require_member(db, actor, group_id)
    if not role.is_owner:
        raise PermissionDenied("only the owner of the group may do this")
    return role
