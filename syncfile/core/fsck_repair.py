"""Repair of what a check has found. Nothing that may be the only copy is destroyed.

What is damaged is moved to ``<data folder>/lost+found/<time>/``; what is missing is taken from another library that
has it; a file that stays broken gets the newest version that is whole, in a new commit, so that the broken one stays in
the history; the derived tables are filled again. A report in the same folder says all that.
"""

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from storage.local import sync_folder
from syncfile.core import fsck
from syncfile.core.access import Actor, RepoInfo, find_repo
from syncfile.core.core import Core
from syncfile.core.fsck_findings import Finding
from syncfile.core.fsck_tree import block_digest
from syncfile.core.gc_reach import DAMAGE
from syncfile.core.heads import land, root_of
from syncfile.core.reindex import reindex
from syncfile.core.texts import printable
from syncfile.core.tree import Edit, Snapshot, Trees
from syncfile.errors import BytesMissing, NotFound, SyncFileError
from syncfile.store.db import translated
from syncfile.store.object_store import ObjectStore
from syncfile.store.objects import Dirent
from syncfile.store.page_cache import PageCache

_FOLDER_NAME = "lost+found"
_AUTHOR = "fsck"


@dataclass
class Repaired:
    """What was found, and what was done about it."""

    found: list[Finding] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)
    folder: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        yield from (f"found: {finding}" for finding in self.found)
        yield from (printable(f"done: {text}") for text in self.done)
        yield from (f"left: {finding}" for finding in self.left)
        if self.folder:
            yield f"this report, and what was moved aside, is in {self.folder}"


def repair(core: Core, repo_id: str = "", *, deep: bool = False) -> Repaired:
    """Check, repair what can be repaired, and check again. No other process may work with the store.

    Raises:
        NotFound: There is no such library, or it is virtual.
        DiskFull, StoreUnavailable: It can be run again.
    """
    core = replace(core, objects=ObjectStore(core.db, PageCache(0)))  # what is read here is what is stored
    result = Repaired(list(fsck.check(core, repo_id, deep=deep)))
    if not result.found:
        return result
    with translated():
        result.folder = _make_folder(core)
    for repo in _repos(core, result.found):
        found = [finding for finding in result.found if finding.repo_id == repo.id]
        _Repair(core, repo, found, result).run()
    result.left = list(fsck.check(core, repo_id, deep=deep))
    with translated():
        _write(os.path.join(result.folder, "report.txt"), [f"{line}\n".encode() for line in result.lines()])
        sync_folder(result.folder)
    return result


def _repos(core: Core, found: list[Finding]) -> list[RepoInfo]:
    repos = (find_repo(core.db, repo_id) for repo_id in sorted({finding.repo_id for finding in found}))
    return [repo for repo in repos if repo is not None and not repo.is_virtual]


