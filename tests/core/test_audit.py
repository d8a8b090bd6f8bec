"""The audit log."""

import csv
import io
from dataclasses import replace

import pytest

from syncfile.core import (
    app_passwords,
    audit,
    audit_csv,
    authentication,
    devices,
    encrypted,
    entries,
    groups,
    links,
    locking,
    ownership,
    shares,
    sign_ins,
    tokens,
    trash,
    two_step,
    users,
)
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.tokens import Device
from syncfile.errors import PermissionDenied
from tests.core.accounts import (
    HERE,
    PASSWORD,
    ROOT,
    move_clock,
    open_store,
    refusal,
    with_settings,
)
from tests.core.second_step import turn_on

core = pytest.fixture(open_store)


def events(core: Core, action: str = "") -> list[audit.Event]:
    return audit.list_events(core, ROOT, action=action)


def actions(core: Core) -> list[str]:
    """Return what was done, oldest first."""
    return [event.action for event in reversed(events(core))]


def last(core: Core) -> tuple[str, str, str, dict[str, object]]:
    event = events(core)[0]
    return event.account, event.action, event.target, event.facts


# --- what is told


def test_an_event_tells_who_when_from_where_and_what(core: Core, ann: Actor) -> None:
    move_clock(core, 5)
    audit.record(core, ann, "thing_do", "a thing", size=3)
    event = events(core)[0]
    assert event == audit.Event(event.id, 1_700_000_005, "ann", HERE, "thing_do", "a thing", {"size": 3})


def test_an_event_goes_with_the_change_that_it_tells_of(core: Core, ann: Actor) -> None:
    before = actions(core)

    def half() -> None:
        with core.db.transaction():
            audit.record(core, ann, "thing_do")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert actions(core) == before


def test_accounts_are_told_of(core: Core, ann: Actor, bob: Actor) -> None:
    root = replace(ROOT, username="root")
    users.update_account(core, ann, ann.account_id or 0, password="new one", email="new@x.org", old_password=PASSWORD)
    users.update_account(core, root, bob.account_id or 0, total=5, is_active=False)
    assert last(core) == ("root", "account_update", "bob", {"total": 5, "is_active": False})
    users.update_account(core, root, ann.account_id or 0, is_staff=True)
    users.delete_account(core, root, bob.account_id or 0)
    assert last(core) == ("root", "account_delete", "bob", {"email": "bob@example.org"})
    told = ["account_create", "account_create", "password_change", "email_change"]
    assert actions(core) == [*told, "account_update", "account_update", "account_delete"]


def test_groups_are_told_of(core: Core, ann: Actor, bob: Actor) -> None:
    group = groups.create_group(core, ann, "Family").id
    groups.add_member(core, ann, group, "bob")
    assert last(core) == ("ann", "group_member_add", "Family", {"group_id": group, "member": "bob"})
    groups.appoint(core, ann, group, bob.account_id or 0, is_admin=True)
    groups.rename_group(core, ann, group, "Home")
    groups.remove_member(core, ann, group, bob.account_id or 0)
    groups.transfer_group(core, ann, group, "bob")
    groups.delete_group(core, bob, group)
    assert last(core) == ("bob", "group_delete", "Home", {"group_id": group})
    assert actions(core)[2:] == [
        "group_create",
        "group_member_add",
        "group_appoint",
        "group_rename",
        "group_member_remove",
        "group_transfer",
        "group_delete",
    ]


def test_libraries_and_what_is_given_of_them_are_told_of(core: Core, ann: Actor, bob: Actor) -> None:
    repo = ownership.add_repo(core, ann, "Photos", public="r")
    assert last(core) == ("ann", "repo_create", "Photos", {"repo_id": repo.id, "public": "r"})
    to_bob = shares.account_receiver(core, "bob")
    shares.share_repo(core, ann, repo.id, to_bob, "rw")
    assert last(core) == ("ann", "share_create", "Photos", {"repo_id": repo.id, "to": "bob", "permission": "rw"})
    shares.share_repo(core, ann, repo.id, to_bob, "r")
    shares.leave_share(core, bob, repo.id)
    assert last(core) == ("bob", "share_delete", "Photos", {"repo_id": repo.id, "to": "bob"})
    ownership.update_repo(core, ann, repo.id, name="Pictures", history_days=7)
    trash.empty(core, ann, repo.id)
    ownership.transfer_repo(core, ann, repo.id, "bob")
    ownership.delete_repo(core, bob, repo.id)
    assert actions(core)[2:] == [
        "repo_create",
        "share_create",
        "share_change",
        "share_delete",
        "repo_rename",
        "history_limit",
        "trash_empty",
        "repo_transfer",
        "repo_delete",
    ]


def test_links_and_broken_locks_are_told_of_without_the_links_secret(core: Core, ann: Actor, bob: Actor) -> None:
    repo = ownership.add_repo(core, ann, "Photos")
    entries.add_empty_file(core, ann, repo.id, "/a.txt")
    link = links.create_link(core, ann, repo.id, "/a.txt", "f", password=PASSWORD)
    assert last(core) == ("ann", "link_create", "/a.txt", {"repo_id": repo.id, "kind": "f", "has_password": True})
    links.delete_link(core, ann, link.token)
    shares.share_repo(core, ann, repo.id, shares.account_receiver(core, "bob"), "rw")
    locking.lock_file(core, bob, repo.id, "/a.txt")
    locking.unlock_file(core, ann, repo.id, "/a.txt")
    assert last(core) == ("ann", "lock_break", "/a.txt", {"repo_id": repo.id, "holder": "bob"})
    assert actions(core)[-4:] == ["link_create", "link_delete", "share_create", "lock_break"]
    assert link.token not in str(events(core))


