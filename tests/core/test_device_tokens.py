"""Tokens of devices that sign in again and again, and of those that sync."""

import pytest

from syncfile.core import authentication, devices, sync_tokens, tokens, told_tokens, users
from syncfile.core.core import Core
from syncfile.core.tokens import Device
from syncfile.errors import NotFound
from tests.core.accounts import HERE, PASSWORD, ROOT, THERE, actor_of, add, move_clock, open_store

core = pytest.fixture(open_store)

DESK, PHONE = Device("d" * 40, "desk", "linux", "9.0"), Device("p" * 40, "phone", "android", "3.0")
NAMELESS = Device("", "rclone/v1.60.1")


@pytest.fixture
def ann(core: Core) -> users.Account:
    return add(core, "ann")


def sign_in(core: Core, device: Device, password: str = PASSWORD) -> str:
    signed = authentication.sign_in(core, "ann", password, HERE)
    return told_tokens.login_for(core, signed, device, HERE)


@pytest.mark.parametrize("device", [DESK, NAMELESS])
def test_device_that_signs_in_again_has_one_token(core: Core, ann: users.Account, device: Device) -> None:
    first = sign_in(core, device)
    move_clock(core, 86400)
    assert sign_in(core, device) == first
    assert [item.device for item in devices.list_devices(core, actor_of(ann))] == [device]


def test_each_device_has_its_own_token(core: Core, ann: users.Account) -> None:
    assert len({sign_in(core, device) for device in (DESK, PHONE, NAMELESS)}) == 3


def test_tokens_of_other_kinds_of_sign_in_are_not_told(core: Core, ann: users.Account) -> None:
    other = tokens.issue(core, "login", ann.id, lifetime=None, device=DESK)
    assert sign_in(core, DESK) != other
    assert tokens.find(core, "login", other) is not None


def test_token_that_was_revoked_is_not_told_again(core: Core, ann: users.Account) -> None:
    first = sign_in(core, DESK)
    (device,) = devices.list_devices(core, actor_of(ann))
    devices.revoke_device(core, actor_of(ann), device.id)
    move_clock(core, 1)
    assert sign_in(core, DESK) != first
    assert tokens.find(core, "login", first) is None


def test_new_password_makes_new_tokens(core: Core, ann: users.Account) -> None:
    first = sign_in(core, DESK)
    users.update_account(core, ROOT, ann.id, password="another horse")
    assert sign_in(core, DESK, "another horse") != first
    assert tokens.find(core, "login", first) is None


def test_token_for_syncing_is_the_device_that_asked_for_it(core: Core, ann: users.Account) -> None:
    actor = tokens.authenticate(core, "login", sign_in(core, DESK), THERE)
    token = sync_tokens.issue(core, actor, ann.default_repo_id)
    info = tokens.find(core, "sync", token)
    assert info is not None
    assert (info.repo_id, info.account_id) == (ann.default_repo_id, ann.id)
    found = [item for item in devices.list_devices(core, actor) if item.kind == "sync"]
    assert [(item.device, item.address) for item in found] == [(DESK, THERE)]


def test_signing_out_a_device_stops_its_syncing(core: Core, ann: users.Account) -> None:
    actor = tokens.authenticate(core, "login", sign_in(core, DESK), HERE)
    token = sync_tokens.issue(core, actor, ann.default_repo_id)
    tokens.revoke(core, actor.token_hash)
    assert tokens.find(core, "sync", token) is None


def test_nobody_syncs_a_strange_library(core: Core, ann: users.Account) -> None:
    bob = add(core, "bob")
    with pytest.raises(NotFound):
        sync_tokens.issue(core, actor_of(bob), ann.default_repo_id)


def test_tokens_not_seen_for_longest_make_room_for_new_ones(core: Core, ann: users.Account) -> None:
    used, unused = (tokens.issue(core, "login", ann.id, lifetime=None) for _ in range(2))
    authid = sign_in(core, DESK)
    actor = tokens.authenticate(core, "login", authid, HERE)
    syncing = [sync_tokens.issue(core, actor, ann.default_repo_id) for _ in range(2)]
    move_clock(core, tokens.SEEN_SECONDS)
    for token in (used, authid):
        tokens.authenticate(core, "login", token, HERE)
    made = [tokens.issue(core, "login", ann.id, lifetime=None) for _ in range(tokens.TOKENS_KEPT - 2)]
    alive = [token for token in (used, unused, authid, *made) if tokens.find(core, "login", token)]
    assert alive == [used, authid, *made]
    assert [tokens.find(core, "sync", token) is not None for token in syncing] == [True, True]


@pytest.mark.parametrize("kind", ["login", "session", "sync"])
def test_tokens_of_an_account_are_bounded(core: Core, ann: users.Account, kind: tokens.Kind) -> None:
    for repo_id in ("a", "b") if kind == "sync" else (None,):
        made = [tokens.issue(core, kind, ann.id, lifetime=None, repo_id=repo_id) for _ in range(tokens.TOKENS_KEPT + 5)]
        assert tokens.find(core, kind, made[-1]) is not None
    (count,) = core.db.row("SELECT COUNT(*) FROM token")
    assert count == tokens.TOKENS_KEPT * (2 if kind == "sync" else 1)
