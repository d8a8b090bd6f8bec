"""A clock that starts in 1970, jumps, or goes back: nothing is lost by it, and nothing lasts for decades."""

from dataclasses import dataclass, replace

import pytest

from syncfile.core import clock, gc, links, tokens, uploads
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.clock import EARLIEST, SLACK_SECONDS, TRUST_SECONDS, WAIT_SECONDS, Clock, Watch, is_settled, recall
from syncfile.core.core import Core
from syncfile.core.jobs import sweep_tokens
from syncfile.core.repos import edit_repo
from syncfile.errors import Busy, DiskFull

TODAY = EARLIEST + 200 * 86400
WRONG = TODAY + 70 * 366 * 86400
DAY = 86400


@dataclass
class Machine:
    """A machine: its clock can be set, its uptime only grows."""

    time: float = TODAY
    uptime: float = 5.0

    def run(self, seconds: float) -> None:
        self.time += seconds
        self.uptime += seconds

    def boot(self, time: float) -> None:
        """Switch it off and on."""
        self.time, self.uptime = time, 5.0

    def clock(self, floor: float = 0) -> Clock:
        return Clock(floor, lambda: self.time, lambda: self.uptime)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@dataclass
class Store:
    """A store on a machine, used by one process after the other."""

    machine: Machine
    core: Core

    def start(self) -> None:
        """Begin as a server does."""
        made = self.machine.clock(recall(self.core.db).seen)
        self.core = replace(self.core, clock=made, watch=Watch(self.core.db, made, tokens.LIFETIMES))
        self.watch.begin()

    def end(self) -> None:
        self.watch.stop(is_there=True)

    @property
    def watch(self) -> Watch:
        assert self.core.watch is not None
        return self.core.watch

    def session(self, actor: Actor) -> str:
        assert actor.account_id is not None
        return tokens.issue(self.core, "session", actor.account_id, lifetime=tokens.SESSION_SECONDS)

    def is_alive(self, token: str) -> bool:
        return tokens.find(self.core, "session", token) is not None


@pytest.fixture
def store(machine: Machine, core: Core) -> Store:
    """An own store, for which the time begins anew; the core of the fixture still closes it."""
    core.db.rows("DELETE FROM job_state")
    return Store(machine, core)


def test_time_is_the_machines_where_that_is_right(machine: Machine) -> None:
    now = machine.clock()
    machine.run(12.5)
    assert now() == TODAY + 12.5
    assert (now.look(), now.ahead) == (None, 0)


def test_time_begins_where_this_program_was_written_if_it_is_1970(machine: Machine) -> None:
    machine.boot(0)
    now = machine.clock()
    assert now() == EARLIEST
    machine.run(100)
    assert now() == EARLIEST + 100
    machine.run(2 * TRUST_SECONDS)
    assert now.look() is None  # it is never believed, however long it runs
    assert now() == EARLIEST + 100 + 2 * TRUST_SECONDS


def test_time_goes_on_from_where_the_store_was_last_in_use(machine: Machine) -> None:
    machine.boot(TODAY - 90 * DAY)
    now = machine.clock(TODAY)
    machine.run(60)
    assert now() == TODAY + 60


def test_time_jumps_only_when_it_is_told_to(machine: Machine) -> None:
    machine.boot(0)
    now = machine.clock()
    machine.run(60)
    machine.time = TODAY
    assert now() == EARLIEST + 60
    machine.run(10)
    step = now.look()
    assert step == TODAY + 10 - (EARLIEST + 70)
    assert now() == EARLIEST + 70
    now.follow()
    assert (now(), now.ahead, now.look()) == (TODAY + 10, 0, None)


def test_small_steps_and_drift_are_followed_at_once(machine: Machine) -> None:
    now = machine.clock()
    for _ in range(50):
        machine.time += SLACK_SECONDS / 10
        assert now.look() is None
        assert now() == machine.time
    machine.time -= SLACK_SECONDS / 2
    assert now() == machine.time


def test_a_clock_that_somebody_sets_back_is_believed(machine: Machine) -> None:
    machine.boot(WRONG)
    now = machine.clock()
    machine.run(50)
    machine.time = TODAY
    assert now() == WRONG + 50
    assert now.look() == TODAY - WRONG - 50
    now.follow()
    assert now() == TODAY


