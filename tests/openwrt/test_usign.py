"""Keys and signatures as usign has them."""

import re
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from tests.openwrt.packages import Feed
from tools.ipk import usign


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A secret key, with the public one beside it."""
    usign.make_key(tmp_path / "key")
    return tmp_path / "key"


def blob(text: str) -> bytes:
    return b64decode(text.splitlines()[1])


def test_secret_key_is_for_its_owner_alone_and_never_replaced(key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        usign.make_key(key)


def test_keys_have_the_form_that_usign_reads(key: Path) -> None:
    secret, public = key.read_text(), Path(f"{key}.pub").read_text()
    assert re.fullmatch(r"untrusted comment: private key [0-9a-f]{16}\n[A-Za-z0-9+/=]+\n", secret)
    assert re.fullmatch(r"untrusted comment: public key [0-9a-f]{16}\n[A-Za-z0-9+/=]+\n", public)
    assert blob(secret)[:8] == b"EdBK\0\0\0\0"  # no rounds of key derivation: no password
    assert len(blob(secret)) == 104
    assert len(blob(public)) == 42
    assert blob(secret)[32:40] == blob(public)[2:10]  # the ID of the pair
    assert blob(secret)[-32:] == blob(public)[-32:]


def test_public_key_can_be_told_from_the_secret_one(key: Path) -> None:
    name, public = usign.public_of(key.read_text())
    assert public == Path(f"{key}.pub").read_text()
    assert blob(public)[2:10].hex() == name


def test_signature_is_of_the_key_and_the_data(key: Path, tmp_path: Path) -> None:
    usign.make_key(tmp_path / "other")
    public = Path(f"{key}.pub").read_text()
    signature = usign.sign(key.read_text(), b"Package: a\n")
    assert len(blob(signature)) == 74
    assert blob(signature)[:10] == b"Ed" + blob(public)[2:10]
    usign.verify(public, signature, b"Package: a\n")
    with pytest.raises(InvalidSignature):
        usign.verify(public, signature, b"Package: b\n")
    with pytest.raises(InvalidSignature):
        usign.verify((tmp_path / "other.pub").read_text(), signature, b"Package: a\n")


def test_same_data_are_signed_the_same(key: Path) -> None:
    assert usign.sign(key.read_text(), b"data") == usign.sign(key.read_text(), b"data")


@pytest.mark.parametrize("text", ["", "one line\n", "comment\nnot base64!\n", "comment\nRWRCSw==\n"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(usign.BadKey):
        usign.sign(text, b"data")


def test_key_with_a_password_is_refused(key: Path) -> None:
    comment, data = key.read_text().splitlines()
    with pytest.raises(usign.BadKey):
        usign.sign(f"{comment}\n{data.replace('RWRCSwAAAAA', 'RWRCSwAAACA')}\n", b"data")


def test_index_of_the_feed_is_signed(feed: Feed) -> None:
    name, public = usign.public_of(feed.secret_key)
    assert (feed.folder / f"{name}.pub").read_text() == public
    usign.verify(public, (feed.folder / "Packages.sig").read_text(), (feed.folder / "Packages").read_bytes())
