"""What has to be so after a power cut, whatever the disk was left with."""

import hashlib
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from syncfile.config import Config
from syncfile.core import encrypted, entries, uploads
from syncfile.core.access import Actor, find_repo
from syncfile.core.backup import back_up
from syncfile.core.core import Core
from syncfile.core.fsck import check
from syncfile.core.gc import collect
from syncfile.core.opening import close_core, open_core
from syncfile.core.uploads import Piece
from syncfile.store.chunker import NewFile
from tests.core.content import ingest
from tests.crash.household import Arriving, Known, Tree
from tests.crash.scene import BACKUP, DATA, PASSWORD

_DAY = 86400
_AGAIN = 3  # files of a change that are uploaded again


@dataclass(frozen=True)
class Moment:
    """What one person may find: the state after the last change that was answered, or any begun since.

    Attributes:
        told: What was answered.
        begun: The others.
    """

    told: Known
    begun: tuple[Known, ...]

    def trees(self, repo_id: str) -> list[Tree]:
        """Return what may be in a library; of one whose making was not answered, everything."""
        return [dict(known.trees[repo_id]) for known in (self.told, *self.begun) if repo_id in known.trees]


class Checker:
    """Opens a disk as it was left, and looks for what is wrong.

    Args:
        disk: With the data folder in it.
        moments: By person.
    """

    def __init__(self, disk: Path, moments: Mapping[str, Moment]) -> None:
        self._disk = disk
        self._config = Config(data=disk / DATA)
        self._moments = moments

    def run(self) -> list[str]:
        """Return what is wrong: a sentence each."""
        try:
            core = open_core(self._config)
        except Exception as error:
            return [f"it does not open: {error!r}"]
        try:
            return list(self._problems(core))
        except Exception as error:
            return [f"looking at it failed: {error!r}"]
        finally:
            close_core(core)

    def _problems(self, core: Core) -> Iterator[str]:
        yield from (f"fsck: {finding}" for finding in check(core, deep=True))
        for name, moment in self._moments.items():
            if name != BACKUP and moment.told.trees:
                actor = _actor(core, name)
                yield from _changes(core, actor, moment)
                yield from _goes_on(core, actor, moment)
        yield from (f"fsck after more uploads: {finding}" for finding in check(core, deep=True))
        yield from self._after_collection(core)
        if BACKUP in self._moments:
            yield from backup_problems(core, self._disk / BACKUP, self._moments[BACKUP])

    def _after_collection(self, core: Core) -> Iterator[str]:
        """What gc believes after a crash must not make it take what is kept."""
        for days in (1, 3):
            later = replace(core, clock=lambda days=days: time.time() + days * _DAY)  # type: ignore[misc]
            collect(later)
        yield from (f"fsck after gc: {finding}" for finding in check(core, deep=True))


def _changes(core: Core, actor: Actor, moment: Moment) -> Iterator[str]:
    """Compare what is there with what was answered."""
    found_contents: set[bytes | None] = set()
    for repo_id in moment.told.trees:
        found = content_of(core, actor, repo_id)
        found_contents |= set(found.values())
        if found not in moment.trees(repo_id):
            told = moment.told.trees[repo_id]
            differing = sorted(
                path for path in found.keys() | told.keys() if found.get(path, b"") != told.get(path, b"")
            )
            yield f"library {repo_id} is neither as it was told nor as it would be, see {differing}"
    always = [_contents(known) for known in (moment.told, *moment.begun)]
    if lost := set.intersection(*always) - found_contents:
        yield f"{len(lost)} contents are nowhere, although no change took them away"


def _goes_on(core: Core, actor: Actor, moment: Moment) -> Iterator[str]:
    """What was interrupted is made again, what arrives in pieces goes on, and something new comes."""
    for (repo_id, path), arriving in moment.told.arriving.items():
        yield from _finish(core, actor, repo_id, path, arriving)
    known = moment.begun[-1] if moment.begun else moment.told
    for repo_id in moment.told.trees:
        told = moment.told.trees[repo_id]
        changed = [(path, it) for path, it in known.trees[repo_id].items() if it and it != told.get(path)]
        for path, content in (*changed[:_AGAIN], ("/after the crash", b"new" * 20_000)):
            _put(core, actor, repo_id, path, content)
            if read(core, actor, repo_id, path) != content:
                yield f"{path} is not what was uploaded again"


