"""JSON lists of any length, of which only a piece is in memory."""

import json
from collections.abc import Iterable, Iterator

_PIECE_BYTES = 32 << 10
#: Of an answer made of ``json_list``.
HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store"}


def json_list(items: Iterable[object], opening: bytes = b"[", closing: bytes = b"]") -> Iterator[bytes]:
    """Yield the text of a list, with whatever else stands around it in ``opening`` and ``closing``."""
    piece = bytearray(opening)
    separator = b""
    for item in items:
        piece += separator + json.dumps(item, separators=(",", ":")).encode("ascii")
        separator = b","
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece) + closing
