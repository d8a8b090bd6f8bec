"""The bytes of files: a stream comes in as blocks, ranges go out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syncfile.core import quota
from syncfile.core.access import WRITE, Actor, require
from syncfile.core.core import Core
from syncfile.core.repos import open_repo
from syncfile.errors import QuotaFull
from syncfile.store.blocks import Span
from syncfile.store.chunker import FileSink, NewFile
from syncfile.store.objects import Dirent, File


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's entry and content, ready to be read."""

    core: Core
    repo_id: str
    entry: Dirent
    file: File

    @property
    def size(self) -> int:
        return self.file.size

    def spans(self, offset: int, length: int) -> Iterator[Span]:
        """Yield where the bytes of a range lie. Raises ``BytesMissing`` for the first block that is not there."""
        return self.core.blocks.spans(self.repo_id, self.file, offset, length)


def admit(core: Core, actor: Actor, repo_id: str, length: int | None) -> None:
    """Ask, before the first byte of an upload is read, whether it would be taken.

    Args:
        length: Bytes announced; None if the client does not say.

    Raises:
        NotFound, PermissionDenied: The actor may not write there.
        QuotaFull, DiskFull, StoreUnavailable: There is no room, or no disk.
    """
    repo = require(core.db, actor, repo_id, WRITE)
    core.folder.check()
    quota.require_room(core, repo.owner_id, length or 0)


def ingest(core: Core, actor: Actor, repo_id: str, chunks: Iterable[bytes], length: int | None = None) -> NewFile:
    """Store a stream as the blocks of a new file, which no directory names yet.

    Everything is on disk when this returns, but what is small enough to be written with the commit. If the stream
    breaks, what was written is taken back.

    Args:
        chunks: The content, in pieces of any size.
        length: Bytes announced; None if the client does not say.

    Raises:
        NotFound, PermissionDenied, QuotaFull, DiskFull, StoreUnavailable: As ``admit``; the last three at any moment.
    """
    admit(core, actor, repo_id, length)
    owner_id = require(core.db, actor, repo_id, WRITE).owner_id
    room = quota.room(core, owner_id)
    sink = FileSink(core.blocks, repo_id)
    try:
        for chunk in chunks:
            if sink.size + len(chunk) > room:
                raise QuotaFull("the quota is full")
            sink.write(chunk)
        return sink.finish()
    except BaseException:
        sink.abort()
        raise


def open_file(core: Core, actor: Actor, repo_id: str, path: str) -> StoredFile:
    """Return the file at ``path``, ready to be read.

    Raises:
        NotFound: There is no such library or file for this actor.
    """
    entry = open_repo(core, actor, repo_id).file(path)
    return StoredFile(core, repo_id, entry, core.objects.get_file(repo_id, entry.id))


def has_bytes(stored: StoredFile) -> bool:
    """Tell whether every block of a file is in the store."""
    return not stored.core.blocks.missing(stored.repo_id, stored.file.block_ids)
