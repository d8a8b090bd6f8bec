"""Sharing libraries and directories; a shared directory is a library of its own that reads and writes the origin."""

from dataclasses import dataclass

import pytest

from syncfile.core import entries, files, groups, notifications, shares, tokens, users
from syncfile.core.access import Actor, find_repo
from syncfile.core.core import Core
from syncfile.core.repos import edit_repo, open_repo
from syncfile.errors import BadRequest, NotFound, PermissionDenied
from tests.core.accounts import ROOT, actor_of, add, move_clock, open_store

core = pytest.fixture(open_store)


@dataclass(frozen=True)
class Home:
    """Two accounts and the library of the first, in which ``/plans/a.txt`` and ``/plans/sub`` are."""

    core: Core
    ann: Actor
    bob: Actor
    repo_id: str

    def receiver(self, name: str = "bob") -> shares.Receiver:
        return shares.account_receiver(self.core, name)

    def share_work(self, permission: shares.Permission = "r") -> str:
        return shares.share_dir(self.core, self.ann, self.repo_id, "/plans", self.receiver(), permission).repo.id

    def put(self, actor: Actor, repo_id: str, path: str, content: bytes = b"text") -> None:
        new = files.ingest(self.core, actor, repo_id, [content], len(content))
        entries.add_file(self.core, actor, repo_id, path, new)

    def names(self, actor: Actor, repo_id: str, path: str = "/") -> list[str]:
        return [entry.name for entry in open_repo(self.core, actor, repo_id).directory(path).iter()]


@pytest.fixture
def home(core: Core) -> Home:
    ann, bob = add(core, "ann"), add(core, "bob")
    made = Home(core, actor_of(ann), actor_of(bob), ann.default_repo_id)
    entries.make_dir(core, made.ann, made.repo_id, "/plans/sub", parents=True)
    made.put(made.ann, made.repo_id, "/plans/a.txt")
    return made


# --- libraries


def test_a_shared_library_can_be_read_by_its_receiver_and_by_no_other(home: Home) -> None:
    carl = actor_of(add(home.core, "carl"))
    shares.share_repo(home.core, home.ann, home.repo_id, home.receiver(), "r")
    assert home.names(home.bob, home.repo_id) == ["plans"]
    with pytest.raises(PermissionDenied):
        home.put(home.bob, home.repo_id, "/b.txt")
    with pytest.raises(NotFound):
        open_repo(home.core, carl, home.repo_id)


def test_sharing_again_changes_the_permission_and_tells_the_receiver_once(home: Home) -> None:
    shares.share_repo(home.core, home.ann, home.repo_id, home.receiver(), "r")
    shares.share_repo(home.core, home.ann, home.repo_id, home.receiver(), "rw")
    home.put(home.bob, home.repo_id, "/b.txt")
    (share,) = shares.list_received(home.core, home.bob)
    assert (share.repo.id, share.permission, share.receiver.name) == (home.repo_id, "rw", "bob")
    (item,) = notifications.list_notifications(home.core, home.bob)
    assert (item.kind, item.sender, item.facts["repo_id"]) == ("repo_share", "ann", home.repo_id)


def test_a_stopped_share_is_gone_at_once(home: Home) -> None:
    shares.share_repo(home.core, home.ann, home.repo_id, home.receiver(), "rw")
    shares.stop_share(home.core, home.ann, home.repo_id, "/", home.receiver())
    assert shares.list_received(home.core, home.bob) == shares.list_shared(home.core, home.ann) == []
    with pytest.raises(NotFound):
        open_repo(home.core, home.bob, home.repo_id)
    with pytest.raises(NotFound):
        shares.stop_share(home.core, home.ann, home.repo_id, "/", home.receiver())


