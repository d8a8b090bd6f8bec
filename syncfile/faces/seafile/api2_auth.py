"""What clients ask first: who the server is, a token, and whose account it stands for.

Accounts are known to clients by "email", a name that each of them shows and signs its commits with. Here that is the
user name, so that a change reads the same whichever way it came; the e-mail address is the "contact_email".
"""

from typing import Annotated, TypedDict

from syncfile.core import authentication, tokens, told_tokens, users
from syncfile.errors import CodeRequired, CodeWrong, NotAuthenticated, TooMany
from syncfile.faces.http import Call, Reply, error_headers
from syncfile.faces.seafile.api2_face import face

#: rclone asks for strictly X.Y.Z, and clients choose by it what to ask for.
SERVER_VERSION = "8.0.8"
UNLIMITED = -2
_CODE_HEADER = "X-Seafile-OTP"


class ServerInfo(TypedDict):
    """What this server can do, told in the versions of the one that clients know."""

    version: str
    encrypted_library_version: int
    features: list[str]


class Token(TypedDict):
    """A token, shown this once."""

    token: str


class AccountInfo(TypedDict):
    """The account of the caller; bytes, of which a ``total`` of -2 is no limit."""

    email: str
    name: str
    contact_email: str
    login_id: str
    institution: str
    is_staff: bool
    usage: int
    total: int
    space_usage: str


@face.route("GET", "/api2/ping/", auth="none")
def ping(_call: Call) -> str:
    """Tell that somebody is there."""
    return "pong"


@face.route("GET", "/api2/auth/ping/")
def ping_signed_in(_call: Call) -> str:
    """Tell that the token is good."""
    return "pong"


@face.route("GET", "/api2/server-info/", auth="none")
def server_info(_call: Call) -> ServerInfo:
    """Describe the server."""
    return {"version": SERVER_VERSION, "encrypted_library_version": 2, "features": ["seafile-basic"]}


@face.route("POST", "/api2/auth-token/", auth="none")
def sign_in(
    call: Call,
    username: Annotated[str, "Name or e-mail address"] = "",
    password: str = "",
    device_id: str = "",
    device_name: str = "",
    platform: str = "",
    client_version: str = "",
) -> Token | Reply:
    """Return the token of a program, the same one for the same device.

    A code of the second step comes in the header ``X-Seafile-OTP``; an app password needs none.
    """
    device = tokens.Device.told(device_id, device_name or _program(call), platform, client_version)
    try:
        signed = authentication.sign_in(
            call.core,
            username,
            password,
            call.address,
            code=call.headers.get(_CODE_HEADER),
            takes_app_passwords=True,
            client=device.client,
        )
    except (CodeRequired, CodeWrong) as error:
        state = "missing" if isinstance(error, CodeRequired) else "invalid"
        said = {"non_field_errors": [f"Two factor auth token is {state}."]}
        return Reply(said, 400, {_CODE_HEADER: "required"})
    except NotAuthenticated:
        return Reply({"non_field_errors": ["Unable to login with provided credentials."]}, 400)
    except TooMany as error:
        return Reply({"non_field_errors": [error.message]}, 429, error_headers(error))
    return {"token": told_tokens.login_for(call.core, signed, device, call.address)}


def _program(call: Call) -> str:
    """Return the name of a program that says nothing of its device."""
    return call.headers.get("User-Agent").partition(" ")[0]


@face.route("POST", "/api2/logout-device/")
def sign_out(call: Call) -> dict[str, object]:
    """Forget the caller's token, and with it those for syncing that it was used to get."""
    tokens.sign_out(call.core, call.actor)
    return {}


@face.route("GET", "/api2/account/info/")
def account_info(call: Call) -> AccountInfo:
    """Describe the caller's account."""
    account = users.get_account(call.core, call.actor, call.actor.account_id or 0)
    return {
        "email": account.username,
        "name": account.username,
        "contact_email": account.email,
        "login_id": "",
        "institution": "",
        "is_staff": account.is_staff,
        "usage": account.usage,
        "total": account.total or UNLIMITED,
        "space_usage": f"{account.usage / account.total:.2%}" if account.total else "0.00%",
    }
