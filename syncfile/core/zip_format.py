"""Zip archives written as a stream (APPNOTE.TXT 6.3.9 of PKWARE): stored, with data descriptors, zip64 where needed.

Memory is four bytes for each file: the directory at the end is written from a second run over the entries.
"""

import struct
import zlib
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from syncfile.errors import BytesMissing

_LIMIT_32 = 0xFFFFFFFF
_LIMIT_16 = 0xFFFF
_STORED_VERSION, _ZIP64_VERSION = 20, 45
_MADE_ON_UNIX = 3 << 8
_DESCRIPTOR_FOLLOWS, _NAME_IS_UTF8 = 1 << 3, 1 << 11
_MSDOS_DIRECTORY = 0x10
_FIRST_TIME, _LAST_TIME = 315532800, 4354819199  # 1980 to 2107, what the format's own date can hold
_GATHER_BYTES = 64 << 10

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_DESCRIPTOR = struct.Struct("<4sLLL")
_DESCRIPTOR_64 = struct.Struct("<4sLQQ")
_END_64 = struct.Struct("<4sQHHLLQQQQ")
_LOCATOR_64 = struct.Struct("<4sLQL")
_END = struct.Struct("<4sHHHHLLH")
_TIME_EXTRA = struct.Struct("<HHBL")


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file or folder to be archived.

    Attributes:
        name: With ``/`` between folders; that of a folder ends with one.
        mode: As in ``stat``.
        mtime: Seconds.
        size: Bytes that ``read`` yields.
    """

    name: str
    mode: int
    mtime: int
    size: int
    read: Callable[[], Iterator[bytes]]

    @property
    def is_dir(self) -> bool:
        return self.name.endswith("/")

    @property
    def is_large(self) -> bool:
        return self.size >= _LIMIT_32


def iter_archive(entries: Callable[[], Iterable[ZipEntry]]) -> Iterator[bytes]:
    """Yield an archive in parts of some 64 KiB, or as large as those that are read.

    Args:
        entries: Called twice, to return the same entries; only the first time they are read.

    Raises:
        BytesMissing: A file has not the size that its entry says.
    """
    return _gather(_archive(entries))


def _archive(entries: Callable[[], Iterable[ZipEntry]]) -> Iterator[bytes]:
    checksums = array("I")  # four bytes each
    for entry in entries():
        yield _local_header(entry)
        if not entry.is_dir:
            checksum = yield from _content(entry)
            checksums.append(checksum)
            yield _descriptor(entry, checksum)
    offset = count = size = 0
    each = iter(checksums)
    for entry in entries():
        checksum = 0 if entry.is_dir else next(each)
        header = _central_header(entry, checksum, offset)
        yield header
        size += len(header)
        count += 1
        offset += _stored_size(entry)
    yield from _end(count, size, offset)


def _content(entry: ZipEntry) -> Generator[bytes, None, int]:
    """Yield the bytes of a file, return their CRC-32."""
    checksum = 0
    left = entry.size
    for part in entry.read():
        checksum = zlib.crc32(part, checksum)
        left -= len(part)
        yield part
    if left:
        raise BytesMissing("a file has another size than its folder says")
    return checksum


def _local_header(entry: ZipEntry) -> bytes:
    name, extra = entry.name.encode(), _time_extra(entry)
    if entry.is_large:
        extra += struct.pack("<HHQQ", 1, 16, 0, 0)  # says that the descriptor's sizes are of 64 bits
    return (
        _LOCAL.pack(b"PK\3\4", _version(entry), _flags(entry), 0, *_dos_time(entry), 0, 0, 0, len(name), len(extra))
        + name
        + extra
    )


def _descriptor(entry: ZipEntry, checksum: int) -> bytes:
    layout = _DESCRIPTOR_64 if entry.is_large else _DESCRIPTOR
    return layout.pack(b"PK\7\10", checksum, entry.size, entry.size)


def _stored_size(entry: ZipEntry) -> int:
    """Return the bytes that an entry takes before the directory."""
    header = len(_local_header(entry))
    return header if entry.is_dir else header + entry.size + len(_descriptor(entry, 0))


def _central_header(entry: ZipEntry, checksum: int, offset: int) -> bytes:
    name, extra = entry.name.encode(), _time_extra(entry)
    wide = [entry.size, entry.size] if entry.is_large else []
    wide += [offset] if offset >= _LIMIT_32 else []
    if wide:
        extra += struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide)
    size = min(entry.size, _LIMIT_32)
    version = _ZIP64_VERSION if wide else _version(entry)
    attributes = entry.mode << 16 | (_MSDOS_DIRECTORY if entry.is_dir else 0)
    fields = (_MADE_ON_UNIX | _ZIP64_VERSION, version, _flags(entry), 0, *_dos_time(entry), checksum, size, size)
    lengths = (len(name), len(extra), 0, 0, 0, attributes, min(offset, _LIMIT_32))
    return _CENTRAL.pack(b"PK\1\2", *fields, *lengths) + name + extra


def _end(count: int, size: int, offset: int) -> Iterator[bytes]:
    if count >= _LIMIT_16 or size >= _LIMIT_32 or offset >= _LIMIT_32:
        versions = (_MADE_ON_UNIX | _ZIP64_VERSION, _ZIP64_VERSION)
        yield _END_64.pack(b"PK\6\6", _END_64.size - 12, *versions, 0, 0, count, count, size, offset)
        yield _LOCATOR_64.pack(b"PK\6\7", 0, offset + size, 1)
    count, size, offset = min(count, _LIMIT_16), min(size, _LIMIT_32), min(offset, _LIMIT_32)
    yield _END.pack(b"PK\5\6", 0, 0, count, count, size, offset, 0)


def _version(entry: ZipEntry) -> int:
    return _ZIP64_VERSION if entry.is_large else _STORED_VERSION


def _flags(entry: ZipEntry) -> int:
    return _NAME_IS_UTF8 if entry.is_dir else _NAME_IS_UTF8 | _DESCRIPTOR_FOLLOWS


def _dos_time(entry: ZipEntry) -> tuple[int, int]:
    """Return time and date as the format has them: in steps of two seconds, here in UTC."""
    at = datetime.fromtimestamp(min(max(entry.mtime, _FIRST_TIME), _LAST_TIME), UTC)
    return at.hour << 11 | at.minute << 5 | at.second // 2, (at.year - 1980) << 9 | at.month << 5 | at.day


def _time_extra(entry: ZipEntry) -> bytes:
    """Return the time in seconds UTC, as Info-ZIP adds it."""
    return _TIME_EXTRA.pack(0x5455, 5, 1, entry.mtime) if 0 <= entry.mtime < 1 << 31 else b""


def _gather(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Join small parts, so that a thousand empty files are no thousand sends."""
    gathered = bytearray()
    for part in parts:
        if gathered and len(gathered) + len(part) > _GATHER_BYTES:
            yield bytes(gathered)
            gathered.clear()
        if len(part) >= _GATHER_BYTES:
            yield part
        else:
            gathered += part
    if gathered:
        yield bytes(gathered)