def _finish(core: Core, actor: Actor, repo_id: str, path: str, arriving: Arriving) -> Iterator[str]:
    if content_of(core, actor, repo_id).get(path) == arriving.content:
        return  # the last piece, which was not answered
    received = uploads.received_bytes(core, actor, repo_id, path)
    if received < arriving.received:
        yield f"of {path}, {received} bytes are there, {arriving.received} were answered for"
    whole = arriving.content

    def finish(new: NewFile) -> None:
        entries.add_file(core, actor, repo_id, path, new, replace=True)

    piece = Piece(received, len(whole) - received, len(whole))
    try:
        uploads.receive(core, actor, repo_id, path, piece, [whole[received:]], finish)
    except Exception as error:
        yield f"{path} cannot go on from {received}: {error!r}"
        return
    if read(core, actor, repo_id, path) != whole:
        yield f"{path} went on from {received} and is not what was sent"


def _put(core: Core, actor: Actor, repo_id: str, path: str, content: bytes) -> None:
    new = ingest(core, actor, repo_id, content)
    parent = path.rpartition("/")[0]
    if parent and parent not in content_of(core, actor, repo_id):
        entries.make_dir(core, actor, repo_id, parent, parents=True)
    entries.add_file(core, actor, repo_id, path, new, replace=True)


def _actor(core: Core, name: str) -> Actor:
    (account_id,) = core.db.row("SELECT id FROM account WHERE username = ?", name)
    return Actor(account_id, name)


def _contents(known: Known) -> set[bytes | None]:
    return {content for tree in known.trees.values() for content in tree.values()}


def content_of(core: Core, actor: Actor, repo_id: str) -> Tree:
    """Return all files and folders of a library, also of an encrypted one."""
    from syncfile.core.repos import open_repo

    repo = find_repo(core.db, repo_id)
    if repo is not None and repo.is_encrypted:
        encrypted.unlock(core, actor, repo_id, PASSWORD)
    return {
        path: None if entry.is_dir else read(core, actor, repo_id, path)
        for path, entry in open_repo(core, actor, repo_id).walk()
    }


def read(core: Core, actor: Actor, repo_id: str, path: str) -> bytes:
    """Return the bytes of a file as its owner knows them."""
    from syncfile.core.files import open_file

    return b"".join(open_file(core, actor, repo_id, path).iter_bytes())


def backup_problems(core: Core, folder: Path, moment: Moment) -> Iterator[str]:
    """The backup that was told is there, or one begun since, and another one can be made."""
    if moment.told.trees:
        yield from (f"backup: {problem}" for problem in _copy_problems(folder, [moment.told, *moment.begun]))
    back_up(core, str(folder))
    ids = [repo_id for (repo_id,) in core.db.rows("SELECT id FROM repo WHERE deleted_at IS NULL")]
    now = Known({repo_id: content_of(core, _owner(core, repo_id), repo_id) for repo_id in ids})
    yield from (f"backup after the crash: {problem}" for problem in _copy_problems(folder, [now]))


def _copy_problems(folder: Path, expected: list[Known]) -> Iterator[str]:
    """Look at a copy of a backup, so that it stays what it is."""
    with TemporaryDirectory(dir=folder.parent) as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        core = open_core(Config(data=Path(copy)))
        try:
            yield from (str(finding) for finding in check(core, deep=True))
            ids = expected[0].trees
            found = Known({repo_id: content_of(core, _owner(core, repo_id), repo_id) for repo_id in ids})
            if found not in expected:
                yield "it is none of those that it may be"
        finally:
            close_core(core)


def _owner(core: Core, repo_id: str) -> Actor:
    (owner_id,) = core.db.row("SELECT owner_id FROM repo WHERE id = ?", repo_id)
    return Actor(owner_id, "")


def digest_of(state: Mapping[str, bytes | None]) -> bytes:
    """Return what tells two states of a disk apart."""
    digest = hashlib.sha1()
    for path, content in sorted(state.items()):
        digest.update(f"{path}\0{-1 if content is None else len(content)}\0".encode() + (content or b""))
    return digest.digest()
