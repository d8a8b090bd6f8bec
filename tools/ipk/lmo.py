"""LuCI's catalogues of translated texts: ``lmo.py CATALOGUE.po CATALOGUE.lmo`` compiles one.

An .lmo file has the translations, each filled up to four bytes; an index of (hash of the text, number of plural form
or 1, offset, length), sorted by hash; and the offset of that index. All numbers have four bytes, the first the highest.
LuCI hashes texts with SuperFastHash, beginning with their length.
"""

import ast
import re
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

_MASK = 0xFFFFFFFF
_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d)\])?\s+)?("(?:[^"\\]|\\.)*")')


class BadCatalogue(ValueError):
    """A line of the catalogue makes no sense, or its text cannot be found by LuCI."""


@dataclass
class _Message:
    context: str = ""
    key: str = ""
    plural: str = ""
    texts: dict[int, str] = field(default_factory=dict)


def compile_catalogue(source: str) -> bytes:
    """Return the compiled form of a .po file; empty if nothing is translated in it.

    Raises:
        BadCatalogue: A line is none of a .po file, or a text has a line break.
    """
    values = bytearray()
    index = []
    for message in _messages(source):
        for key_hash, count, text in _entries(message):
            data = text.encode()
            index.append(struct.pack(">4I", key_hash, count, len(values), len(data)))
            values += data + bytes(-len(data) % 4)
    if not values:
        return b""
    return bytes(values) + b"".join(sorted(index)) + struct.pack(">I", len(values))


def _entries(message: _Message) -> list[tuple[int, int, str]]:
    if not message.key:
        forms = re.search(r"^Plural-Forms: *(.*)$", message.texts.get(0, ""), re.MULTILINE)
        return [(0, 0, forms[1])] if forms else []
    if "\n" in message.key:
        raise BadCatalogue(f"LuCI does not find a text with a line break: {message.key!r}")
    key = f"{message.context}\1{message.key}" if message.context else message.key
    found = []
    for number, text in sorted(message.texts.items()):
        key_hash = super_fast_hash((f"{key}\2{number}" if message.plural else key).encode())
        if text and key_hash != super_fast_hash(text.encode()):  # else the text itself is as good
            found.append((key_hash, number + 1, text))
    return found


def _messages(source: str) -> list[_Message]:
    messages = [_Message()]
    keyword, number = "msgid", 0
    for line in source.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise BadCatalogue(f"this is no line of a catalogue: {line}")
        if match[1]:
            keyword, number = match[1], int(match[2] or 0)
            begins = keyword == "msgctxt" or (keyword == "msgid" and bool(messages[-1].texts))
            if begins and messages[-1].texts:
                messages.append(_Message())
        _append(messages[-1], keyword, number, ast.literal_eval(match[3]))
    return messages


def _append(message: _Message, keyword: str, number: int, text: str) -> None:
    if keyword == "msgctxt":
        message.context += text
    elif keyword == "msgid":
        message.key += text
    elif keyword == "msgid_plural":
        message.plural += text
    else:
        message.texts[number] = message.texts.get(number, "") + text


def super_fast_hash(data: bytes) -> int:
    """Return Paul Hsieh's SuperFastHash of some bytes, seeded with their number; 0 for none."""
    if not data:
        return 0
    value = len(data)
    whole = len(data) & ~3
    for low, high in struct.iter_unpack("<2H", data[:whole]):
        value = (value + low) & _MASK
        value = ((value << 16) ^ (high << 11) ^ value) & _MASK
        value = (value + (value >> 11)) & _MASK
    return _avalanche(_add_rest(value, data[whole:]))


def _add_rest(value: int, rest: bytes) -> int:
    if len(rest) == 3:
        value = (value + int.from_bytes(rest[:2], "little")) & _MASK
        value ^= value << 16
        value = (value ^ (_signed(rest[2]) << 18)) & _MASK
        return value + (value >> 11)
    if len(rest) == 2:
        value = (value + int.from_bytes(rest, "little")) & _MASK
        value = (value ^ (value << 11)) & _MASK
        return value + (value >> 17)
    if len(rest) == 1:
        value = (value + _signed(rest[0])) & _MASK
        value = (value ^ (value << 10)) & _MASK
        return value + (value >> 1)
    return value


def _avalanche(value: int) -> int:
    for left, right in ((3, 5), (4, 17), (25, 6)):
        value &= _MASK
        value = (value ^ (value << left)) & _MASK
        value = (value + (value >> right)) & _MASK
    return value


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def main(source: str, target: str) -> None:
    """Compile one catalogue."""
    Path(target).write_bytes(compile_catalogue(Path(source).read_text(encoding="utf-8")))


if __name__ == "__main__":
    main(*sys.argv[1:])
