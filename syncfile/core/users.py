"""Accounts: who may sign in, who may see and change whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network

from syncfile.core import audit, passwords, readable, removal, repos, sign_ins, tokens
from syncfile.core.access import Actor, require_person, require_self_or_staff, require_staff
from syncfile.core.core import Core
from syncfile.core.paths import nfc
from syncfile.core.texts import require_text
from syncfile.core.throttle import client_address
from syncfile.errors import AlreadyExists, BadRequest, NotFound, PermissionDenied, WrongPassword

NAME_BYTES = 255
EMAIL_BYTES = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
FORBIDDEN_IN_NAMES = frozenset('\\/:*?"<>|')
LIST_ROWS = 1000
#: From one address within ten minutes: a school class fits, a flood does not.
REGISTRATIONS_PER_ADDRESS = 200
FIRST_NAME, FIRST_EMAIL = "admin", "admin@localhost"
_MOST = 2**63 - 1  # what a column can hold

#: What ``registration = lan`` admits: RFC 1918, RFC 4193, link-local, loopback.
_LAN = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    )
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its owner and administrators may see it.

    Attributes:
        total: Quota, bytes; 0 is no limit.
        ctime_us: When it was made, microseconds since the epoch.
        default_repo_id: The library that is its root in the legacy API.
        has_two_step: It takes more than the password to sign in.
        usage: Bytes in its own libraries.
    """

    id: int
    username: str
    email: str
    is_active: bool
    is_staff: bool
    total: int
    ctime_us: int
    default_repo_id: str
    has_two_step: bool
    usage: int


_SELECT = """
SELECT id, username, email, is_active, is_staff, total, ctime_us, default_repo_id, totp_secret <> '',
    (SELECT COALESCE(SUM(size), 0) FROM repo WHERE owner_id = account.id AND deleted_at IS NULL AND origin_id IS NULL)
    FROM account
"""

_INSERT = """
INSERT INTO account (username, username_key, email, email_key, password, is_active, is_staff, total, ctime_us,
    totp_secret, totp_step) VALUES (?, ?, ?, ?, ?, TRUE, ?, ?, ?, '', 0) RETURNING id
"""


def may_register(core: Core, actor: Actor) -> None:
    """Ask whether ``actor`` may make an account: administrators always, others as ``registration`` says.

    Raises:
        PermissionDenied: Registration is closed, or open to the local network only.
    """
    if not is_welcome(core, actor):
        raise PermissionDenied("registration is not open to you")


def is_welcome(core: Core, actor: Actor) -> bool:
    """Tell whether ``actor`` may make an account; see ``may_register``."""
    rule = core.config.registration
    return actor.is_staff or rule == "open" or (rule == "lan" and _is_local(actor.address))


def register(core: Core, actor: Actor, username: str, email: str, password: str) -> Account:
    """Make an account and its default library.

    Raises:
        PermissionDenied: See ``may_register``.
        BadRequest: ``parameter`` says of what, ``reason`` why: ``blank``, then ``characters`` or ``length``.
        AlreadyExists: ``parameter`` is ``username`` or, if that is free, ``email``.
        TooMany: The address has made too many accounts.
        Busy: Too many passwords are being hashed.
    """
    may_register(core, actor)
    username, email = _checked(username, email, password)
    _require_free(core, username, email)  # before the slow part; what counts is the same question below
    if not actor.is_staff:
        core.throttle.count("registration", actor.address, REGISTRATIONS_PER_ADDRESS)
    hashed = passwords.make(core, password)
    with core.db.transaction():
        _require_free(core, username, email)
        account_id = _insert(core, username, email, hashed)
        audit.record(core, actor, "account_create", username, email=email)
    return _get(core, account_id)


def first_admin(core: Core, password: str | None = None) -> str | None:
    """Give a store without accounts its first administrator, ``admin``.

    Returns:
        The password, if one had to be made up, to be shown once; else None.
    """
    if not _is_empty(core):
        return None
    made_up = None if password else readable.make([16])
    _checked(FIRST_NAME, FIRST_EMAIL, password or made_up or "")
    hashed = passwords.make(core, password or made_up or "")
    with core.db.transaction():
        if not _is_empty(core):
            return None
        _insert(core, FIRST_NAME, FIRST_EMAIL, hashed, is_staff=True)
    return made_up


