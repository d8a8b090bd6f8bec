"""What a sync client needs to keep a copy of a library."""

from hashlib import sha1
from typing import Annotated, Literal, TypedDict
from urllib.parse import urlsplit

from syncfile.core import ownership, sync_tokens
from syncfile.core.access import READ, require
from syncfile.core.virtual_heads import current_head_id
from syncfile.faces.http import Call
from syncfile.faces.sizes import size_text
from syncfile.faces.v1.face import face


class DownloadInfo(TypedDict):
    """All that a sync client asks for; some of it is of the days when it spoke to another port."""

    relay_id: Annotated[str, "Of the server, 40 hex digits"]
    relay_addr: Annotated[str, "Its host"]
    relay_port: Annotated[str, "Its port, as text"]
    token: Annotated[str, "New with each call; good for syncing this library"]
    email: Annotated[str, "User name of the caller"]
    repo_id: str
    repo_name: str
    repo_desc: str
    repo_size: Annotated[str, "Bytes of all files, as text"]
    repo_size_formatted: str
    repo_version: int
    head_commit_id: str
    random_key: Annotated[str, '"" for a plain library']
    magic: Annotated[str, '"" for a plain library']
    salt: Annotated[str, '"" for a plain library, and for one of enc_version 2']
    mtime: Annotated[int, "Of the last change, seconds"]
    encrypted: Annotated[Literal[1, ""], '"" for a plain library']
    enc_version: Annotated[int, "0 for a plain library"]
    permission: Annotated[Literal["r", "rw"], "What the caller may do in it"]


@face.route("GET", "/v1/repos/<repo_id>/download/")
def show_download_info(call: Call, repo_id: str) -> DownloadInfo:
    """Return what a sync client needs to keep a copy of a library, with a new token for it."""
    repo = require(call.core.db, call.actor, repo_id, READ)
    address = urlsplit(call.base_url)
    size, _ = ownership.totals_of(call.core, repo)
    return {
        "relay_id": sha1(call.core.folder.store_id.encode()).hexdigest(),
        "relay_addr": address.hostname or "",
        "relay_port": str(address.port or (443 if address.scheme == "https" else 80)),
        "token": sync_tokens.issue(call.core, call.actor, repo.id),
        "email": call.actor.username,
        "repo_id": repo.id,
        "repo_name": repo.name,
        "repo_desc": repo.desc,
        "repo_size": str(size),
        "repo_size_formatted": size_text(size),
        "repo_version": 1,
        "head_commit_id": current_head_id(call.core, repo),
        "random_key": repo.random_key,
        "magic": repo.magic,
        "salt": repo.salt,
        "mtime": repo.mtime,
        "encrypted": 1 if repo.is_encrypted else "",
        "enc_version": repo.enc_version,
        "permission": "rw" if repo.permission == "rw" else "r",
    }
