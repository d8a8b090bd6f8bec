"""``syncfile backup`` and ``syncfile restore`` as people run them."""

import subprocess
import sys
from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo
from tests.core.accounts import actor_of, add
from tests.core.content import put
from tests.core.stores import block_files, opened, state_at
from tests.daemon import ROOT, environment


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that nobody has open."""
    config = Config(data=tmp_path / "data")
    monkeypatch.setenv("SYNCFILE_DATA", str(config.data))
    core = open_core(config)
    fill(core)
    close_core(core)
    return config.data


def fill(core: Core) -> None:
    ann = add(core, "ann")
    repo = create_repo(core, ann.id, "One")
    put(core, actor_of(ann), repo.id, {"/a": b"1", "/large": b"x" * 40_000})


def restore(source: Path | str, data: Path) -> int:
    return main(["restore", "--data", str(data), str(source)])


def test_it_says_what_it_did(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = str(tmp_path / "backup")
    assert main(["backup", target]) == 0
    assert "1 blocks (40000 bytes) copied\n0 blocks were there, 0 removed" in capsys.readouterr().out
    assert main(["backup", "--verify", target]) == 0
    assert "0 blocks (0 bytes) copied\n1 blocks were there, 0 removed" in capsys.readouterr().out


def test_it_is_in_the_audit_log(data: Path, tmp_path: Path) -> None:
    main(["backup", str(tmp_path / "backup")])
    with opened(data) as core:
        rows = core.db.rows("SELECT action, target FROM audit_event WHERE action = 'backup_make'")
        assert rows == [("backup_make", str(tmp_path / "backup"))]


def test_damage_is_told(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "blocks" / next(iter(block_files(data)))).unlink()
    assert main(["backup", str(tmp_path / "backup")]) == 1
    told = capsys.readouterr().out
    assert "is missing or damaged" in told
    assert told.endswith("1 damaged: run syncfile fsck --deep\n")


def test_a_wrong_place_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", str(data / "backup")]) == 1
    assert capsys.readouterr().err.startswith("syncfile: the folder must be neither in the data folder")


def test_a_stream_cannot_be_read_again(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "--verify", "-"]) == 1
    assert "cannot be read again" in capsys.readouterr().err


def test_a_stream_goes_through_a_pipe(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "restored"
    syncfile = f"{sys.executable} -m syncfile"
    command = f"{syncfile} backup --data {data} - | {syncfile} restore --data {target} -"
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    assert "1 blocks (40000 bytes) copied" in done.stdout
    assert "1 blocks (40000 bytes) copied" in done.stderr
    assert "Sync clients follow" in done.stdout
    assert state_at(target).items() == state_at(data).items()


def test_it_is_restored_and_what_clients_do_is_told(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["backup", str(tmp_path / "backup")])
    assert restore(tmp_path / "backup", tmp_path / "restored") == 0
    assert "Before you start the server" in capsys.readouterr().out
    assert state_at(tmp_path / "restored") == state_at(data)


def test_what_is_there_is_not_restored_over(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["backup", str(tmp_path / "backup")])
    before = state_at(data)
    assert restore(tmp_path / "backup", data) == 1
    assert "is not empty" in capsys.readouterr().err
    assert state_at(data) == before


def test_a_mistyped_folder_is_no_backup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert restore(tmp_path / "typo", tmp_path / "data") == 1
    assert "is no backup" in capsys.readouterr().err
    assert main(["backup", "--data", str(tmp_path / "typo"), str(tmp_path / "backup")]) == 2
    assert not (tmp_path / "backup").exists()
