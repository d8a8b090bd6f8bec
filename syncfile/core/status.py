"""How the server is doing, for its administrators."""

import os
import time
from dataclasses import dataclass

from syncfile.core import clock
from syncfile.core.access import Actor, require_staff
from syncfile.core.certificate_expiry import certificate_expiry
from syncfile.core.core import Core
from syncfile.core.gc_marks import last_finished
from syncfile.memory import resident_bytes
from syncfile.profile import limits

_COUNTS = (
    "SELECT (SELECT COUNT(*) FROM account), COUNT(*), COALESCE(SUM(file_count), 0), COALESCE(SUM(size), 0),"
    " (SELECT COUNT(*) FROM upload_session) FROM repo WHERE deleted_at IS NULL AND origin_id IS NULL"
)


@dataclass(frozen=True, slots=True)
class Status:
    """The server at this moment. Times are seconds UTC, sizes bytes.

    Attributes:
        uptime: Of the process, seconds; 0 if none serves, as ``memory``, which is what it has resident.
        disk_total: Of the disk that the data folder is on, as ``disk_free``.
        database: Of the metadata.
        files: At the heads of all libraries; ``file_bytes`` is their size.
        uploads: Files that are arriving in pieces.
        journal: How the database survives a crash: ``wal`` or ``truncate``.
        collected_at: When garbage was last collected in all libraries; 0: a run is wanted.
        certificate_expires_at: None if there is none.
        time: What the store holds the time to be.
        time_ahead: Of the machine's clock, seconds: not 0 where that is not set.
        is_time_settled: The clock has been right for long enough to sweep what is old.
        profile: Megabytes of memory to get along with.
        memory_ceiling: Above it more long requests are sent away.
    """

    uptime: int
    memory: int
    disk_total: int
    disk_free: int
    database: int
    accounts: int
    repos: int
    files: int
    file_bytes: int
    uploads: int
    journal: str
    collected_at: int
    certificate_expires_at: int | None
    time: int
    time_ahead: int
    is_time_settled: bool
    profile: int
    memory_ceiling: int


def server_status(core: Core, actor: Actor) -> Status:
    """Return how the server is doing that this process is.

    Raises:
        PermissionDenied: The actor is no administrator.
        StoreUnavailable: The data disk is not there.
    """
    require_staff(actor)
    return status_of(core, os.getpid())


def status_of(core: Core, pid: int | None) -> Status:
    """Return how a store is doing, and the process that serves it, if any. Raises ``StoreUnavailable``."""
    uptime, memory = process_figures(pid)
    disk_total, disk_free = core.folder.disk_usage()
    accounts, repos, files, file_bytes, uploads = core.db.row(_COUNTS)
    (journal,) = core.db.row("PRAGMA journal_mode")
    ahead = round(core.clock() - time.time())
    limit = limits(core.config)
    return Status(
        uptime=uptime,
        memory=memory,
        disk_total=disk_total,
        disk_free=disk_free,
        database=_database_bytes(core),
        accounts=accounts,
        repos=repos,
        files=files,
        file_bytes=file_bytes,
        uploads=uploads,
        journal=journal,
        collected_at=last_finished(core.folder.path),
        certificate_expires_at=certificate_expiry(core.config.tls_cert) if core.config.tls_cert else None,
        time=core.now(),
        time_ahead=ahead if abs(ahead) > clock.SLACK_SECONDS else 0,
        is_time_settled=clock.is_settled(core.db, core.now()),
        profile=limit.megabytes,
        memory_ceiling=limit.memory_ceiling << 20,
    )


def process_figures(pid: int | None) -> tuple[int, int]:
    """Return the age of a process, in seconds, and its resident memory; zeros if there is none."""
    try:
        return (_uptime(pid), resident_bytes(pid=pid)) if pid is not None else (0, 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0


def _database_bytes(core: Core) -> int:
    """Return the size of the database with its log, where it has one."""
    path = core.folder.database_path
    return sum(os.path.getsize(name) for name in (path, f"{path}-wal") if os.path.exists(name))


def _uptime(pid: int) -> int:
    """Return the age of a process; see proc(5), /proc/pid/stat."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        behind_name = file.read().rpartition(b")")[2].split()
    started = int(behind_name[19]) / os.sysconf("SC_CLK_TCK")  # field 22, seconds after boot
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) - started)
