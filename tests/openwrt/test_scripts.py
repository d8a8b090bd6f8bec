"""Every shell script of the project."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import TIMEOUT_SECONDS
from tests.daemon import ROOT
from tests.openwrt.router import FILES, Router

_NOT_OURS = {".git", ".venv", "node_modules", "build", "data"}


def shell_of(path: Path) -> str | None:
    """Return the shell that a file is for, if it is a script for one."""
    with path.open("rb") as file:
        first = file.readline(100)
    if match := re.match(rb"#!\s*\S*?/(?:env\s+)?(sh|bash)\b", first):
        return match[1].decode()
    return "sh" if path.suffix == ".sh" else None


def scripts() -> list[Path]:
    """Return every script, wherever it is."""
    files = []
    for folder in (folder for folder in ROOT.iterdir() if folder.name not in _NOT_OURS):
        inside = folder.rglob("*") if folder.is_dir() else [folder]
        files += [path for path in inside if path.is_file() and not path.is_symlink() and shell_of(path)]
    return sorted(files)


def ended(*command: str) -> tuple[int, str]:
    found = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    return found.returncode, found.stdout + found.stderr


def test_scripts_are_found() -> None:
    found = {str(path.relative_to(ROOT)) for path in scripts()}
    assert {"openwrt/syncfile/files/syncfile.init", "tools/install-compat.sh", ".ci/run"} <= found


@pytest.mark.compat
@pytest.mark.parametrize("script", scripts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_shellcheck_has_nothing_to_say(script: Path) -> None:
    # dash is the nearest to a router's shell that it knows; that one has local, too.
    shell = "bash" if shell_of(script) == "bash" else "dash"
    assert ended("shellcheck", f"--shell={shell}", "--exclude=SC3043", str(script)) == (0, "")


@pytest.mark.compat
@pytest.mark.parametrize("script", scripts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_shell_of_a_router_can_read_it(script: Path) -> None:
    assert ended("busybox", "ash", "-n", str(script)) == (0, "")


def test_new_configuration_lacks_nothing(router: Router) -> None:
    """What uci-defaults would add to a file that is empty is what the package's own file has."""
    packaged = (FILES / "syncfile.config").read_text("utf-8")
    router.write("etc/config/syncfile", packaged)
    router.run_defaults()
    assert router.read("etc/config/syncfile") == packaged
    router.write("etc/config/syncfile", "")
    router.run_defaults()
    assert router.read("etc/config/syncfile") == packaged.replace("\toption data ''\n", "")


def test_configuration_that_was_kept_stays_as_it_is(router: Router) -> None:
    router.write("etc/config/syncfile", "config syncfile 'main'\n\toption enabled '1'\n\toption port '9000'\n")
    router.run_defaults()
    assert (router.get("enabled"), router.get("port"), router.get("registration")) == ("1", "9000", "lan")


def test_upgrade_of_the_system_keeps_what_was_set_up() -> None:
    assert (FILES / "syncfile.keep").read_text("utf-8").split() == ["/etc/config/syncfile", "/etc/syncfile/"]
