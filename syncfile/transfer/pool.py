"""Threads that run requests: started when there is work, kept until the server stops."""

import logging
import threading
import time
from collections import Counter, deque
from typing import Generic, Protocol, TypeVar

logger = logging.getLogger("syncfile.transfer")


class Job(Protocol):
    """Something to be done in a thread."""

    def service(self) -> None: ...

    def abandon(self) -> None:
        """Clean up after ``service`` raised what it should not have."""


class Transfer(Job, Protocol):
    """A job that takes long and is counted against its client."""

    @property
    def client(self) -> str | None:
        """Who is counted; None is never limited."""


AnyJob = TypeVar("AnyJob", bound=Job)


class ThreadPool(Generic[AnyJob]):
    """Runs jobs in the order in which they came, in at most ``most`` threads."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._ready: deque[AnyJob] = deque()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closing = False
        self._changed = threading.Condition()

    def add(self, job: AnyJob) -> None:
        """Run ``job`` as soon as a thread is free. After ``drop`` it never is."""
        with self._changed:
            if not self._closing:
                self._append(job)

    def drop(self) -> None:
        """Begin nothing more, and forget what has not begun."""
        with self._changed:
            self._closing = True
            self._ready.clear()
            self._changed.notify_all()

    def join(self, seconds: float) -> int:
        """Wait for the threads to end after ``drop``.

        Returns:
            The number of threads that are still busy after that time; they end with their job.
        """
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return sum(thread.is_alive() for thread in self._threads)

    def _append(self, job: AnyJob) -> None:
        self._ready.append(job)
        if self._idle >= len(self._ready):
            self._changed.notify()
        elif len(self._threads) < self._most:
            self._start()

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name=f"{self._name}-{len(self._threads)}", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # out of memory or threads: those that run must do
            if not self._threads:
                raise
            logger.warning("no more than %d %s threads can be started", len(self._threads), self._name)
        else:
            self._threads.append(thread)

    def _run(self) -> None:
        while (job := self._take()) is not None:
            try:
                job.service()
            except BaseException:  # one request's fault must not cost the others a thread
                logger.exception("a request failed outside its application")
                job.abandon()
            finally:
                self._done(job)

    def _take(self) -> AnyJob | None:
        with self._changed:
            while not self._ready and not self._closing:
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
            return None if self._closing else self._ready.popleft()

    def _done(self, job: AnyJob) -> None:
        """Called in the thread when a job has ended."""


class TransferPool(ThreadPool[Transfer]):
    """Threads for long work, shared fairly: one client gets some of them, and the rest of its jobs wait in line.

    Args:
        most: Threads.
        most_per_client: Jobs of one client that run at once.
        max_waiting: Jobs in line; a client that fills ``max_waiting_per_client`` leaves room for others.
    """

    def __init__(self, most: int, most_per_client: int, max_waiting: int, max_waiting_per_client: int) -> None:
        super().__init__("transfer", most)
        self._most_per_client = most_per_client
        self._max_waiting = max_waiting
        self._max_waiting_per_client = max_waiting_per_client
        self._line: deque[Transfer] = deque()
        self._busy = 0
        self._running: Counter[str | None] = Counter()

    @property
    def load(self) -> tuple[int, int]:
        """How many jobs run, and how many are in line."""
        return self._busy, len(self._line)

    def offer(self, job: Transfer) -> bool:
        """Run ``job`` now or put it in line; False says that the line is full."""
        with self._changed:
            if self._closing:
                return False
            if self._may_run(job):
                self._begin(job)
                return True
            if len(self._line) >= self._max_waiting or self._waiting(job.client) >= self._max_waiting_per_client:
                return False
            self._line.append(job)
            return True

    @property
    def taken(self) -> int:
        """How many jobs run or wait."""
        with self._changed:
            return self._busy + len(self._line)

    def withdraw(self, job: Transfer) -> bool:
        """Take ``job`` out of the line; False says that it was not, or no longer, there."""
        with self._changed:
            try:
                self._line.remove(job)
            except ValueError:
                return False
            return True

    def drop(self) -> None:
        with self._changed:
            self._line.clear()
        super().drop()

    def _may_run(self, job: Transfer) -> bool:
        if self._busy >= self._most:
            return False
        return job.client is None or self._running[job.client] < self._most_per_client

    def _begin(self, job: Transfer) -> None:
        self._busy += 1
        self._running[job.client] += 1
        self._append(job)

    def _waiting(self, client: str | None) -> int:
        return 0 if client is None else sum(job.client == client for job in self._line)

    def _done(self, job: Transfer) -> None:
        with self._changed:
            self._busy -= 1
            self._running[job.client] -= 1
            if not self._running[job.client]:
                del self._running[job.client]
            self._advance()

    def _advance(self) -> None:
        for job in list(self._line):
            if self._busy >= self._most:
                return
            if self._may_run(job):
                self._line.remove(job)
                self._begin(job)
