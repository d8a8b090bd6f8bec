"""The base of all faces: routes whose handlers' signatures say what they take."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from syncfile.core.access import Actor
from syncfile.errors import BytesMissing, NotFound, SyncFileError, TooLarge
from syncfile.faces.call import Call
from syncfile.faces.params import Between, Parameter, bind, parameters_of
from syncfile.faces.replies import (
    BadEncoding,
    BadFraming,
    BodyStopped,
    Reply,
    WrongMethod,
    error_headers,
    nearest,
    show_json,
)
from syncfile.faces.router import Router
from syncfile.transfer.body import BadBody, BodyError, BodyTooLarge
from syncfile.transfer.segments import SegmentError

__all__ = [
    "Auth",
    "Between",
    "Call",
    "Face",
    "Reply",
    "Route",
    "error_headers",
    "nearest",
    "show_json",
]

log = logging.getLogger("syncfile.faces")

#: Whether a route wants to know who calls: "required" asks the face's ``authenticate``, "none" serves anybody.
Auth = Literal["required", "none"]

_Handler = TypeVar("_Handler", bound=Callable[..., object])
_NAME_IN_RULE = re.compile(r"<(\w+)")


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint, as listed by ``syncfile routes``.

    Attributes:
        method: In upper case.
        rule: The whole public path, ``<name>`` for one component and ``<name:path>`` for the rest.
        handler: Its docstring and return annotation describe the answer.
        parameters: In the order of the handler's arguments.
        status: Of an answer that is no ``Reply`` of its own.
        auth: Whether callers must say who they are.
        stream: The handler reads ``call.stream`` itself; parameters then come from the query string alone.
        long: The answer may take long to make, so that it must not hold one of the threads for short requests.
    """

    method: str
    rule: str
    handler: Callable[..., object]
    parameters: tuple[Parameter, ...]
    status: int
    auth: Auth
    stream: bool
    long: bool


class Face:
    """One protocol: its routes, how callers prove who they are, and how errors look.

    Args:
        authenticate: Returns who calls, or raises ``NotAuthenticated``.
        show: Turns an error into the answer of this face.
    """

    def __init__(
        self,
        authenticate: Callable[[Call], Actor],
        show: Callable[[Call, SyncFileError], Reply] = show_json,
    ) -> None:
        self.routes: list[Route] = []
        self._authenticate = authenticate
        self._show = show
        self._router: Router[Route] = Router()

    def route(
        self,
        method: str,
        rule: str,
        *,
        status: int = 200,
        auth: Auth = "required",
        stream: bool = False,
        long: bool = False,
    ) -> Callable[[_Handler], _Handler]:
        """Register the decorated function as the handler of ``method`` and ``rule``; see ``Route``.

        A handler takes the call and its parameters. It returns what goes out as JSON, None for an empty body, or a
        ``Reply``. GET routes answer HEAD as well. A trailing slash makes no difference.
        """

        def register(handler: _Handler) -> _Handler:
            parameters = parameters_of(handler, set(_NAME_IN_RULE.findall(rule)))
            added = Route(method, rule, handler, parameters, status, auth, stream, long)
            self.routes.append(added)
            self._router.add(method, rule, added)
            return handler

        return register

    def answer(self, call: Call) -> Reply:
        """Answer a call; every error that is a client's business is answered here as well."""
        try:
            return self._answer(call)
        except SyncFileError as error:
            return self._show(call, error)
        except BodyError as error:
            return self._show(call, _as_ours(error))
        except SegmentError:
            log.exception("request=%s damage: a block of a file is missing", call.request_id)
            return self._show(call, BytesMissing("the bytes of this file are missing from the store"))

    def is_long(self, method: str, path: str) -> bool:
        """Tell whether a request goes to a route that may take long."""
        try:
            return self._match(method, path)[0].long
        except SyncFileError:
            return False

    def _answer(self, call: Call) -> Reply:
        route, path = self._match(call.method, call.path)
        call.route = route
        if call.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise BadEncoding("a body must come without a Content-Encoding")
        if route.auth != "none":
            call.actor = self._authenticate(call)
        arguments = bind(route.parameters, call, path, read_body=not route.stream)
        answer = route.handler(call, **arguments)
        return answer if isinstance(answer, Reply) else Reply(answer, route.status)

    def _match(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        found = self._router.find(path)
        if not found:
            raise NotFound("there is nothing at this path")
        if method == "HEAD" and "HEAD" not in found and "GET" in found:
            method = "GET"
        if method not in found:
            allow = ", ".join(sorted({*found, "HEAD"} if "GET" in found else found))
            raise WrongMethod(f"the method {method} is not for this path", allow=allow)
        return found[method]


def _as_ours(error: BodyError) -> SyncFileError:
    if isinstance(error, BodyTooLarge):
        return TooLarge("the body is larger than is accepted")
    if isinstance(error, BadBody):
        return BadFraming("the chunks of the body are malformed")
    return BodyStopped("the body stopped before its end")
