"""The session of a browser, kept in a cookie that no script can read."""

from typing import Annotated, TypedDict

from syncfile import __version__
from syncfile.core import authentication, tokens, users
from syncfile.core.access import Actor
from syncfile.errors import PermissionDenied
from syncfile.faces.cookies import is_foreign, read_cookie, set_cookie
from syncfile.faces.http import Call, Reply
from syncfile.faces.v1.asked import Code
from syncfile.faces.v1.face import SESSION_COOKIE, caller, face
from syncfile.faces.v1.rest_accounts import Account, account_answer


class Session(TypedDict):
    """What a page has to know before it shows anything."""

    name: Annotated[str, "Of the product"]
    version: str
    registration: Annotated[str, "Who may make an account: open, lan or closed"]
    may_register: Annotated[bool, "Whether that includes this caller"]
    account: Annotated[Account | None, "Who is signed in; null for nobody"]


@face.route("GET", "/v1/session/", auth="none")
def get_session(call: Call) -> Session:
    """Tell who is signed in, and what a page has to know of the server."""
    return _answer(call, caller(call))


@face.route("POST", "/v1/session/", auth="none")
def open_session(
    call: Call, username: Annotated[str, "Name or e-mail address"], password: str, code: Code = ""
) -> Session | Reply:
    """Sign a browser in: the answer sets a cookie that lives for two weeks."""
    if is_foreign(call):  # else it could sign people in as somebody that they are not
        raise PermissionDenied("a page of another site may not do this")
    device = tokens.Device.told(name=call.headers.get("User-Agent"), platform="web")
    signed = authentication.sign_in(call.core, username, password, call.address, code=code, client=device.client)
    token = tokens.issue(
        call.core, "session", signed.account_id, lifetime=tokens.SESSION_SECONDS, address=call.address, device=device
    )
    actor = tokens.authenticate(call.core, "session", token, call.address)
    return Reply(_answer(call, actor), headers={"Set-Cookie": _cookie(call, token, tokens.SESSION_SECONDS)})


@face.route("DELETE", "/v1/session/", status=204)
def close_session(call: Call) -> Reply:
    """Sign the browser out."""
    tokens.sign_out(call.core, call.actor)
    headers = {"Set-Cookie": _cookie(call, "", 0)} if read_cookie(call, SESSION_COOKIE) else {}
    return Reply(None, 204, headers)


def _cookie(call: Call, value: str, max_age: int) -> str:
    return set_cookie(call, SESSION_COOKIE, value, path="/", same_site="Strict", max_age=max_age)


def _answer(call: Call, actor: Actor) -> Session:
    account = users.get_account(call.core, actor, actor.account_id) if actor.account_id else None
    return {
        "name": "SyncFile",
        "version": __version__,
        "registration": call.core.config.registration,
        "may_register": users.is_welcome(call.core, actor),
        "account": account_answer(account) if account else None,
    }
