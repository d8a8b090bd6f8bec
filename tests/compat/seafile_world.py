"""A server and two computers with Seafile's own clients, for one module of tests."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from syncfile.config import Config
from syncfile.core import users
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.opening import open_core
from syncfile.core.ownership import add_repo
from tests.compat.computer import Computer, wait_until
from tests.compat.trees import Content, on_disk, on_server
from tests.core.accounts import ROOT, actor_of
from tests.wire.daemon import Daemon

PASSWORD = "correct horse battery"


@dataclass
class World:
    """Two computers of one person, the server, and its store, read and changed beside it by this process."""

    daemon: Daemon
    core: Core
    ann: Actor
    bob: Actor
    one: Computer
    two: Computer

    def new_library(self, actor: Actor, name: str) -> str:
        return add_repo(self.core, actor, name).id

    def content(self, repo_id: str) -> Content:
        return on_server(self.core, repo_id)

    def await_equal(self, repo_id: str, name: str, *computers: Computer) -> Content:
        """Wait until the folders of a library are equal to it and their clients say so; return what is in them."""

        def is_equal() -> bool:
            if not all(computer.is_synchronized(name) for computer in computers):
                return False
            content = self.content(repo_id)
            return all(on_disk(computer.place(name)) == content for computer in computers)

        wait_until(is_equal, f"{name} does not become equal: {[computer.states() for computer in computers]}")
        return self.content(repo_id)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Run a server with two accounts, and two computers."""
    with ExitStack() as stack:
        # The port is always the same one, so that the clients find a server that was started again.
        daemon = Daemon(folder / "server", port=free_port(), log_level="info")
        daemon.start()
        stack.callback(daemon.close)
        core = open_core(Config(data=daemon.data), alone=False)
        stack.callback(core.db.close_all)
        ann, bob = (
            actor_of(users.register(core, ROOT, name, f"{name}@example.org", PASSWORD)) for name in ("ann", "bob")
        )
        computers = []
        for name in ("one", "two"):
            computer = Computer(folder / name, f"http://127.0.0.1:{daemon.port}", "ann", PASSWORD)
            stack.callback(computer.stop)
            computer.start()
            computers.append(computer)
        yield World(daemon, core, ann, bob, *computers)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def write(file: Path, content: bytes, *, executable: bool = False) -> None:
    """Put a file in place at once, as an editor saves."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}~")  # clients leave such names alone
    draft.write_bytes(content)
    draft.chmod(0o755 if executable else 0o644)
    os.replace(draft, file)
