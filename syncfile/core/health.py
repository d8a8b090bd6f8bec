"""What is wrong with the server: told to whoever asks, and once, when it begins, to the administrators."""

import time
from dataclasses import asdict, dataclass, field

from syncfile.core.certificate_expiry import certificate_expiry
from syncfile.core.core import Core
from syncfile.core.job_state import keep_state, recall_state
from syncfile.core.notifications import notify_administrators
from syncfile.core.scrub import progress

#: Between two looks.
LOOK_SECONDS = 60.0
#: A job that failed so often in turn is a fault; one that failed once met a disk that was away.
FAILED_ROUNDS = 2
#: Days before a certificate ends at which that is told; from the second on, it is a fault.
CERTIFICATE_DAYS = (30, 7, 1)
#: There has to be so much more room again before the next warning.
_ENOUGH = 1.25
#: What can be wrong: kinds of notifications.
KINDS = ("disk_low", "scrub_found", "certificate_expiry", "job_failed")
_DAY = 86400

_STATE = "health"


@dataclass(slots=True)
class _Told:
    """What the administrators have been told of, and need not hear again."""

    disk_low: bool = False
    certificate: str = ""
    jobs: list[str] = field(default_factory=list)


def problems(core: Core) -> list[str]:
    """Return which of ``KINDS`` is the case. Raises ``StoreUnavailable``."""
    ends_at = _certificate_end(core)
    ends_soon = ends_at is not None and _days_until(core, ends_at) <= CERTIFICATE_DAYS[1]
    is_so = _free(core) < 1.0, bool(progress(core).found), ends_soon, bool(_failing(core))
    return [kind for kind, is_it in zip(KINDS, is_so, strict=True) if is_it]


class Monitor:
    """Looks after one open store, for the thread that does the jobs."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._next_look = 0.0

    def step(self, _core: Core) -> int:
        """Look, if it is time for that, and return how many warnings there were."""
        if time.monotonic() < self._next_look:
            return 0
        self._next_look = time.monotonic() + LOOK_SECONDS
        told = _Told(**recall_state(self._core.db, _STATE))
        before = asdict(told)
        with self._core.db.transaction():
            count = self._look_at_disk(told) + self._look_at_certificate(told) + self._look_at_jobs(told)
            if asdict(told) != before:
                keep_state(self._core.db, _STATE, asdict(told))
        return count

    def _look_at_disk(self, told: _Told) -> int:
        free = _free(self._core)
        is_news = free < 1.0 and not told.disk_low
        if is_news:
            total, bytes_free = self._core.folder.disk_usage()
            content = f"The disk is nearly full: {bytes_free >> 20} of {total >> 20} MiB are free"
            notify_administrators(self._core, "disk_low", content, free=bytes_free, total=total)
        told.disk_low = free < (_ENOUGH if told.disk_low else 1.0)
        return int(is_news)

    def _look_at_certificate(self, told: _Told) -> int:
        ends_at = _certificate_end(self._core)
        days = 0 if ends_at is None else _days_until(self._core, ends_at)
        passed = [limit for limit in CERTIFICATE_DAYS if days <= limit]
        if ends_at is None or not passed:
            told.certificate = ""
            return 0
        name = f"{ends_at} {min(passed)}"
        if name == told.certificate:
            return 0
        told.certificate = name
        content = f"The certificate ends in {days} days" if days > 0 else "The certificate has ended"
        notify_administrators(self._core, "certificate_expiry", content, days=max(days, 0))
        return 1

    def _look_at_jobs(self, told: _Told) -> int:
        failing = _failing(self._core)
        news = [name for name in failing if name not in told.jobs]
        for name in news:
            error = self._core.job_runs[name].error
            notify_administrators(self._core, "job_failed", f'The job "{name}" fails: {error}', name=name, error=error)
        told.jobs = failing
        return len(news)


def _free(core: Core) -> float:
    """Return the room on the disk, in shares of what ``low_disk`` wants to be free."""
    total, free = core.folder.disk_usage()
    text = core.config.low_disk
    limit = total * int(text[:-1]) // 100 if text.endswith("%") else int(text)
    return free / limit if limit else _ENOUGH


def _certificate_end(core: Core) -> int | None:
    return certificate_expiry(core.config.tls_cert) if core.config.tls_cert else None


def _days_until(core: Core, moment: int) -> int:
    """Return how many whole days are left; negative once it has passed."""
    return (moment - core.now()) // _DAY


def _failing(core: Core) -> list[str]:
    return sorted(name for name, run in core.job_runs.items() if run.failures >= FAILED_ROUNDS)
