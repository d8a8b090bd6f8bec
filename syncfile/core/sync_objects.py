"""What sync clients exchange: which objects a library has, the objects themselves, and the blocks of files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syncfile.core import quota
from syncfile.core.access import READ, WRITE, Actor
from syncfile.core.core import Core
from syncfile.core.id_set import IdSet
from syncfile.core.paths import MAX_DEPTH
from syncfile.core.sync import require_synced
from syncfile.core.tree import Trees
from syncfile.errors import BadRequest, BytesMissing, NotFound, TooLarge
from syncfile.store.blocks import Span
from syncfile.store.directories import Directory, diff
from syncfile.store.object_store import ObjectMissing
from syncfile.store.objects import EMPTY_ID, Dirent, File, MalformedObject

#: Clients cut blocks of 10 MiB at most, plus padding; they can be told to cut larger ones.
MAX_BLOCK_BYTES = 32 << 20
#: Of received objects held until they are written together.
_BATCH_BYTES = 1 << 20


def iter_object_ids(
    core: Core, actor: Actor, repo_id: str, commit_id: str, known_commit_id: str = "", *, only_dirs: bool = False
) -> Iterator[str]:
    """Yield the ids of all objects that a commit's tree has and that of a known commit has not at the same path.

    Args:
        known_commit_id: "", or one that is not there (any more), for nothing known.
        only_dirs: Leave the files out.

    Raises:
        NotFound: There is no such commit.
        RepoGone, PermissionDenied: As ``require_synced``.
    """
    repo = require_synced(core, actor, repo_id, READ)
    commit = core.objects.find_commit(repo.id, commit_id)
    if commit is None:
        raise NotFound("there is no such commit")
    known = core.objects.find_commit(repo.id, known_commit_id)
    root_id = known.root_id if known else EMPTY_ID
    return _new_ids(Trees(core.objects, repo.store_id), root_id, commit.root_id, only_dirs)


def _new_ids(trees: Trees, old_root_id: str, new_root_id: str, only_dirs: bool) -> Iterator[str]:
    """Yield each id once. Memory is that of the set, and of one page for each level of folders."""
    met = IdSet()
    if new_root_id in (EMPTY_ID, old_root_id):
        return
    met.add(new_root_id)
    yield new_root_id
    levels = [diff(trees.open(old_root_id), trees.open(new_root_id))]
    while levels:
        old, new = next(levels[-1], (None, None))
        if old is None and new is None:
            levels.pop()
        elif new and new.id != EMPTY_ID and not _same(old, new) and (new.is_dir or not only_dirs) and met.add(new.id):
            yield new.id
            if len(levels) > MAX_DEPTH:
                raise BadRequest("the tree of the commit is too deep")  # it was never a head
            if new.is_dir:
                old_id = old.id if old and old.is_dir else EMPTY_ID
                levels.append(diff(trees.open(old_id), trees.open(new.id)))


def _same(old: Dirent | None, new: Dirent) -> bool:
    return old is not None and old.id == new.id


def iter_missing_objects(core: Core, actor: Actor, repo_id: str, batches: Iterable[list[str]]) -> Iterator[str]:
    """Yield which of these objects the library has not; the others are spared by gc. Raises as ``require_synced``."""
    repo = require_synced(core, actor, repo_id, READ)
    return (
        object_id
        for batch in batches
        for found in [core.objects.touch(repo.store_id, batch)]
        for object_id in batch
        if object_id not in found
    )


def iter_objects(
    core: Core, actor: Actor, repo_id: str, batches: Iterable[list[str]]
) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    """Yield id, bytes and parts of each of these objects, as one zlib stream.

    Args:
        batches: Is run through twice.

    Raises:
        BytesMissing: One of them is not there; told before the first is yielded.
        RepoGone, NotFound, PermissionDenied: As ``require_synced``.
    """
    store_id = require_synced(core, actor, repo_id, READ).store_id
    if any(set(batch) - core.objects.has_objects(store_id, batch) for batch in batches):
        raise BytesMissing("an object is not in the store")
    for batch in batches:
        for object_id in batch:
            yield object_id, *core.objects.wire(store_id, object_id)


def receive_objects(core: Core, actor: Actor, repo_id: str, objects: Iterable[tuple[str, Iterable[bytes]]]) -> None:
    """Keep objects that come as pairs of id and zlib stream, some at a time; the stream is read outside transactions.

    Raises:
        BadRequest: One of them is none, or has another id.
        RepoGone, NotFound, PermissionDenied: As ``require_synced``.
        DiskFull, StoreUnavailable: Some may have been kept.
    """
    repo = require_synced(core, actor, repo_id, WRITE)
    core.folder.check()
    quota.require_room(core, repo.owner_id, 0)
    batch: list[File | Directory] = []
    held = 0
    for object_id, packed in objects:
        try:
            batch.append(core.objects.read_wire(repo.store_id, object_id, packed))
        except MalformedObject as error:
            raise BadRequest(str(error)) from None
        held += _weight(batch[-1])
        if held > _BATCH_BYTES:
            core.objects.save(repo.store_id, batch)
            batch, held = [], 0
    core.objects.save(repo.store_id, batch)


def _weight(item: File | Directory) -> int:
    if isinstance(item, File):
        return 128 * (1 + len(item.block_ids))
    return sum(page.size for page in item.pages if page.text is not None)


def iter_missing_blocks(core: Core, actor: Actor, repo_id: str, batches: Iterable[list[str]]) -> Iterator[str]:
    """Yield which of these blocks the library has not, and let gc spare the others. Raises as ``require_synced``."""
    store_id = require_synced(core, actor, repo_id, READ).store_id
    return (
        block_id
        for batch in batches
        for found in [core.blocks.touch(store_id, batch)]
        for block_id in batch
        if block_id not in found
    )


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A block that is there."""

    size: int  # bytes as stored
    spans: list[Span]


