"""Passwords are stored so that nobody can read them, and checked so that nobody else has to wait."""

import hashlib
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncfile.core import passwords
from syncfile.core.core import Core
from syncfile.core.passwords import HashGate
from syncfile.errors import BadRequest, Busy
from tests.core.accounts import PASSWORD, open_store, with_settings

core = pytest.fixture(open_store)


@pytest.fixture(scope="module")
def hashing_cost() -> None:
    """What it is in the product."""


def test_the_right_password_yields_the_same_seal_every_time(core: Core) -> None:
    stored = passwords.make(core, PASSWORD)
    seals = {passwords.verify(core, PASSWORD, stored) for _ in range(3)}
    (seal,) = seals
    assert seal is not None
    assert len(seal) == 32


@pytest.mark.parametrize("wrong", ["", "correct hors", "correct horse ", "Correct horse"])
def test_a_wrong_password_yields_nothing(core: Core, wrong: str) -> None:
    assert passwords.verify(core, wrong, passwords.make(core, PASSWORD)) is None


def test_what_is_stored_is_half_of_scrypt_with_its_cost_and_never_the_seal(core: Core) -> None:
    stored = passwords.make(core, PASSWORD)
    scheme, n, r, p, salt, verifier = stored.split("$")
    derived = hashlib.scrypt(PASSWORD.encode(), salt=b64decode(salt), n=int(n), r=int(r), p=int(p), dklen=64)
    assert scheme == "scrypt"
    assert b64decode(verifier) == derived[:32]
    assert passwords.verify(core, PASSWORD, stored) == derived[32:]
    assert b64encode(derived[32:]).decode()[:42] not in stored


def test_one_hash_takes_four_mebibytes() -> None:
    assert 128 * passwords.SCRYPT_N * passwords.SCRYPT_R == 4 << 20


def test_equal_passwords_are_stored_differently(core: Core) -> None:
    assert passwords.make(core, PASSWORD) != passwords.make(core, PASSWORD)


def test_a_password_made_at_another_cost_still_fits_and_asks_to_be_made_anew(core: Core) -> None:
    derived = hashlib.scrypt(PASSWORD.encode(), salt=b"salt", n=16, r=1, p=1, dklen=64)
    old = f"scrypt$16$1$1${b64encode(b'salt').decode()}${b64encode(derived[:32]).decode()}"
    assert passwords.verify(core, PASSWORD, old) == derived[32:]
    assert passwords.needs_rehash(old)
    assert not passwords.needs_rehash(passwords.make(core, PASSWORD))


def test_nobody_has_a_password_but_the_cost_of_one(core: Core) -> None:
    assert passwords.verify(core, "", passwords.NOBODY) is None
    assert not passwords.needs_rehash(passwords.NOBODY)
    assert len(passwords.NOBODY) == len(passwords.make(core, PASSWORD))


def test_composed_and_decomposed_letters_are_one_password(core: Core) -> None:
    assert passwords.verify(core, "cafe\u0301", passwords.make(core, "caf\u00e9")) is not None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "blank"),
        (" \t\u3000", "blank"),
        ("x" * 1025, "length"),
        ("\u00e9" * 513, "length"),
        ("half a pair \ud83d", "characters"),
    ],
)
def test_what_can_be_no_password_is_refused_with_a_reason(password: str, reason: str) -> None:
    with pytest.raises(BadRequest) as caught:
        passwords.require_usable(password)
    assert caught.value.facts == {"parameter": "password", "reason": reason}


def test_a_password_may_have_spaces_and_1024_bytes() -> None:
    passwords.require_usable(" a " + "x" * 1021)


def test_any_text_can_be_tried(core: Core) -> None:
    stored = passwords.make(core, PASSWORD)

    @settings(max_examples=15, deadline=None)
    @given(st.text(st.characters(codec=None)))
    def try_text(text: str) -> None:
        assert passwords.verify(core, text, stored) is None

    try_text()


def test_the_gate_lets_few_run_and_few_wait_and_sends_the_others_away() -> None:
    gate, running, finish = HashGate(2), threading.Semaphore(0), threading.Event()

    def work() -> None:
        with gate.enter(waiting=1):
            running.release()
            finish.wait(10)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert running.acquire(timeout=10)
    assert running.acquire(timeout=10)
    assert not running.acquire(timeout=0.1)  # the third waits
    while gate._inside < 3:
        threading.Event().wait(0.01)
    with pytest.raises(Busy) as caught, gate.enter(waiting=1):
        pass
    assert caught.value.facts == {"retry_after": 1}
    finish.set()
    for thread in threads:
        thread.join(10)
    with gate.enter(waiting=0):
        assert gate._inside == 1


def test_a_place_in_the_gate_is_given_back_after_a_failure() -> None:
    gate = HashGate(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.enter(waiting=0):
            raise ZeroDivisionError
    assert gate._inside == 0


def test_hashing_goes_through_the_gate(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_gate", HashGate(1))
    lonely = with_settings(core, workers=1)  # half of one worker is none to wait
    with passwords._gate.enter(waiting=0):
        with pytest.raises(Busy):
            passwords.make(lonely, PASSWORD)
        with pytest.raises(Busy):
            passwords.verify(lonely, PASSWORD, passwords.NOBODY)
    assert passwords.verify(lonely, PASSWORD, passwords.NOBODY) is None


HASH_IN_MANY_THREADS = """
import pathlib, sys, tempfile, threading
from syncfile import allocator
from syncfile.config import Config
from syncfile.core import passwords
from syncfile.core.opening import close_core, open_core

allocator.keep_small()

def resident_kib():
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4

core = open_core(Config(data=pathlib.Path(sys.argv[1]), workers=64))
passwords.make(core, "warm up")
before = resident_kib()
threads = [threading.Thread(target=passwords.make, args=(core, "password")) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(resident_kib() - before)
close_core(core)
"""


def test_the_memory_of_hashing_is_given_back(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HASH_IN_MANY_THREADS, str(tmp_path / "data")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert int(done.stdout) < 4 << 10  # KiB; 33 MB where each thread keeps what it used
