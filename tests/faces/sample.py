"""A face to try the base of all faces on; it keeps nothing."""

from collections.abc import Iterator
from typing import Annotated, Literal, TypedDict

from syncfile.core.access import Actor
from syncfile.errors import BytesMissing, Locked, NotAuthenticated, TooMany
from syncfile.faces.http import Between, Call, Face, Reply
from syncfile.faces.multipart import FilePart, iter_form
from syncfile.faces.ranges import file_reply
from syncfile.transfer.segments import BytesRange, FileRange, FileSegments, Segment

CONTENT = bytes(range(256)) * 40


class Echo(TypedDict):
    """What a handler was given."""

    name: str
    size: int
    wanted: bool
    order: str
    targets: list[str]
    note: str | None


def _authenticate(call: Call) -> Actor:
    if call.headers.get("Authorization") != "Token right":
        raise NotAuthenticated("a token is needed")
    return Actor(7, "ann", address=call.address)


face = Face(authenticate=_authenticate)


@face.route("GET", "/sample/echo/", auth="none")
@face.route("POST", "/sample/echo/", status=201, auth="none")
def echo(
    call: Call,
    name: Annotated[str, "Any text"],
    size: Annotated[int, "How large", Between(0, 100)] = 5,
    wanted: bool = False,
    order: Literal["up", "down"] = "up",
    targets: list[str] | None = None,
    note: str | None = None,
) -> Echo:
    """Return the parameters."""
    return {"name": name, "size": size, "wanted": wanted, "order": order, "targets": targets or [], "note": note}


@face.route("GET", "/sample/items/<item_id>/")
def item(call: Call, item_id: int) -> list[object]:
    """Return the number and who asked."""
    return [item_id, call.actor.username]


@face.route("DELETE", "/sample/items/<item_id>/", status=204, auth="none")
def delete_item(call: Call, item_id: int) -> None:
    """Return nothing."""


@face.route("GET", "/sample/tree/<path:path>", auth="none", long=True)
def tree(call: Call, path: str) -> str:
    """Return the rest of the path."""
    return path


@face.route("PUT", "/sample/raw/", auth="none", stream=True)
def raw(call: Call, name: str = "unnamed") -> list[object]:
    """Return how many bytes came."""
    size = 0
    while chunk := call.stream.read(65536):
        size += len(chunk)
    return [name, size]


@face.route("POST", "/sample/form/", auth="none", stream=True)
def form(call: Call) -> list[list[object]]:
    """Return what each part of a form held."""
    found: list[list[object]] = []
    for part in iter_form(call.stream, call.headers.get("Content-Type")):
        if isinstance(part, FilePart):
            found.append([part.name, part.filename, sum(map(len, part.chunks))])
        else:
            found.append([part.name, part.value])
    return found


@face.route("GET", "/sample/whoami/", auth="none")
def whoami(call: Call) -> list[str]:
    """Return how the client looks from here."""
    return [call.address, call.scheme, call.base_url]


@face.route("GET", "/sample/file/", auth="none")
def file(call: Call, name: str = "data.bin", inline: bool = False) -> Reply:
    """Return a stored file."""

    def spans(offset: int, length: int) -> list[Segment]:
        return [BytesRange(lambda: CONTENT, offset, length)]

    return file_reply(call, size=len(CONTENT), etag="abc", mtime=1_700_000_000, name=name, spans=spans, inline=inline)


@face.route("GET", "/sample/damaged/", auth="none")
def damaged(call: Call) -> Reply:
    """Try to return a file whose block is gone."""
    return Reply(FileSegments([FileRange("/nonexistent/block", 0, 10)]))


@face.route("GET", "/sample/stream/", auth="none")
def stream(call: Call, fail: bool = False) -> Reply:
    """Return chunks as they are made."""

    def chunks() -> Iterator[bytes]:
        if fail:
            raise BytesMissing("nothing to begin with")
        yield b"one,"
        yield b"two"

    return Reply(chunks(), headers={"Content-Type": "text/plain"})


@face.route("GET", "/sample/locked/", auth="none")
def locked(call: Call) -> None:
    """Refuse."""
    raise Locked("somebody else holds the lock")


@face.route("GET", "/sample/slow-down/", auth="none")
def slow_down(call: Call) -> None:
    """Refuse for a while."""
    raise TooMany("too many tries", retry_after=7)


@face.route("GET", "/sample/bug/", auth="none")
def bug(call: Call) -> None:
    """Fail as a bug would."""
    raise ZeroDivisionError("secret detail")
