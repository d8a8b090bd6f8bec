"""Debian's unmodified rclone works with our libraries through its ``seafile`` backend."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from syncfile.core import crypto
from tests.compat.trees import fill, on_disk
from tests.conftest import Client
from tests.wire.daemon import Daemon

pytestmark = pytest.mark.compat

USER, PASSWORD = "ann", "correct horse"
PATIENCE_SECONDS = 600
LIBRARY_KEY = "only we two é"  # rclone cannot send one with &, + or %
#: rclone itself makes no more than ten calls a second, so a large tree takes several of them.
AT_ONCE = 12


@dataclass(frozen=True)
class Rclone:
    """rclone with its remotes: ``all`` has the libraries on its first level, ``work`` and ``secret`` are one each."""

    config: Path

    def __call__(self, *arguments: str | Path, stdin: bytes = b"", code: int = 0) -> str:
        """Run a command, and return what it printed; of one that is to fail with ``code``, the complaints."""
        done = subprocess.run(
            ["rclone", "--config", self.config, "--retries", "1", *arguments],
            input=stdin,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode == code, done.stderr.decode()
        return (done.stderr if code else done.stdout).decode()

    def read(self, *arguments: str) -> bytes:
        """Return what a command printed, byte by byte."""
        return subprocess.run(
            ["rclone", "--config", self.config, *arguments], capture_output=True, timeout=PATIENCE_SECONDS, check=True
        ).stdout

    def names(self, remote: str, *flags: str) -> list[str]:
        return sorted(self("lsf", remote, *flags).removesuffix("\n").split("\n"))


def obscured(password: str) -> str:
    done = subprocess.run(["rclone", "obscure", "-"], input=password.encode(), capture_output=True, check=True)
    return done.stdout.decode().strip()


def remote(name: str, port: int, **settings: str) -> str:
    """Return a section of rclone's configuration."""
    lines = {"type": "seafile", "url": f"http://127.0.0.1:{port}", "create_library": "true"} | settings
    return "\n".join([f"[{name}]", *(f"{key} = {value}" for key, value in lines.items()), ""])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A server with an account, and an encrypted library that is locked."""
    running = Daemon(tmp_path_factory.mktemp("server"))
    running.start()
    running.client.get("/v1/userRegister", query={"username": USER, "password": PASSWORD, "email": "ann@example.org"})
    repo_id = str(uuid.uuid4())
    keys = crypto.new_encryption(LIBRARY_KEY, repo_id, 2)
    form = {"name": "Secret", "repo_id": repo_id, "enc_version": 2, "magic": keys.magic, "random_key": keys.random_key}
    assert signed_in(running).post("/api2/repos/", form=form).status == 200
    yield running
    running.stop()


@pytest.fixture(scope="module")
def rclone(server: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Rclone:
    account = {"user": USER, "pass": obscured(PASSWORD)}
    config = tmp_path_factory.mktemp("rclone") / "rclone.conf"
    config.write_text(
        remote("all", server.port, **account)
        + remote("work", server.port, library="Work", **account)
        + remote("secret", server.port, library="Secret", library_key=obscured(LIBRARY_KEY), **account)
        + remote("wrong", server.port, library="Secret", library_key=obscured("wrong"), **account)
        + remote("stranger", server.port, user=USER, **{"pass": obscured("wrong")})
        # Many that start at once need not all sign in.
        + remote("many", server.port, user=USER, library="Large", auth_token=token_of(server), **{"2fa": "true"})
    )
    return Rclone(config)


@pytest.fixture
def work(rclone: Rclone) -> Iterator[str]:
    """A library with ``a/one.txt``, ``a/b/two.txt`` and ``top``."""
    for path, content in {"a/one.txt": b"one", "a/b/two.txt": b"two", "top": b"top"}.items():
        rclone("rcat", f"work:{path}", stdin=content)
    yield "work:"
    rclone("purge", "all:Work")


def token_of(server: Daemon) -> str:
    token: str = server.client.post("/api2/auth-token/", form={"username": USER, "password": PASSWORD}).json["token"]
    return token


def signed_in(server: Daemon) -> Client:
    return server.client.with_token(token_of(server))


def contents(folder: Path) -> dict[str, str | None]:
    """Return a tree without what rclone does not carry: the executable bits."""
    return {path: entry and entry[0] for path, entry in on_disk(folder).items()}


def parts(folder: Path) -> list[str]:
    """Return folders that have about as many files each."""
    found = [path for path in folder.iterdir() if path.is_dir() and path.name != "nested"]
    return sorted(str(path.relative_to(folder)) for path in [*found, *(folder / "nested").iterdir()])


def copy_tree(rclone: Rclone, folders: list[str], source: str, target: str) -> None:
    """Copy a tree with several rclone at once, and what is in its own first level with one."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        flags = ("--create-empty-src-dirs", "--transfers", "2")
        for done in [pool.submit(rclone, "copy", f"{source}{name}", f"{target}{name}", *flags) for name in folders]:
            done.result()
    rclone("copy", source, target, "--max-depth", "1")


