"""What large libraries cost: work is counted in steps of SQLite's machine and in calls of Python's, never in time."""

import sys
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

import pytest

from syncfile.config import Config
from syncfile.core import activity, commits, entries, quota, revisions, search, trash
from syncfile.core.access import find_repo
from syncfile.core.core import Core
from syncfile.core.listing import list_folder
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import edit_repo
from syncfile.faces.v1.entry_answers import entry_answer, list_reply
from tests.conftest import Client
from tests.rest.circle import give
from tests.rest.large import add_noise, fill
from tests.rest.people import Person, join

_STEPS_AT_ONCE = 10


@dataclass
class Cost:
    """What a call took."""

    steps: int = 0  # of SQLite's machine
    calls: int = 0  # of Python functions, those in C among them


def cost_of(core: Core, call: Callable[[], object]) -> Cost:
    """Run a call in this thread and return what it took; once before that, so that what is cached is."""
    call()
    cost = Cost()

    def count_steps() -> None:
        cost.steps += _STEPS_AT_ONCE

    def count_call(_frame: FrameType, event: str, _argument: object) -> None:
        cost.calls += event in {"call", "c_call"}

    connection: Any = core.db.connection()  # type: ignore[no-untyped-call] # of peewee
    connection.set_progress_handler(count_steps, _STEPS_AT_ONCE)
    sys.setprofile(count_call)
    try:
        call()
    finally:
        sys.setprofile(None)
        connection.set_progress_handler(None, 0)
    return cost


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """A store that holds everything below, made once."""
    opened = open_core(Config(data=tmp_path_factory.mktemp("scale") / "data"))
    yield opened
    close_core(opened)


@pytest.fixture(scope="module")
def ann(core: Core) -> Person:
    """Has a folder of 100 entries and one of 10,000."""
    person = join(core, Client(0), "ann")
    for folder, count in (("few", 100), ("many", 10_000)):
        fill(person, f"/{folder}", count)
    return person


@pytest.fixture(scope="module")
def archivist(core: Core) -> Person:
    """Has 100,000 files in ten folders that all hold the same."""
    person = join(core, Client(0), "archivist")
    fill(person, "/0", 10_000)
    with edit_repo(core, person.actor, person.repo_id, "Added nine") as edit:
        for number in range(1, 10):
            edit.put_entry(f"/{number}", edit.get("/0"))
    return person


@pytest.fixture(scope="module")
def busy(core: Core) -> Person:
    """Has a library of 10,000 commits: the first and the last few are real, those between touch other files."""
    person = join(core, Client(0), "busy")
    person.put("/a.txt", b"1")
    person.put("/gone.txt", b"gone")
    entries.remove(core, person.actor, person.repo_id, "/gone.txt")
    add_noise(person, 10_000)
    for body in (b"22", b"333"):
        person.put("/a.txt", body)
    return person


def plan(core: Core, sql: str, *params: object) -> str:
    """Return how SQLite goes about a query."""
    return "; ".join(row[3] for row in core.db.rows(f"EXPLAIN QUERY PLAN {sql}", *params))


def queries_of(core: Core, call: Callable[[], object]) -> list[str]:
    """Run a call in this thread and return the queries that it made, with their values in them."""
    found: list[str] = []
    connection: Any = core.db.connection()  # type: ignore[no-untyped-call] # of peewee
    connection.set_trace_callback(found.append)
    try:
        call()
    finally:
        connection.set_trace_callback(None)
    return found


def page(person: Person, folder: str, **parts: Any) -> list[str]:
    listed = list_folder(person.core, person.actor, person.repo_id, folder, limit=100, **parts)
    return [item.entry.name for item in listed]


@pytest.mark.parametrize("start", [0, 5_000, 9_900])
def test_page_of_a_large_folder_costs_less_than_three_times_that_of_a_small_one(
    core: Core, ann: Person, start: int
) -> None:
    assert page(ann, "/many", start=start) == [f"IMG_{number:05}.jpg" for number in range(start, start + 100)]
    small = cost_of(core, lambda: page(ann, "/few"))
    large = cost_of(core, lambda: page(ann, "/many", start=start))
    assert large.calls < 3 * small.calls
    assert large.steps < 3 * small.steps


def test_whole_large_folder_is_answered_in_little_memory(ann: Person) -> None:
    def read() -> int:
        listed = list_folder(ann.core, ann.actor, ann.repo_id, "/many")
        return sum(map(len, list_reply(map(entry_answer, listed)).output("GET")))

    read()
    tracemalloc.start()
    try:
        sent = read()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent > 1_500_000
    assert peak < 1_000_000


