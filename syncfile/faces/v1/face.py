"""The REST face: who calls, and how errors look. Its routes are in the modules ``rest_<noun>``."""

from syncfile.core import tokens
from syncfile.core.access import Actor
from syncfile.errors import NotAuthenticated
from syncfile.faces.http import Call, Face


def _authenticate(call: Call) -> Actor:
    """Return whose ``Authorization: Token <40 hex>`` (or ``Bearer``) it is."""
    scheme, _, token = call.headers.get("Authorization").partition(" ")
    if scheme.lower() not in {"token", "bearer"}:
        raise NotAuthenticated("a token is needed")
    return tokens.authenticate(call.core, "login", token.strip(), call.address)


face = Face(authenticate=_authenticate)
