"""``syncfile audit`` over a real store."""

import csv
import io
import json
from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.core import audit
from syncfile.core.access import Actor
from syncfile.core.core import Core
from tests.core.accounts import move_clock, open_store

core = pytest.fixture(open_store)
ANN = Actor(1, "ann", address="10.0.0.1")


@pytest.fixture(autouse=True)
def log(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three events, an hour apart; the first is at 2023-11-14 22:13:20 UTC."""
    monkeypatch.setenv("SYNCFILE_DATA", str(core.config.data))
    audit.record(core, ANN, "link_create", "/a.txt", kind="f")
    move_clock(core, 3600)
    audit.record(core, Actor(None, ""), "disk_eject")
    move_clock(core, 3600)
    audit.record(core, ANN, "link_delete", "/a\x1b[2J\n.txt", kind="f")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["audit", *arguments]) == 0
    return capsys.readouterr().out


def test_log_is_printed_newest_first_and_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys).splitlines() == [
        '2023-11-15 00:13:20\tann\t10.0.0.1\tlink_delete\t/a\\x1b[2J\\n.txt\t{"kind": "f"}',
        "2023-11-14 23:13:20\t-\t-\tdisk_eject\t\t{}",
        '2023-11-14 22:13:20\tann\t10.0.0.1\tlink_create\t/a.txt\t{"kind": "f"}',
    ]


def test_log_is_printed_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    events = [json.loads(line) for line in printed(capsys, "--json").splitlines()]
    assert [event["action"] for event in events] == ["link_delete", "disk_eject", "link_create"]
    assert events[2] == {
        "id": 1,
        "time": 1_700_000_000,
        "account": "ann",
        "address": "10.0.0.1",
        "action": "link_create",
        "target": "/a.txt",
        "facts": {"kind": "f"},
    }
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "--csv"), newline="")))
    assert [row["action"] for row in rows] == ["link_delete", "disk_eject", "link_create"]


@pytest.mark.parametrize(
    ("arguments", "actions"),
    [
        (["--since", "2023-11-14T23:13:20"], ["link_delete", "disk_eject"]),
        (["--since", "2023-11-15"], ["link_delete"]),
        (["--since", "2023-11-15T00:13:20+01:00"], ["link_delete", "disk_eject"]),
        (["--action", "disk_eject"], ["disk_eject"]),
        (["--account", "Ann"], ["link_delete", "link_create"]),
    ],
)
def test_log_is_narrowed(capsys: pytest.CaptureFixture[str], arguments: list[str], actions: list[str]) -> None:
    lines = printed(capsys, *arguments).splitlines()
    assert [line.split("\t")[3] for line in lines] == actions


def test_time_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["audit", "--since", "yesterday"])
    assert caught.value.code == 2
    assert "yesterday is no date" in capsys.readouterr().err


def test_mistyped_folder_is_told(tmp_path: Path) -> None:
    assert main(["audit", "--data", str(tmp_path / "typo")]) == 2
