"""Jobs run in a thread of their own, and one that fails does not keep the others from it."""

import select
import threading
import time
from collections.abc import Callable

import pytest

from syncfile.core import gc_wish, health, scrub, tokens
from syncfile.core.access import Actor, anyone
from syncfile.core.core import Core
from syncfile.core.jobs import Housekeeping, sweep_tokens
from syncfile.core.notifications import list_notifications
from syncfile.core.scrub import Scrub
from syncfile.core.users import register
from syncfile.errors import Busy


def test_every_job_runs_at_once_and_again_whatever_the_others_do(core: Core, caplog: pytest.LogCaptureFixture) -> None:
    rounds = threading.Semaphore(0)

    def broken(_core: Core) -> int:
        raise ZeroDivisionError

    def late(_core: Core) -> int:
        raise Busy("the database is busy")

    def counting(_core: Core) -> int:
        rounds.release()
        return 3

    housekeeping = Housekeeping({"broken": broken, "late": late, "counting": counting}, pause=0.01)
    housekeeping.start(core)
    for _ in range(2):
        assert rounds.acquire(timeout=10)
    housekeeping.stop()
    runs = {name: (run.swept, run.error) for name, run in core.job_runs.items()}
    assert runs == {"broken": (0, "it failed"), "late": (0, "the database is busy"), "counting": (3, "")}
    assert "ZeroDivisionError" in caplog.text


def test_housekeeping_that_never_began_can_be_stopped() -> None:
    Housekeeping().stop()


def test_sweeping_tokens_goes_on_until_none_is_left(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "SWEEP_ROWS", 3)
    account = register(core, anyone("127.0.0.1"), "ann", "ann@example.org", "secret")
    kept = tokens.issue(core, "login", account.id, lifetime=None)
    for _ in range(7):
        tokens.issue(core, "login", account.id, lifetime=-1)
    assert sweep_tokens(core) == 7
    assert tokens.find(core, "login", kept)


def test_small_things_are_done_between_the_rounds(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc_wish, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(scrub, "is_machine_busy", lambda: False)
    core.blocks.read_at = time.monotonic()
    housekeeping = Housekeeping({})
    housekeeping.start(core)
    eventually(lambda: scrub.progress(core).finished_at > 0)
    housekeeping.stop()
    assert core.job_runs == {}


def test_a_small_thing_that_fails_is_left_until_the_next_round_and_told_when_it_fails_again(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc_wish, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.0)
    tries = []

    def fail(_self: Scrub, _core: Core) -> int:
        tries.append(1)
        raise Busy("the database is busy")

    monkeypatch.setattr(Scrub, "step", fail)
    account = register(core, anyone("127.0.0.1"), "ann", "ann@example.org", "secret")
    with core.db.transaction():
        core.db.rows("UPDATE account SET is_staff = ?", True)
    admin = Actor(account.id, "ann", is_staff=True)
    long = Housekeeping({})
    long.start(core)
    eventually(lambda: "scrub" in core.job_runs)
    assert not threading.Event().wait(0.1)
    long.stop()
    assert len(tries) == core.job_runs["scrub"].failures == 1
    core.stopping.clear()
    short = Housekeeping({}, pause=0.05)
    short.start(core)
    eventually(lambda: bool(list_notifications(core, admin)))
    short.stop()
    (told,) = list_notifications(core, admin)
    assert (told.kind, told.facts) == ("job_failed", {"name": "scrub", "error": "the database is busy"})


def eventually(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until
        select.select([], [], [], 0.01)
