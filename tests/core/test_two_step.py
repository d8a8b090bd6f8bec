"""The second step of signing in."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from syncfile.core import authentication, tokens, two_step, users
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.errors import (
    AlreadyExists,
    CodeRefused,
    CodeRequired,
    CodeWrong,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    SyncFileError,
    TooMany,
    WrongPassword,
)
from tests.core.accounts import HERE, PASSWORD, ROOT, THERE, actor_of, add, move_clock, open_store, refusal, signs_in
from tests.core.second_step import Phone, turn_on

core = pytest.fixture(open_store)


@pytest.fixture
def phone(core: Core, ann: Actor) -> Phone:
    return turn_on(core, ann)


def passes(core: Core, code: str, address: str = HERE) -> bool:
    try:
        authentication.sign_in(core, "ann", PASSWORD, address, code=code)
    except CodeWrong:
        return False
    return True


def test_nothing_is_asked_before_a_code_shows_that_the_phone_has_the_secret(core: Core, ann: Actor) -> None:
    made = two_step.begin(core, ann, PASSWORD)
    assert not two_step.get_two_step(core, ann).is_on
    assert signs_in(core, "ann", PASSWORD)
    for code in ("", "000000"):
        with pytest.raises(CodeRefused):
            two_step.turn_on(core, ann, PASSWORD, made.secret, code)
    assert not two_step.get_two_step(core, ann).is_on


def test_ten_recovery_codes_are_shown_and_only_hashes_kept(core: Core, ann: Actor, phone: Phone) -> None:
    assert len(set(phone.recovery_codes)) == 10
    assert {bool(re.fullmatch("[a-z2-9]{4}-[a-z2-9]{4}", code)) for code in phone.recovery_codes} == {True}
    stored = {text for (text,) in core.db.rows("SELECT code_hash FROM recovery_code")}
    assert {len(text) for text in stored} == {64}
    assert two_step.get_two_step(core, ann) == two_step.TwoStep(True, 10)


def test_password_alone_asks_for_the_code(core: Core, phone: Phone) -> None:
    for code in ("", " - "):
        with pytest.raises(CodeRequired):
            authentication.sign_in(core, "ann", PASSWORD, HERE, code=code)
    assert passes(core, phone.next_code())


def test_wrong_password_says_nothing_of_a_second_step(core: Core, phone: Phone) -> None:
    with pytest.raises(NotAuthenticated) as caught:
        authentication.sign_in(core, "ann", "wrong", HERE, code=phone.next_code())
    assert (type(caught.value), caught.value.message) == (NotAuthenticated, "the user name or the password is wrong")
    assert passes(core, phone.code())  # it was not used up


def test_where_no_code_can_be_given_the_right_password_looks_like_a_wrong_one(core: Core, phone: Phone) -> None:
    with pytest.raises(NotAuthenticated) as caught:
        authentication.sign_in(core, "ann", PASSWORD, HERE)
    assert (type(caught.value), caught.value.message) == (NotAuthenticated, "the user name or the password is wrong")


def test_where_no_code_can_be_given_the_right_password_counts_as_a_guess(core: Core, phone: Phone) -> None:
    for _ in range(20):
        assert not signs_in(core, "ann", PASSWORD)
    refusal(TooMany, lambda: signs_in(core, "ann", PASSWORD))


def test_a_code_is_good_once(core: Core, phone: Phone) -> None:
    assert not passes(core, phone.code())  # it turned the second step on
    code = phone.next_code()
    assert passes(core, code)
    assert not passes(core, code)
    assert passes(core, phone.next_code())


def test_a_code_of_before_is_no_good_after_a_later_one(core: Core, phone: Phone) -> None:
    first = phone.next_code()
    assert passes(core, phone.next_code())
    assert not passes(core, first)


def test_of_many_who_give_one_code_at_once_one_gets_in(core: Core, phone: Phone) -> None:
    code = phone.next_code()
    start = threading.Barrier(8)

    def give(_: int) -> bool:
        start.wait(10)
        try:
            two_step.require_code(core, Actor(1, "ann", address=HERE), code)
        except CodeWrong:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(give, range(8))) == 1


def test_codes_may_be_typed_as_apps_show_them(core: Core, phone: Phone) -> None:
    code = phone.next_code()
    assert passes(core, f" {code[:3]} {code[3:]} ")
    assert passes(core, phone.recovery_codes[0].replace("-", "").upper())


def test_each_recovery_code_is_good_once(core: Core, ann: Actor, phone: Phone) -> None:
    for count, code in enumerate(phone.recovery_codes, 1):
        assert passes(core, code)
        assert not passes(core, code)
        assert two_step.get_two_step(core, ann).recovery_codes_left == 10 - count


def test_recovery_codes_need_no_clock(core: Core, phone: Phone) -> None:
    code = phone.code()
    move_clock(core, -1_700_000_000 + 60)  # a router that has just started, before it has asked for the time
    assert not passes(core, code)
    assert passes(core, phone.recovery_codes[0])


def test_a_recovery_code_is_of_one_account(core: Core, phone: Phone) -> None:
    bobs = turn_on(core, actor_of(add(core, "bob")))
    assert not passes(core, bobs.recovery_codes[0])


def test_guesses_at_codes_are_counted_wherever_they_come_from(core: Core, phone: Phone) -> None:
    for number in range(20):
        assert not passes(core, "000000", f"10.0.0.{number}")
    with pytest.raises(TooMany) as caught:
        passes(core, phone.next_code(), THERE)
    assert caught.value.facts == {"retry_after": 570}
    move_clock(core, 600)
    assert passes(core, phone.code(), THERE)


def test_guesses_at_codes_of_one_account_disturb_no_other(core: Core, phone: Phone) -> None:
    bob = actor_of(add(core, "bob"))
    bobs = turn_on(core, bob)
    for _ in range(20):
        assert not passes(core, "000000")
    authentication.sign_in(core, "bob", PASSWORD, HERE, code=bobs.next_code())


def test_new_recovery_codes_make_the_old_ones_void(core: Core, ann: Actor, phone: Phone) -> None:
    new = two_step.renew_codes(core, ann, PASSWORD)
    assert not set(new) & set(phone.recovery_codes)
    assert not passes(core, phone.recovery_codes[0])
    assert passes(core, new[0])


def test_turned_off_the_password_is_enough_again(core: Core, ann: Actor, phone: Phone) -> None:
    two_step.turn_off(core, ann, PASSWORD)
    assert signs_in(core, "ann", PASSWORD)
    assert two_step.get_two_step(core, ann) == two_step.TwoStep(False, 0)
    refusal(NotFound, lambda: two_step.renew_codes(core, ann, PASSWORD))
    assert turn_on(core, ann).secret != phone.secret


def test_it_is_turned_on_once(core: Core, ann: Actor, phone: Phone) -> None:
    refusal(AlreadyExists, lambda: two_step.begin(core, ann, PASSWORD))
    other = "A" * 32
    phone.secret, kept = other, phone.secret
    refusal(AlreadyExists, lambda: two_step.turn_on(core, ann, PASSWORD, other, phone.code()))
    phone.secret = kept
    assert passes(core, phone.next_code())


def test_each_change_takes_the_password(core: Core, ann: Actor, phone: Phone) -> None:
    for change in (
        lambda: two_step.begin(core, ann, "wrong"),
        lambda: two_step.turn_on(core, ann, "wrong", phone.secret, phone.next_code()),
        lambda: two_step.turn_off(core, ann, "wrong"),
        lambda: two_step.renew_codes(core, ann, "wrong"),
    ):
        refusal(WrongPassword, change)
    assert two_step.get_two_step(core, ann) == two_step.TwoStep(True, 10)


def test_an_administrator_turns_it_off_for_others(core: Core, ann: Actor, phone: Phone) -> None:
    bob, root = actor_of(add(core, "bob")), actor_of(add(core, "root", is_staff=True))
    cases: list[tuple[Actor, type[SyncFileError]]] = [(bob, NotFound), (ann, PermissionDenied)]
    for actor, kind in cases:
        with pytest.raises(kind):
            two_step.turn_off_for(core, actor, ann.account_id or 0)
    two_step.turn_off_for(core, root, ann.account_id or 0)
    assert signs_in(core, "ann", PASSWORD)
    refusal(PermissionDenied, lambda: two_step.turn_off_for(core, root, root.account_id or 0))


def test_a_new_password_keeps_the_second_step(core: Core, ann: Actor, phone: Phone) -> None:
    users.update_account(core, ROOT, ann.account_id or 0, password="another horse")
    with pytest.raises(CodeRequired):
        authentication.sign_in(core, "ann", "another horse", HERE, code="")


def test_what_was_signed_in_before_stays_signed_in(core: Core, ann: Actor) -> None:
    token = tokens.issue(core, "login", ann.account_id or 0, lifetime=None)
    turn_on(core, ann)
    assert tokens.find(core, "login", token) is not None


def test_a_deleted_account_leaves_no_codes(core: Core, ann: Actor, phone: Phone) -> None:
    users.delete_account(core, ROOT, ann.account_id or 0)
    assert core.db.row("SELECT COUNT(*) FROM recovery_code") == (0,)
