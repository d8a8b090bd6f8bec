"""Encrypted libraries as Seafile's clients know them, versions 2 and 4: keys, passwords, ciphers.

Each block of a file is AES-256-CBC under one key and one initialisation vector for the whole library, padded as
PKCS #7 says. Names, sizes and times are not encrypted. Pure: no database, no disk.
"""

import re
from dataclasses import dataclass, field
from hashlib import pbkdf2_hmac
from hmac import compare_digest
from secrets import token_bytes
from typing import Any

from syncfile.errors import BadRequest

#: Those that we can open; 3 is AES-128-ECB, and 1 older still.
VERSIONS = (2, 4)
CIPHER_BLOCK_BYTES = 16

_ITERATIONS = 1000  # of the format: what clients compute
_FIXED_SALT = bytes.fromhex("da9045c306c7cc26")
_MAGIC = re.compile(r"[0-9a-f]{64}")
_RANDOM_KEY = re.compile(r"[0-9a-f]{96}")
_SALT = {2: re.compile(""), 4: re.compile(r"[0-9a-f]{64}")}


@dataclass(frozen=True, slots=True)
class Encryption:
    """What every commit of an encrypted library carries; no secret without the password.

    Attributes:
        version: 2 or 4.
        magic: Proves a password, 64 hex digits.
        random_key: The library's secret, encrypted under the password, 96 hex digits.
        salt: 64 hex digits in version 4; "" in version 2, whose salt is fixed.

    Raises:
        BadRequest: It is none of a version that can be opened here.
    """

    version: int
    magic: str
    random_key: str
    salt: str = ""

    def __post_init__(self) -> None:
        if self.version not in VERSIONS:
            raise BadRequest(f"the encryption version must be one of {VERSIONS}", parameter="enc_version")
        fields = ((_MAGIC, self.magic), (_RANDOM_KEY, self.random_key), (_SALT[self.version], self.salt))
        if not all(pattern.fullmatch(value) for pattern, value in fields):
            raise BadRequest("the keys of the encrypted library are malformed", parameter="magic")

    @property
    def salt_bytes(self) -> bytes:
        return bytes.fromhex(self.salt) or _FIXED_SALT


@dataclass(frozen=True, slots=True)
class CipherKey:
    """What encrypts and decrypts blocks: 32 bytes of key, 16 of initialisation vector. Never printed."""

    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)

    def encryptor(self) -> "Encryptor":
        """Return what encrypts one block of a file."""
        return Encryptor(self, self.iv)

    def decryptor(self) -> Any:
        """Return what decrypts with ``update``; the padding is left on."""
        return self.cipher(self.iv).decryptor()

    def cipher(self, iv: bytes) -> Any:
        """Return the cipher, chained to ``iv``."""
        # On first use: it is a third of an idle server's memory.
        from cryptography.hazmat.primitives.ciphers import Cipher
        from cryptography.hazmat.primitives.ciphers.algorithms import AES
        from cryptography.hazmat.primitives.ciphers.modes import CBC

        return Cipher(AES(self.key), CBC(iv))


class Encryptor:
    """Encrypts one block of a file, or goes on with one whose ciphertext so far ended in ``iv``."""

    def __init__(self, key: CipherKey, iv: bytes) -> None:
        self._encryptor = key.cipher(iv).encryptor()
        self._size = 0

    def update(self, data: bytes | memoryview, /) -> bytes:
        """Return what can be encrypted by now."""
        self._size += len(data)
        return bytes(self._encryptor.update(data))

    def finalize(self) -> bytes:
        """Return the rest, padded."""
        count = CIPHER_BLOCK_BYTES - self._size % CIPHER_BLOCK_BYTES
        return bytes(self._encryptor.update(bytes([count]) * count))


def unpad(data: bytes) -> bytes | None:
    """Return the last 16 bytes of a decrypted block without their padding; None if they have none: damage."""
    count = data[-1] if len(data) == CIPHER_BLOCK_BYTES else 0
    if not 1 <= count <= CIPHER_BLOCK_BYTES or data[-count:] != bytes([count]) * count:
        return None
    return data[:-count]


def derive(secret: bytes, salt: bytes) -> CipherKey:
    """Return the key and vector that follow from a password or from a library's secret."""
    key = pbkdf2_hmac("sha256", secret, salt, _ITERATIONS, 32)
    return CipherKey(key, pbkdf2_hmac("sha256", key, salt, 10, 16))


def new_encryption(password: str, repo_id: str, version: int) -> Encryption:
    """Make the keys of a new library.

    Raises:
        BadRequest: There is no such version, or the password is empty.
    """
    salt = token_bytes(32) if version == 4 else _FIXED_SALT
    return _seal(token_bytes(32), password, repo_id, version, salt)


def unlock(encryption: Encryption, repo_id: str, password: str) -> CipherKey | None:
    """Return the key of a library's blocks, or None if the password is wrong."""
    secret = _open(encryption, repo_id, password)
    return None if secret is None else derive(secret, encryption.salt_bytes)


def change_password(encryption: Encryption, repo_id: str, old: str, new: str) -> Encryption | None:
    """Return what lets ``new`` open the library instead of ``old``; None if that is wrong. Blocks stay as they are.

    Raises:
        BadRequest: The new password is empty.
    """
    secret = _open(encryption, repo_id, old)
    return None if secret is None else _seal(secret, new, repo_id, encryption.version, encryption.salt_bytes)


def _seal(secret: bytes, password: str, repo_id: str, version: int, salt: bytes) -> Encryption:
    if not password:
        raise BadRequest("the password must not be empty", parameter="password")
    encryptor = derive(password.encode(), salt).encryptor()
    random_key = encryptor.update(secret) + encryptor.finalize()
    salt_text = "" if salt == _FIXED_SALT else salt.hex()
    return Encryption(version, _magic(repo_id, password, salt), random_key.hex(), salt_text)


def _open(encryption: Encryption, repo_id: str, password: str) -> bytes | None:
    """Return a library's secret, or None if the password is wrong."""
    salt = encryption.salt_bytes
    if not compare_digest(_magic(repo_id, password, salt), encryption.magic):
        return None
    plain: bytes = derive(password.encode(), salt).decryptor().update(bytes.fromhex(encryption.random_key))
    return plain[:32]


def _magic(repo_id: str, password: str, salt: bytes) -> str:
    return derive((repo_id + password).encode(), salt).key.hex()
