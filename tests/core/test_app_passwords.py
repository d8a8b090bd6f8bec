"""Passwords for programs."""

import re

import pytest

from syncfile.core import (
    app_passwords,
    authentication,
    devices,
    passwords,
    readable,
    sync_tokens,
    tokens,
    told_tokens,
    transfer_tokens,
    two_step,
    users,
)
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.tokens import Device, SignedIn
from syncfile.errors import BadRequest, NotAuthenticated, NotFound, PermissionDenied, TooMany
from tests.core.accounts import HERE, PASSWORD, ROOT, THERE, actor_of, add, move_clock, open_store, refusal
from tests.core.second_step import turn_on

core = pytest.fixture(open_store)
RCLONE = Device(name="rclone/v1.60.1")


@pytest.fixture
def root(core: Core) -> Actor:
    """An administrator, whose programs are none."""
    return actor_of(add(core, "root", is_staff=True))


@pytest.fixture
def app(core: Core, root: Actor) -> str:
    return app_passwords.create(core, root, "backup")[1]


def sign_in(core: Core, password: str, name: str = "root", address: str = HERE) -> SignedIn:
    return authentication.sign_in(core, name, password, address, code="", takes_app_passwords=True)


def program(core: Core, password: str) -> Actor:
    """Return a program that has signed in."""
    token = told_tokens.login_for(core, sign_in(core, password), RCLONE, HERE)
    return tokens.authenticate(core, "login", token, HERE)


def test_it_is_shown_once_and_only_its_hash_kept(core: Core, root: Actor) -> None:
    made, password = app_passwords.create(core, root, " backup ")
    assert re.fullmatch("([a-z2-9]{5}-){3}[a-z2-9]{5}", password)
    kept = str(core.db.rows("SELECT * FROM token") + core.db.rows("SELECT * FROM audit_event"))
    assert password not in kept
    assert readable.clean(password) not in kept
    (listed,) = app_passwords.list_app_passwords(core, root)
    assert listed == made
    assert (made.name, made.created_at, made.last_seen_at, made.address) == (
        "backup",
        1_700_000_000,
        1_700_000_000,
        HERE,
    )


