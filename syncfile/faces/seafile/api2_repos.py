"""Libraries: listed, made, unlocked, deleted, and what a sync client needs to clone one."""

from typing import Annotated, Literal, TypedDict
from urllib.parse import urlsplit

from syncfile.core import encrypted, ownership, shares, tokens
from syncfile.core.access import READ, RepoInfo, readable_repos, require
from syncfile.core.crypto import Encryption
from syncfile.core.repos import default_repo
from syncfile.errors import BadRequest
from syncfile.faces.http import Call, Reply
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.seafile.api2_texts import size_text

#: Names the server to clients of long ago; nothing depends on it.
RELAY_ID = "0" * 40
MAX_TOKENS = 1000


class Library(TypedDict, total=False):
    """A library in a list; ``type`` says how the caller has it: "repo", "srepo" (shared) or "grepo" (by a group)."""

    type: str
    id: str
    owner: str
    owner_name: str
    owner_contact_email: str
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


class DownloadInfo(TypedDict):
    """All that a client needs to keep a copy of a library; ``encrypted`` is 1 or ""."""

    relay_id: str
    relay_addr: str
    relay_port: str
    email: str
    token: str
    repo_id: str
    repo_name: str
    repo_desc: str
    repo_size: int
    repo_size_formatted: str
    repo_version: int
    mtime: int
    mtime_relative: str
    encrypted: Literal[1, ""]
    enc_version: int
    salt: str
    magic: str
    random_key: str
    pwd_hash: str
    pwd_hash_algo: str
    pwd_hash_params: str
    head_commit_id: str
    permission: str


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


class _Ways:
    """How the caller came to have each library."""

    def __init__(self, call: Call) -> None:
        self._account_id = call.actor.account_id
        self._shares: dict[str, shares.Share] = {}
        for share in shares.list_received(call.core, call.actor):
            if share.repo.id not in self._shares or share.receiver.account_id:  # in person goes before by a group
                self._shares[share.repo.id] = share

    def library(self, repo: RepoInfo) -> Library:
        """Return a library as it is listed."""
        shown = _library(repo)
        share = self._shares.get(repo.id)
        if repo.owner_id == self._account_id:
            shown["type"] = "repo"
        elif share is not None and share.receiver.account_id:
            shown["type"] = "srepo"
        else:  # by a group; a public library is the group's that everybody is in
            group = share.receiver if share is not None else shares.Receiver("Public")
            shown |= {"type": "grepo", "owner": group.name, "groupid": group.group_id}
            shown |= {"share_from": repo.owner, "share_from_name": repo.owner}
        return shown


def _library(repo: RepoInfo) -> Library:
    shown: Library = {
        "id": repo.id,
        "owner": repo.owner,
        "owner_name": repo.owner,
        "name": repo.name,
        "desc": repo.desc,
        "mtime": repo.mtime,
        "mtime_relative": "",
        "size": repo.size,
        "size_formatted": size_text(repo.size),
        "encrypted": repo.is_encrypted,
        "permission": repo.permission,
        "virtual": repo.is_virtual,
        "root": "",
        "head_commit_id": repo.head_id,
        "version": 1,
    }
    if repo.is_encrypted:
        shown |= {"enc_version": repo.enc_version, "magic": repo.magic}
        shown |= {"random_key": repo.random_key, "salt": repo.salt}
    return shown


@face.route("POST", "/api2/repos/")
def create_repo(
    call: Call,
    name: str,
    desc: str = "",
    passwd: Annotated[str, 'Of an encrypted library; "" makes a plain one'] = "",
    repo_id: Annotated[str, "Of an encrypted library whose keys the client has made, as all that follow"] = "",
    enc_version: int = 0,
    magic: str = "",
    random_key: str = "",
    salt: str = "",
) -> DownloadInfo:
    """Make a library and return what is needed to clone it."""
    core, actor = call.core, call.actor
    if repo_id or enc_version or magic or random_key:
        encryption = Encryption(enc_version, magic, random_key, salt)
        repo = encrypted.adopt_encrypted(core, actor, repo_id, name, desc, encryption)
    elif passwd:
        repo = encrypted.create_encrypted(core, actor, name, desc, passwd)
    else:
        repo = ownership.add_repo(core, actor, name, desc)
    return _download_info(call, require(core.db, actor, repo.id, READ))


@face.route("GET", "/api2/repos/<repo_id>/download-info/")
def download_info(call: Call, repo_id: str) -> DownloadInfo:
    """Return what is needed to clone a library, with a new token for it."""
    return _download_info(call, require(call.core.db, call.actor, repo_id, READ))


def _download_info(call: Call, repo: RepoInfo) -> DownloadInfo:
    address = urlsplit(call.base_url)
    return {
        "relay_id": RELAY_ID,
        "relay_addr": address.hostname or "",
        "relay_port": str(address.port or (443 if address.scheme == "https" else 80)),
        "email": call.actor.username,
        "token": tokens.issue_sync(call.core, call.actor, repo.id),
        "repo_id": repo.id,
        "repo_name": repo.name,
        "repo_desc": repo.desc,
        "repo_size": repo.size,
        "repo_size_formatted": size_text(repo.size),
        "repo_version": 1,
        "mtime": repo.mtime,
        "mtime_relative": "",
        "encrypted": 1 if repo.is_encrypted else "",
        "enc_version": repo.enc_version,
        "salt": repo.salt,
        "magic": repo.magic,
        "random_key": repo.random_key,
        "pwd_hash": "",
        "pwd_hash_algo": "",
        "pwd_hash_params": "",
        "head_commit_id": repo.head_id,
        "permission": repo.permission,
    }


@face.route("GET", "/api2/repo-tokens/")
def repo_tokens(call: Call, repos: list[str]) -> dict[str, str]:
    """Return new tokens for syncing those of the libraries that the caller may still read."""
    if len(repos) > MAX_TOKENS:
        raise BadRequest(f"at most {MAX_TOKENS} libraries", parameter="repos")
    readable = {repo.id for repo in readable_repos(call.core.db, call.actor)}
    return {repo_id: tokens.issue_sync(call.core, call.actor, repo_id) for repo_id in readable.intersection(repos)}


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
        if error.facts.get("reason") == "plain":
            return Reply({"error_msg": "Library is not encrypted"}, 409)
        return Reply({"error_msg": "Incorrect password"}, 400)
    return None


@face.route("DELETE", "/api2/repos/<repo_id>/")
def delete_repo(call: Call, repo_id: str) -> str:
    """Delete a library of the caller's own."""
    ownership.delete_repo(call.core, call.actor, repo_id)
    return "success"


@face.route("GET", "/api2/default-repo/")
@face.route("POST", "/api2/default-repo/")
def show_default_repo(call: Call) -> DefaultLibrary:
    """Return the library that every account has from its beginning."""
    return {"exists": True, "repo_id": default_repo(call.core, call.actor).id}
