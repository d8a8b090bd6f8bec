"""One lock for each library, so that its edits follow each other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from syncfile.errors import Busy

#: An edit takes milliseconds; who waits this long in line is better off trying again.
WAIT_SECONDS = 30.0


class _Lock:
    """A lock that a weak dictionary can hold; gone when nobody holds or awaits it."""

    def __init__(self) -> None:
        self.mutex = threading.RLock()


class RepoLocks:
    """Locks by repo id, made when asked for. A thread may enter a lock that it holds already."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()

    @contextmanager
    def hold(self, *repo_ids: str) -> Iterator[None]:
        """Hold the locks of all ``repo_ids``, taken in one order everywhere so that two holders never deadlock.

        Raises:
            Busy: A lock was not free within ``WAIT_SECONDS``.
        """
        held: list[_Lock] = []
        try:
            for repo_id in sorted(set(repo_ids)):
                with self._guard:
                    lock = self._locks.setdefault(repo_id, _Lock())
                if not lock.mutex.acquire(timeout=WAIT_SECONDS):
                    raise Busy("the library is being changed by others", retry_after=5)
                held.append(lock)
            yield
        finally:
            for lock in held:
                lock.mutex.release()
