"""A new certificate that signs itself, for a router that nobody else vouches for."""

import fcntl
import re
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from syncfile.core.clock import EARLIEST

if TYPE_CHECKING:
    from cryptography import x509

#: Ten years. Nobody renews it, an expired one teaches people to click warnings away, and the 398 days of browsers bind
#: public authorities only. Apple's devices take no more than ``APPLE_DAYS`` of a certificate that they are to trust.
DAYS, APPLE_DAYS = 3650, 825
#: What routers and their clients append to the name of a machine: dnsmasq, mDNS.
SUFFIXES = ("", ".lan", ".local")

_SIOCGIFADDR = 0x8915  # netdevice(7)


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """A certificate and its key, PEM; ``fingerprint`` is SHA-256 as browsers show it, ``expires_at`` seconds UTC."""

    certificate: bytes
    key: bytes
    fingerprint: str
    expires_at: int


def make_certificate(names: Iterable[str], days: int = DAYS) -> NewCertificate:
    """Make a key (ECDSA, P-256) and a certificate that is signed with it.

    It begins yesterday; where the clock is not set, when this program was written: it is good at once all the same.

    Args:
        names: Of hosts and addresses; the first one is the subject's. At least one.
        days: For how long, from today on.
    """
    from cryptography import x509  # takes memory and time, and is wanted once in ten years
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    names = list(dict.fromkeys(names))
    begin = datetime.fromtimestamp(max(time.time() - 86400, EARLIEST), UTC).replace(microsecond=0)
    end = begin + timedelta(days=days)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0][:64])])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    fingerprint = made.fingerprint(hashes.SHA256()).hex(":").upper()
    return NewCertificate(made.public_bytes(pem), secret, fingerprint, int(end.timestamp()))


def own_names() -> list[str]:
    """Return by what this machine is reached at home: its name with the usual suffixes, localhost, its addresses."""
    host = socket.gethostname().partition(".")[0].lower()
    names = [host + suffix for suffix in SUFFIXES] if re.fullmatch(r"[a-z0-9-]{1,63}", host) else []
    return list(dict.fromkeys([*names, "localhost", *_ipv4(), *_ipv6(), "127.0.0.1", "::1"]))


def _alternative(name: str) -> "x509.GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode() if not name.isascii() else name)


def _ipv4() -> Iterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _, name in socket.if_nameindex():
            with suppress(OSError):  # an interface without an address
                found = fcntl.ioctl(sock, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                yield socket.inet_ntoa(found[20:24])


def _ipv6() -> Iterator[str]:
    """Yield the addresses of the local network that do not change with the provider's; see RFC 4193."""
    with suppress(OSError), open("/proc/net/if_inet6", encoding="ascii") as file:
        for line in file:
            address = IPv6Address(bytes.fromhex(line[:32]))
            if address.is_private and not (address.is_link_local or address.is_loopback):
                yield str(address)
