"""Signing in and out of programs."""

from typing import Annotated, TypedDict

from syncfile.core import authentication, tokens
from syncfile.faces.http import Call
from syncfile.faces.v1.asked import Code
from syncfile.faces.v1.face import face


class Token(TypedDict):
    """A token, shown this once."""

    token: Annotated[str, "40 hex characters, for the header Authorization: Token ..."]


@face.route("POST", "/v1/auth/", auth="none")
def sign_in(
    call: Call,
    username: Annotated[str, "Name or e-mail address"],
    password: Annotated[str, "Or an app password, which needs no code"],
    code: Code = "",
    device_id: Annotated[str, "Whatever tells the device from others"] = "",
    device_name: Annotated[str, "Shown in the list of devices"] = "",
    platform: Annotated[str, "Of the device: linux, windows, android ..."] = "",
    client_version: str = "",
) -> Token:
    """Make a token for a program; it lives until it is revoked or the password changes."""
    device = tokens.Device.told(device_id, device_name, platform, client_version)
    signed = authentication.sign_in(
        call.core, username, password, call.address, code=code, takes_app_passwords=True, client=device.client
    )
    token = tokens.issue(
        call.core,
        "login",
        signed.account_id,
        lifetime=None,
        parent_hash=signed.app_hash,
        address=call.address,
        device=device,
    )
    return {"token": token}


@face.route("DELETE", "/v1/auth/", status=204)
def sign_out(call: Call) -> None:
    """Revoke the token that this request was made with."""
    tokens.sign_out(call.core, call.actor)
