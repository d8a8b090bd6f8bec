"""Notifications: kept within bounds, for their receiver alone."""

import pytest

from syncfile.core import groups, notifications
from syncfile.core.core import Core
from syncfile.core.notifications import Notification
from tests.core.accounts import actor_of, add, open_store

core = pytest.fixture(open_store)


def test_a_notification_tells_who_did_what_and_when(core: Core) -> None:
    ann, bob = actor_of(add(core, "ann")), actor_of(add(core, "bob"))
    group = groups.create_group(core, ann, "Family")
    groups.add_member(core, ann, group.id, "bob")
    (item,) = notifications.list_notifications(core, bob)
    content = 'ann added you to the group "Family".'
    facts = {"group_id": group.id, "name": group.name}
    assert item == Notification(item.id, "bob", "group_join", "ann", content, facts, 1_700_000_000_000_000, False)
    assert notifications.list_notifications(core, ann) == []


def test_they_are_listed_newest_first_by_kind_and_page(core: Core) -> None:
    ann, bob = actor_of(add(core, "ann")), actor_of(add(core, "bob"))
    with core.db.transaction():
        for number in range(6):
            kind = "repo_share" if number % 2 else "dir_share"
            notifications.notify(core, [bob.account_id or 0], kind, ann, str(number))
    assert [item.content for item in notifications.list_notifications(core, bob)] == list("543210")
    assert [item.content for item in notifications.list_notifications(core, bob, "repo_share")] == list("531")
    assert [item.content for item in notifications.list_notifications(core, bob, "repo_share", 1, 1)] == ["3"]


def test_reading_and_deleting_are_for_ones_own(core: Core) -> None:
    ann, bob = actor_of(add(core, "ann")), actor_of(add(core, "bob"))
    with core.db.transaction():
        notifications.notify(core, [bob.account_id or 0], "repo_share", ann, "to bob")
        notifications.notify(core, [ann.account_id or 0], "repo_share", bob, "to ann")
    assert notifications.count_unread(core, bob) == 1
    notifications.mark_read(core, bob)
    assert (notifications.count_unread(core, bob), notifications.count_unread(core, ann)) == (0, 1)
    notifications.delete_notifications(core, bob)
    assert notifications.list_notifications(core, bob) == []
    assert len(notifications.list_notifications(core, ann)) == 1


def test_only_the_newest_are_kept_and_those_of_others_do_not_count(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "KEPT", 3)
    ann, bob = actor_of(add(core, "ann")), actor_of(add(core, "bob"))
    with core.db.transaction():
        notifications.notify(core, [ann.account_id or 0], "repo_share", bob, "to ann")
        for number in range(5):
            notifications.notify(core, [bob.account_id or 0], "repo_share", ann, str(number))
    assert [item.content for item in notifications.list_notifications(core, bob)] == ["4", "3", "2"]
    assert len(notifications.list_notifications(core, ann)) == 1
