"""What a sync client asks of a library around the moving of objects: is it there, may I, where does it stand.

Every call asks for the account's permission as it is now. A client forgets a library for good when it hears
``RepoGone``, so that is said of certainly deleted ones only.
"""

from collections.abc import Iterable
from dataclasses import replace

from syncfile.core import quota
from syncfile.core.access import READ, WRITE, Actor, RepoInfo, find_repo, permission_of, readable_repos
from syncfile.core.core import Core
from syncfile.core.virtual_heads import current_head_id
from syncfile.errors import BadRequest, NotFound, PermissionDenied, SyncFileError
from syncfile.store.object_store import ObjectMissing
from syncfile.store.objects import MalformedObject, commit_id, decode_commit

#: Larger than any client writes; a commit is read again with every question about its library.
MAX_COMMIT_BYTES = 64 << 10


class RepoGone(NotFound):
    """There is no such library any more, nor will there be."""


def require_there(core: Core, repo_id: str) -> None:
    """Make sure, whoever asks, that a library was not deleted. Raises ``RepoGone``."""
    row = core.db.row(
        "SELECT repo.deleted_at, origin.deleted_at FROM repo LEFT JOIN repo origin ON origin.id = repo.origin_id"
        " WHERE repo.id = ?",
        repo_id,
    )
    if row is None or any(deleted_at is not None for deleted_at in row):
        raise RepoGone("the library was deleted")


def require_synced(core: Core, actor: Actor, repo_id: str, permission: str) -> RepoInfo:
    """Return the library if ``actor`` may do ``permission`` in it.

    Whoever has a token for it may know of the library, so what is not allowed is told as such.

    Raises:
        RepoGone: It was deleted.
        NotFound: It is virtual, and the folder that it shows is in the trash.
        PermissionDenied: It is not shared with the actor any more, or only for reading.
    """
    require_there(core, repo_id)
    repo = find_repo(core.db, repo_id)
    if repo is None:
        raise NotFound("the shared folder is not there")
    allowed = permission_of(core.db, repo, actor)
    if not allowed:
        raise PermissionDenied("no permission")
    if permission == WRITE and allowed != WRITE:
        raise PermissionDenied("no write permission")  # clients know these words
    return replace(repo, permission=allowed)


def head_id(core: Core, actor: Actor, repo_id: str) -> str:
    """Return the id of the library's head. Raises as ``require_synced``."""
    return current_head_id(core, require_synced(core, actor, repo_id, READ))


def head_ids(core: Core, repo_ids: Iterable[str]) -> dict[str, str]:
    """Return the heads of those libraries that are there, for anybody who knows their ids.

    One that cannot be told just now is left out: its client will ask for it alone, and hear why.
    """
    found = {}
    for repo_id in repo_ids:
        repo = find_repo(core.db, repo_id)
        if repo is not None:
            try:
                found[repo_id] = current_head_id(core, repo)
            except (SyncFileError, ObjectMissing):
                continue
    return found


def synced_repos(core: Core, actor: Actor) -> list[tuple[RepoInfo, str]]:
    """Return every library that the actor may read, with its head."""
    return [(repo, current_head_id(core, repo)) for repo in readable_repos(core.db, actor)]


def check_room(core: Core, actor: Actor, repo_id: str, delta: int) -> None:
    """Ask whether a library may grow by ``delta`` bytes, which is negative if it would shrink.

    Raises:
        QuotaFull, DiskFull: It may not.
        RepoGone, NotFound, PermissionDenied: As ``require_synced``.
    """
    repo = require_synced(core, actor, repo_id, READ)
    if delta > 0:
        quota.require_room(core, repo.owner_id, delta)


def commit_text(core: Core, actor: Actor, repo_id: str, wanted_id: str) -> str:
    """Return the JSON of a commit as its maker wrote it. Raises as ``require_synced``, ``NotFound``."""
    repo = require_synced(core, actor, repo_id, READ)
    try:
        return core.objects.get_commit_body(repo.id, wanted_id)
    except ObjectMissing:
        raise NotFound("there is no such commit") from None


def save_commit(core: Core, actor: Actor, repo_id: str, expected_id: str, text: bytes) -> None:
    """Keep a client's commit, which may become the head later. One that is there already stays.

    Raises:
        BadRequest: It is no commit, of another library, or of another id.
        RepoGone, NotFound, PermissionDenied: As ``require_synced``.
        DiskFull, StoreUnavailable: It was not kept.
    """
    repo = require_synced(core, actor, repo_id, WRITE)
    try:
        body = text.decode()
        commit = decode_commit(body)
    except (UnicodeDecodeError, MalformedObject):
        raise BadRequest("this is no commit") from None
    if commit.repo_id != repo.id:
        raise BadRequest("the commit is of another library")
    if not commit.id == expected_id == commit_id(commit):
        raise BadRequest("the commit has another id")
    core.folder.check()
    core.objects.save_commit(repo.id, commit, body)
