"""What Debian's unmodified client says when it may not go on, and that it goes on by itself once it may."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from syncfile.core import users
from syncfile.core.access import Actor
from syncfile.core.ownership import delete_repo
from syncfile.core.shares import account_receiver, share_dir, share_repo, stop_share
from tests.compat.computer import wait_until
from tests.compat.seafile_world import World, world, write
from tests.compat.trees import on_disk
from tests.core.accounts import ROOT
from tests.core.content import put

pytestmark = pytest.mark.compat


@dataclass
class Troubled:
    """Libraries in sync on the first computer, each with its own trouble."""

    world: World
    full: str
    unwritable: str
    unshared: str
    deleted: str
    folder: str


def repos_of_bob(two: World) -> dict[str, str]:
    """Make libraries and share them with ann; return their ids by name."""
    made = {}
    for name in ("Unwritable", "Unshared"):
        made[name] = two.new_library(two.bob, name)
        put(two.core, two.bob, made[name], {"/from bob": b"1"})
        share_repo(two.core, two.bob, made[name], account_receiver(two.core, "ann"), "rw")
    parts = two.new_library(two.bob, "Parts")
    put(two.core, two.bob, parts, {"/Part": None, "/Part/inside": b"1", "/outside": b"2"})
    made["Part"] = share_dir(two.core, two.bob, parts, "/Part", account_receiver(two.core, "ann"), "rw").repo.id
    return made


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    """All libraries are in sync, then everything goes wrong at once."""
    with world(tmp_path_factory.mktemp("trouble")) as two:
        repos = repos_of_bob(two)
        for name in ("Full", "Deleted"):
            repos[name] = two.one.create(name)
            write(two.one.place(name) / "first", b"1")
        for name, repo_id in repos.items():
            two.one.sync(repo_id, name)
        for name, repo_id in repos.items():
            two.await_equal(repo_id, name, two.one)
        set_quota(two, two.ann, 1000)
        share_repo(two.core, two.bob, repos["Unwritable"], account_receiver(two.core, "ann"), "r")
        stop_share(two.core, two.bob, repos["Unshared"], "/", account_receiver(two.core, "ann"))
        delete_repo(two.core, two.ann, repos["Deleted"])
        for name in repos:
            write(two.one.place(name) / "second", b"2" * 2000)
        keys = ("Full", "Unwritable", "Unshared", "Deleted", "Part")
        yield Troubled(two, *(repos[key] for key in keys))


def set_quota(two: World, actor: Actor, total: int) -> None:
    assert actor.account_id is not None
    users.update_account(two.core, ROOT, actor.account_id, total=total)


def test_client_says_what_is_wrong(troubled: Troubled) -> None:
    two = troubled.world
    for name, error in (
        ("Full", "Storage quota full"),
        ("Unwritable", "Do not have write permission to the library"),
        ("Unshared", "Permission denied on server"),
    ):
        two.one.await_log(f"Repo '{name}' sync state transition from uploading to 'error': '{error}'")
    for repo_id in (troubled.full, troubled.unwritable, troubled.unshared):
        assert "/second" not in two.content(repo_id)


def test_client_goes_on_when_the_cause_is_gone(troubled: Troubled) -> None:
    two = troubled.world  # at once: after some refusals a client waits to be told by its user
    set_quota(two, two.ann, 0)
    for repo_id in (troubled.unwritable, troubled.unshared):
        share_repo(two.core, two.bob, repo_id, account_receiver(two.core, "ann"), "rw")
    for name, repo_id in (
        ("Full", troubled.full),
        ("Unwritable", troubled.unwritable),
        ("Unshared", troubled.unshared),
    ):
        assert "/second" in two.await_equal(repo_id, name, two.one)


def test_client_forgets_a_deleted_library_and_leaves_its_files(troubled: Troubled) -> None:
    two = troubled.world
    wait_until(lambda: "Deleted" not in two.one.states(), "the client keeps the library")
    assert set(on_disk(two.one.place("Deleted"))) == {"/first", "/second"}


def test_shared_folder_is_written_through_to_its_library(troubled: Troubled) -> None:
    two = troubled.world
    assert set(two.await_equal(troubled.folder, "Part", two.one)) == {"/inside", "/second"}
