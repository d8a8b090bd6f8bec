"""Commits as answers show them."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import commits, messages
from syncfile.core.happenings import Happening, Happenings
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
    desc: Annotated[str, "What was done, in English"]
    kind: Annotated[messages.Kind, "What sort of thing was done; edit of all that is nothing else"]


class Change(TypedDict):
    """What became of one path."""

    kind: Literal["add", "modify", "rename", "delete"]
    type: Literal["file", "dir"]
    path: str
    old_path: Annotated[str | None, "Of a rename: where it was"]


class FirstChanges(TypedDict):
    """The beginning of what a state of a library changed."""

    changes: Annotated[list[Change], "The first of all changes"]
    has_more: Annotated[bool, "There were others"]


class State(Commit, FirstChanges):
    """A state of a library, and the first of what it changed."""


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
        "kind": messages.kind_of(commit.description),
    }


def first_changes_answer(happenings: Happenings) -> FirstChanges:
    """Return the first changes as they are shown beside a state."""
    return {"changes": [_change_answer(item) for item in happenings.changes], "has_more": happenings.has_more}


def state_answer(repo_id: str, commit: commits.Commit, happenings: Happenings) -> State:
    """Return a commit with the first of what it changed."""
    return {**commit_answer(repo_id, commit), **first_changes_answer(happenings)}


def revision_answer(repo_id: str, revision: FileRevision) -> FileCommit:
    """Return a version of a file as it is shown."""
    return {
        **commit_answer(repo_id, revision.commit),
        "rev_file_id": revision.file_id,
        "rev_file_size": revision.size,
        "rev_renamed_old_path": revision.renamed_from,
    }


def _change_answer(item: Happening) -> Change:
    return {
        "kind": item.kind,
        "type": "dir" if item.is_dir else "file",
        "path": item.path,
        "old_path": item.old_path,
    }
