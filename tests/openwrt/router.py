"""A folder that stands for a router: its files, its disks as folders, and the service under a stand-in for procd."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import TIMEOUT_SECONDS
from tests.daemon import ROOT

FILES = ROOT / "openwrt" / "syncfile" / "files"
HERE = Path(__file__).parent

#: In the place of the server: says what it was told, and does what signals want of it.
_PROGRAM = """#!/bin/sh
trap 'echo "read again"' HUP
trap 'echo stopped; exit 0' TERM
echo "started $*"
while :; do sleep 0.05; done
"""


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@dataclass
class Router:
    """Has the package's files installed, and nothing running.

    Args:
        path: An empty folder, or one in which the package is installed.
        shell: That runs the scripts.
        python: The command that ``/usr/bin/python3`` is on this router; without one the server is run as it is.
    """

    path: Path
    shell: Sequence[str] = ("sh",)
    python: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not (self.path / "usr/bin/syncfile").exists():
            self._install_scripts()
        for folder in ("proc", "mnt", "var/run"):
            (self.path / folder).mkdir(parents=True)
        self.write("proc/mounts", "/dev/root /rom squashfs ro 0 0\noverlayfs:/overlay / overlay rw 0 0\n")
        self.write("proc/meminfo", "MemTotal:         262144 kB\nMemFree:           10000 kB\n")
        uci = [sys.executable, str(HERE / "uci_program.py"), "-c", str(self.path / "etc" / "config")]
        self.write("bin/uci", f'#!/bin/sh\nexec {shlex.join(uci)} "$@"\n')
        (self.path / "bin" / "uci").chmod(0o755)

    def write(self, name: str, text: str) -> None:
        """Write a file of the router."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text, "utf-8")

    def read(self, name: str) -> str:
        """Return a file of the router, or nothing if there is none."""
        file = self.path / name
        return file.read_text("utf-8") if file.exists() else ""

    def install(self, program: str) -> None:
        """Put another program in the server's place."""
        self.write("usr/bin/syncfile", program)
        (self.path / "usr" / "bin" / "syncfile").chmod(0o755)

    def install_server(self) -> int:
        """Put the real server in its place, to listen on a free port, and return that."""
        self.install(f'#!/bin/sh\ncd "{ROOT}" && exec "{sys.executable}" -m syncfile "$@"\n')
        return self.take_port()

    def take_port(self) -> int:
        """Set a free port to listen on, and return it."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        self.set(host="127.0.0.1", port=str(port))
        return port

    def set(self, **options: str) -> None:
        """Set options and commit them, without telling the service."""
        for name, value in options.items():
            self._run([str(self.path / "bin" / "uci"), "set", f"syncfile.main.{name}={value}"])
        self._run([str(self.path / "bin" / "uci"), "commit", "syncfile"])

    def get(self, option: str) -> str:
        """Return an option as it is committed."""
        return self._run([str(self.path / "bin" / "uci"), "get", f"syncfile.main.{option}"], code=None).strip()

    @property
    def disk(self) -> Path:
        """Where the disk is mounted, when it is."""
        return self.path / "mnt" / "usb disk"

    @property
    def data(self) -> Path:
        """The data folder on that disk."""
        return self.disk / "syncfile"

    def mount(self, *, store: bool = False) -> None:
        """Mount the disk, without telling anybody."""
        self.disk.mkdir(exist_ok=True)
        if store:
            self.data.mkdir(exist_ok=True)
            (self.data / "syncfile-store.json").write_text("{}")
        escaped = str(self.disk).replace(" ", "\\040")
        self.write("proc/mounts", self.read("proc/mounts") + f"/dev/sda1 {escaped} ext4 rw 0 0\n")

    def unmount(self) -> None:
        """Unmount the disk, without telling anybody. What was on it goes away, the folder stays."""
        kept = [line for line in self.read("proc/mounts").splitlines() if "/dev/sda1" not in line]
        self.write("proc/mounts", "\n".join([*kept, ""]))
        shutil.rmtree(self.disk)
        self.disk.mkdir()

    @property
    def script(self) -> list[str]:
        """The command that stands for ``/etc/init.d/syncfile``; it wants the variable ROUTER."""
        return [*self.shell, str(HERE / "procd.sh"), str(self.path / "etc" / "init.d" / "syncfile")]

    def service(self, action: str, *arguments: str) -> None:
        """Run ``/etc/init.d/syncfile ACTION``."""
        self._run([*self.script, action, *arguments])

    def hotplug(self, action: str) -> None:
        """Run the hotplug script."""
        text = (FILES / "syncfile.hotplug").read_text("utf-8")
        text = text.replace("/etc/init.d/syncfile", shlex.join(self.script)).replace("/var/run", f"{self.path}/var/run")
        self._run([*self.shell, "-c", text], ACTION=action, DEVNAME="sda1")

    def run_defaults(self) -> None:
        """Run the script that an installation runs once."""
        text = (FILES / "syncfile.defaults").read_text("utf-8")
        self._run([*self.shell, "-c", text.replace("/etc/config/", f"{self.path}/etc/config/")])

    @property
    def instance(self) -> dict[str, list[str]]:
        """The parameters of the instance, or nothing if there is none."""
        lines = self.read("procd/syncfile.instance").splitlines()
        return {words[0]: words[1:] for words in (line.split("\t") for line in lines)}

    @property
    def pid(self) -> int | None:
        """The process of the instance, if it runs."""
        pid = self.read("procd/syncfile.pid").strip()
        with suppress(OSError):
            if pid and ") Z" not in Path(f"/proc/{pid}/stat").read_text("utf-8"):
                return int(pid)
        return None

    @property
    def log(self) -> str:
        """What the scripts have said."""
        return self.read("procd/log")

    @property
    def output(self) -> str:
        """What the program has said."""
        return self.read("procd/syncfile.output")

    @property
    def settings(self) -> list[str]:
        """The settings that the server is given, beside comments."""
        return [line for line in self.read("var/run/syncfile/syncfile.conf").splitlines() if line and line[0] != "#"]

    def close(self) -> None:
        """End what runs."""
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGKILL)

    def _install_scripts(self) -> None:
        for source, target in (
            ("syncfile.init", "etc/init.d/syncfile"),
            ("syncfile.config", "etc/config/syncfile"),
            ("syncfile.conf", "etc/syncfile/syncfile.conf"),
        ):
            (self.path / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(FILES / source, self.path / target)
        self.install(_PROGRAM)

    def _run(self, command: Sequence[str], code: int | None = 0, **variables: str) -> str:
        environment = {"PATH": f"{self.path}/bin:{os.environ['PATH']}", "ROUTER": str(self.path), **variables}
        environment["RUNNER"] = shlex.join(self.python)
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        assert ended.stderr == "", ended.stderr
        assert code is None or ended.returncode == code, ended
        return ended.stdout