def test_only_the_owner_shares(home: Home) -> None:
    carl = add(home.core, "carl")
    receiver = home.receiver("carl")
    with pytest.raises(NotFound):
        shares.share_repo(home.core, home.bob, home.repo_id, receiver, "r")
    shares.share_repo(home.core, home.ann, home.repo_id, home.receiver(), "rw")
    for call in (
        lambda: shares.share_repo(home.core, home.bob, home.repo_id, receiver, "r"),
        lambda: shares.share_dir(home.core, home.bob, home.repo_id, "/plans", receiver, "r"),
        lambda: shares.change_share(home.core, home.bob, home.repo_id, "/", home.receiver(), "r"),
        lambda: shares.list_dir_shares(home.core, home.bob, home.repo_id, "/plans"),
        lambda: shares.stop_share(home.core, home.bob, home.repo_id, "/", home.receiver()),
    ):
        with pytest.raises(PermissionDenied):
            call()
    with pytest.raises(NotFound):
        open_repo(home.core, actor_of(carl), home.repo_id)


def test_nothing_is_shared_with_its_owner_or_with_nobody(home: Home) -> None:
    with pytest.raises(BadRequest):
        shares.share_repo(home.core, home.ann, home.repo_id, home.receiver("ann"), "r")
    with pytest.raises(BadRequest):
        shares.share_dir(home.core, home.ann, home.repo_id, "/plans", home.receiver("ann"), "r")
    with pytest.raises(NotFound, match=r"User nobody not found\."):
        shares.account_receiver(home.core, "nobody")
    assert home.core.db.rows("SELECT 1 FROM repo WHERE origin_id IS NOT NULL") == []


def test_a_group_is_given_a_library_by_one_of_its_members(home: Home) -> None:
    others = groups.create_group(home.core, home.bob, "others")
    with pytest.raises(NotFound):
        shares.group_receiver(home.core, home.ann, others.id)
    group = groups.create_group(home.core, home.ann, "family")
    groups.add_member(home.core, home.ann, group.id, "bob")
    shares.share_repo(home.core, home.ann, home.repo_id, shares.group_receiver(home.core, home.ann, group.id), "rw")
    home.put(home.bob, home.repo_id, "/b.txt")
    (share,) = shares.list_received(home.core, home.bob)
    assert (share.receiver.name, share.receiver.group_id, share.permission) == ("family", group.id, "rw")
    assert shares.list_received(home.core, home.ann) == []
    groups.remove_member(home.core, home.ann, group.id, home.bob.account_id or 0)
    with pytest.raises(NotFound):
        open_repo(home.core, home.bob, home.repo_id)


def test_the_better_of_two_permissions_counts(home: Home) -> None:
    group = groups.create_group(home.core, home.ann, "family")
    groups.add_member(home.core, home.ann, group.id, "bob")
    shares.share_repo(home.core, home.ann, home.repo_id, home.receiver(), "rw")
    shares.share_repo(home.core, home.ann, home.repo_id, shares.group_receiver(home.core, home.ann, group.id), "r")
    home.put(home.bob, home.repo_id, "/b.txt")
    assert len(shares.list_received(home.core, home.bob)) == 2


def test_a_receiver_may_give_a_library_back(home: Home) -> None:
    shares.share_repo(home.core, home.ann, home.repo_id, home.receiver(), "r")
    shares.leave_share(home.core, home.bob, home.repo_id)
    assert shares.list_shared(home.core, home.ann) == []
    with pytest.raises(NotFound):
        shares.leave_share(home.core, home.bob, home.repo_id)


# --- directories


def test_a_shared_directory_is_a_library_rooted_there(home: Home) -> None:
    virtual_id = home.share_work()
    (share,) = shares.list_received(home.core, home.bob)
    assert (share.repo.id, share.repo.name, share.repo.is_virtual) == (virtual_id, "plans", True)
    assert (share.repo.owner, share.permission) == ("ann", "r")
    assert home.names(home.bob, virtual_id) == ["a.txt", "sub"]
    with pytest.raises(NotFound):
        open_repo(home.core, home.bob, home.repo_id)
    assert [item.kind for item in notifications.list_notifications(home.core, home.bob)] == ["dir_share"]


def test_writing_into_a_shared_directory_writes_into_its_origin(home: Home) -> None:
    virtual_id = home.share_work("rw")
    home.put(home.bob, virtual_id, "/sub/b.txt")
    assert home.names(home.ann, home.repo_id, "/plans/sub") == ["b.txt"]
    home.put(home.ann, home.repo_id, "/plans/c.txt")
    assert home.names(home.bob, virtual_id) == ["a.txt", "c.txt", "sub"]
    assert users.get_account(home.core, home.bob, home.bob.account_id or 0).usage == 0