def test_passwords_of_libraries_are_told_of_and_not_told(core: Core, ann: Actor) -> None:
    repo = encrypted.create_encrypted(core, ann, "Diary", "", "secret word", 2)
    encrypted.change_password(core, ann, repo.id, "secret word", "other word")
    assert actions(core)[-2:] == ["repo_create", "repo_password"]
    assert " word" not in str(core.db.rows("SELECT * FROM audit_event"))


def test_the_second_step_and_app_passwords_are_told_of(core: Core, ann: Actor) -> None:
    phone = turn_on(core, ann)
    authentication.sign_in(core, "ann", PASSWORD, HERE, code=phone.recovery_codes[0])
    assert last(core) == ("ann", "recovery_used", "ann", {"left": 9})
    two_step.renew_codes(core, ann, PASSWORD)
    made, _ = app_passwords.create(core, ann, "rclone")
    app_passwords.revoke(core, ann, made.id)
    two_step.turn_off_for(core, ROOT, ann.account_id or 0)
    assert actions(core)[1:] == [
        "two_step_on",
        "recovery_used",
        "recovery_renew",
        "app_password_create",
        "app_password_revoke",
        "two_step_off",
    ]


def test_signing_out_is_told_of(core: Core, ann: Actor) -> None:
    for _ in range(2):
        tokens.issue(core, "login", ann.account_id or 0, lifetime=None, device=Device(name="phone"))
    devices.revoke_device(core, ann, devices.list_devices(core, ann)[0].id)
    assert last(core) == ("ann", "token_revoke", "phone", {"kind": "login"})
    devices.sign_out_others(core, ann)
    token = tokens.issue(core, "session", ann.account_id or 0, lifetime=60)
    tokens.sign_out(core, tokens.authenticate(core, "session", token, HERE))
    assert actions(core)[-3:] == ["sign_out_others", "sign_in", "sign_out"]


# --- how it is kept and read


def test_a_flood_from_everywhere_does_not_wash_out_what_else_was_done(core: Core) -> None:
    small = with_settings(core, audit_rows=200)
    for number in range(100):
        audit.record(small, ROOT, "thing_do", str(number))
    for number in range(400):
        stranger = Actor(None, "", address=f"10.0.{number // 250}.{number % 250}")
        sign_ins.note_failure(small, stranger, "", "password")
    assert len(events(core, "thing_do")) == 100
    assert 50 <= len(events(core, "sign_in_failed")) <= 50 + audit.TRIM_EVERY


def test_the_oldest_events_go(core: Core) -> None:
    small = with_settings(core, audit_rows=200)
    for number in range(1000):
        audit.record(small, ROOT, "thing_do", str(number))
    kept = events(core)
    assert 150 <= len(kept) <= 150 + audit.TRIM_EVERY
    assert [event.target for event in kept] == [str(number) for number in range(999, 999 - len(kept), -1)]


def test_the_log_is_for_administrators(core: Core, ann: Actor) -> None:
    refusal(PermissionDenied, lambda: audit.list_events(core, ann))
    refusal(PermissionDenied, lambda: audit.iter_events(core, ann))


def test_the_log_is_read_by_page_action_and_account(core: Core, ann: Actor, bob: Actor) -> None:
    for number in range(5):
        for actor in (ann, bob):
            audit.record(core, actor, f"thing_{number % 2}", str(number))
    assert [event.target for event in audit.list_events(core, ROOT, account="ANN")] == ["4", "3", "2", "1", "0"]
    found = audit.list_events(core, ROOT, account="bob", action="thing_0", start=1, limit=2)
    assert [event.target for event in found] == ["2", "0"]


def test_the_whole_log_is_read_in_pages_back_to_a_time(core: Core) -> None:
    big = with_settings(core, audit_rows=100_000)
    with core.db.transaction():
        for number in range(audit.PAGE_ROWS * 2 + 3):
            move_clock(core, 1)
            audit.record(big, ROOT, "thing_do", str(number))
    found = list(audit.iter_events(core, ROOT))
    assert [event.target for event in found] == [str(number) for number in range(audit.PAGE_ROWS * 2 + 2, -1, -1)]
    since = found[600].time
    assert list(audit.iter_events(core, ROOT, since=since)) == found[:601]


def test_a_table_for_spreadsheets_has_a_line_for_each_event(core: Core) -> None:
    for number in range(audit.PAGE_ROWS + 1):
        audit.record(core, ROOT, "thing_do", f'"{number}", and\nmore')
    found = list(audit.iter_events(core, ROOT))
    pieces = list(audit_csv.lines(found))
    assert len(pieces) == 2
    rows = list(csv.DictReader(io.StringIO("".join(pieces), newline="")))
    assert [row["target"] for row in rows] == [event.target for event in found]
    assert [int(row["id"]) for row in rows] == [event.id for event in found]
    assert set(rows[0]) == set(audit_csv.COLUMNS)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(core: Core, name: str) -> None:
    audit.record(core, Actor(1, name), "thing_do", name)
    (row,) = csv.DictReader(io.StringIO("".join(audit_csv.lines(events(core))), newline=""))
    assert (row["account"], row["target"]) == (f"'{name}", f"'{name}")
