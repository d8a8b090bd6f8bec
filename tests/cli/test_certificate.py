"""``syncfile certificate``: files that only their owner may read, which are never overwritten by accident."""

import re
import ssl
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.core.certificate_expiry import certificate_expiry
from tests.daemon import daemon


def test_a_server_can_be_started_with_what_it_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certificate", "--host", "cloud.home", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    cert, key = tmp_path / "syncfile.crt", tmp_path / "syncfile.key"
    assert f"tls_cert = {cert}\ntls_key = {key}\n" in printed
    assert "cloud.home" in printed.splitlines()[0]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (cert, key)} == {0o600}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["syncfile.crt", "syncfile.key"]
    with daemon(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)) as running:
        pem = ssl.get_server_certificate(("127.0.0.1", running.port))
    assert pem.strip() == cert.read_text().strip()
    der = ssl.PEM_cert_to_DER_cert(pem)
    fingerprint = re.search(r"SHA-256 fingerprint ([0-9A-F:]{95})\n", printed)
    assert fingerprint is not None
    assert bytes.fromhex(fingerprint[1].replace(":", "")) == sha256(der).digest()


def test_nothing_is_overwritten_without_being_asked_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["certificate", "--out", str(tmp_path), "--host", "a", "--only", "--days", "30"]
    assert main(arguments) == 0
    before = [(tmp_path / name).read_bytes() for name in ("syncfile.crt", "syncfile.key")]
    assert main(arguments) == 1
    assert "is there already" in capsys.readouterr().err
    assert [(tmp_path / name).read_bytes() for name in ("syncfile.crt", "syncfile.key")] == before
    assert main([*arguments, "--force"]) == 0
    after = [(tmp_path / name).read_bytes() for name in ("syncfile.crt", "syncfile.key")]
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert certificate_expiry(tmp_path / "syncfile.crt")


@pytest.mark.parametrize(
    "arguments", [["--only"], ["--out", "/nowhere/at/all"], ["--host", "a..b\u00e9", "--out", "."], ["--days", "0"]]
)
def test_what_cannot_be_is_code_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = main(["certificate", *arguments])
    except SystemExit as error:
        code = int(str(error.code))
    assert code == 2
    assert capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