def test_a_clock_that_is_set_back_to_1970_is_not_believed(machine: Machine) -> None:
    now = machine.clock()
    machine.time = 0
    assert now.look() is None
    machine.run(5)
    assert now() == TODAY + 5
    assert now.ahead == TODAY


def test_a_clock_that_is_behind_the_store_after_a_start_is_believed_after_a_day(machine: Machine) -> None:
    now = machine.clock(WRONG)
    machine.run(TRUST_SECONDS - 1)
    assert now.look() is None
    machine.run(1)
    assert now.look() == TODAY - WRONG
    now.follow()
    assert now() == machine.time


def test_what_was_promised_in_1970_has_its_whole_time_from_today_on(
    store: Store, ann: Actor, library: RepoInfo
) -> None:
    store.machine.boot(0)
    store.start()
    session = store.session(ann)
    week = links.create_link(store.core, ann, library.id, "/", "d", expire_days=7)
    store.machine.run(DAY)
    store.machine.time = TODAY
    store.watch.look()
    assert store.core.now() == TODAY
    assert store.is_alive(session)
    assert links.open_link(store.core, week.token, "d", "").link.expires_at == TODAY + 6 * DAY
    store.machine.run(tokens.SESSION_SECONDS - DAY - 1)
    assert store.is_alive(session)
    store.machine.run(2)
    assert not store.is_alive(session)
    found = links.find_link(store.core, week.token)
    assert found is not None
    assert links.is_expired(store.core, found)


def test_the_same_holds_where_the_clock_is_set_between_two_runs(store: Store, ann: Actor) -> None:
    store.machine.boot(0)
    store.start()
    first = store.session(ann)
    store.machine.run(600)
    store.end()
    store.machine.boot(30)
    store.start()
    second = store.session(ann)
    store.machine.run(600)
    store.end()
    store.machine.boot(TODAY)
    store.start()
    assert store.core.now() == TODAY
    assert store.is_alive(first)
    assert store.is_alive(second)
    store.machine.run(tokens.SESSION_SECONDS)
    assert not store.is_alive(first)
    assert not store.is_alive(second)


def test_what_was_promised_while_the_clock_was_right_is_not_prolonged(store: Store, ann: Actor) -> None:
    store.start()
    session = store.session(ann)
    store.machine.run(DAY)
    store.end()
    store.machine.boot(0)
    store.start()
    store.machine.run(60)
    assert store.is_alive(session)
    store.machine.time = TODAY + 13 * DAY
    store.watch.look()
    assert store.is_alive(session)
    store.machine.run(DAY)
    assert not store.is_alive(session)


def test_nothing_promised_by_a_clock_that_was_far_ahead_lasts_for_decades(
    store: Store, ann: Actor, library: RepoInfo
) -> None:
    store.machine.boot(WRONG)
    store.start()
    session = store.session(ann)
    week = links.create_link(store.core, ann, library.id, "/", "d", expire_days=7)
    store.core.db.rows("UPDATE repo SET history_since = ?", WRONG)
    store.machine.run(60)
    store.machine.time = TODAY
    store.watch.look()
    assert store.core.now() == TODAY
    assert store.is_alive(session)
    assert links.open_link(store.core, week.token, "d", "").link.expires_at == TODAY + 7 * DAY - 60
    assert store.core.db.row("SELECT MAX(history_since) FROM repo") == (TODAY,)
    store.machine.run(tokens.SESSION_SECONDS + 1)
    assert not store.is_alive(session)


def test_sessions_of_a_jump_there_and_back_live_as_long_as_they_should(store: Store, ann: Actor) -> None:
    store.start()
    session = store.session(ann)
    store.machine.time = WRONG
    store.watch.look()
    assert store.is_alive(session)
    store.machine.time = TODAY
    store.watch.look()
    assert store.is_alive(session)
    store.machine.run(tokens.SESSION_SECONDS)
    assert not store.is_alive(session)


def test_commits_stay_in_order_though_the_machine_wakes_up_in_1970(store: Store, ann: Actor, library: RepoInfo) -> None:
    store.start()
    times = []
    for boot in (0, TODAY + DAY, 50, TODAY + 2 * DAY):
        with edit_repo(store.core, ann, library.id) as edit:
            edit.make_dir(f"/{boot}")
        times.append(store.core.db.row("SELECT mtime FROM repo WHERE id = ?", library.id)[0])
        store.end()
        store.machine.boot(boot)
        store.start()
    assert times == sorted(times)
    assert times[0] == TODAY
    assert times[-1] < TODAY + 2 * DAY


