"""Links: they act as whoever made them, and no further."""

from dataclasses import dataclass

import pytest

from syncfile.core import entries, files, links, shares, users
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.repos import open_repo
from syncfile.errors import BadRequest, NotAuthenticated, NotFound, PermissionDenied, TooMany
from tests.core.accounts import HERE, ROOT, THERE, actor_of, add, move_clock, open_store

core = pytest.fixture(open_store)


@dataclass(frozen=True)
class Home:
    """Two accounts and the library of the first, in which ``/plans/a.txt`` is."""

    core: Core
    ann: Actor
    bob: Actor
    repo_id: str

    def works(self, link: links.Link) -> bool:
        """Tell whether the link can be used and what it names is there."""
        try:
            found = links.open_link(self.core, link.token, link.kind, THERE)
            open_repo(self.core, found.actor, found.repo.id).get(found.path)
        except NotFound:
            return False
        return True


@pytest.fixture
def home(core: Core) -> Home:
    ann, bob = add(core, "ann"), add(core, "bob")
    made = Home(core, actor_of(ann), actor_of(bob), ann.default_repo_id)
    entries.make_dir(core, made.ann, made.repo_id, "/plans")
    new = files.ingest(core, made.ann, made.repo_id, [b"text"], 4)
    entries.add_file(core, made.ann, made.repo_id, "/plans/a.txt", new)
    return made


def test_a_link_acts_as_the_account_that_made_it_from_the_address_of_its_user(home: Home) -> None:
    link = links.create_link(home.core, home.ann, home.repo_id, "/plans/a.txt", "f")
    assert len(link.token) == 20
    found = links.open_link(home.core, link.token, "f", THERE)
    assert found.actor == Actor(home.ann.account_id, "ann", is_staff=False, address=THERE)
    assert (found.repo.id, found.path) == (home.repo_id, "/plans/a.txt")


def test_a_link_of_an_administrator_has_none_of_his_rights(home: Home) -> None:
    users.update_account(home.core, ROOT, home.ann.account_id or 0, is_staff=True)
    link = links.create_link(home.core, home.ann, home.repo_id, "/plans", "d")
    assert not links.open_link(home.core, link.token, "d", THERE).actor.is_staff


def test_a_link_is_of_the_kind_that_it_was_made(home: Home) -> None:
    link = links.create_link(home.core, home.ann, home.repo_id, "/plans", "d")
    for kind in ("f", "u"):
        with pytest.raises(NotFound):
            links.open_link(home.core, link.token, kind, THERE)
    for path, wrong in (("/plans", "f"), ("/plans/a.txt", "d"), ("/plans/a.txt", "u"), ("/nowhere", "d"), ("/x", "f")):
        with pytest.raises(NotFound):
            links.create_link(home.core, home.ann, home.repo_id, path, wrong)  # type: ignore[arg-type] # of the table


def test_a_link_ends_on_its_day(home: Home) -> None:
    link = links.create_link(home.core, home.ann, home.repo_id, "/plans", "d", expire_days=2)
    assert link.expires_at == 1_700_000_000 + 2 * 86400
    move_clock(home.core, 2 * 86400 - 1)
    assert home.works(link)
    move_clock(home.core, 1)
    assert not home.works(link)


def test_a_link_dies_with_its_makers_access_and_comes_back_with_it(home: Home) -> None:
    receiver = shares.account_receiver(home.core, "bob")
    shares.share_dir(home.core, home.ann, home.repo_id, "/plans", receiver, "r")
    virtual_id = shares.list_received(home.core, home.bob)[0].repo.id
    link = links.create_link(home.core, home.bob, virtual_id, "/a.txt", "f")
    assert (link.repo_id, link.path) == (home.repo_id, "/plans/a.txt")
    assert home.works(link)
    shares.stop_share(home.core, home.ann, home.repo_id, "/plans", receiver)
    assert not home.works(link)
    shares.share_repo(home.core, home.ann, home.repo_id, receiver, "r")
    assert home.works(link)


