"""Signing in and out of programs."""

from typing import Annotated, TypedDict

from syncfile.core import tokens, users
from syncfile.faces.http import Call
from syncfile.faces.v1.face import face

_TEXT_CHARS = 200  # of what a device says of itself


class Token(TypedDict):
    """A token, shown this once."""

    token: Annotated[str, "40 hex characters, for the header Authorization: Token ..."]


@face.route("POST", "/v1/auth/", auth="none")
def sign_in(
    call: Call,
    username: Annotated[str, "Name or e-mail address"],
    password: str,
    device_id: Annotated[str, "Whatever tells the device from others"] = "",
    device_name: Annotated[str, "Shown in the list of devices"] = "",
    platform: Annotated[str, "Of the device: linux, windows, android ..."] = "",
    client_version: str = "",
) -> Token:
    """Make a token for a program; it lives until it is revoked or the password changes."""
    account, _ = users.sign_in(call.core, username, password, call.address)
    texts = (text[:_TEXT_CHARS] for text in (device_id, device_name, platform, client_version))
    device = tokens.Device(*texts)
    return {"token": tokens.issue(call.core, "login", account.id, lifetime=None, address=call.address, device=device)}


@face.route("DELETE", "/v1/auth/", status=204)
def sign_out(call: Call) -> None:
    """Revoke the token that this request was made with."""
    tokens.revoke(call.core, call.actor.token_hash)
