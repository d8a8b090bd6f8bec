"""A data folder that nobody has open, for the rescue reader, and the reader run on it."""

import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from syncfile.config import Config
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.encrypted import create_encrypted
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo, edit_repo
from syncfile.store import rescue
from syncfile.store.chunker import NewFile
from syncfile.store.objects import EMPTY_ID, MODE_DIR, Dirent, File
from tests.core.accounts import actor_of, add
from tests.core.content import ingest, put

READER = Path(rescue.__file__)

PASSWORD = "pass word"
BLOCK_BYTES = 50_000  # clients cut files where they like
BIG = Random(1).randbytes(2 * BLOCK_BYTES + 40_000)  # three blocks
MIDDLE = Random(2).randbytes(40_000)  # one block that is a file
DATE = 1_000_000_000

CONTENT: dict[str, bytes | None] = {
    "/folder": None,
    "/folder/deep": None,
    "/folder/deep/big": BIG,
    "/folder/middle": MIDDLE,
    "/a": b"a",
    "/empty": b"",
    "/caf\u00e9": b"c",
    "/many": None,
} | {f"/many/{number}": b"%d" % number for number in range(300)}


@dataclass(frozen=True)
class Disk:
    """A data folder that nobody has open, and what is in its library *Photos*."""

    data: Path
    repo_id: str
    secret_id: str

    def block_file(self, content: bytes) -> Path:
        blocks = (path for path in (self.data / "blocks").rglob("*") if path.is_file())
        return next(path for path in blocks if content.startswith(path.read_bytes()) or path.read_bytes() in content)

    def sql(self, sql: str) -> None:
        with opened(self.data) as core, core.db.transaction():
            core.db.rows(sql)

    def id_of(self, path: str) -> str:
        with opened(self.data) as core, edit_repo(core, actor(core), self.repo_id) as edit:
            return edit.get(path).id


class opened(ExitStack):  # used as a function
    """Opens a store for the length of a block."""

    def __init__(self, data: Path) -> None:
        super().__init__()
        self._data = data

    def __enter__(self) -> Core:  # type: ignore[override] # what is inside is wanted
        core = open_core(Config(data=self._data))
        self.callback(close_core, core)
        return core


def actor(core: Core) -> Actor:
    (account_id,) = core.db.row("SELECT id FROM account WHERE username = 'ann'")
    return Actor(account_id, "ann")


def put_in_blocks(core: Core, ann: Actor, repo_id: str, path: str) -> None:
    parts = [BIG[at : at + BLOCK_BYTES] for at in range(0, len(BIG), BLOCK_BYTES)]
    ids = [ingest(core, ann, repo_id, part).file.block_ids[0] for part in parts]
    with edit_repo(core, ann, repo_id) as edit:
        edit.put_file(path, NewFile(File(tuple(ids), len(BIG)), None))


def make_disk(tmp_path_factory: pytest.TempPathFactory) -> Disk:
    """Return one with something of everything, which nobody changes; made once for a module."""
    data = tmp_path_factory.mktemp("original") / "data"
    core = open_core(Config(data=data))
    account = add(core, "ann")
    ann = actor_of(account)
    repo = create_repo(core, account.id, "Photos")
    put(core, ann, repo.id, {"/before": b"b"})
    file = ingest(core, ann, repo.id, b"old")
    with edit_repo(core, ann, repo.id) as edit:
        edit.remove("/before")
        edit.put_entry("/dated", Dirent("", EMPTY_ID, MODE_DIR, DATE))
        edit.put_file("/dated/old", file, mtime=DATE + 100)
    put(core, ann, repo.id, {path: body for path, body in CONTENT.items() if body != BIG})
    put_in_blocks(core, ann, repo.id, "/folder/deep/big")
    secret = create_encrypted(core, ann, "Secret", "", PASSWORD)
    put(core, ann, secret.id, {"/small": b"s", "/empty": b""})
    put_in_blocks(core, ann, secret.id, "/big")
    newer = create_encrypted(core, ann, "Newer", "", PASSWORD, 4)
    put(core, ann, newer.id, {"/small": b"n"})
    close_core(core)
    return Disk(data, repo.id, secret.id)


def copy_disk(original: Disk, tmp_path: Path) -> Disk:
    """Return a copy of it, to spoil."""
    shutil.copytree(original.data, tmp_path / "disk")
    return Disk(tmp_path / "disk", original.repo_id, original.secret_id)


@dataclass(frozen=True)
class Finished:
    code: int
    text: str


def run(
    data: Path, *arguments: str | Path, given: str = "", python: str = "", prefix: tuple[str, ...] = ()
) -> Finished:
    """Run the reader that is in the data folder as on a machine that has nothing but Python."""
    reader = READER if not (data / "rescue.py").exists() else data / "rescue.py"
    command = [*prefix, "env", "-i", python or sys.executable, "-I", "-S", reader, data, *arguments]
    done = subprocess.run(
        command, input=given.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120
    )
    return Finished(done.returncode, done.stdout.decode())


def files_in(folder: Path) -> dict[str, bytes | None]:
    found = sorted(folder.rglob("*"))
    return {f"/{path.relative_to(folder)}": None if path.is_dir() else path.read_bytes() for path in found}