def test_a_link_dies_with_the_rights_the_activity_and_the_account_of_its_maker(home: Home) -> None:
    add(home.core, "root", is_staff=True)
    receiver = shares.account_receiver(home.core, "bob")
    shares.share_repo(home.core, home.ann, home.repo_id, receiver, "rw")
    link = links.create_link(home.core, home.bob, home.repo_id, "/plans", "u")
    shares.share_repo(home.core, home.ann, home.repo_id, receiver, "r")
    with pytest.raises(PermissionDenied):
        links.open_link(home.core, link.token, "u", THERE)
    shares.share_repo(home.core, home.ann, home.repo_id, receiver, "rw")
    users.update_account(home.core, ROOT, home.bob.account_id or 0, is_active=False)
    assert not home.works(link)
    users.update_account(home.core, ROOT, home.bob.account_id or 0, is_active=True)
    assert home.works(link)
    users.delete_account(home.core, ROOT, home.bob.account_id or 0)
    assert links.find_link(home.core, link.token) is None


def test_a_reader_makes_links_to_read_and_none_to_upload(home: Home) -> None:
    with pytest.raises(NotFound):
        links.create_link(home.core, home.bob, home.repo_id, "/plans", "d")
    shares.share_repo(home.core, home.ann, home.repo_id, shares.account_receiver(home.core, "bob"), "r")
    links.create_link(home.core, home.bob, home.repo_id, "/plans", "d")
    with pytest.raises(PermissionDenied):
        links.create_link(home.core, home.bob, home.repo_id, "/plans", "u")


def test_a_link_follows_what_it_names(home: Home) -> None:
    link = links.create_link(home.core, home.ann, home.repo_id, "/plans/a.txt", "f")
    entries.rename(home.core, home.ann, home.repo_id, "/plans", "done")
    assert links.open_link(home.core, link.token, "f", THERE).path == "/done/a.txt"
    entries.remove(home.core, home.ann, home.repo_id, "/done/a.txt")
    assert not home.works(link)


def test_nothing_in_an_encrypted_library_has_a_link(home: Home) -> None:
    home.core.db.rows("UPDATE repo SET enc_version = 2 WHERE id = ?", home.repo_id)
    with pytest.raises(BadRequest):
        links.create_link(home.core, home.ann, home.repo_id, "/plans", "d")


def test_a_password_is_asked_for_and_its_proof_is_worth_one_link(home: Home) -> None:
    link = links.create_link(home.core, home.ann, home.repo_id, "/plans", "d", password="sesame")
    other = links.create_link(home.core, home.ann, home.repo_id, "/plans", "d", password="sesame")
    plain = links.create_link(home.core, home.ann, home.repo_id, "/plans", "d")
    assert "sesame" not in str(home.core.db.rows("SELECT * FROM link"))
    assert [links.is_proof(item, "") for item in (link, plain)] == [False, True]
    proof = links.unlock(home.core, link, "sesame", HERE)
    assert "sesame" not in proof
    assert [links.is_proof(item, proof) for item in (link, other)] == [True, False]
    assert not links.is_proof(link, "\ud800 é")
    with pytest.raises(NotAuthenticated):
        links.unlock(home.core, link, "Sesame", HERE)
    with pytest.raises(BadRequest):
        links.create_link(home.core, home.ann, home.repo_id, "/plans", "d", password=" ")


def test_guesses_at_the_password_are_counted(home: Home) -> None:
    link = links.create_link(home.core, home.ann, home.repo_id, "/plans", "d", password="sesame")
    for _ in range(20):
        with pytest.raises(NotAuthenticated):
            links.unlock(home.core, link, "wrong", HERE)
    with pytest.raises(TooMany):
        links.unlock(home.core, link, "sesame", HERE)
    assert links.unlock(home.core, link, "sesame", THERE)


def test_views_and_downloads_are_counted(home: Home) -> None:
    link = links.create_link(home.core, home.ann, home.repo_id, "/plans", "d")
    links.count_view(home.core, link)
    links.count_view(home.core, link)
    links.count_download(home.core, link)
    (listed,) = links.list_links(home.core, home.ann)
    assert (listed.views, listed.downloads) == (2, 1)


def test_ones_own_links_are_listed_and_deleted_and_no_others(home: Home) -> None:
    first = links.create_link(home.core, home.ann, home.repo_id, "/plans", "d")
    move_clock(home.core, 1)
    second = links.create_link(home.core, home.ann, home.repo_id, "/plans/a.txt", "f")
    assert links.list_links(home.core, home.ann) == [second, first]
    assert links.list_links(home.core, home.ann, start=1, limit=1) == [first]
    assert links.list_links(home.core, home.bob) == []
    for actor, token in ((home.bob, first.token), (home.ann, "nosuchtoken")):
        with pytest.raises(NotFound):
            links.delete_link(home.core, actor, token)
    links.delete_link(home.core, home.ann, first.token)
    assert not home.works(first)
