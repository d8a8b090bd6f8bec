"""``server.py`` as a process of its own, and what the kernel tells about it."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import Client

SERVER = Path(__file__).parents[2] / "server.py"
PROGRAM = (sys.executable, str(SERVER))
START_SECONDS = 30
STOP_SECONDS = 15  # the server itself promises five; the machine may be busy

_ADDRESS = re.compile(r"SyncFile \S+ on http://[^:]+:(\d+)\s*")


class Daemon:
    """The product, started with one command.

    Args:
        folder: An own one, for the data folder, the log and everything that the process might leave behind.
        settings: By name; the port is a free one.
        prefix: A command that runs another one, its arguments, in the same process.
        program: The command that serves.
    """

    def __init__(
        self,
        folder: Path,
        *,
        prefix: Sequence[str] = (),
        program: Sequence[str] = PROGRAM,
        **settings: object,
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.elsewhere = folder / "elsewhere"  # where the process might put what does not belong there
        self.elsewhere.mkdir(parents=True)
        self.port = 0
        self._log = folder / "log"
        self.prefix = prefix
        self._program = program
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None

    @property
    def client(self) -> Client:
        return Client(self.port)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """All that it wrote on standard error since it was first started."""
        return self._log.read_text()

    def start(self) -> None:
        """Start, and return once it listens."""
        places = {"TMPDIR": self.elsewhere, "HOME": self.elsewhere, "PYTHONDONTWRITEBYTECODE": "1"}
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [*self.prefix, *self._command()],
                cwd=self.elsewhere,
                env=os.environ | {name: str(value) for name, value in places.items()},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.port = self._await_port(self._process)

    def stop(self) -> None:
        """Stop as a service manager does; it has to end well."""
        assert self._process is not None
        self._process.terminate()
        assert self._end() == 0

    def kill(self) -> None:
        """Stop as a power cut does, as far as a process can tell."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def close(self) -> None:
        """End it if it still runs."""
        if self._process is not None:
            self.kill()

    def status(self, field: str) -> int:
        """Return a field of ``/proc/PID/status`` that counts kB, in bytes."""
        return _number(f"/proc/{self.pid}/status", field) * 1024

    def io(self, field: str) -> int:
        """Return a field of ``/proc/PID/io``, bytes."""
        return _number(f"/proc/{self.pid}/io", field)

    def forget_peak(self) -> None:
        """Make ``VmHWM``, the most memory it ever held, begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _command(self) -> list[str]:
        settings = {"data": self.data, "host": "127.0.0.1", "port": 0} | self._settings
        flags = [part for name, value in settings.items() for part in (f"--{name.replace('_', '-')}", str(value))]
        return [*self._program, *flags]

    def _await_port(self, process: subprocess.Popen[str]) -> int:
        assert process.stdout is not None
        overdue = threading.Timer(START_SECONDS, process.kill)
        overdue.start()
        try:
            for line in process.stdout:
                if match := _ADDRESS.fullmatch(line):
                    return int(match[1])
        finally:
            overdue.cancel()
        raise AssertionError(f"the server did not start: {self.log}")

    def _end(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        code = self._process.wait(STOP_SECONDS)
        self._process.stdout.close()
        self._process = None
        return code


def _number(path: str, field: str) -> int:
    for line in Path(path).read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0])
    raise LookupError(field)
