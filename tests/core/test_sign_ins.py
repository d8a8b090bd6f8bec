"""Who signed in, and who tried."""

import pytest

from syncfile.core import audit, authentication, notifications, sign_ins, tokens, told_tokens
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.tokens import Device
from syncfile.errors import NotAuthenticated
from tests.core.accounts import HERE, PASSWORD, ROOT, THERE, move_clock, open_store, signs_in
from tests.core.second_step import turn_on

core = pytest.fixture(open_store)


def last(core: Core) -> tuple[str, str, str, dict[str, object]]:
    event = audit.list_events(core, ROOT)[0]
    return event.account, event.action, event.target, event.facts


def failures(core: Core) -> int:
    return len(audit.list_events(core, ROOT, action="sign_in_failed"))


def test_signing_in_is_told_once_for_each_token_and_address(core: Core, ann: Actor) -> None:
    for address in (HERE, HERE, THERE, THERE, HERE):
        signed = authentication.sign_in(core, "ann", PASSWORD, address)
        told_tokens.login_for(core, signed, Device(name="rclone"), address)
    found = sign_ins.list_sign_ins(core, ann, 0, 10)
    assert [(item.address, item.client, item.success) for item in found] == [
        (address, "rclone", True) for address in (HERE, THERE, HERE)
    ]


def test_an_account_sees_who_tried_its_name_and_nothing_of_others(core: Core, ann: Actor, bob: Actor) -> None:
    with pytest.raises(NotAuthenticated):
        authentication.sign_in(core, "ANN@example.org", "wrong", THERE, client="curl")
    assert not signs_in(core, "bob", "wrong")
    move_clock(core, 7)
    tokens.issue(core, "session", ann.account_id or 0, lifetime=60, address=HERE, device=Device(name="Firefox"))
    assert sign_ins.list_sign_ins(core, ann, 0, 10) == [
        sign_ins.SignIn(1_700_000_007, HERE, "Firefox", True),
        sign_ins.SignIn(1_700_000_000, THERE, "curl", False),
    ]
    assert sign_ins.list_sign_ins(core, ann, 1, 1) == sign_ins.list_sign_ins(core, ann, 0, 10)[1:]


def test_a_wrong_code_and_a_code_that_could_not_be_given_are_told(core: Core, ann: Actor) -> None:
    turn_on(core, ann)
    for code in ("000000", None):
        with pytest.raises(NotAuthenticated):
            authentication.sign_in(core, "ann", PASSWORD, HERE, code=code)
        assert last(core) == ("ann", "sign_in_failed", "", {"client": "", "reason": "code"})


def test_a_name_that_is_nobodys_is_not_kept(core: Core) -> None:
    """People type their password there."""
    assert not signs_in(core, "my password", "x")
    assert last(core) == ("", "sign_in_failed", "", {"client": "", "reason": "password"})
    assert "my password" not in str(core.db.rows("SELECT * FROM audit_event"))


def test_a_flood_of_wrong_passwords_from_one_address_is_told_in_short(core: Core, ann: Actor) -> None:
    for number in range(60):
        assert not signs_in(core, f"name{number}", "wrong")
    assert failures(core) == sign_ins.FAILURES_PER_ADDRESS


# --- from a new address


def told(core: Core, actor: Actor) -> list[str]:
    """Return the addresses that an account was told of, newest first."""
    found = notifications.list_notifications(core, actor, "sign_in_new")
    return [str(item.facts["address"]) for item in found]


def sign_in(core: Core, actor: Actor, address: str) -> None:
    tokens.issue(core, "login", actor.account_id or 0, lifetime=None, address=address, device=Device(name="phone"))


def test_an_account_hears_of_an_address_that_is_new(core: Core, ann: Actor, bob: Actor) -> None:
    for address in (HERE, HERE, THERE, HERE, THERE):
        sign_in(core, ann, address)
    sign_in(core, bob, THERE)
    assert told(core, ann) == [THERE]
    (item,) = notifications.list_notifications(core, ann)
    assert (item.facts["client"], item.sender) == ("phone", "SyncFile")
    assert THERE in item.content
    assert told(core, bob) == []


def test_addresses_of_one_household_are_one_place(core: Core, ann: Actor) -> None:
    for address in ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "::ffff:10.0.0.1", "10.0.0.1"):
        sign_in(core, ann, address)
    assert told(core, ann) == ["::ffff:10.0.0.1"]


def test_wrong_passwords_make_no_address_known_and_tell_nobody(core: Core, ann: Actor) -> None:
    sign_in(core, ann, HERE)
    assert not signs_in(core, "ann", "wrong", THERE)
    assert told(core, ann) == []
    sign_in(core, ann, THERE)
    assert told(core, ann) == [THERE]


def test_a_token_told_again_at_a_new_address_is_told_of(core: Core, ann: Actor) -> None:
    for address in (HERE, THERE):
        told_tokens.authid_for(core, authentication.sign_in(core, "ann", PASSWORD, address), address)
    assert told(core, ann) == [THERE]
