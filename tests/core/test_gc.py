"""Garbage goes, and nothing else does."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from syncfile.config import Config
from syncfile.core import gc, gc_reach, moves, ownership, shares, trash, uploads
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.gc import Freed, Pace, Stopped, collect, collect_daily
from syncfile.core.gc_marks import last_finished
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo, edit_repo
from syncfile.core.uploads import Piece
from syncfile.core.virtual_heads import current_head_id
from syncfile.errors import NotFound, WrongOffset
from syncfile.store import pages
from syncfile.store.chunker import CHUNK_BYTES, NewFile
from syncfile.store.objects import Commit, Dirent, File
from tests.core.content import apply, assert_complete, commits_of, content_of, ingest, put, snapshot_of
from tests.sync.check_store import problems

DAY = 86400
LARGE = 40_000  # bytes of a block that is a file


@pytest.fixture
def clock() -> list[float]:
    """Days that have gone by, for the server."""
    return [0.0]


@pytest.fixture
def core(config: Config, clock: list[float]) -> Iterator[Core]:
    """A core whose clock can be moved on."""
    opened = open_core(config)
    yield replace(opened, clock=lambda: time.time() + clock[0] * DAY)
    close_core(opened)


def body(letter: str, size: int = LARGE) -> bytes:
    return letter.encode() * size


def stored(core: Core, repo_id: str) -> set[str]:
    return {block_id for block_id, _ in core.blocks.list(repo_id)}


def rows(core: Core, table: str, repo_id: str) -> int:
    (count,) = core.db.row(f"SELECT COUNT(*) FROM {table} WHERE repo_id = ?", repo_id)
    return int(count)


def keep_history(core: Core, ann: Actor, repo_id: str, days: int) -> None:
    ownership.update_repo(core, ann, repo_id, history_days=days)


def test_a_store_without_garbage_stays_as_it_is(core: Core, ann: Actor, library: RepoInfo, clock: list[float]) -> None:
    put(core, ann, library.id, {"/a": body("a"), "/d": None, "/d/b": b"small", "/empty": b""})
    put(core, ann, library.id, {"/a": body("b")})
    apply(core, ann, library.id, ("remove", "/d"))
    before = stored(core, library.id)
    for clock[0] in (2, 4, 400):
        assert collect(core) == Freed()
    assert stored(core, library.id) == before
    assert problems(core) == []
    assert_complete(core, library.id)


@pytest.mark.parametrize("size", [10, LARGE])
def test_blocks_that_an_upload_has_left_go_after_the_grace_period(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float], size: int
) -> None:
    core.blocks.keep(library.id, ingest(core, ann, library.id, body("x", size)).pending)
    assert collect(core) == Freed()
    clock[0] = 1.5
    assert collect(core) == Freed(blocks=1, block_bytes=size)
    assert stored(core, library.id) == set()


def test_a_dry_run_counts_the_same_and_removes_nothing(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    ingest(core, ann, library.id, body("x"))
    clock[0] = 1.5
    assert collect(core, dry_run=True) == Freed(blocks=1, block_bytes=LARGE)
    assert len(stored(core, library.id)) == 1
    assert collect(core) == Freed(blocks=1, block_bytes=LARGE)


def test_a_block_that_somebody_asks_for_is_young_again(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    file = ingest(core, ann, library.id, body("x")).file
    path = next(core.blocks.spans(library.id, file)).path
    assert path
    os.utime(path, (1, 1))
    assert core.blocks.touch(library.id, file.block_ids) == set(file.block_ids)
    assert collect(core) == Freed()
    os.utime(path, (1, 1))
    ingest(core, ann, library.id, body("x"))
    assert collect(core) == Freed()


def test_while_blocks_arrive_older_ones_are_spared_as_they_may_be_of_the_same_upload(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    for age, letter in ((3, "x"), (8, "y")):
        path = next(core.blocks.spans(library.id, ingest(core, ann, library.id, body(letter)).file)).path
        assert path
        os.utime(path, (time.time() - age * DAY,) * 2)
    ingest(core, ann, library.id, body("z"))
    assert collect(core).blocks == 1
    clock[0] = 1.5
    assert collect(core).blocks == 2


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


@pytest.mark.parametrize(("days", "freed"), [(-1, 0), (0, 2), (1, 1), (3, 0)])
def test_the_history_keeps_as_many_days_and_the_state_before_them(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float], days: int, freed: int
) -> None:
    keep_history(core, ann, library.id, days)
    for clock[0], letter in ((0, "a"), (2, "b"), (4, "c")):
        put(core, ann, library.id, {"/f": body(letter)})
    clock[0] = 4.5
    assert collect(core) == Freed(blocks=freed, block_bytes=freed * LARGE)
    assert content_of(core, ann, library.id) == {"/f": body("c")}
    assert len(list(commits_of(core, library.id))) == 4


def test_what_was_forgotten_goes_and_what_the_trash_keeps_stays(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a"), "/b": body("b")})
    clock[0] = 2
    apply(core, ann, library.id, ("remove", "/a"))
    assert collect(core) == Freed()
    (item,) = trash.list_trash(core, ann, library.id, 0, 10)
    trash.restore(core, ann, library.id, [(item.path, item.commit_id)])
    clock[0] = 4
    apply(core, ann, library.id, ("remove", "/b"))
    clock[0] = 6
    trash.empty(core, ann, library.id)
    assert collect(core).blocks == 1
    assert content_of(core, ann, library.id) == {"/a": body("a")}


def test_old_commits_and_their_directories_stay_for_clients_that_base_on_them(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    names = {f"/d/{number:03}": b"x" for number in range(200)}  # in pages
    put(core, ann, library.id, {"/d": None, **names})
    put(core, ann, library.id, {"/d/050": body("y")})
    apply(core, ann, library.id, ("remove", "/d"))
    before = rows(core, "fs_object", library.id), rows(core, "commits", library.id)
    keep_history(core, ann, library.id, 0)
    for clock[0] in (2, 4):
        collect(core)
    assert stored(core, library.id) == set()
    assert (rows(core, "fs_object", library.id), rows(core, "commits", library.id)) == before
    for commit in commits_of(core, library.id):
        assert list(snapshot_of(core, commit).walk()) is not None


def test_objects_and_commits_that_a_broken_push_has_left_go_when_seen_again_after_the_grace_period(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    before = rows(core, "fs_object", library.id), rows(core, "commits", library.id)
    file_id = core.objects.save_file(library.id, File(("1" * 40,), 5))
    entries = {f"{number:03}": Dirent(f"{number:03}", file_id, 0o100644, 1, 5) for number in range(100)}
    directory = core.objects.open_dir(library.id, "0" * 40).edit(dict(entries))
    core.objects.save_dir(library.id, directory)
    pushed = replace(next(commits_of(core, library.id)), root_id=directory.id, description="pushed", id="")
    core.objects.save_commit(library.id, pushed)
    clock[0] = 2
    assert collect(core) == Freed()
    clock[0] = 4
    assert collect(core, dry_run=True) == Freed(objects=2 + len(directory.pages), commits=1)
    assert collect(core) == Freed(objects=2 + len(directory.pages), commits=1)
    assert (rows(core, "fs_object", library.id), rows(core, "commits", library.id)) == before


def test_objects_wait_while_blocks_arrive_that_nothing_names(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    core.objects.save_file(library.id, File(("1" * 40,), 5))
    clock[0] = 2
    assert collect(core) == Freed()
    clock[0] = 4
    small = ingest(core, ann, library.id, body("y")).file
    path = next(core.blocks.spans(library.id, small)).path
    assert path
    os.utime(path, (core.clock(),) * 2)
    assert collect(core) == Freed()
    clock[0] = 6
    assert collect(core) == Freed(blocks=1, block_bytes=LARGE, objects=1)


def test_objects_go_while_people_work(core: Core, ann: Actor, library: RepoInfo, clock: list[float]) -> None:
    core.objects.save_file(library.id, File(("1" * 40,), 5))
    for clock[0], freed in ((2, 0), (4, 1)):
        file = ingest(core, ann, library.id, body("y"))
        make_young(core, library, file)
        with edit_repo(core, ann, library.id) as edit:
            edit.put_file(f"/{clock[0]}", file)
        assert collect(core) == Freed(objects=freed)


@pytest.mark.parametrize("finds", ["asked for", "saved", "copied"])
def test_objects_that_somebody_found_are_spared(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float], monkeypatch: pytest.MonkeyPatch, finds: str
) -> None:
    assert ann.account_id is not None
    other = create_repo(core, ann.account_id, "Other")
    entries = {f"{number:03}": Dirent(f"{number:03}", "1" * 40, 0o100644, 1, 5) for number in range(100)}
    for repo in (library, other):
        directory = core.objects.open_dir(repo.id, "0" * 40).edit(dict(entries))
        core.objects.save_dir(repo.id, directory)
    count = 1 + len(directory.pages)
    assert count > 2
    clock[0] = 2
    assert collect(core, library.id) == Freed()
    clock[0] = 4
    now = core.clock()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now)
        if finds == "asked for":
            assert core.objects.touch(library.id, [directory.id, "2" * 40]) == {directory.id}
        elif finds == "saved":
            core.objects.save_dir(library.id, directory)
        else:
            core.objects.copy_object(other.id, library.id, directory.id)
    for clock[0], freed in ((4.5, 0), (6, count)):
        assert collect(core, library.id, dry_run=True).objects == freed
        assert collect(core, library.id) == Freed(objects=freed)


def test_objects_of_a_time_that_is_still_to_come_do_not_stay_until_then(
    core: Core, library: RepoInfo, clock: list[float]
) -> None:
    core.objects.save_file(library.id, File(("1" * 40,), 5))
    with core.db.transaction():
        core.db.rows("UPDATE fs_object SET touched_at = ?", core.now() + 900 * 86400)
    for clock[0], freed in ((2, 0), (4, 1)):
        assert collect(core) == Freed(objects=freed)


def make_young(core: Core, library: RepoInfo, file: NewFile) -> None:
    path = next(core.blocks.spans(library.id, file.file)).path
    assert path
    os.utime(path, (core.clock(),) * 2)


def test_blocks_of_an_unfinished_upload_stay_until_it_is_forgotten(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    total = CHUNK_BYTES + 10

    def piece(start: int, length: int) -> object:
        part = body("p", length)
        return uploads.receive(core, ann, library.id, "/f", Piece(start, length, total), [part], lambda file: file)

    assert piece(0, CHUNK_BYTES + 5) is None
    clock[0] = 2
    assert collect(core) == Freed()
    assert piece(CHUNK_BYTES + 5, 5) is not None
    assert piece(0, CHUNK_BYTES + 5) is None
    clock[0] = 9
    assert uploads.sweep(core) == 1
    assert collect(core) == Freed(blocks=1, block_bytes=CHUNK_BYTES)
    with pytest.raises(WrongOffset):
        piece(CHUNK_BYTES + 5, 5)


def test_what_the_head_of_a_shared_folder_shows_stays(
    core: Core, ann: Actor, bob: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a": body("a")})
    shares.share_dir(core, ann, library.id, "/d", shares.account_receiver(core, "bob"), "r")
    virtual = shares.list_received(core, bob)[0].repo
    assert collect(core) == Freed()  # it has no head yet
    current_head_id(core, virtual)
    apply(core, ann, library.id, ("remove", "/d/a"))
    keep_history(core, ann, library.id, 0)
    clock[0] = 2
    assert collect(core) == Freed()  # a client may be cloning it
    current_head_id(core, virtual)
    assert collect(core).blocks == 1
    shares.stop_share(core, ann, library.id, "/d", shares.account_receiver(core, "bob"))
    clock[0] = 6
    assert collect(core) == Freed(libraries=1, commits=2)
    assert content_of(core, ann, library.id) == {"/d": None}


def test_a_copy_between_libraries_uses_no_block_that_goes(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    assert ann.account_id is not None
    other = create_repo(core, ann.account_id, "Other")
    put(core, ann, library.id, {"/a": body("a")})
    ingest(core, ann, other.id, body("a"))
    moves.copy(core, ann, library.id, {"/a": "/b"}, other.id)
    clock[0] = 2
    assert collect(core) == Freed()
    assert content_of(core, ann, other.id) == {"/b": body("a")}


def test_a_deleted_library_is_cleared_after_the_grace_period_and_its_row_stays(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a"), "/b": b"b"})
    ownership.delete_repo(core, ann, library.id)
    assert collect(core) == Freed()
    clock[0] = 2
    dry = collect(core, dry_run=True)
    assert collect(core) == dry == Freed(libraries=1, blocks=2, block_bytes=LARGE + 1, objects=3, commits=2)
    for table in ("fs_object", "commits", "entry", "change", "small_block"):
        assert rows(core, table, library.id) == 0
    assert core.db.row("SELECT 1 FROM repo WHERE id = ?", library.id)
    assert collect(core) == Freed()


def test_from_a_damaged_library_nothing_is_removed(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a": body("a")})
    ingest(core, ann, library.id, body("x"))
    entry = snapshot_of(core, next(commits_of(core, library.id))).get("/d")
    with core.db.transaction():
        core.db.rows("DELETE FROM fs_object WHERE repo_id = ? AND id = ?", library.id, entry.id)
    clock[0] = 2
    assert collect(core) == Freed(damaged=1)
    assert len(stored(core, library.id)) == 2


def test_a_large_folder_whose_list_lacks_a_page_is_damage(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/d": None, **{f"/d/{number:03}": body("a", number) for number in range(300)}})
    dir_id = snapshot_of(core, next(commits_of(core, library.id))).get("/d").id
    listed = pages.pack(core.objects.open_dir(library.id, dir_id).pages[:-1])
    with core.db.transaction():
        core.db.rows("UPDATE fs_object SET body = ? WHERE repo_id = ? AND id = ?", listed, library.id, dir_id)
    clock[0] = 2
    before = stored(core, library.id)
    assert collect(core) == Freed(damaged=1)
    assert stored(core, library.id) == before


def test_where_old_folders_are_missing_no_objects_are_removed(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a": body("a")})
    entry = snapshot_of(core, next(commits_of(core, library.id))).get("/d")
    apply(core, ann, library.id, ("remove", "/d"))
    keep_history(core, ann, library.id, 0)
    with core.db.transaction():
        core.db.rows("DELETE FROM fs_object WHERE repo_id = ? AND id = ?", library.id, entry.id)
    before = rows(core, "fs_object", library.id)
    clock[0] = 2
    assert collect(core) == Freed(blocks=1, block_bytes=LARGE)
    clock[0] = 4
    assert collect(core) == Freed()
    assert rows(core, "fs_object", library.id) == before


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


def test_a_block_with_the_bytes_of_a_directory_hides_nothing(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a": body("a")})
    entry = snapshot_of(core, next(commits_of(core, library.id))).get("/d")
    text = b"".join(core.objects.open_dir(library.id, entry.id).wire())
    put(core, ann, library.id, {"/0": text, "/e": None, "/e/a": body("a")})
    assert entry.id in stored(core, library.id)
    clock[0] = 2
    assert collect(core) == Freed()
    assert problems(core) == []


def test_commits_of_which_nothing_is_left_keep_nothing_and_hinder_nothing(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    put(core, ann, library.id, {"/a": body("b")})
    keep_history(core, ann, library.id, 0)
    head, second, first = commits_of(core, library.id)
    assert isinstance(head, Commit)
    with core.db.transaction():
        core.db.rows("DELETE FROM commits WHERE repo_id = ? AND id = ?", library.id, first.id)
    clock[0] = 2
    assert collect(core).blocks == 1
    assert second.id != head.id
