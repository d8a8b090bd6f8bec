"""A data folder with people, and a server over it of which every operation on the disk is recorded."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from syncfile.config import Config
from syncfile.core import ownership, users
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo
from syncfile.core.tokens import issue
from tests.conftest import Client
from tests.core.content import put
from tests.crash import spy
from tests.crash.disk import State, read_state
from tests.crash.household import Known, Somebody, Tree
from tests.crash.recording import Marker, Op, read_log
from tests.wire.daemon import Daemon

OPERATOR = Actor(None, "", is_staff=True)
PASSWORD = "a-password-nobody-logs"
DATA = "srv/data"
#: Folders beside it, and the names of who knows what is there.
BACKUP, RESTORED = "backup", "restored"
#: The name of who knows what a damaged store has to be after its repair, and that of the library of what is damaged.
REPAIRED, DAMAGED = "repaired", "damaged"

_RUNNER = Path(__file__).with_name("runner.py")
_COMMAND_SECONDS = 60


@dataclass(frozen=True)
class Recording:
    """What happened.

    Attributes:
        before: What was on the disk.
        inodes: Of that.
        after: What was on it in the end.
        known: By person, what there was to know after each change.
        headers: By person, what says who asks.
    """

    name: str
    before: State
    inodes: dict[str, int]
    ops: list[Op]
    after: State
    known: dict[str, list[Known]]
    headers: dict[str, dict[str, str]]


class _RecordedDaemon(Daemon):
    mistake = "nothing"

    def _command(self) -> list[str]:
        python, _, *flags = super()._command()
        return [python, str(_RUNNER), self.mistake, "serve", *flags]


@dataclass
class Scene:
    """Where a workload takes place.

    Attributes:
        disk: What is recorded; ``data`` in it is the data folder.
        faults: For a server whose disk can fail.
    """

    folder: Path
    mistake: str = "nothing"
    faults: spy.Faults | None = None
    random: Random = field(default_factory=lambda: Random(1))
    people: list[Somebody] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)  # of the sync clients, by library
    _daemon: Daemon | None = None

    def __post_init__(self) -> None:
        self.disk = Path(os.path.realpath(self.folder), "disk")
        self.disk.mkdir()
        self.log = self.folder / "operations"
        self.marker = Marker(self.log)

    @property
    def data(self) -> Path:
        return self.disk / DATA

    @property
    def daemon(self) -> Daemon:
        assert self._daemon is not None
        return self._daemon

    def prepare(self, name: str, libraries: dict[str, Tree], *, history_days: int = -1) -> tuple[Somebody, list[str]]:
        """Make an account and its libraries; return who that is, and the ids."""
        with self.open_core() as core:
            account = users.register(core, OPERATOR, name, f"{name}@example.org", PASSWORD)
            actor = Actor(account.id, account.username)
            trees: dict[str, Tree] = {}
            for library, tree in libraries.items():
                repo = create_repo(core, account.id, library)
                put(core, actor, repo.id, tree)
                ownership.update_repo(core, actor, repo.id, history_days=history_days)
                trees[repo.id] = dict(tree)
                self.tokens[repo.id] = issue(core, "sync", account.id, lifetime=None, repo_id=repo.id)
            token = issue(core, "login", account.id, lifetime=None)
        self.people.append(Somebody(name, Client(0).with_token(token), self.marker, Known(trees)))
        return self.people[-1], list(trees)

    def newcomer(self, name: str) -> Somebody:
        """Return somebody who has nothing yet."""
        self.people.append(Somebody(name, Client(0), self.marker, Known()))
        return self.people[-1]

    @contextmanager
    def open_core(self) -> Iterator[Core]:
        """Open the data folder in this process, where nothing is recorded."""
        core = open_core(Config(data=self.data))
        try:
            yield core
        finally:
            close_core(core)

    def begin(self) -> None:
        """From here on, the disk is recorded."""
        if self.mistake == "without_shared_memory" and (self.data / "syncfile.db").exists():
            with closing(sqlite3.connect(self.data / "syncfile.db")) as database:
                database.execute("PRAGMA journal_mode = TRUNCATE").fetchall()
        self.before, self.inodes = read_state(self.disk)

    def start(self, **settings: Any) -> None:
        """Start the server, or start it again, and tell everybody where it is."""
        if self._daemon is None or settings:
            variables = spy.environment(self.disk, log=self.log, faults=self.faults.path if self.faults else None)
            variables["SYNCFILE_ADMIN_PASSWORD"] = PASSWORD
            prefix = ["env", *(f"{name}={value}" for name, value in variables.items())]
            folder = self.folder / f"server-{self.random.getrandbits(32):x}"
            daemon = _RecordedDaemon(folder, prefix=prefix, data=self.data, **settings)
            daemon.mistake = self.mistake
            self._daemon = daemon
        self.daemon.start()
        for each in self.people:
            each.client = Client(self.daemon.port, each.client.headers)

    def run(self, *command: str, data: Path | None = None) -> int:
        """Run a command of the product that is recorded as well, and return its exit code.

        Args:
            data: Another data folder.
        """
        variables = spy.environment(self.disk, log=self.log, faults=self.faults.path if self.faults else None)
        arguments = [sys.executable, str(_RUNNER), self.mistake, *command, "--data", str(data or self.data)]
        done = subprocess.run(
            arguments, env=os.environ | variables, capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr[-4000:]
        return done.returncode

    def close(self) -> None:
        """End what still runs."""
        if self._daemon is not None:
            self._daemon.close()
        self.marker.close()

    def recording(self, name: str) -> Recording:
        """Return what happened since the beginning."""
        ops = list(read_log(self.log, self.disk))
        known = {each.name: each.known for each in self.people}
        headers = {each.name: each.client.headers for each in self.people}
        return Recording(name, self.before, self.inodes, ops, read_state(self.disk)[0], known, headers)
