"""Keys and signatures as OpenWrt's usign has them: Ed25519 in two lines of text."""

import hashlib
import os
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ALGORITHM = b"Ed"
#: No key derivation: its name, no rounds, no salt.
_PLAIN = b"BK" + bytes(4) + bytes(16)
_CHECKSUM_BYTES = 8
_ID_BYTES = 8
_SEED_BYTES = 32
_SECRET_BYTES = len(_ALGORITHM) + len(_PLAIN) + _CHECKSUM_BYTES + _ID_BYTES + 64


class BadKey(ValueError):
    """This is no secret key of usign's."""


def make_key(path: Path) -> str:
    """Write a new secret key to a file that was not there, and the public one beside it as ``.pub``; returns its ID.

    Raises:
        FileExistsError: There is something at the path.
    """
    key = Ed25519PrivateKey.generate()
    seed, public = key.private_bytes_raw(), key.public_key().public_bytes_raw()
    key_id = os.urandom(_ID_BYTES)
    checksum = hashlib.sha512(seed + public).digest()[:_CHECKSUM_BYTES]
    name = key_id.hex()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(_lines(f"private key {name}", _ALGORITHM + _PLAIN + checksum + key_id + seed + public))
    path.with_name(f"{path.name}.pub").write_text(_public(name, key_id, public))
    return name


def public_of(secret: str) -> tuple[str, str]:
    """Return the name under which ``/etc/opkg/keys`` has the public key of a secret one, and its text.

    Raises:
        BadKey: The text is no secret key.
    """
    key_id, key = _read(secret)
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return key_id.hex(), _public(key_id.hex(), key_id, public)


def sign(secret: str, data: bytes) -> str:
    """Return the signature of ``data``.

    Raises:
        BadKey: The text is no secret key.
    """
    key_id, key = _read(secret)
    return _lines(f"signed by key {key_id.hex()}", _ALGORITHM + key_id + key.sign(data))


def verify(public: str, signature: str, data: bytes) -> None:
    """Check a signature.

    Raises:
        cryptography.exceptions.InvalidSignature: It is not of this key and these data.
    """
    raw, signed = _blob(public), _blob(signature)
    start = len(_ALGORITHM) + _ID_BYTES
    Ed25519PublicKey.from_public_bytes(raw[start:]).verify(signed[start:], data)


def _read(secret: str) -> tuple[bytes, Ed25519PrivateKey]:
    try:
        raw = _blob(secret)
    except (IndexError, ValueError):
        raise BadKey("this is no key of usign's") from None
    if len(raw) != _SECRET_BYTES or not raw.startswith(_ALGORITHM + b"BK" + bytes(4)):
        raise BadKey("this is no secret key without a password")
    pair = raw[-64:]
    key_id = raw[-64 - _ID_BYTES : -64]
    return key_id, Ed25519PrivateKey.from_private_bytes(pair[:_SEED_BYTES])


def _public(name: str, key_id: bytes, public: bytes) -> str:
    return _lines(f"public key {name}", _ALGORITHM + key_id + public)


def _blob(text: str) -> bytes:
    return b64decode(text.splitlines()[1], validate=True)


def _lines(comment: str, data: bytes) -> str:
    return f"untrusted comment: {comment}\n{b64encode(data).decode()}\n"
