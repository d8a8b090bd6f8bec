"""The way to the core: open while the data disk is there, closed while it is away, pulled or ejected."""

import logging
import math
import os
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from syncfile.core.core import Core
from syncfile.core.opening import close_core
from syncfile.errors import Busy, DiskMissing, StoreUnavailable, SyncFileError

log = logging.getLogger("syncfile.door")

RETRY_SECONDS = 1  # between two tries to open a data folder that is not there
RETRY_AFTER_SECONDS = 5  # what clients are told meanwhile
LOOK_SECONDS = 2.0  # between two looks whether the disk is still there, or is back
#: What is running when the disk is ejected may finish in this time; when it was pulled, most of it cannot.
EJECT_GRACE_SECONDS, PULLED_GRACE_SECONDS = 5.0, 1.0
#: Who asks for an eject is told after so long that something does not end.
EJECT_SECONDS = 30.0
#: An ejected disk that nobody has unplugged is used again: no mistaken click puts an end to service.
RESUME_SECONDS = 600.0


def _nothing() -> None:
    """What cutting a call short is where it has no connection."""


class Visit:
    """One call's use of the core, from the moment when it first asks for it until it leaves.

    Args:
        door: To the core.
        cut: Ends the call's connection; may be called from any thread.
    """

    def __init__(self, door: "CoreDoor", cut: Callable[[], None] = _nothing) -> None:
        self.cut = cut
        self._door = door
        self._core: Core | None = None

    def core(self) -> Core:
        """Return the core, the same one each time. Raises ``StoreUnavailable``."""
        if self._core is None:
            self._core = self._door.enter(self)
        return self._core

    def eject(self) -> None:
        """Leave, and return when the data disk can be unplugged. Raises as ``CoreDoor.eject``."""
        self.leave()
        self._door.eject()

    def leave(self) -> None:
        """Use the core no more. Safe to call twice."""
        if self._core is not None:
            self._core = None
            self._door.leave(self)


