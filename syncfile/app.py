"""The WSGI application: the first words of a path choose the face, and nothing gets past the last fence."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from ipaddress import IPv6Address, ip_address
from secrets import token_hex
from typing import Any

from syncfile.config import Config
from syncfile.core.door import CoreDoor, Visit
from syncfile.errors import NotFound, SyncFileError
from syncfile.faces.http import Call, Face, Reply, show_json
from syncfile.log import printable_path

log = logging.getLogger("syncfile.app")
access = logging.getLogger("syncfile.access")

#: First word of a path, or first two, to the module whose ``face`` answers it. Imported on the first request.
FACES: dict[str, str] = {
    "v1/userRegister": "syncfile.faces.v1.legacy",
    "v1/getAuthID": "syncfile.faces.v1.legacy",
    "v1/isAuthAlive": "syncfile.faces.v1.legacy",
    "v1/folder": "syncfile.faces.v1.legacy",
    "v1/file": "syncfile.faces.v1.legacy_files",
    "v1/f": "syncfile.faces.v1.legacy_files",
    "v1/health": "syncfile.faces.v1.rest",
    "metrics": "syncfile.faces.v1.rest",
    "v1": "syncfile.faces.v1.rest",
    "f": "syncfile.faces.pages.links",
    "d": "syncfile.faces.pages.links",
    "u": "syncfile.faces.pages.links",
    "files": "syncfile.faces.transfer.downloads",
    "upload-api": "syncfile.faces.transfer.uploads",
    "api": "syncfile.faces.seafile.api2",
    "api2": "syncfile.faces.seafile.api2",
    "seafhttp/files": "syncfile.faces.seafile.transfer",
    "seafhttp/upload-api": "syncfile.faces.seafile.transfer",
    "seafhttp/upload-aj": "syncfile.faces.seafile.transfer",
    "seafhttp/update-api": "syncfile.faces.seafile.transfer",
    "seafhttp/update-aj": "syncfile.faces.seafile.transfer",
    "seafhttp": "syncfile.faces.seafile.seafhttp",
    "": "syncfile.faces.web.face",
    "static": "syncfile.faces.web.face",
    "favicon.ico": "syncfile.faces.web.face",
    "manifest.webmanifest": "syncfile.faces.web.face",
}

#: They do without the data disk, or say themselves that it is not there.
WITHOUT_DISK = {"", "static", "favicon.ico", "manifest.webmanifest", "v1/health"}


def load_face(module: str) -> Face:
    """Import the module of a face and return it."""
    face: Face = import_module(module).face
    return face


class App:
    """What the server calls for each request.

    Args:
        config: For trusted proxies.
        door: To the core.
        faces: As ``FACES``.
    """

    def __init__(self, config: Config, door: CoreDoor, faces: Mapping[str, str] = FACES) -> None:
        self._proxies = config.trusted_proxies
        self._door = door
        self._modules = dict(faces)
        self._loaded: dict[str, Face] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        """Answer one request. Nothing is raised; errors while a body is sent end the connection."""
        began = time.monotonic()
        request_id = token_hex(8)
        address, scheme = self._client(environ)
        visit = Visit(self._door, environ.get("syncfile.cut", _nothing))
        try:
            reply = self._answer(environ, visit, request_id, address, scheme)
            reply.headers["X-Request-Id"] = request_id
            method = environ["REQUEST_METHOD"]
            access.info(
                "%s %s %s %s %d %s %.1fms",
                request_id,
                address,
                method,
                printable_path(environ.get("PATH_INFO", "")),
                reply.status,
                reply.headers.get("Content-Length", "-"),
                (time.monotonic() - began) * 1000,
            )
            start_response(reply.status_line, list(reply.headers.items()))
            return reply.output(method, visit.leave)
        except BaseException:
            visit.leave()
            raise

    def is_long(self, method: str, path: str) -> bool:
        """Tell whether a request is better not answered by one of the few threads for short ones."""
        name = self._name(path)
        if name is None:
            return False
        face = self._loaded.get(name)
        # One that is still to be imported counts as short: hundreds that come at once would not fit into the line.
        return face is not None and face.is_long(method, path)

    def _answer(self, environ: dict[str, Any], visit: Visit, request_id: str, address: str, scheme: str) -> Reply:
        try:
            call = Call(environ, visit, address=address, scheme=scheme, request_id=request_id)
            name = self._name(call.path)
            if name not in WITHOUT_DISK:
                visit.core()
            return self._face(name).answer(call)
        except SyncFileError as error:
            return show_json(None, error)
        except Exception:
            log.exception("request=%s failed", request_id)
            body = {"error_msg": "the server made a mistake", "error": "internal", "request_id": request_id}
            return Reply(body, 500)

    def _face(self, name: str | None) -> Face:
        if name is None:
            raise NotFound("there is nothing at this path")
        if name not in self._loaded:
            self._loaded[name] = load_face(self._modules[name])
        return self._loaded[name]

    def _name(self, path: str) -> str | None:
        words = path.split("/", 3)[1:3]
        return next((name for name in ("/".join(words), words[0] if words else "") if name in self._modules), None)

    def _client(self, environ: Mapping[str, Any]) -> tuple[str, str]:
        """Return the address and the scheme of the client, as told by the proxies that are trusted and no others."""
        address, scheme = _plain_address(environ.get("REMOTE_ADDR", "")), str(environ.get("wsgi.url_scheme", "http"))
        if not self._proxies or not self._is_trusted(address):
            return address, scheme
        hops = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        for hop in reversed([_plain_address(hop) for hop in hops]):
            if not hop:
                break
            address = hop
            if not self._is_trusted(hop):
                break
        forwarded = str(environ.get("HTTP_X_FORWARDED_PROTO", "")).strip().lower()
        return address, forwarded if forwarded in ("http", "https") else scheme

    def _is_trusted(self, address: str) -> bool:
        if not address:
            return False
        parsed = ip_address(address)
        return any(parsed in network for network in self._proxies)


def _nothing() -> None:
    """What ends the connection of a request that has none of ours."""


def _plain_address(text: str) -> str:
    """Return an IP address in its usual form, without port, brackets or the cloak of an IPv4 address; "" if none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)
