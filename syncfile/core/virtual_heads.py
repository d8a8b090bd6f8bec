"""The heads of virtual libraries: commits of their own, made when asked for, whose root is the origin's directory."""

from dataclasses import replace

from syncfile.core.access import RepoInfo, refresh
from syncfile.core.core import Core
from syncfile.core.heads import new_commit
from syncfile.core.repos import snapshot
from syncfile.store.objects import Commit


def current_head_id(core: Core, repo: RepoInfo) -> str:
    """Return the id of a library's head commit, which clients find under the library's own id.

    Raises:
        NotFound: It is virtual, and the folder that it shows is not there.
    """
    if not repo.is_virtual:
        return repo.head_id
    root_id = snapshot(core, repo).root_id
    if _stands_at(core, repo, root_id):
        return repo.head_id
    with core.db.transaction():  # of two that ask at once, the second finds what the first made
        now = refresh(core.db, repo)
        root_id = snapshot(core, now).root_id
        if _stands_at(core, now, root_id):
            return now.head_id
        commit = _new_commit(core, now, root_id)
        move_virtual(core, now, commit)
    return commit.id


def move_virtual(core: Core, repo: RepoInfo, commit: Commit) -> None:
    """Make a commit the head of a virtual library; to be called in the transaction that read ``repo``."""
    core.objects.save_commit(repo.id, commit)
    core.db.rows("UPDATE repo SET head_id = ? WHERE id = ? AND deleted_at IS NULL", commit.id, repo.id)


def _new_commit(core: Core, repo: RepoInfo, root_id: str) -> Commit:
    """Return a commit on top of a virtual library's own head, if it has one yet."""
    has_head = core.objects.find_commit(repo.id, repo.head_id) is not None
    repo = repo if has_head else replace(repo, head_id="")
    return new_commit(core, repo, root_id, repo.owner, "Changed in the library that this folder is in")


def _stands_at(core: Core, repo: RepoInfo, root_id: str) -> bool:
    head = core.objects.find_commit(repo.id, repo.head_id)
    return head is not None and head.root_id == root_id
