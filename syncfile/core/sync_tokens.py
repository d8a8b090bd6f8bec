"""The tokens of sync clients: each is good for one library and one account, and is the device that it was given to."""

from syncfile.core import tokens
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.tokens import Device
from syncfile.errors import PermissionDenied


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
