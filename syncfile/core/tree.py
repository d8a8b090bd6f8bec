"""A library at one commit, and changes on top of it. Nothing here writes: ``Trees.save`` does, inside the last step."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from syncfile.core.paths import components, join, nfc, numbered, split
from syncfile.errors import AlreadyExists, BadPath, NotFound, ParentMissing
from syncfile.store.chunker import NewFile
from syncfile.store.directories import Directory
from syncfile.store.object_store import ObjectStore
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_FILE, Dirent, file_id

_STORED_DIRS = 16  # remembered; of a large one, the list of its pages


class Trees:
    """The directories of one repo: stored ones are read, new ones are kept in memory until they are saved."""

    def __init__(self, objects: ObjectStore, repo_id: str) -> None:
        self.objects = objects
        self.repo_id = repo_id
        self._kept: dict[str, Directory] = {}
        # A change meets the folders along its path some three times: when it looks, when it edits, when it compares.
        self._stored = lru_cache(_STORED_DIRS)(partial(objects.open_dir, repo_id))

    def open(self, dir_id: str) -> Directory:
        """Return a directory by its id. Raises ``ObjectMissing``."""
        return self._kept.get(dir_id) or self._stored(dir_id)

    def keep(self, directory: Directory) -> str:
        """Remember a new directory and return its id."""
        self._kept[directory.id] = directory
        return directory.id

    def save(self) -> None:
        """Write what was kept; to be called inside the transaction that moves the head."""
        for directory in self._kept.values():
            self.objects.save_dir(self.repo_id, directory)


class Snapshot:
    """What a library holds at one commit; never changes."""

    def __init__(self, trees: Trees, root_id: str) -> None:
        self.trees = trees
        self.root_id = root_id

    def find(self, path: str) -> Dirent | None:
        """Return the entry at ``path``, or None. The root is an entry without a name."""
        entries = self._along(path)
        return entries[-1] if entries else None

    def resolve(self, path: str) -> str:
        """Return ``path`` with every name as it is stored, which may be another Unicode form. Raises ``NotFound``."""
        self.get(path)
        return "/" + "/".join(entry.name for entry in self._along(path)[1:])

    def get(self, path: str) -> Dirent:
        """Return the entry at ``path``. Raises ``NotFound``."""
        entry = self.find(path)
        if entry is None:
            raise NotFound("there is no such file or folder", path=path)
        return entry

    def directory(self, path: str) -> Directory:
        """Return the directory at ``path``. Raises ``NotFound``."""
        entry = self.get(path)
        if not entry.is_dir:
            raise NotFound("there is no such folder", path=path)
        return self.trees.open(entry.id)

    def file(self, path: str) -> Dirent:
        """Return the file at ``path``. Raises ``NotFound``."""
        entry = self.get(path)
        if entry.is_dir:
            raise NotFound("there is no such file", path=path)
        return entry

    def _along(self, path: str) -> list[Dirent]:
        """Return the entries from the root to ``path``; none at all where nothing is at ``path``."""
        entries = [Dirent(name="", id=self.root_id, mode=MODE_DIR, mtime=0)]
        for name in components(path):
            parent = entries[-1]
            found = lookup(self.trees.open(parent.id), name) if parent.is_dir else None
            if found is None:
                return []
            entries.append(found)
        return entries

    def walk(self, path: str = "/") -> Iterator[tuple[str, Dirent]]:
        """Yield ``(path, entry)`` of everything below ``path``, a folder before what it holds. Raises ``NotFound``."""
        yield from walk(self.trees, self.directory(path), path)


def lookup(directory: Directory, name: str) -> Dirent | None:
    """Return the entry of ``name`` as given, else of its NFC form."""
    return directory.get(name) or directory.get(nfc(name))


def walk(trees: Trees, directory: Directory, path: str) -> Iterator[tuple[str, Dirent]]:
    """Yield ``(path, entry)`` of everything in ``directory``, which is found at ``path``.

    Not recursive: a pushed tree may be deeper than Python's stack.
    """
    pending = [(path, iter(directory.iter()))]
    while pending:
        parent, entries = pending[-1]
        entry = next(entries, None)
        if entry is None:
            pending.pop()
            continue
        entry_path = join(parent, entry.name)
        yield entry_path, entry
        if entry.is_dir:
            pending.append((entry_path, iter(trees.open(entry.id).iter())))


@dataclass(slots=True)
class _Draft:
    """One directory being edited; ``below`` holds the drafts of its changed subdirectories."""

    directory: Directory
    changes: dict[str, Dirent | None] = field(default_factory=dict)
    below: dict[str, "_Draft"] = field(default_factory=dict)

    def get(self, name: str) -> Dirent | None:
        return self.changes[name] if name in self.changes else self.directory.get(name)

    def find(self, name: str) -> Dirent | None:
        return self.get(name) or self.get(nfc(name))

    def set(self, name: str, entry: Dirent | None) -> None:
        self.changes[name] = entry
        self.below.pop(name, None)


class Edit(Snapshot):
    """Changes on top of a snapshot, made in memory; each call sees what the calls before it did.

    Args:
        author: The name that new files are signed with.
        now: The time of the change, seconds UTC; the ``mtime`` of whatever does not bring its own.
        message: What the history will show.
        prefix: The folder that all paths of the calls are relative to; "" for the root.
    """

    def __init__(self, trees: Trees, root_id: str, author: str, now: int, message: str, prefix: str = "") -> None:
        super().__init__(trees, root_id)
        self._prefix = prefix
        self.message = message
        self.base_root_id = root_id
        self.author = author
        self.now = now
        self.files: list[NewFile] = []
        self._root = _Draft(trees.open(root_id))

    def put_file(self, path: str, file: NewFile, *, mtime: int | None = None, replace: bool = False) -> Dirent:
        """Add the file at ``path``; with ``replace`` an existing file gets a new version and keeps its mode.

        Raises:
            AlreadyExists: A file stands there and ``replace`` is not set, or a folder does.
            ParentMissing: The folder to hold it is not there.
        """
        old = self.find(path)
        if old is not None and (old.is_dir or not replace):
            raise AlreadyExists("the name is taken", path=path)
        self.files.append(file)
        entry = Dirent(
            name="",
            id=file_id(file.file),
            mode=old.mode if old else MODE_FILE,
            mtime=self.now if mtime is None else mtime,
            size=file.file.size,
            modifier=self.author,
        )
        return self._put(path, entry)

    def put_entry(self, path: str, entry: Dirent) -> Dirent:
        """Put an entry that is stored already (a copy, an older version) at ``path``, which must be free.

        Raises:
            AlreadyExists: Something is there.
            ParentMissing: The folder to hold it is not there.
        """
        if self.find(path) is not None:
            raise AlreadyExists("the name is taken", path=path)
        return self._put(path, entry)

    def put_back(self, path: str, entry: Dirent) -> None:
        """Let a file or folder hold again what a stored entry names, whether or not one is there now.

        Raises:
            AlreadyExists: A folder is where the file was, or a file where the folder was.
            ParentMissing: The folder to hold it is not there.
        """
        now = self.find(path)
        if now is not None and now.is_dir != entry.is_dir:
            raise AlreadyExists("the name is taken", path=path)
        if now is None or not now.is_dir:
            self._put(path, entry)
            return
        draft = self._draft(path)
        draft.directory = self.trees.open(entry.id)
        draft.changes.clear()
        draft.below.clear()

    def make_dir(self, path: str, *, parents: bool = False) -> Dirent:
        """Add an empty folder; ``parents`` adds the folders above it too.

        Raises:
            AlreadyExists: Something is there.
            ParentMissing: The folder to hold it is not there.
        """
        parent, _ = split(path)
        if parents and path != "/" and self.find(parent) is None:
            self.make_dir(parent, parents=True)
        return self.put_entry(path, Dirent(name="", id=EMPTY_ID, mode=MODE_DIR, mtime=self.now))

    def remove(self, path: str) -> Dirent:
        """Remove the file or folder and return what it was. Raises ``NotFound``, ``BadPath`` for the root."""
        if path == "/":
            raise BadPath("the library itself is no folder to remove")
        entry = self.get(path)
        parent, _ = split(path)
        self._draft(parent).set(entry.name, None)
        return entry

    def move(self, source: str, target: str) -> Dirent:
        """Move or rename a file or folder; a folder's own date becomes the time of the change.

        Raises:
            NotFound: Nothing is at ``source``.
            AlreadyExists: Something is at ``target``.
            ParentMissing: The folder to hold ``target`` is not there.
            BadPath: A folder would move into itself.
        """
        if nfc(target).startswith(nfc(source).rstrip("/") + "/"):
            raise BadPath("a folder cannot move into itself", path=target)
        if self.find(target) is not None and self.get(source):
            raise AlreadyExists("the name is taken", path=target)
        self._draft(split(target)[0])  # before the source is taken away: a caller may go on after an error
        entry = self.remove(source)
        return self._put(target, replace(entry, mtime=self.now) if entry.is_dir else entry)

    def free_name(self, path: str) -> str:
        """Return ``path``, or the first of ``name (1).ext``, ``name (2).ext`` ... beside it that is free."""
        parent, name = split(path)
        number = 0
        while self.find(path) is not None:
            number += 1
            path = join(parent, numbered(nfc(name), number))
        return path

    def settle(self) -> str:
        """Return the root's id with all changes in it."""
        self.root_id = self._settle(self._root)
        return self.root_id

    def _along(self, path: str) -> list[Dirent]:
        entries = [Dirent(name="", id=self._root.directory.id, mode=MODE_DIR, mtime=0)]
        draft: _Draft | None = self._root
        for name in components(self._prefix + path):
            parent = entries[-1]
            if not parent.is_dir:
                return []
            found = draft.find(name) if draft else lookup(self.trees.open(parent.id), name)
            if found is None:
                return []
            entries.append(found)
            draft = draft.below.get(found.name) if draft else None
        if draft:
            entries[-1] = replace(entries[-1], id=self._settle(draft))
        return entries[len(components(self._prefix)) :]

    def _put(self, path: str, entry: Dirent) -> Dirent:
        parent, name = split(path)
        if not name:
            raise AlreadyExists("the library itself is always there", path=path)
        draft = self._draft(parent)
        stored = name if draft.get(name) else nfc(name)
        entry = replace(entry, name=stored)
        draft.set(stored, entry)
        return entry

    def _draft(self, path: str) -> _Draft:
        """Return the draft of the folder at ``path``. Raises ``ParentMissing``."""
        draft = self._root
        for given in components(self._prefix + path):
            entry = draft.find(given)
            if entry is None or not entry.is_dir:
                raise ParentMissing("the parent folder does not exist", path=path)
            below = draft.below.get(entry.name)
            if below is None:
                below = draft.below[entry.name] = _Draft(self.trees.open(entry.id))
            draft = below
        return draft

    def _settle(self, draft: _Draft) -> str:
        """Fold the drafts below into ``draft`` and return its directory's id."""
        for name, below in draft.below.items():
            entry = draft.get(name)
            if entry is not None and entry.is_dir:
                dir_id = self._settle(below)
                if dir_id != entry.id:
                    draft.changes[name] = replace(entry, id=dir_id)
        draft.below.clear()
        if draft.changes:
            draft.directory = draft.directory.edit(draft.changes)
            self.trees.keep(draft.directory)
            draft.changes.clear()
        return draft.directory.id
