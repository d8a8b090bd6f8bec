"""Lists of object ids in bodies: read as they arrive, and kept in 20 bytes for each, so that long ones do no harm."""

import re
from collections.abc import Iterator

from syncfile.errors import BadRequest, TooLarge
from syncfile.faces.http import Call

MAX_LIST_BYTES = 16 << 20

_ID_BYTES = 20
_BATCH_IDS = 500
_CHUNK_BYTES = 64 << 10
_MAX_REST_BYTES = 1 << 10  # of text between two chunks that is no whole item yet
_ITEM = re.compile(rb'[ \t\r\n]*"([0-9a-f]{40})"[ \t\r\n]*([,\]])')


class IdList:
    """Object ids in the order in which they came; iterating gives them in batches, as often as wanted."""

    def __init__(self) -> None:
        self._ids = bytearray()

    def append(self, object_id: bytes) -> None:
        """Add an id given as 40 hex digits."""
        self._ids += bytes.fromhex(object_id.decode())

    def __len__(self) -> int:
        return len(self._ids) // _ID_BYTES

    def __iter__(self) -> Iterator[list[str]]:
        for start in range(0, len(self._ids), _BATCH_IDS * _ID_BYTES):
            batch = self._ids[start : start + _BATCH_IDS * _ID_BYTES].hex()
            yield [batch[at : at + 2 * _ID_BYTES] for at in range(0, len(batch), 2 * _ID_BYTES)]


def read_ids(call: Call) -> IdList:
    """Return the ids of a body that is a JSON array of them, whatever its type says.

    Raises:
        BadRequest: It is anything else.
        TooLarge: It has more than ``MAX_LIST_BYTES``.
    """
    ids = IdList()
    rest, last = b"", b""  # ``last`` is the mark behind the last item; before the first one, that is "["
    for chunk in _chunks(call):
        rest = (rest + chunk).lstrip()
        if not last and rest.startswith(b"["):
            last, rest = b"[", rest[1:]
        position = 0
        while last and last != b"]" and (match := _ITEM.match(rest, position)):
            ids.append(match[1])
            last, position = match[2], match.end()
        rest = rest[position:]
        if len(rest) > _MAX_REST_BYTES:
            break
    is_empty = last == b"[" and rest.strip() == b"]"
    if not (is_empty or (last == b"]" and len(ids) and not rest.strip())):
        raise BadRequest("the body is no list of object ids")
    return ids


def _chunks(call: Call) -> Iterator[bytes]:
    left = MAX_LIST_BYTES
    if (call.content_length or 0) > left:
        raise TooLarge("the list is too long")
    while chunk := call.stream.read(_CHUNK_BYTES):
        left -= len(chunk)
        if left < 0:
            raise TooLarge("the list is too long")
        yield chunk
