"""The rescue reader on damaged disks: what is damaged is told, and all else comes out."""

import io
import os
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random

import pytest

from syncfile.store import rescue
from tests.store.pulled_disk import (
    BIG,
    BLOCK_BYTES,
    CONTENT,
    MIDDLE,
    PASSWORD,
    Disk,
    copy_disk,
    files_in,
    make_disk,
    run,
)

original = pytest.fixture(scope="module")(make_disk)
disk = pytest.fixture(copy_disk)


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
