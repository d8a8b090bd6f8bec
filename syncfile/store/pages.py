"""Pages of a directory: runs of entries in wire order, where they end, and how a list of them is packed. Pure.

The text of a page is its part of the directory's wire form: canonical JSON objects with ``, `` between them.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syncfile.store.objects import MalformedObject, decode_dirents, encode_dirent, sort_key

#: A directory of at most so many entries is one page, wherever its names would end one.
MAX_SMALL_ENTRIES = 48

# A page has 75 entries on average: at 10,000 entries an edit then writes about as much page as list, which is the least
# of both (docs/format.md has the figures).
_MIN_PAGE_ENTRIES = 40
_MAX_PAGE_ENTRIES = 160
_END_ODDS = 40  # beyond the least, one name in so many ends its page

_MAX_ENTRY_BYTES = 8192  # name and modifier of 255 characters, six bytes for each
_WIRE_START = b'{"dirents": ['
_WIRE_END = b'], "type": 3, "version": 1}'
# A quotation mark inside a JSON string has a backslash, so no name can look like any of these.
_ENTRY_START = b'{"id": "'
_ENTRY_END = b"}"
_BETWEEN = _ENTRY_END + b", " + _ENTRY_START
_NAME = re.compile(rb'"name": ("(?:[^"\\]|\\.)*")')

#: The sort key of an entry's name, and the entry's text.
Entry = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of a page without reading it; ``text`` is there while it is in no database yet."""

    first_key: bytes  # of its first name
    id: str  # SHA-1 of the text
    entries: int
    size: int  # bytes of text
    text: bytes | None = None


def make_page(entries: list[Entry]) -> Page:
    """Return the page of these entries, of which there is at least one."""
    text = b", ".join(text for _, text in entries)
    return Page(entries[0][0], hashlib.sha1(text).hexdigest(), len(entries), len(text), text)


def ends_page(entries: list[Entry]) -> bool:
    """Tell whether a page ends with the last of its entries.

    Nothing else decides that, so a change moves the ends near it only; the bounds keep names that were made up for it
    from leading to pages that are tiny or huge.
    """
    count = len(entries)
    if count < _MIN_PAGE_ENTRIES:
        return False
    return count >= _MAX_PAGE_ENTRIES or zlib.crc32(entries[-1][0]) % _END_ODDS == 0


def cut(entries: Iterable[Entry]) -> Iterator[Page]:
    """Yield the pages of a directory that has more than ``MAX_SMALL_ENTRIES``."""
    filling: list[Entry] = []
    for entry in entries:
        filling.append(entry)
        if ends_page(filling):
            yield make_page(filling)
            filling = []
    if filling:
        yield make_page(filling)


def split(text: bytes) -> list[Entry]:
    """Return the entries of a page."""
    first, *others = text.split(_BETWEEN)
    texts = [first, *(_ENTRY_START + part for part in others)]
    texts[:-1] = [part + _ENTRY_END for part in texts[:-1]]
    names = json.loads(b"[%b]" % b", ".join(_NAME.findall(text)))
    return list(zip(map(sort_key, names), texts, strict=True))


def find_entry(text: bytes, quoted_name: bytes) -> bytes | None:
    """Return the text of one entry of a page, or None."""
    position = text.find(b'"name": ' + quoted_name)
    if position < 0:
        return None
    end = text.find(_BETWEEN, position)
    return text[text.rfind(_ENTRY_START, 0, position) : end + 1 if end >= 0 else None]


def wire(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the canonical JSON of a directory in parts, given the texts of its pages."""
    yield _WIRE_START
    separator = b""
    for text in texts:
        yield separator + text
        separator = b", "
    yield _WIRE_END


def unwrap(text: bytes) -> bytes:
    """Return the text of the one page of a small directory, given its wire form."""
    return text.removeprefix(_WIRE_START).removesuffix(_WIRE_END)


def read_wire(parts: Iterable[bytes]) -> Iterator[Entry]:
    """Yield the entries of a directory that comes from outside, in parts of any size; the empty one never comes.

    Raises:
        MalformedObject: It is no directory, not in canonical form, or not in order.
    """
    last_key = b""
    for text in _wire_texts(parts):
        (dirent,) = decode_dirents(text)
        key = sort_key(dirent.name)
        if encode_dirent(dirent) != text or key <= last_key:
            raise MalformedObject("a directory is not in canonical form")
        last_key = key
        yield key, text


def _wire_texts(parts: Iterable[bytes]) -> Iterator[bytes]:
    start = _WIRE_START + _ENTRY_START
    started = False
    rest = b""
    for part in parts:
        rest += part
        if not started and len(rest) >= len(start):
            if not rest.startswith(start):
                raise MalformedObject("this is not a directory")
            rest, started = rest[len(start) :], True
        *whole, rest = rest.split(_BETWEEN)
        if len(rest) > _MAX_ENTRY_BYTES:
            raise MalformedObject("an entry is too long")
        yield from (_ENTRY_START + text + _ENTRY_END for text in whole)
    if not (started and rest.endswith(_ENTRY_END + _WIRE_END)):
        raise MalformedObject("a directory is cut short")
    yield _ENTRY_START + rest.removesuffix(_WIRE_END)


def pack(pages: Iterable[Page]) -> bytes:
    """Return the list of a directory's pages as it is stored (docs/format.md)."""
    packed = bytearray()
    last_key = b""
    for page in pages:
        shared = _shared_bytes(last_key, page.first_key)
        own = page.first_key[shared:]
        for number in (shared, len(own), page.entries, page.size):
            packed += _varint(number)
        packed += own + bytes.fromhex(page.id)
        last_key = page.first_key
    return bytes(packed)


def unpack(packed: bytes) -> Iterator[Page]:
    """Yield what ``pack`` has packed."""
    position = 0
    key = b""

    def number() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = packed[position]
            position += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    while position < len(packed):
        shared, own, entries, size = number(), number(), number(), number()
        key = key[:shared] + packed[position : position + own]
        position += own
        yield Page(key, packed[position : position + 20].hex(), entries, size)
        position += 20


def _shared_bytes(a: bytes, b: bytes) -> int:
    """Return with how many equal bytes both begin."""
    return next((count for count, (left, right) in enumerate(zip(a, b, strict=False)) if left != right), len(a))


def _varint(number: int) -> bytes:
    """Return seven bits a byte, the lowest first, the high bit set in all but the last."""
    packed = bytearray()
    while number > 127:
        packed.append(number & 127 | 128)
        number >>= 7
    packed.append(number)
    return bytes(packed)
