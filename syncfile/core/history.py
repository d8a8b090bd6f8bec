"""What happened to one path, read from the per-path changes: no walk over commits."""

from collections.abc import Iterator
from dataclasses import dataclass

from syncfile.core.paths import components
from syncfile.core.tree import Snapshot, Trees
from syncfile.store.db import Database
from syncfile.store.object_store import ObjectStore

_NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of a file or folder, followed through renames.

    Attributes:
        kind: "add", "modify" or "rename"; an "add" is the beginning and comes last.
        path: Where it was after the change.
        old_path: Where it was before; renames only.
        object_id: Of the file or directory after the change.
        size: Bytes; 0 for folders.
        ctime: Seconds.
        account: Name of who did it.
    """

    commit_id: str
    kind: str
    path: str
    old_path: str | None
    object_id: str
    size: int
    ctime: int
    account: str


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    commit_id: str
    path: str
    kind: str
    old_path: str | None
    object_id: str
    size: int
    ctime: int
    account: str


def iter_revisions(db: Database, objects: ObjectStore, repo_id: str, path: str) -> Iterator[Revision]:
    """Yield what happened to what is at ``path`` now, newest first, back to where it was added.

    What a folder above it went through counts where it made the file appear or moved it; only rows of the path and
    of the folders above it are read. An earlier thing of the same name, deleted since, is not told.
    """
    newest = _NEWEST
    while True:
        row = _newest_row(db, repo_id, path, newest)
        if row is None or row.kind == "delete":
            return
        newest = row.id
        if row.path == path:
            yield Revision(row.commit_id, row.kind, path, row.old_path, row.object_id, row.size, row.ctime, row.account)
        elif row.kind == "add":
            entry = Snapshot(Trees(objects, repo_id), objects.get_commit(repo_id, row.commit_id).root_id).find(path)
            if entry is not None:
                yield Revision(row.commit_id, "add", path, None, entry.id, entry.size, row.ctime, row.account)
        if row.kind == "add":
            return
        if row.kind == "rename" and row.old_path is not None:
            path = row.old_path + path[len(row.path) :]


def _newest_row(db: Database, repo_id: str, path: str, before: int) -> _Row | None:
    """Return the newest change before row ``before`` of the path or a folder above it."""
    names = components(path)
    paths = ["/" + "/".join(names[: depth + 1]) for depth in range(len(names))]
    places = ", ".join("?" * len(paths))
    row = db.row(
        "SELECT id, commit_id, path, kind, old_path, object_id, size, ctime, account FROM change"
        f" WHERE repo_id = ? AND path IN ({places}) AND id < ? ORDER BY id DESC LIMIT 1",
        *(repo_id, *paths, before),
    )
    return _Row(*row) if row else None
