"""Files and folders by name, in every library that the actor may read. Only the name index is read, never a tree."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncfile.core.access import READ, Actor, RepoInfo, readable_repos, require
from syncfile.core.core import Core
from syncfile.core.derived import ROOT, find_entry_id, name_key
from syncfile.core.paths import join
from syncfile.errors import BadRequest

MAX_QUERY_BYTES = 255
MAX_WORDS = 10

_MATCHES = "FROM entry WHERE repo_id = ? AND "
_WORD = r"name_key LIKE ? ESCAPE '\'"
_BELOW = (
    " AND id IN (WITH RECURSIVE below(id) AS (SELECT id FROM entry WHERE repo_id = ? AND parent_id = ?"
    " UNION ALL SELECT entry.id FROM below JOIN entry ON entry.repo_id = ? AND entry.parent_id = below.id)"
    " SELECT id FROM below)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One file or folder whose name matches, and the library through which it was found."""

    repo: RepoInfo
    path: str
    name: str
    is_dir: bool
    object_id: str
    size: int
    mtime: int


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what was found; ``total`` is how much there is in all."""

    total: int
    found: list[Found]


def search(core: Core, actor: Actor, query: str, start: int, limit: int, repo_id: str = "") -> Results:
    """Find the names that contain every word of ``query`` somewhere, in any case.

    Args:
        query: Words with blanks between them; in Chinese, Japanese or Korean any part of a name.
        repo_id: Search this library only; "" for all.

    Raises:
        BadRequest: The query is empty or too long.
        NotFound: There is no such library for this actor.
    """
    words = _words(query)
    repos = [require(core.db, actor, repo_id, READ)] if repo_id else readable_repos(core.db, actor)
    total, found = 0, list[Found]()
    for repo in repos:
        where, params = _condition(core, repo, words)
        count = int(core.db.row(f"SELECT COUNT(*) {where}", *params)[0])
        room = limit - len(found)
        if room and total + count > start:
            found += _page(core, repo, where, params, max(0, start - total), room)
        total += count
    return Results(total, found)


def _words(query: str) -> list[str]:
    words = name_key(query).split()
    if not words or len(words) > MAX_WORDS or len(query.encode()) > MAX_QUERY_BYTES or "\0" in query:
        raise BadRequest(f"q must be 1 to {MAX_WORDS} words of {MAX_QUERY_BYTES} bytes in all", parameter="q")
    return words


def _condition(core: Core, repo: RepoInfo, words: Sequence[str]) -> tuple[str, list[object]]:
    where = _MATCHES + " AND ".join([_WORD] * len(words))
    params: list[object] = [repo.store_id, *map(_pattern, words)]
    if repo.prefix:
        folder_id = find_entry_id(core.db, repo.store_id, repo.prefix)
        where += _BELOW
        params += [repo.store_id, folder_id, repo.store_id]
    return where, params


def _pattern(word: str) -> str:
    for special in "\\%_":
        word = word.replace(special, f"\\{special}")
    return f"%{word}%"


def _page(core: Core, repo: RepoInfo, where: str, params: Sequence[object], start: int, limit: int) -> list[Found]:
    rows = core.db.rows(
        f"SELECT parent_id, name, is_dir, object_id, size, mtime {where} ORDER BY name_key, id LIMIT ? OFFSET ?",
        *(*params, limit, start),
    )
    paths = {ROOT: "/"}
    found = []
    for parent_id, name, is_dir, object_id, size, mtime in rows:
        folder = _path(core, parent_id, paths)
        if folder is not None:
            path = join(folder, name)[len(repo.prefix) :]
            found.append(Found(repo, path, name, bool(is_dir), object_id, size, mtime))
    return found


def _path(core: Core, entry_id: int, known: dict[int, str]) -> str | None:
    """Return the path of a folder's row of the name index, climbing up until one is known; None if it was removed."""
    names = []
    climbed = entry_id
    while climbed not in known:
        row = core.db.row("SELECT parent_id, name FROM entry WHERE id = ?", climbed)
        if row is None:
            return None
        climbed = row[0]
        names.append(row[1])
    path = known[climbed]
    for name in reversed(names):
        path = join(path, name)
    known[entry_id] = path
    return path
