"""What a process did to its disk, in the order in which it did it, and what its clients knew at each moment."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEAD = struct.Struct("=IHHH6xQQ")  # struct record of spy.c

CREATE, WRITE, TRUNCATE, SYNC, SYNC_FAILED, RENAME, UNLINK, LINK, MKDIR, RMDIR, SYNC_ALL = range(1, 12)
#: A client's note, between the operations: ``path`` says what it has begun, or has been told.
MARK = 100


@dataclass(frozen=True, slots=True)
class Op:
    """One operation.

    Attributes:
        kind: One of the numbers above.
        path, second: Relative to the root; "" where the inode says which file it is.
        inode: Of the file after the operation.
        offset: Of the data in the file; the new size of a file that is cut.
    """

    kind: int
    path: str
    second: str
    inode: int
    offset: int
    data: bytes


def read_log(log: Path, root: Path) -> Iterator[Op]:
    """Yield what was recorded."""
    prefix = os.path.realpath(root)
    text = log.read_bytes()
    at = 0
    while at < len(text):
        size, kind, path_bytes, second_bytes, inode, offset = _HEAD.unpack_from(text, at)
        second_at = at + _HEAD.size + path_bytes
        data_at = second_at + second_bytes
        path = text[at + _HEAD.size : second_at].decode()
        second = text[second_at:data_at].decode()
        if kind != MARK:
            path, second = (each.removeprefix(prefix).lstrip("/") for each in (path, second))
        yield Op(kind, path, second, inode, offset, text[data_at : at + size])
        at += size


class Marker:
    """Writes a client's notes between the records of a server."""

    def __init__(self, log: Path) -> None:
        self._fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def mark(self, text: str) -> None:
        """Note something that is so from here on."""
        path = text.encode()
        os.write(self._fd, _HEAD.pack(_HEAD.size + len(path), MARK, len(path), 0, 0, 0) + path)

    def close(self) -> None:
        os.close(self._fd)
