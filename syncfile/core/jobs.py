"""What has to be done now and then, in one thread of its own."""

import logging
import threading
import time
from collections.abc import Callable, Mapping

from syncfile.core import clock, gc, gc_wish, tokens, uploads
from syncfile.core.core import Core, JobRun
from syncfile.core.health import Monitor
from syncfile.core.scrub import Scrub
from syncfile.errors import SyncFileError

log = logging.getLogger("syncfile.jobs")

#: Between two rounds. What is swept here is garbage that nothing waits for.
ROUND_SECONDS = 3600.0


def sweep_tokens(core: Core) -> int:
    """Forget all tokens that have expired, and return how many they were."""
    if not clock.is_settled(core.db, core.now()):
        return 0
    total = 0
    while count := tokens.sweep_expired(core):
        total += count
    return total


def note_time(core: Core) -> int:
    """Let the store know what time it is."""
    if core.watch is not None:
        core.watch.save()
    return 0


#: By name; each returns how many things it did away with.
JOBS: Mapping[str, Callable[[Core], int]] = {
    "clock": note_time,
    "tokens": sweep_tokens,
    "uploads": uploads.sweep,
    "gc": gc.collect_daily,
}


class Housekeeping:
    """Runs every job once a round, one after the other, until it is stopped."""

    def __init__(self, jobs: Mapping[str, Callable[[Core], int]] = JOBS, pause: float = ROUND_SECONDS) -> None:
        self._jobs = jobs
        self._pause = pause
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._core: Core | None = None

    def start(self, core: Core) -> None:
        """Begin with the first round at once. ``core.job_runs`` tells how each job went."""
        self._core = core
        if core.watch is not None:
            core.watch.start()
        self._thread = threading.Thread(target=self._run, args=(core,), name="housekeeping", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the job that is running, which is told; safe to call if it never began."""
        self._stopped.set()
        if self._core is not None:
            self._core.stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, core: Core) -> None:
        chores = {"wish": gc_wish.grant, "health": Monitor(core).step, "scrub": Scrub(core).step}
        while not self._stopped.is_set():
            for name, job in self._jobs.items():
                core.job_runs[name] = _run_job(core, name, job)
            self._await_next_round(core, chores)

    def _await_next_round(self, core: Core, chores: Mapping[str, Callable[[Core], int]]) -> None:
        """Wait, and look every two seconds whether there is something small to do; what fails is left for this time."""
        left = dict(chores)
        until = time.monotonic() + self._pause
        while (rest := until - time.monotonic()) > 0 and not self._stopped.wait(min(rest, gc_wish.LOOK_SECONDS)):
            for name, chore in list(left.items()):
                run = _run_job(core, name, chore)
                if run.error:
                    del left[name]
                if run.error or name in core.job_runs:
                    core.job_runs[name] = run


def _run_job(core: Core, name: str, job: Callable[[Core], int]) -> JobRun:
    swept, error = 0, ""
    try:
        swept = job(core)
    except SyncFileError as failure:  # the disk is missing, full or busy: the next round is soon enough
        error = failure.message
        log.warning("job=%s could not run: %s", name, error)
    except Exception:
        error = "it failed"
        log.exception("job=%s failed", name)
    before = core.job_runs.get(name)
    return JobRun(core.now(), swept, error, (before.failures if before else 0) + 1 if error else 0)
