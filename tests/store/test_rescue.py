"""The rescue reader: on any Python, with nothing installed, it gets out what is there and says what is not."""

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from syncfile.config import Config
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.crypto import CipherKey
from syncfile.core.encrypted import create_encrypted
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo, edit_repo
from syncfile.store import rescue
from syncfile.store.chunker import NewFile
from syncfile.store.objects import EMPTY_ID, MODE_DIR, Dirent, File
from tests.core.accounts import actor_of, add
from tests.core.content import commits_of, ingest, put
from tests.wire.small_disk import needs_mounts

READER = Path(rescue.__file__)
MAX_BYTES = 60_000
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


def interpreters() -> list[str]:
    """Return the Pythons of this machine that are new enough."""
    found = [sys.executable, *(shutil.which(f"python3.{minor}") for minor in range(9, 20))]
    found += sorted(str(path) for path in Path.home().glob(".pyenv/versions/3.*/bin/python"))
    known: dict[str, str] = {}
    for path in filter(None, found):
        ask = [path, "-c", "import sys, sqlite3, zlib; print(sys.version_info >= (3, 9), sys.version)"]
        told = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
        if told.startswith("True"):
            known.setdefault(told, path)
    return list(known.values())


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


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Disk:
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


@pytest.fixture
def disk(original: Disk, tmp_path: Path) -> Disk:
    """A copy of it, to spoil."""
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


