"""``syncfile reindex`` over a real store, beside a server that has it open."""

from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.core.core import Core
from syncfile.core.derived import clear
from syncfile.core.repos import create_repo
from tests.core.accounts import actor_of, add
from tests.core.content import assert_consistent, index_of, put


@pytest.fixture
def repo_ids(core: Core, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two libraries whose tables are lost; the environment says where the store is."""
    monkeypatch.setenv("SYNCFILE_DATA", str(core.config.data))
    ann = add(core, "ann")
    found = [create_repo(core, ann.id, name).id for name in ("One", "Two")]
    for repo_id in found:
        put(core, actor_of(ann), repo_id, {"/a": b"1"})
        with core.db.transaction():
            clear(core.db, repo_id)
    return found


def test_all_libraries_are_done_by_default(core: Core, repo_ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reindex"]) == 0
    assert set(repo_ids) < set(capsys.readouterr().out.split())  # beside them, the library that every account has
    for repo_id in repo_ids:
        assert_consistent(core, repo_id)


def test_one_library_is_done_by_name(core: Core, repo_ids: list[str]) -> None:
    assert main(["reindex", repo_ids[0]]) == 0
    assert_consistent(core, repo_ids[0])
    assert index_of(core, repo_ids[1]) == {}


def test_a_damaged_library_does_not_keep_the_others_from_it(
    core: Core, repo_ids: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with core.db.transaction():
        core.db.rows("DELETE FROM commits WHERE repo_id = ?", repo_ids[0])
    assert main(["reindex"]) == 1
    printed = capsys.readouterr()
    assert "no commit" in printed.err
    assert repo_ids[0] not in printed.out
    assert_consistent(core, repo_ids[1])


def test_an_unknown_library_is_told(repo_ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reindex", "x"]) == 1
    assert capsys.readouterr() == ("", "syncfile: there is no such library\n")


def test_a_mistyped_folder_is_no_new_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reindex", "--data", str(tmp_path / "typo")]) == 2
    assert capsys.readouterr().err.startswith("syncfile: ")
    assert list(tmp_path.iterdir()) == []
