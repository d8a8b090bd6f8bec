"""What its owner does with a whole library: make it, name it, keep its history, give it away, delete it."""

from dataclasses import replace

from syncfile.core import audit, messages, quota, removal, users
from syncfile.core.access import READ, Actor, RepoInfo, require, require_account, require_owner
from syncfile.core.core import Core
from syncfile.core.derived import totals_below
from syncfile.core.heads import advance, new_commit, root_of
from syncfile.core.paths import clean_name
from syncfile.core.repos import create_repo
from syncfile.core.texts import clean_label, require_text
from syncfile.core.tree import Trees
from syncfile.errors import BadRequest, NotFound, QuotaFull

DESC_BYTES = 4096
KEEP_ALL = -1
MAX_HISTORY_DAYS = 36500


def add_repo(core: Core, actor: Actor, name: str, desc: str = "", *, public: str = "") -> RepoInfo:
    """Make an empty library of the actor's own.

    Args:
        public: What every account may do in it: "", "r" or "rw".

    Raises:
        BadRequest: Name or description cannot be a library's.
        NotAuthenticated: The actor has no account.
    """
    owner_id = require_account(actor)
    core.folder.check()
    name, desc = clean_repo_name(name), clean_desc(desc)
    with core.db.transaction():
        repo = create_repo(core, owner_id, name, desc)
        core.db.rows("UPDATE repo SET public = ? WHERE id = ?", public, repo.id)
        audit.record(core, actor, "repo_create", name, repo_id=repo.id, public=public)
    return require(core.db, actor, repo.id, READ)


def update_repo(
    core: Core,
    actor: Actor,
    repo_id: str,
    *,
    name: str | None = None,
    desc: str | None = None,
    history_days: int | None = None,
) -> RepoInfo:
    """Change what is not None. Another name or description is a commit, as sync clients learn it from the head.

    Args:
        history_days: How long history is kept: -1 for ever, 0 not at all.

    Raises:
        NotFound: There is no such library for this actor.
        PermissionDenied: Somebody else owns it.
        BadRequest: A value cannot be stored.
    """
    if history_days is not None and not KEEP_ALL <= history_days <= MAX_HISTORY_DAYS:
        raise BadRequest(f"the days must be between {KEEP_ALL} and {MAX_HISTORY_DAYS}", parameter="history_days")
    with core.locks.hold(repo_id):
        repo = require_owner(core.db, actor, repo_id)
        core.folder.check()
        changed = replace(
            repo,
            name=repo.name if name is None else clean_repo_name(name),
            desc=repo.desc if desc is None else clean_desc(desc),
            history_days=repo.history_days if history_days is None else history_days,
        )
        with core.db.transaction():
            core.db.rows(
                'UPDATE repo SET name = ?, "desc" = ?, history_days = ? WHERE id = ?',
                *(changed.name, changed.desc, changed.history_days, repo.id),
            )
            if (changed.name, changed.desc) != (repo.name, repo.desc):
                _commit_name(core, changed, actor)
            if changed.name != repo.name:
                audit.record(core, actor, "repo_rename", changed.name, repo_id=repo.id, old_name=repo.name)
            if changed.history_days != repo.history_days:
                audit.record(core, actor, "history_limit", repo.name, repo_id=repo.id, days=changed.history_days)
    return require(core.db, actor, repo_id, READ)


def transfer_repo(core: Core, actor: Actor, repo_id: str, username: str) -> None:
    """Give the library to another account, with all that is in it and everybody that it is shared with.

    Raises:
        NotFound: There is no such library for this actor, or nobody of that name who could have it.
        PermissionDenied: Somebody else owns it.
        QuotaFull: The receiver has no room for it.
    """
    with core.locks.hold(repo_id), core.db.transaction():
        repo = require_owner(core.db, actor, repo_id)
        receiver = users.find_account_by_name(core, username)
        if receiver is None or not receiver.is_active:
            raise NotFound("there is no such account")
        if receiver.id == repo.owner_id:
            return
        if repo.size > quota.room(core, receiver.id):
            raise QuotaFull("the quota of the new owner is full")
        core.db.rows("DELETE FROM share WHERE repo_id = ? AND account_id = ?", repo.id, receiver.id)
        core.db.rows("UPDATE repo SET owner_id = ? WHERE id = ? OR origin_id = ?", receiver.id, repo.id, repo.id)
        audit.record(core, actor, "repo_transfer", repo.name, repo_id=repo.id, to=receiver.username)


def delete_repo(core: Core, actor: Actor, repo_id: str) -> None:
    """Delete the library with all that people tied to it. Its row stays, for sync clients to hear of it.

    Raises:
        NotFound: There is no such library for this actor.
        PermissionDenied: Somebody else owns it.
    """
    with core.locks.hold(repo_id), core.db.transaction():
        repo = require_owner(core.db, actor, repo_id)
        removal.drop_repo(core.db, repo.id, core.now())
        audit.record(core, actor, "repo_delete", repo.name, repo_id=repo.id)


def totals_of(core: Core, repo: RepoInfo) -> tuple[int, int]:
    """Return the bytes and the number of all files in a library, or in the directory that a virtual one shows."""
    if not repo.is_virtual:
        return repo.size, repo.file_count
    return totals_below(core.db, repo.store_id, repo.prefix or "/")


def clean_repo_name(name: str) -> str:
    """Return a library's name as it is stored; sync clients make a folder of it. Raises ``BadRequest``."""
    return clean_name(clean_label(name, "name"))


def clean_desc(desc: str) -> str:
    """Return a library's description as it is stored. Raises ``BadRequest``."""
    desc = " ".join(desc.split())
    require_text(desc, "desc", DESC_BYTES)
    return desc


def _commit_name(core: Core, repo: RepoInfo, actor: Actor) -> None:
    root_id = root_of(core, repo)
    commit = new_commit(core, repo, root_id, actor.username, messages.DESCRIBED)
    advance(core, repo, Trees(core.objects, repo.id), commit, actor)
