"""Groups: who knows of them, who runs them, and what goes with them."""

import pytest

from syncfile.core import groups, notifications, shares, users
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.errors import AlreadyExists, BadRequest, NotFound, PermissionDenied
from tests.core.accounts import ROOT, actor_of, add, open_store, refusal

core = pytest.fixture(open_store)


def people(core: Core, *names: str) -> list[Actor]:
    return [actor_of(add(core, name)) for name in names]


def kinds(core: Core, actor: Actor) -> list[str]:
    return [item.kind for item in notifications.list_notifications(core, actor)]


def test_who_makes_a_group_owns_it_and_is_its_only_member(core: Core) -> None:
    (ann,) = people(core, "ann")
    group = groups.create_group(core, ann, " Family ")
    assert group == groups.Group(group.id, "Family", "ann", 1_700_000_000, ("ann",))
    assert groups.list_groups(core, ann) == [group]
    assert [member.username for member in groups.list_members(core, ann, group.id)] == ["ann"]


@pytest.mark.parametrize(
    ("name", "reason"), [("", "blank"), (" \t", "blank"), ("a\nb", "characters"), ("x" * 256, "length")]
)
def test_a_bad_name_is_refused(core: Core, name: str, reason: str) -> None:
    (ann,) = people(core, "ann")
    group = groups.create_group(core, ann, "g")
    assert refusal(BadRequest, lambda: groups.create_group(core, ann, name)) == {
        "parameter": "group_name",
        "reason": reason,
    }
    assert refusal(BadRequest, lambda: groups.rename_group(core, ann, group.id, name))["reason"] == reason


def test_a_stranger_cannot_tell_a_group_from_none(core: Core) -> None:
    ann, bob = people(core, "ann", "bob")
    group = groups.create_group(core, ann, "g")
    assert groups.list_groups(core, bob) == []
    messages = set()
    for group_id in (group.id, 99):
        for call in (
            lambda wanted: groups.get_group(core, bob, wanted),
            lambda wanted: groups.rename_group(core, bob, wanted, "x"),
            lambda wanted: groups.transfer_group(core, bob, wanted, "bob"),
            lambda wanted: groups.delete_group(core, bob, wanted),
            lambda wanted: groups.list_members(core, bob, wanted),
            lambda wanted: groups.get_member(core, bob, wanted, 1),
            lambda wanted: groups.add_member(core, bob, wanted, "bob"),
            lambda wanted: groups.add_members(core, bob, wanted, ["bob"]),
            lambda wanted: groups.appoint(core, bob, wanted, 2, is_admin=True),
            lambda wanted: groups.remove_member(core, bob, wanted, 1),
        ):
            with pytest.raises(NotFound) as caught:
                call(group_id)
            messages.add(caught.value.message)
    assert messages == {"there is no such group"}


def test_a_member_sees_the_group_and_changes_nothing(core: Core) -> None:
    ann, bob, carl = people(core, "ann", "bob", "carl")
    group = groups.create_group(core, ann, "g")
    groups.add_member(core, ann, group.id, "bob")
    groups.add_member(core, ann, group.id, "carl")
    assert groups.get_group(core, bob, group.id) == group
    for call in (
        lambda: groups.rename_group(core, bob, group.id, "x"),
        lambda: groups.transfer_group(core, bob, group.id, "bob"),
        lambda: groups.delete_group(core, bob, group.id),
        lambda: groups.add_member(core, bob, group.id, "carl"),
        lambda: groups.appoint(core, bob, group.id, 2, is_admin=True),
        lambda: groups.remove_member(core, bob, group.id, carl.account_id or 0),
    ):
        with pytest.raises(PermissionDenied):
            call()


def test_an_administrator_of_a_group_adds_and_removes_members_and_no_more(core: Core) -> None:
    ann, bob, carl = people(core, "ann", "bob", "carl")
    group = groups.create_group(core, ann, "g")
    member = groups.add_member(core, ann, group.id, "bob")
    assert groups.appoint(core, ann, group.id, member.account_id, is_admin=True).is_admin
    assert groups.get_group(core, bob, group.id).admins == ("ann", "bob")
    added = groups.add_member(core, bob, group.id, "CARL@example.org")
    groups.remove_member(core, bob, group.id, added.account_id)
    with pytest.raises(PermissionDenied):
        groups.rename_group(core, bob, group.id, "x")
    assert not groups.appoint(core, ann, group.id, member.account_id, is_admin=False).is_admin
    with pytest.raises(PermissionDenied):
        groups.add_member(core, bob, group.id, "carl")
    assert kinds(core, carl) == ["group_remove", "group_join"]


