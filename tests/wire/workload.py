"""Somebody who works in one folder until the server dies, and knows what must be there afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha1
from http.client import HTTPException
from random import Random

from tests.wire.people import Person, told

#: What is at each path: the SHA-1 of a file, None for a folder.
Tree = dict[str, bytes | None]

SMALL_BYTES = 60_000  # rows and blocks of their own
LARGE_BYTES = (8 << 20) + 100_000  # two blocks
LARGE_SHARE = 0.06


@dataclass
class Workload:
    """Random changes in a folder of one's own.

    Attributes:
        tree: What is there by all answers so far, the folder itself included.
        pending: What will be there if the request under way is carried out; ``tree`` if there is none.
        answered: How many requests were answered.
    """

    person: Person
    folder: str
    random: Random
    tree: Tree = field(default_factory=dict)
    pending: Tree = field(default_factory=dict)
    answered: int = 0

    def run(self) -> None:
        """Work until the server does not answer any more."""
        try:
            self._do({self.folder: None}, lambda: told(self.person.folder("mkdir", self.folder), 1100))
            while True:
                self.random.choice((self._make, self._upload, self._upload, self._upload, self._rename, self._remove))()
        except (OSError, HTTPException):
            return

    def _do(self, pending: Tree, change: Callable[[], object]) -> None:
        self.pending = pending
        change()
        self.tree = pending
        self.answered += 1

    def _make(self) -> None:
        path = self._new_path()
        self._do(self.tree | {path: None}, lambda: told(self.person.folder("mkdir", path), 1100))

    def _upload(self) -> None:
        path = self._new_path()
        large = self.random.random() < LARGE_SHARE
        content = self.random.randbytes(LARGE_BYTES if large else self.random.randrange(SMALL_BYTES))
        pending = self.tree | {path: sha1(content).digest()}
        if self.random.random() < 0.5:
            self._do(pending, lambda: told(self.person.upload(path, content), 1210))
        else:
            self._do(pending, lambda: told(self.person.upload_form(path, content), 1200))

    def _rename(self) -> None:
        if old := self._some_folder():
            name = self._new_name()
            new = old.rpartition("/")[0] + "/" + name
            moved = {new + path.removeprefix(old) if _within(path, old) else path: it for path, it in self.tree.items()}
            self._do(moved, lambda: told(self.person.folder("rename", old, name=name), 1130, old, name))

    def _remove(self) -> None:
        if old := self._some_folder():
            left = {path: it for path, it in self.tree.items() if not _within(path, old)}
            self._do(left, lambda: told(self.person.folder("rm", old), 1140))

    def _some_folder(self) -> str | None:
        folders = [path for path, it in self.tree.items() if it is None and path != self.folder]
        return self.random.choice(folders) if folders else None

    def _new_path(self) -> str:
        folders = [path for path, it in self.tree.items() if it is None]
        return f"{self.random.choice(folders)}/{self._new_name()}"

    def _new_name(self) -> str:
        return f"{self.random.getrandbits(64):016x}"


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


def seen(person: Person, folder: str) -> Tree:
    """Return what the server says is in a folder, reading every byte."""
    if folder not in person.list(depth=1):
        return {}
    found: Tree = {folder: None}
    for path in person.list(folder):
        is_folder = person.folder("getdetail", path).json["error_code"] == 1120
        found[path] = None if is_folder else sha1(person.read(path)).digest()
    return found
