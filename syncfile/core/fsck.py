"""Check of everything that is stored: commits, directories, files, blocks, and the tables that are derived of them.

It reads beside a running server. What changes while it looks may be told as a difference of the derived tables; such
findings are checked again before they are told.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import peewee

from syncfile.core.access import RepoInfo, find_repo
from syncfile.core.core import Core
from syncfile.core.fsck_findings import Finding
from syncfile.core.fsck_index import check_dangling, check_index
from syncfile.core.fsck_tree import TreeCheck, block_digest
from syncfile.core.gc_reach import OF_STORE
from syncfile.errors import NotFound, StoreUnavailable
from syncfile.store.object_store import ObjectMissing, ObjectStore
from syncfile.store.page_cache import PageCache

_ID_CHARS = 40
_TRIES = 3


def check(core: Core, repo_id: str = "", *, deep: bool = False) -> Iterator[Finding]:
    """Yield what is wrong with one library or, by default, with all of them and the database itself.

    Args:
        repo_id: A real library.
        deep: Read and hash every block; else only its size is looked at.

    Raises:
        NotFound: There is no such library, or it is virtual.
        StoreUnavailable: The disk fails.
    """
    # A page that one library has whole must not stand for the one that another has.
    core = replace(core, objects=ObjectStore(core.db, PageCache(0)))
    if repo_id:
        yield from check_repo(core, _real(core, repo_id), deep=deep)
        return
    yield from _check_database(core)
    for (found,) in core.db.rows("SELECT id FROM repo WHERE deleted_at IS NULL AND origin_id IS NULL ORDER BY id"):
        repo = find_repo(core.db, found)
        if repo is not None:
            yield from check_repo(core, repo, deep=deep)
    yield from check_dangling(core)


def check_repo(core: Core, repo: RepoInfo, *, deep: bool) -> Iterator[Finding]:
    """Yield what is wrong with a real library."""
    yield from TreeCheck(core, repo, deep).run()
    yield from _check_virtual(core, repo)
    yield from _check_uploads(core, repo, deep)
    yield from check_tables(core, repo)


def _real(core: Core, repo_id: str) -> RepoInfo:
    repo = find_repo(core.db, repo_id)
    if repo is None or repo.is_virtual:
        raise NotFound("there is no such library")
    return repo


def _check_database(core: Core) -> Iterator[Finding]:
    try:
        told = [row[0] for row in core.db.rows("PRAGMA quick_check(20)")]
    except (sqlite3.DatabaseError, peewee.DatabaseError, StoreUnavailable) as error:
        told = [str(error)]
    yield from (Finding("", "", "database", "", text) for text in told if text != "ok")


def _check_virtual(core: Core, repo: RepoInfo) -> Iterator[Finding]:
    """Look at the heads of the libraries that show a part of this one; a head is made when somebody asks for it."""
    sql = (
        "SELECT repo.id, repo.head_id FROM repo JOIN commits ON commits.repo_id = repo.id AND commits.id = repo.head_id"
        " WHERE repo.origin_id = ? AND repo.deleted_at IS NULL"
    )
    for virtual_id, head_id in core.db.rows(sql, repo.id):
        try:
            core.objects.open_dir(repo.id, core.objects.get_commit(virtual_id, head_id).root_id)
        except (ObjectMissing, ValueError) as error:
            yield Finding(virtual_id, "", "commit", head_id, str(error))


def _check_uploads(core: Core, repo: RepoInfo, deep: bool) -> Iterator[Finding]:
    """Look at the blocks of files that arrive in pieces."""
    for path, text in core.db.rows(f"SELECT path, block_ids FROM upload_session WHERE {OF_STORE}", repo.id, repo.id):
        ids = [text[at : at + _ID_CHARS] for at in range(0, len(text), _ID_CHARS)]
        for block_id in ids:
            if core.blocks.find_stat(repo.id, block_id) is None:
                yield Finding(repo.id, path, "block", block_id, "it is missing, and an unfinished upload counts on it")
            elif deep and block_digest(core, repo.id, block_id) != block_id:
                yield Finding(repo.id, path, "block", block_id, "its bytes are not what they were (unfinished upload)")


def check_tables(core: Core, repo: RepoInfo) -> Iterator[Finding]:
    """Yield where the derived tables are not what the commits say; compared again if the head moved."""
    for _ in range(_TRIES):
        now = find_repo(core.db, repo.id)
        if now is None:
            return
        found = list(check_index(core, now))
        after = find_repo(core.db, repo.id)
        if after is None or after.head_id == now.head_id:
            yield from found
            return
