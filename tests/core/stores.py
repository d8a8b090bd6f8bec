"""Whole stores in forms that tests can compare."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncfile.config import Config
from syncfile.core.access import find_repo
from syncfile.core.core import Core
from syncfile.core.fsck import check
from syncfile.core.heads import root_of
from syncfile.core.opening import close_core, open_core
from syncfile.core.tree import Trees, walk

#: Of each library the head, and of each path what its entry says.
State = dict[str, tuple[str, dict[str, tuple[str, int, int, int]]]]


@contextmanager
def opened(data: Path) -> Iterator[Core]:
    """Yield a store beside whoever else works with it."""
    core = open_core(Config(data=data), alone=False)
    try:
        yield core
    finally:
        close_core(core)


def state_of(core: Core) -> State:
    """Return all that the libraries hold."""
    state: State = {}
    for (repo_id,) in core.db.rows("SELECT id FROM repo WHERE deleted_at IS NULL AND origin_id IS NULL"):
        repo = find_repo(core.db, repo_id)
        assert repo is not None
        trees = Trees(core.objects, repo_id)
        entries = walk(trees, trees.open(root_of(core, repo)), "/")
        state[repo_id] = repo.head_id, {path: (it.id, it.size, it.mtime, it.mode) for path, it in entries}
    return state


def state_at(data: Path) -> State:
    """Return all that the libraries of a data folder hold, which is whole."""
    with opened(data) as core:
        assert list(check(core, deep=True)) == []
        return state_of(core)


def block_files(data: Path) -> dict[str, str]:
    """Return the SHA-1 of each block's file by its path."""
    blocks = data / "blocks"
    found = (path for path in blocks.rglob("*") if path.is_file())
    return {str(path.relative_to(blocks)): hashlib.sha1(path.read_bytes()).hexdigest() for path in found}
