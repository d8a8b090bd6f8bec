"""A library as plain files: equal in every byte and date, nothing overwritten, and what cannot be had is told."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from syncfile.core import export, ownership
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.encrypted import create_encrypted
from syncfile.core.entries import remove
from syncfile.core.export import ExportReport, all_libraries, export_library, find_library, open_key
from syncfile.core.export_names import FolderNames, NamingRules, probe
from syncfile.core.repos import create_repo, edit_repo
from syncfile.errors import BadRequest, LibraryLocked, NotFound
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_EXECUTABLE, Dirent
from tests.core.content import commits_of, current, ingest, put
from tests.core.stores import block_files

BIG = bytes(range(256)) * 40_000  # two blocks
FAT = NamingRules(is_narrow=True, folds_case=True)


@dataclass
class Told:
    """What an export says."""

    lines: list[str] = field(default_factory=list)

    def report(self) -> ExportReport:
        return ExportReport(self.lines.append)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture(autouse=True)
def content(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(
        core,
        ann,
        library.id,
        {"/folder": None, "/folder/deep": None, "/folder/deep/big": BIG, "/a": b"a", "/empty": b""},
    )


def files_in(folder: Path) -> dict[str, bytes | None]:
    found = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes() for path in found}


def put_dated(core: Core, actor: Actor, repo_id: str, path: str, content: bytes, mtime: int) -> None:
    file = ingest(core, actor, repo_id, content)
    with edit_repo(core, actor, repo_id) as edit:
        edit.put_file(path, file, mtime=mtime, replace=True)


def test_it_has_every_file_and_folder(core: Core, library: RepoInfo, out: Path, told: Told) -> None:
    report = told.report()
    export_library(core, current(core, library.id), str(out), report)
    assert files_in(out) == {"folder": None, "folder/deep": None, "folder/deep/big": BIG, "a": b"a", "empty": b""}
    assert (report.files, report.folders, report.bytes, report.failed) == (3, 2, len(BIG) + 1, 0)
    assert told.lines == []


def test_files_and_folders_keep_their_dates(core: Core, ann: Actor, library: RepoInfo, out: Path, told: Told) -> None:
    put_dated(core, ann, library.id, "/folder/old", b"o", 1_000_000)
    with edit_repo(core, ann, library.id) as edit:
        edit.put_entry("/dated", Dirent("", EMPTY_ID, MODE_DIR, 2_000_000))
        edit.put_entry("/dated/below", Dirent("", EMPTY_ID, MODE_DIR, 3_000_000))
    export_library(core, current(core, library.id), str(out), told.report())
    found = {path: int((out / path).stat().st_mtime) for path in ("folder/old", "dated", "dated/below")}
    assert found == {"folder/old": 1_000_000, "dated": 2_000_000, "dated/below": 3_000_000}


def test_a_date_that_the_disk_cannot_hold_is_no_reason_to_fail(
    core: Core, ann: Actor, library: RepoInfo, out: Path, told: Told
) -> None:
    put_dated(core, ann, library.id, "/future", b"f", 2**62)
    export_library(core, current(core, library.id), str(out), told.report())
    assert (out / "future").read_bytes() == b"f"


def test_programs_stay_programs(core: Core, ann: Actor, library: RepoInfo, out: Path, told: Told) -> None:
    with edit_repo(core, ann, library.id) as edit:
        entry = edit.get("/a")
        edit.put_entry("/run", Dirent("", entry.id, MODE_EXECUTABLE, 1_000_000, entry.size))
    export_library(core, current(core, library.id), str(out), told.report())
    assert os.access(out / "run", os.X_OK)
    assert not (out / "a").stat().st_mode & 0o111


def test_a_folder_of_many_pages_is_whole(core: Core, ann: Actor, library: RepoInfo, out: Path, told: Told) -> None:
    put(core, ann, library.id, {f"/folder/{number}": b"%d" % number for number in range(500)})
    export_library(core, current(core, library.id), str(out), told.report())
    assert len(list((out / "folder").iterdir())) == 501


def test_it_goes_on_where_it_was(core: Core, library: RepoInfo, out: Path, told: Told) -> None:
    export_library(core, current(core, library.id), str(out), told.report())
    inode = (out / "a").stat().st_ino
    (out / "folder/deep/big").unlink()
    (out / ".syncfile-export.part").write_bytes(b"cut off")
    report = told.report()
    export_library(core, current(core, library.id), str(out), report)
    assert (report.files, report.there, report.failed) == (1, 2, 0)
    assert (out / "a").stat().st_ino == inode
    assert files_in(out)["folder/deep/big"] == BIG
    assert not (out / ".syncfile-export.part").exists()


@pytest.mark.parametrize("what", ["content", "date", "link", "folder"])
def test_what_is_in_the_way_is_left_as_it_is(
    core: Core, library: RepoInfo, out: Path, told: Told, tmp_path: Path, what: str
) -> None:
    out.mkdir()
    if what == "folder":
        (out / "a").mkdir()
    elif what == "link":
        (tmp_path / "elsewhere").write_bytes(b"x")
        (out / "a").symlink_to(tmp_path / "elsewhere")
    else:
        (out / "a").write_bytes(b"xx" if what == "content" else b"x")
        os.utime(out / "a", (5, 5))
    before = files_in(out)["a"]
    report = told.report()
    export_library(core, current(core, library.id), str(out), report)
    assert (report.failed, report.files) == (1, 2)
    assert told.lines[0].startswith("failed: /a: ")
    assert files_in(out)["a"] == before


def test_a_damaged_block_is_told_and_no_wrong_byte_is_written(
    core: Core, library: RepoInfo, out: Path, told: Told
) -> None:
    name = next(iter(block_files(core.config.data)))
    path = core.config.data / "blocks" / name
    path.write_bytes(bytes(len(path.read_bytes())))
    report = told.report()
    export_library(core, current(core, library.id), str(out), report)
    assert told.lines == ["failed: /folder/deep/big: some bytes of this file are damaged"]
    assert set(files_in(out)) == {"folder", "folder/deep", "a", "empty"}


def test_missing_blocks_and_objects_are_told(core: Core, ann: Actor, library: RepoInfo, out: Path, told: Told) -> None:
    put(core, ann, library.id, {"/lost": None, "/lost/file": b"1"})
    head = next(commits_of(core, library.id))
    with edit_repo(core, ann, library.id) as edit:
        lost = edit.get("/lost").id
    shutil.rmtree(core.config.data / "blocks" / library.id)
    with core.db.transaction():
        core.db.rows("DELETE FROM fs_object WHERE id = ?", lost)
    report = told.report()
    export_library(core, current(core, library.id), str(out), report)
    assert head.id == current(core, library.id).head_id
    assert sorted(line.split(": ")[1] for line in told.lines) == ["/folder/deep/big", "/lost"]
    assert files_in(out)["a"] == b"a"


def test_it_is_as_it_was_at_a_time_or_a_commit(
    core: Core, ann: Actor, library: RepoInfo, out: Path, told: Told, tmp_path: Path
) -> None:
    before = next(commits_of(core, library.id))
    remove(core, ann, library.id, "/a")
    repo = current(core, library.id)
    export_library(core, repo, str(out), told.report(), at=before.id)
    export_library(core, repo, str(tmp_path / "time"), told.report(), at=before.ctime)
    export_library(core, repo, str(tmp_path / "now"), told.report())
    assert "a" in files_in(out)
    assert "a" not in files_in(tmp_path / "now")
    for at in (before.ctime - 100_000, "f" * 40, "soon"):
        with pytest.raises((NotFound, BadRequest)):
            export_library(core, repo, str(tmp_path / "never"), told.report(), at=at)
    assert not (tmp_path / "never").exists()


def test_a_past_that_is_not_kept_is_not_there(core: Core, ann: Actor, library: RepoInfo, out: Path, told: Told) -> None:
    before = next(commits_of(core, library.id))
    remove(core, ann, library.id, "/a")
    ownership.update_repo(core, ann, library.id, history_days=0)
    with pytest.raises(NotFound):
        export_library(core, current(core, library.id), str(out), told.report(), at=before.id)


@pytest.mark.parametrize("version", [2, 4])
def test_an_encrypted_library_comes_out_in_the_clear(
    core: Core, ann: Actor, out: Path, told: Told, version: int
) -> None:
    repo = create_encrypted(core, ann, "Secret", "", "pass word", version)
    put(core, ann, repo.id, {"/big": BIG, "/small": b"s", "/empty": b""})
    with pytest.raises(LibraryLocked):
        export_library(core, repo, str(out), told.report())
    with pytest.raises(BadRequest):
        open_key(repo, "wrong")
    export_library(core, current(core, repo.id), str(out), told.report(), key=open_key(repo, "pass word"))
    assert files_in(out) == {"big": BIG, "small": b"s", "empty": b""}


def test_it_is_not_written_into_the_data_folder(core: Core, library: RepoInfo, told: Told) -> None:
    with pytest.raises(BadRequest):
        export_library(core, library, str(core.config.data / "out"), told.report())


def test_a_disk_that_is_not_there_is_told(core: Core, library: RepoInfo, told: Told, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="cannot be written"):
        export_library(core, library, str(tmp_path / "disk" / "out"), told.report())


def test_names_that_the_disk_refuses_are_changed_and_told(
    core: Core, ann: Actor, library: RepoInfo, out: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "probe", lambda _folder: FAT)
    put(
        core,
        ann,
        library.id,
        {"/A": b"A", "/a:b": b"1", "/a?b": b"2", "/end. .": b"3", "/nul.txt": b"4", "/x\x01": b"5"},
    )
    report = told.report()
    export_library(core, current(core, library.id), str(out), report)
    expected = {"A": b"A", "a (1)": b"a", "a_b": b"1", "a_b (1)": b"2", "end___": b"3", "_nul.txt": b"4", "x_": b"5"}
    assert {name: body for name, body in files_in(out).items() if name in expected} == expected
    assert report.renamed == len(told.lines) == 6
    assert f"renamed: /a:b is {out}/a_b" in told.lines
    again = told.report()
    export_library(core, current(core, library.id), str(out), again)
    assert (again.files, again.failed) == (0, 0)


def test_what_a_disk_can_hold_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    assert probe(str(tmp_path / "disk")) == NamingRules(is_narrow=False, folds_case=False)
    assert list((tmp_path / "disk").iterdir()) == []


def test_names_are_left_alone_where_all_will_do() -> None:
    names = FolderNames(NamingRules())
    assert [names.give(name) for name in ("a:b", "A", "a", "nul.")] == ["a:b", "A", "a", "nul."]


def test_a_library_is_found_by_name_or_id(core: Core, ann: Actor, library: RepoInfo) -> None:
    assert find_library(core, library.id).id == find_library(core, "Photos").id == library.id
    with pytest.raises(NotFound):
        find_library(core, "photos")
    assert ann.account_id is not None
    create_repo(core, ann.account_id, "Photos")
    with pytest.raises(BadRequest, match=library.id):
        find_library(core, "Photos")


def test_all_libraries_have_folders_of_their_own(core: Core, ann: Actor, library: RepoInfo) -> None:
    assert ann.account_id is not None
    create_repo(core, ann.account_id, "photos")
    create_repo(core, ann.account_id, "a/b")
    names = [name for _, name in all_libraries(core)]
    assert sorted(names) == sorted(["My Library", "Photos", "a_b", "photos (1)"])
