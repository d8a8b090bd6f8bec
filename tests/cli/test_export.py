"""``syncfile export`` and ``syncfile import`` as people run them."""

import io
from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.config import Config
from syncfile.core.encrypted import create_encrypted
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo
from tests.core.accounts import actor_of, add
from tests.core.content import commits_of, put
from tests.core.stores import block_files, opened


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with a plain and an encrypted library, which nobody has open."""
    config = Config(data=tmp_path / "data")
    monkeypatch.setenv("SYNCFILE_DATA", str(config.data))
    core = open_core(config)
    ann = add(core, "ann")
    repo = create_repo(core, ann.id, "Photos")
    put(core, actor_of(ann), repo.id, {"/a": b"1", "/large": b"x" * 40_000})
    secret = create_encrypted(core, actor_of(ann), "Secret", "", "pass word")
    put(core, actor_of(ann), secret.id, {"/s": b"secret"})
    close_core(core)
    return config.data


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def pipe_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def actions(data: Path) -> list[tuple[str, str]]:
    with opened(data) as core:
        sql = "SELECT action, target FROM audit_event WHERE action LIKE 'library_%' ORDER BY id"
        return [tuple(row) for row in core.db.rows(sql)]


@pytest.mark.usefixtures("data")
def test_one_library(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "Photos", str(out)]) == 0
    assert capsys.readouterr().out == "2 files (40001 bytes) and 0 folders written\n"
    assert (out / "a").read_bytes() == b"1"
    assert main(["export", "Photos", str(out)]) == 0
    assert capsys.readouterr().out == "0 files (0 bytes) and 0 folders written, 2 were there\n"


def test_all_libraries(data: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe_in(monkeypatch, "pass word\n")
    assert main(["export", "--all", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["My Library", "Photos", "Secret"]
    assert (out / "Secret" / "s").read_bytes() == b"secret"
    assert actions(data) == [("library_export", name) for name in ("My Library", "Photos", "Secret")]


@pytest.mark.usefixtures("data")
def test_a_wrong_password_is_told_and_the_others_come_out(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe_in(monkeypatch, "wrong\n")
    assert main(["export", "--all", str(out)]) == 1
    assert "the password is wrong" in capsys.readouterr().out
    assert (out / "Photos" / "a").exists()
    assert not (out / "Secret").exists()
    assert main(["export", "Secret", str(out / "Secret")]) == 1


def test_damage_is_told(data: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "blocks" / next(iter(block_files(data)))).unlink()
    assert main(["export", "Photos", str(out)]) == 1
    assert capsys.readouterr().out.startswith("failed: /large: ")


def test_a_state_of_the_past(data: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(data) as core:
        (repo_id,) = core.db.row("SELECT id FROM repo WHERE name = 'Photos'")
        first = list(commits_of(core, repo_id))[-1].id
    assert main(["export", "--at", first, "Photos", str(out)]) == 0
    assert list(out.iterdir()) == []
    assert main(["export", "--at", "2020-01-31T18:00", "Photos", str(out)]) == 1
    assert main(["export", "--at", "yesterday", "Photos", str(out)]) == 1
    assert "--at takes a time" in capsys.readouterr().err
    assert main(["export", "--at", "2200-01-31", "Photos", str(out)]) == 0
    assert (out / "a").exists()


@pytest.mark.usefixtures("data")
def test_either_one_or_all(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(out)]) == 1
    assert main(["export", "--all", "Photos", str(out)]) == 1
    assert main(["export", "Music", str(out)]) == 1
    assert capsys.readouterr().err.endswith("there is no library Music\n")


def test_what_comes_out_goes_in_again(data: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["export", "Photos", str(out)])
    assert main(["import", str(out)]) == 0
    assert "2 files (40001 bytes) and 0 folders put into out\n" in capsys.readouterr().out
    assert main(["import", str(out)]) == 1
    assert "--into / puts the files into it" in capsys.readouterr().err
    assert main(["import", str(out), "--into", "/"]) == 0
    assert "0 files (0 bytes) and 0 folders put into out, 2 were there\n" in capsys.readouterr().out
    assert main(["import", str(out), "--library", "Photos", "--into", "/below"]) == 0
    assert main(["export", "Photos", str(out / "again")]) == 0
    assert (out / "again" / "below" / "large").read_bytes() == b"x" * 40_000
    names = ["Photos", "out", "out", "Photos", "Photos"]
    assert actions(data) == [
        (f"library_{'export' if at in (0, 4) else 'import'}", name) for at, name in enumerate(names)
    ]


def test_the_owner_is_asked_for_where_there_are_several(
    data: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out.mkdir()
    (out / "a").touch()
    with opened(data) as core:
        add(core, "bob")
    assert main(["import", str(out)]) == 1
    assert "--owner NAME" in capsys.readouterr().err
    assert main(["import", str(out), "--owner", "eve"]) == 1
    assert main(["import", str(out), "--owner", "bob", "--library", "Music"]) == 0
    with opened(data) as core:
        assert core.db.row("SELECT username FROM repo JOIN account ON account.id = owner_id WHERE name = 'Music'") == (
            "bob",
        )


@pytest.mark.usefixtures("data")
def test_what_is_left_out_is_told(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out.mkdir()
    (out / "link").symlink_to("nowhere")
    assert main(["import", str(out)]) == 0
    assert "1 links and special files were skipped\n" in capsys.readouterr().out
    assert main(["import", str(out / "typo")]) == 1
    assert main(["import", str(out), "--library", "Secret", "--into", "/"]) == 1
    assert "encrypted" in capsys.readouterr().err
