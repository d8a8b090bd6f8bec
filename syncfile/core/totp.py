"""Codes of six digits that a phone and a server make of one secret and the time (RFC 6238 over RFC 4226)."""

from base64 import b32decode, b32encode
from hmac import compare_digest, digest
from secrets import token_bytes
from urllib.parse import quote, urlencode

from syncfile.errors import BadRequest

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20  # as long as the output of SHA-1 (RFC 4226, section 4)
#: A code is taken that many steps early or late: phones and routers are a little wrong, and people type slowly.
WINDOW = 1
ISSUER = "SyncFile"


def new_secret() -> str:
    """Return a secret in base32, 32 characters, for a phone to keep."""
    return b32encode(token_bytes(SECRET_BYTES)).decode()


def clean_secret(text: str) -> str:
    """Return a secret as it is stored. Raises ``BadRequest`` if it is none of ``new_secret``."""
    text = text.strip().upper()
    try:
        size = len(b32decode(text))
    except ValueError:
        size = 0
    if size != SECRET_BYTES:
        raise BadRequest("the secret is none that this server gave", parameter="secret")
    return text


def uri(secret: str, account: str) -> str:
    """Return what a QR code holds for authenticator apps.

    The form is that of https://github.com/google/google-authenticator/wiki/Key-Uri-Format.
    """
    label = quote(f"{ISSUER}:{account}", safe="")
    return f"otpauth://totp/{label}?" + urlencode({"secret": secret, "issuer": ISSUER})


def step_at(seconds: float) -> int:
    """Return the number of the time step (T of RFC 6238, section 4.2)."""
    return int(seconds) // STEP_SECONDS


def code_at(secret: str, step: int, digits: int = DIGITS) -> str:
    """Return the code of one time step (RFC 4226, section 5.3)."""
    mac = digest(b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def find_step(secret: str, code: str, seconds: float, *, after: int) -> int | None:
    """Return the step that a code is of, if it is around this time and later than step ``after``, else None.

    It takes the same time whichever step it is, and if it is none.
    """
    now, found = step_at(seconds), None
    typed = code.encode("utf-8", "surrogatepass")
    for step in range(now - WINDOW, now + WINDOW + 1):
        if compare_digest(code_at(secret, step).encode(), typed) and step > after:
            found = step
    return found
