"""What the command line asks of a running server: to collect garbage now, and to tell what that was.

Two processes do not know of each other's locks, so that who runs the uploads has to be the one who collects. The wish
is a file in the data folder, which the server looks for; the answer is another one.
"""

import json
import os
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from syncfile.core.core import Core
from syncfile.core.gc import SETTLE_SECONDS, Freed, Pace, Stopped, collect
from syncfile.errors import Busy, NotFound, SyncFileError
from syncfile.store.data_folder import is_served
from syncfile.store.small_files import write_whole

#: How often the server looks.
LOOK_SECONDS = 2.0

_WISH_NAME, _ANSWER_NAME = "gc.wish", "gc.answer"
_MAX_BYTES = 4096
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class _Wish:
    id: str
    repo_id: str
    dry_run: bool


def ask(data_folder: str, repo_id: str, dry_run: bool) -> Freed:
    """Have the server that works with a data folder collect, and return what it told.

    Args:
        repo_id: A library, "" for all of them.
        dry_run: Only count.

    Raises:
        SyncFileError: The server could not; the message is what it said.
        Busy: It ended before that.
    """
    wish = _Wish(str(uuid.uuid4()), repo_id, dry_run)
    path = os.path.join(data_folder, _ANSWER_NAME)
    with suppress(FileNotFoundError):
        os.unlink(path)
    write_whole(os.path.join(data_folder, _WISH_NAME), json.dumps(asdict(wish)).encode())
    while (answer := _read(path)) is None or answer.get("id") != wish.id:
        if not is_served(data_folder):
            raise Busy("the server was stopped before it was done")
        time.sleep(_POLL_SECONDS)
    os.unlink(path)
    if answer["error"]:
        raise (NotFound if answer["is_unknown"] else Busy)(answer["error"])
    return Freed(**answer["freed"])


def grant(core: Core) -> int:
    """Do what was asked for, if anything was, leave the answer, and return how many things were removed: a job."""
    path = os.path.join(core.folder.path, _WISH_NAME)
    if not os.path.exists(path) or not core.folder.is_there():
        return 0
    fields = _read(path)
    os.unlink(path)
    if fields is None or fields.keys() != {"id", "repo_id", "dry_run"}:
        return 0
    return _grant(core, _Wish(**fields))


def _grant(core: Core, wish: _Wish) -> int:
    answer: dict[str, Any] = {"id": wish.id, "freed": None, "error": "", "is_unknown": False}
    freed = Freed()
    try:
        freed = collect(core, wish.repo_id, dry_run=wish.dry_run, pace=_pace(core, wish))
        answer["freed"] = asdict(freed)
    except Stopped:
        answer["error"] = "the server was stopped before it was done"
    except SyncFileError as error:
        answer |= {"error": error.message, "is_unknown": isinstance(error, NotFound)}
    if core.folder.is_there():
        write_whole(os.path.join(core.folder.path, _ANSWER_NAME), json.dumps(answer).encode())
    return 0 if wish.dry_run else freed.total


def _pace(core: Core, wish: _Wish) -> Pace:
    return Pace(core.stopping, settle_seconds=0.0 if wish.dry_run else min(float(core.config.gc_grace), SETTLE_SECONDS))


def _read(path: str) -> dict[str, Any] | None:
    """Return what a file says, None if there is none or it is none of ours."""
    try:
        with open(path, "rb") as file:
            fields = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError):
        return None
    return fields if isinstance(fields, dict) else None
