"""What a running server has in memory: what it does not need is not loaded."""

import signal
from pathlib import Path

import pytest

from tests.daemon import Daemon, daemon

MAX_IDLE_KIB = 32 * 1024

#: Starts the server as ``server.py`` does, and prints all its modules at the end.
RUNNER = """
import sys
sys.path.insert(0, ".")
import server
code = server.main()
print(*sorted(sys.modules))
sys.exit(code)
"""

UNWANTED = {
    "asyncio",
    "bottle",
    "concurrent",
    "cryptography",
    "difflib",
    "distutils",
    "doctest",
    "email",
    "ensurepip",
    "html",
    "http.client",
    "idlelib",
    "lib2to3",
    "multiprocessing",
    "optparse",
    "pdb",
    "pickle",
    "pip",
    "pkg_resources",
    "pydoc",
    "setuptools",
    "smtplib",
    "sqlite3.dump",
    "ssl",
    "tkinter",
    "unittest",
    "urllib.request",
    "wsgiref.simple_server",
    "xml",
    "zipfile",
}


def use(running: Daemon) -> None:
    """Make a few requests of different kinds."""
    for _ in range(5):
        assert running.client.get("/v1/nothing/").status == 404
        assert running.client.get("/v1/isAuthAlive?authid=none").status == 200
        assert running.client.post("/v1/getAuthID", form={"username": "admin", "password": "x"}).status == 200


def idle_kib(running: Daemon) -> int:
    lines = Path(f"/proc/{running.process.pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:")))


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules of a server that has served for a while."""
    with daemon(tmp_path_factory.mktemp("server") / "data", command=("-c", RUNNER)) as running:
        use(running)
        running.signal(signal.SIGTERM)
        running.wait()
        assert running.process.stdout is not None
        return set(running.process.stdout.read().split())


@pytest.mark.parametrize("name", sorted(UNWANTED))
def test_server_does_not_load_what_it_does_not_need(modules: set[str], name: str) -> None:
    assert "syncfile.app" in modules
    assert [module for module in modules if module == name or module.startswith(f"{name}.")] == []


def test_idle_server_stays_within_its_memory(tmp_path: Path) -> None:
    with daemon(tmp_path / "data", variables={}) as running:  # makes the store, which takes memory of its own
        running.signal(signal.SIGTERM)
        assert running.wait() == 0
    with daemon(tmp_path / "data") as running:
        use(running)
        assert idle_kib(running) <= MAX_IDLE_KIB
