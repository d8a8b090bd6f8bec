"""Two computers with Debian's unmodified client keep one library of 2,000 files, and an encrypted one, in sync."""

import shutil
import time
from collections.abc import Iterator

import pytest

from syncfile.core import encrypted, files
from syncfile.core.repos import edit_repo
from tests.compat.computer import wait_until
from tests.compat.seafile_world import World, world, write
from tests.compat.trees import fill, on_disk
from tests.core.content import apply, assert_consistent, put
from tests.sync.check_store import problems

SECRET = "only we two know"
FROM_SERVER = b"encrypted there\n" * 99

pytestmark = pytest.mark.compat


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("sync")) as running:
        yield running


@pytest.fixture(scope="module")
def large(two: World) -> str:
    """A library of 2,000 files that the first computer pushed and the second cloned."""
    repo_id = two.one.create("Large")
    fill(two.one.place("Large"))
    for computer, verb in ((two.one, "push"), (two.two, "clone")):
        began, used = time.monotonic(), two.daemon.cpu_seconds()
        computer.sync(repo_id, "Large")
        two.await_equal(repo_id, "Large", computer)
        seconds, used = time.monotonic() - began, two.daemon.cpu_seconds() - used
        print(f"{verb}: {seconds:.1f} s, server {used:.2f} CPU s, {two.daemon.status('VmHWM') >> 10} KiB at most")
    return repo_id


@pytest.fixture(scope="module")
def secret(two: World) -> str:
    """An encrypted library made by the first computer, with one file in it."""
    repo_id = two.one.create("Secret", SECRET)
    write(two.one.place("Secret") / "diary.txt", b"dear diary\n" * 1000)
    two.one.sync(repo_id, "Secret", SECRET)
    return repo_id


def test_large_library_is_pushed_and_cloned(two: World, large: str, secret: str) -> None:
    content = two.await_equal(large, "Large", two.one, two.two)
    assert len([entry for entry in content.values() if entry]) == 2002
    assert len([entry for entry in content.values() if entry is None]) > 200
    assert_consistent(two.core, large)
    assert problems(two.core) == []


def test_encrypted_library_is_cloned_with_its_password_alone(two: World, secret: str) -> None:
    with pytest.raises(AssertionError, match="Incorrect password"):
        two.two.sync(secret, "Secret", "guessed")
    two.two.sync(secret, "Secret", SECRET)
    theirs = two.two.place("Secret")
    wait_until(lambda: (theirs / "diary.txt").exists() and two.two.is_synchronized("Secret"), "it is not cloned")
    assert on_disk(theirs) == on_disk(two.one.place("Secret"))
    (stored,) = two.content(secret).values()
    assert stored not in on_disk(theirs).values()
    encrypted.unlock(two.core, two.ann, secret, SECRET)
    plain = files.open_file(two.core, two.ann, secret, "/diary.txt").iter_bytes()
    assert b"".join(plain) == b"dear diary\n" * 1000
    put(two.core, two.ann, secret, {"/from the server.txt": FROM_SERVER})


def test_changes_on_both_sides_and_on_the_server_meet(two: World, large: str) -> None:
    one, other = two.one.place("Large"), two.two.place("Large")
    write(one / "folder 20" / "new on the first.txt", b"1", executable=True)
    write(one / "two blocks.bin", b"one block now")
    (one / "folder 22").rename(one / "renamed 文件夹")
    shutil.rmtree(one / "folder 23")
    (one / "large.bin").unlink()
    write(other / "folder 25" / "new on the second.txt", b"2")
    shutil.rmtree(other / "folder 26")
    write(other / "folder 26", b"a file in the place of a folder")
    next((other / "folder 28").iterdir()).chmod(0o755)
    put(two.core, two.ann, large, {"/folder 29/new on the server.txt": b"3", "/made on the server": None})
    apply(two.core, two.ann, large, ("move", "/folder 31", "/folder 32/moved on the server"))
    with edit_repo(two.core, two.ann, large) as edit:
        edit.remove("/folder 34")
    expected = {
        "/folder 20/new on the first.txt",
        "/renamed 文件夹",
        "/folder 25/new on the second.txt",
        "/folder 26",
        "/folder 29/new on the server.txt",
        "/folder 32/moved on the server",
        "/made on the server",
    }
    gone = {"/folder 22", "/folder 23", "/large.bin", "/folder 31", "/folder 34"}
    wait_until(lambda: expected <= two.content(large).keys(), "the changes do not arrive")
    content = two.await_equal(large, "Large", two.one, two.two)
    assert expected <= content.keys()
    assert not gone & content.keys()
    assert content["/folder 26"] is not None
    assert_consistent(two.core, large)


def test_edits_of_one_file_on_two_computers_without_a_network_leave_both_versions(two: World, large: str) -> None:
    for computer in (two.one, two.two):
        computer.stop()
        write(computer.place("Large") / "folder 35" / "plan.txt", computer.folder.name.encode())
    for computer in (two.one, two.two):
        computer.start()
    wait_until(lambda: sum("plan" in path for path in two.content(large)) == 2, "there is no second version")
    content = two.await_equal(large, "Large", two.one, two.two)
    plans = [path for path in content if "plan" in path]
    assert sorted("SFConflict" in path for path in plans) == [False, True]
    assert {(two.one.place("Large") / path[1:]).read_bytes() for path in plans} == {b"one", b"two"}
    assert_consistent(two.core, large)
    assert problems(two.core) == []


def test_file_that_the_server_encrypted_is_read_on_both_computers(two: World, secret: str) -> None:
    for computer in (two.one, two.two):  # it had the time of the tests before to arrive
        file = computer.place("Secret") / "from the server.txt"
        wait_until(file.exists, "it does not arrive")
        assert file.read_bytes() == FROM_SERVER
