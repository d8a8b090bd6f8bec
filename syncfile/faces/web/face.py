"""The web page: one document at ``/``, and what it is made of, below an address that changes with its content."""

import re
from collections.abc import Callable
from functools import cache

from syncfile.core.access import Actor, anyone
from syncfile.faces.http import Call, Face, Reply
from syncfile.faces.web.assets import COMPRESSIBLE, FOLDER, TYPES, Assets, compress

PAGE = "index.html"
ICON = "icon.svg"
MANIFEST = "manifest.webmanifest"

_FOREVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
#: Nothing but our own files, and what the page makes of a user's files in memory; no other page may frame it.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "frame-src 'self' blob:",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

assets = Assets(FOLDER)


def _authenticate(call: Call) -> Actor:
    return anyone(call.address)


face = Face(authenticate=_authenticate)


@face.route("GET", "/", auth="none")
def show_page(call: Call) -> Reply:
    """Return the page, whoever asks; it finds out itself who is signed in."""
    return _with_version(call, PAGE, {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"})


@face.route("GET", "/manifest.webmanifest", auth="none")
def show_manifest(call: Call) -> Reply:
    """Return what a phone has to know to put the page among its apps."""
    return _with_version(call, MANIFEST, {})


@face.route("GET", "/favicon.ico", auth="none")
def show_icon(call: Call) -> Reply:
    """Return the icon to browsers that look for it without reading the page."""
    return _file(call, ICON, {"Cache-Control": _ASK_FIRST})


@face.route("GET", "/static/<version>/<name:path>", auth="none")
def show_asset(call: Call, version: str, name: str) -> Reply:
    """Return a file of the page; for ever, if it was asked for under the version that is served now."""
    return _file(call, name, {"Cache-Control": _FOREVER if version == assets.version else _ASK_FIRST})


def _with_version(call: Call, name: str, headers: dict[str, str]) -> Reply:
    """Answer with a small file in which ``{version}`` stands for the part of the addresses that changes."""
    return _reply(call, name, {"Cache-Control": _ASK_FIRST, **headers}, lambda gzip: _versioned(name, gzip))


@cache
def _versioned(name: str, is_compressed: bool) -> bytes:
    text = assets.path(name).read_text("utf-8").replace("{version}", assets.version)
    return compress(text.encode()) if is_compressed else text.encode()


def _file(call: Call, name: str, headers: dict[str, str]) -> Reply:
    def load(is_compressed: bool) -> bytes:
        return assets.compressed(name) if is_compressed else assets.path(name).read_bytes()

    return _reply(call, name, headers, load)


def _reply(call: Call, name: str, headers: dict[str, str], load: Callable[[bool], bytes]) -> Reply:
    """Answer with what ``load`` returns, compressed if the client reads that, and only if it does not have it yet."""
    suffix = assets.path(name).suffix
    is_compressed = suffix in COMPRESSIBLE and _takes_gzip(call)
    etag = f'"{assets.version}{"-gzip" if is_compressed else ""}"'
    headers = {"Content-Type": TYPES[suffix], "ETag": etag, "Vary": "Accept-Encoding", **headers}
    if etag in call.headers.get("If-None-Match"):
        return Reply(None, 304, headers)
    if is_compressed:
        headers["Content-Encoding"] = "gzip"
    return Reply(load(is_compressed), headers=headers)


def _takes_gzip(call: Call) -> bool:
    """Tell whether the client reads gzip (RFC 9110, section 12.5.3)."""
    for coding in call.headers.get("Accept-Encoding").split(","):
        name, _, weight = coding.partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return not re.fullmatch(r"q=0(\.0*)?", weight.strip())
    return False
