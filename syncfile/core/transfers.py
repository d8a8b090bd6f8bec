"""Links to the bytes of a library: bound to account, library and path, good for an hour, as often as one likes.

What the account may do is asked when a link is made and again whenever it is used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncfile.core import files, transfer_tokens
from syncfile.core.access import READ, WRITE, Actor, RepoInfo, require
from syncfile.core.commits import history_of
from syncfile.core.core import Core
from syncfile.core.files import StoredFile
from syncfile.core.paths import clean_path, split
from syncfile.core.repos import open_repo, snapshot
from syncfile.core.revisions import entry_at
from syncfile.errors import NotFound


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a link allows its account.

    Attributes:
        operation: ``download``, ``upload`` or ``zip``.
        commit_id: Of the version that is downloaded; None for the one of now.
    """

    actor: Actor
    repo_id: str
    path: str
    operation: str
    commit_id: str | None


def download_link(core: Core, actor: Actor, repo_id: str, path: str) -> str:
    """Return a link to the file at ``path``. Raises ``NotFound``, ``LibraryLocked``."""
    path = clean_path(path)
    stored = files.open_file(core, actor, repo_id, path)
    return transfer_tokens.issue_transfer(core, actor, repo_id, path, "download", is_long=stored.unlocked is not None)


def revision_link(core: Core, actor: Actor, repo_id: str, path: str, commit_id: str) -> str:
    """Return a link to what the file at ``path`` was in a commit. Raises ``NotFound``, ``LibraryLocked``."""
    path = clean_path(path)
    stored = _open_revision(core, actor, repo_id, path, commit_id)
    is_long = stored.unlocked is not None
    return transfer_tokens.issue_transfer(core, actor, repo_id, path, "download", commit_id=commit_id, is_long=is_long)


def zip_link(core: Core, actor: Actor, repo_id: str, path: str) -> str:
    """Return a link to the folder at ``path`` as a zip archive. Raises ``NotFound``, ``LibraryLocked``."""
    path = clean_path(path)
    open_repo(core, actor, repo_id).directory(path)
    return transfer_tokens.issue_transfer(core, actor, repo_id, path, "zip", is_long=True)


def upload_link(core: Core, actor: Actor, repo_id: str, path: str) -> str:
    """Return a link for uploads into the folder at ``path`` and those below it.

    Raises:
        NotFound: There is no such folder for this actor.
        PermissionDenied, LibraryLocked: The actor may not write there, or has to unlock the library first.
    """
    path = clean_path(path)
    repo = require(core.db, actor, repo_id, WRITE)
    core.keys.require(repo, actor)
    snapshot(core, repo).directory(path)
    return transfer_tokens.issue_transfer(core, actor, repo_id, path, "upload")


def find_transfer(core: Core, link: str, address: str, *operations: str) -> Transfer:
    """Return what a link allows, of one of these operations.

    Args:
        address: Of the client that uses it.

    Raises:
        NotFound: There is no such link, or not any more.
    """
    info = transfer_tokens.find_transfer(core, link)
    if info is None or info.operation not in operations or info.repo_id is None or info.path is None:
        raise NotFound("there is no such link, or it has expired")
    return Transfer(info.actor(address), info.repo_id, info.path, info.operation, info.commit_id)


def open_download(core: Core, transfer: Transfer) -> StoredFile:
    """Return the file that a link leads to. Raises ``NotFound``, ``LibraryLocked``."""
    if transfer.commit_id is not None:
        return _open_revision(core, transfer.actor, transfer.repo_id, transfer.path, transfer.commit_id)
    return files.open_file(core, transfer.actor, transfer.repo_id, transfer.path)


def open_zip(core: Core, transfer: Transfer, names: Sequence[str] = ()) -> tuple[str, Iterator[bytes]]:
    """Return the name for the archive that a link leads to, and its bytes.

    Args:
        names: Of entries of the folder, if not all of it is wanted.

    Raises:
        NotFound, LibraryLocked: Before the first byte.
    """
    repo, path = require(core.db, transfer.actor, transfer.repo_id, READ), transfer.path
    from syncfile.core.zipping import iter_zip  # takes memory, and archives are seldom asked for

    archive = iter_zip(core, repo, path, names, core.keys.require(repo, transfer.actor))
    return f"{split(path)[1] or repo.name}.zip", archive


def _open_revision(core: Core, actor: Actor, repo_id: str, path: str, commit_id: str) -> StoredFile:
    repo: RepoInfo = require(core.db, actor, repo_id, READ)
    unlocked = core.keys.require(repo, actor)
    entry = entry_at(core, history_of(core, repo), path, commit_id)
    if entry.is_dir:
        raise NotFound("there was no such file in that version")
    return files.open_entry(core, repo, entry, unlocked)
