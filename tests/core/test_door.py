"""The door to the core: who may come in, who is waited for, and when an ejected disk is used again."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncfile.config import Config
from syncfile.core import door as door_module
from syncfile.core.core import Core
from syncfile.core.door import RESUME_SECONDS, CoreDoor, Visit
from syncfile.core.opening import close_core, open_core
from syncfile.errors import Busy, StoreUnavailable

ENOUGH_SECONDS = 20


class Keeping:
    """A door with its keeper, and a clock that stands still."""

    def __init__(self, config: Config) -> None:
        self.now = 0.0
        self.store_id = ""
        self.fails = False
        self.config = config
        self.changed = threading.Semaphore(0)
        self.door = CoreDoor(self._open, self._close, lambda: self.now)
        self.door.open()
        self.door.keep()
        self.await_change()

    def _open(self) -> Core:
        core = open_core(self.config, store_id=self.store_id)
        self.store_id = core.folder.store_id
        self.changed.release()
        return core

    def _close(self, core: Core) -> None:
        close_core(core)
        self.changed.release()
        if self.fails:
            self.fails = False
            raise OSError("the disk is failing")

    def await_change(self) -> None:
        assert self.changed.acquire(timeout=ENOUGH_SECONDS)


@pytest.fixture
def keeping(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeping]:
    monkeypatch.setattr(door_module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(door_module, "EJECT_GRACE_SECONDS", 0.05)
    made = Keeping(config)
    yield made
    made.door.close()


def refuses(door: CoreDoor) -> bool:
    try:
        Visit(door).core()
    except StoreUnavailable:
        return True
    return False


def test_an_ejected_disk_that_nobody_unplugs_is_used_again_after_ten_minutes(keeping: Keeping) -> None:
    keeping.door.eject()
    keeping.await_change()
    keeping.now = RESUME_SECONDS - 1
    keeping.door.eject()  # once more is no error, and does not make it longer
    assert not keeping.changed.acquire(timeout=0.1)
    assert refuses(keeping.door)
    keeping.now = RESUME_SECONDS
    keeping.await_change()
    visit = Visit(keeping.door)
    assert visit.core().db.row("SELECT 1") == (1,)
    visit.leave()


def test_an_eject_waits_for_what_does_not_end_and_lets_nobody_else_in(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "EJECT_SECONDS", 0.2)
    cut = threading.Event()
    visit = Visit(keeping.door, cut.set)
    core = visit.core()
    with pytest.raises(Busy):
        keeping.door.eject()
    assert cut.is_set()
    assert refuses(keeping.door)
    assert core.db.row("SELECT 1") == (1,)
    visit.leave()
    keeping.await_change()
    assert refuses(keeping.door)


def test_an_eject_that_fails_is_told_and_the_disk_is_used_on(keeping: Keeping) -> None:
    keeping.fails = True
    with pytest.raises(Busy):
        keeping.door.eject()
    keeping.await_change()  # closed
    keeping.await_change()  # and opened
    visit = Visit(keeping.door)
    assert visit.core().db.row("SELECT 1") == (1,)
    visit.leave()


def test_who_asks_for_the_eject_is_not_waited_for(keeping: Keeping) -> None:
    visit = Visit(keeping.door)
    assert visit.core().stopping.is_set() is False
    visit.eject()
    keeping.await_change()
    assert refuses(keeping.door)


def test_a_disk_that_is_not_there_cannot_be_ejected(keeping: Keeping) -> None:
    keeping.config.data.rename(keeping.config.data.with_name("away"))
    keeping.await_change()
    with pytest.raises(StoreUnavailable):
        keeping.door.eject()


def test_without_a_keeper_nothing_is_ejected(core: Core) -> None:
    with pytest.raises(Busy):
        CoreDoor(lambda: core).eject()


def test_the_same_store_on_another_disk_is_opened_anew(keeping: Keeping, tmp_path: Path) -> None:
    visit = Visit(keeping.door)
    before = visit.core()
    visit.leave()
    there, copy = keeping.config.data, Path(shutil.copytree(keeping.config.data, tmp_path / "copy"))
    there.rename(tmp_path / "away")
    copy.rename(there)
    keeping.await_change()  # closed
    keeping.await_change()  # and opened
    again = Visit(keeping.door)
    assert again.core() is not before
    again.leave()
