"""What happened lately in all libraries that an account may read, newest first."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from syncfile.core.access import Actor, RepoInfo, readable_repos
from syncfile.core.commits import History, history_of, iter_ids, shown
from syncfile.core.core import Core
from syncfile.core.happenings import Happenings, first_changes
from syncfile.store.objects import Commit


@dataclass(frozen=True, slots=True)
class Event:
    """One commit of a library, and the first of what it changed."""

    repo: RepoInfo
    commit: Commit
    happenings: Happenings


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
    return Event(history.repo, shown(core, history, commit), first_changes(core.db, history.repo, commit.id))
