"""Filling the derived tables of a library again from its commits."""

from collections.abc import Iterator

from syncfile.core import derived
from syncfile.core.access import RepoInfo, find_repo
from syncfile.core.core import Core
from syncfile.core.tree import Trees
from syncfile.errors import NotFound
from syncfile.store.objects import EMPTY_ID, Commit

_ID_BYTES = 20


def repo_ids(core: Core) -> list[str]:
    """Return the libraries that have derived tables: those that are neither deleted nor virtual."""
    return [row[0] for row in core.db.rows("SELECT id FROM repo WHERE deleted_at IS NULL AND origin_id IS NULL")]


def reindex(core: Core, repo_id: str) -> None:
    """Drop what the derived tables say of a library and replay its commits, in one transaction.

    Nobody can write meanwhile. What people tied to paths (links, locks, stars) is left alone: it moved long ago.

    Raises:
        NotFound: There is no such library, or it is virtual and has no tables of its own.
        ObjectMissing: A commit or a directory is missing or damaged; nothing was changed.
        Busy: Others hold the library for too long.
    """
    with core.locks.hold(repo_id), core.db.transaction():
        repo = find_repo(core.db, repo_id)
        if repo is None or repo.is_virtual:
            raise NotFound("there is no such library")
        derived.clear(core.db, repo_id)
        trees = Trees(core.objects, repo_id)
        growth, root_id = derived.Growth(), EMPTY_ID
        for commit in _iter_heads(core, repo):
            step = derived.apply(core.db, trees, commit, root_id, again=True)
            growth.add(step.size, step.files)
            root_id = commit.root_id
        mtime = core.objects.get_commit(repo_id, repo.head_id).ctime
        sizes = (growth.size, growth.files)
        core.db.rows("UPDATE repo SET size = ?, file_count = ?, mtime = ? WHERE id = ?", *sizes, mtime, repo_id)


def _iter_heads(core: Core, repo: RepoInfo) -> Iterator[Commit]:
    """Yield the commits that the head has stood at, oldest first; memory is 20 bytes for each.

    History that gc has shortened begins with the first commit whose root is still there.
    """
    ids = bytearray()
    commit = core.objects.find_commit(repo.id, repo.head_id)
    while commit is not None and core.objects.has_objects(repo.id, [commit.root_id]):
        ids += bytes.fromhex(commit.id)
        commit = core.objects.find_commit(repo.id, commit.parent_id or "")
    for start in range(len(ids) - _ID_BYTES, -1, -_ID_BYTES):
        yield core.objects.get_commit(repo.id, ids[start : start + _ID_BYTES].hex())
