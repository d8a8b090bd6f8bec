"""Checks commits, directories, files and blocks of one library: each is there, is what its name says, and fits."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from syncfile.core.access import RepoInfo
from syncfile.core.commits import kept_since
from syncfile.core.core import Core
from syncfile.core.crypto import CIPHER_BLOCK_BYTES
from syncfile.core.fsck_findings import Finding
from syncfile.core.gc_reach import DAMAGE
from syncfile.core.id_set import IdSet
from syncfile.core.paths import join
from syncfile.errors import BytesMissing
from syncfile.store import pages
from syncfile.store.directories import Directory
from syncfile.store.objects import EMPTY_ID, Commit, Dirent, File, MalformedObject, decode_commit, decode_dirents
from syncfile.store.pages import Page

_COMMIT = "SELECT body, root_id, parent_id, second_parent_id, ctime FROM commits WHERE repo_id = ? AND id = ?"
_BEYOND = (
    "WITH RECURSIVE chain(id, parent_id, place) AS ("
    "SELECT id, parent_id, 0 FROM commits WHERE repo_id = ? AND id = ?"
    " UNION ALL SELECT commits.id, commits.parent_id, place + 1 FROM chain JOIN commits"
    " ON commits.repo_id = ? AND commits.id = chain.parent_id WHERE place < ?"
    ") SELECT id FROM chain WHERE place >= ? LIMIT 1"
)


@dataclass
class TreeCheck:
    """Checks all states of a real library, newest first, and each object once.

    Attributes:
        deep: Read and hash every block of what the history still shows; else only its size is looked at.
    """

    core: Core
    repo: RepoInfo
    deep: bool
    _commits: IdSet = field(default_factory=IdSet)
    _objects: IdSet = field(default_factory=IdSet)
    _blocks: IdSet = field(default_factory=IdSet)

    def run(self) -> Iterator[Finding]:
        """Yield what is wrong."""
        yield from self._loop()
        since = kept_since(self.repo, self.core.now())
        # Of the history that is not shown any more the blocks may be gone, so what is shown comes first.
        shown, old = [self.repo.head_id], list[str]()
        while shown or old:
            is_shown = bool(shown)
            commit_id = shown.pop(0) if shown else old.pop(0)
            if not self._commits.add(commit_id):
                continue
            commit, findings = self._commit(commit_id)
            yield from findings
            if commit is None:
                continue
            yield from self._directories(commit, is_shown)
            parents = [parent for parent in (commit.parent_id, commit.second_parent_id) if parent]
            (shown if is_shown and commit.ctime > since else old).extend(parents)

    def _found(self, kind: str, object_id: str, path: str, commit_id: str, what: str) -> Finding:
        return Finding(self.repo.id, path, kind, object_id, what, "" if commit_id == self.repo.head_id else commit_id)

    def _commit(self, commit_id: str) -> tuple[Commit | None, list[Finding]]:
        row = self.core.db.row(_COMMIT, self.repo.id, commit_id)
        if row is None:
            return None, [self._found("commit", commit_id, "", commit_id, "it is missing")]
        try:
            commit = decode_commit(row[0])
        except MalformedObject as error:
            return None, [self._found("commit", commit_id, "", commit_id, f"it is damaged: {error}")]
        wrong = []
        if not replace(commit, id="").id == commit.id == commit_id:
            wrong.append("it has another id than its content")
        if (commit.root_id, commit.parent_id, commit.second_parent_id, commit.ctime) != tuple(row[1:]):
            wrong.append("its row says something else than its text")
        return commit, [self._found("commit", commit_id, "", commit_id, what) for what in wrong]

    def _loop(self) -> Iterator[Finding]:
        """Look whether parents lead on for longer than there are commits: ids say nothing of parents."""
        (count,) = self.core.db.row("SELECT COUNT(*) FROM commits WHERE repo_id = ?", self.repo.id)
        row = self.core.db.row(_BEYOND, self.repo.id, self.repo.head_id, self.repo.id, count + 1, count)
        if row is not None:
            yield self._found("commit", row[0], "", row[0], "its parents lead back to it")

    def _directories(self, commit: Commit, with_blocks: bool) -> Iterator[Finding]:
        pending = [("/", commit.root_id)]
        while pending:
            path, dir_id = pending.pop()
            if dir_id == EMPTY_ID or not self._objects.add(dir_id):
                continue
            try:
                directory = self.core.objects.open_dir(self.repo.id, dir_id)
                for page in directory.pages:
                    _check_page(directory, page)
                if _digest(directory) != dir_id:
                    raise MalformedObject("its content has another id")
            except DAMAGE as error:
                yield self._found("directory", dir_id, path, commit.id, str(error))
                continue
            for entry in directory.iter():
                below = join(path, entry.name)
                if entry.is_dir:
                    pending.append((below, entry.id))
                else:
                    yield from self._file(entry, below, commit.id, with_blocks)

    def _file(self, entry: Dirent, path: str, commit_id: str, with_blocks: bool) -> Iterator[Finding]:
        # Each entry is compared with its file, but files that many entries name are read once.
        if not self._objects.add(hashlib.sha1(f"{entry.id} {entry.size}".encode()).hexdigest()):
            return
        try:
            file = self.core.objects.get_file(self.repo.id, entry.id)
        except DAMAGE as error:
            yield self._found("file", entry.id, path, commit_id, str(error))
            return
        if file.size != entry.size:
            what = f"it has {file.size} bytes, its entry says {entry.size}"
            yield self._found("file", entry.id, path, commit_id, what)
        if with_blocks:
            yield from self._file_blocks(entry.id, file, path, commit_id)

    def _file_blocks(self, file_id: str, file: File, path: str, commit_id: str) -> Iterator[Finding]:
        stored = 0
        for block_id in file.block_ids:
            try:
                stored += self.core.blocks.size(self.repo.id, block_id)
            except BytesMissing:
                yield self._found("block", block_id, path, commit_id, "it is missing")
                return
        padding = len(file.block_ids) if self.repo.is_encrypted else 0
        if not padding <= stored - file.size <= padding * CIPHER_BLOCK_BYTES:
            what = f"its blocks have {stored} bytes, which are not those of a file of {file.size}"
            yield self._found("file", file_id, path, commit_id, what)
        for block_id in file.block_ids if self.deep else ():
            if self._blocks.add(block_id) and block_digest(self.core, self.repo.id, block_id) != block_id:
                yield self._found("block", block_id, path, commit_id, "its bytes are not what they were")


def block_digest(core: Core, repo_id: str, block_id: str) -> str:
    """Return the SHA-1 of a block's bytes, "" if it is not there or cannot be read."""
    digest = hashlib.sha1()
    try:
        for part in core.blocks.read(repo_id, block_id):
            digest.update(part)
    except (BytesMissing, OSError):
        return ""
    return digest.hexdigest()


def _check_page(directory: Directory, page: Page) -> None:
    """Compare a page with what the list says of it. Raises ``MalformedObject``."""
    text = directory.page_text(page)
    entries = pages.split(text)
    if (entries[0][0], len(entries), len(text)) != (page.first_key, page.entries, page.size):
        raise MalformedObject(f"its list is wrong about the page {page.id}")
    decode_dirents(text)


def _digest(directory: Directory) -> str:
    digest = hashlib.sha1()
    for part in directory.wire():
        digest.update(part)
    return digest.hexdigest()
