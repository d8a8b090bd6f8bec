"""How the server is doing."""

from typing import Annotated, TypedDict

from syncfile import __version__
from syncfile.core import health
from syncfile.core.scrub import Progress, progress
from syncfile.core.status import server_status
from syncfile.faces.http import Call
from syncfile.faces.v1.face import face


class Disk(TypedDict):
    """The disk that everything is stored on."""

    total: Annotated[int, "Bytes"]
    free: Annotated[int, "Bytes"]
    database: Annotated[int, "Bytes of metadata"]


class Job(TypedDict):
    """The last run of a job that the server does now and then."""

    name: str
    ended_at: Annotated[int, "Seconds"]
    swept: Annotated[int, "Things it did away with"]
    error: Annotated[str, "Empty if it went well"]
    failures: Annotated[int, "Runs in turn that failed"]


class Rot(TypedDict):
    """A block whose bytes are not what they were."""

    repo_id: str
    repo_name: str
    path: Annotated[str, "The file that has it; empty if only an older state has"]
    block_id: str
    found_at: Annotated[int, "Seconds"]


class Scrub(TypedDict):
    """The slow reading of all blocks that finds rot."""

    running: bool
    began_at: Annotated[int, "Seconds; the pass that runs, or was the last"]
    finished_at: Annotated[int, "Seconds; 0 if none has come to its end"]
    blocks: Annotated[int, "Read in this pass"]
    bytes: Annotated[int, "Of these blocks"]
    found: list[Rot]


class Status(TypedDict):
    """The server at this moment."""

    version: str
    uptime: Annotated[int, "Seconds"]
    memory: Annotated[int, "Resident bytes of the process"]
    disk: Disk
    accounts: int
    repos: int
    files: int
    file_bytes: Annotated[int, "Size of all files as they are now"]
    uploads: Annotated[int, "Files that are arriving in pieces"]
    jobs: list[Job]
    problems: Annotated[list[str], "What is wrong: disk_low, scrub_found, certificate_expiry, job_failed"]
    collected_at: Annotated[int, "Seconds; when garbage was last collected, 0 if a run is due"]
    scrub: Scrub
    certificate_expires_at: Annotated[int | None, "Seconds; null if there is none"]
    profile: Annotated[int, "Megabytes of memory to get along with"]


@face.route("GET", "/v1/status/")
def get_status(call: Call) -> Status:
    """Tell how the server is doing; for administrators."""
    status = server_status(call.core, call.actor)
    return {
        "version": __version__,
        "uptime": status.uptime,
        "memory": status.memory,
        "disk": {"total": status.disk_total, "free": status.disk_free, "database": status.database},
        "accounts": status.accounts,
        "repos": status.repos,
        "files": status.files,
        "file_bytes": status.file_bytes,
        "uploads": status.uploads,
        "jobs": [
            {
                "name": name,
                "ended_at": run.ended_at,
                "swept": run.swept,
                "error": run.error,
                "failures": run.failures,
            }
            for name, run in sorted(call.core.job_runs.items())
        ],
        "problems": health.problems(call.core),
        "collected_at": status.collected_at,
        "scrub": _scrub(progress(call.core)),
        "certificate_expires_at": status.certificate_expires_at,
        "profile": status.profile,
    }


def _scrub(at: Progress) -> Scrub:
    return {
        "running": at.is_running,
        "began_at": at.began_at,
        "finished_at": at.finished_at,
        "blocks": at.blocks,
        "bytes": at.bytes,
        "found": [
            {
                "repo_id": item.repo_id,
                "repo_name": item.library,
                "path": item.path,
                "block_id": item.block_id,
                "found_at": item.found_at,
            }
            for item in at.found
        ],
    }
