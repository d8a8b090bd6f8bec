"""The states that a library went through: which of them are kept, and what each one changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from syncfile.core import messages
from syncfile.core.access import READ, Actor, RepoInfo, find_repo, require
from syncfile.core.core import Core
from syncfile.core.differences import Difference, differences
from syncfile.core.happenings import IS_ELSEWHERE, TOUCHES, Happenings, first_changes, inside, touching, within
from syncfile.core.paths import clean_path
from syncfile.core.repos import snapshot
from syncfile.core.tree import Snapshot, Trees
from syncfile.errors import NotFound
from syncfile.store.objects import EMPTY_ID
from syncfile.store.objects import Commit as Commit  # faces see commits through this module

_AT_ONCE = 200
_NEVER = 2**62
#: Keys alone: a commit's text is read when it is wanted.
_CHAIN = (
    "WITH RECURSIVE chain(id, parent_id, ctime, place) AS ("
    "SELECT id, parent_id, ctime, 0 FROM commits WHERE repo_id = ? AND id = ?"
    " UNION ALL SELECT commits.id, commits.parent_id, commits.ctime, place + 1 FROM chain JOIN commits"
    " ON commits.repo_id = ? AND commits.id = chain.parent_id WHERE place < ?"
    ") SELECT id, parent_id, ctime, {} FROM chain ORDER BY place"
)
_ALL = _CHAIN.format("1")
_TOUCHING = _CHAIN.format(
    f"EXISTS (SELECT 1 FROM change WHERE change.repo_id = ? AND change.commit_id = chain.id AND {TOUCHES})"
)
_ELSEWHERE = f"SELECT 1 FROM change WHERE repo_id = ? AND commit_id = ? AND {IS_ELSEWHERE} LIMIT 1"


@dataclass(frozen=True, slots=True)
class History:
    """What one actor may see of a library's past.

    Attributes:
        repo: The library that was asked for.
        store: The one that keeps its commits: itself, or the origin of a virtual one.
        since: Seconds. The state that the library was in at that time is shown, and all that came later.
    """

    repo: RepoInfo
    store: RepoInfo
    since: int

    def inside(self, path: str | None) -> str | None:
        """Return what a path of the store is in the library; None if it is outside of it."""
        return inside(self.repo.prefix, path)


def open_history(core: Core, actor: Actor, repo_id: str, permission: str = READ) -> History:
    """Return the past of a library. Raises ``NotFound``, ``PermissionDenied``."""
    return history_of(core, require(core.db, actor, repo_id, permission))


def history_of(core: Core, repo: RepoInfo) -> History:
    """Return the past of a library; permission was asked before. Raises ``NotFound``."""
    store = find_repo(core.db, repo.store_id)
    if store is None:
        raise NotFound("there is no such library")
    return History(repo, store, kept_since(store, core.now()))


def kept_since(repo: RepoInfo, now: int) -> int:
    """Return the time from which on the past of a real library is shown: the state at that time, and later ones."""
    if repo.history_days == 0:
        return _NEVER
    if repo.history_days < 0:
        return repo.history_since
    return max(repo.history_since, now - repo.history_days * 86400)


def list_commits(
    core: Core, actor: Actor, repo_id: str, start: int, limit: int, path: str = "/"
) -> list[tuple[Commit, Happenings]]:
    """Return a page of the states of a library, newest first, each with the first of what it changed.

    Args:
        path: Only what changed in this folder counts; it need not be there any more.

    Raises:
        NotFound: There is no such library for this actor.
    """
    history = open_history(core, actor, repo_id)
    path = clean_path(path)
    page = islice(iter_ids(core, history, path), start, start + limit)
    return [_with_changes(core, history, commit_id, path) for commit_id in page]


def iter_ids(core: Core, history: History, path: str = "/") -> Iterator[str]:
    """Return the ids of the commits that ``list_commits`` pages through."""
    return (commit_id for commit_id, has_changed in _iter_kept(core, history, path) if has_changed)


def is_kept(core: Core, history: History, commit: Commit) -> bool:
    """Tell whether a commit is still shown."""
    return commit.ctime > history.since or any(commit.id == kept for kept, _ in _iter_kept(core, history))


def get_commit(core: Core, history: History, commit_id: str) -> Commit:
    """Return a commit that is still shown. Raises ``NotFound``."""
    commit = core.objects.find_commit(history.store.id, commit_id)
    if commit is None or not is_kept(core, history, commit):
        raise NotFound("there is no such version any more")
    return commit


def commit_changes(
    core: Core, actor: Actor, repo_id: str, commit_id: str, start: int, limit: int, path: str = "/"
) -> tuple[Commit, list[Difference]]:
    """Return a commit and a page of what it changed. An added or removed folder stands for all that it holds.

    Args:
        path: Only what changed in this folder is told.

    Raises:
        NotFound: There is no such library or commit for this actor, or it is not kept any more.
    """
    history = open_history(core, actor, repo_id)
    path = clean_path(path)
    commit = get_commit(core, history, commit_id)
    trees = Trees(core.objects, history.store.id)
    old_id = EMPTY_ID
    if commit.parent_id is not None:
        parent = core.objects.get_commit(history.store.id, commit.parent_id)
        old_id = _directory_id(Snapshot(trees, parent.root_id), history.repo.prefix)
    new_id = _directory_id(Snapshot(trees, commit.root_id), history.repo.prefix)
    found = differences(trees, old_id, new_id)()
    told = (item for item in found if not _is_within_only(item) and _touches(item, path))
    return shown(core, history, commit), list(islice(told, start, start + limit))


def shown(core: Core, history: History, commit: Commit) -> Commit:
    """Return a commit as it may be shown: of a virtual library, its text may not name what is outside of it."""
    shared = within(history.repo.prefix)
    if history.repo.prefix and core.db.row(_ELSEWHERE, history.store.id, commit.id, *shared, *shared):
        return replace(commit, description=messages.SEVERAL)
    return commit


def tree_at(core: Core, history: History, commit: Commit) -> Snapshot:
    """Return the library as it was. Raises ``NotFound`` if a virtual one's directory was not there."""
    trees = Trees(core.objects, history.store.id)
    whole = Snapshot(trees, commit.root_id)
    return Snapshot(trees, whole.directory(history.repo.prefix or "/").id)


