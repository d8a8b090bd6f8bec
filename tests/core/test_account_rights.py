"""What accounts may see and change: their own things, or everything for administrators."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncfile.core import tokens, transfer_tokens, users
from syncfile.core.core import Core
from syncfile.errors import AlreadyExists, BadRequest, NotFound, PermissionDenied, SyncFileError
from tests.core.accounts import (
    HERE,
    PASSWORD,
    ROOT,
    actor_of,
    add,
    open_store,
    refusal,
    signs_in,
)

core = pytest.fixture(open_store)


# --- seeing and changing


def test_an_account_sees_itself_and_an_administrator_sees_all(core: Core) -> None:
    ann, bob, root = add(core, "ann"), add(core, "bob"), add(core, "root", is_staff=True)
    assert users.get_account(core, actor_of(ann), ann.id) == ann
    assert users.get_account(core, actor_of(root), bob.id) == bob
    assert users.list_accounts(core, actor_of(root)) == [ann, bob, root]
    assert users.list_accounts(core, actor_of(root), start=1, limit=1) == [bob]
    with pytest.raises(PermissionDenied):
        users.list_accounts(core, actor_of(ann))


@pytest.mark.parametrize("account_id", [0, -1, 99, 2**63, -(2**70)])
def test_another_account_and_a_missing_one_look_the_same(core: Core, account_id: int) -> None:
    ann, bob = add(core, "ann"), add(core, "bob")
    errors = []
    for actor, wanted in ((actor_of(ann), bob.id), (actor_of(ann), account_id), (ROOT, account_id)):
        for call in (users.get_account, users.update_account, users.delete_account):
            with pytest.raises(NotFound) as caught:
                call(core, actor, wanted)
            errors.append(caught.value.message)
    assert len(set(errors)) == 1


@pytest.mark.parametrize(("start", "limit"), [(-5, 10), (0, -1), (2**70, 10), (0, 2**70)])
def test_a_page_out_of_range_is_cut_to_what_there_is(core: Core, start: int, limit: int) -> None:
    ann = add(core, "ann")
    assert users.list_accounts(core, ROOT, start, limit) == ([ann] if start <= 0 < limit else [])


def test_usage_is_the_size_of_own_libraries_that_are_neither_deleted_nor_virtual(core: Core) -> None:
    ann, bob = add(core, "ann"), add(core, "bob")
    sql = (
        "INSERT INTO repo (id, owner_id, name, desc, head_id, created_at, mtime, size, file_count, enc_version, magic,"
        " random_key, salt, public, history_days, history_since, origin_id, deleted_at)"
        " VALUES (?, ?, '', '', '', 0, 0, ?, 0, 0, '', '', '', '', -1, 0, ?, ?)"
    )
    for repo_id, owner_id, size, origin_id, deleted_at in (
        ("a", ann.id, 100, None, None),
        ("b", ann.id, 23, None, None),
        ("c", ann.id, 1000, "a", None),
        ("d", ann.id, 10000, None, 5),
        ("e", bob.id, 7, None, None),
    ):
        core.db.rows(sql, repo_id, owner_id, size, origin_id, deleted_at)
    assert [account.usage for account in users.list_accounts(core, ROOT)] == [123, 7]
    assert users.get_account(core, ROOT, ann.id).usage == 123


def test_an_account_changes_its_email_and_password(core: Core) -> None:
    ann = add(core, "ann")
    changed = users.update_account(
        core, actor_of(ann), ann.id, email=" New@example.org", password="new one", old_password=PASSWORD
    )
    assert changed.email == "New@example.org"
    assert signs_in(core, "new@EXAMPLE.org", "new one")
    assert not signs_in(core, "ann", PASSWORD)
    assert not signs_in(core, "ann@example.org", "new one")


def test_a_change_of_nothing_changes_nothing(core: Core) -> None:
    ann = add(core, "ann")
    assert users.update_account(core, actor_of(ann), ann.id) == ann


def test_an_account_may_keep_its_own_email_in_other_letters(core: Core) -> None:
    ann = add(core, "ann")
    changed = users.update_account(core, actor_of(ann), ann.id, email="ANN@example.org", old_password=PASSWORD)
    assert changed.email == "ANN@example.org"


@pytest.mark.parametrize(
    ("changes", "kind", "facts"),
    [
        ({"email": "bob@example.org"}, AlreadyExists, {"parameter": "email"}),
        ({"email": "BOB"}, AlreadyExists, {"parameter": "email"}),
        ({"email": " "}, BadRequest, {"parameter": "email", "reason": "blank"}),
        ({"password": ""}, BadRequest, {"parameter": "password", "reason": "blank"}),
        ({"total": -1}, BadRequest, {"parameter": "total", "reason": "range"}),
        ({"total": 2**63}, BadRequest, {"parameter": "total", "reason": "range"}),
    ],
)
def test_a_change_happens_as_a_whole_or_not_at_all(
    core: Core, changes: dict[str, object], kind: type[SyncFileError], facts: dict[str, object]
) -> None:
    ann, _ = add(core, "ann"), add(core, "bob")
    before = core.db.rows("SELECT * FROM account ORDER BY id")
    wanted: dict[str, Any] = {"password": "new one", "email": "new@example.org", "total": 5} | changes
    assert refusal(kind, lambda: users.update_account(core, ROOT, ann.id, **wanted)) == facts
    assert core.db.rows("SELECT * FROM account ORDER BY id") == before


def test_only_administrators_set_quota_and_rights(core: Core) -> None:
    ann, root = add(core, "ann"), add(core, "root", is_staff=True)
    for changes in ({"total": 1}, {"is_active": True}, {"is_staff": True}):
        with pytest.raises(PermissionDenied):
            users.update_account(core, actor_of(ann), ann.id, **changes)
    changed = users.update_account(core, actor_of(root), ann.id, total=1, is_active=False, is_staff=True)
    assert (changed.total, changed.is_active, changed.is_staff) == (1, False, True)


def test_a_new_password_signs_out_all_but_the_token_that_asked(core: Core) -> None:
    ann, bob = add(core, "ann"), add(core, "bob")
    mine, other = (tokens.issue(core, "login", ann.id, lifetime=None) for _ in range(2))
    bobs = tokens.issue(core, "login", bob.id, lifetime=None)
    asking = tokens.authenticate(core, "login", mine, HERE)
    link = transfer_tokens.issue_transfer(core, asking, "repo", "/a", "download")
    users.update_account(core, asking, ann.id, password="new one", old_password=PASSWORD)
    alive = [tokens.find(core, "login", token) is not None for token in (mine, other, bobs)]
    assert alive == [True, False, True]
    assert transfer_tokens.find_transfer(core, link) is not None


def test_a_password_set_by_others_signs_out_everything(core: Core) -> None:
    ann = add(core, "ann")
    token = tokens.issue(core, "login", ann.id, lifetime=None)
    users.update_account(core, ROOT, ann.id, password="new one")
    assert tokens.find(core, "login", token) is None
    assert signs_in(core, "ann", "new one")
    with pytest.raises(NotFound):
        users.update_account(core, ROOT, 99, password="new one")


# --- the last administrator


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_the_last_administrator_stays_one(core: Core, change: dict[str, bool]) -> None:
    root, second = add(core, "root", is_staff=True), add(core, "second", is_staff=True)
    users.update_account(
        core, actor_of(root), second.id, is_active=change.get("is_active"), is_staff=change.get("is_staff")
    )
    with pytest.raises(PermissionDenied):
        users.update_account(
            core, actor_of(root), root.id, is_active=change.get("is_active"), is_staff=change.get("is_staff")
        )
    with pytest.raises(PermissionDenied):
        users.delete_account(core, actor_of(root), root.id)
    assert users.get_account(core, ROOT, root.id) == root


def test_two_administrators_that_remove_each_other_at_once_leave_one(core: Core) -> None:
    first, second = add(core, "first", is_staff=True), add(core, "second", is_staff=True)
    start = threading.Barrier(2)

    def remove(pair: tuple[users.Account, users.Account]) -> bool:
        start.wait(10)
        try:
            users.delete_account(core, actor_of(pair[0]), pair[1].id)
        except PermissionDenied:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, [(first, second), (second, first)])) == [False, True]
    assert len(users.list_accounts(core, ROOT)) == 1


# --- deleting


def test_a_deleted_account_takes_its_libraries_and_tokens_along(core: Core) -> None:
    ann, bob = add(core, "ann"), add(core, "bob")
    add(core, "root", is_staff=True)
    for account in (ann, bob):
        tokens.issue(core, "login", account.id, lifetime=None)
    users.delete_account(core, ROOT, ann.id)
    assert users.find_account_by_name(core, "ann") is None
    assert core.db.rows("SELECT account_id FROM token") == [(bob.id,)]
    assert core.db.row("SELECT deleted_at FROM repo WHERE id = ?", ann.default_repo_id) == (core.now(),)
    assert core.db.row("SELECT deleted_at FROM repo WHERE id = ?", bob.default_repo_id) == (None,)
    assert not signs_in(core, "ann", PASSWORD)
    add(core, "ann")


def test_deleting_belongs_to_administrators(core: Core) -> None:
    ann = add(core, "ann")
    with pytest.raises(PermissionDenied):
        users.delete_account(core, actor_of(ann), ann.id)
    assert signs_in(core, "ann", PASSWORD)


# --- looking up


def test_an_account_is_found_by_name_or_email_in_any_case(core: Core) -> None:
    ann = add(core, "Ann")
    assert users.find_account_by_name(core, "aNN") == ann
    assert users.find_account_by_name(core, "ann@EXAMPLE.org") == ann
    assert users.find_account_by_name(core, "an") is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_looked_for(core: Core, name: str) -> None:
    assert users.find_account_by_name(core, name) is None