def open_block(core: Core, actor: Actor, repo_id: str, block_id: str) -> StoredBlock:
    """Return a block, ready to be read. Raises as ``require_synced``, ``NotFound``."""
    repo = require_synced(core, actor, repo_id, READ)
    try:
        spans = list(core.blocks.spans(repo.store_id, File((block_id,), 0)))
    except BytesMissing:
        raise NotFound("there is no such block") from None
    return StoredBlock(sum(span.length for span in spans), spans)


def save_block(core: Core, actor: Actor, repo_id: str, block_id: str, chunks: Iterable[bytes], length: int) -> None:
    """Keep a block, written and hashed as it arrives.

    Args:
        length: Bytes announced; 0 if the client does not say.

    Raises:
        BadRequest: It is empty, or has another id: nothing was kept.
        TooLarge: It has more than ``MAX_BLOCK_BYTES``.
        DiskFull, StoreUnavailable: There is no room, or no disk.
        RepoGone, NotFound, PermissionDenied: As ``require_synced``.
    """
    repo = require_synced(core, actor, repo_id, WRITE)
    core.folder.check()
    if length > MAX_BLOCK_BYTES:
        raise TooLarge("the block is too large")
    quota.require_room(core, repo.owner_id, 0)
    writer = core.blocks.writer(repo.store_id)
    try:
        for chunk in chunks:
            if writer.size + len(chunk) > MAX_BLOCK_BYTES:
                raise TooLarge("the block is too large")
            writer.write(chunk)
        if not writer.size or writer.block_id != block_id:
            raise BadRequest("the block has another id")
        core.blocks.keep(repo.store_id, writer.seal().pending)
    finally:
        writer.abort()


def iter_block_sizes(core: Core, actor: Actor, repo_id: str, file_id: str) -> Iterator[int]:
    """Yield the bytes of each block of a file, in order.

    Raises:
        NotFound: There is no such file.
        BytesMissing: A block is not there.
        RepoGone, PermissionDenied: As ``require_synced``.
    """
    repo = require_synced(core, actor, repo_id, READ)
    try:
        file = core.objects.get_file(repo.store_id, file_id)
    except ObjectMissing:
        raise NotFound("there is no such file") from None
    return (core.blocks.size(repo.store_id, block_id) for block_id in file.block_ids)
