"""Packs of objects: for each its id in ASCII, its length as four bytes, big-endian, and its zlib stream."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from syncfile.errors import BadRequest

#: A packed object may not be longer; what it unpacks to is bounded by the store.
MAX_PACKED_BYTES = 64 << 20

_ID_CHARS = 40
_HEAD_BYTES = _ID_CHARS + 4
_CHUNK_BYTES = 64 << 10


def write_frames(objects: Iterable[tuple[str, int, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield the pack of objects given as id, bytes and parts, in pieces worth sending."""
    held = bytearray()
    for object_id, size, parts in objects:
        held += object_id.encode() + size.to_bytes(4, "big")
        for part in parts:
            held += part
            if len(held) >= _CHUNK_BYTES:
                yield bytes(held)
                held.clear()
    yield bytes(held)


def read_frames(stream: BinaryIO) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield id and parts of each object of a pack; the parts have to be read before the next object.

    Raises:
        BadRequest: The pack is malformed.
    """
    while head := _read(stream, _HEAD_BYTES):
        object_id = head[:_ID_CHARS].decode("latin-1")
        if len(head) < _HEAD_BYTES or not _is_id(object_id):
            raise BadRequest("the pack of objects is malformed")
        size = int.from_bytes(head[_ID_CHARS:], "big")
        if size > MAX_PACKED_BYTES:
            raise BadRequest("an object is too large")
        yield object_id, _parts(stream, size)


def _parts(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        part = stream.read(min(size, _CHUNK_BYTES))
        if not part:
            raise BadRequest("the pack of objects is cut short")
        size -= len(part)
        yield part


def _read(stream: BinaryIO, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := stream.read(size - len(data))):
        data += part
    return data


def _is_id(text: str) -> bool:
    return set(text) <= set("0123456789abcdef")
