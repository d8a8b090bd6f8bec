"""Until when a certificate is good: the one question that a server has about its own."""

import binascii
import os
import re
from datetime import UTC, datetime

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s(.+?)-----END CERTIFICATE-----", re.DOTALL)
_MAX_BYTES = 1 << 20
_UTC_TIME = 0x17  # X.690, section 8; RFC 5280, section 4.1.2.5: two digits of the year, from 1950 on
_VERSION = 0xA0


def certificate_expiry(path: str | os.PathLike[str]) -> int | None:
    """Return until when the first certificate of a PEM file is good, seconds UTC; None if there is none to read.

    Reads the few bytes by itself: the libraries that can are not to be loaded for this.
    """
    try:
        with open(path, "rb") as file:
            match = _PEM.search(file.read(_MAX_BYTES))
        return None if match is None else _not_after(binascii.a2b_base64(match[1]))
    except (OSError, ValueError, IndexError):
        return None


def _not_after(der: bytes) -> int:
    """Return the end of a certificate's validity; see RFC 5280, section 4.1."""
    at, _ = _content(der, 0)  # Certificate
    at, _ = _content(der, at)  # its TBSCertificate
    if der[at] == _VERSION:
        at = _end(der, at)
    for _ in range(3):  # serial number, algorithm, issuer
        at = _end(der, at)
    at, _ = _content(der, at)  # Validity
    at = _end(der, at)  # notBefore
    begin, end = _content(der, at)
    text = der[begin:end].decode("ascii")
    if der[at] == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    return int(datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp())


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Return where the content of the value at ``at`` begins and ends (X.690, section 8.1)."""
    length, begin = der[at + 1], at + 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(der[at + 2 : begin])
    if begin + length > len(der):
        raise ValueError("the certificate is cut off")
    return begin, begin + length


def _end(der: bytes, at: int) -> int:
    return _content(der, at)[1]
