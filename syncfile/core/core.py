"""What the core's functions share: settings, database, store, clock."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from syncfile.config import Config
from syncfile.core.clock import Watch
from syncfile.core.keys import Keys
from syncfile.core.repo_locks import RepoLocks
from syncfile.core.throttle import Throttle
from syncfile.store.blocks import BlockStore
from syncfile.store.data_folder import DataFolder
from syncfile.store.db import Database
from syncfile.store.object_store import ObjectStore


@dataclass(frozen=True, slots=True)
class JobRun:
    """A job's last run: when it ended, in seconds, what it did away with, and the error it ended with, if any.

    Attributes:
        failures: Runs in turn that ended with an error, up to this one.
    """

    ended_at: int
    swept: int
    error: str = ""
    failures: int = 0


@dataclass(eq=False)
class Core:
    """One open data folder. Functions of ``core`` take it first; nothing in it is per request.

    Attributes:
        config: As it counts now: ``server_settings`` puts another one in its place.
        given: As file, environment and flags have it; None if that is the same.
    """

    config: Config
    folder: DataFolder
    db: Database
    objects: ObjectStore
    blocks: BlockStore
    locks: RepoLocks = field(default_factory=RepoLocks)
    throttle: Throttle = field(default_factory=Throttle)
    keys: Keys = field(default_factory=Keys)
    stopping: threading.Event = field(default_factory=threading.Event)  # set when jobs are to end
    job_runs: dict[str, JobRun] = field(default_factory=dict)
    given: Config | None = None
    clock: Callable[[], float] = time.time
    watch: Watch | None = None  # over the clock; None where the store is another process's

    def now(self) -> int:
        """Return the time in seconds UTC."""
        return int(self.clock())
