"""The REST API: JSON in, JSON out, errors as HTTP status."""

from syncfile.core import tokens
from syncfile.core.access import Actor
from syncfile.errors import NotAuthenticated
from syncfile.faces.http import Call, Face


def _by_token(call: Call) -> Actor:
    """Return whose ``Authorization: Token <40 hex>`` (or ``Bearer``) it is."""
    scheme, _, token = call.headers.get("Authorization").partition(" ")
    if scheme.lower() not in {"token", "bearer"}:
        raise NotAuthenticated("a token is needed")
    return tokens.authenticate(call.core, "login", token.strip(), call.address)


face = Face(authenticate=_by_token)


@face.route("GET", "/v1/ping/", auth="none")
def ping(call: Call) -> str:
    """Tell that the server answers."""
    return "pong"
