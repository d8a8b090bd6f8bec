"""The last step of every change: a new commit becomes the head of its library, or nothing happens at all."""

from collections.abc import Iterable
from dataclasses import replace

from syncfile.core import derived, file_locks, quota
from syncfile.core.access import Actor, RepoInfo, refresh
from syncfile.core.core import Core
from syncfile.core.tree import Edit, Trees
from syncfile.errors import HeadMoved, QuotaFull
from syncfile.store.chunker import NewFile
from syncfile.store.objects import Commit

#: How often an edit is merged with what another process committed meanwhile.
ATTEMPTS = 4


def new_commit(core: Core, repo: RepoInfo, root_id: str, author: str, description: str) -> Commit:
    """Return a commit on top of the library's head, made by the server.

    A commit's id says nothing of its parent, so equal states in one second would share it: the time is moved on
    until the id is new.
    """
    commit = Commit(
        repo_id=repo.id,
        root_id=root_id,
        ctime=core.now(),
        creator_name=author,
        description=description,
        parent_id=repo.head_id or None,
        repo_name=repo.name,
        repo_desc=repo.desc,
        encrypted=repo.is_encrypted,
        enc_version=repo.enc_version,
        magic=repo.magic,
        key=repo.random_key,
        salt=repo.salt,
    )
    while core.objects.find_commit(repo.id, commit.id) is not None:
        commit = replace(commit, ctime=commit.ctime + 1, id="")
    return commit


def land(core: Core, repo: RepoInfo, edit: Edit, actor: Actor) -> None:
    """Commit an edit on the head of its library; if another process moved the head meanwhile, merge with it.

    Raises:
        HeadMoved: The head moved again and again.
        QuotaFull, DiskFull, StoreUnavailable: Nothing was changed.
    """
    base_id, root_id = edit.base_root_id, edit.root_id
    for _ in range(ATTEMPTS):
        try:
            commit = new_commit(core, repo, root_id, edit.author, edit.message)
            return advance(core, repo, edit.trees, commit, actor, edit.files)
        except HeadMoved:
            repo = refresh(core.db, repo)
            head_id = root_of(core, repo)
            from syncfile.core.merge import merge_trees  # takes memory, and two processes seldom meet here

            root_id = merge_trees(edit.trees, base_id, head_id, root_id, edit.author).root_id
            base_id = head_id
    raise HeadMoved("the library is being changed by others")


def advance(
    core: Core,
    repo: RepoInfo,
    trees: Trees,
    commit: Commit,
    actor: Actor,
    files: Iterable[NewFile] = (),
    body: str | None = None,
) -> None:
    """Make ``commit`` the head in one transaction: new objects, commit, derived tables, head.

    Args:
        repo: As it was read under the library's lock; ``commit`` stands on its head.
        trees: Holds the new directories.
        actor: Who may change what they have locked themselves.
        files: New files, whose larger blocks are on disk already.
        body: The commit's JSON as a client sent it.

    Raises:
        HeadMoved: The head is another one by now; only a second process can do that.
        QuotaFull: The owner's quota has no room for what this adds.
        Locked: Somebody else has locked a file that this changes.
    """
    old_root_id = root_of(core, repo)
    with core.db.transaction():
        _swap(core, repo, commit)  # first: all that follows counts on the tables being those of the old head
        for file in files:
            core.blocks.keep(repo.id, file.pending)
            core.objects.save_file(repo.id, file.file)
        trees.save()
        core.objects.save_commit(repo.id, commit, body)
        file_locks.require_unlocked(core.db, trees, old_root_id, commit.root_id, actor)
        growth = derived.apply(core.db, trees, commit, old_root_id)
        core.db.rows(
            "UPDATE repo SET size = size + ?, file_count = file_count + ? WHERE id = ?",
            *(growth.size, growth.files, repo.id),
        )
        if growth.size > 0 and quota.room(core, repo.owner_id) < 0:
            raise QuotaFull("the quota is full")


def _swap(core: Core, repo: RepoInfo, commit: Commit) -> None:
    moved = core.db.rows(
        "UPDATE repo SET head_id = ?, mtime = ? WHERE id = ? AND head_id = ? AND deleted_at IS NULL RETURNING id",
        *(commit.id, commit.ctime, repo.id, repo.head_id),
    )
    if not moved:
        raise HeadMoved("the library changed meanwhile")


def root_of(core: Core, repo: RepoInfo) -> str:
    """Return the id of the root directory of the library's head."""
    return core.objects.get_commit(repo.id, repo.head_id).root_id
