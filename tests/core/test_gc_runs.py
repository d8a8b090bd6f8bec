"""A run of the collection: stopped, resumed, crashed, overtaken by what people do meanwhile."""

import os
import threading
import time

import pytest

from syncfile.core import gc, gc_reach, ownership
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.gc import Freed, Pace, Stopped, collect, collect_daily
from syncfile.core.gc_marks import last_finished
from syncfile.core.repos import create_repo, edit_repo
from syncfile.errors import NotFound
from tests.core.aging import DAY, no_days, open_aging
from tests.core.content import content_of, ingest, put
from tests.core.garbage import Meddling, StopsAt, body, keep_history, stored
from tests.sync.check_store import problems

clock = pytest.fixture(no_days)
core = pytest.fixture(open_aging)


def test_a_block_touched_at_the_last_moment_is_brought_back(core: Core, ann: Actor, library: RepoInfo) -> None:
    file = ingest(core, ann, library.id, body("x")).file
    path = next(core.blocks.spans(library.id, file)).path
    assert path
    os.utime(path, (1, 1))
    backend = core.blocks._backend
    delete = backend.delete

    def touched_before(key: object) -> None:
        os.utime(str(path))
        delete(key)  # type: ignore[arg-type] # of the backend's own call

    backend.delete = touched_before  # type: ignore[method-assign] # the moment between look and removal
    assert core.blocks.delete_older(library.id, file.block_ids[0], time.time() - DAY) == 0
    assert b"".join(core.blocks.read(library.id, file.block_ids[0])) == body("x")


def test_a_library_that_is_deleted_while_it_runs_is_left_to_the_next_run(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    ingest(core, ann, library.id, body("x"))
    clock[0] = 2
    pace = Meddling(lambda: ownership.delete_repo(core, ann, library.id))
    assert collect(core, library.id, pace=pace) == Freed()
    assert len(stored(core, library.id)) == 1


def test_a_library_that_is_deleted_when_its_turn_comes_is_passed_over(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(core, ann, library.id, body("x"))
    clock[0] = 2

    class Late(gc_reach.Reach):
        def __post_init__(self) -> None:
            ownership.delete_repo(core, ann, library.id)
            super().__post_init__()

    monkeypatch.setattr(gc, "Reach", Late)
    assert collect(core) == Freed()
    assert len(stored(core, library.id)) == 1


def test_a_block_that_somebody_finds_at_the_last_moment_is_not_counted(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(core, ann, library.id, b"small")
    clock[0] = 2
    monkeypatch.setattr(core.blocks, "delete_older", lambda *_: 0)
    assert collect(core) == Freed()


def test_where_the_disk_is_pulled_nothing_is_written_in_its_place(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    ingest(core, ann, library.id, body("x"))
    clock[0] = 2
    data, away = core.config.data, core.config.data.with_name("away")

    def pull(_count: int) -> None:
        data.rename(away)
        data.mkdir()

    with pytest.raises(Stopped):
        collect(core, pace=StopsAt(1, pull))
    assert list(data.iterdir()) == []
    data.rmdir()
    away.rename(data)
    assert last_finished(core.folder.path) == 0
    assert collect(core).blocks == 1


def test_the_machine_is_busy_where_more_wants_to_run_than_it_has_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    processors = os.cpu_count() or 1
    for load, is_busy in ((0.0, False), (processors + 1.0, False), (processors + 1.5, True)):
        monkeypatch.setattr(os, "getloadavg", lambda load=load: (load, 0.0, 0.0))
        assert gc.is_machine_busy() == is_busy


def test_one_library_is_done_by_name(core: Core, ann: Actor, library: RepoInfo, clock: list[float]) -> None:
    assert ann.account_id is not None
    other = create_repo(core, ann.account_id, "Other")
    for repo in (library, other):
        ingest(core, ann, repo.id, body("x"))
    clock[0] = 2
    assert collect(core, library.id).blocks == 1
    assert len(stored(core, other.id)) == 1
    with pytest.raises(NotFound):
        collect(core, "x")


def ends(core: Core, pace: Pace) -> bool:
    try:
        collect(core, pace=pace)
    except Stopped:
        assert last_finished(core.folder.path) == 0
        return False
    return True


def test_a_run_that_is_stopped_goes_on_where_it_was(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(core, ann, library.id, {f"/{number}": None for number in range(40)})
    for number in range(40):
        put(core, ann, library.id, {f"/{number}/f": body("a", 10 + number)})
    ingest(core, ann, library.id, body("x"))
    clock[0] = 2
    monkeypatch.setattr(gc_reach, "BATCH", 4)
    whole = StopsAt(-1)
    assert collect(core, dry_run=True, pace=whole).blocks == 1
    paces = [StopsAt(whole.count // 2) for _ in range(4)]
    ended = [ends(core, pace) for pace in paces]
    assert not ended[0]
    assert any(ended)  # nothing that was stopped each time at half of its way ever would, if it began anew
    assert len(stored(core, library.id)) == 40
    assert problems(core) == []


def test_marks_of_a_run_that_crashed_are_not_believed(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    clock[0] = 2

    def crash(_count: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        collect(core, pace=StopsAt(-1, crash))
    assert last_finished(core.folder.path) == 0
    (core.config.data / "gc.db").write_bytes(b"torn")
    assert collect(core) == Freed()
    assert content_of(core, ann, library.id) == {"/a": body("a")}


def test_what_comes_to_be_kept_at_the_last_moment_stays(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    file = ingest(core, ann, library.id, body("x"))
    clock[0] = 2

    def commit() -> None:
        with edit_repo(core, ann, library.id) as edit:
            edit.put_file("/late", file)

    assert collect(core, dry_run=True).blocks == 1
    assert collect(core, library.id, pace=Meddling(commit)) == Freed()
    assert content_of(core, ann, library.id) == {"/late": body("x")}


def test_a_change_of_the_settings_while_it_runs_stops_the_removal(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    keep_history(core, ann, library.id, 0)
    for letter in "ab":
        put(core, ann, library.id, {"/f": body(letter)})
    clock[0] = 2

    pace = Meddling(lambda: keep_history(core, ann, library.id, -1))
    assert collect(core, library.id, pace=pace) == Freed()
    assert len(stored(core, library.id)) == 2


def test_it_waits_while_the_house_is_busy_and_stops_when_told() -> None:
    stopped = threading.Event()
    asked = []

    def is_busy() -> bool:
        asked.append(1)
        stopped.set()
        return True

    pace = Pace(stopped, is_busy)
    with pytest.raises(Stopped):
        pace.rest()
    assert asked == [1]
    with pytest.raises(Stopped):
        pace.settle()


def test_the_job_collects_once_a_day(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "is_machine_busy", lambda: False)
    monkeypatch.setattr(gc, "SETTLE_SECONDS", 0)
    put(core, ann, library.id, {"/a": body("a")})
    for clock[0], swept in ((0.0, 0), (1.5, 1), (1.6, 0), (2.6, 0)):
        assert collect_daily(core) == swept, clock
        if not clock[0]:
            ingest(core, ann, library.id, body("x"))


def test_the_job_ends_when_the_server_does(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    core.stopping.set()
    assert collect_daily(core) == 0
    assert last_finished(core.folder.path) == 0
