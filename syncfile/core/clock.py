"""Time on a machine whose clock may be wrong: a router has none that runs without power, and wakes up in 1970.

``Clock`` makes three promises to everything that asks for the time. It never tells one that was before this program
was written, or before the store was last in use: there it goes on until the machine's clock has caught up. It never
jumps by itself: where the machine's clock is set, it goes on as before until ``Watch`` has seen to that. And with the
jump everything moves that was promised to last for some time, so that nothing ends early and nothing lasts for decades.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

from syncfile.core.job_state import keep_state, recall_state
from syncfile.errors import SyncFileError
from syncfile.store.db import Database

log = logging.getLogger("syncfile.clock")

#: 2026-01-01, seconds UTC: before this program was written. A clock that tells less has not been set.
EARLIEST = 1_767_225_600
#: A step that is smaller is followed and not spoken of.
SLACK_SECONDS = 600.0
#: A machine that wakes up behind the store's time may have lost it, or the store's time was wrong: then so long.
TRUST_SECONDS = 86400.0
#: Sweeping what is old waits for so long after a jump, and after one of over a year, which may be a mistake, longer.
WAIT_SECONDS, LONG_WAIT_SECONDS = 86400, 30 * 86400
LONG_JUMP_SECONDS = 366 * 86400
#: A store that was not in use for so long, or so it seems, is treated as if the clock had jumped.
AWAY_SECONDS = 7 * 86400
WATCH_SECONDS = 15.0
SAVE_SECONDS = 86400

_STATE = "clock"
_LATER = (
    "UPDATE token SET expires_at = expires_at + :step WHERE issued_at >= :since",
    "UPDATE link SET created_at = created_at + :step, expires_at = expires_at + :step WHERE created_at >= :since",
    "UPDATE upload_session SET updated_at = updated_at + :step WHERE updated_at >= :since",
)
_SOONER = (
    "UPDATE link SET created_at = created_at + :step, expires_at = expires_at + :step WHERE created_at > :now",
    "UPDATE token SET last_seen_at = :now WHERE last_seen_at > :now",
    "UPDATE upload_session SET updated_at = :now WHERE updated_at > :now",
    "UPDATE repo SET deleted_at = :now WHERE deleted_at > :now",
    "UPDATE repo SET history_since = :now WHERE history_since > :now",
)
_NO_LONGER = "UPDATE token SET expires_at = ? WHERE kind = ? AND expires_at > ?"


@dataclass(frozen=True, slots=True)
class Memory:
    """What a store knows of time. Seconds, by the store's own time.

    Attributes:
        seen: The latest time at which it was surely in use.
        since: When the time that runs now began: at the last jump, or at the start on a clock that was right.
        ahead: How far the machine's clock was behind.
        jumped_at: When the last jump landed; 0: never.
        jumped_by: How far it went.
    """

    seen: int = 0
    since: int = 0
    ahead: int = 0
    jumped_at: int = 0
    jumped_by: int = 0


class Clock:
    """The store's time; call it for seconds UTC.

    Args:
        floor: The latest time known; it goes on from there where the machine's clock is behind.
        machine: Its clock, seconds UTC.
        uptime: Seconds since any moment, never set by anybody.
    """

    def __init__(
        self,
        floor: float = EARLIEST,
        machine: Callable[[], float] = time.time,
        uptime: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:
        self._machine = machine
        self._uptime = uptime
        self._started = uptime()
        behind = max(floor, EARLIEST) - machine()
        # The machine's time at uptime 0, as it was believed last, and what the store's time is ahead of it.
        self._frame = machine() - self._started, behind if behind > SLACK_SECONDS else 0.0

    def __call__(self) -> float:
        base, ahead = self._frame
        machine = self._machine()
        step = machine - self._uptime() - base
        return machine + ahead - (step if abs(step) > SLACK_SECONDS else 0.0)

    @property
    def ahead(self) -> float:
        """What the store's time is ahead of the machine's clock, seconds."""
        return self._frame[1]

    def look(self) -> float | None:
        """Take note of what the machine's clock did; return how far the store's time has to jump, None for not at all.

        It has to when the machine's clock was set, or has caught up, or is believed at last.
        """
        base, ahead = self._frame
        machine, uptime = self._machine(), self._uptime()
        step = machine - uptime - base
        is_set = abs(step) > SLACK_SECONDS  # smaller: clocks drift, and are led back
        if is_set:
            ahead -= step
        is_trusted = machine >= EARLIEST and (is_set or uptime - self._started >= TRUST_SECONDS)
        if not ahead or (ahead > SLACK_SECONDS and not is_trusted):
            self._frame = machine - uptime, ahead
            return None
        return -ahead

    def follow(self) -> None:
        """Make the jump that ``look`` has returned: from here on the time is the machine's."""
        self._frame = self._machine() - self._uptime(), 0.0


