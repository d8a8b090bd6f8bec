"""Jobs run in a thread of their own, and one that fails does not keep the others from it."""

import threading

import pytest

from syncfile.core import tokens
from syncfile.core.access import anyone
from syncfile.core.core import Core
from syncfile.core.jobs import Housekeeping, sweep_tokens
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
