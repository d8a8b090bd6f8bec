"""What differs between two trees, and which of it is a rename."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from syncfile.core.paths import join, split
from syncfile.core.tree import Trees
from syncfile.store.directories import diff
from syncfile.store.objects import EMPTY_ID, Dirent

#: Above this many differences renames are told as a removal and an addition: pairing needs all of them in memory.
MAX_PAIRED = 2000


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
            if entry is None:
                continue
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
    added = {item.path for item in found if not item.old}
    removed: dict[tuple[str, bool], list[Difference]] = {}
    for item in found:
        if item.old and not item.new and item.path not in added:
            removed.setdefault((item.old.id, item.old.is_dir), []).append(item)
    renames: dict[str, Difference] = {}
    moved_away: set[str] = set()
    gone = {item.path for item in found if not item.new}
    for item in found:
        if item.new and not item.old and item.path not in gone:
            source = _take_source(removed.get((item.new.id, item.new.is_dir), []), item)
            if source is not None:
                renames[item.path] = source
                moved_away.add(source.path)
    for item in found:
        if item.new and not item.old and item.path in renames:
            source = renames[item.path]
            yield Difference(item.path, source.old, item.new, source.path)
        elif item.new or item.path not in moved_away:
            yield item


def _take_source(candidates: list[Difference], target: Difference) -> Difference | None:
    """Take the removal that ``target`` was most likely moved from: of the same name, else of the same folder.

    Anything may equal an empty file or folder, so of those only one of the same name or folder counts.
    """
    parent, name = split(target.path)
    for part, wanted in ((1, name), (0, parent)):
        for candidate in candidates:
            if split(candidate.path)[part] == wanted:
                candidates.remove(candidate)
                return candidate
    assert target.new is not None
    return candidates.pop(0) if candidates and target.new.id != EMPTY_ID else None
