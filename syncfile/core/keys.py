"""The keys of encrypted libraries that people have unlocked: in memory alone, for one hour after their last use."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from syncfile.core.access import Actor, RepoInfo
from syncfile.core.crypto import CipherKey, Encryptor
from syncfile.errors import LibraryLocked

IDLE_SECONDS = 3600
#: Longest unused go first.
KEYS_KEPT = 1024


class Unlocked:
    """The key of a library that one account has unlocked. Using it keeps it."""

    __slots__ = ("_clock", "_key", "used_at")

    def __init__(self, key: CipherKey, clock: Callable[[], float]) -> None:
        self._key = key
        self._clock = clock
        self.used_at = clock()

    @property
    def key(self) -> CipherKey:
        """The key, used now."""
        self.touch()
        return self._key

    def touch(self) -> None:
        """Say that it is in use."""
        self.used_at = self._clock()

    def encryptor(self) -> Encryptor:
        """Return the cipher of a new block."""
        return self.key.encryptor()


class Keys:
    """Keys by library and account. Any method may be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._unlocked: OrderedDict[tuple[str, int | None], Unlocked] = OrderedDict()

    def put(self, repo: RepoInfo, actor: Actor, key: CipherKey) -> None:
        """Remember that ``actor`` has unlocked ``repo``."""
        with self._lock:
            place = (repo.store_id, actor.account_id)
            self._unlocked[place] = Unlocked(key, self._clock)
            self._unlocked.move_to_end(place)
            self._drop_idle()

    def require(self, repo: RepoInfo, actor: Actor) -> Unlocked | None:
        """Return the key that ``actor`` has for ``repo``; None for a plain library.

        Raises:
            LibraryLocked: The library's password is needed first.
        """
        if not repo.is_encrypted:
            return None
        with self._lock:
            self._drop_idle()
            place = (repo.store_id, actor.account_id)
            found = self._unlocked.get(place)
            if found is None:
                raise LibraryLocked("the password of the library is needed first")
            self._unlocked.move_to_end(place)
        found.touch()
        return found

    def has(self, repo: RepoInfo, actor: Actor) -> bool:
        """Tell whether ``actor`` may read the files of ``repo`` without a password now; asking is no use of the key."""
        if not repo.is_encrypted:
            return True
        with self._lock:
            self._drop_idle()
            return (repo.store_id, actor.account_id) in self._unlocked

    def forget(self, repo: RepoInfo) -> None:
        """Lock a library for everybody."""
        with self._lock:
            for place in [place for place in self._unlocked if place[0] == repo.store_id]:
                del self._unlocked[place]

    def _drop_idle(self) -> None:
        for place in [place for place, unlocked in self._unlocked.items() if self._is_idle(unlocked)]:
            del self._unlocked[place]
        while len(self._unlocked) > KEYS_KEPT:
            self._unlocked.popitem(last=False)

    def _is_idle(self, unlocked: Unlocked) -> bool:
        return unlocked.used_at + IDLE_SECONDS <= self._clock()
