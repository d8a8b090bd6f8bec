"""``syncfile gc`` over a real store: alone, and beside a server that has it."""

import os
import select
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.config import Config
from syncfile.core import gc_wish
from syncfile.core.core import Core
from syncfile.core.jobs import Housekeeping
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo
from tests.core.accounts import actor_of, add
from tests.core.content import ingest, put


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with 40,000 bytes of old garbage, which nobody has open."""
    config = Config(data=tmp_path / "data")
    monkeypatch.setenv("SYNCFILE_DATA", str(config.data))
    core = open_core(config)
    leave_garbage(core)
    close_core(core)
    return config.data


def leave_garbage(core: Core) -> None:
    ann = add(core, "ann")
    repo = create_repo(core, ann.id, "One")
    put(core, actor_of(ann), repo.id, {"/a": b"1"})
    path = next(core.blocks.spans(repo.id, ingest(core, actor_of(ann), repo.id, b"x" * 40_000).file)).path
    assert path
    os.utime(path, (1, 1))


def blocks(data: Path) -> int:
    return sum(path.is_file() for path in (data / "blocks").rglob("*"))


def test_it_says_what_it_freed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gc", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("1 blocks (40000 bytes), 0 objects and 0 commits would be removed;")
    assert blocks(data) == 1
    assert main(["gc"]) == 0
    assert capsys.readouterr().out.startswith("1 blocks (40000 bytes), 0 objects and 0 commits were removed;")
    assert blocks(data) == 0


def test_an_unknown_library_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gc", "x"]) == 1
    assert capsys.readouterr() == ("", "syncfile: there is no such library\n")


def test_a_damaged_library_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    core = open_core(Config(data=data))
    with core.db.transaction():
        core.db.rows("DELETE FROM fs_object")
    close_core(core)
    assert main(["gc"]) == 1
    assert "1 damaged libraries left alone" in capsys.readouterr().out
    assert blocks(data) == 1


@pytest.fixture
def served(data: Path) -> Iterator[Core]:
    """The store, with a server's housekeeping, which has had its round."""
    core = open_core(Config(data=data))
    housekeeping = Housekeeping({})
    housekeeping.start(core)
    yield core
    housekeeping.stop()
    close_core(core)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc_wish, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(gc_wish, "SETTLE_SECONDS", 0.0)


def test_beside_a_server_that_collects_and_tells(served: Core, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gc", "--dry-run"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "server that is running" in first
    assert second.startswith("1 blocks (40000 bytes), 0 objects and 0 commits would be removed;")
    assert blocks(data) == 1
    (repo_id,) = served.db.row("SELECT id FROM repo WHERE name = 'One'")
    assert main(["gc", repo_id]) == 0
    assert "1 blocks (40000 bytes), 0 objects and 0 commits were removed;" in capsys.readouterr().out
    assert blocks(data) == 0
    assert [path.name for path in data.iterdir() if "wish" in path.name or "answer" in path.name] == []


@pytest.mark.usefixtures("served")
def test_beside_a_server_an_unknown_library_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gc", "x"]) == 1
    assert capsys.readouterr().err == "syncfile: there is no such library\n"


def test_a_server_that_ends_is_not_waited_for(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    core = open_core(Config(data=data))
    threading.Timer(0.3, lambda: close_core(core)).start()
    assert main(["gc"]) == 1
    assert "stopped before it was done" in capsys.readouterr().err


def test_a_server_that_is_stopped_while_it_collects_says_so(served: Core, capsys: pytest.CaptureFixture[str]) -> None:
    served.stopping.set()
    assert main(["gc"]) == 1
    assert "stopped before it was done" in capsys.readouterr().err


def test_a_wish_that_nobody_understands_is_passed_over(served: Core, data: Path) -> None:
    for text in ("[]", "{}", "\0"):
        (data / "gc.wish").write_text(text)
        until = time.monotonic() + 10
        while (data / "gc.wish").exists():
            assert time.monotonic() < until
            select.select([], [], [], 0.01)
    assert main(["gc", "--dry-run"]) == 0


def test_a_mistyped_folder_is_no_new_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gc", "--data", str(tmp_path / "typo")]) == 2
    assert capsys.readouterr().err.startswith("syncfile: ")
    assert list(tmp_path.iterdir()) == []
