"""What the tests of accounts and tokens share."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syncfile.config import Config
from syncfile.core import authentication, users
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.core.throttle import Throttle
from syncfile.errors import NotAuthenticated, SyncFileError

HERE, THERE = "192.168.1.20", "192.168.1.21"
PASSWORD = "correct horse"
ROOT = Actor(None, "", is_staff=True)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def open_store(tmp_path: Path) -> Iterator[Core]:
    """Yield an empty store whose clocks stand still; to be wrapped as a fixture."""
    core = open_core(Config(data=tmp_path / "data"))
    clock = Clock()
    yield replace(core, throttle=Throttle(clock), clock=clock)
    close_core(core)


def with_settings(core: Core, **settings: object) -> Core:
    """Return the same store under other settings."""
    return replace(core, config=replace(core.config, **settings))  # type: ignore[arg-type] # names and types are theirs


def move_clock(core: Core, seconds: float) -> None:
    """Let time pass."""
    assert isinstance(core.clock, Clock)
    core.clock.now += seconds


def add(core: Core, name: str, *, is_staff: bool = False) -> users.Account:
    """Make an account with ``PASSWORD``."""
    account = users.register(core, ROOT, name, f"{name}@example.org", PASSWORD)
    return users.update_account(core, ROOT, account.id, is_staff=True) if is_staff else account


def actor_of(account: users.Account, *, address: str = HERE, token_hash: str = "") -> Actor:
    """Return the account as an actor."""
    return Actor(account.id, account.username, account.is_staff, address, token_hash)


def signs_in(core: Core, name: str, password: str, address: str = HERE) -> bool:
    """Tell whether the password fits."""
    try:
        authentication.sign_in(core, name, password, address)
    except NotAuthenticated:
        return False
    return True


def refusal(kind: type[SyncFileError], call: Callable[[], object]) -> dict[str, object]:
    """Return the facts of the error that a call raises."""
    with pytest.raises(kind) as caught:
        call()
    return caught.value.facts