def recall(db: Database) -> Memory:
    """Return what the store knows of time."""
    memory = Memory(**recall_state(db, _STATE))
    (seen,) = db.row("SELECT MAX(last_seen_at) FROM token")
    return replace(memory, seen=max(memory.seen, seen or 0))


def is_settled(db: Database, now: int, seconds: int = WAIT_SECONDS) -> bool:
    """Tell whether the clock has been right for so long: else what looks old may be young."""
    memory = recall(db)
    return not memory.ahead and (not memory.jumped_at or now - memory.jumped_at >= seconds)


def is_certain(db: Database, now: int) -> bool:
    """Tell whether what is kept for some time, as history is, may be dropped when that is over."""
    is_long = abs(recall(db).jumped_by) > LONG_JUMP_SECONDS
    return is_settled(db, now, LONG_WAIT_SECONDS if is_long else WAIT_SECONDS)


class Watch:
    """Sees to it that the store's time follows the machine's clock, in a thread of its own.

    Args:
        db: Of a store that is this process' own.
        clock: The one that the store is used with.
        lifetimes: Seconds that a token of each kind may still have after the clock was set back.
    """

    def __init__(self, db: Database, clock: Clock, lifetimes: Mapping[str, int]) -> None:
        self._db = db
        self._clock = clock
        self._lifetimes = lifetimes
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._memory = recall(db)

    def begin(self) -> None:
        """Look at what happened to the clock while nobody was there. A disk that takes no notes can still be read."""
        now = int(self._clock())
        try:
            self._compare(now, int(self._clock.ahead))
        except SyncFileError as error:
            log.warning("the time cannot be written down: %s", error.message)
            self._memory = replace(self._memory, seen=now, since=now)

    def _compare(self, now: int, ahead: int) -> None:
        memory = self._memory
        away = now - memory.seen
        if memory.ahead and not ahead:
            self._move(away, memory.since, now)
        elif memory.seen and away > AWAY_SECONDS:
            log.warning("the store was not in use for %d days: what is old is kept for now", away // 86400)
            self._write(Memory(now, now, 0, now, away))
        elif ahead:
            log.warning("the clock is not set: the store's time goes on from where it was")
            since = memory.since if memory.ahead else now
            self._write(replace(memory, seen=now, since=since, ahead=ahead))
        else:
            self._memory = replace(memory, seen=now, since=now)

    def start(self) -> None:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)
        self._thread.start()

    def stop(self, is_there: bool) -> None:
        """End, and write down what time it is if the store is there; safe to call if it never began."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        with suppress(SyncFileError):
            if is_there:
                self._save()

    def look(self) -> None:
        """Follow the machine's clock if it was set. Raises ``StoreUnavailable``, ``DiskFull``, ``Busy``."""
        with self._lock:
            step = self._clock.look()
            if step is not None:
                self._move(int(step), self._memory.since, int(self._clock() + step))
                self._clock.follow()
            elif abs(self._clock.ahead - self._memory.ahead) > SLACK_SECONDS:
                self._save()

    def save(self) -> None:
        """Write down what time it is, now and then: a disk that sleeps is not to be woken for it every hour.

        Raises:
            StoreUnavailable, DiskFull, Busy: The next time is soon enough.
        """
        with self._lock:
            if self._clock.ahead or self._clock() - self._memory.seen >= SAVE_SECONDS:
                self._save()

    def _save(self) -> None:
        self._write(replace(self._memory, seen=int(self._clock()), ahead=int(self._clock.ahead)))

    def _move(self, step: int, since: int, now: int) -> None:
        """Bring all that was promised to last for some time along with a jump.

        Args:
            since: What was promised before had the right time already.
            now: The time after the jump.
        """
        log.warning("the clock was set by %+d seconds", step)
        values = {"step": step, "since": since, "now": now}
        with self._db.transaction():
            for sql in _LATER if step > 0 else _SOONER:
                self._db.execute_sql(sql, values)
            for kind, seconds in self._lifetimes.items() if step < 0 else ():
                self._db.rows(_NO_LONGER, now + seconds, kind, now + seconds)
            self._write(Memory(now, now, 0, now, step))

    def _write(self, memory: Memory) -> None:
        keep_state(self._db, _STATE, asdict(memory))
        self._memory = memory

    def _run(self) -> None:
        while not self._stopped.wait(WATCH_SECONDS):
            try:
                self.look()
            except SyncFileError as error:  # the disk is missing or full: the time goes on as it was
                log.warning("the clock was set, and cannot be followed yet: %s", error.message)
