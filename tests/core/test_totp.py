"""Codes of authenticator apps, against the vectors of the RFCs."""

from base64 import b32decode, b32encode
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from syncfile.core import totp
from syncfile.errors import BadRequest
from tests.core.accounts import refusal

SECRET = b32encode(b"12345678901234567890").decode()  # of both RFCs
NOW = 1_700_000_010  # in the middle of a step


# RFC 6238, appendix B, the rows of SHA-1
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert totp.code_at(SECRET, totp.step_at(seconds), digits=8) == code
    assert totp.code_at(SECRET, totp.step_at(seconds)) == code[2:]


# RFC 4226, appendix D
def test_codes_by_count_are_those_of_the_rfc() -> None:
    codes = [totp.code_at(SECRET, count) for count in range(10)]
    assert codes == ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]


@pytest.mark.parametrize(("early", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_taken_one_step_early_or_late(early: int, is_taken: bool) -> None:
    step = totp.step_at(NOW) + early
    found = totp.find_step(SECRET, totp.code_at(SECRET, step), NOW, after=0)
    assert found == (step if is_taken else None)


def test_a_code_of_a_step_that_is_used_up_is_not_taken() -> None:
    step = totp.step_at(NOW)
    assert totp.find_step(SECRET, totp.code_at(SECRET, step), NOW, after=step) is None
    assert totp.find_step(SECRET, totp.code_at(SECRET, step), NOW, after=step - 1) == step


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\ud800", "١٢٣٤٥٦"])
def test_what_is_no_code_is_not_taken(code: str) -> None:
    assert totp.find_step(SECRET, code, NOW, after=0) is None


def test_secrets_are_random_and_as_long_as_the_rfc_asks() -> None:
    made = {totp.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(b32decode(secret)) for secret in made} == {20}


def test_a_secret_is_taken_back_as_it_was_given() -> None:
    assert totp.clean_secret(f" {SECRET.lower()} ") == SECRET


@pytest.mark.parametrize("text", ["", "A" * 31, "A" * 40, "1" * 32, "GEZDGNBV", "é" * 32, "\ud800" * 32])
def test_what_is_no_secret_is_refused(text: str) -> None:
    assert refusal(BadRequest, lambda: totp.clean_secret(text)) == {"parameter": "secret"}


def test_the_uri_names_account_and_issuer_whatever_is_in_the_name() -> None:
    url = urlsplit(totp.uri(SECRET, "小明 & co?"))
    assert (url.scheme, url.netloc, unquote(url.path)) == ("otpauth", "totp", "/SyncFile:小明 & co?")
    assert parse_qs(url.query) == {"secret": [SECRET], "issuer": ["SyncFile"]}