def test_tree_of_2000_files_goes_up_and_comes_down_equal(rclone: Rclone, server: Daemon, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    fill(source, folders=int(os.environ.get("RCLONE_FOLDERS", "200")))
    rclone("mkdir", "many:")
    idle, folders = server.status("VmHWM"), parts(source)
    for way, (start, end) in {"up": (f"{source}/", "many:"), "down": ("many:", f"{target}/")}.items():
        used = server.cpu_seconds()
        copy_tree(rclone, folders, start, end)
        grown = (server.status("VmHWM") - idle) >> 10
        print(f"{way}: server {server.cpu_seconds() - used:.1f} CPU s, {grown} KiB above idle at most")
    assert contents(source) == contents(target)
    assert len(rclone.names("many:", "-R")) == len(contents(source))


def test_large_file_is_neither_kept_in_memory_nor_spooled(rclone: Rclone, server: Daemon, tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    with file.open("wb") as sink:
        for _ in range(200):
            sink.write(os.urandom(1 << 20))
    server.forget_peak()
    idle = server.status("VmRSS")
    rclone("copyto", file, "all:Big/large.bin")
    assert server.status("VmHWM") - idle < 12 << 20
    assert list(server.elsewhere.iterdir()) == []
    rclone("check", "--download", tmp_path, "all:Big")


def test_sync_makes_a_library_equal(rclone: Rclone, work: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_text("changed")
    (tmp_path / "中文 é.txt").write_text("new")
    rclone("sync", tmp_path, work)
    rclone("check", "--download", tmp_path, work)
    assert rclone.names(work, "-R") == ["a/", "a/one.txt", "中文 é.txt"]
    (tmp_path / "a" / "one.txt").write_text("CHANGED")  # of equal size: seen by its bytes alone
    assert "1 differences found" in rclone("check", "--download", tmp_path, work, code=1)


def test_part_of_a_file_is_read(rclone: Rclone) -> None:
    content = os.urandom(9_000_000)  # more than one block
    rclone("rcat", "all:Parts/part", stdin=content)
    read = rclone.read("cat", "--offset", "8388000", "--count", "2000", "all:Parts/part")
    assert read == content[8388000:8390000]


def test_file_is_renamed_in_its_folder(rclone: Rclone, work: str) -> None:
    rclone("moveto", "work:a/one.txt", "work:a/uno.txt")
    assert rclone.names("work:a", "--files-only") == ["uno.txt"]


def test_files_are_copied_and_moved_on_the_server(rclone: Rclone, work: str) -> None:
    rclone("copyto", "work:a/one.txt", "work:a/copy.txt")
    rclone("copyto", "work:a/one.txt", "work:top", "--ignore-times")  # takes the place of what is there
    rclone("moveto", "work:a/b/two.txt", "work:c/d/deux.txt")
    assert rclone("cat", "work:a/copy.txt") == rclone("cat", "work:top") == "one"
    assert rclone("cat", "work:c/d/deux.txt") == "two"
    assert "two.txt" not in rclone.names("work:a/b")


def test_folder_is_moved_on_the_server(rclone: Rclone, work: str) -> None:
    rclone("moveto", "work:a", "work:x/y/z")
    assert rclone.names("work:x", "-R") == ["y/", "y/z/", "y/z/b/", "y/z/b/two.txt", "y/z/one.txt"]
    assert "a/" not in rclone.names(work)


def test_files_go_from_library_to_library(rclone: Rclone, work: str) -> None:
    rclone("copy", "all:Work/a", "all:Other/a")
    rclone("move", "all:Work/a", "all:Third/c")
    assert rclone.names("all:Other", "-R") == ["a/", "a/b/", "a/b/two.txt", "a/one.txt"]
    assert rclone.names("all:Third", "-R", "--files-only") == ["c/b/two.txt", "c/one.txt"]
    rclone("purge", "all:Other")
    libraries = rclone.names("all:")
    assert "Third/" in libraries
    assert "Other/" not in libraries


def test_folder_that_is_gone_cannot_be_removed_again(rclone: Rclone, work: str) -> None:
    rclone("mkdir", "work:empty")
    rclone("mkdir", "work:empty")
    assert rclone.names(work) == ["a/", "empty/", "top"]
    rclone("rmdir", "work:empty")
    assert "directory not found" in rclone("rmdir", "work:empty", code=3)


def test_link_opens_for_anybody(rclone: Rclone, server: Daemon, work: str) -> None:
    url = rclone("link", "work:a/one.txt").strip()
    assert rclone("link", "work:a/one.txt").strip() == url
    path = "/" + url.split("/", 3)[3]
    assert server.client.get(path, query={"dl": 1}).body == b"one"
    assert "/d/" in rclone("link", "work:a")


def test_cleanup_empties_the_trash(rclone: Rclone, server: Daemon, work: str) -> None:
    client = signed_in(server)
    (repo_id,) = [repo["id"] for repo in client.get("/api2/repos/").json if repo["name"] == "Work"]
    rclone("deletefile", "work:top")
    assert client.get(f"/api/v2.1/repos/{repo_id}/trash/").json["data"]
    rclone("cleanup", work)
    assert client.get(f"/api/v2.1/repos/{repo_id}/trash/").json["data"] == []


def test_account_tells_its_quota(rclone: Rclone) -> None:
    assert "Total:   100 GiB" in rclone("about", "all:")


def test_encrypted_library_opens_with_its_key_alone(rclone: Rclone, tmp_path: Path) -> None:
    assert "incorrect password" in rclone("lsf", "wrong:", code=1)
    (tmp_path / "diary.txt").write_text("dear diary")
    (tmp_path / "large").write_bytes(os.urandom(9_000_000))
    rclone("copy", tmp_path, "secret:deep")
    rclone("check", "--download", tmp_path, "secret:deep")
    assert (
        rclone.read("cat", "--offset", "8388600", "--count", "20", "secret:deep/large")
        == ((tmp_path / "large").read_bytes()[8388600:8388620])
    )


def test_wrong_password_is_told(rclone: Rclone) -> None:
    assert "Unable to login with provided credentials" in rclone("lsf", "stranger:", code=1)


def test_starting_again_and_again_leaves_one_token(rclone: Rclone, server: Daemon) -> None:
    for _ in range(2):
        rclone("about", "all:")
    devices = signed_in(server).get("/v1/devices/").json
    names = [item["device_name"] for item in devices if item["kind"] == "login"]
    assert [name.partition("/")[0] for name in names].count("rclone") == 1
