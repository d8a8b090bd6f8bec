"""Figures of the store and the process, for those who watch over them: numbers, and no names of anybody."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from syncfile.core import health, scrub
from syncfile.core.core import Core
from syncfile.core.status import status_of


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure.

    Attributes:
        name: Without the program's; all of one name follow each other.
        help: A sentence.
        label: Name and value of what tells it from others of its name.
    """

    name: str
    help: str
    kind: Literal["gauge", "counter"]
    value: int
    label: tuple[str, str] | None = None


def metrics(core: Core) -> Iterator[Metric]:
    """Yield all figures. Raises ``StoreUnavailable``."""
    status = status_of(core, os.getpid())
    yield Metric("uptime_seconds", "Age of the process.", "gauge", status.uptime)
    yield Metric("memory_bytes", "Resident memory of the process.", "gauge", status.memory)
    yield Metric("disk_bytes", "Size of the data disk.", "gauge", status.disk_total)
    yield Metric("disk_free_bytes", "Room on the data disk.", "gauge", status.disk_free)
    yield Metric("database_bytes", "Metadata with its log.", "gauge", status.database)
    yield Metric("accounts", "People.", "gauge", status.accounts)
    yield Metric("libraries", "That are not deleted.", "gauge", status.repos)
    yield Metric("files", "In all libraries, as they are now.", "gauge", status.files)
    yield Metric("file_bytes", "Size of these files.", "gauge", status.file_bytes)
    yield Metric("unfinished_uploads", "Files that arrive in pieces.", "gauge", status.uploads)
    yield Metric(
        "gc_finished_seconds", "When garbage was last collected, 0: a run is due.", "gauge", status.collected_at
    )
    yield from _of_scrub(scrub.progress(core))
    for name, run in sorted(core.job_runs.items()):
        yield Metric("job_ended_seconds", "When a job ran last.", "gauge", run.ended_at, ("job", name))
    for name, run in sorted(core.job_runs.items()):
        yield Metric("job_failures", "Runs in turn that failed.", "gauge", run.failures, ("job", name))
    if status.certificate_expires_at is not None:
        yield Metric("certificate_expiry_seconds", "Until when it is good.", "gauge", status.certificate_expires_at)
    found = health.problems(core)
    for kind in health.KINDS:
        yield Metric("problem", "1 while something is wrong.", "gauge", int(kind in found), ("kind", kind))


def _of_scrub(at: scrub.Progress) -> Iterator[Metric]:
    yield Metric("scrub_finished_seconds", "When all blocks had been read again, 0: never.", "gauge", at.finished_at)
    yield Metric("scrub_blocks", "Read in the pass that runs or was the last.", "gauge", at.blocks)
    yield Metric("scrub_bytes", "Of these blocks.", "gauge", at.bytes)
    yield Metric("scrub_findings", "Blocks that have rotted.", "gauge", len(at.found))
