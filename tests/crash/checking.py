"""What has to be so after a power cut, whatever the disk was left with."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from syncfile.config import Config
from syncfile.core import entries, uploads
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.fsck import check
from syncfile.core.gc import collect
from syncfile.core.opening import close_core, open_core
from syncfile.core.uploads import Piece
from syncfile.store.chunker import NewFile
from tests.core.content import ingest
from tests.crash.copies import backup_problems, repair_problems, restored_problems
from tests.crash.household import Arriving, Known
from tests.crash.scene import BACKUP, DATA, REPAIRED, RESTORED
from tests.crash.seeing import Moment, content_of, read

_DAY = 86400
_AGAIN = 3  # files of a change that are uploaded again


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
        if REPAIRED in self._moments:
            yield from repair_problems(core, self._config.data, self._moments[REPAIRED])
            return
        yield from (f"fsck: {finding}" for finding in check(core, deep=True))
        for name, moment in self._moments.items():
            if name not in (BACKUP, RESTORED) and moment.told.trees:
                actor = _actor(core, name)
                yield from _changes(core, actor, moment)
                yield from _goes_on(core, actor, moment)
        yield from (f"fsck after more uploads: {finding}" for finding in check(core, deep=True))
        yield from self._after_collection(core)
        if BACKUP in self._moments:
            yield from backup_problems(core, self._disk / BACKUP, self._moments[BACKUP])
        if RESTORED in self._moments:
            yield from restored_problems(self._disk / BACKUP, self._disk / RESTORED, self._moments[RESTORED])

    def _after_collection(self, core: Core) -> Iterator[str]:
        """What gc believes after a crash must not make it take what is kept."""
        for days in (1, 3):
            collect(replace(core, clock=partial(_in_days, days)))
        yield from (f"fsck after gc: {finding}" for finding in check(core, deep=True))


def _in_days(days: int) -> float:
    return time.time() + days * _DAY


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
