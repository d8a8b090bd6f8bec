"""The ceiling of memory: beyond it long requests are told to come again, rather than the server killed."""

import logging
import os
import time
from collections.abc import Callable

from syncfile.allocator import give_back

_LOOK_SECONDS = 1.0
_MIB = 1 << 20

log = logging.getLogger("syncfile.memory")


class Ceiling:
    """Tells whether there is room for one more long request. Costs next to nothing: it looks once a second at most.

    Args:
        ceiling: MiB, of this process as it is resident.
        reserve: MiB that the machine should have left.
        clock: Seconds, never set.
        proc: Where proc(5) is.
    """

    def __init__(
        self, ceiling: int, reserve: int, clock: Callable[[], float] = time.monotonic, proc: str = "/proc"
    ) -> None:
        self._ceiling = ceiling * _MIB
        self._reserve = reserve * _MIB
        self._clock = clock
        self._proc = proc
        self._look_at = clock()
        self._is_high = self._is_scarce = False

    def has_room(self, running: int) -> bool:
        """Tell whether a long request may begin.

        Above the ceiling one at a time still may: memory that is not given back must not keep all of them out for ever.

        Args:
            running: How many there are.
        """
        now = self._clock()
        if now >= self._look_at:
            self._look_at = now + _LOOK_SECONDS
            self._look()
        return not (self._is_scarce or (self._is_high and running > 0))

    def _look(self) -> None:
        if resident_bytes(self._proc) > self._ceiling:
            give_back()
        resident, available = resident_bytes(self._proc), _available_bytes(self._proc)
        was_short = self._is_high or self._is_scarce
        self._is_high, self._is_scarce = resident > self._ceiling, available < self._reserve
        if (self._is_high or self._is_scarce) != was_short:
            state = "enough again" if was_short else "short: long requests are sent away"
            log.warning("memory is %s (own %d kB, available %d kB)", state, resident >> 10, available >> 10)


def resident_bytes(proc: str = "/proc", pid: str | int = "self") -> int:
    """Return the resident memory of a process; see proc(5), /proc/pid/statm. Raises ``OSError`` if it is gone."""
    with open(f"{proc}/{pid}/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _available_bytes(proc: str) -> int:
    """Return what the machine can give without swapping; see proc(5), /proc/meminfo."""
    with open(f"{proc}/meminfo", "rb") as file:
        for line in file:
            if line.startswith(b"MemAvailable:"):
                return int(line.split()[1]) << 10
    return 1 << 62  # a kernel before 3.14 does not tell
