"""What a sync client needs to clone a library, be it there or new."""

from hashlib import sha1
from typing import Annotated, Literal, TypedDict
from urllib.parse import urlsplit

from syncfile.core import encrypted, ownership, sync_tokens
from syncfile.core.access import READ, RepoInfo, readable_repos, require
from syncfile.core.crypto import Encryption
from syncfile.core.virtual_heads import current_head_id
from syncfile.errors import BadRequest
from syncfile.faces.http import Call
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.sizes import size_text

MAX_TOKENS = 1000


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
    size, _ = ownership.totals_of(call.core, repo)
    return {
        "relay_id": sha1(call.core.folder.store_id.encode()).hexdigest(),
        "relay_addr": address.hostname or "",
        "relay_port": str(address.port or (443 if address.scheme == "https" else 80)),
        "email": call.actor.username,
        "token": sync_tokens.issue(call.core, call.actor, repo.id),
        "repo_id": repo.id,
        "repo_name": repo.name,
        "repo_desc": repo.desc,
        "repo_size": size,
        "repo_size_formatted": size_text(size),
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
        "head_commit_id": current_head_id(call.core, repo),
        "permission": repo.permission,
    }


@face.route("GET", "/api2/repo-tokens/")
def repo_tokens(call: Call, repos: list[str]) -> dict[str, str]:
    """Return new tokens for syncing those of the libraries that the caller may still read."""
    if len(repos) > MAX_TOKENS:
        raise BadRequest(f"at most {MAX_TOKENS} libraries", parameter="repos")
    readable = {repo.id for repo in readable_repos(call.core.db, call.actor)}
    return {repo_id: sync_tokens.issue(call.core, call.actor, repo_id) for repo_id in readable.intersection(repos)}
