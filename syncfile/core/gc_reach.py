"""What a library has to keep: all that its heads, its history and its unfinished uploads lead to.

Blocks are kept for the states that the history still shows. Commits, directories and file objects are kept for all
states that ever were: a client that was offline for long bases on one of them, and could never push again.
"""

import hashlib
from dataclasses import dataclass, field

from syncfile.core.access import find_repo
from syncfile.core.commits import kept_since
from syncfile.core.core import Core
from syncfile.core.gc_marks import BLOCK, COMMIT, OBJECT, OBJECTS_ONLY, WITH_BLOCKS, Marks
from syncfile.errors import NotFound
from syncfile.store.directories import Directory
from syncfile.store.object_store import ObjectMissing
from syncfile.store.objects import EMPTY_ID, Dirent, MalformedObject, decode_dirents

#: Looked at between two rests.
BATCH = 200

#: A library's own commits, and those of the virtual libraries that show a part of it.
OF_STORE = "repo_id IN (SELECT id FROM repo WHERE id = ? OR origin_id = ?)"
#: A virtual library's own head is made when it is asked for.
_HEADS = (
    "SELECT head_id FROM repo WHERE (id = ? OR origin_id = ?) AND deleted_at IS NULL AND (origin_id IS NULL OR EXISTS"
    " (SELECT 1 FROM commits WHERE commits.repo_id = repo.id AND commits.id = repo.head_id))"
)
_COMMIT = f"SELECT root_id, parent_id, second_parent_id, ctime FROM commits WHERE id = ? AND {OF_STORE}"
_UPLOADS = f"SELECT block_ids FROM upload_session WHERE {OF_STORE}"
_ID_CHARS = 40
#: What reading a damaged object can end with.
DAMAGE = (ObjectMissing, MalformedObject, IndexError, ValueError)


class Damaged(Exception):
    """Something that has to be kept cannot be read, so nobody can tell what else it keeps."""


class SettingsChanged(Exception):
    """The library was deleted, or its owner keeps another part of the history now."""


@dataclass
class Reach:
    """The walk from what a library keeps in any case to all that this leads to. It can go on where it stopped.

    Attributes:
        history: What the owner has set; marks are right only for this.
        since: Of this time on the history is kept, and the state at it; seconds.
    """

    core: Core
    marks: Marks
    store_id: str
    history: tuple[int, int] = field(init=False)
    since: int = field(init=False)

    def __post_init__(self) -> None:
        repo = find_repo(self.core.db, self.store_id)
        if repo is None:
            raise NotFound("there is no such library")
        self.history = repo.history_days, repo.history_since
        self.since = kept_since(repo, self.core.now())

    @property
    def is_whole(self) -> bool:
        """Whether nothing was missing, even of the history that is not shown any more."""
        return not self.marks.note("missing")

    def begin(self) -> None:
        """Mark what is kept in any case; do it again for what has come since. Raises ``SettingsChanged``."""
        repo = find_repo(self.core.db, self.store_id)
        if repo is None or (repo.history_days, repo.history_since) != self.history:
            raise SettingsChanged
        for (head_id,) in self.core.db.rows(_HEADS, self.store_id, self.store_id):
            self.marks.reach(COMMIT, head_id, WITH_BLOCKS)
        for (text,) in self.core.db.rows(_UPLOADS, self.store_id, self.store_id):
            for start in range(0, len(text), _ID_CHARS):
                self.marks.reach(BLOCK, text[start : start + _ID_CHARS], WITH_BLOCKS, walk=False)

    def step(self) -> bool:
        """Look at some of what was marked; tell whether there was anything. Raises ``Damaged``."""
        batch = self.marks.take_pending(BATCH)
        for kind, object_id, level in batch:
            try:
                if kind == COMMIT:
                    self._commit(object_id, level)
                else:
                    self._directory(object_id, level)
            except DAMAGE as error:
                if level == WITH_BLOCKS:
                    raise Damaged(str(error)) from error
                self.marks.write_note("missing", object_id)
        self.marks.done(batch)
        return bool(batch)

    def catch_up(self) -> None:
        """Mark all that has come to be kept by now. Raises ``Damaged``, ``SettingsChanged``."""
        self.begin()
        while self.step():
            pass

    def _commit(self, commit_id: str, level: int) -> None:
        rows = self.core.db.rows(_COMMIT, commit_id, self.store_id, self.store_id)
        if not rows:
            raise ObjectMissing(f"there is no commit {commit_id}")
        for root_id, *parents, ctime in rows:
            if root_id != EMPTY_ID:
                self.marks.reach(OBJECT, root_id, level)
            for parent_id in filter(None, parents):
                self.marks.reach(COMMIT, parent_id, level if ctime > self.since else OBJECTS_ONLY)

    def _directory(self, dir_id: str, level: int) -> None:
        directory = self.core.objects.open_dir(self.store_id, dir_id)
        if level == WITH_BLOCKS and any(page.text is None for page in directory.pages):
            require_whole(directory)
        for page in directory.pages:
            # Two versions of a large directory share most pages: what those name has been seen.
            if page.text is None and not self.marks.reach(OBJECT, page.id, level, walk=False):
                continue
            for entry in decode_dirents(directory.page_text(page)):
                if entry.id != EMPTY_ID:
                    self._entry(entry, level)

    def _entry(self, entry: Dirent, level: int) -> None:
        if entry.is_dir:
            self.marks.reach(OBJECT, entry.id, level)
        elif self.marks.reach(OBJECT, entry.id, level, walk=False) and level == WITH_BLOCKS:
            for block_id in self.core.objects.get_file(self.store_id, entry.id).block_ids:
                self.marks.reach(BLOCK, block_id, level, walk=False)


def require_whole(directory: Directory) -> None:
    """Make sure that no page is missing in the list: it is not named by its own bytes. Raises ``ObjectMissing``."""
    digest = hashlib.sha1()
    for part in directory.wire():
        digest.update(part)
    if digest.hexdigest() != directory.id:
        raise ObjectMissing(f"object {directory.id} is damaged")
