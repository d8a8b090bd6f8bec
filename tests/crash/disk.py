"""What a disk may hold after a power cut, by two models of a file system.

Common to both: what was written to a file is on the disk once that file was synced, not before: of the writes since,
each sector may be there or not, as the disk and the cache please. A failed sync means that what it should have written
never will be, although it can still be read while the machine runs.

* ``JOURNAL``: ext4, xfs, btrfs and f2fs as they are by default. Changes of names get to the disk in their order, and
  any sync takes along those that were made before.
* ``POSIX``: no more than the standard says. A change of a name is on the disk once the folder was synced, or the two
  folders; until then changes of different names may get there in any order, those of one name one after the other.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.crash import recording
from tests.crash.recording import Op


class Model(enum.Enum):
    """How much a file system does beyond the standard."""

    JOURNAL = "journal"
    POSIX = "posix"


class Fate(enum.Enum):
    """What becomes of that which was not synced."""

    KEPT = "kept"  # all of it was written just in time
    LOST = "lost"
    CUT = "cut"  # what came first is there, up to the middle of a write
    TORN = "torn in 512 bytes"  # any sectors of it are there
    TORN_PAGES = "torn in 4096 bytes"
    MIXED = "mixed"  # some files as they would be, some without it, some torn


_SECTOR = {Fate.TORN: 512, Fate.TORN_PAGES: 4096, Fate.CUT: 512}
_OF_ONE_FILE = (Fate.KEPT, Fate.LOST, Fate.CUT, Fate.TORN, Fate.TORN_PAGES)


@dataclass(eq=False)
class File:
    """A file: what is safe, and what was done since. ``None`` as data cuts the file at the offset."""

    safe: bytes = b""
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        self.safe = apply(self.safe, self.since)
        self.since = []

    def after(self, fate: Fate, random: Random) -> bytes:
        """Return what may be in the file after a power cut."""
        if fate is Fate.MIXED:
            fate = random.choice(_OF_ONE_FILE)
        if fate is Fate.LOST or not self.since:
            return self.safe
        if fate is Fate.KEPT:
            return apply(self.safe, self.since)
        pieces = list(_pieces(self.since, _SECTOR[fate]))
        if fate is Fate.CUT:
            return apply(self.safe, pieces[: random.randint(0, len(pieces))])
        share = random.choice((0.1, 0.5, 0.9))
        return apply(self.safe, [piece for piece in pieces if random.random() < share])


@dataclass(eq=False)
class Folder:
    """A folder, as it is now and as it is safe."""

    now: dict[str, "Node"] = field(default_factory=dict)
    safe: dict[str, "Node"] = field(default_factory=dict)


Node = File | Folder
#: Names in folders that get what they stand for, or nothing, all in one.
Change = list[tuple[Folder, str, Node | None]]
#: Content of files by path; None for folders.
State = dict[str, bytes | None]


class Disk:
    """Follows a recording, and tells at any point what a power cut may leave.

    Args:
        model: Of the file system.
        before: What was on the disk before.
    """

    def __init__(self, model: Model, before: State) -> None:
        self.model = model
        self._root = Folder()
        self._inodes: dict[int, Node] = {}
        self._changes: list[Change] = []
        for path, content in sorted(before.items()):
            node: Node = Folder() if content is None else File(content)
            self._apply([(*self._place(path), node)])
        self._commit()

    def adopt(self, inodes: dict[str, int]) -> None:
        """Learn the inodes of what was there before."""
        self._inodes |= {inode: self._find(path) for path, inode in inodes.items()}

    def follow(self, op: Op) -> None:
        """Do what was done."""
        if op.kind in (recording.CREATE, recording.MKDIR):
            node: Node = File() if op.kind == recording.CREATE else Folder()
            self._inodes[op.inode] = node
            self._apply([(*self._place(op.path), node)])
        elif op.kind in (recording.UNLINK, recording.RMDIR):
            self._apply([(*self._place(op.path), None)])
        elif op.kind == recording.LINK:
            self._apply([(*self._place(op.second), self._find(op.path))])
        elif op.kind == recording.RENAME:
            self._rename(op)
        elif op.kind == recording.SYNC_ALL:
            self._commit()
            for node in self._inodes.values():
                if isinstance(node, File):
                    node.sync()
        elif op.kind in (recording.WRITE, recording.TRUNCATE):
            file = self._inodes[op.inode]
            assert isinstance(file, File)
            file.since.append((op.offset, op.data if op.kind == recording.WRITE else None))
        elif op.kind == recording.SYNC:
            self._sync(self._inodes[op.inode])
        elif op.kind == recording.SYNC_FAILED:
            self._lose(self._inodes[op.inode])

    def after_power_cut(self, fate: Fate, random: Random) -> State:
        """Return what may be on the disk if the power goes now."""
        names = self._surviving_names(fate, random)
        state: State = {}
        contents: dict[int, bytes] = {}
        pending: list[tuple[str, Folder]] = [("", self._root)]
        while pending:
            path, folder = pending.pop()
            for name, node in names.get(id(folder), folder.safe).items():
                below = f"{path}/{name}" if path else name
                if isinstance(node, Folder):
                    state[below] = None
                    pending.append((below, node))
                else:
                    # A file of two names has one content.
                    state[below] = contents.setdefault(id(node), node.after(fate, random))
        return state

    def _surviving_names(self, fate: Fate, random: Random) -> dict[int, dict[str, Node]]:
        """Return the names in each folder where they are not those that are safe."""
        names: dict[int, dict[str, Node]] = {}
        for change in self._surviving_changes(fate, random):
            for folder, name, node in change:
                entries = names.setdefault(id(folder), dict(folder.safe))
                if node is None:
                    entries.pop(name, None)
                else:
                    entries[name] = node
        return names

    def _surviving_changes(self, fate: Fate, random: Random) -> Iterator[Change]:
        if fate is Fate.KEPT:
            yield from self._changes
        elif fate is Fate.LOST:
            return
        elif self.model is Model.JOURNAL:
            yield from self._changes[: random.randint(0, len(self._changes))]
        else:
            share = random.choice((0.2, 0.5, 0.8))
            lost: set[tuple[int, str]] = set()
            for change in self._changes:
                places = {(id(folder), name) for folder, name, _ in change}
                if places & lost or random.random() > share:
                    lost |= places
                else:
                    yield change

    def _rename(self, op: Op) -> None:
        node = self._find(op.path)
        source, target = self._place(op.path), self._place(op.second)
        if self.model is Model.JOURNAL or source[0] is target[0]:
            self._apply([(*target, node), (*source, None)])
        else:  # between two folders, the old name may stay for a while, and each goes to the disk by itself
            self._apply([(*target, node)])
            self._apply([(*source, None)])

    def _apply(self, change: Change) -> None:
        for folder, name, node in change:
            if node is None:
                del folder.now[name]
            else:
                folder.now[name] = node
        self._changes.append(change)

    def _sync(self, node: Node) -> None:
        if isinstance(node, File):
            node.sync()
        if self.model is Model.JOURNAL:
            self._commit()
        elif isinstance(node, Folder):
            self._commit(node)

    def _lose(self, node: Node) -> None:
        if isinstance(node, File):
            node.since = []

    def _commit(self, only: Folder | None = None) -> None:
        """Make changes of names safe, of one folder or of all."""
        left: list[Change] = []
        for change in self._changes:
            if only is not None and all(folder is not only for folder, _, _ in change):
                left.append(change)
                continue
            for folder, name, node in change:
                if node is None:
                    folder.safe.pop(name, None)
                else:
                    folder.safe[name] = node
        self._changes = left

    def _place(self, path: str) -> tuple[Folder, str]:
        parent, _, name = path.rpartition("/")
        folder = self._find(parent)
        assert isinstance(folder, Folder)
        return folder, name

    def _find(self, path: str) -> Node:
        node: Node = self._root
        for name in filter(None, path.split("/")):
            assert isinstance(node, Folder)
            node = node.now[name]
        return node


def apply(content: bytes, since: list[tuple[int, bytes | None]]) -> bytes:
    """Return a file after some writes and cuts; what nobody wrote is zeros."""
    result = bytearray(content)
    for offset, data in since:
        if data is None:
            del result[offset:]
        if len(result) < offset:
            result += bytes(offset - len(result))
        if data is not None:
            result[offset : offset + len(data)] = data
    return bytes(result)


def _pieces(since: list[tuple[int, bytes | None]], sector: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield what can get to the disk one without the other."""
    for offset, data in since:
        if data is None:
            yield offset, None
            continue
        at = 0
        while at < len(data):
            end = min(len(data), at + sector - (offset + at) % sector)
            yield offset + at, data[at:end]
            at = end


def write_state(state: State, folder: Path) -> None:
    """Put a state into an empty folder."""
    for path, content in sorted(state.items()):
        if content is None:
            (folder / path).mkdir()
        else:
            (folder / path).write_bytes(content)


def read_state(folder: Path) -> tuple[State, dict[str, int]]:
    """Return what is in a folder, and the inodes."""
    state: State = {}
    inodes = {"": folder.stat().st_ino}
    for each in sorted(folder.rglob("*")):
        path = str(each.relative_to(folder))
        state[path] = each.read_bytes() if each.is_file() else None
        inodes[path] = each.stat().st_ino
    return state, inodes
