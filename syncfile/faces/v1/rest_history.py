"""The states that a library went through, and what each of them changed."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import commits
from syncfile.core.differences import Difference
from syncfile.faces.http import Call
from syncfile.faces.v1.asked import Limit, Start
from syncfile.faces.v1.commit_answers import Change, Commit, State, commit_answer, state_answer
from syncfile.faces.v1.face import face


class History(TypedDict):
    """A page of the states of a library, newest first."""

    commits: list[State]
    has_more: bool


class SizedChange(Change):
    """What became of one path. A folder that was added or deleted stands for all that it holds."""

    size: Annotated[int, "Bytes; of what was deleted, before that"]


class Changes(Commit):
    """A state of a library, and a page of what it changed."""

    changes: list[SizedChange]
    has_more: bool


@face.route("GET", "/v1/repos/<repo_id>/history/")
def list_history(
    call: Call,
    repo_id: str,
    p: Annotated[str, "Only what changed this folder, which need not be there any more"] = "/",
    start: Start = 0,
    limit: Limit = 100,
) -> History:
    """List the states that a library went through; of a shared folder, those that changed it."""
    found = commits.list_commits(call.core, call.actor, repo_id, start, limit + 1, p)
    return {"commits": [state_answer(repo_id, *item) for item in found[:limit]], "has_more": len(found) > limit}


@face.route("GET", "/v1/repos/<repo_id>/history/<commit_id>/")
def get_changes(
    call: Call,
    repo_id: str,
    commit_id: str,
    p: Annotated[str, "Only what changed in this folder"] = "/",
    start: Start = 0,
    limit: Limit = 100,
) -> Changes:
    """Tell what one of them changed."""
    commit, found = commits.commit_changes(call.core, call.actor, repo_id, commit_id, start, limit + 1, p)
    return {
        **commit_answer(repo_id, commit),
        "changes": [_change_answer(item) for item in found[:limit]],
        "has_more": len(found) > limit,
    }


def _change_answer(item: Difference) -> SizedChange:
    entry = item.new or item.old
    assert entry is not None
    return {
        "kind": _kind_of(item),
        "type": "dir" if entry.is_dir else "file",
        "path": item.path,
        "old_path": item.old_path,
        "size": entry.size,
    }


def _kind_of(item: Difference) -> Literal["add", "modify", "rename", "delete"]:
    if item.old_path is not None:
        return "rename"
    if item.old is None:
        return "add"
    return "modify" if item.new else "delete"
