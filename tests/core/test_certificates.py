"""Certificates: made for the machine's names, and read as far as their end."""

import ssl
import time
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from syncfile.core.certificate_expiry import certificate_expiry
from syncfile.core.certificates import DAYS, make_certificate, own_names
from syncfile.core.clock import EARLIEST
from tests.transfer.certificate import write_certificate

DAY = 86400


def loaded(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def test_certificate_is_for_the_names_and_addresses_that_are_given() -> None:
    made = loaded(
        make_certificate(["router", "router.lan", "Bücher.lan", "192.168.1.1", "fd00::1", "router"]).certificate
    )
    found = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert found.get_values_for_type(x509.DNSName) == ["router", "router.lan", "xn--bcher-kva.lan"]
    assert found.get_values_for_type(x509.IPAddress) == [ip_address("192.168.1.1"), ip_address("fd00::1")]
    assert made.subject.rfc4514_string() == "CN=router"
    key = made.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_certificate_begins_yesterday_and_lasts_as_long_as_is_said() -> None:
    made = make_certificate(["a"], days=825)
    begin, end = (int(at.timestamp()) for at in _validity(loaded(made.certificate)))
    assert abs(begin - (time.time() - DAY)) < 60
    assert end - begin == 825 * DAY
    assert made.expires_at == end


def test_certificate_made_in_1970_is_good_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 30.0)
    begin, end = (int(at.timestamp()) for at in _validity(loaded(make_certificate(["a"]).certificate)))
    assert (begin, end) == (EARLIEST, EARLIEST + DAYS * DAY)


def test_a_browser_can_use_it(tmp_path: Path) -> None:
    made = make_certificate(["localhost"])
    (tmp_path / "c").write_bytes(made.certificate)
    (tmp_path / "k").write_bytes(made.key)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(tmp_path / "c"))
    server.load_cert_chain(tmp_path / "c", tmp_path / "k")
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(to_client, to_server, server_hostname="localhost")
    there = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for side in (here, there):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert here.getpeercert() != {}
    assert here.version() == "TLSv1.3"


@pytest.mark.parametrize("year", [2026, 2049, 2050, 2099])
def test_expiry_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    then = datetime(year, 3, 1, 12, tzinfo=UTC).timestamp()
    monkeypatch.setattr(time, "time", lambda: then)
    made = make_certificate(["a"], days=30)
    file = tmp_path / "chain.pem"
    file.write_bytes(b"key of the chain\n" + made.certificate + make_certificate(["b"], days=99).certificate)
    assert certificate_expiry(file) == made.expires_at == int(then) + 29 * DAY


def test_expiry_of_other_certificates_is_read(tmp_path: Path) -> None:
    path, _ = write_certificate(tmp_path, "other")
    _, end = _validity(loaded(path.read_bytes()))
    assert certificate_expiry(path) == int(end.timestamp())


def test_what_is_no_certificate_has_no_expiry(tmp_path: Path) -> None:
    whole = make_certificate(["a"]).certificate
    lines = whole.splitlines(keepends=True)
    for number, content in enumerate(
        [b"", b"text", whole[:100], lines[0] + lines[-1], b"".join([*lines[:3], lines[-1]]), b"\x00\xff" * 99]
    ):
        file = tmp_path / str(number)
        file.write_bytes(content)
        assert certificate_expiry(file) is None, content
    assert certificate_expiry(tmp_path / "none") is None
    assert certificate_expiry(tmp_path) is None


def test_own_names_are_those_of_home() -> None:
    names = own_names()
    assert {"localhost", "127.0.0.1", "::1"} <= set(names)
    assert len(names) == len(set(names))
    assert not any(name.startswith("fe80") for name in names)
    assert loaded(make_certificate(names).certificate)


def _validity(certificate: x509.Certificate) -> tuple[datetime, datetime]:
    if hasattr(certificate, "not_valid_after_utc"):
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    # Before cryptography 42 these had no zone.
    return certificate.not_valid_before.replace(tzinfo=UTC), certificate.not_valid_after.replace(tzinfo=UTC)
