"""``/files/<link>/<name>``: sends a file, a version of one, or a folder as a zip archive to whoever has the link."""

from typing import Annotated

from syncfile.core import transfer_tokens, transfers
from syncfile.faces.http import Call, Face, Reply
from syncfile.faces.linked_bytes import linked_reply


class _Face(Face):
    """Decides by the link, not by the route, whether an answer keeps a thread: it is no route that knows."""

    def is_long(self, method: str, path: str) -> bool:
        return any(map(transfer_tokens.is_long_link, path.split("/")[2:3]))


face = _Face(authenticate=lambda call: call.actor)


@face.route("GET", "/files/<link>/<name:path>", auth="none")
def send(call: Call, link: str, name: Annotated[str, "What a browser calls it; not looked at"]) -> Reply:
    """Send the bytes behind a link. ``names``, repeated, chooses entries of a folder."""
    return linked_reply(call, transfers.find_transfer(call.core, link, call.address, "download", "zip"))
