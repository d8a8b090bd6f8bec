"""What commits changed, as the table of changes keeps it, and which of it one library or folder may be told."""

from dataclasses import dataclass
from typing import Literal

from syncfile.core.access import RepoInfo
from syncfile.store.db import Database

#: Of a commit that changed more, only so many changes are told beside it.
MAX_CHANGES = 10

#: Prefix, its length and a slash more, prefix and slash. Not a range, which would lead away from the index of commits.
_WITHIN = "({0} = ? OR SUBSTR({0}, 1, ?) = ?)"
_ABOVE = "(LENGTH({0}) > ? AND SUBSTR(?, 1, LENGTH({0}) + 1) = {0} || '/')"
_OLD = "COALESCE(old_path, path)"
_PATH, _OLD_PATH = _WITHIN.format("path"), _WITHIN.format(_OLD)
#: Whether a change is about a folder; with ``touching``. One of a folder above it is, as that carries it along.
TOUCHES = f"({_PATH} OR {_OLD_PATH} OR {_ABOVE.format('path')} OR {_ABOVE.format(_OLD)})"
#: Whether a change is about something outside of a shared folder; with ``within`` twice.
IS_ELSEWHERE = f"NOT ({_PATH} AND {_OLD_PATH})"
_CHANGES = (
    "SELECT kind, path, old_path, is_dir FROM change WHERE repo_id = ? AND commit_id = ?"
    " AND (SUBSTR(path, 1, ?) = ? OR SUBSTR(COALESCE(old_path, path), 1, ?) = ?)"
    "{} ORDER BY id LIMIT ?"
)
_ALL = _CHANGES.format("")
_OF_FOLDER = _CHANGES.format(f" AND {TOUCHES}")


Kind = Literal["add", "modify", "rename", "delete"]


@dataclass(frozen=True, slots=True)
class Happening:
    """One change of one path."""

    kind: Kind
    path: str
    old_path: str | None
    is_dir: bool


@dataclass(frozen=True, slots=True)
class Happenings:
    """The first of all that a commit changed; ``has_more`` tells of others."""

    changes: list[Happening]
    has_more: bool


def first_changes(db: Database, repo: RepoInfo, commit_id: str, path: str = "/") -> Happenings:
    """Return the first ``MAX_CHANGES`` of what a commit changed in a library, or in one folder of it."""
    below = (len(repo.prefix) + 1, f"{repo.prefix}/")
    asked = (repo.store_id, commit_id, *below, *below)
    if path == "/":
        rows = db.rows(_ALL, *asked, MAX_CHANGES + 1)
    else:
        rows = db.rows(_OF_FOLDER, *asked, *touching(repo.prefix, path), MAX_CHANGES + 1)
    return Happenings([_happening(repo.prefix, *row) for row in rows[:MAX_CHANGES]], len(rows) > MAX_CHANGES)


def within(folder: str) -> tuple[str, int, str]:
    """Return the parameters of one "is it in this folder", where "" is the root."""
    return folder, len(folder) + 1, f"{folder}/"


def touching(prefix: str, path: str) -> tuple[str | int, ...]:
    """Return the parameters of ``TOUCHES`` for a folder of the library whose root is at ``prefix``."""
    folder = prefix + path.rstrip("/")
    above = (len(prefix), f"{folder}/")
    return *within(folder), *within(folder), *above, *above


def inside(prefix: str, path: str | None) -> str | None:
    """Return what a path of the store is in the library whose root is at ``prefix``; None if it is outside of it."""
    if path is None or not path.startswith(f"{prefix}/"):
        return None
    return path[len(prefix) :]


def _happening(prefix: str, kind: Kind, path: str, old_path: str | None, is_dir: int) -> Happening:
    """Tell a change as the library saw it: what was renamed out of a shared folder is gone from there."""
    now, then = inside(prefix, path), inside(prefix, old_path)
    if now is None:
        return Happening("delete", then or "/", None, bool(is_dir))
    return Happening("add" if kind == "rename" and then is None else kind, now, then, bool(is_dir))
