"""Every fault that is planted is found where it is, and what can be repaired is, with no good version lost."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.config import Config
from syncfile.core import moves, ownership
from syncfile.core.core import Core
from syncfile.core.fsck import check
from syncfile.core.fsck_repair import Repaired, repair
from syncfile.core.gc_reach import DAMAGE
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo
from syncfile.errors import NotFound, SyncFileError
from syncfile.store.objects import Dirent
from tests.core.content import commits_of, content_of, put, read, snapshot_of
from tests.core.faults import FAULTS, LARGE, World, at_block, build, flip, upload, virtual


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A data folder to copy, and who is in it."""
    config = Config(data=tmp_path_factory.mktemp("template") / "data")
    core = open_core(config)
    world = build(core)
    close_core(core)
    return config.data, world


@pytest.fixture
def core(config: Config, template: tuple[Path, World]) -> Iterator[Core]:
    """A core that is alone in a copy of it."""
    shutil.copytree(template[0], config.data)
    opened = open_core(config)
    yield opened
    close_core(opened)


@pytest.fixture
def world(core: Core, template: tuple[Path, World]) -> World:
    return replace(template[1], core=core)


def test_what_is_whole_is_clean(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    virtual(world)
    moves.move(world.core, world.ann, world.repo_id, {"/s": "/t/s", "/large": "/d/large"}, world.repo_id)
    assert main(["fsck", "--deep", "--data", str(world.core.config.data)]) == 0
    assert capsys.readouterr().out == "clean\n"


@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault_is_found_with_its_path_and_library(
    world: World, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plant, kind, path = FAULTS[name]
    plant(world)
    reader = open_core(world.core.config, alone=False)
    try:
        found = [(finding.kind, finding.path) for finding in check(reader, deep=True)]
    finally:
        close_core(reader)
    assert (kind, path) in found or (not path and kind in {each for each, _ in found}), found
    assert main(["fsck", "--deep", "--data", str(world.core.config.data)]) == 1
    printed = capsys.readouterr().out
    assert f" {path or ''}" in printed
    assert printed.splitlines()[-1].endswith(" found")


def test_there_are_forty_faults_and_more() -> None:
    assert len(FAULTS) >= 40


def test_blocks_of_history_that_is_not_kept_any_more_may_be_gone(world: World) -> None:
    (old,) = [core_file.block_ids[0] for core_file in [world.core.objects.get_file(world.repo_id, old_entry(world).id)]]
    world.core.blocks.delete(world.repo_id, old)
    assert [(f.kind, f.path, f.id) for f in check(world.core)] == [("block", "/old", old)]
    ownership.update_repo(world.core, world.ann, world.repo_id, history_days=0)
    assert list(check(world.core, deep=True)) == []


def old_entry(world: World) -> Dirent:
    return snapshot_of(world.core, list(commits_of(world.core, world.repo_id))[1]).get("/old")


def test_a_damaged_block_of_an_unfinished_upload_is_found(world: World) -> None:
    upload(world)
    world.sql("INSERT INTO small_block VALUES (?, ?, ?, 1)", world.repo_id, "1" * 40, b"other bytes")
    assert list(check(world.core)) == []
    (found,) = check(world.core, deep=True)
    assert (found.kind, found.path, found.id) == ("block", "/up", "1" * 40)


def test_one_library_is_checked_by_name(world: World) -> None:
    world.set_repo("size", 7)
    (other_id,) = world.core.db.row("SELECT id FROM repo WHERE id <> ?", world.repo_id)
    assert list(check(world.core, other_id)) == []
    assert [finding.kind for finding in check(world.core, world.repo_id)] == ["count"]


def test_an_unknown_library_is_told(core: Core) -> None:
    with pytest.raises(NotFound):
        list(check(core, "x"))


@pytest.mark.parametrize("name", FAULTS)
def test_repair_loses_no_good_version(world: World, name: str) -> None:
    before = content_of(world.core, world.ann, world.repo_id)
    plant, _, _ = FAULTS[name]
    plant(world)
    result = repair(world.core, deep=True)
    assert result.found
    assert (Path(result.folder) / "report.txt").read_text("utf-8").splitlines() == list(result.lines())
    for path, body in before.items():
        try:
            now = read(world.core, world.ann, world.repo_id, path) if body is not None else None
        except (SyncFileError, *DAMAGE):  # what cannot be repaired stays told
            assert result.left, path
            continue
        assert now == body, path


REPAIRABLE = [name for name, (_, kind, _) in FAULTS.items() if kind in {"index", "count", "changes"}]


@pytest.mark.parametrize("name", REPAIRABLE)
def test_derived_tables_are_filled_again(world: World, name: str) -> None:
    FAULTS[name][0](world)
    result = repair(world.core)
    assert result.left == []
    assert list(check(world.core, deep=True)) == []


BORROWABLE = [
    name
    for name, (_, kind, path) in FAULTS.items()
    if kind in {"block", "file", "directory"}
    and path in {"/large", "/small", "/d", "/s", "/s/x"}
    and " is a " not in name
]


@pytest.mark.parametrize("name", BORROWABLE)
def test_what_another_library_has_is_taken_from_there(world: World, name: str) -> None:
    other = create_repo(world.core, world.ann.account_id or 0, "Other")
    moves.copy(
        world.core, world.ann, world.repo_id, {path: path for path in ("/d", "/s", "/large", "/small")}, other.id
    )
    unlink_copies(world)
    before = content_of(world.core, world.ann, world.repo_id)
    FAULTS[name][0](world)
    result = repair(world.core, deep=True)
    assert result.left == []
    assert content_of(world.core, world.ann, world.repo_id) == before
    assert any("was taken from" in text for text in result.done)


def unlink_copies(world: World) -> None:
    """Give each library a file of its own where a block is one file for both: rot of a shared one is in both."""
    for file in (world.core.config.data / "blocks" / world.repo_id).rglob("*"):
        if file.is_file():
            body = file.read_bytes()
            file.unlink()
            file.write_bytes(body)


def test_a_broken_file_becomes_its_newest_whole_version_and_stays_in_the_history(world: World) -> None:
    put(world.core, world.ann, world.repo_id, {"/old": LARGE + b"newest"})
    broken = world.id_of("/old")
    at_block("/old", flip)(world)
    result = repair(world.core, deep=True)
    assert read(world.core, world.ann, world.repo_id, "/old") == b"new"
    assert [finding.commit_id for finding in result.left] == [world.commit_id(1)]
    assert snapshot_of(world.core, list(commits_of(world.core, world.repo_id))[1]).get("/old").id == broken
    (aside,) = [path for path in Path(result.folder).rglob("block-*")]
    assert aside.read_bytes() == flip(LARGE + b"newest")
    assert content_of(world.core, world.ann, world.repo_id)["/large"] == LARGE


def test_a_store_that_is_whole_is_left_alone(world: World) -> None:
    assert repair(world.core, deep=True) == Repaired()
    assert "lost+found" not in os.listdir(world.core.folder.path)