def test_a_read_only_directory_is_not_written(home: Home) -> None:
    virtual_id = home.share_work("r")
    with pytest.raises(PermissionDenied):
        home.put(home.bob, virtual_id, "/b.txt")
    shares.change_share(home.core, home.ann, home.repo_id, "/plans", home.receiver(), "rw")
    home.put(home.bob, virtual_id, "/b.txt")


def test_one_directory_is_one_virtual_library_however_many_have_it(home: Home) -> None:
    add(home.core, "carl")
    first = home.share_work()
    second = shares.share_dir(home.core, home.ann, home.repo_id, "/plans", home.receiver("carl"), "rw")
    assert second.repo.id == first
    listed = shares.list_dir_shares(home.core, home.ann, home.repo_id, "/plans")
    assert [(share.receiver.name, share.permission) for share in listed] == [("bob", "r"), ("carl", "rw")]
    shares.stop_share(home.core, home.ann, home.repo_id, "/plans", home.receiver())
    assert find_repo(home.core.db, first) is not None
    shares.stop_share(home.core, home.ann, home.repo_id, "/plans", home.receiver("carl"))
    assert find_repo(home.core.db, first) is None


def test_with_the_last_share_of_a_directory_go_the_tokens_of_its_library(home: Home) -> None:
    virtual_id = home.share_work()
    token = tokens.issue(home.core, "sync", home.bob.account_id or 0, lifetime=None, repo_id=virtual_id)
    assert tokens.find(home.core, "sync", token) is not None
    shares.stop_share(home.core, home.ann, home.repo_id, "/plans", home.receiver())
    assert tokens.find(home.core, "sync", token) is None


def test_all_of_several_receivers_lose_a_directory_or_none(home: Home) -> None:
    add(home.core, "carl")
    virtual_id = home.share_work()
    with pytest.raises(NotFound):
        shares.stop_share(home.core, home.ann, home.repo_id, "/plans", home.receiver(), home.receiver("carl"))
    assert home.names(home.bob, virtual_id) == ["a.txt", "sub"]


def test_the_root_of_a_library_is_the_library(home: Home) -> None:
    shared = shares.share_dir(home.core, home.ann, home.repo_id, "/", home.receiver(), "r")
    assert (shared.repo.id, shared.repo.is_virtual) == (home.repo_id, False)
    assert shares.list_dir_shares(home.core, home.ann, home.repo_id, "/plans") == []
    assert len(shares.list_dir_shares(home.core, home.ann, home.repo_id, "/")) == 1


def test_a_shared_directory_follows_its_renaming_and_moving(home: Home) -> None:
    virtual_id = home.share_work("rw")
    entries.rename(home.core, home.ann, home.repo_id, "/plans", "done")
    home.put(home.bob, virtual_id, "/b.txt")
    assert home.names(home.ann, home.repo_id, "/done") == ["a.txt", "b.txt", "sub"]
    assert len(shares.list_dir_shares(home.core, home.ann, home.repo_id, "/done")) == 1
    assert [share.repo.name for share in shares.list_received(home.core, home.bob)] == ["done"]


def test_a_deleted_directory_is_not_shared_any_more(home: Home) -> None:
    virtual_id = home.share_work()
    entries.remove(home.core, home.ann, home.repo_id, "/plans")
    assert find_repo(home.core.db, virtual_id) is None
    with pytest.raises(NotFound):
        open_repo(home.core, home.bob, virtual_id)
    assert shares.list_received(home.core, home.bob) == shares.list_shared(home.core, home.ann) == []


@pytest.mark.parametrize("how", ["made", "moved", "with the folder above"])
def test_another_directory_is_not_shared_because_an_old_one_had_its_name(home: Home, how: str) -> None:
    path = "/plans/sub" if how == "with the folder above" else "/plans"
    virtual_id = shares.share_dir(home.core, home.ann, home.repo_id, path, home.receiver(), "r").repo.id
    entries.remove(home.core, home.ann, home.repo_id, "/plans")
    if how == "moved":
        home.put(home.ann, home.repo_id, "/private.txt")
        entries.make_dir(home.core, home.ann, home.repo_id, "/private")
        entries.rename(home.core, home.ann, home.repo_id, "/private", "plans")
    else:
        entries.make_dir(home.core, home.ann, home.repo_id, path, parents=True)
    with pytest.raises(NotFound):
        open_repo(home.core, home.bob, virtual_id)
    assert shares.list_received(home.core, home.bob) == []