def tree_now(core: Core, history: History) -> Snapshot:
    """Return the library as it is."""
    return snapshot(core, history.repo)


def _with_changes(core: Core, history: History, commit_id: str, path: str) -> tuple[Commit, Happenings]:
    commit = core.objects.get_commit(history.store.id, commit_id)
    return shown(core, history, commit), first_changes(core.db, history.repo, commit_id, path)


def _iter_kept(core: Core, history: History, path: str = "/") -> Iterator[tuple[str, bool]]:
    """Yield the states of the store that are shown, newest first, and whether each changed the library's folder.

    These are the head, its parent and so on: not the branches that were merged into them.
    """
    store = history.store
    next_id: str | None = store.head_id
    while next_id is not None:
        place = (store.id, next_id, store.id, _AT_ONCE - 1)
        if history.repo.prefix or path != "/":
            rows = core.db.rows(_TOUCHING, *place, store.id, *touching(history.repo.prefix, path))
        else:
            rows = core.db.rows(_ALL, *place)
        for commit_id, _, ctime, has_changed in rows:
            yield commit_id, bool(has_changed)
            if ctime <= history.since:
                return
        next_id = rows[-1][1] if rows else None


def _directory_id(tree: Snapshot, path: str) -> str:
    entry = tree.find(path)
    return entry.id if entry is not None and entry.is_dir else EMPTY_ID


def _is_within_only(item: Difference) -> bool:
    """Tell whether a folder differs only in what it holds, which is told by itself."""
    return item.old_path is None and item.old is not None and item.new is not None and item.new.is_dir


def _touches(item: Difference, folder: str) -> bool:
    """Tell whether something is in a folder, or the folder in it."""
    below = folder.rstrip("/") + "/"
    paths = (item.path, item.old_path or item.path)
    return any(path == folder or path.startswith(below) or folder.startswith(f"{path}/") for path in paths)
