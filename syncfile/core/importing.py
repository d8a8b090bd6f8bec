"""Plain files and folders put into a library with their dates: streamed, and some thousand of them in each commit."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from syncfile.core import messages
from syncfile.core.access import Actor, RepoInfo, owned_repos, require_account
from syncfile.core.arrivals import Receiver
from syncfile.core.backup import require_apart
from syncfile.core.core import Core
from syncfile.core.export import DATE_SLACK_SECONDS
from syncfile.core.ownership import add_repo
from syncfile.core.paths import clean_path, join
from syncfile.core.repos import edit_repo, open_repo
from syncfile.core.texts import printable
from syncfile.core.tree import Edit, Snapshot
from syncfile.errors import AlreadyExists, BadPath, BadRequest, ParentMissing
from syncfile.store.chunker import NewFile
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_EXECUTABLE, MODE_FILE, Dirent, file_id

#: In one commit: what is not committed is held in memory, and has to be sent again after a crash.
FILES_AT_ONCE = 2000
SECONDS_AT_ONCE = 300.0

_PART_BYTES = 256 << 10


@dataclass(slots=True)
class ImportReport:
    """What was put in; ``tell`` gets a line for each thing that was not.

    Attributes:
        there: Files that were there already.
        skipped: What is neither file nor folder: symbolic links, devices, sockets.
        failed: What could not be read or stored.
    """

    tell: Callable[[str], None]
    files: int = 0
    folders: int = 0
    bytes: int = 0
    there: int = 0
    skipped: int = 0
    failed: int = 0

    def fail(self, path: str, reason: object) -> None:
        """Note that something was not put in."""
        self.failed += 1
        self.tell(f"failed: {printable(path)}: {reason}")


@dataclass(frozen=True, slots=True)
class _Item:
    """A file or folder that is to be committed."""

    path: str
    mtime: int
    mode: int = MODE_DIR
    file: NewFile | None = None


@dataclass(slots=True)
class _Folder:
    """A folder that is being read."""

    source: str
    path: str  # in the library
    names: Iterator[str] = field(repr=False)


def add_library(core: Core, actor: Actor, name: str) -> RepoInfo:
    """Make a library for an import, which is not to be made twice by mistake.

    Raises:
        AlreadyExists: The actor has one of this name.
        BadRequest: A library cannot have that name.
    """
    if any(repo.name == name for repo in owned_repos(core.db, require_account(actor))):
        raise AlreadyExists(f"{actor.username} has a library {name}; --into / puts the files into it")
    return add_repo(core, actor, name)


def import_folder(
    core: Core,
    actor: Actor,
    repo: RepoInfo,
    source: str,
    path: str,
    report: ImportReport,
    *,
    at_once: int = FILES_AT_ONCE,
) -> None:
    """Put all that is in a folder into a library.

    A file that is there with the same size and date is taken as done, so an import that was cut off goes on; any other
    that is in the way is left as it is, and told.

    Args:
        actor: Has to be allowed to write there.
        path: Of the folder in the library; made if it is missing.
        at_once: Files and folders in one commit.

    Raises:
        BadRequest: There is no such folder, it is part of the data folder, or the library is encrypted.
        QuotaFull, DiskFull, StoreUnavailable: All commits until then stay; it can be run again.
    """
    require_apart(core.folder.path, source)
    if repo.is_encrypted:
        raise BadRequest("a library that is encrypted takes its files from a client that knows the password")
    if not os.path.isdir(source):
        raise BadRequest(f"there is no folder {printable(source)}")
    _Import(core, actor, repo, report, at_once).run(source, clean_path(path))


class _Import:
    """One folder on its way in."""

    def __init__(self, core: Core, actor: Actor, repo: RepoInfo, report: ImportReport, at_once: int) -> None:
        self._core = core
        self._actor = actor
        self._repo = repo
        self._report = report
        self._at_once = at_once
        self._receiver = Receiver(core, actor, repo)
        self._items: list[_Item] = []
        self._begun = time.monotonic()

    def run(self, source: str, path: str) -> None:
        """Walk; deeper folders than a library takes are told, so there is an end."""
        self._top(path)
        library = open_repo(self._core, self._actor, self._repo.id)
        pending = [_Folder(source, path, self._list(source))]
        while pending:
            folder = pending[-1]
            name = next(folder.names, None)
            if name is None:
                pending.pop()
                continue
            below = self._take(library, os.path.join(folder.source, name), folder.path, name)
            if below is not None:
                pending.append(below)
            if len(self._items) >= self._at_once or time.monotonic() > self._begun + SECONDS_AT_ONCE:
                self._commit()
                library = open_repo(self._core, self._actor, self._repo.id)
        self._commit()

    def _top(self, path: str) -> None:
        with edit_repo(self._core, self._actor, self._repo.id) as edit:
            if edit.find(path) is None:
                edit.message = messages.added([edit.make_dir(path, parents=True)])
            edit.directory(path)

    def _list(self, source: str) -> Iterator[str]:
        try:
            return iter(sorted(os.listdir(source)))
        except OSError as error:
            self._report.fail(source, error.strerror)
            return iter(())

    def _take(self, library: Snapshot, source: str, parent: str, name: str) -> _Folder | None:
        """Take a file in, or return a folder to go into."""
        try:
            path = clean_path(join(parent, name))
            found = os.lstat(source)
            if stat.S_ISDIR(found.st_mode):
                return self._enter(library, source, path, found)
            if stat.S_ISREG(found.st_mode):
                self._file(library, source, path)
                return None
        except OSError as error:
            self._report.fail(source, error.strerror)
            return None
        except BadPath as error:
            self._report.fail(source, error.message)
            return None
        kind = "symbolic link" if stat.S_ISLNK(found.st_mode) else "special file"
        self._report.skipped += 1
        self._report.tell(f"skipped: {printable(source)}: it is a {kind}")
        return None

    def _enter(self, library: Snapshot, source: str, path: str, found: os.stat_result) -> _Folder | None:
        there = library.find(path)
        if there is None:
            self._items.append(_Item(path, int(found.st_mtime)))
        elif not there.is_dir:
            self._report.fail(source, "a file is in the way")
            return None
        return _Folder(source, path, self._list(source))

    def _file(self, library: Snapshot, source: str, path: str) -> None:
        there = library.find(path)
        with open(os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno())
            if there is not None:
                is_same = there.size == found.st_size and abs(there.mtime - found.st_mtime) <= DATE_SLACK_SECONDS
                if is_same and not there.is_dir:
                    self._report.there += 1
                else:
                    self._report.fail(source, "another one is in the way and was left as it is")
                return
            new = self._receiver.ingest(iter(lambda: file.read(_PART_BYTES), b""))
        mode = MODE_EXECUTABLE if found.st_mode & 0o100 else MODE_FILE
        self._items.append(_Item(path, int(found.st_mtime), mode, new))

    def _commit(self) -> None:
        """Put what was taken in into its place."""
        if self._items:
            with edit_repo(self._core, self._actor, self._repo.id) as edit:
                entries = [entry for item in self._items if (entry := self._put(edit, item))]
                if entries:
                    edit.message = messages.added(entries)
            for entry in entries:
                self._report.folders += entry.is_dir
                self._report.files += not entry.is_dir
                self._report.bytes += entry.size
        self._items.clear()
        self._begun = time.monotonic()

    def _put(self, edit: Edit, item: _Item) -> Dirent | None:
        try:
            if item.file is None:
                return edit.put_entry(item.path, Dirent("", EMPTY_ID, item.mode, item.mtime))
            entry = Dirent(
                "", file_id(item.file.file), item.mode, item.mtime, item.file.file.size, modifier=edit.author
            )
            entry = edit.put_entry(item.path, entry)
        except (AlreadyExists, ParentMissing) as error:
            self._report.fail(item.path, error.message)
            return None
        edit.files.append(item.file)
        return entry
