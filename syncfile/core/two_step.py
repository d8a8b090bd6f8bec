"""The second step of signing in: a code from a phone, or one of ten recovery codes, each of which is good once.

A code from a phone depends on the time: where the router's clock is wrong by more than half a minute, only recovery
codes work.
"""

from dataclasses import dataclass
from hashlib import sha256

from syncfile.core import audit, readable, totp, users
from syncfile.core.access import Actor, require_account, require_staff
from syncfile.core.core import Core
from syncfile.errors import AlreadyExists, CodeRefused, CodeRequired, CodeWrong, NotFound, PermissionDenied

RECOVERY_CODES = 10
_GROUPS = (4, 4)  # 40 bits: they are guessed over the wire only, and not often


@dataclass(frozen=True, slots=True)
class TwoStep:
    """Whether an account has a second step, and how many of its recovery codes are unused."""

    is_on: bool
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret for a phone, in base32 and as the URI for a QR code; not stored before a code shows that it is there."""

    secret: str
    uri: str


def get_two_step(core: Core, actor: Actor) -> TwoStep:
    """Return how the actor signs in."""
    account_id = require_account(actor)
    (count,) = core.db.row("SELECT COUNT(*) FROM recovery_code WHERE account_id = ?", account_id)
    return TwoStep(bool(_secret(core, account_id)), count)


def begin(core: Core, actor: Actor, password: str) -> Enrolment:
    """Return a new secret for the actor's phone.

    Raises:
        WrongPassword, TooMany, Busy: As ``users.confirm_password``.
        PermissionDenied: The actor is a program.
        AlreadyExists: Two-step sign-in is on.
    """
    users.confirm_password(core, actor, password)
    _require_off(core, actor)
    secret = totp.new_secret()
    return Enrolment(secret, totp.uri(secret, actor.username))


def turn_on(core: Core, actor: Actor, password: str, secret: str, code: str) -> list[str]:
    """Ask for a second step from now on, and return the recovery codes, this once.

    Raises:
        WrongPassword, TooMany, Busy, PermissionDenied, AlreadyExists: As ``begin``.
        BadRequest: The secret is none.
        CodeRefused: The code is not of this secret and time.
    """
    users.confirm_password(core, actor, password)
    secret = totp.clean_secret(secret)
    step = totp.find_step(secret, _typed(code), core.clock(), after=0)
    if step is None:
        raise CodeRefused("the code is wrong, or the server's clock is")
    with core.db.transaction():
        _require_off(core, actor)
        sql = "UPDATE account SET totp_secret = ?, totp_step = ? WHERE id = ?"
        core.db.rows(sql, secret, step, actor.account_id)
        audit.record(core, actor, "two_step_on", actor.username)
        return _replace_codes(core, require_account(actor))


def turn_off(core: Core, actor: Actor, password: str) -> None:
    """Ask for the password alone again. Raises ``WrongPassword``, ``TooMany``, ``Busy``, ``PermissionDenied``."""
    users.confirm_password(core, actor, password)
    _turn_off(core, actor, require_account(actor))


def turn_off_for(core: Core, actor: Actor, account_id: int) -> None:
    """Help somebody who has lost phone and recovery codes.

    Raises:
        NotFound: There is no such account, or the actor may not know of it.
        PermissionDenied: The actor is no administrator, or means itself.
    """
    users.get_account(core, actor, account_id)
    require_staff(actor)
    if account_id == actor.account_id:
        raise PermissionDenied("turning off one's own second step takes the password")
    _turn_off(core, actor, account_id)


def renew_codes(core: Core, actor: Actor, password: str) -> list[str]:
    """Return ten new recovery codes, this once; the old ones are void.

    Raises:
        WrongPassword, TooMany, Busy, PermissionDenied: As ``begin``.
        NotFound: Two-step sign-in is off.
    """
    users.confirm_password(core, actor, password)
    with core.db.transaction():
        if not _secret(core, require_account(actor)):
            raise NotFound("two-step sign-in is off")
        audit.record(core, actor, "recovery_renew", actor.username)
        return _replace_codes(core, require_account(actor))


def require_code(core: Core, actor: Actor, code: str) -> None:
    """Use up the code that somebody gave who knows the actor's password.

    Raises:
        CodeRequired: There is none.
        CodeWrong: It is wrong, or was used before.
        TooMany: There were too many wrong ones for this account, wherever they came from: who tries them has the
            password, and could try from many places.
    """
    if not _typed(code):
        raise CodeRequired("a code is needed as well")
    with core.throttle.check("code", f"account {actor.account_id}", "") as attempt:
        if not _use(core, actor, _typed(code)):
            attempt.failed()
            raise CodeWrong("the code is wrong or was used before")
        attempt.succeeded()


def _use(core: Core, actor: Actor, code: str) -> bool:
    account_id = require_account(actor)
    with core.db.transaction():
        row = core.db.row("SELECT totp_secret, totp_step FROM account WHERE id = ?", account_id)
        if row is None or not row[0]:
            return row is not None  # it was turned off this very moment
        step = totp.find_step(row[0], code, core.clock(), after=row[1])
        if step is not None:
            core.db.rows("UPDATE account SET totp_step = ? WHERE id = ?", step, account_id)
            return True
        return _use_recovery_code(core, actor, account_id, code)


def _use_recovery_code(core: Core, actor: Actor, account_id: int, code: str) -> bool:
    sql = "DELETE FROM recovery_code WHERE account_id = ? AND code_hash = ? RETURNING 1"
    if not core.db.rows(sql, account_id, _hash(account_id, code)):
        return False
    (left,) = core.db.row("SELECT COUNT(*) FROM recovery_code WHERE account_id = ?", account_id)
    audit.record(core, actor, "recovery_used", actor.username, left=left)
    return True


def _replace_codes(core: Core, account_id: int) -> list[str]:
    codes = [readable.make(_GROUPS) for _ in range(RECOVERY_CODES)]
    core.db.rows("DELETE FROM recovery_code WHERE account_id = ?", account_id)
    for code in codes:
        sql = "INSERT INTO recovery_code (account_id, code_hash) VALUES (?, ?)"
        core.db.rows(sql, account_id, _hash(account_id, _typed(code)))
    return codes


def _turn_off(core: Core, actor: Actor, account_id: int) -> None:
    with core.db.transaction():
        (username,) = core.db.row("SELECT username FROM account WHERE id = ?", account_id)
        if not _secret(core, account_id):
            return
        core.db.rows("UPDATE account SET totp_secret = '' WHERE id = ?", account_id)
        core.db.rows("DELETE FROM recovery_code WHERE account_id = ?", account_id)
        audit.record(core, actor, "two_step_off", username)


def _require_off(core: Core, actor: Actor) -> None:
    if _secret(core, require_account(actor)):
        raise AlreadyExists("two-step sign-in is on already")


def _secret(core: Core, account_id: int) -> str:
    row = core.db.row("SELECT totp_secret FROM account WHERE id = ?", account_id)
    return str(row[0]) if row else ""


def _typed(code: str) -> str:
    """Return a code without what people put between its parts; apps show "123 456"."""
    return readable.clean(code)


def _hash(account_id: int, code: str) -> str:
    return sha256(f"{account_id}:{code}".encode("utf-8", "surrogatepass")).hexdigest()