def test_a_directory_that_comes_back_as_it_was_is_shared_as_it_was(home: Home) -> None:
    virtual_id = home.share_work()
    library = open_repo(home.core, home.ann, home.repo_id)
    entry = library.get("/plans")
    entries.remove(home.core, home.ann, home.repo_id, "/plans")
    with edit_repo(home.core, home.ann, home.repo_id) as edit:
        edit.put_entry("/plans", entry)
    assert home.names(home.bob, virtual_id) == ["a.txt", "sub"]


def test_what_is_no_directory_is_not_shared(home: Home) -> None:
    for path in ("/nowhere", "/plans/a.txt"):
        with pytest.raises(NotFound):
            shares.share_dir(home.core, home.ann, home.repo_id, path, home.receiver(), "r")
    for path in ("/plans", "/plans/sub"):
        with pytest.raises(NotFound):
            shares.change_share(home.core, home.ann, home.repo_id, path, home.receiver(), "r")


def test_a_directory_of_an_encrypted_library_is_not_shared_but_the_library_is(home: Home) -> None:
    home.core.db.rows("UPDATE repo SET enc_version = 2 WHERE id = ?", home.repo_id)
    with pytest.raises(BadRequest):
        home.share_work()
    assert shares.share_dir(home.core, home.ann, home.repo_id, "/", home.receiver(), "r").repo.is_encrypted


def test_a_name_in_another_unicode_form_means_the_same_directory(home: Home) -> None:
    entries.make_dir(home.core, home.ann, home.repo_id, "/caf\u00e9")
    first = shares.share_dir(home.core, home.ann, home.repo_id, "/cafe\u0301", home.receiver(), "r")
    assert first.repo.origin_path == "/caf\u00e9"
    assert shares.share_dir(home.core, home.ann, home.repo_id, "/caf\u00e9", home.receiver(), "r").repo == first.repo


def test_a_directory_within_a_shared_one_is_shared_from_either_side_by_the_owner_alone(home: Home) -> None:
    virtual_id = home.share_work("rw")
    add(home.core, "carl")
    with pytest.raises(PermissionDenied):
        shares.share_dir(home.core, home.bob, virtual_id, "/sub", home.receiver("carl"), "r")
    inner = shares.share_dir(home.core, home.ann, virtual_id, "/sub", home.receiver("carl"), "r")
    assert (inner.repo.origin_id, inner.repo.origin_path) == (home.repo_id, "/plans/sub")
    outer = shares.share_dir(home.core, home.ann, virtual_id, "/", home.receiver("carl"), "r")
    assert outer.repo.id == virtual_id


def test_with_an_account_go_its_shares_and_what_it_was_given(home: Home) -> None:
    add(home.core, "root", is_staff=True)
    virtual_id = home.share_work()
    users.delete_account(home.core, ROOT, home.bob.account_id or 0)
    assert shares.list_shared(home.core, home.ann) == []
    assert find_repo(home.core.db, virtual_id) is None
    carl = actor_of(add(home.core, "carl"))
    shares.share_dir(home.core, home.ann, home.repo_id, "/plans", home.receiver("carl"), "r")
    users.delete_account(home.core, ROOT, home.ann.account_id or 0)
    assert shares.list_received(home.core, carl) == []
    for table in ("share", "link", "star", "file_lock", "upload_session", "member", "groups"):
        assert home.core.db.rows(f"SELECT * FROM {table}") == []


def test_what_is_shared_is_listed_newest_first(home: Home) -> None:
    shares.share_repo(home.core, home.ann, home.repo_id, home.receiver(), "r")
    move_clock(home.core, 1)
    virtual_id = home.share_work()
    assert [share.repo.id for share in shares.list_shared(home.core, home.ann)] == [virtual_id, home.repo_id]
    assert [share.repo.id for share in shares.list_received(home.core, home.bob)] == [virtual_id, home.repo_id]
