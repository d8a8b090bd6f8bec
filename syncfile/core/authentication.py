"""Who somebody is: a name, and a password with its second step or an app password."""

from contextlib import suppress
from dataclasses import dataclass

from syncfile.core import app_passwords, passwords, sign_ins, two_step, users
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.tokens import SignedIn
from syncfile.errors import Busy, CodeWrong, NotAuthenticated


@dataclass(frozen=True, slots=True)
class _Claimed:
    """The account of the name that was given; nobody's if there is none."""

    id: int
    username: str
    key: str
    password: str
    is_active: bool
    has_two_step: bool


def sign_in(
    core: Core,
    name: str,
    password: str,
    address: str,
    *,
    code: str | None = None,
    takes_app_passwords: bool = False,
    client: str = "",
) -> SignedIn:
    """Return whose the name or e-mail address and the password are.

    Which of the two was wrong, or whether the account is inactive, shows neither in the answer nor in its time.

    Args:
        code: Of the second step, "" if none was given. None where there is no way to give one: an account that has a
            second step is then refused like one with a wrong password.
        takes_app_passwords: For programs; an app password needs no code.
        client: What it says of itself, for the log.

    Raises:
        NotAuthenticated: They do not fit.
        CodeRequired, CodeWrong: They do, and the account has a second step.
        TooMany: This address guessed passwords too often, or somebody codes.
        Busy: Too many passwords are being hashed; the try does not count.
    """
    claimed = _find(core, name)
    actor = Actor(claimed.id or None, claimed.username, address=address)
    with core.throttle.check("account", address, claimed.key) as attempt:
        signed = app_passwords.sign_in(core, claimed.id, password, address) if takes_app_passwords else None
        signed = signed or _check(core, claimed, password)
        if signed is None or (claimed.has_two_step and code is None and signed.app_hash is None):
            attempt.failed()
            sign_ins.note_failure(core, actor, client, "code" if signed else "password")
            raise NotAuthenticated("the user name or the password is wrong")
        attempt.succeeded()
    if claimed.has_two_step and code is not None and signed.app_hash is None:
        try:
            two_step.require_code(core, actor, code)
        except CodeWrong:
            sign_ins.note_failure(core, actor, client, "code")
            raise
    return signed


def _find(core: Core, name: str) -> _Claimed:
    key = users.name_key(name)
    row = core.db.row(
        "SELECT id, username, username_key, password, is_active, totp_secret <> '' FROM account"
        " WHERE username_key = ? OR email_key = ?",
        *(key, key),
    )
    return _Claimed(*row) if row else _Claimed(0, "", key, passwords.NOBODY, False, False)


def _check(core: Core, claimed: _Claimed, password: str) -> SignedIn | None:
    seal = passwords.verify(core, password, claimed.password)
    if seal is None or not claimed.is_active:
        return None
    if passwords.needs_rehash(claimed.password):
        _rehash(core, claimed, password)
    return SignedIn(claimed.id, seal)


def _rehash(core: Core, claimed: _Claimed, password: str) -> None:
    with suppress(Busy):  # another sign-in will do
        hashed = passwords.make(core, password)
        with core.db.transaction():
            sql = "UPDATE account SET password = ? WHERE id = ? AND password = ?"
            core.db.rows(sql, hashed, claimed.id, claimed.password)