def test_it_is_one_small_file_for_python_3_9() -> None:
    assert READER.stat().st_size < MAX_BYTES
    vermin = [sys.executable, "-c", "import vermin; vermin.main()", "--target=3.9-", "--eval-annotations", str(READER)]
    done = subprocess.run(vermin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Minimum required versions: 3.9" in done.stdout


def test_it_needs_the_standard_library_only() -> None:
    imported = set(re.findall(r"^(?:from|import) (\w+)", READER.read_text(), re.MULTILINE))
    assert imported <= sys.stdlib_module_names


def test_every_data_folder_carries_it_and_a_leaflet(original: Disk) -> None:
    assert (original.data / "rescue.py").read_bytes() == READER.read_bytes()
    assert "python3 rescue.py . list" in (original.data / "READ-ME-FIRST.txt").read_text()


def test_both_are_brought_up_to_date_at_the_next_start(disk: Disk) -> None:
    (disk.data / "rescue.py").write_text("# of an older version")
    (disk.data / "READ-ME-FIRST.txt").unlink()
    with opened(disk.data):
        pass
    test_every_data_folder_carries_it_and_a_leaflet(disk)


@pytest.mark.parametrize("python", interpreters())
def test_any_python_writes_out_all_libraries(original: Disk, tmp_path: Path, python: str) -> None:
    done = run(original.data, "export", "--out", tmp_path, given=f"{PASSWORD}\n{PASSWORD}\n", python=python)
    assert done.code == 0, done.text
    assert done.text.splitlines()[-1].endswith("; 0 problems")
    assert files_in(tmp_path / "Photos") == CONTENT | {"/dated": None, "/dated/old": b"old"}
    assert files_in(tmp_path / "Secret") == {"/big": BIG, "/small": b"s", "/empty": b""}
    assert files_in(tmp_path / "Newer") == {"/small": b"n"}
    dates = [int((tmp_path / "Photos" / path).stat().st_mtime) for path in ("dated", "dated/old")]
    assert dates == [DATE, DATE + 100]
    assert run(original.data, "verify", "--deep", python=python).code == 0


def test_it_lists_what_there_is(original: Disk) -> None:
    done = run(original.data, "list")
    assert done.code == 0
    lines = done.text.splitlines()
    assert [re.split(" {2,}", line)[-2:] for line in lines] == [
        [name, "(ann)"] for name in ("My Library", "Newer", "Photos", "Secret")
    ]
    assert "encrypted" in lines[3]
    assert "encrypted" not in lines[2]
    assert lines[2].startswith(original.repo_id)


def test_it_goes_on_where_it_was_and_overwrites_nothing(original: Disk, tmp_path: Path) -> None:
    assert run(original.data, "export", "Photos", "--out", tmp_path).code == 0
    (tmp_path / "Photos" / "a").write_bytes(b"mine")
    (tmp_path / "Photos" / "empty").unlink()
    done = run(original.data, "export", original.repo_id, "--out", tmp_path)
    assert done.code == 1
    assert "Photos/a: " in done.text
    assert "1 files, 0 bytes, 304 were there already; 1 problems" in done.text
    assert (tmp_path / "Photos" / "a").read_bytes() == b"mine"


def test_a_state_of_the_past_comes_out(original: Disk, tmp_path: Path) -> None:
    with opened(original.data) as core:
        chain = list(commits_of(core, original.repo_id))
    assert run(original.data, "export", "Photos", "--at", chain[-2].id, "--out", tmp_path).code == 0
    assert files_in(tmp_path / "Photos") == {"/before": b"b"}
    assert run(original.data, "verify", "Photos", "--at", "2200-01-01").code == 0
    done = run(original.data, "export", "Photos", "--at", "2001-01-01", "--out", tmp_path / "never")
    assert (done.code, "no state of it can be read for 2001-01-01" in done.text) == (1, True)
    assert run(original.data, "verify", "Photos", "--at", "yesterday").code == 2


def test_without_the_password_nothing_encrypted_comes_out(original: Disk, tmp_path: Path) -> None:
    done = run(original.data, "export", "Secret", "--out", tmp_path, given="wrong\n")
    assert done.code == 1
    assert "it is encrypted, and was not unlocked" in done.text
    assert files_in(tmp_path / "Secret") == {}


def test_a_library_that_is_not_there_is_told(original: Disk, tmp_path: Path) -> None:
    assert run(original.data, "verify", "Music").code == 2
    assert run(tmp_path, "list").code == 2
    assert run(original.data, "export").code == 2


def test_a_disk_with_a_log_that_was_pulled_out_is_read(disk: Disk, tmp_path: Path) -> None:
    pulled = tmp_path / "pulled"
    with opened(disk.data) as core:
        put(core, actor(core), disk.repo_id, {"/last": b"last"})
        shutil.copytree(disk.data, pulled)
    assert (pulled / "syncfile.db-wal").stat().st_size > 0
    assert run(pulled, "export", "Photos", "--out", tmp_path / "out").code == 0
    assert files_in(tmp_path / "out" / "Photos")["/last"] == b"last"


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


@needs_mounts
@pytest.mark.parametrize("has_log", [False, True])
def test_a_disk_that_cannot_be_written_is_read(disk: Disk, tmp_path: Path, has_log: bool) -> None:
    pulled = tmp_path / "pulled"
    with opened(disk.data) as core:
        put(core, actor(core), disk.repo_id, {"/last": b"last"})
        if has_log:
            shutil.copytree(disk.data, pulled, ignore=shutil.ignore_patterns("*-shm"))
    if not has_log:
        shutil.copytree(disk.data, pulled)
    before = sorted(path.name for path in pulled.iterdir())
    prefix = ("unshare", "--mount", "--map-root-user", "sh", "-c", READ_ONLY, str(pulled))
    done = run(pulled, "export", "Photos", "--out", tmp_path / "out", prefix=prefix)
    assert done.code == 0, done.text
    assert ("The database is copied" in done.text) is has_log
    assert files_in(tmp_path / "out" / "Photos")["/last"] == b"last"
    assert sorted(path.name for path in pulled.iterdir()) == before


def test_nothing_is_written_to_a_disk_that_was_closed(disk: Disk, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in disk.data.rglob("*")}
    assert run(disk.data, "export", "Photos", "--out", tmp_path / "out").code == 0
    assert {path: path.stat().st_mtime_ns for path in disk.data.rglob("*")} == before


# --- Damage -----------------------------------------------------------------------------------------------------------


def flip(path: Path, at: int = 1000) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 4]))


def flip_middle(disk: Disk) -> None:
    flip(disk.block_file(MIDDLE))


def remove_middle(disk: Disk) -> None:
    disk.block_file(MIDDLE).unlink()


def cut_middle(disk: Disk) -> None:
    os.truncate(disk.block_file(MIDDLE), 10_000)


def remove_second_of_big(disk: Disk) -> None:
    disk.block_file(BIG[BLOCK_BYTES : 2 * BLOCK_BYTES]).unlink()


def change_row(disk: Disk) -> None:
    disk.sql(f"UPDATE small_block SET body = x'7a' WHERE body = x'61' AND repo_id = '{disk.repo_id}'")


def remove_file_object(disk: Disk) -> None:
    disk.sql(f"DELETE FROM fs_object WHERE id = '{disk.id_of('/a')}'")


