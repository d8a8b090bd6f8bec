"""Three-way merge of directory trees, by the rules that every Seafile client expects of its server.

Objects are compared by id alone: a changed mode or time is no change. Only names that differ between the base and
the remote tree can change the head's, so a merge reads what the remote side touched and nothing else.
"""

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TypeVar

from syncfile.core.paths import fit_name, numbered
from syncfile.core.tree import Trees
from syncfile.store.directories import Directory, diff
from syncfile.store.objects import EMPTY_ID, Dirent

_Result = TypeVar("_Result")
#: A step that yields the ids (base, head, remote) of directories to be merged first, and is sent the id of the outcome.
_Merging = Generator[tuple[str, str, str], str, _Result]


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome of a merge."""

    root_id: str
    has_conflict: bool


def merge_trees(trees: Trees, base_id: str, head_id: str, remote_id: str, remote_author: str) -> Merged:
    """Merge what happened between ``base`` and ``remote`` into ``head``; ids are those of root directories.

    Args:
        trees: Where directories are read and new ones are kept; nothing is saved here.
        remote_author: Named in the conflict name of a directory of the remote side.
    """
    merge = _Merge(trees, remote_author)
    root_id = merge.run(base_id, head_id, remote_id)
    return Merged(root_id, merge.has_conflict)


def conflict_name(name: str, author: str, mtime: int) -> str:
    """Return the name that the remote side's version gets beside the head's, as clients show it; time is local."""
    stamp = time.strftime("%Y-%m-%d-%H-%M-%S", time.localtime(mtime))
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return fit_name(name, f" (SFConflict {author} {stamp})")
    return fit_name(stem, f" (SFConflict {author} {stamp}).{extension}")


@dataclass(frozen=True, slots=True)
class _Side:
    """What one tree has under a name: a file, a directory or nothing."""

    file: Dirent | None = None
    directory: Dirent | None = None

    @classmethod
    def of(cls, entry: Dirent | None) -> "_Side":
        if entry is None:
            return cls()
        return cls(directory=entry) if entry.is_dir else cls(file=entry)


class _Merge:
    def __init__(self, trees: Trees, remote_author: str) -> None:
        self.trees = trees
        self.remote_author = remote_author
        self.has_conflict = False

    def run(self, base_id: str, head_id: str, remote_id: str) -> str:
        """Return the id of the merged directory. Not recursive: a pushed tree may be deeper than Python's stack."""
        merging = [self._directories(base_id, head_id, remote_id)]
        merged_id = None
        while merging:
            try:
                below = next(merging[-1]) if merged_id is None else merging[-1].send(merged_id)
            except StopIteration as end:
                merged_id = str(end.value)
                merging.pop()
            else:
                merged_id = None
                merging.append(self._directories(*below))
        assert merged_id is not None
        return merged_id

    def _directories(self, base_id: str, head_id: str, remote_id: str) -> _Merging[str]:
        if remote_id in (base_id, head_id):
            return head_id
        if base_id == head_id:
            return remote_id
        head, theirs = self.trees.open(head_id), self.trees.open(remote_id)
        changes: dict[str, Dirent | None] = {}
        for base, remote in diff(self.trees.open(base_id), theirs):
            if _same(base, remote):
                continue
            name = _name(base, remote)
            changes.setdefault(name, None)
            for entry in (yield from self._name(_Side.of(base), _Side.of(head.get(name)), _Side.of(remote))):
                placed = entry if entry.name == name else _at_free_name(entry, changes, head, theirs)
                changes[placed.name] = placed
        return self.trees.keep(head.edit(changes))

    def _name(self, base: _Side, head: _Side, remote: _Side) -> _Merging[list[Dirent]]:
        """Return what is left of one name that the remote side changed, conflict names included."""
        remote_directory = remote.directory
        files: list[Dirent] = []
        if head.file and remote.file:
            files = self._both_files(base.file, head.file, remote.file)
        elif remote.file:
            files = self._remote_file(base, head, remote.file)
        elif head.file and remote_directory and _is_in_the_way(base, head.file, remote_directory):
            files = [head.file]
            remote_directory = self._aside(remote_directory)
        elif head.file and not _same(base.file, head.file):
            files = [head.file]
        directory = yield from self._directory(base.directory, head.directory, remote_directory)
        return [*files, directory] if directory else files

    def _both_files(self, base: Dirent | None, head: Dirent, remote: Dirent) -> list[Dirent]:
        if head.id == remote.id or _same(base, remote):
            return [head]
        if _same(base, head):
            return [remote]
        return [head, self._aside(remote)]

    def _remote_file(self, base: _Side, head: _Side, remote: Dirent) -> list[Dirent]:
        """Only the remote side has a file; the head may have a directory of that name."""
        if _same(base.file, remote):
            return []  # the head deleted what the remote side left alone
        if head.directory and (base.file or not _same(base.directory, head.directory)):
            return [self._aside(remote)]
        return [remote]

    def _directory(self, base: Dirent | None, head: Dirent | None, remote: Dirent | None) -> _Merging[Dirent | None]:
        entry = head or remote
        if entry is None or (base is None and (head is None or remote is None)):
            return entry
        if head is None or remote is None:
            if _same(base, entry):
                return None  # one side deleted what the other left alone
        elif _same(base, head) and not _same(head, remote):
            entry = remote
        merged_id = yield _id(base), _id(head), _id(remote)
        return replace(entry, id=merged_id)

    def _aside(self, entry: Dirent) -> Dirent:
        """Return the remote side's entry under its conflict name."""
        self.has_conflict = True
        if entry.is_dir:
            return replace(entry, name=conflict_name(entry.name, self.remote_author, int(time.time())))
        return replace(entry, name=conflict_name(entry.name, entry.modifier, entry.mtime))


def _at_free_name(entry: Dirent, changes: dict[str, Dirent | None], head: Directory, remote: Directory) -> Dirent:
    """Return an entry that was set aside under a name that no other content has, on either side.

    Two conflicts over one file in one second would else take each other's name.
    """
    number, name = 0, entry.name
    while any(there and not _same(there, entry) for there in (changes.get(name), head.get(name), remote.get(name))):
        number += 1
        name = numbered(entry.name, number)
    return replace(entry, name=name)


def _is_in_the_way(base: _Side, head: Dirent, remote: Dirent) -> bool:
    """Tell whether the head's file stays and the remote side's directory has to make room for it."""
    return not (_same(base.file, head) if base.file else _same(base.directory, remote))


def _same(one: Dirent | None, other: Dirent | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.id == other.id and one.is_dir == other.is_dir


def _id(entry: Dirent | None) -> str:
    return entry.id if entry else EMPTY_ID


def _name(base: Dirent | None, remote: Dirent | None) -> str:
    entry = remote or base
    assert entry is not None
    return entry.name