def confirm_password(core: Core, actor: Actor, password: str) -> None:
    """Make sure that whoever has the actor's session knows its password too, as not every thief does.

    Raises:
        WrongPassword: It is wrong.
        PermissionDenied: The actor is a program.
        TooMany: This address guessed too often.
        Busy: Too many passwords are being hashed; the try does not count.
    """
    key, stored = core.db.row("SELECT username_key, password FROM account WHERE id = ?", require_person(actor))
    with core.throttle.check("account", actor.address, key) as attempt:
        if passwords.verify(core, password, stored) is None:
            attempt.failed()
            sign_ins.note_failure(core, actor, "", "confirmation")
            raise WrongPassword("the password is wrong", parameter="password")
        attempt.succeeded()


def get_account(core: Core, actor: Actor, account_id: int) -> Account:
    """Return an account to itself or to an administrator.

    Raises:
        NotFound: There is none, or the actor may not know of it.
    """
    require_self_or_staff(actor, account_id)
    return _get(core, account_id)


def find_account_by_name(core: Core, name: str) -> Account | None:
    """Return the account of this name or e-mail address, whoever asks, or None."""
    key = name_key(name)
    return next(_accounts(core, "WHERE username_key = ? OR email_key = ?", key, key), None)


def list_accounts(core: Core, actor: Actor, start: int = 0, limit: int = LIST_ROWS) -> list[Account]:
    """Return a page of all accounts by age; at most ``LIST_ROWS`` of them.

    Raises:
        PermissionDenied: The actor is no administrator.
    """
    require_staff(actor)
    limit, start = max(0, min(limit, LIST_ROWS)), max(0, min(start, _MOST))
    return list(_accounts(core, "ORDER BY id LIMIT ? OFFSET ?", limit, start))


def update_account(
    core: Core,
    actor: Actor,
    account_id: int,
    *,
    email: str | None = None,
    password: str | None = None,
    old_password: str | None = None,
    total: int | None = None,
    is_active: bool | None = None,
    is_staff: bool | None = None,
) -> Account:
    """Change what is not None, all of it or nothing. A new password signs out everything but the actor's own token.

    Args:
        old_password: Asked of an account that changes its own e-mail address or password.
        total: Quota, bytes, 0 for no limit; as ``is_active`` and ``is_staff`` for administrators only.

    Raises:
        NotFound: There is no such account, or the actor may not know of it.
        PermissionDenied: Only administrators may do this; or it would leave none.
        WrongPassword, TooMany: As for ``confirm_password``.
        BadRequest, AlreadyExists, Busy: As for ``register``.
    """
    require_self_or_staff(actor, account_id)
    changes: dict[str, object] = {"total": total, "is_active": is_active, "is_staff": is_staff}
    changes = {name: value for name, value in changes.items() if value is not None}
    if changes:
        require_staff(actor)
    if total is not None and not 0 <= total <= _MOST:
        raise BadRequest("the quota must not be negative", parameter="total", reason="range")
    if actor.account_id == account_id and (email is not None or password is not None):
        if old_password is None:
            raise BadRequest("the parameter old_password is missing", parameter="old_password")
        confirm_password(core, actor, old_password)
    if email is not None:
        email = _clean_email(email)
        changes |= {"email": email, "email_key": name_key(email)}
    if password is not None:
        changes["password"] = _hashed(core, password)
    with core.db.transaction():
        _get(core, account_id)
        if email is not None:
            _require_email_free(core, email, account_id)
        if is_active is False or is_staff is False:
            _require_another_admin(core, account_id)
        _write(core, actor, account_id, changes)
    return _get(core, account_id)


def delete_account(core: Core, actor: Actor, account_id: int) -> None:
    """Delete an account with its libraries, groups and tokens, and all that it shared or was given.

    Raises:
        NotFound: There is no such account, or the actor may not know of it.
        PermissionDenied: The actor is no administrator, or the account is the last one.
    """
    require_self_or_staff(actor, account_id)
    require_staff(actor)
    with core.db.transaction():
        account = _get(core, account_id)
        _require_another_admin(core, account_id)
        removal.drop_account(core.db, account_id, core.now())
        audit.record(core, actor, "account_delete", account.username, email=account.email)


