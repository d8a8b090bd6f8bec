"""Libraries: listed, unlocked, renamed, deleted."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import encrypted, ownership, shares, stars, users
from syncfile.core.access import READ, RepoInfo, owned_repos, readable_repos, require
from syncfile.core.repos import default_repo
from syncfile.errors import BadRequest
from syncfile.faces.http import Call, Reply
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.seafile.api2_times import iso_time
from syncfile.faces.sizes import size_text

Way = Literal["mine", "shared", "group", "public"]
#: Stands for the group that all accounts are in.
EVERYBODY = "Public"


class Library(TypedDict, total=False):
    """A library in a list; ``type`` says how the caller has it: "repo", "srepo" (shared) or "grepo" (by a group)."""

    type: str
    id: str
    owner: str
    owner_name: str
    name: str
    desc: str
    mtime: int
    mtime_relative: str
    size: int
    size_formatted: str
    encrypted: bool
    enc_version: int
    magic: str
    random_key: str
    salt: str
    permission: str
    virtual: bool
    root: str
    head_commit_id: str
    version: int
    share_from: str
    share_from_name: str
    groupid: int


class DetailedLibrary(TypedDict, total=False):
    """A library, as newer clients list it; ``group_id`` and ``group_name`` are told where it came by a group."""

    type: Way
    repo_id: str
    repo_name: str
    owner_email: str
    owner_name: str
    owner_contact_email: str
    last_modified: str
    size: int
    encrypted: bool
    enc_version: int
    magic: str
    random_key: str
    salt: str
    permission: str
    starred: bool
    status: str
    group_id: int
    group_name: str


class DefaultLibrary(TypedDict):
    """The library that a new computer is given first."""

    exists: bool
    repo_id: str


@face.route("GET", "/api2/repos/")
def list_repos(call: Call) -> list[Library]:
    """List every library that the caller may read, newest change first."""
    ways = _Ways(call)
    return [ways.library(repo) for repo in readable_repos(call.core.db, call.actor)]


@face.route("GET", "/api2/repos/<repo_id>/")
def show_repo(call: Call, repo_id: str) -> Library:
    """Describe one library."""
    return _Ways(call).library(require(call.core.db, call.actor, repo_id, READ))


@face.route("GET", "/api/v2.1/repos/")
def list_repos_in_detail(
    call: Call, type: Annotated[list[str] | None, "Some of mine, shared, group and public"] = None
) -> dict[str, list[DetailedLibrary]]:
    """List the libraries that the caller may read, newest change first."""
    ways = _Ways(call)
    found = [ways.detailed(repo) for repo in readable_repos(call.core.db, call.actor)]
    return {"repos": [item for item in found if type is None or item["type"] in type]}


@face.route("GET", "/api/v2.1/repos/<repo_id>/")
def show_repo_in_detail(call: Call, repo_id: str) -> DetailedLibrary:
    """Describe one library."""
    return _Ways(call).detailed(require(call.core.db, call.actor, repo_id, READ))


class _Ways:
    """How the caller came to have each library: by owning it, in person, by a group, or as everybody has it."""

    def __init__(self, call: Call) -> None:
        self._core = call.core
        self._account_id = call.actor.account_id
        self._starred = {item.repo.id for item in stars.list_stars(call.core, call.actor) if item.path == "/"}
        self._shares: dict[str, shares.Share] = {}
        for share in shares.list_received(call.core, call.actor):
            if share.repo.id not in self._shares or share.receiver.account_id:  # in person goes before by a group
                self._shares[share.repo.id] = share

    def library(self, repo: RepoInfo) -> Library:
        """Return a library as older clients list it: one that everybody has is the group's that all are in."""
        way, group = self._way(repo)
        size, _ = ownership.totals_of(self._core, repo)
        shown: Library = {
            "type": _OLDER_TYPES[way],
            "id": repo.id,
            "owner": group.name if group else repo.owner,
            "owner_name": repo.owner,
            "name": repo.name,
            "desc": repo.desc,
            "mtime": repo.mtime,
            "mtime_relative": "",
            "size": size,
            "size_formatted": size_text(size),
            "encrypted": repo.is_encrypted,
            "permission": repo.permission,
            "virtual": repo.is_virtual,
            "root": "",
            "head_commit_id": repo.head_id,
            "version": 1,
        }
        if group is not None:
            shown |= {"groupid": group.group_id, "share_from": repo.owner, "share_from_name": repo.owner}
        if repo.is_encrypted:
            shown |= {"enc_version": repo.enc_version, "magic": repo.magic}
            shown |= {"random_key": repo.random_key, "salt": repo.salt}
        return shown

    def detailed(self, repo: RepoInfo) -> DetailedLibrary:
        """Return a library as newer clients list it."""
        way, group = self._way(repo)
        size, _ = ownership.totals_of(self._core, repo)
        shown: DetailedLibrary = {
            "type": way,
            "repo_id": repo.id,
            "repo_name": repo.name,
            "owner_email": repo.owner,
            "owner_name": repo.owner,
            "owner_contact_email": "",
            "last_modified": iso_time(repo.mtime),
            "size": size,
            "encrypted": repo.is_encrypted,
            "permission": repo.permission,
            "starred": repo.id in self._starred,
            "status": "normal",
        }
        if group is not None and group.group_id:
            shown |= {"group_id": group.group_id, "group_name": group.name}
        if repo.is_encrypted:
            shown |= {"enc_version": repo.enc_version, "magic": repo.magic}
            shown |= {"random_key": repo.random_key, "salt": repo.salt}
        return shown

    def _way(self, repo: RepoInfo) -> tuple[Way, shares.Receiver | None]:
        """Return how the caller has a library, and the group by which."""
        if repo.owner_id == self._account_id:
            return "mine", None
        share = self._shares.get(repo.id)
        if share is None:
            return "public", shares.Receiver(EVERYBODY)
        return ("shared", None) if share.receiver.account_id else ("group", share.receiver)


