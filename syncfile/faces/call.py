"""One request, as a handler sees it: read lazily, and never more of it than is allowed."""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import parse_qs

from syncfile.core.access import Actor, anyone
from syncfile.errors import BadRequest, TooLarge
from syncfile.faces.multipart import FilePart, iter_form

if TYPE_CHECKING:
    from syncfile.core.core import Core
    from syncfile.core.door import Visit
    from syncfile.faces.http import Route

MAX_BODY_BYTES = 1 << 20  # of a form or JSON; what is larger is read as a stream
MAX_FIELDS = 1000
MAX_NESTING = 64

_CHUNK_BYTES = 64 << 10
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
# A string is matched as a whole, closed or not, so that brackets inside do not count and no byte is looked at twice.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


class Headers:
    """The headers of a request; names in any case."""

    __slots__ = ("_environ",)

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ

    def get(self, name: str, default: str = "") -> str:
        """Return the value as latin-1 text; that of a repeated header is joined by commas."""
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        return str(self._environ.get(key, default))

    def __contains__(self, name: str) -> bool:
        return bool(self.get(name))


class Call:
    """One request.

    Args:
        environ: Of WSGI.
        visit: To the core.
        address: The client's, after trusted proxies.
        scheme: ``http`` or ``https``, as the client sees it.
        request_id: Names this request in the log and in ``X-Request-Id``.

    Attributes:
        actor: Nobody until the face has authenticated the call.
        method: In upper case; a HEAD that a GET route answers stays a HEAD.
        headers: Of the request.
        route: The one that answers, once found.

    Raises:
        BadRequest: The path is not UTF-8.
    """

    def __init__(self, environ: dict[str, Any], visit: "Visit", *, address: str, scheme: str, request_id: str) -> None:
        self.environ = environ
        self._visit = visit
        self.address = address
        self.scheme = scheme
        self.request_id = request_id
        self.actor: Actor = anyone(address)
        self.route: Route | None = None
        self.method = str(environ["REQUEST_METHOD"]).upper()
        self.headers = Headers(environ)
        self.path = _as_utf8(environ.get("PATH_INFO", ""), "the path")

    @property
    def core(self) -> "Core":
        """What the core's functions take first. Raises ``StoreUnavailable`` where the data disk is not there."""
        return self._visit.core()

    def eject(self) -> None:
        """Let go of the data disk, and return when it can be unplugged. Raises ``StoreUnavailable``, ``Busy``."""
        self._visit.eject()

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The parameters of the query string, each with all its values.

        Raises:
            BadRequest: They are not UTF-8, or too many.
        """
        return _parse_urlencoded(self.environ.get("QUERY_STRING", ""), "the query string")

    @property
    def stream(self) -> BinaryIO:
        """The body, to be read once and to its end; reading raises ``transfer.body.BodyError``."""
        stream: BinaryIO = self.environ["wsgi.input"]
        return stream

    @property
    def content_type(self) -> str:
        """The media type of the body in lower case, without its parameters; "" if there is none."""
        return self.headers.get("Content-Type").partition(";")[0].strip().lower()

    @property
    def content_length(self) -> int | None:
        """Bytes of body that were announced; None if that was left open."""
        value = self.headers.get("Content-Length")
        return int(value) if value.isdecimal() else None

    @property
    def base_url(self) -> str:
        """``scheme://host[:port]`` of this server for links, as set by ``public_url`` or else as the client named it.

        Raises:
            BadRequest: The ``Host`` header is no host.
        """
        return self.core.config.public_url.rstrip("/") or f"{self.scheme}://{self.host}"

    @property
    def host(self) -> str:
        """``host[:port]`` as the client named it.

        Raises:
            BadRequest: The ``Host`` header is no host.
        """
        host = self.headers.get("Host") or f"{self.environ['SERVER_NAME']}:{self.environ['SERVER_PORT']}"
        if not _HOST.fullmatch(host):
            raise BadRequest("the Host header names no host")
        return host

    def read_body(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """Return the whole body; can be called once.

        Raises:
            TooLarge: It is longer than ``limit`` bytes.
        """
        if (self.content_length or 0) > limit:
            raise TooLarge(f"the body is larger than {limit} bytes")
        body = bytearray()
        while chunk := self.stream.read(min(_CHUNK_BYTES, limit + 1 - len(body))):
            body += chunk
            if len(body) > limit:
                raise TooLarge(f"the body is larger than {limit} bytes")
        return bytes(body)

    def json(self, limit: int = MAX_BODY_BYTES) -> Any:
        """Return the body read as JSON, whatever its type says; can be called once.

        Raises:
            TooLarge: It is longer than ``limit`` bytes.
            BadRequest: It is not JSON in UTF-8, or nested too deeply.
        """
        return _parse_json(self.read_body(limit))

    @cached_property
    def fields(self) -> dict[str, list[Any]]:
        """The parameters in the body: of a form, a form's parts or a JSON object; none in any other body.

        Raises:
            TooLarge: The body is longer than ``MAX_BODY_BYTES``.
            BadRequest: It is malformed.
        """
        match self.content_type:
            case "application/x-www-form-urlencoded":
                text = _as_utf8(self.read_body().decode("latin-1"), "the form")
                return dict(_parse_urlencoded(text, "the form"))
            case "application/json":
                return self._json_fields()
            case "multipart/form-data":
                return self._form_fields()
            case _:
                return {}

    def _json_fields(self) -> dict[str, list[Any]]:
        body = self.read_body()
        if not body.strip():
            return {}
        value = _parse_json(body)
        if not isinstance(value, dict):
            raise BadRequest("the body must be a JSON object")
        return {name: [item] for name, item in value.items() if item is not None}

    def _form_fields(self) -> dict[str, list[Any]]:
        if (self.content_length or 0) > MAX_BODY_BYTES:
            raise TooLarge(f"the form is larger than {MAX_BODY_BYTES} bytes")
        fields: dict[str, list[Any]] = {}
        for part in iter_form(self.stream, self.headers.get("Content-Type")):
            if isinstance(part, FilePart):
                raise BadRequest(f"no file is expected in {part.name!r}", parameter=part.name)
            fields.setdefault(part.name, []).append(part.value)
        return fields


def _as_utf8(text: str, what: str) -> str:
    """Read latin-1 text, as WSGI hands it on, as the UTF-8 that it stands for."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        raise BadRequest(f"{what} is not UTF-8") from None


def _parse_urlencoded(text: str, what: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeError:
        raise BadRequest(f"{what} is not UTF-8") from None
    except ValueError:
        raise BadRequest(f"{what} has more than {MAX_FIELDS} fields") from None


def _parse_json(body: bytes) -> Any:
    _check_nesting(body)
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant)
        if b"\\ud" in body.lower():
            json.dumps(value, ensure_ascii=False).encode()  # fails on half a surrogate pair, which nobody could store
    except ValueError:
        raise BadRequest("the body is not JSON in UTF-8") from None
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _check_nesting(body: bytes) -> None:
    """Refuse what would take the parser more levels deep than the stack of a small machine has."""
    if body.count(b"[") + body.count(b"{") <= MAX_NESTING:
        return
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(body):
        first = match.group()[:1]
        if first in b"[{":
            depth += 1
            if depth > MAX_NESTING:
                raise BadRequest(f"the body is nested more than {MAX_NESTING} levels deep")
        elif first in b"]}":
            depth -= 1
