"""Server processes as they are measured: started fresh, asked what they have used, and ended."""

import os
import resource
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

HOST = "127.0.0.1"
START_SECONDS = 20.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02

_TICKS = os.sysconf("SC_CLK_TCK")


class ServerFailed(RuntimeError):
    """A server that did not start."""


class Server:
    """One server process that listens on ``port``; leaving the context ends it.

    Args:
        command: Starts the server in the foreground, as one process.
        port: What it will listen on.
        log: Takes everything the server prints.
        environ: Beside what this process has.

    Raises:
        ServerFailed: It ended, or does not listen.
    """

    def __init__(self, command: Sequence[str], port: int, log: Path, environ: Mapping[str, str]) -> None:
        self.port = port
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=os.environ | dict(environ)
            )
        try:
            self._wait_until_it_listens(log)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def cpu(self) -> float:
        """Return the seconds of CPU used so far, of the process and in the kernel for it (proc(5): utime, stime)."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text("ascii")
        after_name = stat.rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / _TICKS

    def peak(self) -> int:
        """Return the most bytes of memory that were resident at any time (proc(5): VmHWM)."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text("ascii").splitlines():
            name, _, value = line.partition(":")
            if name == "VmHWM":
                return int(value.split()[0]) * 1024
        raise ServerFailed("the server is gone")

    def stop(self) -> None:
        """End the process, by force if it takes too long."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_until_it_listens(self, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
                return
            time.sleep(POLL_SECONDS)
        printed = log.read_text("utf-8", "replace")[-2000:]
        raise ServerFailed(f"{self._process.args!r} did not start:\n{printed}")


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.create_server((HOST, 0)) as sock:
        port: int = sock.getsockname()[1]
        return port


def allow_open_files(wanted: int) -> None:
    """Let this process, and the servers it starts, open this many files if the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