def test_search_reads_the_name_index_alone(core: Core, archivist: Person) -> None:
    def look() -> search.Results:
        return search.search(core, archivist.actor, "img 0999 jpg", 0, 10)

    assert look().total == 10 * 11  # 00999 and 09990 to 09999
    assert look().found[0].path == "/0/IMG_00999.jpg"
    queries = queries_of(core, look)
    count, first_page = (query for query in queries if "LIKE" in query)
    assert plan(core, count) == "SEARCH entry USING COVERING INDEX entry_repo_id_name_key (repo_id=?)"
    assert plan(core, first_page) == "SEARCH entry USING INDEX entry_repo_id_name_key (repo_id=?)"
    assert not any("fs_object" in query for query in queries)
    assert len(queries) < 30


def test_usage_and_a_page_do_not_walk_a_library_of_100000_files(core: Core, archivist: Person) -> None:
    assert find_repo(core.db, archivist.repo_id).file_count == 100_000  # type: ignore[union-attr] # it is there
    assert cost_of(core, lambda: quota.usage(core, archivist.id)).steps < 100
    assert cost_of(core, lambda: page(archivist, "/5", start=5_000)).steps < 3_000
    assert cost_of(core, lambda: page(archivist, "/", recursive=True)).steps < 3_000


def test_history_of_a_file_does_not_read_the_commits_that_left_it_alone(core: Core, busy: Person) -> None:
    def versions() -> list[int]:
        found = revisions.list_revisions(core, busy.actor, busy.repo_id, "/a.txt", 0, 100)
        return [item.size for item in found]

    assert versions() == [3, 2, 1]
    assert cost_of(core, versions).steps < 1_000
    assert len(queries_of(core, versions)) < 30


def test_page_of_a_file_with_many_versions_reads_that_page(core: Core, busy: Person) -> None:
    repo_id = busy.repo_id
    rows = "SELECT repo_id, commit_id, '/b.txt', 'modify', is_dir, object_id, size, ctime, account FROM change"
    busy.put("/b.txt", b"")
    core.db.rows(
        "INSERT INTO change (repo_id, commit_id, path, kind, is_dir, object_id, size, ctime, account)"
        f" {rows} WHERE repo_id = ? AND path LIKE '/noise/%'",
        repo_id,
    )
    found = revisions.list_revisions(core, busy.actor, repo_id, "/b.txt", 0, 10)
    assert len(found) == 10
    cost = cost_of(core, lambda: revisions.list_revisions(core, busy.actor, repo_id, "/b.txt", 0, 10))
    assert cost.steps < 2_000


def test_page_of_a_librarys_history_reads_that_page(core: Core, busy: Person) -> None:
    def states() -> list[str]:
        return [item.description for item, _ in commits.list_commits(core, busy.actor, busy.repo_id, 0, 10)]

    assert len(states()) == 10
    assert cost_of(core, states).steps < 10_000
    everything = commits.list_commits(core, busy.actor, busy.repo_id, 10_000, 1_000)
    assert everything[-1][0].description == "Created library"


def test_page_of_the_feed_reads_that_page(core: Core, busy: Person) -> None:
    assert len(activity.list_events(core, busy.actor, 0, 10)) == 10
    assert cost_of(core, lambda: activity.list_events(core, busy.actor, 0, 10)).steps < 10_000


def test_history_of_a_shared_folder_looks_at_each_commit_once(core: Core, busy: Person, ann: Person) -> None:
    """The folder is found by the index of commits, whatever else its library went through."""
    entries.make_dir(core, busy.actor, busy.repo_id, "/shared")
    virtual_id = give(busy, ann, "r", "/shared")
    add_noise(busy, 100)
    assert [item.description for item, _ in commits.list_commits(core, ann.actor, virtual_id, 0, 1)] == [
        'Added directory "shared"'
    ]
    assert cost_of(core, lambda: commits.list_commits(core, ann.actor, virtual_id, 0, 1)).steps < 30_000


def test_trash_does_not_read_the_changes_that_removed_nothing(core: Core, busy: Person) -> None:
    def removed() -> list[str]:
        return [item.path for item in trash.list_trash(core, busy.actor, busy.repo_id, 0, 100)]

    assert removed() == ["/gone.txt"]
    assert cost_of(core, removed).steps < 1_000
    query = next(query for query in queries_of(core, removed) if "'delete'" in query)
    assert plan(core, query) == "SEARCH change USING INDEX change_deleted (repo_id=? AND id<?)"
