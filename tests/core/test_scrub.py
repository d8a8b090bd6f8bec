"""The scrub finds rot, tells of it once, wakes no disk, and goes on where it was."""

import errno
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from syncfile.config import Config
from syncfile.core import scrub
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.notifications import list_notifications
from syncfile.core.repos import create_repo
from syncfile.core.scrub import Scrub, progress
from syncfile.errors import StoreUnavailable
from tests.core.accounts import actor_of, add
from tests.core.aging import DAY, no_days, open_aging
from tests.core.content import apply, ingest, put
from tests.core.garbage import LARGE, body
from tests.core.rot import rot, use

clock = pytest.fixture(no_days)


@pytest.fixture
def core(config: Config, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    monkeypatch.setattr(scrub, "is_machine_busy", lambda: False)
    yield from open_aging(config, clock)


@pytest.fixture
def admin(core: Core) -> Actor:
    account = add(core, "admin")
    with core.db.transaction():
        core.db.rows("UPDATE account SET is_staff = ? WHERE id = ?", True, account.id)
    return Actor(account.id, "admin", is_staff=True)


def run(core: Core, steps: int = 50) -> int:
    """Scrub as the jobs' thread does, beside a disk that is in use; return how many were bad."""
    chore, bad = Scrub(core), 0
    for _ in range(steps):
        use(core)
        bad += chore.step(core)
    return bad


def test_a_whole_store_is_read_once_and_again_when_it_is_time(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a"), "/small": b"x"})
    assert run(core) == 0
    first = progress(core)
    assert (first.blocks, first.bytes, first.is_running, first.found) == (2, LARGE + 1, False, [])
    clock[0] = 29
    run(core)
    assert progress(core) == first
    clock[0] = 30
    run(core)
    assert progress(core).finished_at >= first.finished_at + 30 * DAY


@pytest.mark.parametrize("content", [body("r"), b"small"])
def test_rot_is_told_to_administrators_once_with_library_and_path(
    core: Core, ann: Actor, admin: Actor, library: RepoInfo, clock: list[float], content: bytes
) -> None:
    put(core, ann, library.id, {"/d": None, "/d/photo": content, "/other": body("o")})
    block_id = rot(core, library.id, content, ann)
    assert run(core) == 1
    (finding,) = progress(core).found
    assert (finding.repo_id, finding.library, finding.path) == (library.id, library.name, "/d/photo")
    clock[0] = 31
    assert run(core) == 0
    (told,) = list_notifications(core, admin)
    assert (told.kind, told.sender) == ("scrub_found", "SyncFile")
    facts = {"repo_id": library.id, "name": library.name, "path": "/d/photo", "block_id": block_id}
    assert told.facts == facts
    assert list_notifications(core, ann) == []
    assert progress(core).found[0].found_at > finding.found_at


def test_what_was_mended_is_forgotten_with_the_next_pass(
    core: Core, ann: Actor, library: RepoInfo, clock: list[float]
) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    block_id = rot(core, library.id, body("a"), ann)
    run(core)
    assert [finding.block_id for finding in progress(core).found] == [block_id]
    with core.db.transaction():
        core.blocks.delete(library.id, block_id)
    ingest(core, ann, library.id, body("a"))
    clock[0] = 31
    run(core)
    assert progress(core).found == []


def test_rot_of_an_older_state_has_no_path(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    apply(core, ann, library.id, ("remove", "/a"))
    rot(core, library.id, body("a"), ann)
    assert run(core) == 1
    assert progress(core).found[0].path == ""


def test_a_block_that_cannot_be_read_is_rot(
    core: Core, ann: Actor, library: RepoInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(core, ann, library.id, {"/a": body("a")})

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(core.blocks._backend, "open", fail)
    assert run(core) == 1


def test_a_disk_that_is_gone_is_no_rot(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    core.config.data.rename(core.config.data.with_name("away"))
    with pytest.raises(StoreUnavailable):
        run(core)
    core.config.data.with_name("away").rename(core.config.data)
    assert progress(core).found == []


def test_a_disk_that_nobody_uses_is_not_woken(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    chore = Scrub(core)
    core.blocks.read_at = core.db.written_at = time.monotonic() - scrub.AWAKE_SECONDS
    assert [chore.step(core) for _ in range(5)] == [0] * 5
    assert progress(core).began_at == 0


def test_what_the_scrub_does_itself_does_not_keep_the_disk_awake(
    core: Core, ann: Actor, library: RepoInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub, "SAVE_SECONDS", 0)
    monkeypatch.setattr(scrub, "STEP_BYTES", 1)
    put(core, ann, library.id, {f"/{number}": body("a", LARGE + number) for number in range(20)})
    chore = Scrub(core)
    use(core)
    for _ in range(5):
        chore.step(core)
    monkeypatch.setattr(core.blocks, "read_at", time.monotonic() - scrub.AWAKE_SECONDS)
    before = progress(core).blocks
    for _ in range(20):
        chore.step(core)
    assert progress(core).blocks == before < 20


def test_it_waits_while_the_house_is_busy(
    core: Core, ann: Actor, library: RepoInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    monkeypatch.setattr(scrub, "is_machine_busy", lambda: True)
    run(core)
    assert progress(core).began_at == 0


def test_it_reads_a_little_at_a_time_and_goes_on_after_a_restart(
    core: Core, ann: Actor, library: RepoInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ann.account_id is not None
    other = create_repo(core, ann.account_id, "Other")
    monkeypatch.setattr(scrub, "STEP_BYTES", LARGE)
    monkeypatch.setattr(scrub, "SAVE_SECONDS", 0)
    for repo in (library, other):
        put(core, ann, repo.id, {f"/{number}": body("a", LARGE + number) for number in range(10)})
    run(core, 6)
    half = progress(core)
    assert half.is_running
    assert 1 <= half.blocks <= 6
    run(core)
    whole = progress(core)
    assert (whole.began_at, whole.is_running, whole.blocks) == (half.began_at, False, 20)


def test_it_can_be_turned_off(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    run(replace(core, config=replace(core.config, scrub_days=0)))
    assert progress(core).began_at == 0


def test_a_long_list_of_rot_ends(
    core: Core, ann: Actor, admin: Actor, library: RepoInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub, "MAX_FINDINGS", 3)
    for letter in "abcde":
        put(core, ann, library.id, {f"/{letter}": body(letter)})
        rot(core, library.id, body(letter), ann)
    assert run(core) == 3
    assert len(list_notifications(core, admin)) == 3


def test_an_inactive_administrator_hears_nothing(core: Core, ann: Actor, admin: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": body("a")})
    rot(core, library.id, body("a"), ann)
    with core.db.transaction():
        core.db.rows("UPDATE account SET is_active = ? WHERE id = ?", False, admin.account_id)
    assert run(core) == 1
    assert list_notifications(core, admin) == []
    assert list_notifications(core, actor_of(add(core, "new"))) == []
