"""What a folder shows: entries with what people have put on them, locks and stars."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from syncfile.core import file_locks
from syncfile.core.access import READ, Actor, RepoInfo, require
from syncfile.core.core import Core
from syncfile.core.entries import require_kind
from syncfile.core.paths import clean_path, join, split
from syncfile.core.repos import open_repo
from syncfile.core.stars import starred_below
from syncfile.store.objects import Dirent


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry as one actor sees it.

    Attributes:
        path: In the library that was asked.
        permission: What the actor may do with it: "r" or "rw".
        lock_owner: Name of the account that has locked it, "" if nobody has.
        is_starred: By the actor.
    """

    path: str
    entry: Dirent
    permission: str
    lock_owner: str
    is_starred: bool


def list_folder(
    core: Core,
    actor: Actor,
    repo_id: str,
    path: str,
    *,
    is_dir: bool | None = None,
    recursive: bool = False,
    start: int = 0,
    limit: int | None = None,
) -> Iterator[Listed]:
    """Return an iterator over a folder's entries in the order of their names' bytes; it reads what it is asked for.

    Args:
        is_dir: Only folders, or only files.
        recursive: All that is below, a folder before what it holds.
        start: How many to leave out.
        limit: How many to give at most; None for all.

    Raises:
        NotFound: There is no such folder for this actor; at once.
        LibraryLocked: The library's password is needed first; at once.
    """
    path = clean_path(path)
    repo = require(core.db, actor, repo_id, READ)
    tree = open_repo(core, actor, repo_id)
    directory = tree.directory(path)
    path = tree.resolve(path)
    wanted: Iterator[tuple[str, Dirent]]
    if recursive:
        wanted = tree.walk(path)
    elif is_dir is None:
        wanted, start = ((join(path, entry.name), entry) for entry in directory.iter(start)), 0
    else:
        wanted = ((join(path, entry.name), entry) for entry in directory.iter())
    if is_dir is not None:
        wanted = (item for item in wanted if item[1].is_dir == is_dir)
    marks = _Marks(core, actor, repo, path)
    return map(marks.put_on, islice(wanted, start, None if limit is None else start + limit))


def describe_entry(core: Core, actor: Actor, repo_id: str, path: str, *, is_dir: bool) -> Listed:
    """Return one file, or one folder. Raises as ``list_folder``."""
    path = clean_path(path)
    repo = require(core.db, actor, repo_id, READ)
    tree = open_repo(core, actor, repo_id)
    require_kind(tree, path, is_dir)
    path = tree.resolve(path)
    return _Marks(core, actor, repo, split(path)[0]).put_on((path, tree.get(path)))


class _Marks:
    """The locks and stars in a folder and below it: few, whatever the folder holds."""

    def __init__(self, core: Core, actor: Actor, repo: RepoInfo, folder: str) -> None:
        self._permission = repo.permission
        self._prefix = repo.prefix
        stored = (repo.prefix + folder).rstrip("/")
        self._locks = {lock.path: lock.username for lock in file_locks.locks_below(core.db, repo.store_id, stored)}
        self._stars = starred_below(core, actor, repo, folder)

    def put_on(self, item: tuple[str, Dirent]) -> Listed:
        path, entry = item
        lock_owner = self._locks.get(self._prefix + path, "")
        return Listed(path, entry, self._permission, lock_owner, path in self._stars)
