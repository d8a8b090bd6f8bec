"""What happened lately in all libraries that an account may read, newest first."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from syncfile.core.access import Actor, RepoInfo, readable_repos
from syncfile.core.commits import History, history_of, iter_ids, shown
from syncfile.core.core import Core
from syncfile.store.objects import Commit

#: Of a commit that changed more, only so many changes are told.
MAX_CHANGES = 10

#: SUBSTR rather than a range, which would lead SQLite away from the index of commits.
_CHANGES = (
    "SELECT kind, path, old_path, is_dir FROM change WHERE repo_id = ? AND commit_id = ?"
    " AND (SUBSTR(path, 1, ?) = ? OR SUBSTR(COALESCE(old_path, path), 1, ?) = ?) ORDER BY id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One change of one path: ``kind`` is "add", "modify", "rename" or "delete"."""

    kind: str
    path: str
    old_path: str | None
    is_dir: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One commit of a library; ``changes`` are the first of all that it changed, ``has_more`` tells of others."""

    repo: RepoInfo
    commit: Commit
    changes: list[Happening]
    has_more: bool


def list_events(core: Core, actor: Actor, start: int, limit: int) -> list[Event]:
    """Return a page of the commits of every library that the actor may read. Raises ``NotAuthenticated``."""
    histories = [history_of(core, repo) for repo in readable_repos(core.db, actor)]
    streams = [_iter_commits(core, history) for history in histories]
    newest_first = heapq.merge(*streams, key=lambda item: -item[1].ctime)
    return [_event(core, history, commit) for history, commit in islice(newest_first, start, start + limit)]


def _iter_commits(core: Core, history: History) -> Iterator[tuple[History, Commit]]:
    for commit_id in iter_ids(core, history):
        yield history, core.objects.get_commit(history.store.id, commit_id)


def _event(core: Core, history: History, commit: Commit) -> Event:
    below = (len(history.repo.prefix) + 1, f"{history.repo.prefix}/")
    rows = core.db.rows(_CHANGES, history.store.id, commit.id, *below, *below, MAX_CHANGES + 1)
    changes = [_happening(history, *row) for row in rows[:MAX_CHANGES]]
    return Event(history.repo, shown(core, history, commit), changes, len(rows) > MAX_CHANGES)


def _happening(history: History, kind: str, path: str, old_path: str | None, is_dir: int) -> Happening:
    """Tell a change as the library saw it: what was renamed out of a shared folder is gone from there."""
    now, then = history.inside(path), history.inside(old_path)
    if now is None:
        return Happening("delete", then or "/", None, bool(is_dir))
    return Happening("add" if kind == "rename" and then is None else kind, now, then, bool(is_dir))
