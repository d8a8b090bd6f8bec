"""The face of Seafile's web API: who calls, and how errors look. Its routes are in the modules ``api2_<noun>``."""

from syncfile.core import tokens
from syncfile.core.access import Actor
from syncfile.errors import NotAuthenticated, SyncFileError
from syncfile.faces.http import Call, Face, Reply, error_headers, nearest
from syncfile.faces.replies import STATUS


def _authenticate(call: Call) -> Actor:
    """Return whose ``Authorization: Token <40 hex>`` (or ``Bearer``) it is."""
    scheme, _, token = call.headers.get("Authorization").partition(" ")
    if scheme.lower() not in {"token", "bearer"}:
        raise NotAuthenticated("a token is needed")
    return tokens.authenticate(call.core, "login", token.strip(), call.address)


def show(_call: object, error: SyncFileError) -> Reply:
    """Answer an error as ``{"error_msg": ...}``, and a bad token as ``{"detail": "Invalid token"}``."""
    if isinstance(error, NotAuthenticated):
        return Reply({"detail": "Invalid token"}, 401, {"WWW-Authenticate": "Token"})
    status, _ = nearest(STATUS, error, (500, ""))
    return Reply({"error_msg": error.message}, status, error_headers(error))


face = Face(authenticate=_authenticate, show=show)
