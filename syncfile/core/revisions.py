"""Earlier versions of a file or folder: which there are, what they held, and bringing one back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from syncfile.core.access import WRITE, Actor
from syncfile.core.commits import History, is_kept, open_history, shown, tree_at, tree_now
from syncfile.core.core import Core
from syncfile.core.history import Revision, iter_revisions
from syncfile.core.paths import clean_path, split
from syncfile.core.repos import edit_repo
from syncfile.errors import NotFound
from syncfile.store.objects import Commit, Dirent


@dataclass(frozen=True, slots=True)
class FileRevision:
    """A commit that changed a file.

    Attributes:
        file_id: Of the file after it.
        size: Bytes.
        renamed_from: Its path before, where the commit renamed it.
    """

    commit: Commit
    file_id: str
    size: int
    renamed_from: str | None


def list_revisions(core: Core, actor: Actor, repo_id: str, path: str, start: int, limit: int) -> list[FileRevision]:
    """Return a page of the versions of the file at ``path``, newest first, followed through renames.

    Raises:
        NotFound: There is no such file for this actor.
    """
    history = open_history(core, actor, repo_id)
    path = clean_path(path)
    tree = tree_now(core, history)
    tree.file(path)
    page = islice(_iter_kept(core, history, tree.resolve(path)), start, start + limit)
    return [_with_commit(core, history, item) for item in page]


def entry_at(core: Core, history: History, path: str, commit_id: str) -> Dirent:
    """Return the version that a commit brought of what is at ``path`` now; else what was at ``path`` in the commit.

    Raises:
        NotFound: There was no such thing, or it is not kept any more.
    """
    commit = core.objects.find_commit(history.store.id, commit_id)
    if commit is None:
        raise NotFound("there is no such version any more")
    path_then = _find_path_then(core, history, path, commit_id)
    if path_then is None and not is_kept(core, history, commit):
        raise NotFound("there is no such version any more")
    entry = tree_at(core, history, commit).find(path_then or path)
    if entry is None:
        raise NotFound("there was no such file or folder in that version")
    return replace(entry, name=split(path)[1])


def revert_file(core: Core, actor: Actor, repo_id: str, path: str, commit_id: str) -> None:
    """Give a file the content that it had in a commit; one that was deleted since comes back.

    Raises:
        NotFound: There was no such file, or it is not kept any more.
        PermissionDenied, Locked: The actor may not change it.
        AlreadyExists: A folder has its name by now.
        ParentMissing: The folder to hold it is gone.
    """
    history = open_history(core, actor, repo_id, WRITE)
    path = clean_path(path)
    old = entry_at(core, history, path, commit_id)
    if old.is_dir:
        raise NotFound("there was no such file in that version")
    message = f'Reverted file "{old.name}" to status at {_date(core, history, commit_id)}'
    with edit_repo(core, actor, repo_id, message) as edit:
        edit.put_back(path, old)


def revert_folder(core: Core, actor: Actor, repo_id: str, path: str, commit_id: str) -> None:
    """Let a folder, or at "/" the whole library, hold what it held in a commit; one that was deleted comes back.

    Raises:
        NotFound, PermissionDenied, Locked, AlreadyExists, ParentMissing: As ``revert_file``.
    """
    history = open_history(core, actor, repo_id, WRITE)
    path = clean_path(path)
    old = entry_at(core, history, path, commit_id)
    if not old.is_dir:
        raise NotFound("there was no such folder in that version")
    date = _date(core, history, commit_id)
    what = f'directory "{old.name}"' if path != "/" else "repo"
    with edit_repo(core, actor, repo_id, f"Reverted {what} to status at {date}") as edit:
        edit.put_back(path, old)


def status_date(seconds: int) -> str:
    """Return a time as the history's texts show it, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _date(core: Core, history: History, commit_id: str) -> str:
    return status_date(core.objects.get_commit(history.store.id, commit_id).ctime)


def _iter_kept(core: Core, history: History, path: str) -> Iterator[Revision]:
    """Yield the versions that are still shown, as long as the file was in the library."""
    for item in iter_revisions(core.db, core.objects, history.store.id, history.repo.prefix + path):
        if history.inside(item.path) is None:
            return
        yield item
        if item.ctime <= history.since:  # what it was at that time
            return


def _find_path_then(core: Core, history: History, path: str, commit_id: str) -> str | None:
    """Return the path that what is at ``path`` now had in a commit that changed it; None if that did not."""
    versions = _iter_kept(core, history, path)
    return next((history.inside(item.path) for item in versions if item.commit_id == commit_id), None)


def _with_commit(core: Core, history: History, item: Revision) -> FileRevision:
    commit = core.objects.get_commit(history.store.id, item.commit_id)
    return FileRevision(shown(core, history, commit), item.object_id, item.size, history.inside(item.old_path))
