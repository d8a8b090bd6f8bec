"""How the server is doing."""

from typing import Annotated, TypedDict

from syncfile import __version__
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
            {"name": name, "ended_at": run.ended_at, "swept": run.swept, "error": run.error}
            for name, run in sorted(call.core.job_runs.items())
        ],
    }