class _Repair:
    """The repair of one library."""

    def __init__(self, core: Core, repo: RepoInfo, found: list[Finding], result: Repaired) -> None:
        self.core = core
        self.repo = repo
        self.found = found
        self.result = result

    def run(self) -> None:
        others = [row[0] for row in self.core.db.rows("SELECT id FROM repo WHERE id <> ?", self.repo.id)]
        for finding in self.found:
            if finding.kind == "block":
                self._block(finding.id, others)
            elif finding.kind in {"file", "directory"}:
                self._object(finding.id, others)
        try:
            self._tables()
            self._files()
            self._tables()
        except (SyncFileError, *DAMAGE) as error:
            self.result.done.append(f"{self.repo.id}: could not go on: {error}")

    def _block(self, block_id: str, others: list[str]) -> None:
        """Move a damaged block aside, and take it from another library that has it whole."""
        if block_digest(self.core, self.repo.id, block_id) == block_id:
            return
        if self.core.blocks.find_stat(self.repo.id, block_id) is not None:
            self._aside(f"block-{block_id}", self.core.blocks.read(self.repo.id, block_id))
            self.core.blocks.delete(self.repo.id, block_id)
        for other in others:
            if block_digest(self.core, other, block_id) == block_id:
                self.core.blocks.copy(other, self.repo.id, block_id)
                self._did(f"block {block_id} was taken from library {other}")
                return

    def _object(self, object_id: str, others: list[str]) -> None:
        """Put a copy from another library into the place of a damaged or missing object, of which the row is kept."""
        for other in others:
            if self._is_whole(other, object_id):
                with self.core.db.transaction():
                    self._object_aside(object_id, other)
                    self.core.objects.copy_object(other, self.repo.id, object_id)
                self._did(f"object {object_id} was taken from library {other}")
                return

    def _object_aside(self, object_id: str, other: str) -> None:
        for row_id in self.core.objects.stored_ids(other, object_id):
            sql = "SELECT body FROM fs_object WHERE repo_id = ? AND id = ?"
            row = self.core.db.row(sql, self.repo.id, row_id)
            if row is not None:
                self._aside(f"object-{row_id}", [bytes(row[0])])
                self.core.db.rows("DELETE FROM fs_object WHERE repo_id = ? AND id = ?", self.repo.id, row_id)

    def _is_whole(self, repo_id: str, object_id: str) -> bool:
        digest = hashlib.sha1()
        try:
            if self.core.objects.find_file(repo_id, object_id) is not None:
                return True  # its bytes were hashed when it was read
            for part in self.core.objects.open_dir(repo_id, object_id).wire():
                digest.update(part)
        except DAMAGE:
            return False
        return digest.hexdigest() == object_id

    def _files(self) -> None:
        """Let each file of the head that is broken be again what its newest whole version was."""
        trees = Trees(self.core.objects, self.repo.id)
        paths = {finding.path for finding in self.found if finding.kind in {"file", "block"} and not finding.commit_id}
        head = Edit(trees, root_of(self.core, self.repo), _AUTHOR, self.core.now(), "Restored damaged files")
        for path in sorted(paths):
            entry = head.find(path)
            if entry is None or entry.is_dir or self._has_content(entry):
                continue
            whole = self._newest_whole(trees, path)
            if whole is not None:
                head.put_back(path, whole)
                self._did(f"{path} is again the version with {whole.size} bytes, object {whole.id}")
        if head.settle() != head.base_root_id:
            with self.core.locks.hold(self.repo.id):
                land(self.core, self._now(), head, Actor(self.repo.owner_id, _AUTHOR))

    def _newest_whole(self, trees: Trees, path: str) -> Dirent | None:
        commit = self.core.objects.find_commit(self.repo.id, self.repo.head_id)
        last = ""
        (left,) = self.core.db.row("SELECT COUNT(*) FROM commits WHERE repo_id = ?", self.repo.id)
        while commit is not None and left:
            left -= 1
            try:
                entry = Snapshot(trees, commit.root_id).find(path)
            except DAMAGE:
                entry = None
            if entry is not None and not entry.is_dir and entry.id != last:
                last = entry.id
                if self._has_content(entry):
                    return entry
            commit = self.core.objects.find_commit(self.repo.id, commit.parent_id or "")
        return None

    def _has_content(self, entry: Dirent) -> bool:
        """Tell whether a file can be read as its entry says, to the last byte."""
        try:
            file = self.core.objects.get_file(self.repo.id, entry.id)
            stored = sum(self.core.blocks.size(self.repo.id, block_id) for block_id in file.block_ids)
        except (*DAMAGE, BytesMissing):
            return False
        if file.size != entry.size or (stored != file.size and not self.repo.is_encrypted):
            return False
        return all(block_digest(self.core, self.repo.id, block_id) == block_id for block_id in file.block_ids)

    def _tables(self) -> None:
        """Fill the derived tables again if they are wrong."""
        if any(finding.kind in {"index", "changes", "count"} for finding in fsck.check_tables(self.core, self.repo)):
            reindex(self.core, self.repo.id)
            self._did("the derived tables were filled again")

    def _now(self) -> RepoInfo:
        repo = find_repo(self.core.db, self.repo.id)
        if repo is None:
            raise NotFound("there is no such library")
        return repo

    def _aside(self, name: str, parts: Iterable[bytes]) -> None:
        with translated():
            folder = os.path.join(self.result.folder, self.repo.id)
            os.makedirs(folder, mode=0o700, exist_ok=True)
            _write(os.path.join(folder, name), parts)
            for path in (folder, self.result.folder):
                sync_folder(path)
        self._did(f"{name} was moved aside")

    def _did(self, text: str) -> None:
        self.result.done.append(f"{self.repo.id}: {text}")


def _make_folder(core: Core) -> str:
    name = time.strftime("%Y%m%d-%H%M%S", time.gmtime(core.clock()))
    top = os.path.join(core.folder.path, _FOLDER_NAME)
    for number in range(100):
        folder = os.path.join(top, f"{name}-{number}")
        if not os.path.exists(folder):
            os.makedirs(folder, mode=0o700)
            break
    for parent in (top, core.folder.path):
        sync_folder(parent)
    return folder


def _write(path: str, parts: Iterable[bytes]) -> None:
    with open(path, "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