def test_an_account_is_added_once_and_must_exist(core: Core) -> None:
    ann, _ = people(core, "ann", "bob")
    group = groups.create_group(core, ann, "g")
    groups.add_member(core, ann, group.id, "bob")
    with pytest.raises(AlreadyExists):
        groups.add_member(core, ann, group.id, "bob")
    with pytest.raises(NotFound, match="User nobody is not exist"):
        groups.add_member(core, ann, group.id, "nobody")


def test_of_many_each_is_added_or_told_why_not(core: Core) -> None:
    ann, _, _ = people(core, "ann", "bob", "carl")
    group = groups.create_group(core, ann, "g")
    added, failed = groups.add_members(core, ann, group.id, ["bob", "sss", "carl", "bob"])
    assert [member.username for member in added] == ["bob", "carl"]
    assert failed == [("sss", "User sss is not exist."), ("bob", "User bob is a member already.")]
    with pytest.raises(BadRequest):
        groups.add_members(core, ann, group.id, ["x"] * 1001)


def test_a_member_may_leave_and_the_owner_may_not(core: Core) -> None:
    ann, bob = people(core, "ann", "bob")
    group = groups.create_group(core, ann, "g")
    groups.add_member(core, ann, group.id, "bob")
    groups.remove_member(core, bob, group.id, bob.account_id or 0)
    assert groups.list_groups(core, bob) == []
    with pytest.raises(PermissionDenied):
        groups.remove_member(core, ann, group.id, ann.account_id or 0)
    with pytest.raises(NotFound):
        groups.remove_member(core, ann, group.id, bob.account_id or 0)


def test_a_transferred_group_has_a_new_owner_who_was_made_a_member(core: Core) -> None:
    ann, bob = people(core, "ann", "bob")
    group = groups.create_group(core, ann, "g")
    moved = groups.transfer_group(core, ann, group.id, "bob")
    assert (moved.owner, moved.admins) == ("bob", ("ann", "bob"))
    assert kinds(core, bob) == ["group_transfer"]
    with pytest.raises(PermissionDenied):
        groups.delete_group(core, ann, group.id)
    with pytest.raises(PermissionDenied):
        groups.appoint(core, bob, group.id, bob.account_id or 0, is_admin=False)
    groups.remove_member(core, bob, group.id, ann.account_id or 0)
    with pytest.raises(NotFound):
        groups.transfer_group(core, bob, group.id, "nobody")


def test_with_a_group_goes_what_was_shared_with_it(core: Core) -> None:
    ann, bob = people(core, "ann", "bob")
    group = groups.create_group(core, ann, "g")
    groups.add_member(core, ann, group.id, "bob")
    repo_id = users.get_account(core, ann, ann.account_id or 0).default_repo_id
    shares.share_repo(core, ann, repo_id, shares.group_receiver(core, ann, group.id), "r")
    assert [share.repo.id for share in shares.list_received(core, bob)] == [repo_id]
    groups.delete_group(core, ann, group.id)
    assert groups.list_groups(core, bob) == []
    assert shares.list_received(core, bob) == shares.list_shared(core, ann) == []


def test_who_leaves_a_group_takes_along_what_they_shared_with_it(core: Core) -> None:
    ann, bob = people(core, "ann", "bob")
    group = groups.create_group(core, ann, "g")
    groups.add_member(core, ann, group.id, "bob")
    repo_id = users.get_account(core, bob, bob.account_id or 0).default_repo_id
    shares.share_repo(core, bob, repo_id, shares.group_receiver(core, bob, group.id), "r")
    assert len(shares.list_received(core, ann)) == 1
    groups.remove_member(core, bob, group.id, bob.account_id or 0)
    assert shares.list_received(core, ann) == []


def test_the_groups_of_a_deleted_account_go_and_its_memberships_end(core: Core) -> None:
    ann, bob = people(core, "ann", "bob")
    hers, his = groups.create_group(core, ann, "hers"), groups.create_group(core, bob, "his")
    groups.add_member(core, ann, hers.id, "bob")
    groups.add_member(core, bob, his.id, "ann")
    add(core, "root", is_staff=True)
    users.delete_account(core, ROOT, ann.account_id or 0)
    assert groups.list_groups(core, bob) == [his]
    assert [member.username for member in groups.list_members(core, bob, his.id)] == ["bob"]