def change_file_object(disk: Disk) -> None:
    disk.sql(f"UPDATE fs_object SET body = zeroblob(30) WHERE id = '{disk.id_of('/a')}'")


def remove_folder(disk: Disk) -> None:
    disk.sql(f"DELETE FROM fs_object WHERE id = '{disk.id_of('/folder')}'")


FLIPPED = MIDDLE[:1000] + bytes([MIDDLE[1000] ^ 4]) + MIDDLE[1001:]
HOLED = BIG[:BLOCK_BYTES] + bytes(BLOCK_BYTES) + BIG[2 * BLOCK_BYTES :]
WRONG, GONE = "of 1 blocks 0 are missing and 1 damaged", "of 1 blocks 1 are missing and 0 damaged"
#: What is done, where it shows, what is said of it, and what is left.
DAMAGED: list[tuple[Callable[[Disk], None], str, str, bytes | None]] = [
    (flip_middle, "/folder/middle", WRONG, FLIPPED),
    (remove_middle, "/folder/middle", GONE, bytes(40_000)),
    (cut_middle, "/folder/middle", WRONG, MIDDLE[:10_000]),
    (remove_second_of_big, "/folder/deep/big", "of 3 blocks 1 are missing", HOLED),
    (change_row, "/a", WRONG, b"z"),
    (remove_file_object, "/a", "what describes it is missing", b""),
    (change_file_object, "/a", "what describes it is damaged", b""),
    (remove_folder, "/folder", "folder: what describes it is missing", None),
]


@pytest.mark.parametrize(("damage", "path", "told", "left"), DAMAGED, ids=[row[0].__name__ for row in DAMAGED])
def test_what_is_damaged_is_told_and_all_else_comes_out(
    disk: Disk, tmp_path: Path, damage: Callable[[Disk], None], path: str, told: str, left: bytes | None
) -> None:
    damage(disk)
    done = run(disk.data, "export", "Photos", "--out", tmp_path / "out")
    assert done.code == 1
    assert f"DAMAGED  Photos{path}: {told}" in done.text
    assert done.text.endswith("; 1 problems\n")
    whole = {each: body for each, body in CONTENT.items() if not f"{each}/".startswith(f"{path}/")}
    saved = {path: None} if left is None else {f"{path}.damaged": left}
    assert files_in(tmp_path / "out" / "Photos") == whole | saved | {"/dated": None, "/dated/old": b"old"}
    verified = run(disk.data, "verify", "Photos", "--deep")
    assert verified.code == 1
    assert f"Photos{path}: " in verified.text


def test_without_deep_only_what_is_missing_is_found(disk: Disk) -> None:
    flip_middle(disk)
    assert run(disk.data, "verify").code == 0
    assert run(disk.data, "verify", "--deep").code == 1


def test_of_a_large_folder_the_pages_that_are_left_come_out(disk: Disk, tmp_path: Path) -> None:
    many = disk.id_of("/many")
    disk.sql("DELETE FROM fs_object WHERE id = (SELECT id FROM fs_object WHERE kind = 'p' ORDER BY id LIMIT 1)")
    done = run(disk.data, "export", "Photos", "--out", tmp_path / "out")
    found = re.search(r"Photos/many: folder: (\d+) of its entries are lost", done.text)
    assert many
    assert found, done.text
    assert len(list((tmp_path / "out" / "Photos" / "many").iterdir())) == 300 - int(found[1])
    assert done.code == 1


def test_where_the_head_is_lost_the_state_before_comes_out(disk: Disk, tmp_path: Path) -> None:
    disk.sql("DELETE FROM commits WHERE id IN (SELECT head_id FROM repo WHERE name = 'Photos')")
    done = run(disk.data, "export", "Photos", "--out", tmp_path / "out")
    assert done.code == 1
    assert "Photos: its newest state cannot be read; this is " in done.text
    before = {path: body for path, body in CONTENT.items() if body != BIG}
    assert files_in(tmp_path / "out" / "Photos") == before | {"/dated": None, "/dated/old": b"old"}


