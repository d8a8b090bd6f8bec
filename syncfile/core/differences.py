"""What differs between two trees, and which of it is a rename."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from syncfile.core.paths import join, split
from syncfile.core.tree import Trees
from syncfile.store.directories import diff
from syncfile.store.objects import EMPTY_ID, Dirent

#: Above this many differences renames are told as a removal and an addition: pairing needs all of them in memory.
MAX_PAIRED = 2000


#: What a moved thing shares with what it was before; None is never shared.
Likeness = tuple[object, ...] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One path that differs. An added or removed folder stands for all that it holds.

    Attributes:
        path: Where the entry is; of a removed one, where it was.
        old: The entry before; None if there was none.
        new: The entry after; None if there is none.
        old_path: Set where the entry was moved here from another path; ``old`` is then that entry.
    """

    path: str
    old: Dirent | None
    new: Dirent | None
    old_path: str | None = None


def differences(trees: Trees, old_root_id: str, new_root_id: str) -> Callable[[], Iterator[Difference]]:
    """Return a function that yields all differences between two root directories, renames paired.

    It may be called more than once. A path that turned from file to folder, or back, is told as a removal
    followed by an addition. Memory is bounded whatever the size of the change.
    """
    found = list(islice(_iter_raw(trees, old_root_id, new_root_id), MAX_PAIRED + 1))
    if len(found) <= MAX_PAIRED:
        paired = list(_pair(found))
        return lambda: iter(paired)
    return lambda: _iter_raw(trees, old_root_id, new_root_id)


def _iter_raw(trees: Trees, old_root_id: str, new_root_id: str) -> Iterator[Difference]:
    pending = [("/", old_root_id, new_root_id)]
    while pending:
        folder, old_id, new_id = pending.pop()
        for old, new in diff(trees.open(old_id), trees.open(new_id)):
            entry = old or new
            assert entry is not None
            path = join(folder, entry.name)
            if old and new and old.is_dir and new.is_dir:
                if old.id != new.id:
                    pending.append((path, old.id, new.id))
                yield Difference(path, old, new)
            elif old and new and old.is_dir != new.is_dir:
                yield Difference(path, old, None)
                yield Difference(path, None, new)
            else:
                yield Difference(path, old, new)


def _pair(found: list[Difference]) -> Iterator[Difference]:
    """Yield the differences with each removal and addition of one object joined into a rename.

    A path that is both removed and added (a file became a folder) is left out: its name is not free for a move.
    """
    removed = {item.path: item for item in found if item.new is None}
    added = {item.path: item for item in found if item.old is None}
    sources = _match(
        [item for path, item in removed.items() if path not in added],
        [item for path, item in added.items() if path not in removed],
    )
    moved_away = {source.path for source in sources.values()}
    for item in found:
        if item.old is None and item.path in sources:
            source = sources[item.path]
            yield Difference(item.path, source.old, item.new, source.path)
        elif item.new is not None or item.path not in moved_away:
            yield item


def _match(removed: list[Difference], added: list[Difference]) -> dict[str, Difference]:
    """Return, by the path of an addition, the removal that it was most likely moved from.

    That is one of the same name, else of the same folder, else any. Everything may equal an empty file or folder, so
    of those only one of the same name or folder counts.
    """
    sources: dict[str, Difference] = {}
    for likeness in (_content_and_name, _content_and_folder, _content):
        taken = {source.path for source in sources.values()}
        free: dict[Likeness, deque[Difference]] = {}
        for item in removed:
            if item.path not in taken:
                free.setdefault(likeness(item), deque()).append(item)
        for item in added:
            alike = likeness(item)
            if item.path not in sources and alike is not None and free.get(alike):
                sources[item.path] = free[alike].popleft()
    return sources


def _content_and_name(item: Difference) -> Likeness:
    return *_object(item), split(item.path)[1]


def _content_and_folder(item: Difference) -> Likeness:
    return *_object(item), split(item.path)[0]


def _content(item: Difference) -> Likeness:
    found = _object(item)
    return found if found[0] != EMPTY_ID else None


def _object(item: Difference) -> tuple[str, bool]:
    entry = item.new or item.old
    assert entry is not None
    return entry.id, entry.is_dir
