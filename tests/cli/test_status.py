"""``syncfile status``: alone, beside a server, and where the disk is missing."""

import json
import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from syncfile import __version__
from syncfile.__main__ import main
from syncfile.config import Config
from syncfile.core.certificates import make_certificate
from syncfile.core.core import Core
from syncfile.core.gc import collect
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo
from syncfile.store.data_folder import LOCK_NAME
from tests.core.accounts import actor_of, add
from tests.core.content import put
from tests.daemon import daemon


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with one file, which nobody has open."""
    config = Config(data=tmp_path / "data")
    monkeypatch.setenv("SYNCFILE_DATA", str(config.data))
    core = open_core(config)
    fill(core)
    close_core(core)
    (config.data / LOCK_NAME).write_text("")  # it names this process, which lives on
    return config.data


def fill(core: Core) -> None:
    ann = add(core, "ann")
    repo = create_repo(core, ann.id, "One")
    put(core, actor_of(ann), repo.id, {"/a": b"12345"})


def facts(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    assert main(["status", "--json", *arguments]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, str]:
    """Return what people are shown, by the first word of each line."""
    assert main(["status", *arguments]) == code
    return {
        name: text.strip() for name, _, text in (line.partition(" ") for line in capsys.readouterr().out.splitlines())
    }


def test_programs_are_told_everything(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = facts(capsys, "--profile", "128")
    assert (found["version"], found["data"], found["pid"]) == (__version__, str(data), None)
    assert found["store_id"] == json.loads((data / "syncfile-store.json").read_text())["store_id"]
    assert (found["accounts"], found["files"], found["file_bytes"], found["uploads"]) == (1, 1, 5, 0)
    assert (found["uptime"], found["memory"]) == (0, 0)
    assert 0 < found["disk_free"] <= found["disk_total"]
    assert found["database"] >= (data / "syncfile.db").stat().st_size
    assert (found["journal"], found["collected_at"], found["certificate_expires_at"]) == ("wal", 0, None)
    assert (found["time_ahead"], found["is_time_settled"]) == (0, True)
    assert abs(found["time"] - time.time()) < 600
    assert (found["profile"], found["memory_ceiling"]) == (128, 64 << 20)
    assert found["disk"]["mount_point"]
    assert os.path.ismount(found["disk"]["mount_point"])


def test_people_are_told_in_words(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys)
    assert found["version"] == __version__
    assert found["holds"].startswith("1 accounts, ")
    assert "1 files (5 bytes), 0 unfinished uploads" in found["holds"]
    assert (found["server"], found["gc"], found["certificate"]) == ("not running", "to be run", "none")
    assert found["clock"] == "right"
    assert " free of " in found["disk"]


def test_a_running_server_is_shown(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with daemon(data) as running:
        found = facts(capsys)
        assert found["pid"] == running.process.pid
        assert found["memory"] > 8 << 20
        assert 0 <= found["uptime"] < 600
        assert told(capsys)["server"].startswith(f"process {running.process.pid} for ")
        running.process.kill()
        running.wait()
    assert facts(capsys)["pid"] is None


def test_the_last_collection_is_shown(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    core = open_core(Config(data=data))
    collect(core)
    close_core(core)
    assert abs(facts(capsys)["collected_at"] - time.time()) < 600
    assert told(capsys)["gc"].startswith("finished 20")


def test_the_certificate_is_shown(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = make_certificate(["a"])
    (tmp_path / "c").write_bytes(made.certificate)
    flags = ("--tls-cert", str(tmp_path / "c"), "--tls-key", str(tmp_path / "k"))
    assert facts(capsys, *flags)["certificate_expires_at"] == made.expires_at
    assert told(capsys, *flags)["certificate"].endswith("UTC")
    (tmp_path / "c").write_bytes(b"")
    assert told(capsys, *flags)["certificate"] == "cannot be read"


def test_a_clock_that_is_not_set_is_shown(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(data / "syncfile.db", isolation_level=None)) as db:
        seen = int(time.time()) + 90 * 86400
        memory = json.dumps({"seen": seen, "ahead": 90 * 86400})
        db.execute("INSERT OR REPLACE INTO job_state (name, value) VALUES ('clock', ?)", (memory,))
    found = facts(capsys)
    assert abs(found["time_ahead"] - 90 * 86400) < 600
    assert not found["is_time_settled"]
    assert told(capsys)["clock"].startswith("not set: the store's time is 20")


def test_a_missing_disk_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(data)
    assert facts(capsys, code=1) == {
        "version": __version__,
        "data": str(data),
        "error_msg": "the data disk is not there, or is not one of ours",
    }
    assert told(capsys, code=1)["disk"] == "the data disk is not there, or is not one of ours"
    assert not data.exists()


def test_a_database_that_is_none_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in data.glob("syncfile.db*"):
        path.write_bytes(b"no database " * 1000)
    assert "not a database" in facts(capsys, code=1)["error_msg"]


def test_settings_that_make_no_sense_are_code_2(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--profile", "77"]) == 2
    assert "profile must be one of" in capsys.readouterr().err
