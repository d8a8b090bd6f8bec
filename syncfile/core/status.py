"""How the server is doing, for its administrators."""

import os
import time
from dataclasses import dataclass

from syncfile.core.access import Actor, require_staff
from syncfile.core.core import Core

_COUNTS = (
    "SELECT (SELECT COUNT(*) FROM account), COUNT(*), COALESCE(SUM(file_count), 0), COALESCE(SUM(size), 0),"
    " (SELECT COUNT(*) FROM upload_session) FROM repo WHERE deleted_at IS NULL AND origin_id IS NULL"
)


@dataclass(frozen=True, slots=True)
class Status:
    """The server at this moment.

    Attributes:
        uptime: Of the process, seconds.
        memory: Of the process, as it is resident, bytes.
        disk_total: Of the disk that the data folder is on, bytes, as ``disk_free``.
        database: Of the metadata, bytes.
        files: At the heads of all libraries; ``file_bytes`` is their size.
        uploads: Files that are arriving in pieces.
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


def server_status(core: Core, actor: Actor) -> Status:
    """Return how the server is doing.

    Raises:
        PermissionDenied: The actor is no administrator.
        StoreUnavailable: The data disk is not there.
    """
    require_staff(actor)
    disk_total, disk_free = core.folder.disk_usage()
    counts = core.db.row(_COUNTS)
    return Status(_uptime(), _memory(), disk_total, disk_free, _database_bytes(core), *counts)


def _database_bytes(core: Core) -> int:
    """Return the size of the database with its log, where it has one."""
    path = core.folder.database_path
    return sum(os.path.getsize(name) for name in (path, f"{path}-wal") if os.path.exists(name))


def _uptime() -> int:
    """Return the age of the process; see proc(5), /proc/pid/stat."""
    with open("/proc/self/stat", "rb") as file:
        behind_name = file.read().rpartition(b")")[2].split()
    started = int(behind_name[19]) / os.sysconf("SC_CLK_TCK")  # field 22, seconds after boot
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) - started)


def _memory() -> int:
    """Return the resident memory; see proc(5), /proc/pid/statm."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
