"""The tokens of sync clients: each is good for one library and one account, and is the device that it was given to."""

from syncfile.core import tokens
from syncfile.core.access import READ, Actor, require, require_account
from syncfile.core.core import Core
from syncfile.core.tokens import Device
from syncfile.errors import PermissionDenied


def issue(core: Core, actor: Actor, repo_id: str) -> str:
    """Return a new token for syncing a library; it names the actor's device and dies with the actor's own token.

    Raises:
        NotFound: There is no such library for this actor.
        NotAuthenticated: The actor has no account.
    """
    account_id = require_account(actor)
    require(core.db, actor, repo_id, READ)
    sql = "SELECT device_id, device_name, platform, client_version FROM token WHERE token_hash = ?"
    row = core.db.row(sql, actor.token_hash)
    return tokens.issue(
        core,
        "sync",
        account_id,
        lifetime=None,
        parent_hash=actor.token_hash or None,
        repo_id=repo_id,
        address=actor.address,
        device=Device(*row) if row else None,
    )


def authenticate(core: Core, repo_id: str, token: str, address: str) -> Actor:
    """Return the actor that a library's token stands for, and note that it was seen.

    Raises:
        PermissionDenied: The token is wrong, revoked or another library's, or the account is not active.
    """
    info = tokens.find(core, "sync", token)
    if info is None or info.repo_id != repo_id:
        raise PermissionDenied("the token is invalid")
    if core.now() - info.last_seen_at >= tokens.SEEN_SECONDS:
        return tokens.authenticate(core, "sync", token, address)
    return info.actor(address)


def note_device(core: Core, actor: Actor, device: Device) -> None:
    """Keep what a client tells of itself with the token that it uses."""
    told = (device.id, device.name, device.client_version)
    columns = "device_id, device_name, client_version"
    if core.db.row(f"SELECT {columns} FROM token WHERE token_hash = ?", actor.token_hash) == told:
        return
    with core.db.transaction():
        core.db.rows(
            "UPDATE token SET device_id = ?, device_name = ?, client_version = ?, address = ? WHERE token_hash = ?",
            *(*told, actor.address, actor.token_hash),
        )
