"""The REST face: who calls, and how errors look. Its routes are in the modules ``rest_<noun>``."""

from syncfile.core import tokens
from syncfile.core.access import Actor, anyone
from syncfile.errors import NotAuthenticated, PermissionDenied
from syncfile.faces.cookies import is_own_origin, read_cookie
from syncfile.faces.http import Call, Face

SESSION_COOKIE = "session"
_READING = {"GET", "HEAD"}


def _authenticate(call: Call) -> Actor:
    """Return whose ``Authorization: Token <40 hex>`` (or ``Bearer``) it is, or whose session on the web page."""
    if "Authorization" in call.headers:
        scheme, _, token = call.headers.get("Authorization").partition(" ")
        if scheme.lower() not in {"token", "bearer"}:
            raise NotAuthenticated("a token is needed")
        return tokens.authenticate(call.core, "login", token.strip(), call.address)
    session = read_cookie(call, SESSION_COOKIE)
    if not session:
        raise NotAuthenticated("a token is needed")
    actor = tokens.authenticate(call.core, "session", session, call.address)
    if call.method not in _READING and not is_own_origin(call):
        raise PermissionDenied("a page of another site may not do this")
    return actor


def caller(call: Call) -> Actor:
    """Return who calls where nobody has to say so; a session that has ended is nobody's.

    Raises:
        NotAuthenticated: The call has a token, and it is wrong.
    """
    try:
        return _authenticate(call)
    except NotAuthenticated:
        if "Authorization" in call.headers:
            raise
        return anyone(call.address)


face = Face(authenticate=_authenticate)
