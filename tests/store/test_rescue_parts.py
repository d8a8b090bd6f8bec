"""Parts of the rescue reader by themselves: its cipher, and the names that it writes."""

from pathlib import Path
from random import Random

import pytest

from syncfile.core.crypto import CipherKey
from syncfile.store import rescue
from syncfile.store.objects import EMPTY_ID, MODE_DIR


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
