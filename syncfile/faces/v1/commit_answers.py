"""Commits as answers show them."""

from typing import Annotated, TypedDict

from syncfile.core import commits
from syncfile.core.revisions import FileRevision


class Commit(TypedDict):
    """One state of a library."""

    id: Annotated[str, "40 hex digits"]
    parent_id: Annotated[str | None, "The state before it; null of the first"]
    second_parent_id: Annotated[str | None, "Of a merge: the state that came from a client"]
    repo_id: str
    root_id: Annotated[str, "Of the root folder"]
    creator: Annotated[str, "The client's id; zeros where the server made it"]
    creator_name: Annotated[str, "Name of the account"]
    ctime: Annotated[int, "Seconds"]
    device_name: str | None
    new_merge: bool
    version: int
    conflict: Annotated[bool, "Two people had changed the same file"]
    desc: Annotated[str, "What was done"]


class FileCommit(Commit):
    """A state of a library that brought a version of a file."""

    rev_file_id: Annotated[str, "Of the file in this version"]
    rev_file_size: Annotated[int, "Bytes"]
    rev_renamed_old_path: Annotated[str | None, "Its path before, where this renamed it"]


class FileHistory(TypedDict):
    """The versions of a file, newest first."""

    commits: list[FileCommit]


def commit_answer(repo_id: str, commit: commits.Commit) -> Commit:
    """Return a commit as it is shown in the library through which it was asked for."""
    return {
        "id": commit.id,
        "parent_id": commit.parent_id,
        "second_parent_id": commit.second_parent_id,
        "repo_id": repo_id,
        "root_id": commit.root_id,
        "creator": commit.creator,
        "creator_name": commit.creator_name or "",
        "ctime": commit.ctime,
        "device_name": commit.device_name,
        "new_merge": bool(commit.new_merge),
        "version": commit.version,
        "conflict": bool(commit.conflict),
        "desc": commit.description,
    }


def revision_answer(repo_id: str, revision: FileRevision) -> FileCommit:
    """Return a version of a file as it is shown."""
    return {
        **commit_answer(repo_id, revision.commit),
        "rev_file_id": revision.file_id,
        "rev_file_size": revision.size,
        "rev_renamed_old_path": revision.renamed_from,
    }
