"""Plain files put into a library: equal in every byte and date, in few commits, and what was left out is told."""

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.encrypted import create_encrypted
from syncfile.core.importing import ImportReport, add_library, import_folder
from syncfile.core.repos import open_repo
from syncfile.errors import AlreadyExists, BadRequest, QuotaFull
from syncfile.store.objects import MODE_EXECUTABLE
from tests.core.content import assert_consistent, commits_of, content_of, put

BIG = bytes(range(256)) * 40_000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    for path in ("folder/deep", "folder/empty"):
        (folder / path).mkdir(parents=True)
    (folder / "folder/deep/big").write_bytes(BIG)
    (folder / "a").write_bytes(b"a")
    (folder / "nothing").touch()
    return folder


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def bring(core: Core, ann: Actor, library: RepoInfo, source: Path, lines: list[str]) -> Callable[..., ImportReport]:
    """Put the folder into the library."""

    def run(path: str = "/", at_once: int = 2000) -> ImportReport:
        report = ImportReport(lines.append)
        import_folder(core, ann, library, str(source), path, report, at_once=at_once)
        assert_consistent(core, library.id)
        return report

    return run


def test_every_file_and_folder_is_put_in_with_one_commit(
    core: Core, ann: Actor, library: RepoInfo, bring: Callable[..., ImportReport], lines: list[str]
) -> None:
    report = bring()
    assert content_of(core, ann, library.id) == {
        "/folder": None,
        "/folder/deep": None,
        "/folder/deep/big": BIG,
        "/folder/empty": None,
        "/a": b"a",
        "/nothing": b"",
    }
    assert (report.files, report.folders, report.bytes, report.failed) == (3, 3, len(BIG) + 1, 0)
    assert lines == []
    assert len(list(commits_of(core, library.id))) == 2


def test_dates_and_programs_are_kept(
    core: Core, ann: Actor, library: RepoInfo, source: Path, bring: Callable[..., ImportReport]
) -> None:
    (source / "a").chmod(0o755)
    for number, path in enumerate(("folder/deep/big", "a", "folder/deep", "folder")):
        os.utime(source / path, (5, 1_000_000 + number))
    bring()
    tree = open_repo(core, ann, library.id)
    found = [tree.get(path).mtime for path in ("/folder/deep/big", "/a", "/folder/deep", "/folder")]
    assert found == [1_000_000, 1_000_001, 1_000_002, 1_000_003]
    assert tree.get("/a").mode == MODE_EXECUTABLE
    assert tree.get("/a").modifier == "ann"


def test_many_files_are_some_commits(
    core: Core, ann: Actor, library: RepoInfo, source: Path, bring: Callable[..., ImportReport]
) -> None:
    for number in range(40):
        (source / "folder" / str(number)).write_bytes(b"%d" % number)
    report = bring(at_once=20)
    assert report.files == 43
    assert len(list(commits_of(core, library.id))) == 1 + 3
    assert content_of(core, ann, library.id)["/folder/39"] == b"39"


def test_it_goes_into_a_folder_that_is_made(
    core: Core, ann: Actor, library: RepoInfo, bring: Callable[..., ImportReport]
) -> None:
    bring("/from/the/old/disk")
    assert content_of(core, ann, library.id)["/from/the/old/disk/a"] == b"a"


def test_it_goes_on_where_it_was(
    core: Core, ann: Actor, library: RepoInfo, source: Path, bring: Callable[..., ImportReport]
) -> None:
    bring()
    (source / "new").write_bytes(b"n")
    report = bring()
    assert (report.files, report.there, report.failed) == (1, 3, 0)
    assert content_of(core, ann, library.id)["/new"] == b"n"


@pytest.mark.parametrize("there", [{"/a": b"another"}, {"/a": None}, {"/folder": b"a file"}])
def test_what_is_in_the_way_is_left_as_it_is(
    core: Core,
    ann: Actor,
    library: RepoInfo,
    bring: Callable[..., ImportReport],
    lines: list[str],
    there: dict[str, bytes | None],
) -> None:
    put(core, ann, library.id, there)
    report = bring()
    assert report.failed == len(lines) == 1
    assert there.items() <= content_of(core, ann, library.id).items()


def test_links_and_special_files_are_skipped(
    core: Core, ann: Actor, library: RepoInfo, source: Path, bring: Callable[..., ImportReport], lines: list[str]
) -> None:
    (source / "link").symlink_to("a")
    (source / "loop").symlink_to(source)
    os.mkfifo(source / "pipe")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(os.path.relpath(source / "socket"))
        report = bring()
    assert (report.skipped, report.failed, report.files) == (4, 0, 3)
    assert sorted(line.rpartition(": it is a ")[2] for line in lines) == ["special file"] * 2 + ["symbolic link"] * 2
    assert set(content_of(core, ann, library.id)) >= {"/a"}


def test_names_that_no_library_can_hold_are_told(
    source: Path, bring: Callable[..., ImportReport], lines: list[str]
) -> None:
    with open(os.fsencode(source) + b"/bad\xff", "wb"):
        pass
    deep = source
    for _ in range(201):
        deep = deep / "d"
    deep.mkdir(parents=True)
    report = bring()
    assert (report.failed, report.files) == (2, 3)
    assert any(line.startswith(f"failed: {source}/bad\\xff: ") for line in lines)


def test_two_forms_of_one_name_are_told(source: Path, bring: Callable[..., ImportReport], lines: list[str]) -> None:
    for name in ("caf\u00e9", "cafe\u0301"):
        (source / name).write_text(name)
    assert bring().failed == 1
    assert "the name is taken" in lines[0]


def test_a_quota_that_is_full_ends_it(core: Core, library: RepoInfo, bring: Callable[..., ImportReport]) -> None:
    with core.db.transaction():
        core.db.rows("UPDATE account SET total = 1000000")
    with pytest.raises(QuotaFull):
        bring()


def test_the_data_folder_is_not_put_into_itself(core: Core, ann: Actor, library: RepoInfo, lines: list[str]) -> None:
    for folder in (core.config.data, core.config.data.parent, core.config.data / "blocks"):
        with pytest.raises(BadRequest):
            import_folder(core, ann, library, str(folder), "/", ImportReport(lines.append))


def test_an_encrypted_library_is_for_clients(core: Core, ann: Actor, source: Path, lines: list[str]) -> None:
    repo = create_encrypted(core, ann, "Secret", "", "pass word")
    with pytest.raises(BadRequest, match="encrypted"):
        import_folder(core, ann, repo, str(source), "/", ImportReport(lines.append))


def test_a_folder_that_is_not_there_is_told(core: Core, ann: Actor, library: RepoInfo, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no folder"):
        import_folder(core, ann, library, str(tmp_path / "typo"), "/", ImportReport(print))


def test_a_library_is_not_made_twice(core: Core, ann: Actor, bob: Actor) -> None:
    add_library(core, ann, "Music")
    with pytest.raises(AlreadyExists):
        add_library(core, ann, "Music")
    assert add_library(core, replace(bob), "Music").owner == "bob"
