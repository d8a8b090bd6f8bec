"""The derived tables: name index, sizes and per-path changes, brought up to date whenever a head moves.

They can always be filled again from the commits. What people tied to a path (``paths_followed``) moves along.
"""

from dataclasses import dataclass

from syncfile.core import paths_followed
from syncfile.core.differences import Difference, differences
from syncfile.core.paths import components, nfc, split
from syncfile.core.tree import Trees, walk
from syncfile.store.db import Database
from syncfile.store.objects import Commit, Dirent

ROOT = 0  # the parent_id of what stands in a repo's root

_INSERT_ENTRY = (
    "INSERT INTO entry (repo_id, parent_id, name, name_key, is_dir, object_id, size, mtime)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
_INSERT_CHANGE = (
    "INSERT INTO change (repo_id, commit_id, path, kind, old_path, is_dir, object_id, size, ctime, account)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_BELOW = (
    "WITH RECURSIVE below(id) AS (SELECT ? UNION ALL"
    " SELECT entry.id FROM entry JOIN below ON entry.parent_id = below.id WHERE entry.repo_id = ?) "
)


@dataclass(slots=True)
class Growth:
    """How much a library grew by one head move; negative where it shrank."""

    size: int = 0  # bytes
    files: int = 0

    def add(self, size: int, files: int) -> None:
        self.size += size
        self.files += files


def apply(db: Database, trees: Trees, commit: Commit, old_root_id: str, *, again: bool = False) -> Growth:
    """Bring the derived tables from ``old_root_id`` to ``commit``; call it in the transaction that moves the head.

    Removals come first, so that a name is free when something else takes it.

    Args:
        again: The commit is not new: what people tied to its paths has followed it before.
    """
    update = _Update(db, trees, commit, again)
    each = differences(trees, old_root_id, commit.root_id)
    for item in each():
        if item.new is None:
            update.remove(item)
    for item in each():
        if item.new is not None:
            update.put(item)
    return update.growth


def clear(db: Database, repo_id: str) -> None:
    """Forget all that the derived tables say of a library; joins the running transaction."""
    db.rows("DELETE FROM entry WHERE repo_id = ?", repo_id)
    db.rows("DELETE FROM change WHERE repo_id = ?", repo_id)


def name_key(name: str) -> str:
    """Return the form of a name that searches compare."""
    return nfc(name).casefold()


class _Update:
    """One head move being written into the tables."""

    def __init__(self, db: Database, trees: Trees, commit: Commit, again: bool) -> None:
        self.db = db
        self.trees = trees
        self.commit = commit
        self.again = again
        self.growth = Growth()

    def remove(self, item: Difference) -> None:
        assert item.old is not None
        entry_id = self._entry_id(item.path)
        size, files = _totals(self.db, self.commit.repo_id, entry_id)
        self.db.rows(_BELOW + "DELETE FROM entry WHERE id IN (SELECT id FROM below)", entry_id, self.commit.repo_id)
        self.growth.add(-size, -files)
        if not self.again:
            paths_followed.remove(self.db, self.commit.repo_id, item.path)
        self._log("delete", item, item.old)

    def put(self, item: Difference) -> None:
        assert item.new is not None
        if item.old is None:
            self._add(item, item.new)
        elif item.old_path is not None:
            self._rename(item, item.new, item.old_path)
        else:
            self._modify(item, item.old, item.new)
        if item.old and not item.new.is_dir:
            self.growth.add(item.new.size - item.old.size, 0)

    def _add(self, item: Difference, entry: Dirent) -> None:
        parent, _ = split(item.path)
        added = self._insert(self._entry_id(parent), entry)
        if entry.is_dir:
            self._add_below(item.path, added, entry.id)
            if not self.again:
                paths_followed.add(self.db, self.commit.repo_id, item.path, entry.id, self.commit.ctime)
        self._log("add", item, entry)

    def _add_below(self, path: str, parent_id: int, dir_id: str) -> None:
        ids = [parent_id]
        depth = len(components(path)) + 1
        for entry_path, entry in walk(self.trees, self.trees.open(dir_id), path):
            level = len(components(entry_path)) - depth
            added = self._insert(ids[level], entry)
            ids[level + 1 :] = [added]

    def _rename(self, item: Difference, entry: Dirent, old_path: str) -> None:
        parent_id = self._entry_id(split(item.path)[0])
        self.db.rows(
            "UPDATE entry SET parent_id = ?, name = ?, name_key = ?, size = ?, mtime = ? WHERE id = ?",
            *(parent_id, entry.name, name_key(entry.name), entry.size, entry.mtime, self._entry_id(old_path)),
        )
        if not self.again:
            paths_followed.rename(self.db, self.commit.repo_id, old_path, item.path, self.commit.ctime)
        self._log("rename", item, entry)

    def _modify(self, item: Difference, old: Dirent, new: Dirent) -> None:
        self.db.rows(
            "UPDATE entry SET object_id = ?, size = ?, mtime = ? WHERE id = ?",
            *(new.id, new.size, new.mtime, self._entry_id(item.path)),
        )
        if old.id != new.id and not new.is_dir:
            self._log("modify", item, new)

    def _insert(self, parent_id: int, entry: Dirent) -> int:
        values = (parent_id, entry.name, name_key(entry.name), entry.is_dir, entry.id, entry.size, entry.mtime)
        (entry_id,) = self.db.row(_INSERT_ENTRY, self.commit.repo_id, *values)
        if not entry.is_dir:
            self.growth.add(entry.size, 1)
        return int(entry_id)

    def _entry_id(self, path: str) -> int:
        entry_id = find_entry_id(self.db, self.commit.repo_id, path)
        if entry_id is None:
            raise LookupError(f"the name index of {self.commit.repo_id} lacks an entry; run syncfile reindex")
        return entry_id

    def _log(self, kind: str, item: Difference, entry: Dirent) -> None:
        commit = self.commit
        values = (item.path, kind, item.old_path, entry.is_dir, entry.id, entry.size)
        author = (commit.ctime, commit.creator_name or "")
        self.db.rows(_INSERT_CHANGE, commit.repo_id, commit.id, *values, *author)


def find_entry_id(db: Database, repo_id: str, path: str) -> int | None:
    """Return the key of a path's row in the name index, ``ROOT`` for the root, or None."""
    entry_id = ROOT
    for name in components(path):
        row = db.row("SELECT id FROM entry WHERE repo_id = ? AND parent_id = ? AND name = ?", repo_id, entry_id, name)
        if row is None:
            return None
        entry_id = row[0]
    return entry_id


def totals_below(db: Database, repo_id: str, path: str) -> tuple[int, int]:
    """Return the bytes and the number of all files below a folder. An unknown path has none."""
    entry_id = find_entry_id(db, repo_id, path)
    if entry_id is None:
        return 0, 0
    return _totals(db, repo_id, entry_id)


def _totals(db: Database, repo_id: str, entry_id: int) -> tuple[int, int]:
    size, files = db.row(
        _BELOW + "SELECT COALESCE(SUM(size), 0), COUNT(*) FROM entry WHERE id IN (SELECT id FROM below) AND is_dir = ?",
        *(entry_id, repo_id, False),
    )
    return int(size), int(files)
