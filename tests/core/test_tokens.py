"""Tokens: what they open, for how long, and what dies with them."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from syncfile.core import authentication, devices, tokens, told_tokens, transfer_tokens, users
from syncfile.core.access import Actor, anyone
from syncfile.core.core import Core
from syncfile.core.tokens import AUTHID_SECONDS, TRANSFER_SECONDS, Device, Kind, SignedIn
from syncfile.errors import NotAuthenticated, NotFound
from tests.core.accounts import HERE, PASSWORD, ROOT, THERE, actor_of, add, move_clock, open_store

core = pytest.fixture(open_store)

KINDS: tuple[Kind, ...] = ("login", "session", "legacy", "sync", "transfer")
REPO_ID = "b1f2ad61-9164-418a-a47f-ab805dbd5694"


@pytest.fixture
def ann(core: Core) -> users.Account:
    return add(core, "ann")


def login(core: Core, account: users.Account, *, lifetime: int | None = None) -> str:
    return tokens.issue(core, "login", account.id, lifetime=lifetime)


def authid_of(core: Core, name: str, password: str = PASSWORD) -> str:
    return told_tokens.authid_for(core, authentication.sign_in(core, name, password, HERE), HERE)


def hash_of(core: Core, kind: Kind, token: str) -> str:
    info = tokens.find(core, kind, token)
    assert info is not None
    return info.token_hash


def count_writes(core: Core, call: Callable[[], object]) -> int:
    """Return how many rows a call inserted, changed or deleted."""
    (before,) = core.db.row("SELECT total_changes()")
    call()
    (after,) = core.db.row("SELECT total_changes()")
    return int(after - before)


# --- issuing and finding


def test_a_token_stands_for_its_account(core: Core, ann: users.Account) -> None:
    token = login(core, ann)
    assert re.fullmatch(r"[0-9a-f]{40}", token)
    actor = tokens.authenticate(core, "login", token, HERE)
    assert actor == Actor(ann.id, "ann", is_staff=False, address=HERE, token_hash=hash_of(core, "login", token))


def test_rights_are_those_of_now_not_of_the_issue(core: Core, ann: users.Account) -> None:
    token = login(core, ann)
    users.update_account(core, ROOT, ann.id, is_staff=True)
    assert tokens.authenticate(core, "login", token, HERE).is_staff is True


def test_only_the_hash_of_a_token_is_stored(core: Core, ann: users.Account) -> None:
    secrets = [login(core, ann), authid_of(core, "ann")]
    secrets.append(transfer_tokens.short_link(core, secrets[1], REPO_ID, "/a"))
    dump = str(core.db.rows("SELECT * FROM token"))
    assert [secret in dump for secret in secrets] == [False] * 3


@pytest.mark.parametrize("token", ["", "0" * 40, "ß", "\ud800", "x" * 100_000, "' OR 1=1 --"])
def test_what_is_no_token_is_refused(core: Core, ann: users.Account, token: str) -> None:
    login(core, ann)
    for kind in KINDS:
        with pytest.raises(NotAuthenticated):
            tokens.authenticate(core, kind, token, HERE)


def test_a_token_opens_nothing_of_another_kind(core: Core, ann: users.Account) -> None:
    for kind in KINDS:
        token = tokens.issue(core, kind, ann.id, lifetime=None)
        assert [other for other in KINDS if tokens.find(core, other, token)] == [kind]


def test_the_hash_of_a_token_is_no_token(core: Core, ann: users.Account) -> None:
    assert tokens.find(core, "login", hash_of(core, "login", login(core, ann))) is None


def test_a_token_ends_with_its_lifetime(core: Core, ann: users.Account) -> None:
    short, endless = login(core, ann, lifetime=100), login(core, ann)
    move_clock(core, 99)
    tokens.authenticate(core, "login", short, HERE)
    move_clock(core, 1)
    with pytest.raises(NotAuthenticated):
        tokens.authenticate(core, "login", short, HERE)
    move_clock(core, 10**9)
    tokens.authenticate(core, "login", endless, HERE)


def test_a_token_sleeps_while_its_account_is_inactive(core: Core, ann: users.Account) -> None:
    token = login(core, ann)
    users.update_account(core, ROOT, ann.id, is_active=False)
    with pytest.raises(NotAuthenticated):
        tokens.authenticate(core, "login", token, HERE)
    users.update_account(core, ROOT, ann.id, is_active=True)
    assert tokens.authenticate(core, "login", token, HERE).username == "ann"


def test_what_a_token_was_issued_with_is_kept(core: Core, ann: users.Account) -> None:
    device = Device("d" * 40, "Ann's laptop", "linux", "9.0.5")
    token = tokens.issue(core, "sync", ann.id, lifetime=60, repo_id=REPO_ID, address=HERE, device=device)
    info = tokens.find(core, "sync", token)
    assert info is not None
    assert (info.repo_id, info.issued_at, info.expires_at) == (REPO_ID, core.now(), core.now() + 60)
    sql = "SELECT address, device_id, device_name, platform, client_version FROM token"
    assert core.db.rows(sql) == [(HERE, "d" * 40, "Ann's laptop", "linux", "9.0.5")]


def test_no_token_is_issued_to_an_account_deleted_meanwhile(core: Core, ann: users.Account) -> None:
    add(core, "root", is_staff=True)
    users.delete_account(core, ROOT, ann.id)
    with pytest.raises(NotAuthenticated):
        login(core, ann)
    assert core.db.rows("SELECT 1 FROM token") == []


# --- last seen


def test_being_seen_is_written_every_few_minutes_only(core: Core, ann: users.Account) -> None:
    token = login(core, ann)

    def use() -> None:
        for _ in range(5):
            tokens.authenticate(core, "login", token, THERE)

    assert count_writes(core, use) == 0
    move_clock(core, tokens.SEEN_SECONDS)
    assert count_writes(core, use) == 1
    assert core.db.rows("SELECT last_seen_at, address FROM token") == [(core.now(), THERE)]


def test_a_store_that_cannot_be_written_keeps_nobody_out(core: Core, ann: users.Account) -> None:
    token = login(core, ann)
    move_clock(core, tokens.SEEN_SECONDS)
    core.db.rows("PRAGMA query_only = ON")  # "attempt to write a readonly database"
    assert tokens.authenticate(core, "login", token, THERE).username == "ann"
    core.db.rows("PRAGMA query_only = OFF")
    assert core.db.rows("SELECT last_seen_at < ? FROM token", core.now()) == [(1,)]


# --- revoking


def test_a_revoked_token_takes_its_children_along(core: Core, ann: users.Account) -> None:
    mine, other = login(core, ann), login(core, ann)
    links = [
        transfer_tokens.issue_transfer(core, tokens.authenticate(core, "login", token, HERE), REPO_ID, "/a", "download")
        for token in (mine, other)
    ]
    tokens.revoke(core, hash_of(core, "login", mine))
    assert [tokens.find(core, "login", token) is None for token in (mine, other)] == [True, False]
    assert [transfer_tokens.find_transfer(core, link) is None for link in links] == [True, False]
    assert core.db.row("SELECT COUNT(*) FROM token") == (2,)
    tokens.revoke(core, "0" * 64)


def test_a_child_does_not_outlive_its_parent_by_any_way(core: Core, ann: users.Account) -> None:
    token = login(core, ann, lifetime=100)
    child = tokens.issue(core, "sync", ann.id, lifetime=None, parent_hash=hash_of(core, "login", token))
    grandchild = tokens.issue(core, "transfer", ann.id, lifetime=None, parent_hash=hash_of(core, "sync", child))
    move_clock(core, 100)
    assert tokens.find(core, "sync", child) is None
    tokens.revoke(core, hash_of(core, "transfer", grandchild))
    assert tokens.find(core, "transfer", grandchild) is None


def test_all_tokens_of_an_account_are_revoked_but_one_and_its_children(core: Core, ann: users.Account) -> None:
    bob = add(core, "bob")
    kept, lost, bobs = login(core, ann), login(core, ann), login(core, bob)
    kept_hash = hash_of(core, "login", kept)
    child = tokens.issue(core, "sync", ann.id, lifetime=None, parent_hash=kept_hash)
    tokens.revoke_all(core, ann.id, except_hash=kept_hash)
    assert tokens.find(core, "sync", child) is not None
    assert [tokens.find(core, "login", token) is not None for token in (kept, lost, bobs)] == [True, False, True]
    tokens.revoke_all(core, ann.id)
    assert core.db.rows("SELECT account_id FROM token") == [(bob.id,)]


def test_sweeping_removes_the_dead_some_at_a_time(
    core: Core, ann: users.Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "SWEEP_ROWS", 3)
    endless, parent = login(core, ann), login(core, ann, lifetime=10)
    tokens.issue(core, "sync", ann.id, lifetime=None, parent_hash=hash_of(core, "login", parent))
    for _ in range(3):
        login(core, ann, lifetime=10)
    assert tokens.sweep_expired(core) == 0
    move_clock(core, 10)
    swept = [tokens.sweep_expired(core) for _ in range(4)]
    assert sum(swept) == 5  # four that expired and the child of one of them
    assert max(swept) == 3
    assert core.db.row("SELECT COUNT(*) FROM token") == (1,)
    assert tokens.find(core, "login", endless) is not None


# --- authids of the legacy API


def test_an_authid_stays_the_same_for_twenty_hours(core: Core, ann: users.Account) -> None:
    first = authid_of(core, "ann")
    assert re.fullmatch(r"[0-9a-f]{40}", first)
    issued_at = core.now()
    move_clock(core, AUTHID_SECONDS - 1)
    assert authid_of(core, "ann@example.org") == first
    info = tokens.authid_info(core, first)
    assert (info.account_id, info.issued_at, info.expires_at) == (ann.id, issued_at, issued_at + 20 * 3600)


def test_after_twenty_hours_there_is_a_new_authid_and_the_old_one_is_dead(core: Core, ann: users.Account) -> None:
    first = authid_of(core, ann.username)
    move_clock(core, AUTHID_SECONDS)
    with pytest.raises(NotAuthenticated):
        tokens.authid_info(core, first)
    second = authid_of(core, "ann")
    assert second != first
    assert tokens.authid_info(core, second).username == "ann"


def test_telling_an_authid_again_writes_nothing(core: Core, ann: users.Account) -> None:
    signed = authentication.sign_in(core, "ann", PASSWORD, HERE)
    told_tokens.authid_for(core, signed, HERE)
    assert count_writes(core, lambda: told_tokens.authid_for(core, signed, HERE)) == 0


def test_an_authid_cannot_be_told_without_the_seal(core: Core, ann: users.Account) -> None:
    authid = authid_of(core, "ann")
    assert told_tokens.authid_for(core, SignedIn(ann.id, bytes(32)), HERE) != authid


def test_accounts_with_one_password_have_authids_of_their_own(core: Core, ann: users.Account) -> None:
    add(core, "bob")
    assert authid_of(core, "ann") != authid_of(core, "bob")


def test_a_new_password_ends_the_authid(core: Core, ann: users.Account) -> None:
    first = authid_of(core, "ann")
    users.update_account(core, ROOT, ann.id, password=PASSWORD)
    with pytest.raises(NotAuthenticated):
        tokens.authid_info(core, first)
    assert authid_of(core, "ann") != first


def test_all_that_ask_at_once_are_told_the_same_authid(core: Core, ann: users.Account) -> None:
    signed = authentication.sign_in(core, "ann", PASSWORD, HERE)
    start = threading.Barrier(8)

    def ask(_: int) -> str:
        start.wait(10)
        move_clock(core, 1)  # so that two issued apart would differ
        return told_tokens.authid_for(core, signed, HERE)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert core.db.row("SELECT COUNT(*) FROM token") == (1,)


# --- links


def test_a_short_link_leads_to_its_file_and_is_written_once(core: Core, ann: users.Account) -> None:
    authid = authid_of(core, "ann")
    links = []

    def link() -> None:
        links.append(transfer_tokens.short_link(core, authid, REPO_ID, "/photos/a.jpg"))

    assert [count_writes(core, link) for _ in range(3)] == [1, 0, 0]
    assert len(set(links)) == 1
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", links[0])
    info = transfer_tokens.find_transfer(core, links[0])
    assert info is not None
    assert (info.repo_id, info.path, info.operation) == (REPO_ID, "/photos/a.jpg", "download")
    assert info.actor(THERE) == Actor(ann.id, "ann", is_staff=False, address=THERE, token_hash=info.token_hash)


def test_short_links_differ_by_authid_library_and_path(core: Core, ann: users.Account) -> None:
    add(core, "bob")
    authids = [authid_of(core, "ann"), authid_of(core, "bob")]
    made = {
        transfer_tokens.short_link(core, authid, repo_id, path)
        for authid in authids
        for repo_id in (REPO_ID, "other")
        for path in ("/a", "/b", "/张三")
    }
    assert len(made) == 12


def test_a_short_link_lives_exactly_as_long_as_its_authid(core: Core, ann: users.Account) -> None:
    authid = authid_of(core, "ann")
    move_clock(core, AUTHID_SECONDS - 1)
    link = transfer_tokens.short_link(core, authid, REPO_ID, "/a")
    assert transfer_tokens.find_transfer(core, link) is not None
    move_clock(core, 1)
    assert transfer_tokens.find_transfer(core, link) is None
    with pytest.raises(NotAuthenticated):
        transfer_tokens.short_link(core, authid, REPO_ID, "/a")


def test_a_transfer_lives_an_hour_and_no_longer_than_the_token_that_asked(core: Core, ann: users.Account) -> None:
    token = login(core, ann)
    actor = tokens.authenticate(core, "login", token, HERE)
    first, second = (transfer_tokens.issue_transfer(core, actor, REPO_ID, "/a", "upload") for _ in range(2))
    assert first != second
    info = transfer_tokens.find_transfer(core, first)
    assert info is not None
    assert (info.operation, info.path, info.parent_hash) == ("upload", "/a", actor.token_hash)
    move_clock(core, TRANSFER_SECONDS - 1)
    assert transfer_tokens.find_transfer(core, first) is not None
    tokens.revoke(core, actor.token_hash)
    assert transfer_tokens.find_transfer(core, first) is None


def test_a_transfer_ends_after_its_hour(core: Core, ann: users.Account) -> None:
    link = transfer_tokens.issue_transfer(core, actor_of(ann), REPO_ID, "/a", "zip")
    assert transfer_tokens.find_transfer(core, link) is not None
    move_clock(core, TRANSFER_SECONDS)
    assert transfer_tokens.find_transfer(core, link) is None


def test_nobody_in_particular_gets_no_transfer(core: Core) -> None:
    with pytest.raises(NotAuthenticated):
        transfer_tokens.issue_transfer(core, anyone(HERE), REPO_ID, "/a", "download")


def test_the_hot_path_is_one_look_up_by_key(core: Core, ann: users.Account) -> None:
    plan = core.db.rows("EXPLAIN QUERY PLAN " + tokens._FIND, "h", "login", 0, 0)
    assert [row[-1].split()[0] for row in plan] == ["SEARCH"] * 3


# --- devices


def test_devices_are_listed_last_seen_first_without_links_to_files(core: Core, ann: users.Account) -> None:
    bob = add(core, "bob")
    tokens.issue(core, "login", bob.id, lifetime=None)
    device = tokens.Device("id-1", "phone", "android", "1.2")
    token = tokens.issue(core, "login", ann.id, lifetime=None, address=HERE, device=device)
    actor = tokens.authenticate(core, "login", token, HERE)
    move_clock(core, 10)
    tokens.issue(core, "session", ann.id, lifetime=60, address=THERE)
    transfer_tokens.issue_transfer(core, actor, ann.default_repo_id, "/a", "download")
    session, login = devices.list_devices(core, actor)
    assert (session.kind, session.address, session.is_current) == ("session", THERE, False)
    assert login == devices.TokenDevice(
        actor.token_hash[:16], True, "login", device, HERE, None, 1_700_000_000, None, 1_700_000_000
    )
    move_clock(core, 60)
    assert devices.list_devices(core, actor) == [login]


def test_a_device_is_signed_out_by_its_owner_alone(core: Core, ann: users.Account) -> None:
    bob, token = add(core, "bob"), login(core, ann)
    (device,) = devices.list_devices(core, actor_of(ann))
    for actor, token_id in ((actor_of(bob), device.id), (actor_of(ann), "0" * 16), (actor_of(ann), "")):
        with pytest.raises(NotFound):
            devices.revoke_device(core, actor, token_id)
    devices.revoke_device(core, actor_of(ann), device.id)
    assert tokens.find(core, "login", token) is None
