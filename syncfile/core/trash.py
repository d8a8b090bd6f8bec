"""What was removed from a library and can still come back. A removed folder stands for all that it held."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from syncfile.core import audit
from syncfile.core.access import WRITE, Actor, require_owner
from syncfile.core.commits import History, open_history
from syncfile.core.core import Core
from syncfile.core.derived import find_entry_id
from syncfile.core.entries import require_batch
from syncfile.core.paths import clean_path, split
from syncfile.core.repos import edit_repo
from syncfile.core.revisions import status_date
from syncfile.core.tree import Edit, Snapshot, Trees
from syncfile.errors import NotFound
from syncfile.store.objects import MODE_DIR, MODE_FILE, Dirent

_AT_ONCE = 200
_NEWEST = 2**62
#: A client may push several commits at once: what the last one removed is looked for in so many before it.
_LOOK_BACK = 1000
#: "kind = 'delete'" is that of the index.
_DELETED = (
    "SELECT id, path, commit_id, is_dir, object_id, size, ctime, account FROM change"
    " WHERE repo_id = ? AND kind = 'delete' AND id < ? AND ctime > ? AND path > ? AND path < ?"
    " ORDER BY id DESC LIMIT ?"
)
_LAST = (
    "SELECT id, path, commit_id, is_dir, object_id, size, ctime, account FROM change"
    " WHERE repo_id = ? AND path = ? AND commit_id = COALESCE(?, commit_id) AND kind = 'delete' AND ctime > ?"
    " ORDER BY id DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Trashed:
    """A file or folder that was removed.

    Attributes:
        path: Where it was, in the library that was asked.
        commit_id: Of the commit that removed it; with ``path`` it names this removal.
        deleted_at: Seconds.
        deleted_by: Name of the account.
    """

    path: str
    commit_id: str
    is_dir: bool
    object_id: str
    size: int
    deleted_at: int
    deleted_by: str


def list_trash(core: Core, actor: Actor, repo_id: str, start: int, limit: int) -> list[Trashed]:
    """Return a page of what was removed and is still kept, last removed first, but for what is there again.

    Raises:
        NotFound: There is no such library for this actor.
    """
    history = open_history(core, actor, repo_id)
    return list(islice(_iter_trash(core, history), start, start + limit))


def restore(core: Core, actor: Actor, repo_id: str, removals: Sequence[tuple[str, str | None]]) -> list[str]:
    """Bring back what was removed, all of it in one commit or nothing; folders above are made where they are gone.

    Args:
        removals: Path and commit id of each, as ``list_trash`` tells them; without a commit the last one of the path.

    Returns:
        Where they are now: in the old place, or beside it under a free name if that is taken.

    Raises:
        NotFound: There is no such library for this actor, or no such removal is kept.
        PermissionDenied: The actor may not write.
        QuotaFull: There is no room any more.
    """
    require_batch([path for path, _ in removals])
    history = open_history(core, actor, repo_id, WRITE)
    wanted = [_find(core, history, clean_path(path), commit_id) for path, commit_id in removals]
    entries = [_entry_of(core, history, item) for item in wanted]
    with edit_repo(core, actor, repo_id) as edit:
        done = [_put(edit, item.path, entry) for item, entry in zip(wanted, entries, strict=True)]
        edit.message = _told(wanted)
        return done


def empty(core: Core, actor: Actor, repo_id: str, keep_days: int = 0) -> None:
    """Forget what was removed before the last ``keep_days`` days, and the versions before that.

    The bytes go with the next collection of garbage.

    Raises:
        NotFound: There is no such library for this actor.
        PermissionDenied: Somebody else owns it.
    """
    with core.locks.hold(repo_id), core.db.transaction():
        repo = require_owner(core.db, actor, repo_id)
        since = core.now() - keep_days * 86400 if keep_days else repo.mtime
        core.db.rows("UPDATE repo SET history_since = ? WHERE id = ? AND history_since < ?", since, repo.id, since)
        audit.record(core, actor, "trash_empty", repo.name, repo_id=repo.id, keep_days=keep_days)


def _iter_trash(core: Core, history: History) -> Iterator[Trashed]:
    prefix, last_id = history.repo.prefix, _NEWEST
    below = (f"{prefix}/", f"{prefix}0")  # "0" is what follows "/"
    while rows := core.db.rows(_DELETED, history.store.id, last_id, history.since, *below, _AT_ONCE):
        for row in rows:
            if find_entry_id(core.db, history.store.id, row[1]) is None:
                yield _trashed(prefix, row)
        last_id = rows[-1][0]


def _find(core: Core, history: History, path: str, commit_id: str | None) -> Trashed:
    stored = history.repo.prefix + path
    row = core.db.row(_LAST, history.store.id, stored, commit_id, history.since)
    if row is None:
        raise NotFound("there is no such thing in the trash", path=path)
    return _trashed(history.repo.prefix, row)


def _trashed(prefix: str, row: tuple[int, str, str, int, str, int, int, str]) -> Trashed:
    _, path, commit_id, is_dir, object_id, size, ctime, account = row
    return Trashed(path[len(prefix) :], commit_id, bool(is_dir), object_id, size, ctime, account)


def _entry_of(core: Core, history: History, item: Trashed) -> Dirent:
    """Return the entry as it was before it was removed, with its own date and mode."""
    trees = Trees(core.objects, history.store.id)
    commit = core.objects.find_commit(history.store.id, item.commit_id)
    for _ in range(_LOOK_BACK):
        if commit is None or commit.parent_id is None:
            break
        commit = core.objects.find_commit(history.store.id, commit.parent_id)
        entry = Snapshot(trees, commit.root_id).find(history.repo.prefix + item.path) if commit else None
        if entry is not None and (entry.id, entry.is_dir) == (item.object_id, item.is_dir):
            return entry
    mode = MODE_DIR if item.is_dir else MODE_FILE
    return Dirent(split(item.path)[1], item.object_id, mode, item.deleted_at, item.size, item.deleted_by)


def _put(edit: Edit, path: str, entry: Dirent) -> str:
    parent, _ = split(path)
    if edit.find(parent) is None:
        edit.make_dir(parent, parents=True)
    path = edit.free_name(path)
    edit.put_entry(path, entry)
    return path


def _told(items: Sequence[Trashed]) -> str:
    first, name = items[0], split(items[0].path)[1]
    if first.is_dir:
        text = f'Recovered deleted directory "{name}"'
    else:
        text = f'Reverted file "{name}" to status at {status_date(first.deleted_at)}'
    return text if len(items) == 1 else f"{text} and {len(items) - 1} more files"