_OLDER_TYPES: dict[Way, str] = {"mine": "repo", "shared": "srepo", "group": "grepo", "public": "grepo"}


@face.route("POST", "/api2/repos/<repo_id>/")
def change_repo(
    call: Call,
    repo_id: str,
    op: Literal["setpassword", "rename"] = "setpassword",
    password: str = "",
    repo_name: str | None = None,
    repo_desc: str | None = None,
) -> str | Reply:
    """Unlock an encrypted library for an hour of use, or give a library another name or description."""
    if op == "rename":
        ownership.update_repo(call.core, call.actor, repo_id, name=repo_name, desc=repo_desc)
        return "success"
    return _unlock(call, repo_id, password) or "success"


@face.route("POST", "/api/v2.1/repos/<repo_id>/set-password/")
def unlock_repo(call: Call, repo_id: str, password: str) -> dict[str, bool] | Reply:
    """Unlock an encrypted library for an hour of use."""
    return _unlock(call, repo_id, password) or {"success": True}


def _unlock(call: Call, repo_id: str, password: str) -> Reply | None:
    try:
        encrypted.unlock(call.core, call.actor, repo_id, password)
    except BadRequest as error:
        if error.facts.get("reason") != "plain":
            raise
        return Reply({"error_msg": error.message}, 409)
    return None


@face.route("DELETE", "/api2/repos/<repo_id>/")
def delete_repo(call: Call, repo_id: str) -> str:
    """Delete a library of the caller's own."""
    ownership.delete_repo(call.core, call.actor, repo_id)
    return "success"


@face.route("GET", "/api2/default-repo/")
def show_default_repo(call: Call) -> DefaultLibrary:
    """Return the library that every account has from its beginning, if it was not deleted."""
    account = users.get_account(call.core, call.actor, call.actor.account_id or 0)
    exists = any(repo.id == account.default_repo_id for repo in owned_repos(call.core.db, account.id))
    return {"exists": exists, "repo_id": account.default_repo_id if exists else ""}


@face.route("POST", "/api2/default-repo/")
def create_default_repo(call: Call) -> DefaultLibrary:
    """Return the library that every account has from its beginning, making a new one if it was deleted."""
    return {"exists": True, "repo_id": default_repo(call.core, call.actor).id}
