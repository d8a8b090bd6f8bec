"""Commits, directories and file objects: which of them are garbage, and what those that are damaged or missing do."""

import os
import time
from dataclasses import replace

import pytest

from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.gc import Freed, collect
from syncfile.core.repos import create_repo, edit_repo
from syncfile.store import pages
from syncfile.store.objects import Commit, Dirent, File
from tests.core.aging import no_days, open_aging
from tests.core.content import apply, commits_of, ingest, put, snapshot_of
from tests.core.garbage import LARGE, body, keep_history, make_young, rows, stored
from tests.sync.check_store import problems

clock = pytest.fixture(no_days)
core = pytest.fixture(open_aging)


def test_old_commits_and_their_directories_stay_for_clients_that_base_on_them(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    names = {f"/d/{number:03}": b"x" for number in range(200)}  # in pages
    put(core, ann, library.id, {"/d": None, **names})
    put(core, ann, library.id, {"/d/050": body("y")})
    apply(core, ann, library.id, ("remove", "/d"))
    before = rows(core, "fs_object", library.id), rows(core, "commits", library.id)
    keep_history(core, ann, library.id, 0)
    for clock[0] in (2, 4):
        collect(core)
    assert stored(core, library.id) == set()
    assert (rows(core, "fs_object", library.id), rows(core, "commits", library.id)) == before
    for commit in commits_of(core, library.id):
        assert list(snapshot_of(core, commit).walk()) is not None


def test_objects_and_commits_that_a_broken_push_has_left_go_when_seen_again_after_the_grace_period(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    before = rows(core, "fs_object", library.id), rows(core, "commits", library.id)
    file_id = core.objects.save_file(library.id, File(("1" * 40,), 5))
    entries = {f"{number:03}": Dirent(f"{number:03}", file_id, 0o100644, 1, 5) for number in range(100)}
    directory = core.objects.open_dir(library.id, "0" * 40).edit(dict(entries))
    core.objects.save_dir(library.id, directory)
    pushed = replace(next(commits_of(core, library.id)), root_id=directory.id, description="pushed", id="")
    core.objects.save_commit(library.id, pushed)
    clock[0] = 2
    assert collect(core) == Freed()
    clock[0] = 4
    assert collect(core, dry_run=True) == Freed(objects=2 + len(directory.pages), commits=1)
    assert collect(core) == Freed(objects=2 + len(directory.pages), commits=1)
    assert (rows(core, "fs_object", library.id), rows(core, "commits", library.id)) == before


def test_objects_wait_while_blocks_arrive_that_nothing_names(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    core.objects.save_file(library.id, File(("1" * 40,), 5))
    clock[0] = 2
    assert collect(core) == Freed()
    clock[0] = 4
    small = ingest(core, ann, library.id, body("y")).file
    path = next(core.blocks.spans(library.id, small)).path
    assert path
    os.utime(path, (core.clock(),) * 2)
    assert collect(core) == Freed()
    clock[0] = 6
    assert collect(core) == Freed(blocks=1, block_bytes=LARGE, objects=1)


def test_objects_go_while_people_work(core: Core, ann: Actor, library: RepoInfo, clock: list[float]) -> None:
    core.objects.save_file(library.id, File(("1" * 40,), 5))
    for clock[0], freed in ((2, 0), (4, 1)):
        file = ingest(core, ann, library.id, body("y"))
        make_young(core, library, file)
        with edit_repo(core, ann, library.id) as edit:
            edit.put_file(f"/{clock[0]}", file)
        assert collect(core) == Freed(objects=freed)


@pytest.mark.parametrize("finds", ["asked for", "saved", "copied"])
def test_objects_that_somebody_found_are_spared(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float], monkeypatch: pytest.MonkeyPatch, finds: str
) -> None:
    assert ann.account_id is not None
    other = create_repo(core, ann.account_id, "Other")
    entries = {f"{number:03}": Dirent(f"{number:03}", "1" * 40, 0o100644, 1, 5) for number in range(100)}
    for repo in (library, other):
        directory = core.objects.open_dir(repo.id, "0" * 40).edit(dict(entries))
        core.objects.save_dir(repo.id, directory)
    count = 1 + len(directory.pages)
    assert count > 2
    clock[0] = 2
    assert collect(core, library.id) == Freed()
    clock[0] = 4
    now = core.clock()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now)
        if finds == "asked for":
            assert core.objects.touch(library.id, [directory.id, "2" * 40]) == {directory.id}
        elif finds == "saved":
            core.objects.save_dir(library.id, directory)
        else:
            core.objects.copy_object(other.id, library.id, directory.id)
    for clock[0], freed in ((4.5, 0), (6, count)):
        assert collect(core, library.id, dry_run=True).objects == freed
        assert collect(core, library.id) == Freed(objects=freed)


def test_objects_of_a_time_that_is_still_to_come_do_not_stay_until_then(
    core: Core, library: RepoInfo, clock: list[float]
) -> None:
    core.objects.save_file(library.id, File(("1" * 40,), 5))
    with core.db.transaction():
        core.db.rows("UPDATE fs_object SET touched_at = ?", core.now() + 900 * 86400)
    for clock[0], freed in ((2, 0), (4, 1)):
        assert collect(core) == Freed(objects=freed)


def test_from_a_damaged_library_nothing_is_removed(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a": body("a")})
    ingest(core, ann, library.id, body("x"))
    entry = snapshot_of(core, next(commits_of(core, library.id))).get("/d")
    with core.db.transaction():
        core.db.rows("DELETE FROM fs_object WHERE repo_id = ? AND id = ?", library.id, entry.id)
    clock[0] = 2
    assert collect(core) == Freed(damaged=1)
    assert len(stored(core, library.id)) == 2


def test_a_large_folder_whose_list_lacks_a_page_is_damage(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/d": None, **{f"/d/{number:03}": body("a", number) for number in range(300)}})
    dir_id = snapshot_of(core, next(commits_of(core, library.id))).get("/d").id
    listed = pages.pack(core.objects.open_dir(library.id, dir_id).pages[:-1])
    with core.db.transaction():
        core.db.rows("UPDATE fs_object SET body = ? WHERE repo_id = ? AND id = ?", listed, library.id, dir_id)
    clock[0] = 2
    before = stored(core, library.id)
    assert collect(core) == Freed(damaged=1)
    assert stored(core, library.id) == before


def test_where_old_folders_are_missing_no_objects_are_removed(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a": body("a")})
    entry = snapshot_of(core, next(commits_of(core, library.id))).get("/d")
    apply(core, ann, library.id, ("remove", "/d"))
    keep_history(core, ann, library.id, 0)
    with core.db.transaction():
        core.db.rows("DELETE FROM fs_object WHERE repo_id = ? AND id = ?", library.id, entry.id)
    before = rows(core, "fs_object", library.id)
    clock[0] = 2
    assert collect(core) == Freed(blocks=1, block_bytes=LARGE)
    clock[0] = 4
    assert collect(core) == Freed()
    assert rows(core, "fs_object", library.id) == before


def test_a_block_with_the_bytes_of_a_directory_hides_nothing(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/d": None, "/d/a": body("a")})
    entry = snapshot_of(core, next(commits_of(core, library.id))).get("/d")
    text = b"".join(core.objects.open_dir(library.id, entry.id).wire())
    put(core, ann, library.id, {"/0": text, "/e": None, "/e/a": body("a")})
    assert entry.id in stored(core, library.id)
    clock[0] = 2
    assert collect(core) == Freed()
    assert problems(core) == []


def test_commits_of_which_nothing_is_left_keep_nothing_and_hinder_nothing(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    put(core, ann, library.id, {"/a": body("b")})
    keep_history(core, ann, library.id, 0)
    head, second, first = commits_of(core, library.id)
    assert isinstance(head, Commit)
    with core.db.transaction():
        core.db.rows("DELETE FROM commits WHERE repo_id = ? AND id = ?", library.id, first.id)
    clock[0] = 2
    assert collect(core).blocks == 1
    assert second.id != head.id