def test_an_encrypted_file_that_is_damaged_is_told(disk: Disk, tmp_path: Path) -> None:
    blocks = disk.data / "blocks" / disk.secret_id
    flip(next(path for path in blocks.rglob("*") if path.is_file()))
    done = run(disk.data, "export", "Secret", "--out", tmp_path, given=f"{PASSWORD}\n")
    assert done.code == 1
    assert "Secret/big: of 3 blocks 0 are missing and 1 damaged" in done.text
    saved = (tmp_path / "Secret" / "big.damaged").read_bytes()
    assert len(saved) == len(BIG)
    assert sum(a != b for a, b in zip(saved, BIG, strict=True)) <= 17  # a cipher block, and a bit of the next


def test_no_damage_of_the_database_goes_unnoticed_or_makes_a_wrong_file(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (disk.data / "syncfile.db").read_bytes()
    expected = CONTENT | {"/dated": None, "/dated/old": b"old"}
    random, codes = Random(7), set()
    for number in range(25):
        (disk.data / "syncfile.db").write_bytes(spoilt(whole, random))
        out = tmp_path / f"out {number}"
        code, text = run_here(monkeypatch, disk.data, "export", "Photos", "--out", out)
        codes.add(code)
        found = files_in(out / "Photos")
        assert {path: body for path, body in found.items() if not path.endswith(".damaged")}.items() <= expected.items()
        assert code != 0 or found == expected, text
    assert codes == {0, 1, 2}


def spoilt(whole: bytes, random: Random) -> bytes:
    """Cut, overwrite or flip some of a database."""
    spoilt, page = bytearray(whole), random.randrange(len(whole) // 4096) * 4096
    match random.randrange(4):
        case 0:
            del spoilt[random.randrange(len(whole)) :]
        case 1:
            spoilt[page : page + 4096] = random.randbytes(4096)
        case 2:
            spoilt[page : page + 4096] = bytes(4096)
        case _:
            for _ in range(random.choice([1, 5, 100])):
                spoilt[random.randrange(len(whole))] ^= 1 << random.randrange(8)
    return bytes(spoilt)


def run_here(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> tuple[int, str]:
    """Run the reader in this process: quicker, and nothing that it does not catch is lost."""
    monkeypatch.setattr(sys, "argv", ["rescue.py", *map(str, arguments)])
    told = io.TextIOWrapper(io.BytesIO(), write_through=True)
    with redirect_stdout(told), redirect_stderr(told):
        try:
            code = rescue.main()
        except SystemExit as end:
            code = int(str(end.code))
    assert isinstance(told.buffer, io.BytesIO)
    return code, told.buffer.getvalue().decode()


# --- The cipher -------------------------------------------------------------------------------------------------------


def test_its_cipher_passes_the_standards_example() -> None:
    # FIPS 197, appendix C.3; with a vector of zeros CBC is the bare cipher.
    cipher = rescue.AesCbc(bytes(range(32)), bytes(16))
    plain = cipher.decrypt(bytes.fromhex("8ea2b7ca516745bfeafc49904b496089"))
    assert plain == bytes.fromhex("00112233445566778899aabbccddeeff")


@pytest.mark.parametrize("blocks", [0, 1, 2, 3, 100, 70_000])
def test_its_cipher_is_that_of_the_server(blocks: int) -> None:
    random = Random(blocks)
    key, iv, plain = random.randbytes(32), random.randbytes(16), random.randbytes(16 * blocks)
    encrypted = CipherKey(key, iv).encryptor().update(plain)
    assert rescue.AesCbc(key, iv).decrypt(encrypted) == plain


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a:b", "a_b"),
        ("end. .", "end___"),
        ("NUL", "_NUL"),
        ("com1.txt", "_com1.txt"),
        ("comic", "comic"),
        ("x\x01", "x_"),
    ],
)
def test_names_can_be_made_safe_for_other_disks(name: str, expected: str) -> None:
    assert rescue.safe(f"/folder/{name}") == f"/folder/{expected}"


def test_a_name_that_would_lead_elsewhere_leads_nowhere(tmp_path: Path) -> None:
    run = rescue.Rescue.__new__(rescue.Rescue)
    run.files = run.bytes = run.there = run.problems = 0
    library = rescue.Library("id", "Photos", "ann", "", 0, 0, 0, 0, "", "", "")
    target = rescue.Target(run, library, str(tmp_path / "out"))
    (tmp_path / "out").mkdir()
    for name in ("..", "../../etc", "/etc", "a\0b", "."):
        target.enter([], rescue.Entry(name, EMPTY_ID, MODE_DIR, 0, 0))
        target.leave(0)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".._.._etc", "_.", "_..", "_etc", "a_b"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
