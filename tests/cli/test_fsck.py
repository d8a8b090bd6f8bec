"""``syncfile fsck``: exit codes, a line for each finding, and repair for who is alone."""

from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo
from tests.core.accounts import actor_of, add
from tests.core.content import put


@pytest.fixture
def repo_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two libraries with a file each; the name index of the first is lost. Nobody has the store open."""
    config = Config(data=tmp_path / "data")
    monkeypatch.setenv("SYNCFILE_DATA", str(config.data))
    core = open_core(config)
    ann = add(core, "ann")
    found = [create_repo(core, ann.id, name).id for name in ("One", "Two")]
    for repo_id in found:
        put(core, actor_of(ann), repo_id, {"/a": b"1"})
    with core.db.transaction():
        core.db.rows("DELETE FROM entry WHERE repo_id = ?", found[0])
    close_core(core)
    return found


def test_what_is_found_is_told_with_library_and_path(repo_ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fsck"]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first == f"{repo_ids[0]} /a: index: it is not in the name index"
    assert last == "1 found"


def test_one_library_is_checked_by_name(repo_ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fsck", repo_ids[1]]) == 0
    assert capsys.readouterr().out == "clean\n"


def test_what_is_repaired_is_clean_the_next_time(repo_ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fsck", "--repair"]) == 1
    printed = capsys.readouterr().out
    assert f"done: {repo_ids[0]}: the derived tables were filled again" in printed
    assert "left:" not in printed
    assert main(["fsck", "--deep", "--repair"]) == 0
    assert capsys.readouterr().out == "clean\n"


def test_repair_beside_a_server_is_refused(core: Core, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["fsck", "--data", str(core.config.data)]
    assert main(arguments) == 0
    assert main([*arguments, "--repair"]) == 2
    assert "another SyncFile server" in capsys.readouterr().err


def test_an_unknown_library_could_not_be_checked(repo_ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fsck", "x"]) == 2
    assert capsys.readouterr() == ("", "syncfile: there is no such library\n")


def test_a_database_that_is_none_could_not_be_checked(
    repo_ids: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data" / "syncfile.db").write_bytes(b"this is no database" * 1000)
    assert main(["fsck"]) == 2
    assert capsys.readouterr().err.startswith("syncfile: ")


def test_a_mistyped_folder_is_no_new_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fsck", "--data", str(tmp_path / "typo")]) == 2
    assert list(tmp_path.iterdir()) == []
