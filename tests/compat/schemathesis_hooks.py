"""What schemathesis loads into its own process: a new token of an administrator for every request that it makes.

Its requests sign out, change passwords and take rights away; a token that is made in the store itself outlasts that.
"""

import os
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import AuthContext, Case, HookContext, Response

from syncfile.config import Config
from syncfile.core import tokens
from syncfile.core.opening import open_core

_core = open_core(Config(data=Path(os.environ["SCHEMATHESIS_DATA"])), alone=False)


@schemathesis.auth(refresh_interval=None)
class Administrator:
    """Signs each request as whoever is an administrator just now: the server never lets go of the last one."""

    def get(self, case: Case[Any], context: AuthContext) -> str:
        (account_id,) = _core.db.row("SELECT id FROM account WHERE is_staff AND is_active ORDER BY id")
        return tokens.issue(_core, "login", account_id, lifetime=None)

    def set(self, case: Case[Any], data: str, context: AuthContext) -> None:
        case.headers["Authorization"] = f"Token {data}"


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    """Read the empty answer of an action as the null that the description has for it.

    OpenAPI has no word for an answer that is JSON or empty, as the actions on a file give one and the other.
    """
    if case.operation.definition.raw["operationId"] == "change_file" and response.status_code == 200:
        response.headers.setdefault("content-type", ["application/json"])
        response.content = response.content or b"null"
