"""Collection of garbage: what neither a head, nor the history, nor an unfinished upload leads to is removed.

Runs beside everything else. What it knows is in a file (``gc_marks``), so that memory does not grow with the store.
Three things keep it from taking what somebody is about to use: what is younger than the grace period is spared, and
whoever finds a block that is there makes it young; while blocks go on arriving, older ones are spared for longer, as
they may be of the same upload; and each removal is made under the library's lock, after a look at what came meanwhile.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from syncfile.core.clock import is_certain, is_settled
from syncfile.core.core import Core
from syncfile.core.gc_marks import BLOCK, COMMIT, OBJECT, Marks, last_finished
from syncfile.core.gc_reach import BATCH, OF_STORE, Damaged, Reach, SettingsChanged
from syncfile.errors import Busy, NotFound
from syncfile.store.block_hold import BlocksHeld, removing_blocks

log = logging.getLogger("syncfile.gc")

#: Between two collections by the server itself.
PERIOD_SECONDS = 86400
#: While an upload goes on, what may be its beginning is spared for so many grace periods.
UPLOAD_GRACES = 7
#: What is younger than now by more was written while the clock was wrong: it would stay young until that time comes.
AHEAD_SECONDS = 86400
#: An edit that looked at the past before the marks were made has ended after so long (it waits 30 for its lock).
SETTLE_SECONDS = 60.0

_BUSY_POLL_SECONDS = 2.0
_MAX_BUSY_SECONDS = 3600.0  # in one run: a disk that fills up is worse than a slow afternoon
_FIRST_ID = "0" * 40
_TABLES = ("small_block", "fs_object", "commits", "entry", "change")


class Stopped(Exception):
    """The run was told to stop; the next one goes on."""


@dataclass(slots=True)
class Freed:
    """What a run removed, or of a dry run would remove.

    Attributes:
        libraries: Deleted ones whose content was cleared away.
        block_bytes: Of the blocks, as stored.
        objects: Directories, pages of directories and files.
        damaged: Libraries where nothing was removed because something that they keep cannot be read.
    """

    libraries: int = 0
    blocks: int = 0
    block_bytes: int = 0
    objects: int = 0
    commits: int = 0
    damaged: int = 0

    @property
    def total(self) -> int:
        """How many things they were."""
        return self.blocks + self.objects + self.commits


class Pace:
    """When to go on, to wait and to stop.

    Args:
        stopped: Ends the run as soon as it is set.
        is_busy: Tells whether others need the machine now.
        settle_seconds: To wait for edits that began before the marks.
    """

    def __init__(
        self,
        stopped: threading.Event | None = None,
        is_busy: Callable[[], bool] = lambda: False,
        settle_seconds: float = 0.0,
    ) -> None:
        self._stopped = stopped or threading.Event()
        self._is_busy = is_busy
        self._settle_seconds = settle_seconds
        self._busy_left = _MAX_BUSY_SECONDS

    def rest(self) -> None:
        """Wait while the house is busy. Raises ``Stopped``."""
        while self._busy_left > 0 and not self._stopped.is_set() and self._is_busy():
            self._busy_left -= _BUSY_POLL_SECONDS
            self._stopped.wait(_BUSY_POLL_SECONDS)
        if self._stopped.is_set():
            raise Stopped

    def settle(self) -> None:
        """Wait for what began before the marks were made. Raises ``Stopped``."""
        if self._stopped.wait(self._settle_seconds):
            raise Stopped


def is_machine_busy() -> bool:
    """Tell whether more wants to run, or waits for the disk, than the machine has processors."""
    return os.getloadavg()[0] > (os.cpu_count() or 1) + 1


def collect_daily(core: Core) -> int:
    """Collect if the last run is a day ago or was cut off, and return how many things were removed: the job."""
    if not is_certain(core.db, core.now()) or 0 <= core.now() - last_finished(core.folder.path) < PERIOD_SECONDS:
        return 0
    settle_seconds = min(float(core.config.gc_grace), SETTLE_SECONDS)
    try:
        return collect(core, pace=Pace(core.stopping, is_machine_busy, settle_seconds)).total
    except Stopped:
        return 0


def collect(core: Core, repo_id: str = "", *, dry_run: bool = False, pace: Pace | None = None) -> Freed:
    """Remove what nothing keeps, of one library or of all, and return what that was.

    Objects that only an interrupted push or copy has left go in a run that finds them again after the grace period.

    Args:
        repo_id: A real library; "" for all of them, and for what is left of deleted ones.
        dry_run: Only count.

    Raises:
        Stopped: By the pace; a run of all libraries goes on where it was.
        NotFound: There is no such library, or it is virtual.
        Busy: Another run is under way, or others hold a library for too long, or the clock was set a moment ago.
        BlocksHeld: A backup or an export needs what nothing else keeps; the next run goes on.
        StoreUnavailable, DiskFull: The run can be made again at any time.
    """
    core.folder.check()
    if not (dry_run or is_settled(core.db, core.now(), core.config.gc_grace)):
        raise Busy("the clock is not set or was set a moment ago, and what looks old may be young", retry_after=3600)
    pace = pace or Pace()
    freed = Freed()
    with core.locks.hold("gc"), _open_marks(core, is_round=not (repo_id or dry_run)) as marks:
        if repo_id:
            _collect_one(core, marks, repo_id, dry_run, pace, freed)
        else:
            _collect_all(core, marks, dry_run, pace, freed)
    log.info(
        "gc blocks=%d bytes=%d objects=%d commits=%d libraries=%d damaged=%d dry_run=%s",
        *(freed.blocks, freed.block_bytes, freed.objects, freed.commits, freed.libraries, freed.damaged, dry_run),
    )
    return freed


@contextmanager
def _open_marks(core: Core, is_round: bool) -> Iterator[Marks]:
    """Open the file of marks; after an unforeseen error it is not to be believed."""
    before = last_finished(core.folder.path)
    marks = Marks(core.folder.path)
    try:
        yield marks
        core.folder.check()  # that it was in order is written under a name, where another disk may be by now
    except (Stopped, NotFound, BlocksHeld):
        if core.folder.is_there():
            marks.close(0 if is_round else before)
        else:
            marks.discard()
        raise
    except BaseException:
        marks.discard()
        raise
    marks.close(core.now() if is_round else before)


def _collect_all(core: Core, marks: Marks, dry_run: bool, pace: Pace, freed: Freed) -> None:
    after = "" if dry_run else marks.note("after")
    sql = "SELECT id FROM repo WHERE deleted_at IS NULL AND origin_id IS NULL AND id > ? ORDER BY id LIMIT 1"
    while row := core.db.row(sql, after):
        after = row[0]
        try:
            _collect_one(core, marks, after, dry_run, pace, freed)
        except NotFound:  # deleted meanwhile
            marks.clear()
        if not dry_run:
            marks.write_note("after", after)
    _clear_deleted(core, dry_run, pace, freed)
    marks.write_note("after", "")


def _collect_one(core: Core, marks: Marks, repo_id: str, dry_run: bool, pace: Pace, freed: Freed) -> None:
    if core.db.row("SELECT 1 FROM repo WHERE id = ? AND origin_id IS NULL AND deleted_at IS NULL", repo_id) is None:
        raise NotFound("there is no such library")
    try:
        _Collection(core, marks, repo_id, dry_run, pace, freed).run()
    except Damaged as error:
        freed.damaged += 1
        log.warning("gc repo=%s is damaged and was left alone, run syncfile fsck: %s", repo_id, error)
    except SettingsChanged:
        log.info("gc repo=%s changed meanwhile and was left alone", repo_id)
    marks.clear()


class _Collection:
    """The collection in one library."""

    def __init__(self, core: Core, marks: Marks, store_id: str, dry_run: bool, pace: Pace, freed: Freed) -> None:
        self.core = core
        self.marks = marks
        self.store_id = store_id
        self.dry_run = dry_run
        self.pace = pace
        self.freed = freed
        self.now = core.clock()
        self.grace = core.config.gc_grace
        self.reach = Reach(core, marks, store_id)

    def run(self) -> None:
        self._mark()
        before = self._list_blocks()
        self.pace.settle()
        self._remove(BLOCK, lambda block_id, size: self._remove_block(block_id, size, before))
        self._list_objects()
        if self.reach.is_whole:
            self._remove(OBJECT, lambda object_id, _size: self._remove_object(object_id, before))
            self._remove(COMMIT, self._remove_commit)

    def _mark(self) -> None:
        """Go on with the marks of a run that was stopped, if they are of this library and of these settings."""
        of_what = f"{self.store_id} {self.reach.history}"
        if self.marks.note("marked") != of_what or self.dry_run:
            self.marks.clear()
            self.marks.write_note("marked", of_what)
        self.reach.begin()
        while self.reach.step():
            self.pace.rest()

    def _list_blocks(self) -> float:
        """List the blocks that nothing keeps, and return the time before which what goes was touched last."""
        self.marks.forget_garbage()
        youngest_unkept = 0.0
        for number, (block_id, stat) in enumerate(self.core.blocks.list(self.store_id)):
            if number % BATCH == 0:
                self.pace.rest()
            if stat.mtime > self.now + AHEAD_SECONDS and not self.dry_run:
                self.core.blocks.touch(self.store_id, [block_id])
            if not self.marks.is_kept(BLOCK, block_id):
                youngest_unkept = max(youngest_unkept, stat.mtime)
                if stat.mtime < self.now - self.grace:
                    self.marks.add_garbage(BLOCK, block_id, stat.size)
        is_arriving = youngest_unkept >= self.now - self.grace
        return self.now - self.grace * (UPLOAD_GRACES if is_arriving else 1)

    def _list_objects(self) -> None:
        """List the objects and commits that nothing has kept for the grace period."""
        self.marks.forget_garbage()
        run = int(self.now)
        for kind, table in ((OBJECT, "fs_object WHERE repo_id = ?"), (COMMIT, f"commits WHERE {OF_STORE}")):
            places = (self.store_id,) * table.count("?")
            after = ""
            sql = f"SELECT id FROM {table} AND id > ? ORDER BY id LIMIT {BATCH}"
            while rows := self.core.db.rows(sql, *places, after):
                self.pace.rest()
                for (object_id,) in rows:
                    if self.marks.is_kept(kind, object_id):
                        continue
                    since = self.marks.unkept_since(self.store_id, kind, object_id, run, run)
                    if since <= self.now - self.grace:
                        self.marks.add_garbage(kind, object_id, 0)
                after = rows[-1][0]
        self.marks.forget_unkept(self.store_id, run)

    def _remove(self, kind: str, remove: Callable[[str, int], None]) -> None:
        """The last step: some at a time under the library's lock, but for what has come to be kept meanwhile."""
        after = _FIRST_ID
        while batch := self.marks.take_garbage(kind, BATCH, after):
            self.pace.rest()
            self.reach.catch_up()  # the long part of it without the lock
            with self.core.locks.hold(self.store_id), removing_blocks(self.core.folder):
                self.reach.catch_up()
                with self.core.db.transaction():
                    for object_id, size in batch:
                        if not self.marks.is_kept(kind, object_id):
                            remove(object_id, size)
            after = batch[-1][0]

    def _remove_block(self, block_id: str, size: int, before: float) -> None:
        stat = self.core.blocks.find_stat(self.store_id, block_id)
        if stat is None or stat.mtime >= before:
            return
        size = size if self.dry_run else self.core.blocks.delete_older(self.store_id, block_id, before)
        if size:
            self.freed.blocks += 1
            self.freed.block_bytes += size

    def _remove_object(self, row_id: str, before: float) -> None:
        objects = self.core.objects
        is_stale = objects.is_stale if self.dry_run else objects.delete_stale
        self.freed.objects += is_stale(self.store_id, row_id, before, self.now + AHEAD_SECONDS)

    def _remove_commit(self, commit_id: str, _size: int) -> None:
        if not self.dry_run:
            places = (self.store_id, self.store_id)
            self.core.db.rows(f"DELETE FROM commits WHERE id = ? AND {OF_STORE}", commit_id, *places)
        self.freed.commits += 1


