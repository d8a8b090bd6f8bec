"""Reading all blocks again, slowly, to find those that have rotted before somebody needs them.

A little is read now and then, and only while the disk is in use anyway: a disk that sleeps is not woken for this. How
far it came is remembered, so that a pass goes on after a restart. Nothing is repaired: administrators are told.
"""

import time
from dataclasses import asdict, dataclass, field

from syncfile.core.access import find_repo
from syncfile.core.core import Core
from syncfile.core.gc import is_machine_busy
from syncfile.core.job_state import keep_state, recall_state
from syncfile.core.notifications import notify_administrators
from syncfile.core.tree import Snapshot, Trees
from syncfile.store.object_store import ObjectMissing

#: Read in one step; with a step every two seconds that is 4 MiB a second at most.
STEP_BYTES = 8 << 20
#: After so long without any use the disk may be asleep.
AWAKE_SECONDS = 300.0
#: Between two notes of how far it came.
SAVE_SECONDS = 120.0
#: Remembered and told of; who has more needs a new disk and not a longer list.
MAX_FINDINGS = 50

_STATE = "scrub"
_BLOCKS_AT_ONCE = 200
_NEXT_REPO = "SELECT id FROM repo WHERE deleted_at IS NULL AND origin_id IS NULL AND id > ? ORDER BY id LIMIT 1"


@dataclass(frozen=True, slots=True)
class Finding:
    """A block whose bytes are not what they were.

    Attributes:
        library: Its name.
        path: The file at the head that has it; "" if only an older state has.
        found_at: Seconds.
    """

    repo_id: str
    library: str
    path: str
    block_id: str
    found_at: int


@dataclass(slots=True)
class Progress:
    """How far the scrub came; times are seconds.

    Attributes:
        began_at: The pass that runs, or was the last.
        finished_at: The last pass that came to its end; 0: none has.
        repo_id: Where it is, with ``block_id``.
        blocks: Read in this pass, as ``bytes``.
        found: In this pass and the one before.
    """

    began_at: int = 0
    finished_at: int = 0
    repo_id: str = ""
    block_id: str = ""
    blocks: int = 0
    bytes: int = 0
    found: list[Finding] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        """Whether a pass has begun that has not come to its end."""
        return self.began_at > self.finished_at


def progress(core: Core) -> Progress:
    """Return how far the scrub came, as it was noted last."""
    fields = recall_state(core.db, _STATE)
    return Progress(**fields | {"found": [Finding(**each) for each in fields.get("found", ())]})


class Scrub:
    """The scrub of one open store, for the thread that does the jobs."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._at: Progress | None = None
        self._saved = time.monotonic()  # when, and by whom the database was written last
        self._own_write = 0.0

    def step(self, _core: Core) -> int:
        """Read some blocks if it is time for that, and return how many were bad."""
        days = self._core.config.scrub_days
        if not days or not self._is_awake() or is_machine_busy():
            return 0
        at = self._at = self._at or progress(self._core)
        if not at.is_running:
            if 0 <= self._core.now() - at.finished_at < days * 86400:
                return 0
            at.began_at, at.repo_id, at.block_id, at.blocks, at.bytes = self._core.now(), "", "", 0, 0
        before = len(at.found)
        self._read_some(at)
        if not at.is_running or len(at.found) > before or time.monotonic() >= self._saved + SAVE_SECONDS:
            self._save(at)
        return len(at.found) - before

    def _is_awake(self) -> bool:
        written_at = self._core.db.written_at
        used_at = max(self._core.blocks.read_at, written_at if written_at != self._own_write else 0.0)
        return bool(used_at) and time.monotonic() < used_at + AWAKE_SECONDS

    def _read_some(self, at: Progress) -> None:
        end = at.bytes + STEP_BYTES
        for _ in range(_BLOCKS_AT_ONCE):
            found = next(self._core.blocks.list(at.repo_id, at.block_id), None) if at.repo_id else None
            if found is None:
                return self._next_library(at)
            at.block_id = found[0]
            at.blocks += 1
            at.bytes += found[1].size
            if not self._core.blocks.is_whole(at.repo_id, at.block_id):
                self._tell(at)
            if at.bytes >= end or self._core.stopping.is_set():
                return

    def _next_library(self, at: Progress) -> None:
        row = self._core.db.row(_NEXT_REPO, at.repo_id)
        at.repo_id, at.block_id = (row[0] if row else ""), ""
        if row is None:
            at.finished_at = max(self._core.now(), at.began_at)
            at.found = [each for each in at.found if each.found_at >= at.began_at]

    def _tell(self, at: Progress) -> None:
        """Remember a finding, and tell the administrators of it if it is new."""
        known = [each for each in at.found if (each.repo_id, each.block_id) != (at.repo_id, at.block_id)]
        is_new = len(known) == len(at.found)
        if len(known) >= MAX_FINDINGS:
            return
        repo = find_repo(self._core.db, at.repo_id)
        library = repo.name if repo else ""
        finding = Finding(at.repo_id, library, self._path(at), at.block_id, self._core.now())
        at.found = [*known, finding]
        if is_new:
            content = f'Bytes of "{finding.path or library}" in the library "{library}" have changed on the disk'
            facts = {"repo_id": at.repo_id, "name": library, "path": finding.path, "block_id": at.block_id}
            notify_administrators(self._core, "scrub_found", content, **facts)

    def _path(self, at: Progress) -> str:
        """Return the path of a file at the head that has the block; "" if there is none."""
        repo = find_repo(self._core.db, at.repo_id)
        try:
            commit = self._core.objects.get_commit(at.repo_id, repo.head_id) if repo else None
            snapshot = Snapshot(Trees(self._core.objects, at.repo_id), commit.root_id) if commit else None
            for path, entry in snapshot.walk() if snapshot else ():
                if not entry.is_dir and at.block_id in self._core.objects.get_file(at.repo_id, entry.id).block_ids:
                    return path
        except ObjectMissing:
            pass
        return ""

    def _save(self, at: Progress) -> None:
        keep_state(self._core.db, _STATE, asdict(at))
        self._own_write = self._core.db.written_at
        self._saved = time.monotonic()
