"""QR codes, compared with those that other encoders make of the same bytes."""

import hashlib

import pytest
from playwright.sync_api import Error

from tests.web.conftest import Visitor

pytestmark = [pytest.mark.compat, pytest.mark.parametrize(("width", "language"), [("desk", "en")])]

#: Version 1, level M, mask 5.
LETTER_A = """
111111100101101111111
100000101011001000001
101110101101001011101
101110101011001011101
101110100100101011101
100000100011001000001
111111101010101111111
000000001100000000000
100000101011011001110
100110000001110111001
001011100110101100000
010101011001111101010
110100111101111111111
000000001100100000101
111111100111010011110
100000100010001000111
101110100111010011100
101110100101111101000
101110100101110111011
100000100011111101000
111111101010100100110
"""
#: Text, modules of a side, SHA-256 of the rows: more versions, with one block and several, with padding and without.
KNOWN = [
    (
        "http://router:8000/f/939ac61687a0b1c2d3e4/",
        29,
        "3fc4ae6d93c48df2a7b2eff8e45ce22ef134c0073eaed95ffeec7567e6905024",
    ),
    ("w" * 150, 49, "c80b5944ae37045ac14e503f8e4093a7d8880de06692b024a74ac34fd3946266"),
    ("u" * 213, 57, "71b101821b23b905629d0e48b7416393ff59936c2253b3a348936450c7f333eb"),
]
ENCODE = """async (text) => {
    const main = document.querySelector("script[type=module]").src;
    const { qrCode } = await import(main.replace("main.js", "qr.js"));
    return qrCode(text).map((row) => row.map(Number).join("")).join("\\n");
}"""


def encode(visitor: Visitor, text: str) -> str:
    return str(visitor.page.evaluate(ENCODE, text))


def test_code_of_one_letter_is_that_of_other_encoders(visitor: Visitor) -> None:
    visitor.open()
    assert encode(visitor, "a") == LETTER_A.strip()


def test_codes_of_addresses_are_those_of_other_encoders(visitor: Visitor) -> None:
    visitor.open()
    for text, side, digest in KNOWN:
        rows = encode(visitor, text)
        assert len(rows.split("\n")) == side
        assert hashlib.sha256(rows.encode()).hexdigest() == digest


def test_code_of_a_text_that_is_too_long_is_refused(visitor: Visitor) -> None:
    visitor.open()
    with pytest.raises(Error, match="too long for a QR code"):
        encode(visitor, "u" * 214)
