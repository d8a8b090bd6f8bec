"""The bytes of files: a stream comes in as blocks, ranges go out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syncfile.core import quota
from syncfile.core.access import READ, WRITE, Actor, RepoInfo, require
from syncfile.core.core import Core
from syncfile.core.keys import Unlocked
from syncfile.core.plaintext import iter_plain
from syncfile.core.repos import snapshot
from syncfile.errors import QuotaFull
from syncfile.store.blocks import Span
from syncfile.store.chunker import FileSink, NewFile
from syncfile.store.objects import Dirent, File


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's entry and content, ready to be read.

    Attributes:
        repo_id: Of the library that keeps its blocks.
        unlocked: The key to them, where that is encrypted; then read with ``iter_bytes``.
    """

    core: Core
    repo_id: str
    entry: Dirent
    file: File
    unlocked: Unlocked | None = None

    @property
    def size(self) -> int:
        return self.file.size

    def spans(self, offset: int, length: int) -> Iterator[Span]:
        """Yield where the stored bytes of a range lie. Raises ``BytesMissing`` if the first block is not there."""
        return self.core.blocks.spans(self.repo_id, self.file, offset, length)

    def iter_bytes(self, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the plaintext of a range in parts of at most 256 KiB. Raises ``BytesMissing`` on the way."""
        length = self.size - offset if length is None else length
        return iter_plain(self.core.blocks, self.repo_id, self.file, self.unlocked, offset, length)


def admit(core: Core, actor: Actor, repo_id: str, length: int | None) -> RepoInfo:
    """Ask, before the first byte of an upload is read, whether it would be taken, and return the library.

    Args:
        length: Bytes announced; None if the client does not say.

    Raises:
        NotFound, PermissionDenied: The actor may not write there.
        LibraryLocked: It is encrypted, and the actor has not unlocked it.
        QuotaFull, DiskFull, StoreUnavailable: There is no room, or no disk.
    """
    repo = require(core.db, actor, repo_id, WRITE)
    core.keys.require(repo, actor)
    core.folder.check()
    quota.require_room(core, repo.owner_id, length or 0)
    return repo


def ingest(core: Core, actor: Actor, repo_id: str, chunks: Iterable[bytes], length: int | None = None) -> NewFile:
    """Store a stream as the blocks of a new file, which no directory names yet.

    Everything is on disk when this returns, but what is small enough to be written with the commit. If the stream
    breaks, whole blocks that were written are left to gc.

    Args:
        chunks: The content, in pieces of any size.
        length: Bytes announced; None if the client does not say.

    Raises:
        NotFound, PermissionDenied, LibraryLocked: As ``admit``.
        QuotaFull, DiskFull, StoreUnavailable: As ``admit``, and at any moment.
    """
    repo = admit(core, actor, repo_id, length)
    room = quota.room(core, repo.owner_id)
    unlocked = core.keys.require(repo, actor)
    sink = FileSink(core.blocks, repo.store_id, unlocked.encryptor if unlocked else None)
    try:
        for chunk in chunks:
            if sink.size + len(chunk) > room:
                raise QuotaFull("the quota is full")
            sink.write(chunk)
            if unlocked:
                unlocked.touch()
        return sink.finish()
    except BaseException:
        sink.abort()
        raise


def open_file(core: Core, actor: Actor, repo_id: str, path: str) -> StoredFile:
    """Return the file at ``path``, ready to be read.

    Raises:
        NotFound: There is no such library or file for this actor.
        LibraryLocked: It is encrypted, and the actor has not unlocked it.
    """
    repo = require(core.db, actor, repo_id, READ)
    return open_entry(core, repo, snapshot(core, repo).file(path), core.keys.require(repo, actor))


def open_entry(core: Core, repo: RepoInfo, entry: Dirent, unlocked: Unlocked | None) -> StoredFile:
    """Return a file of a library, ready to be read; permission was asked before."""
    return StoredFile(core, repo.store_id, entry, core.objects.get_file(repo.store_id, entry.id), unlocked)


def has_bytes(stored: StoredFile) -> bool:
    """Tell whether every block of a file is in the store."""
    return not stored.core.blocks.missing(stored.repo_id, stored.file.block_ids)
