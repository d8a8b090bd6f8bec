"""Passwords: slow to guess, bearable for a router's processor, and never kept."""

import threading
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import scrypt
from hmac import compare_digest
from secrets import token_bytes

from syncfile.core.core import Core
from syncfile.errors import BadRequest, Busy
from syncfile.profile import limits

#: 128 * N * r = 4 MiB while a hash runs: two at once must fit into a router with 128 MB. What is saved in memory is
#: paid in time by p: about 30 ms on a PC and half a second on a small router.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**12, 8, 4
SALT_BYTES = 16
VERIFIER_BYTES = 32
SEAL_BYTES = 32
#: Hashes at once: more would only take processor and memory from the transfers.
HASHES_AT_ONCE = 2
PASSWORD_BYTES = 1024


class HashGate:
    """Lets few hashes run and few wait; hashing is slow, and a waiting thread serves nobody else."""

    def __init__(self, running: int) -> None:
        self._running = running
        self._inside = 0
        self._lock = threading.Lock()
        self._free = threading.Semaphore(running)

    @contextmanager
    def enter(self, waiting: int) -> Iterator[None]:
        """Wait for a place behind at most ``waiting`` others, or raise ``Busy`` at once."""
        with self._lock:
            if self._inside >= self._running + waiting:
                raise Busy("the server is checking too many passwords", retry_after=1)
            self._inside += 1
        try:
            with self._free:
                yield
        finally:
            with self._lock:
                self._inside -= 1


#: Of the process, because its processor and memory are.
_gate = HashGate(HASHES_AT_ONCE)


def hash_at_once(count: int) -> None:
    """Let so many passwords be hashed at once; to be called before there are threads."""
    global _gate
    _gate = HashGate(count)


def require_usable(password: str) -> None:
    """Refuse what can be no password.

    Raises:
        BadRequest: With ``parameter="password"`` and ``reason``: ``blank``, ``characters`` or ``length``.
    """
    if not password.strip():
        raise BadRequest("the password is blank", parameter="password", reason="blank")
    try:
        size = len(password.encode())
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can carry
        raise BadRequest("the password is not text", parameter="password", reason="characters") from None
    if size > PASSWORD_BYTES:
        raise BadRequest("the password is too long", parameter="password", reason="length")


def make(core: Core, password: str) -> str:
    """Return the text to store for a password: ``scrypt$n$r$p$salt$verifier``, the last two in base64.

    Slow: never call it inside a transaction. Raises ``Busy``.
    """
    salt = token_bytes(SALT_BYTES)
    derived = _derive(core, password, salt, SCRYPT_N, SCRYPT_R, SCRYPT_P)
    return _encode(salt, derived[:VERIFIER_BYTES])


def verify(core: Core, password: str, stored: str) -> bytes | None:
    """Return the account's seal if the password is the stored one, else None. Slow; raises ``Busy``.

    The seal is a key of 32 bytes that only the right password yields: scrypt's output is twice as long as the
    verifier, and its second half is stored nowhere (RFC 7914; each 32 bytes come of a PBKDF2 block of their own).
    """
    n, r, p, salt, verifier = _decode(stored)
    derived = _derive(core, password, salt, n, r, p)
    return derived[VERIFIER_BYTES:] if compare_digest(derived[:VERIFIER_BYTES], verifier) else None


def needs_rehash(stored: str) -> bool:
    """Tell whether a stored password was made at another cost than is asked for today."""
    return _decode(stored)[:3] != (SCRYPT_N, SCRYPT_R, SCRYPT_P)


def _derive(core: Core, password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # NFC as RFC 8265 asks: a Mac and a PC send the same "é" in different bytes.
    secret = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    with _gate.enter(waiting=limits(core.config).workers // 2):
        return scrypt(secret, salt=salt, n=n, r=r, p=p, dklen=VERIFIER_BYTES + SEAL_BYTES)


def _encode(salt: bytes, verifier: bytes) -> str:
    parts = ("scrypt", SCRYPT_N, SCRYPT_R, SCRYPT_P, b64encode(salt).decode(), b64encode(verifier).decode())
    return "$".join(map(str, parts))


def _decode(stored: str) -> tuple[int, int, int, bytes, bytes]:
    _, n, r, p, salt, verifier = stored.split("$")
    return int(n), int(r), int(p), b64decode(salt), b64decode(verifier)


#: No password fits this one: verifying against it takes the time that an existing account would take.
NOBODY = _encode(bytes(SALT_BYTES), bytes(VERIFIER_BYTES))
