"""What entries name, brought from one library to another: no byte of a file passes through this process's memory."""

from collections.abc import Iterable, Iterator
from itertools import islice

from syncfile.core.core import Core
from syncfile.core.tree import Trees, walk
from syncfile.store.blocks import is_small
from syncfile.store.objects import EMPTY_ID, Dirent

#: Objects brought over in one transaction.
_AT_ONCE = 200


def bring(core: Core, source_id: str, target_id: str, entries: Iterable[Dirent]) -> None:
    """Let a second library have all that these entries of the first one name. Nothing names it there yet.

    What it has already is made young again, so that a running gc spares it.

    Args:
        source_id: The library that keeps the entries' objects (``RepoInfo.store_id``).
        target_id: The other one.

    Raises:
        BytesMissing: A block of the first is not in the store.
        DiskFull, StoreUnavailable: Part of it may have been brought; gc takes it.
    """
    below = _everything(core, source_id, entries)
    while batch := list(islice(below, _AT_ONCE)):
        _bring_blocks(core, source_id, target_id, batch)
        with core.db.transaction():
            for entry in batch:
                core.objects.copy_object(source_id, target_id, entry.id)


def _everything(core: Core, source_id: str, entries: Iterable[Dirent]) -> Iterator[Dirent]:
    """Yield these entries and all below them, but for the empty ones."""
    trees = Trees(core.objects, source_id)
    for top in entries:
        if top.id != EMPTY_ID:
            yield top
        if top.is_dir:
            yield from (entry for _, entry in walk(trees, trees.open(top.id), "/") if entry.id != EMPTY_ID)


def _bring_blocks(core: Core, source_id: str, target_id: str, entries: list[Dirent]) -> None:
    small: list[str] = []
    for entry in entries:
        if entry.is_dir:
            continue
        block_ids = core.objects.get_file(source_id, entry.id).block_ids
        there = core.blocks.touch(target_id, block_ids)
        for block_id in dict.fromkeys(block_ids):
            if block_id in there:
                continue
            if is_small(core.blocks.size(source_id, block_id)):
                small.append(block_id)
            else:
                core.blocks.copy(source_id, target_id, block_id)
    with core.db.transaction():  # rows, and one commit to disk for all of them
        for block_id in small:
            core.blocks.copy(source_id, target_id, block_id)
