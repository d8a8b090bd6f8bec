"""A library written as plain files and folders with their dates, every byte of them checked on the way."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from storage.local import LocalBackend
from syncfile.core import crypto
from syncfile.core.access import RepoInfo, find_repo
from syncfile.core.backup import require_apart
from syncfile.core.commits import get_commit, history_of, iter_ids
from syncfile.core.core import Core
from syncfile.core.crypto import CipherKey
from syncfile.core.encrypted import encryption_of
from syncfile.core.export_names import FolderNames, NamingRules, probe
from syncfile.core.gc_reach import DAMAGE, require_whole
from syncfile.core.keys import Unlocked
from syncfile.core.paths import join
from syncfile.core.plaintext import iter_plain
from syncfile.core.texts import printable
from syncfile.errors import BadRequest, BytesMissing, LibraryLocked, NotFound, StoreUnavailable
from syncfile.store.block_hold import hold_blocks
from syncfile.store.blocks import BlockStore
from syncfile.store.objects import Dirent, is_object_id

#: FAT knows even seconds only.
DATE_SLACK_SECONDS = 2

_PART_NAME = ".syncfile-export.part"


@dataclass(slots=True)
class ExportReport:
    """What was written; ``tell`` gets a line for each name that was changed and each thing that could not be written.

    Attributes:
        there: Files that were there already.
        failed: Files and folders that are not there as they should be.
    """

    tell: Callable[[str], None]
    files: int = 0
    folders: int = 0
    bytes: int = 0
    there: int = 0
    renamed: int = 0
    failed: int = 0

    def fail(self, path: str, reason: object) -> None:
        """Note that something is not there as it should be."""
        self.failed += 1
        self.tell(printable(f"failed: {path}: {reason}"))


def find_library(core: Core, wanted: str) -> RepoInfo:
    """Return a library by its id, or by its name if no other has that.

    Raises:
        NotFound: There is none.
        BadRequest: There are several.
    """
    sql = "SELECT id FROM repo WHERE (id = ? OR name = ?) AND deleted_at IS NULL AND origin_id IS NULL"
    ids = [row[0] for row in core.db.rows(sql, wanted, wanted)]
    if len(ids) > 1:
        raise BadRequest(f"there are several libraries {wanted}, take an id: {', '.join(sorted(ids))}")
    repo = find_repo(core.db, ids[0]) if ids else None
    if repo is None:
        raise NotFound(f"there is no library {wanted}")
    return repo


def all_libraries(core: Core) -> Iterator[tuple[RepoInfo, str]]:
    """Yield all libraries, each with a folder name that no other one has."""
    rules = NamingRules(is_narrow=True, folds_case=True)  # the strictest: a disk may be carried to another machine
    names = FolderNames(rules)
    sql = "SELECT id FROM repo WHERE deleted_at IS NULL AND origin_id IS NULL ORDER BY name, created_at, id"
    for (repo_id,) in core.db.rows(sql):
        repo = find_repo(core.db, repo_id)
        if repo is not None:
            yield repo, names.give(repo.name.replace("/", "_") if repo.name not in {"", ".", ".."} else repo.id)


def open_key(repo: RepoInfo, password: str) -> CipherKey:
    """Return the key of an encrypted library. Raises ``BadRequest`` if the password is wrong."""
    key = crypto.unlock(encryption_of(repo), repo.store_id, password)
    if key is None:
        raise BadRequest("the password is wrong")
    return key


def export_library(
    core: Core, repo: RepoInfo, folder: str, report: ExportReport, *, at: str | int = "", key: CipherKey | None = None
) -> None:
    """Write a library into a folder. Files that are there with the same size and date are taken as done.

    Nothing that is there is overwritten. While it runs, gc leaves the blocks of older versions alone.

    Args:
        folder: Made if its parent is there; not in the data folder.
        at: A time in seconds, of which the state is wanted, or the id of a commit; "" is now.
        key: Of an encrypted library.

    Raises:
        NotFound: No such state is kept.
        LibraryLocked: The library is encrypted, and there is no key.
        BadRequest: The folder cannot be written to.
        StoreUnavailable: The data disk fails.
    """
    require_apart(core.folder.path, folder)
    if repo.is_encrypted and key is None:
        raise LibraryLocked("the password of the library is needed first")
    with hold_blocks(core.folder):
        root_id = _root_at(core, repo, at)
        try:
            if not os.path.isdir(folder):
                os.mkdir(folder)
            rules = probe(folder)
        except OSError as error:
            raise BadRequest(f"{folder} cannot be written to: {error.strerror}") from None
        unlocked = Unlocked(key, time.monotonic) if key else None
        _Export(core, repo, folder, rules, unlocked, report).run(root_id)


def _root_at(core: Core, repo: RepoInfo, at: str | int) -> str:
    history = history_of(core, repo)
    if isinstance(at, str) and at:
        if not is_object_id(at):
            raise BadRequest("a commit is named by 40 hex digits")
        return get_commit(core, history, at).root_id
    for commit_id in iter_ids(core, history):
        commit = core.objects.get_commit(repo.id, commit_id)
        if at == "" or commit.ctime <= int(at):
            return commit.root_id
    raise NotFound("no state of that time is kept")


class _CheckedBlocks(BlockStore):
    """Blocks of which the last part is only given away when all of it is known to be right."""

    def read(self, repo_id: str, block_id: str, offset: int = 0) -> Iterator[bytes]:
        """Yield the bytes of a block from its beginning. Raises ``BytesMissing``."""
        digest, held = hashlib.sha1(), b""
        for part in super().read(repo_id, block_id):
            digest.update(part)
            if held:
                yield held
            held = part
        if digest.hexdigest() != block_id:
            raise BytesMissing("some bytes of this file are damaged")
        yield held


@dataclass(slots=True)
class _Open:
    """A folder that is being written."""

    path: str  # in the library
    place: str  # on the disk
    mtime: int
    entries: Iterator[Dirent]
    names: FolderNames = field(repr=False)


class _Export:
    """One library on its way out."""

    def __init__(
        self,
        core: Core,
        repo: RepoInfo,
        folder: str,
        rules: NamingRules,
        unlocked: Unlocked | None,
        report: ExportReport,
    ) -> None:
        self._core = core
        self._repo = repo
        self._folder = folder
        self._rules = rules
        self._unlocked = unlocked
        self._report = report
        self._part = os.path.join(folder, _PART_NAME)
        self._blocks = _CheckedBlocks(core.db, LocalBackend(core.folder.path))

    def run(self, root_id: str) -> None:
        """Write everything below a directory. Not recursive: a pushed tree may be deeper than Python's stack."""
        pending = [self._open("/", self._folder, 0, root_id)]
        while pending:
            folder = pending[-1]
            try:
                entry = next(folder.entries, None)
            except DAMAGE as error:
                self._report.fail(folder.path, error)
                entry = None
            if entry is None:
                _set_date(folder.place, folder.mtime)
                pending.pop()
            elif entry.is_dir:
                below = self._enter(folder, entry)
                if below is not None:
                    pending.append(below)
            else:
                self._write(folder, entry)

    def _open(self, path: str, place: str, mtime: int, dir_id: str) -> _Open:
        return _Open(path, place, mtime, self._entries(dir_id), FolderNames(self._rules))

    def _entries(self, dir_id: str) -> Iterator[Dirent]:
        directory = self._core.objects.open_dir(self._repo.id, dir_id)
        if any(page.text is None for page in directory.pages):
            require_whole(directory)
        yield from directory.iter()

    def _enter(self, folder: _Open, entry: Dirent) -> _Open | None:
        path, place = self._place(folder, entry)
        try:
            if not os.path.isdir(place):
                os.mkdir(place)
        except OSError as error:
            self._report.fail(path, error.strerror)
            return None
        self._report.folders += 1
        return self._open(path, place, entry.mtime, entry.id)

    def _write(self, folder: _Open, entry: Dirent) -> None:
        path, place = self._place(folder, entry)
        if _is_done(place, entry):
            self._report.there += 1
            return
        if os.path.lexists(place):
            self._report.fail(path, f"{place} is in the way and was left as it is")
            return
        try:
            self._copy(entry)
            os.rename(self._part, place)
        except OSError as error:
            self._report.fail(path, error.strerror)
        except (BytesMissing, StoreUnavailable, *DAMAGE) as error:
            self._core.folder.check()  # one bad spot on a disk is no reason to stop, a disk that is gone is
            self._report.fail(path, error)
        else:
            self._report.files += 1
            self._report.bytes += entry.size
            return
        with suppress(OSError):
            os.unlink(self._part)

    def _copy(self, entry: Dirent) -> None:
        file = self._core.objects.get_file(self._repo.id, entry.id)
        with open(self._part, "wb") as out:
            for part in iter_plain(self._blocks, self._repo.id, file, self._unlocked, 0, file.size):
                out.write(part)
            if entry.mode & 0o100:
                with suppress(OSError):  # FAT has no such thing
                    os.fchmod(out.fileno(), os.fstat(out.fileno()).st_mode | 0o111)
        if file.size != entry.size:
            raise BytesMissing(f"it has {file.size} bytes and not {entry.size}")
        _set_date(self._part, entry.mtime)

    def _place(self, folder: _Open, entry: Dirent) -> tuple[str, str]:
        """Return an entry's path in the library and on the disk."""
        path, name = join(folder.path, entry.name), folder.names.give(entry.name)
        place = os.path.join(folder.place, name)
        if name != entry.name:
            self._report.renamed += 1
            self._report.tell(printable(f"renamed: {path} is {place}"))
        return path, place


def _is_done(place: str, entry: Dirent) -> bool:
    try:
        found = os.stat(place, follow_symlinks=False)
    except OSError:
        return False
    return found.st_size == entry.size and abs(found.st_mtime - entry.mtime) <= DATE_SLACK_SECONDS


def _set_date(place: str, mtime: int) -> None:
    """Give a file or folder its date, as far as the file system can hold it; folders of old clients have none."""
    if mtime:
        with suppress(OSError, OverflowError):
            os.utime(place, (mtime, mtime))
