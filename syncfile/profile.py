"""How much a machine of some memory can bear: one column of limits for each size of router.

What is set by name (``Config``) goes before the profile.
"""

import os
import re
import resource
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from syncfile.config import Config

_MIB = 1 << 20
#: A machine has less than its name says: the kernel keeps some. This part of it is enough for the profile.
_ENOUGH = 0.75


@dataclass(frozen=True, slots=True)
class Profile:
    """What a server allows itself.

    Attributes:
        megabytes: Of the machine, at least.
        workers: Those that ``Config`` has too mean the same, in the same units.
        memory_ceiling: MiB of the process; above it long requests wait for each other, and the rest are sent away.
        memory_reserve: MiB that the machine keeps available; below it no long request is begun.
        read_kib: One read of a streamed body asks for no more.
        sendfile_kib: One download's share of a turn of the loop.
        hashes: Passwords checked at once; each takes 4 MiB.
    """

    megabytes: int
    workers: int
    transfers: int
    transfers_per_address: int
    max_waiting: int
    max_connections: int
    connections_per_address: int
    sqlite_cache: int
    memory_ceiling: int
    memory_reserve: int
    read_kib: int
    sendfile_kib: int
    hashes: int


#: From small to large.
PROFILES = (
    Profile(64, 2, 2, 2, 16, 100, 50, 64, 44, 4, 64, 256, 1),
    Profile(128, 4, 4, 3, 32, 250, 100, 128, 64, 8, 128, 512, 1),
    Profile(256, 6, 6, 4, 48, 500, 200, 256, 96, 12, 256, 1024, 2),
    Profile(512, 8, 8, 4, 64, 1000, 200, 256, 160, 16, 256, 1024, 2),
)


@lru_cache(maxsize=8)
def limits(config: Config) -> Profile:
    """Return the limits to work with: those of the profile, but for what is set by name."""
    profile = _fitting(_machine_bytes()) if config.profile == "auto" else _named(int(config.profile))
    names = [item.name for item in fields(Profile) if getattr(config, item.name, 0)]
    return replace(profile, **{name: getattr(config, name) for name in names})


def machine_bytes(root: str = "/") -> int:
    """Return the memory that this process may have, bytes: the machine's, its control group's or its own limit.

    Args:
        root: Where ``proc`` and ``sys`` are.
    """
    return min([_total(root), *_group_limits(root), *_process_limits()])


@lru_cache(maxsize=1)
def _machine_bytes() -> int:
    return machine_bytes()


def _named(megabytes: int) -> Profile:
    return next(profile for profile in PROFILES if profile.megabytes == megabytes)


def _fitting(size: int) -> Profile:
    """Return the largest profile that fits into so many bytes, or the smallest."""
    fit = [profile for profile in PROFILES if profile.megabytes * _MIB * _ENOUGH <= size]
    return fit[-1] if fit else PROFILES[0]


def _total(root: str) -> int:
    with open(os.path.join(root, "proc/meminfo"), encoding="ascii") as file:
        match = re.search(r"^MemTotal:\s+(\d+) kB", file.read(), re.MULTILINE)
    assert match is not None, "see proc(5), /proc/meminfo"
    return int(match[1]) << 10


def _group_limits(root: str) -> Iterator[int]:
    """Yield the limits of the control groups that we are in; see cgroups(7)."""
    try:
        with open(os.path.join(root, "proc/self/cgroup"), encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _tree_limits(os.path.join(root, "sys/fs/cgroup"), path, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _tree_limits(os.path.join(root, "sys/fs/cgroup/memory"), path, "memory.limit_in_bytes")


def _tree_limits(mount: str, path: str, name: str) -> Iterator[int]:
    """Yield the limits of a group and of all that it is in."""
    words = [word for word in path.split("/") if word not in ("", "..")]
    for count in range(len(words), -1, -1):
        with suppress(OSError, ValueError), open(os.path.join(mount, *words[:count], name), encoding="ascii") as file:
            yield int(file.read())  # "max" is none


def _process_limits() -> Iterator[int]:
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        soft, _ = resource.getrlimit(kind)
        if soft != resource.RLIM_INFINITY:
            yield soft
