"""Compares the derived tables of one library with what its commits say, and rows that name what is not there."""

from collections.abc import Iterator

from syncfile.core.access import RepoInfo
from syncfile.core.core import Core
from syncfile.core.derived import ROOT, name_key
from syncfile.core.differences import Difference, differences
from syncfile.core.fsck_findings import Finding
from syncfile.core.gc_reach import DAMAGE
from syncfile.core.paths import join
from syncfile.core.tree import Trees
from syncfile.store.objects import EMPTY_ID, Commit

_ENTRY = (
    "SELECT id, name_key, is_dir, object_id, size, mtime FROM entry WHERE repo_id = ? AND parent_id = ? AND name = ?"
)
_CHANGES = "SELECT kind, path, old_path, is_dir, object_id, size, ctime FROM change WHERE repo_id = ? AND commit_id = ?"
_NO_REPO = "NOT EXISTS (SELECT 1 FROM repo WHERE repo.id = {0}.repo_id AND repo.deleted_at IS NULL)"
_DANGLING = (
    *(
        (table, f"SELECT repo_id, COUNT(*) FROM {table} WHERE {_NO_REPO.format(table)} GROUP BY repo_id")
        for table in ("share", "link", "star", "file_lock", "upload_session")
    ),
    (
        "repo (its owner)",
        "SELECT id, 1 FROM repo WHERE deleted_at IS NULL AND owner_id NOT IN (SELECT id FROM account)",
    ),
    (
        "repo (its origin)",
        "SELECT id, 1 FROM repo WHERE deleted_at IS NULL AND origin_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM repo o"
        " WHERE o.id = repo.origin_id AND o.origin_id IS NULL AND o.deleted_at IS NULL)",
    ),
    (
        "account (its library)",
        "SELECT default_repo_id, 1 FROM account WHERE default_repo_id IS NOT NULL"
        " AND default_repo_id NOT IN (SELECT id FROM repo)",
    ),
)


def check_index(core: Core, repo: RepoInfo) -> Iterator[Finding]:
    """Yield where name index, sizes and changes are not what a rebuild would make of the commits."""
    try:
        yield from _entries(core, repo)
        yield from _changes(core, repo)
    except DAMAGE:
        return  # the damage itself is told by the check of the trees


def check_dangling(core: Core) -> Iterator[Finding]:
    """Yield rows that name a library or an account that is not there."""
    for table, sql in _DANGLING:
        for repo_id, count in core.db.rows(sql):
            yield Finding(repo_id, "", "dangling", "", f"{count} rows of {table} name what is not there")


def _entries(core: Core, repo: RepoInfo) -> Iterator[Finding]:
    trees = Trees(core.objects, repo.id)
    head = core.objects.get_commit(repo.id, repo.head_id)
    size = files = rows = 0
    pending = [("/", ROOT, head.root_id)]
    while pending:
        parent, parent_id, dir_id = pending.pop()
        for entry in trees.open(dir_id).iter():
            path = join(parent, entry.name)
            size, files, rows = size + entry.size, files + (not entry.is_dir), rows + 1
            row = core.db.row(_ENTRY, repo.id, parent_id, entry.name)
            expected = (name_key(entry.name), entry.is_dir, entry.id, entry.size, entry.mtime)
            if row is None or row[1:] != expected:
                what = "it is not in the name index" if row is None else "the name index says something else of it"
                yield Finding(repo.id, path, "index", "", what)
            if entry.is_dir and row is not None:
                pending.append((path, row[0], entry.id))
    (count,) = core.db.row("SELECT COUNT(*) FROM entry WHERE repo_id = ?", repo.id)
    if count > rows:
        yield Finding(repo.id, "", "index", "", f"the name index has {count - rows} entries too many")
    if (repo.size, repo.file_count, repo.mtime) != (size, files, head.ctime):
        what = f"it has {files} files with {size} bytes, its row says {repo.file_count} with {repo.size}, or its date"
        yield Finding(repo.id, "", "count", "", what)


def _changes(core: Core, repo: RepoInfo) -> Iterator[Finding]:
    """Compare the changes of each commit that the head has stood at, back to the first whose root is still there."""
    trees = Trees(core.objects, repo.id)
    commit = core.objects.find_commit(repo.id, repo.head_id)
    told = 0
    left = _commit_count(core, repo)
    while commit is not None and left:
        left -= 1  # parents that lead in a circle are told by the check of the trees
        parent = core.objects.find_commit(repo.id, commit.parent_id or "")
        if parent is not None and not core.objects.has_objects(repo.id, [parent.root_id]):
            parent = None
        old_root_id = parent.root_id if parent else EMPTY_ID
        expected = sorted(
            filter(None, (_change(item, commit) for item in differences(trees, old_root_id, commit.root_id)()))
        )
        rows = sorted(map(_comparable, core.db.rows(_CHANGES, repo.id, commit.id)))
        told += len(rows)
        if rows != expected:
            path = str(next(iter(set(rows) ^ set(expected)), ("", ""))[1])
            yield Finding(repo.id, path, "changes", commit.id, "the changes of a commit are not what is told of it")
        commit = parent
    (count,) = core.db.row("SELECT COUNT(*) FROM change WHERE repo_id = ?", repo.id)
    if count > told and core.objects.find_commit(repo.id, repo.head_id) is not None:
        yield Finding(repo.id, "", "changes", "", f"{count - told} changes belong to no commit")


def _commit_count(core: Core, repo: RepoInfo) -> int:
    (count,) = core.db.row("SELECT COUNT(*) FROM commits WHERE repo_id = ?", repo.id)
    return int(count)


def _change(item: Difference, commit: Commit) -> tuple[object, ...] | None:
    """Return the row of a difference as ``derived.apply`` writes it, None where it writes none."""
    if item.new is None:
        kind, entry = "delete", item.old
    elif item.old is None:
        kind, entry = "add", item.new
    elif item.old_path is not None:
        kind, entry = "rename", item.new
    elif item.old.id != item.new.id and not item.new.is_dir:
        kind, entry = "modify", item.new
    else:
        return None
    assert entry is not None
    return _comparable((kind, item.path, item.old_path, entry.is_dir, entry.id, entry.size, commit.ctime))


def _comparable(row: tuple[object, ...]) -> tuple[object, ...]:
    kind, path, old_path, is_dir, *rest = row
    return kind, path, old_path or "", bool(is_dir), *rest
