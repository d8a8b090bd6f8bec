"""What an account has starred. Stars lie on paths of real libraries, so that they follow renames."""

from dataclasses import dataclass

from syncfile.core.access import READ, Actor, RepoInfo, reach, require, require_account
from syncfile.core.core import Core
from syncfile.core.paths import clean_path
from syncfile.core.repos import snapshot
from syncfile.errors import NotFound
from syncfile.store.objects import Dirent

#: More than these are not listed.
MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Starred:
    """A starred file, folder or, at "/", library, and the library through which the account reaches it."""

    repo: RepoInfo
    path: str
    entry: Dirent
    created_at: int


def star(core: Core, actor: Actor, repo_id: str, path: str) -> Starred:
    """Star what is at ``path``; what is starred stays so. Raises ``NotFound``."""
    account_id = require_account(actor)
    repo, path, entry = _locate(core, actor, repo_id, path)
    now = core.now()
    with core.db.transaction():
        core.db.rows(
            "INSERT INTO star (account_id, repo_id, path, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *(account_id, repo.store_id, _stored(repo, path), now),
        )
    return Starred(repo, path, entry, now)


def unstar(core: Core, actor: Actor, repo_id: str, path: str) -> None:
    """Take the star away; what has none is no error. Raises ``NotFound``."""
    account_id = require_account(actor)
    repo, path, _ = _locate(core, actor, repo_id, path)
    with core.db.transaction():
        core.db.rows(
            "DELETE FROM star WHERE account_id = ? AND repo_id = ? AND path = ?",
            *(account_id, repo.store_id, _stored(repo, path)),
        )


def list_stars(core: Core, actor: Actor) -> list[Starred]:
    """Return what the actor has starred and may still read, newest first; at most ``MAX_LISTED``."""
    rows = core.db.rows(
        "SELECT repo_id, path, created_at FROM star WHERE account_id = ?"
        " ORDER BY created_at DESC, repo_id, path LIMIT ?",
        *(require_account(actor), MAX_LISTED),
    )
    found = []
    for store_id, stored_path, created_at in rows:
        try:
            repo, path = reach(core.db, actor, store_id, stored_path, READ)
            found.append(Starred(repo, path, snapshot(core, repo).get(path), created_at))
        except NotFound:
            continue  # not shared with the account any more
    return found


def starred_below(core: Core, actor: Actor, repo: RepoInfo, folder: str) -> set[str]:
    """Return the paths of ``repo`` below ``folder`` that the actor has starred."""
    below = _stored(repo, folder).rstrip("/")
    rows = core.db.rows(
        "SELECT path FROM star WHERE account_id = ? AND repo_id = ? AND path > ? AND path < ?",
        *(actor.account_id, repo.store_id, f"{below}/", f"{below}0"),  # "0" is what follows "/"
    )
    return {path[len(repo.prefix) :] for (path,) in rows}


def _locate(core: Core, actor: Actor, repo_id: str, path: str) -> tuple[RepoInfo, str, Dirent]:
    repo = require(core.db, actor, repo_id, READ)
    tree = snapshot(core, repo)
    path = tree.resolve(clean_path(path))
    return repo, path, tree.get(path)


def _stored(repo: RepoInfo, path: str) -> str:
    return (repo.prefix + path).rstrip("/") or "/"
