"""A simulated computer with Seafile's own client on it: a home, its settings, and folders that it keeps in sync."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

POLL_SECONDS = 0.4
#: The client asks the server every 30 seconds, and goes on with a library within 30 more.
PATIENCE_SECONDS = 150


class Computer:
    """One installation of ``seaf-cli`` and ``seaf-daemon``.

    Args:
        folder: Must not exist yet.
        url: Of the server.
        user: Of the account, by name.
        password: Of the account.
    """

    def __init__(self, folder: Path, url: str, user: str, password: str) -> None:
        self.folder = folder
        self._account = ("-s", url, "-u", user, "-p", password)
        self._home = folder / "home"
        self._home.mkdir(parents=True)
        self._daemon: subprocess.Popen[bytes] | None = None
        self._run("init", "-d", str(folder))

    def start(self) -> None:
        """Start the client, and return once it can be asked."""
        parts = {"-c": "conf", "-d": "seafile-data", "-w": "seafile"}
        arguments = [text for flag, name in parts.items() for text in (flag, str(self.folder / name))]
        self._daemon = subprocess.Popen(["seaf-daemon", *arguments], env=self._environment(), stdout=subprocess.DEVNULL)
        wait_until(lambda: self._try("status") is not None, "the client does not start")

    def stop(self) -> None:
        """End the client if it runs."""
        if self._daemon is not None:
            self._daemon.terminate()
            try:
                self._daemon.wait(10)
            except subprocess.TimeoutExpired:
                self._daemon.kill()
                self._daemon.wait()
            self._daemon = None

    def create(self, name: str, password: str = "") -> str:
        """Make a library and return its id."""
        secret = ("-e", password) if password else ()
        return self._run("create", *self._account, "-n", name, "-t", "made by a client", *secret).strip()

    def sync(self, repo_id: str, name: str, password: str = "", *, code: str = "") -> Path:
        """Keep a folder of this name in sync with a library and return it; ``code`` is of the second step."""
        folder = self.place(name)
        folder.mkdir(exist_ok=True)
        secret = ("-e", password) if password else ()
        step = ("-a", code) if code else ()
        self._run("sync", *self._account, "-l", repo_id, "-d", str(folder), *secret, *step)
        return folder

    def is_let_in(self, code: str = "") -> bool:
        """Tell whether the server takes the account's password, with a code of the second step."""
        step = ("-a", code) if code else ()
        return self._call("list-remote", *self._account, *step).returncode == 0

    def place(self, name: str) -> Path:
        """Return where the folder of a library is."""
        return self.folder / name

    def remote(self) -> str:
        """Return the list of libraries that the server offers."""
        return self._run("list-remote", *self._account)

    def states(self) -> dict[str, str]:
        """Return what the client says of each library, by its name."""
        told = {}
        for line in (self._try("status") or "").splitlines():
            name, _, state = line.partition("\t")
            if not name.startswith("#"):
                told[name.strip()] = " ".join(state.split())
        return told

    def is_synchronized(self, name: str) -> bool:
        return self.states().get(name) == "synchronized"

    def await_log(self, text: str) -> None:
        """Wait until the client logs this: what it shows its user passes too quickly to be seen."""
        log = self.folder / "conf" / "logs" / "seafile.log"
        wait_until(lambda: text in log.read_text(errors="replace"), f"the client does not say: {text}")

    def _run(self, command: str, *arguments: str) -> str:
        done = self._call(command, *arguments)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def _try(self, command: str) -> str | None:
        done = self._call(command)
        return done.stdout if done.returncode == 0 else None

    def _call(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        line = ["seaf-cli", command, "-c", str(self.folder / "conf"), *arguments]
        return subprocess.run(line, env=self._environment(), capture_output=True, text=True, timeout=60, check=False)

    def _environment(self) -> dict[str, str]:
        return os.environ | {"HOME": str(self._home), "PATH": "/usr/bin:/bin"}


def wait_until(is_so: Callable[[], bool], otherwise: str, every: float = POLL_SECONDS) -> None:
    """Wait for something that happens in another process, looking ``every`` so many seconds."""
    overdue = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < overdue, otherwise
        time.sleep(every)
