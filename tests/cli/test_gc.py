"""``syncfile gc`` over a real store: alone, and beside a server that has it."""

import os
from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.gc import collect
from syncfile.core.gc_marks import last_finished
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


def test_beside_a_server_it_asks_that_to_collect(core: Core, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["gc", "--data", str(core.config.data)]
    collect(core)
    assert last_finished(core.folder.path) > 0
    assert main(arguments) == 0
    assert "within the hour" in capsys.readouterr().out
    assert last_finished(core.folder.path) == 0
    assert main([*arguments, "--dry-run"]) == 2
    assert "another SyncFile server" in capsys.readouterr().err


def test_a_mistyped_folder_is_no_new_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gc", "--data", str(tmp_path / "typo")]) == 2
    assert capsys.readouterr().err.startswith("syncfile: ")
    assert list(tmp_path.iterdir()) == []
