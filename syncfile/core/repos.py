"""Libraries, and the two doors into one: ``open_repo`` to read it, ``edit_repo`` to change it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from syncfile.core import messages
from syncfile.core.access import READ, WRITE, Actor, RepoInfo, find_repo, refresh, require
from syncfile.core.core import Core
from syncfile.core.crypto import Encryption
from syncfile.core.heads import land, root_of
from syncfile.core.tree import Edit, Snapshot, Trees
from syncfile.errors import NotFound
from syncfile.store.objects import EMPTY_ID, Commit

DEFAULT_NAME = "My Library"

_INSERT = """
INSERT INTO repo (id, owner_id, name, desc, head_id, created_at, mtime, size, file_count, enc_version, magic,
    random_key, salt, public, history_days, history_since) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, '', -1, 0)
"""


def open_repo(core: Core, actor: Actor, repo_id: str) -> Snapshot:
    """Return the library as it is now. Takes no lock: what a commit names never changes.

    Raises:
        NotFound: There is no such library for this actor.
        LibraryLocked: It is encrypted, and the actor has not unlocked it.
    """
    repo = require(core.db, actor, repo_id, READ)
    core.keys.require(repo, actor)
    return snapshot(core, repo)


def snapshot(core: Core, repo: RepoInfo) -> Snapshot:
    """Return the library at the head named by ``repo``; permission was asked before.

    Raises:
        NotFound: It is virtual, and its origin has no such folder any more.
    """
    trees = Trees(core.objects, repo.store_id)
    if not repo.is_virtual:
        return Snapshot(trees, root_of(core, repo))
    origin = _store_of(core, repo)
    return Snapshot(trees, Snapshot(trees, root_of(core, origin)).directory(repo.prefix or "/").id)


def _store_of(core: Core, repo: RepoInfo) -> RepoInfo:
    """Return the library whose head really moves when ``repo`` is changed: itself, or its origin."""
    return refresh(core.db, replace(repo, id=repo.store_id)) if repo.is_virtual else repo


@contextmanager
def edit_repo(core: Core, actor: Actor, repo_id: str, message: str = "") -> Iterator[Edit]:
    """Make one commit of everything done to the yielded edit; an edit that changes nothing makes none.

    The library's lock is held from enter to exit, so bring blocks in first (``files.ingest``) and only name them
    here. If the body raises, the head stays where it was and nothing is written.

    Args:
        actor: Signs the commit; needs ``rw`` on the library.
        message: Shown in the history, for example ``Added "a.jpg"``; the body may set ``edit.message`` instead.

    Raises:
        NotFound, PermissionDenied, LibraryLocked: At the door, before anything is read.
        Locked: Somebody else has locked what would change.
        Busy: Others hold the library for too long.
        QuotaFull, DiskFull, StoreUnavailable: From the last step; nothing was changed.
    """
    repo = require(core.db, actor, repo_id, WRITE)
    core.keys.require(repo, actor)
    core.folder.check()
    with core.locks.hold(repo.store_id):
        repo = require(core.db, actor, repo_id, WRITE)
        store = _store_of(core, repo)
        trees = Trees(core.objects, store.id)
        edit = Edit(trees, root_of(core, store), actor.username, core.now(), message, repo.prefix)
        edit.get("/")  # of a virtual library, the folder may be gone
        yield edit
        if edit.settle() != edit.base_root_id:
            land(core, store, edit, actor)


def create_repo(
    core: Core,
    owner_id: int,
    name: str,
    desc: str = "",
    *,
    repo_id: str = "",
    encryption: Encryption | None = None,
) -> RepoInfo:
    """Create an empty library of an account, with its first commit; joins a running transaction.

    Args:
        repo_id: UUID text that nothing was ever named by; made up if empty.
        encryption: Of an encrypted library; it belongs to ``repo_id``.

    Raises:
        NotFound: There is no such account.
    """
    owner = core.db.row("SELECT username FROM account WHERE id = ?", owner_id)
    if owner is None:
        raise NotFound("there is no such account")
    repo_id = repo_id or str(uuid.uuid4())
    commit = Commit(
        repo_id=repo_id,
        root_id=EMPTY_ID,
        ctime=core.now(),
        creator_name=owner[0],
        description=messages.CREATED,
        parent_id=None,
        repo_name=name,
        repo_desc=desc,
        encrypted=encryption is not None,
        enc_version=encryption.version if encryption else 0,
        magic=encryption.magic if encryption else "",
        key=encryption.random_key if encryption else "",
        salt=encryption.salt if encryption else "",
    )
    with core.db.transaction():
        core.objects.save_commit(repo_id, commit)
        core.db.rows(
            _INSERT,
            repo_id,
            owner_id,
            name,
            desc,
            commit.id,
            commit.ctime,
            commit.ctime,
            commit.enc_version,
            commit.magic,
            commit.key,
            commit.salt,
        )
    repo = find_repo(core.db, repo_id)
    assert repo is not None
    return repo


def default_repo(core: Core, actor: Actor) -> RepoInfo:
    """Return the library that the actor's plain paths mean, making a new one where it was deleted.

    Raises:
        NotFound: The actor has no account.
    """
    repo = _find_default(core, actor)
    if repo is None:
        with core.db.transaction():  # of two that ask at once, the second finds what the first made
            repo = _find_default(core, actor)
            if repo is None:
                if actor.account_id is None:
                    raise NotFound("only an account has a library")
                repo = create_repo(core, actor.account_id, DEFAULT_NAME)
                core.db.rows("UPDATE account SET default_repo_id = ? WHERE id = ?", repo.id, repo.owner_id)
    return repo


def _find_default(core: Core, actor: Actor) -> RepoInfo | None:
    row = core.db.row("SELECT default_repo_id FROM account WHERE id = ?", actor.account_id)
    repo = find_repo(core.db, row[0]) if row and row[0] else None
    return repo if repo and repo.owner_id == actor.account_id else None