def test_after_a_crash_the_time_goes_on_from_the_last_that_somebody_was_seen(store: Store, ann: Actor) -> None:
    store.start()
    store.machine.run(1000)
    store.session(ann)
    store.machine.boot(0)
    store.start()
    assert store.core.now() == TODAY + 1000


def test_nothing_is_swept_until_the_clock_has_been_right_for_a_while(store: Store, ann: Actor) -> None:
    store.machine.boot(0)
    store.start()
    tokens.issue(store.core, "session", ann.account_id or 0, lifetime=-1)
    assert sweep_tokens(store.core) == 0
    with pytest.raises(Busy):
        gc.collect(store.core)
    assert gc.collect(store.core, dry_run=True).total == 0
    store.machine.time = TODAY
    store.watch.look()
    for seconds in (0, WAIT_SECONDS - 1):
        store.machine.run(seconds)
        assert (sweep_tokens(store.core), uploads.sweep(store.core)) == (0, 0)
        assert not is_settled(store.core.db, store.core.now(), store.core.config.gc_grace)
    store.machine.run(1)
    assert sweep_tokens(store.core) == 1
    assert gc.collect(store.core).damaged == 0


@pytest.mark.parametrize(("step", "waits"), [(20 * DAY, DAY), (70 * 366 * DAY, 30 * DAY)])
def test_history_is_not_dropped_because_the_clock_jumped(store: Store, step: int, waits: int) -> None:
    store.start()
    store.machine.run(60)
    assert clock.is_certain(store.core.db, store.core.now())
    store.machine.time += step
    store.watch.look()
    store.machine.run(waits - 60)
    assert not clock.is_certain(store.core.db, store.core.now())
    store.machine.run(60)
    assert clock.is_certain(store.core.db, store.core.now())


def test_history_is_not_dropped_at_once_by_a_store_that_seems_to_have_slept_for_years(store: Store) -> None:
    store.start()
    store.end()
    store.machine.boot(WRONG)
    store.start()
    store.machine.run(29 * DAY)
    assert not clock.is_certain(store.core.db, store.core.now())
    store.machine.run(2 * DAY)
    assert clock.is_certain(store.core.db, store.core.now())


def test_uploads_begun_in_1970_go_on(store: Store, ann: Actor, library: RepoInfo) -> None:
    store.machine.boot(0)
    store.start()
    columns = "(id, account_id, repo_id, path, total, received, block_ids, updated_at)"
    store.core.db.rows(
        f"INSERT INTO upload_session {columns} VALUES ('x', ?, ?, '/x', 9, 0, '', ?)",
        *(ann.account_id, library.id, store.core.now()),
    )
    store.machine.time = TODAY
    store.watch.look()
    assert store.core.db.row("SELECT updated_at FROM upload_session") == (TODAY,)


def test_what_a_disk_does_not_take_is_tried_again(store: Store, ann: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    store.machine.boot(0)
    store.start()
    session = store.session(ann)
    store.machine.time = TODAY

    def refuse() -> None:
        raise Busy("the database is busy")

    with monkeypatch.context() as patch:
        patch.setattr(store.core.db, "_check", refuse)
        with pytest.raises(Busy):
            store.watch.look()
    assert store.core.now() == EARLIEST
    store.watch.look()
    assert store.core.now() == TODAY
    assert store.is_alive(session)


def test_a_disk_that_takes_nothing_can_be_read_in_1970(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DiskFull("the disk is full")

    store.machine.boot(0)
    with monkeypatch.context() as patch:
        patch.setattr(store.core.db, "_check", refuse)
        store.start()
    assert store.core.now() == EARLIEST
    assert recall(store.core.db).ahead == 0
    store.watch.save()
    assert recall(store.core.db).ahead == EARLIEST


def test_the_watch_follows_the_clock_by_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "WATCH_SECONDS", 0.01)
    store.machine.boot(0)
    store.start()
    store.watch.start()
    store.machine.time = TODAY
    try:
        for _ in range(1000):
            if store.core.now() == TODAY:
                break
            store.watch._stopped.wait(0.01)
        assert store.core.now() == TODAY
    finally:
        store.end()
    assert recall(store.core.db).seen == TODAY