class _Wish:
    """Something that the keeper is to do, and how it ended."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act
        self.done = threading.Event()
        self.error: SyncFileError | None = None


class CoreDoor:
    """Opens the core when it is first wanted, and again and again while the data disk is missing.

    A keeper, a thread of its own, closes what is left of a disk that was pulled, opens the disk when it is back, and
    ejects it when asked. Without a keeper a missing disk is only told to each call.

    Args:
        open: Returns the open core, or raises ``StoreUnavailable``.
        close: Closes it again, when no call uses it any more.
        clock: Seconds.
    """

    def __init__(
        self,
        open: Callable[[], Core],
        close: Callable[[Core], None] = close_core,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open = open
        self._close = close
        self._clock = clock
        self._opening = threading.Lock()
        self._next_try = -math.inf
        self._core: Core | None = None
        self._changed = threading.Condition()  # guards what follows
        self._visits: set[Visit] = set()
        self._is_closing = self._is_ending = False
        self._ejected: _Ejected | None = None
        self._said = ""
        self._wishes: SimpleQueue[_Wish | None] = SimpleQueue()  # a signal handler may put something into it
        self._keeper: threading.Thread | None = None

    # What calls do

    def enter(self, visit: Visit) -> Core:
        """Let a call use the core until it leaves.

        Raises:
            StoreUnavailable: The data disk is not there, or was not a moment ago, or is being ejected.
        """
        if self._is_closing:
            raise _unavailable()
        core = self._core or self._open_for_call()
        try:
            core.folder.check()
        except DiskMissing:
            if self._keeper is not None:
                self._wishes.put(_Wish(self._look))  # sooner than it would by itself
            raise
        with self._changed:
            if self._is_closing or core is not self._core:
                raise _unavailable()
            self._visits.add(visit)
        return core

    def leave(self, visit: Visit) -> None:
        """Note that a call is over."""
        with self._changed:
            self._visits.discard(visit)
            if not self._visits:
                self._changed.notify_all()

    def eject(self) -> None:
        """Let go of the data disk, and return when it can be unplugged. For a call that has left.

        Raises:
            StoreUnavailable: It is not there.
            Busy: Something that is running does not end; the disk is let go as soon as it has. Or nobody keeps it, or
                it cannot be let go.
        """
        if self._keeper is None:
            raise Busy("this server does not eject its disk", retry_after=RETRY_AFTER_SECONDS)
        wish = _Wish(self._eject)
        self._wishes.put(wish)
        if not wish.done.wait(EJECT_SECONDS):
            raise Busy("something that is running does not end yet", retry_after=RETRY_AFTER_SECONDS)
        if wish.error is not None:
            raise wish.error

    # What signal handlers do

    def ask_to_eject(self) -> None:
        """Have the disk ejected soon."""
        self._wishes.put(_Wish(self._eject))

    def ask_to_resume(self) -> None:
        """Have a disk that was ejected, and is still there, used again soon."""
        self._wishes.put(_Wish(self._resume))

    # Life

    def open(self) -> None:
        """Open the core now. Raises whatever opening raises, ``StoreUnavailable`` if the data disk is not there."""
        with self._opening:
            self._core = self._core or self._open()

    def keep(self) -> None:
        """Start the keeper."""
        self._keeper = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._keeper.start()

    def close(self) -> None:
        """End the keeper, and close the core if it is open. No call may be running any more."""
        if self._keeper is not None:
            self._wishes.put(None)
            with self._changed:
                self._is_ending = True
                self._changed.notify_all()
            self._keeper.join()
        with self._opening:
            core, self._core = self._core, None
        if core is not None:
            self._close(core)

    def _run(self) -> None:
        while (wish := self._next_wish()) is not None:
            try:
                wish.act()
            except SyncFileError as error:
                wish.error = error
                self._say(error)
            except Exception as error:  # whatever it is, it may be over the next time
                wish.error = Busy("the server could not do it, see its log", retry_after=RETRY_AFTER_SECONDS)
                self._say(error)
            finally:
                wish.done.set()

    def _next_wish(self) -> _Wish | None:
        try:
            return self._wishes.get(timeout=LOOK_SECONDS)
        except Empty:
            return _Wish(self._look)

    # What the keeper does

    def _look(self) -> None:
        """Close the core if its disk was pulled, and open it if the disk is there."""
        core = self._core
        if core is not None:
            try:
                return core.folder.check()
            except DiskMissing as error:
                self._say(error)
                self._shut(core, PULLED_GRACE_SECONDS)
        if self._ejected is not None:
            if not self._ejected.is_over(self._clock()):
                return
            log.info("the data disk was unplugged, or nobody has done so")
        self._resume()

    def _eject(self) -> None:
        if self._ejected is not None:
            return
        if self._core is None:
            raise _unavailable()
        log.info("the data disk is being ejected")
        ejected = _Ejected(self._core.folder.path, self._clock() + RESUME_SECONDS)
        self._shut(self._core, EJECT_GRACE_SECONDS, ejected)
        log.info("the data disk can be unplugged")

    def _resume(self) -> None:
        self._ejected = None
        self.open()
        if self._said:
            log.info("the data disk is back")
            self._said = ""

    def _shut(self, core: Core, grace_seconds: float, ejected: "_Ejected | None" = None) -> None:
        """Let calls finish within the grace time, cut the others, and close the core when none is left."""
        core.stopping.set()
        with self._changed:
            self._is_closing = True
            if not self._wait_for_calls(grace_seconds):
                log.warning("%d requests are cut", len(self._visits))
                for visit in self._visits:
                    visit.cut()
                self._wait_for_calls(None)
        try:
            self._close(core)
        except Exception:
            ejected = None  # nobody was told that it can be unplugged: it is used on
            raise
        finally:
            with self._changed:
                self._core, self._ejected, self._is_closing = None, ejected, False

    def _wait_for_calls(self, seconds: float | None) -> bool:
        return self._changed.wait_for(lambda: not self._visits or self._is_ending, seconds)

    def _say(self, error: Exception) -> None:
        """Log what keeps the disk from being used, once."""
        if str(error) != self._said:
            self._said = str(error)
            log.warning("%s", error)

    def _open_for_call(self) -> Core:
        if self._ejected is not None:
            raise StoreUnavailable("the data disk was ejected", retry_after=RETRY_AFTER_SECONDS)
        # One request tries; the others are not kept waiting for a disk that may hang.
        if not self._opening.acquire(blocking=False):
            raise _unavailable()
        try:
            now = self._clock()
            if self._core is None and now < self._next_try:
                raise _unavailable()
            self._next_try = now + RETRY_SECONDS
            self._core = self._core or self._open()
            return self._core
        except SyncFileError:
            raise
        except Exception as error:
            self._say(error)
            raise _unavailable() from error
        finally:
            self._opening.release()


class _Ejected:
    """A disk that was ejected: it is used again once it was away, or if nobody unplugs it.

    Args:
        path: Of the data folder.
        until: Seconds, of a clock.
    """

    def __init__(self, path: str, until: float) -> None:
        self._path = path
        self._place = _place(path)
        self._until = until

    def is_over(self, now: float) -> bool:
        """Tell whether what is in its place now may be used."""
        return now >= self._until or _place(self._path) != self._place


def _place(path: str) -> tuple[int, int] | None:
    """Return what differs between a disk and another one, or none, at a path."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _unavailable() -> StoreUnavailable:
    return StoreUnavailable("the data disk is not there", retry_after=RETRY_AFTER_SECONDS)