def _checked(username: str, email: str, password: str) -> tuple[str, str]:
    """Return name and e-mail as they are stored. What is blank is told before what is wrong otherwise."""
    for parameter, value in (("username", username), ("password", password), ("email", email)):
        if not value.strip():
            raise BadRequest(f"the {parameter} is blank", parameter=parameter, reason="blank")
    username, email = _clean_name(username), _clean_email(email)
    passwords.require_usable(password)
    return username, email


def _clean_name(username: str) -> str:
    username = nfc(username)
    if FORBIDDEN_IN_NAMES & set(username) or not username.strip("."):
        bad = "".join(sorted(FORBIDDEN_IN_NAMES))
        raise BadRequest(
            f"a user name must not be dots only or contain any of {bad}", parameter="username", reason="characters"
        )
    require_text(username, "username", NAME_BYTES)
    return username


def _clean_email(email: str) -> str:
    email = nfc(email.strip())
    if not email:
        raise BadRequest("the email is blank", parameter="email", reason="blank")
    require_text(email, "email", EMAIL_BYTES)
    return email


def name_key(name: str) -> str:
    """Return the one form that all spellings of a name or e-mail address share."""
    # Half a surrogate pair would not reach the database; no name has "?" instead.
    return nfc(nfc(name).casefold()).encode("utf-8", "replace").decode()


def _require_free(core: Core, username: str, email: str) -> None:
    # Either signs in, so nobody may take another's e-mail address as a name, nor the other way round.
    key = name_key(username)
    if core.db.row("SELECT 1 FROM account WHERE username_key = ? OR email_key = ?", key, key):
        raise AlreadyExists("the user name is taken", parameter="username")
    _require_email_free(core, email, 0)


def _require_email_free(core: Core, email: str, account_id: int) -> None:
    sql = "SELECT 1 FROM account WHERE (username_key = ? OR email_key = ?) AND id <> ?"
    if core.db.row(sql, name_key(email), name_key(email), account_id):
        raise AlreadyExists("the email is taken", parameter="email")


def _insert(core: Core, username: str, email: str, hashed: str, *, is_staff: bool = False) -> int:
    (account_id,) = core.db.row(
        _INSERT,
        username,
        name_key(username),
        email,
        name_key(email),
        hashed,
        is_staff,
        core.config.default_quota,
        int(core.clock() * 1_000_000),
    )
    repo = repos.create_repo(core, account_id, repos.DEFAULT_NAME)
    core.db.rows("UPDATE account SET default_repo_id = ? WHERE id = ?", repo.id, account_id)
    return int(account_id)


def _write(core: Core, actor: Actor, account_id: int, changes: dict[str, object]) -> None:
    if not changes:
        return
    columns = ", ".join(f"{name} = ?" for name in changes)
    core.db.rows(f"UPDATE account SET {columns} WHERE id = ?", *changes.values(), account_id)
    name = _get(core, account_id).username
    if "password" in changes:
        tokens.revoke_all(core, account_id, actor.token_hash)
        audit.record(core, actor, "password_change", name)
    if "email" in changes:
        audit.record(core, actor, "email_change", name, email=changes["email"])
    rights = {key: value for key, value in changes.items() if key in {"total", "is_active", "is_staff"}}
    if rights:
        audit.record(core, actor, "account_update", name, **rights)


def _hashed(core: Core, password: str) -> str:
    passwords.require_usable(password)
    return passwords.make(core, password)


def _accounts(core: Core, condition: str, *params: object) -> Iterator[Account]:
    for row in core.db.rows(_SELECT + condition, *params):
        account_id, username, email, is_active, is_staff, total, ctime_us, repo_id, has_two_step, usage = row
        yield Account(
            account_id,
            username,
            email,
            bool(is_active),
            bool(is_staff),
            total,
            ctime_us,
            repo_id,
            bool(has_two_step),
            usage,
        )


def _get(core: Core, account_id: int) -> Account:
    account = next(_accounts(core, "WHERE id = ?", account_id), None) if 0 < account_id <= _MOST else None
    if account is None:
        raise NotFound("there is no such account")
    return account


def _is_empty(core: Core) -> bool:
    return core.db.row("SELECT 1 FROM account LIMIT 1") is None


def _is_local(address: str) -> bool:
    ip = client_address(address)
    return ip is not None and any(ip in network for network in _LAN)


def _require_another_admin(core: Core, account_id: int) -> None:
    if core.db.rows("SELECT id FROM account WHERE is_staff AND is_active") == [(account_id,)]:
        raise PermissionDenied("the last administrator must stay")
