"""Accounts: making them, the first administrator, and signing in."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from syncfile.core import authentication, passwords, users
from syncfile.core.access import Actor, anyone
from syncfile.core.core import Core
from syncfile.errors import (
    AlreadyExists,
    BadRequest,
    NotAuthenticated,
    PermissionDenied,
    TooMany,
)
from tests.core.accounts import (
    HERE,
    PASSWORD,
    ROOT,
    THERE,
    move_clock,
    open_store,
    refusal,
    signs_in,
    with_settings,
)

core = pytest.fixture(open_store)


@pytest.fixture(scope="module")
def hashing_cost() -> None:
    """What it is in the product."""


def register(core: Core, name: str, email: str = "", password: str = PASSWORD) -> users.Account:
    return users.register(core, ROOT, name, email or f"{name}@example.org", password)


# --- registering


def test_a_new_account_has_a_default_library_and_nothing_in_it(core: Core) -> None:
    ann = users.register(core, anyone(HERE), "Ann", "ann@example.org", PASSWORD)
    assert ann == users.Account(
        id=ann.id,
        username="Ann",
        email="ann@example.org",
        is_active=True,
        is_staff=False,
        total=107374182400,
        ctime_us=1_700_000_000_000_000,
        default_repo_id=ann.default_repo_id,
        has_two_step=False,
        usage=0,
    )
    assert core.db.rows("SELECT id, owner_id, name FROM repo") == [(ann.default_repo_id, ann.id, "My Library")]


def test_the_password_is_not_stored(core: Core) -> None:
    register(core, "ann")
    dump = str(core.db.rows("SELECT * FROM account"))
    assert PASSWORD not in dump
    assert "scrypt$" in dump


@pytest.mark.parametrize(
    "name", ["张三", "ann smith", "O'Brien; --", "a.b", "ann@example.org", "x" * 255, "é" * 127, "👩‍👧"]
)
def test_a_name_may_hold_what_is_not_forbidden(core: Core, name: str) -> None:
    assert register(core, name, "mail@example.org").username == name
    assert signs_in(core, name, PASSWORD)


@pytest.mark.parametrize("char", list('\\/:*?"<>|\0\n\x7f\x85\u2028\ud800'))
def test_a_name_with_a_forbidden_character_is_refused(core: Core, char: str) -> None:
    facts = refusal(BadRequest, lambda: register(core, f"a{char}b", "mail@example.org"))
    assert facts == {"parameter": "username", "reason": "characters"}


@pytest.mark.parametrize(
    ("name", "email", "password", "parameter", "reason"),
    [
        ("", "a@b", "pw", "username", "blank"),
        (" \t\u3000", "a@b", "pw", "username", "blank"),
        ("ann", "  ", "pw", "email", "blank"),
        ("ann", "a@b", " ", "password", "blank"),
        ("a/b", "", "pw", "email", "blank"),  # blank is told before what is wrong otherwise
        ("...", "a@b", "pw", "username", "characters"),
        ("x" * 256, "a@b", "pw", "username", "length"),
        ("é" * 128, "a@b", "pw", "username", "length"),
        ("ann", "a\r\n@b", "pw", "email", "characters"),
        ("ann", "a" * 255, "pw", "email", "length"),
        ("ann", "a@b", "x" * 1025, "password", "length"),
    ],
)
def test_a_bad_registration_says_what_is_wrong_with_what(
    core: Core, name: str, email: str, password: str, parameter: str, reason: str
) -> None:
    facts = refusal(BadRequest, lambda: users.register(core, ROOT, name, email, password))
    assert facts == {"parameter": parameter, "reason": reason}


@pytest.mark.parametrize("name", ["Ann", "ANN", "ann"])
def test_a_name_is_taken_in_any_case(core: Core, name: str) -> None:
    register(core, "Ann", "one@example.org")
    assert refusal(AlreadyExists, lambda: register(core, name, "two@example.org")) == {"parameter": "username"}


def test_a_name_is_taken_in_any_normal_form(core: Core) -> None:
    register(core, "caf\u00e9", "one@example.org")
    assert refusal(AlreadyExists, lambda: register(core, "CAFE\u0301", "two@example.org")) == {"parameter": "username"}


def test_an_email_is_taken_in_any_case_and_with_blanks_round_it(core: Core) -> None:
    register(core, "ann", "mail@example.org")
    assert refusal(AlreadyExists, lambda: register(core, "bob", " Mail@Example.org ")) == {"parameter": "email"}


def test_a_taken_name_is_told_before_a_taken_email(core: Core) -> None:
    register(core, "ann", "mail@example.org")
    assert refusal(AlreadyExists, lambda: register(core, "ann", "mail@example.org")) == {"parameter": "username"}


def test_nobody_takes_the_email_of_another_as_a_name_or_the_other_way_round(core: Core) -> None:
    register(core, "ann@example.org", "ann@example.org")
    assert refusal(AlreadyExists, lambda: register(core, "Ann@example.org", "bob@b")) == {"parameter": "username"}
    register(core, "carl@example.org", "carl@c")
    assert refusal(AlreadyExists, lambda: register(core, "dora", "carl@example.org")) == {"parameter": "email"}


def test_what_is_refused_leaves_nothing_behind(core: Core) -> None:
    register(core, "ann", "mail@example.org")
    refusal(AlreadyExists, lambda: register(core, "bob", "mail@example.org"))
    assert core.db.row("SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM repo)") == (1, 1)


def test_of_two_that_register_one_name_at_once_exactly_one_wins(core: Core) -> None:
    patient = with_settings(core, workers=64)
    start = threading.Barrier(6)

    def race(number: int) -> str:
        start.wait(10)
        try:
            users.register(patient, ROOT, "ann", f"{number}@example.org", PASSWORD)
        except AlreadyExists as error:
            return str(error.facts["parameter"])
        return "won"

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(race, range(6))) == ["username"] * 5 + ["won"]
    assert core.db.row("SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM repo)") == (1, 1)


def test_a_flood_of_registrations_from_one_address_is_stopped(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "REGISTRATIONS_PER_ADDRESS", 3)
    for number in range(3):
        users.register(core, anyone(HERE), f"ann{number}", f"ann{number}@example.org", PASSWORD)
    refusal(TooMany, lambda: users.register(core, anyone(HERE), "eve", "eve@example.org", PASSWORD))
    assert users.find_account_by_name(core, "eve") is None
    users.register(core, anyone(THERE), "bob", "bob@example.org", PASSWORD)
    register(core, "by an administrator")


@pytest.mark.parametrize(
    ("rule", "address", "allowed"),
    [
        ("open", "203.0.113.1", True),
        ("closed", "127.0.0.1", False),
        ("lan", "192.168.1.9", True),
        ("lan", "10.255.0.1", True),
        ("lan", "172.31.255.255", True),
        ("lan", "172.32.0.1", False),
        ("lan", "127.0.0.53", True),
        ("lan", "169.254.7.7", True),
        ("lan", "::1", True),
        ("lan", "fe80::1", True),
        ("lan", "fe80::1%eth0", True),
        ("lan", "fd12:3456::1", True),
        ("lan", "::ffff:192.168.1.9", True),
        ("lan", "::ffff:203.0.113.1", False),
        ("lan", "203.0.113.1", False),
        ("lan", "100.64.0.1", False),
        ("lan", "2001:db8::1", False),
        ("lan", "0.0.0.0", False),
        ("lan", "", False),
        ("lan", "192.168.1.9.example.org", False),
    ],
)
def test_registration_follows_the_setting(core: Core, rule: str, address: str, allowed: bool) -> None:
    ruled = with_settings(core, registration=rule)
    if allowed:
        users.may_register(ruled, anyone(address))
    else:
        with pytest.raises(PermissionDenied):
            users.register(ruled, anyone(address), "ann", "a@b", PASSWORD)
    users.may_register(ruled, Actor(1, "admin", is_staff=True, address=address))


def test_a_new_account_gets_the_quota_of_the_settings(core: Core) -> None:
    assert register(with_settings(core, default_quota=5000), "ann").total == 5000


# --- the first administrator


def test_an_empty_store_gets_an_administrator_with_a_password_shown_once(core: Core) -> None:
    password = users.first_admin(core)
    assert password is not None
    assert len(password) == 16
    account = users.get_account(core, ROOT, authentication.sign_in(core, "admin", password, HERE).account_id)
    assert account.is_staff
    assert users.first_admin(core) is None
    assert users.first_admin(core, "another") is None
    assert not signs_in(core, "admin", "another")


def test_the_first_administrator_may_be_given_a_password(core: Core) -> None:
    assert users.first_admin(core, PASSWORD) is None
    assert signs_in(core, "admin", PASSWORD)


def test_two_first_starts_at_once_make_one_administrator(core: Core) -> None:
    start = threading.Barrier(2)

    def first(_: int) -> str | None:
        start.wait(10)
        return users.first_admin(core)

    with ThreadPoolExecutor(2) as pool:
        made_up = [password for password in pool.map(first, range(2)) if password]
    assert len(made_up) == 1
    assert signs_in(core, "admin", made_up[0])


# --- signing in


def test_sign_in_by_name_or_email_in_any_case(core: Core) -> None:
    ann = register(core, "Ann", "ann@example.org")
    found = [authentication.sign_in(core, name, PASSWORD, HERE) for name in ("Ann", "aNN", "ANN@example.org")]
    assert [signed.account_id for signed in found] == [ann.id] * 3
    assert len({signed.seal for signed in found}) == 1


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong"), ("ann", ""), ("bob", PASSWORD), ("", PASSWORD), ("a\ud800", PASSWORD)]
)
def test_a_wrong_sign_in_says_the_same_whatever_is_wrong(core: Core, name: str, password: str) -> None:
    register(core, "ann")
    with pytest.raises(NotAuthenticated) as caught:
        authentication.sign_in(core, name, password, HERE)
    assert (caught.value.message, caught.value.facts) == ("the user name or the password is wrong", {})


def test_an_inactive_account_is_refused_like_a_wrong_password(core: Core) -> None:
    ann = register(core, "ann")
    users.update_account(core, ROOT, ann.id, is_active=False)
    with pytest.raises(NotAuthenticated) as caught:
        authentication.sign_in(core, "ann", PASSWORD, HERE)
    assert caught.value.message == "the user name or the password is wrong"


def test_an_unknown_name_costs_a_hash_too(core: Core) -> None:
    register(core, "ann")

    def seconds(name: str) -> float:
        before = time.thread_time()
        assert not signs_in(core, name, "wrong")
        return time.thread_time() - before

    known, unknown = min(seconds("ann") for _ in range(3)), min(seconds("bob") for _ in range(3))
    assert unknown > known / 2


def test_guesses_at_one_account_are_counted_under_all_its_names(core: Core) -> None:
    register(core, "ann")
    for _ in range(10):
        assert not signs_in(core, "ANN", "wrong")
        assert not signs_in(core, "ann@example.org", "wrong")
    facts = refusal(TooMany, lambda: authentication.sign_in(core, "ann", PASSWORD, HERE))
    assert facts == {"retry_after": 600}
    assert signs_in(core, "ann", PASSWORD, THERE)
    move_clock(core, 601)
    assert signs_in(core, "ann", PASSWORD, HERE)


def test_guesses_at_unknown_names_are_counted_alike(core: Core) -> None:
    for _ in range(20):
        assert not signs_in(core, "nobody", "wrong")
    refusal(TooMany, lambda: authentication.sign_in(core, "nobody", "wrong", HERE))


def test_of_many_guesses_at_once_no_more_are_verified_than_allowed(core: Core) -> None:
    register(core, "ann")
    patient = with_settings(core, workers=64)
    start = threading.Barrier(40)

    def guess(_: int) -> bool:
        start.wait(10)
        try:
            return signs_in(patient, "ann", "wrong")
        except TooMany:
            return True

    with ThreadPoolExecutor(40) as pool:
        refused = sum(pool.map(guess, range(40)))
    assert refused == 20


def test_a_cheaper_hash_of_old_is_made_anew_at_sign_in(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "SCRYPT_N", 16)
        register(core, "ann")
    assert signs_in(core, "ann", PASSWORD)
    (stored,) = core.db.row("SELECT password FROM account")
    assert not passwords.needs_rehash(stored)
    assert signs_in(core, "ann", PASSWORD)