def _clear_deleted(core: Core, dry_run: bool, pace: Pace, freed: Freed) -> None:
    """Clear away what deleted libraries have left, after the grace period; their rows stay."""
    old = core.now() - core.config.gc_grace
    for (repo_id,) in core.db.rows("SELECT id FROM repo WHERE deleted_at <= ? ORDER BY id", old):
        before = freed.total
        blocks = core.blocks.list(repo_id)
        while batch := list(islice(blocks, BATCH)):
            pace.rest()
            with removing_blocks(core.folder):
                for block_id, stat in batch:
                    if not dry_run:
                        core.blocks.delete(repo_id, block_id)
                    freed.blocks += 1
                    freed.block_bytes += stat.size
        for table in _TABLES:
            _clear_table(core, table, repo_id, dry_run, pace, freed)
        freed.libraries += freed.total > before


def _clear_table(core: Core, table: str, repo_id: str, dry_run: bool, pace: Pace, freed: Freed) -> None:
    (count,) = core.db.row(f"SELECT COUNT(*) FROM {table} WHERE repo_id = ?", repo_id)
    freed.objects += count if table == "fs_object" else 0
    freed.commits += count if table == "commits" else 0
    some = f"SELECT id FROM {table} WHERE repo_id = ? LIMIT {BATCH}"
    while not dry_run and core.db.row(some, repo_id):
        pace.rest()
        with core.db.transaction():
            core.db.rows(f"DELETE FROM {table} WHERE repo_id = ? AND id IN ({some})", repo_id, repo_id)
