"""Files that were uploaded, put into their folder: many of them in one commit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from syncfile.core import files, messages
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.paths import clean_name, clean_path, join
from syncfile.core.repos import edit_repo
from syncfile.core.tree import Edit
from syncfile.errors import BadPath
from syncfile.store.chunker import NewFile
from syncfile.store.objects import Dirent

#: Of small blocks that wait in memory for the commit; what is more is stored before.
_PENDING_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is stored and has no place yet.

    Attributes:
        mtime: Its own date, seconds; None for the time of the commit.
    """

    name: str
    file: NewFile
    mtime: int | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """A file that has its place now; ``size`` is bytes."""

    name: str
    id: str
    size: int


class Receiver:
    """Takes in the files of one request, however many and small, in little memory."""

    def __init__(self, core: Core, actor: Actor, repo: RepoInfo) -> None:
        self._core = core
        self._actor = actor
        self._repo_id = repo.id
        self._store_id = repo.store_id
        self._pending_bytes = 0

    def ingest(self, chunks: Iterable[bytes]) -> NewFile:
        """Store a file. Raises as ``files.ingest``."""
        new_file = files.ingest(self._core, self._actor, self._repo_id, chunks)
        if new_file.pending is not None:
            self._pending_bytes += len(new_file.pending.body)
            if self._pending_bytes > _PENDING_BYTES:
                self._core.blocks.keep(self._store_id, new_file.pending)
                return replace(new_file, pending=None)
        return new_file


def add_arrivals(
    core: Core,
    actor: Actor,
    repo_id: str,
    folder: str,
    arrivals: Sequence[Arrival],
    *,
    relative_path: str = "",
    replace: bool = False,
) -> list[Added]:
    """Put files into a folder, in one commit, and tell what they are called there.

    Args:
        folder: Has to be there.
        relative_path: Of the folder to hold them, below ``folder``; made if it is missing.
        replace: Let a file take the place of one that has its name; else it becomes ``name (1).ext``.

    Raises:
        NotFound, PermissionDenied: At the door, or there is no such folder.
        AlreadyExists: A folder has the name of a file that should be replaced.
        BadPath: A name cannot be stored.
        Locked, QuotaFull, DiskFull: And what else ``edit_repo`` raises.
    """
    if relative_path.startswith(("/", "\\")):
        raise BadPath("the relative path must not begin at the root", parameter="relative_path")
    target = clean_path(join(folder, relative_path))
    with edit_repo(core, actor, repo_id) as edit:
        edit.directory(folder)
        if edit.find(target) is None:
            edit.make_dir(target, parents=True)
        old = [edit.find(join(target, clean_name(item.name))) for item in arrivals]
        entries = [_put(edit, target, item, replace) for item in arrivals]
        edit.message = _modified(entries) if replace and all(old) else messages.added(entries)
    return [Added(entry.name, entry.id, entry.size) for entry in entries]


def _put(edit: Edit, folder: str, item: Arrival, replace: bool) -> Dirent:
    path = join(folder, item.name)
    return edit.put_file(path if replace else edit.free_name(path), item.file, mtime=item.mtime, replace=replace)


def _modified(entries: Sequence[Dirent]) -> str:
    text = f'Modified "{entries[0].name}"'
    return text if len(entries) == 1 else f"{text} and {len(entries) - 1} more files"
