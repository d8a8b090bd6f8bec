"""What garbage is made of, and runs of its collection that are disturbed."""

import os
from collections.abc import Callable

from syncfile.core import ownership
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.gc import Pace, Stopped
from syncfile.store.chunker import NewFile

LARGE = 40_000  # bytes of a block that is a file


def body(letter: str, size: int = LARGE) -> bytes:
    return letter.encode() * size


def stored(core: Core, repo_id: str) -> set[str]:
    return {block_id for block_id, _ in core.blocks.list(repo_id)}


def rows(core: Core, table: str, repo_id: str) -> int:
    (count,) = core.db.row(f"SELECT COUNT(*) FROM {table} WHERE repo_id = ?", repo_id)
    return int(count)


def keep_history(core: Core, ann: Actor, repo_id: str, days: int) -> None:
    ownership.update_repo(core, ann, repo_id, history_days=days)


def make_young(core: Core, library: RepoInfo, file: NewFile) -> None:
    path = next(core.blocks.spans(library.id, file.file)).path
    assert path
    os.utime(path, (core.clock(),) * 2)


class StopsAt(Pace):
    """Stops at the n-th rest; does something at each."""

    def __init__(self, rests: int, at_rest: Callable[[int], object] = lambda _: None) -> None:
        super().__init__()
        self.rests = rests
        self.count = 0
        self.at_rest = at_rest

    def rest(self) -> None:
        self.count += 1
        self.at_rest(self.count)
        if self.count == self.rests:
            raise Stopped


class Meddling(Pace):
    """Does something when all garbage is listed and nothing is removed yet."""

    def __init__(self, meddle: Callable[[], None]) -> None:
        super().__init__()
        self.meddle = meddle

    def settle(self) -> None:
        self.meddle()