def test_a_program_signs_in_with_it_without_a_code_and_cheaply(
    core: Core, root: Actor, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_on(core, root)
    monkeypatch.delattr(passwords, "scrypt")
    for typed in (app, app.replace("-", ""), f" {app.upper().replace('-', ' ')} "):
        assert sign_in(core, typed).account_id == root.account_id
    assert sign_in(core, app, "root@example.org").account_id == root.account_id


def test_it_opens_its_own_account_alone(core: Core, app: str) -> None:
    add(core, "bob")
    for name in ("bob", "nobody"):
        with pytest.raises(NotAuthenticated):
            sign_in(core, app, name)


def test_it_does_not_open_the_page(core: Core, app: str) -> None:
    with pytest.raises(NotAuthenticated):
        authentication.sign_in(core, "root", app, HERE, code="")


def test_it_is_no_token_itself(core: Core, app: str) -> None:
    secret = readable.clean(app)
    kinds: tuple[tokens.Kind, ...] = ("login", "session", "legacy", "sync", "transfer")
    assert [tokens.find(core, kind, secret) for kind in kinds] == [None] * 5


def test_an_inactive_account_has_none_that_works(core: Core, root: Actor, app: str) -> None:
    add(core, "other", is_staff=True)
    users.update_account(core, ROOT, root.account_id or 0, is_active=False)
    with pytest.raises(NotAuthenticated):
        sign_in(core, app)


def test_wrong_ones_are_counted_as_guesses(core: Core, root: Actor) -> None:
    for _ in range(20):
        with pytest.raises(NotAuthenticated):
            sign_in(core, "aaaaa-bbbbb-ccccc-ddddd")
    with pytest.raises(TooMany):
        sign_in(core, PASSWORD)


def test_a_program_that_signs_in_again_is_told_the_same_token(core: Core, root: Actor, app: str) -> None:
    other = app_passwords.create(core, root, "other")[1]
    first = told_tokens.login_for(core, sign_in(core, app), RCLONE, HERE)
    authid = told_tokens.authid_for(core, sign_in(core, app), HERE)
    move_clock(core, 60)
    assert told_tokens.login_for(core, sign_in(core, app), RCLONE, HERE) == first
    assert told_tokens.authid_for(core, sign_in(core, app), HERE) == authid
    for password in (other, PASSWORD):
        assert told_tokens.login_for(core, sign_in(core, password), RCLONE, HERE) != first
        assert told_tokens.authid_for(core, sign_in(core, password), HERE) != authid


def test_revoking_it_cuts_off_all_that_was_got_with_it_and_nothing_else(core: Core, root: Actor, app: str) -> None:
    kept = app_passwords.create(core, root, "other")[1]
    repo_id = users.get_account(core, ROOT, root.account_id or 0).default_repo_id
    alive = {}
    for password in (app, kept):
        actor = program(core, password)
        authid = told_tokens.authid_for(core, sign_in(core, password), HERE)
        links = [transfer_tokens.issue_transfer(core, actor, repo_id, "/a", "download")]
        links.append(transfer_tokens.short_link(core, authid, repo_id, "/a"))
        sync = sync_tokens.issue(core, actor, repo_id)
        login = told_tokens.login_for(core, sign_in(core, password), RCLONE, HERE)
        alive[password] = [
            ("login", login),
            ("legacy", authid),
            ("sync", sync),
            *(("transfer", item) for item in links),
        ]
    (made,) = [item for item in app_passwords.list_app_passwords(core, root) if item.name == "backup"]
    app_passwords.revoke(core, root, made.id)
    assert [tokens.find(core, kind, token) for kind, token in alive[app]] == [None] * 5  # type: ignore[arg-type] # all are kinds
    assert None not in [tokens.find(core, kind, token) for kind, token in alive[kept]]  # type: ignore[arg-type] # all are kinds
    with pytest.raises(NotAuthenticated):
        sign_in(core, app)
    assert core.db.row("SELECT COUNT(*) FROM token") == (6,)
    refusal(NotFound, lambda: app_passwords.revoke(core, root, made.id))


def test_it_is_listed_and_revoked_as_a_device_too(core: Core, root: Actor, app: str) -> None:
    (device,) = devices.list_devices(core, root)
    assert (device.kind, device.device.name) == ("app", "backup")
    devices.revoke_device(core, root, device.id)
    assert app_passwords.list_app_passwords(core, root) == []


def test_its_owner_sees_when_and_from_where_it_was_last_used(core: Core, root: Actor, app: str) -> None:
    token = told_tokens.login_for(core, sign_in(core, app), RCLONE, HERE)
    move_clock(core, 1000)
    actor = tokens.authenticate(core, "login", token, THERE)
    (seen,) = app_passwords.list_app_passwords(core, root)
    assert (seen.created_at, seen.last_seen_at, seen.address) == (1_700_000_000, 1_700_001_000, THERE)
    sync = sync_tokens.issue(core, actor, users.get_account(core, ROOT, 1).default_repo_id)
    move_clock(core, 1000)
    tokens.authenticate(core, "sync", sync, "10.0.0.1")
    (seen,) = app_passwords.list_app_passwords(core, root)
    assert (seen.last_seen_at, seen.address) == (1_700_002_000, "10.0.0.1")


def test_only_its_owner_has_it(core: Core, root: Actor, app: str) -> None:
    bob = actor_of(add(core, "bob"))
    assert app_passwords.list_app_passwords(core, bob) == []
    (made,) = app_passwords.list_app_passwords(core, root)
    refusal(NotFound, lambda: app_passwords.revoke(core, bob, made.id))


def test_a_program_has_the_files_and_not_the_account(core: Core, root: Actor, app: str) -> None:
    actor, account_id = program(core, app), root.account_id or 0
    assert (actor.is_staff, actor.is_program) == (False, True)
    (made,) = app_passwords.list_app_passwords(core, root)
    for attempt in (
        lambda: users.update_account(core, actor, account_id, password="x", old_password=PASSWORD),
        lambda: users.update_account(core, actor, account_id, email="x@y.z", old_password=PASSWORD),
        lambda: two_step.begin(core, actor, PASSWORD),
        lambda: two_step.turn_off(core, actor, PASSWORD),
        lambda: two_step.renew_codes(core, actor, PASSWORD),
        lambda: app_passwords.create(core, actor, "more"),
        lambda: app_passwords.revoke(core, actor, made.id),
        lambda: devices.revoke_device(core, actor, made.id),
        lambda: devices.sign_out_others(core, actor),
        lambda: users.list_accounts(core, actor),
    ):
        refusal(PermissionDenied, attempt)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 256])
def test_its_name_is_one_that_can_be_read(core: Core, root: Actor, name: str) -> None:
    assert refusal(BadRequest, lambda: app_passwords.create(core, root, name))["parameter"] == "name"


def test_an_account_has_not_more_of_them_than_it_can_oversee(core: Core, root: Actor) -> None:
    for number in range(app_passwords.MOST):
        app_passwords.create(core, root, str(number))
    refusal(PermissionDenied, lambda: app_passwords.create(core, root, "one more"))


def test_a_new_password_makes_them_void(core: Core, root: Actor, app: str) -> None:
    users.update_account(core, root, root.account_id or 0, password="another horse", old_password=PASSWORD)
    with pytest.raises(NotAuthenticated):
        sign_in(core, app)
