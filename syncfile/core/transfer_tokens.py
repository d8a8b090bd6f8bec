"""Tokens for the bytes at one path: links that whoever has them may use."""

from hmac import digest
from uuid import UUID, uuid4

from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.tokens import TRANSFER_SECONDS, TokenInfo, add, authid_info, find
from syncfile.errors import NotAuthenticated

_VERSION_AT, _LONG_VERSION = 14, "8"  # of a UUID: version 8 may mean what we like (RFC 9562, section 5.8)


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
        add(core, link, "transfer", info.account_id, None, row)
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
    add(core, link, "transfer", actor.account_id, lifetime, row)
    return link


def is_long_link(link: str) -> bool:
    """Tell, without asking the database, whether a link was issued as a long one."""
    return link[_VERSION_AT : _VERSION_AT + 1] == _LONG_VERSION


def find_transfer(core: Core, link: str) -> TokenInfo | None:
    """Return what a live link of ``short_link`` or ``issue_transfer`` allows, else None."""
    return find(core, "transfer", link)
