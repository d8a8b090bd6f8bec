"""What has to be so of backups, of what is made again from them, and of what is repaired, after a power cut."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from syncfile.config import Config
from syncfile.core.access import Actor
from syncfile.core.backup import back_up
from syncfile.core.core import Core
from syncfile.core.fsck import check
from syncfile.core.fsck_repair import repair
from syncfile.core.opening import close_core, open_core
from syncfile.core.restore import restore_folder
from syncfile.errors import BadRequest, DiskMissing
from tests.crash.household import Known
from tests.crash.scene import DAMAGED
from tests.crash.seeing import Moment, content_of


def backup_problems(core: Core, folder: Path, moment: Moment) -> Iterator[str]:
    """The backup that was told is there, or one begun since, and another one can be made."""
    if moment.told.trees:
        yield from (f"backup: {problem}" for problem in _problems(folder, [moment.told, *moment.begun]))
    back_up(core, str(folder))
    ids = [repo_id for (repo_id,) in core.db.rows("SELECT id FROM repo WHERE deleted_at IS NULL")]
    now = Known({repo_id: content_of(core, _owner(core, repo_id), repo_id) for repo_id in ids})
    yield from (f"backup after the crash: {problem}" for problem in _problems(folder, [now]))


def restored_problems(backup: Path, folder: Path, moment: Moment) -> Iterator[str]:
    """What was told to be made again is there; else it is no store yet, or all of one, and can be made again."""
    expected = [moment.told] if moment.told.trees else list(moment.begun)
    if not expected:
        return
    try:
        yield from (f"restored: {problem}" for problem in _problems(folder, expected))
    except (DiskMissing, FileNotFoundError):
        if moment.told.trees:
            yield "restored: it is no store, although that was told"
    with suppress(BadRequest):  # it is a store by now, in which somebody may have worked
        restore_folder(str(backup), str(folder))
    yield from (f"restored after the crash: {problem}" for problem in _problems(folder, expected))


def repair_problems(core: Core, data: Path, moment: Moment) -> Iterator[str]:
    """What is damaged is in its place or aside, and a repair that was cut off can be made again."""
    files = [each.read_bytes() for each in data.rglob("*") if each.is_file()]
    if not set(moment.told.trees[DAMAGED].values()) <= set(files):
        yield "something damaged, which may be the only copy, is nowhere"
    if not moment.changes:
        repair(core, deep=True)
    left = [finding for finding in check(core, deep=True) if not finding.commit_id]  # the history keeps what is broken
    yield from (f"fsck after the repair: {finding}" for finding in left)
    for repo_id, tree in moment.told.trees.items():
        if repo_id != DAMAGED and content_of(core, _owner(core, repo_id), repo_id) != tree:
            yield f"library {repo_id} is not as the repair makes it"


def _problems(folder: Path, expected: list[Known]) -> Iterator[str]:
    """Look at a copy of a store that must be one of these, so that it stays what it is. Raises ``DiskMissing``."""
    with TemporaryDirectory(dir=folder.parent) as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        core = open_core(Config(data=Path(copy), require_marker=True))
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
