"""What a server allows itself follows the memory that it may have, and what is set by name goes before."""

import re
import resource
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

from syncfile.config import Config
from syncfile.daemon import transfer_options
from syncfile.profile import PROFILES, Profile, limits, machine_bytes

DOCS = Path(__file__).parent.parent / "docs" / "operating.md"
MIB = 1 << 20

_ROWS = {
    "memory that is left free, MiB": "memory_reserve",
    "passwords checked at once": "hashes",
    "one read of an upload, KiB": "read_kib",
    "one turn of a download, KiB": "sendfile_kib",
}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with 512 MB and without control groups: its ``proc`` and ``sys``."""
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text("MemTotal:         498412 kB\nMemFree:           80000 kB\n")
    return tmp_path


def in_group(machine: Path, line: str, files: dict[str, str]) -> None:
    (machine / "proc/self/cgroup").write_text(line)
    for name, text in files.items():
        file = machine / "sys/fs/cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.mark.parametrize(("name", "size"), [("64", 64), ("128", 128), ("256", 256), ("512", 512)])
def test_profile_can_be_named(name: str, size: int) -> None:
    assert limits(Config(profile=name)).megabytes == size


@pytest.mark.parametrize(
    ("total", "size"), [(30, 64), (58, 64), (95, 64), (118, 128), (190, 128), (243, 256), (498, 512), (64000, 512)]
)
def test_profile_is_the_largest_that_fits(monkeypatch: pytest.MonkeyPatch, total: int, size: int) -> None:
    monkeypatch.setattr("syncfile.profile._machine_bytes", lambda: total * MIB)
    limits.cache_clear()
    assert limits(Config()).megabytes == size
    limits.cache_clear()


def test_what_is_set_by_name_goes_before_the_profile() -> None:
    found = limits(Config(profile="64", workers=7, sqlite_cache=999, memory_ceiling=50))
    assert (found.workers, found.sqlite_cache, found.memory_ceiling) == (7, 999, 50)
    assert found.transfers == PROFILES[0].transfers
    options = transfer_options(Config(profile="64", workers=7))
    assert (options.workers, options.transfers, options.max_connections) == (7, 2, 100)
    assert (options.read_bytes, options.sendfile_bytes) == (64 << 10, 256 << 10)


def test_more_memory_never_means_less() -> None:
    for small, large in pairwise(PROFILES):
        assert all(getattr(small, item.name) <= getattr(large, item.name) for item in fields(Profile))


def test_memory_is_what_the_machine_has(machine: Path) -> None:
    assert machine_bytes(str(machine)) == 498412 << 10


def test_memory_is_what_the_control_group_leaves(machine: Path) -> None:
    in_group(machine, "0::/cloud/syncfile\n", {"cloud/syncfile/memory.max": "max\n", "cloud/memory.max": "100000000\n"})
    assert machine_bytes(str(machine)) == 100_000_000


def test_memory_is_what_an_older_control_group_leaves(machine: Path) -> None:
    files = {"memory/a/memory.limit_in_bytes": "90000000\n", "memory/memory.limit_in_bytes": "9223372036854771712\n"}
    in_group(machine, "12:cpu,cpuacct:/b\n7:memory:/a\n", files)
    assert machine_bytes(str(machine)) == 90_000_000


def test_a_control_group_without_a_limit_is_none(machine: Path) -> None:
    in_group(machine, "0::/../elsewhere\n", {})
    assert machine_bytes(str(machine)) == 498412 << 10


@pytest.mark.parametrize("kind", [resource.RLIMIT_AS, resource.RLIMIT_DATA])
def test_memory_is_what_ulimit_leaves(machine: Path, monkeypatch: pytest.MonkeyPatch, kind: int) -> None:
    real = resource.getrlimit
    monkeypatch.setattr(resource, "getrlimit", lambda each: (70 * MIB, 70 * MIB) if each == kind else real(each))
    assert machine_bytes(str(machine)) == 70 * MIB


@pytest.mark.parametrize("name", [item.name for item in fields(Profile) if item.name != "megabytes"])
def test_limit_is_documented_for_each_profile(name: str) -> None:
    texts = [re.escape(text) for text, attribute in _ROWS.items() if attribute == name] or [f"`{name}`"]
    values = " | ".join(str(getattr(profile, name)) for profile in PROFILES)
    assert re.search(rf"^\| {texts[0]} \| {re.escape(values)} \|$", DOCS.read_text("utf-8"), re.MULTILINE)
