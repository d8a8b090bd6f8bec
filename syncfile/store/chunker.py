"""Cuts a stream of bytes into the blocks of a new file while it arrives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from syncfile.store.blocks import BlockStore, BlockWriter, PendingBlock
from syncfile.store.objects import File

#: Plaintext bytes of each block but the last: what Seafile's own server cuts uploads into.
CHUNK_BYTES = 8 << 20


class Cipher(Protocol):
    """Encrypts one block."""

    def update(self, data: bytes | memoryview, /) -> bytes:
        """Return what can be encrypted by now."""

    def finalize(self) -> bytes:
        """Return the rest, padded."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file whose blocks are stored, but for a small one at the end: hand that to ``BlockStore.keep``."""

    file: File
    pending: PendingBlock | None


class FileSink:
    """A file being written; memory and time do not depend on its size.

    Args:
        blocks: Where the blocks go.
        repo_id: The repo that will have the file.
        cipher: Makes the cipher of each block, where the repo is encrypted.
    """

    def __init__(self, blocks: BlockStore, repo_id: str, cipher: Callable[[], Cipher] | None = None) -> None:
        self._blocks = blocks
        self._repo_id = repo_id
        self._make_cipher = cipher
        self._cipher: Cipher | None = None
        self._writer: BlockWriter | None = None
        self._room = 0  # bytes that still fit into the block being written
        self._block_ids: list[str] = []
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Append plaintext.

        Raises:
            DiskFull, StoreUnavailable: Nothing can be appended any more: abort it.
        """
        rest = memoryview(data)
        while rest:
            writer = self._writer or self._begin()
            part = rest[: self._room]
            writer.write(self._cipher.update(part) if self._cipher else part)
            self._room -= len(part)
            self.size += len(part)
            rest = rest[len(part) :]
            if not self._room:
                self._seal(writer)  # a whole chunk is never small, so nothing is pending

    def finish(self) -> NewFile:
        """Store what is left and return the file, which no directory names yet.

        Raises:
            DiskFull, StoreUnavailable: Abort it.
        """
        pending = self._seal(self._writer) if self._writer else None
        return NewFile(File(tuple(self._block_ids), self.size), pending)

    def abort(self) -> None:
        """Forget what was written; gc takes the blocks that were stored. Safe to call twice, and after ``finish``."""
        if self._writer:
            self._writer.abort()
            self._writer = None

    def _begin(self) -> BlockWriter:
        self._writer = self._blocks.writer(self._repo_id)
        self._cipher = self._make_cipher() if self._make_cipher else None
        self._room = CHUNK_BYTES
        return self._writer

    def _seal(self, writer: BlockWriter) -> PendingBlock | None:
        if self._cipher:
            writer.write(self._cipher.finalize())
        block = writer.seal()
        self._block_ids.append(block.id)
        self._writer = None
        return block.pending
