"""Seafile's web API: folders."""

from typing import Any

import pytest

from syncfile.core import encrypted, shares, stars
from syncfile.core.core import Core
from syncfile.store.objects import EMPTY_ID
from tests.conftest import Answer, Client
from tests.rest.people import Person, assert_like, join
from tests.sync.web_api import assert_refused

FILE = {
    "type": "file",
    "id": "",
    "name": "",
    "mtime": 0,
    "permission": "",
    "size": 0,
    "parent_dir": "",
    "modifier_email": "",
    "modifier_name": "",
    "is_locked": False,
    "lock_owner": "",
    "locked_by_me": False,
    "starred": False,
}
DIR = {"type": "dir", "id": "", "name": "", "mtime": 0, "permission": "", "parent_dir": ""}
CHANGED_DIR = {"type": "dir", "repo_id": "", "parent_dir": "", "obj_name": "", "obj_id": "", "mtime": ""}


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/a/b/deep", b"123")
    person.put("/top", b"1")
    return person


@pytest.fixture
def bob(core: Core, client: Client) -> Person:
    return join(core, client, "bob")


def old(person: Person, path: str = "dir/") -> str:
    return f"/api2/repos/{person.repo_id}/{path}"


def new(person: Person, path: str = "dir/") -> str:
    return f"/api/v2.1/repos/{person.repo_id}/{path}"


def names(listing: list[dict[str, Any]]) -> list[str]:
    return sorted(item["name"] for item in listing)


def test_folder_is_listed_with_all_that_clients_read(ann: Person) -> None:
    answer = ann.client.get(old(ann), query={"p": "/"})
    entries = {item["name"]: item for item in answer.json}
    assert set(entries) == {"a", "top"}
    assert_like(DIR, entries["a"])
    assert "size" not in entries["a"]
    assert_like(FILE, entries["top"])
    top = entries["top"]
    assert (top["size"], top["modifier_email"], top["permission"], top["parent_dir"]) == (1, "ann", "rw", "/")


def test_listing_names_the_folders_id_and_permission_in_headers(ann: Person) -> None:
    listed = ann.client.get(old(ann), query={"p": "/"})
    (folder,) = [item for item in listed.json if item["type"] == "dir"]
    answer = ann.client.get(old(ann), query={"p": "/a"})
    assert answer.headers["oid"] == folder["id"]
    assert answer.headers["dir_perm"] == "rw"


def test_empty_folder_has_an_id_of_40_digits_too(ann: Person) -> None:
    ann.client.post(old(ann), query={"p": "/empty"}, form={"operation": "mkdir"})
    answer = ann.client.get(old(ann), query={"p": "/empty"})
    assert (answer.json, answer.headers["oid"]) == ([], EMPTY_ID)


def test_client_that_knows_a_folder_is_told_so(ann: Person) -> None:
    oid = ann.client.get(old(ann), query={"p": "/a"}).headers["oid"]
    answer = ann.client.get(old(ann), query={"p": "/a", "oid": oid})
    assert (answer.json, answer.headers["oid"]) == ("uptodate", oid)
    ann.put("/a/more")
    assert names(ann.client.get(old(ann), query={"p": "/a", "oid": oid}).json) == ["b", "more"]


@pytest.mark.parametrize(("kind", "expected"), [("f", ["top"]), ("d", ["a"]), ("", ["a", "top"])])
def test_listing_may_be_of_files_or_folders_alone(ann: Person, kind: str, expected: list[str]) -> None:
    assert names(ann.client.get(old(ann), query={"p": "/", "t": kind}).json) == expected
    assert names(ann.client.get(new(ann), query={"p": "/", "t": kind}).json["dirent_list"]) == expected


def test_recursive_listing_has_all_levels_flat(ann: Person) -> None:
    expected = [("/", "a", "dir"), ("/", "top", "file"), ("/a", "b", "dir"), ("/a/b", "deep", "file")]
    for listing in (
        ann.client.get(old(ann), query={"p": "/", "recursive": 1}).json,
        ann.client.get(new(ann), query={"p": "/", "recursive": 1}).json["dirent_list"],
    ):
        assert sorted((item["parent_dir"], item["name"], item["type"]) for item in listing) == expected
    below = ann.client.get(new(ann), query={"p": "/a", "recursive": 1}).json["dirent_list"]
    assert sorted((item["parent_dir"], item["name"]) for item in below) == [("/a", "b"), ("/a/b", "deep")]


def test_newer_listing_says_what_the_folder_is(core: Core, ann: Person) -> None:
    stars.star(core, ann.actor, ann.repo_id, "/top")
    answer = ann.client.get(new(ann), query={"p": "/", "with_thumbnail": "true"}).json
    assert set(answer) == {"user_perm", "dir_id", "dirent_list"}
    assert (answer["user_perm"], len(answer["dir_id"])) == ("rw", 40)
    top = next(item for item in answer["dirent_list"] if item["name"] == "top")
    assert_like(FILE, top)
    assert top["starred"] is True


def test_reader_is_told_so_in_a_listing(core: Core, ann: Person, bob: Person) -> None:
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "r")
    assert bob.client.get(old(ann)).headers["dir_perm"] == "r"
    answer = bob.client.get(new(ann)).json
    assert (answer["user_perm"], {item["permission"] for item in answer["dirent_list"]}) == ("r", {"r"})
    assert_refused(bob.client.post(old(ann), query={"p": "/x"}, form={"operation": "mkdir"}), 403)


@pytest.mark.parametrize("path", ["/missing", "/top", "/top/x"])
def test_what_is_no_folder_cannot_be_listed(ann: Person, path: str) -> None:
    for answer in (
        ann.client.get(old(ann), query={"p": path}),
        ann.client.get(new(ann), query={"p": path}),
        ann.client.get(new(ann, "dir/detail/"), query={"path": path}),
    ):
        assert_refused(answer, 404)


def test_locked_library_wants_its_password_first(core: Core, ann: Person) -> None:
    repo = encrypted.create_encrypted(core, ann.actor, "Diary", "", "libpass")
    core.keys.forget(repo)
    assert_refused(ann.client.get(f"/api2/repos/{repo.id}/dir/"), 440)
    assert_refused(ann.client.get(f"/api/v2.1/repos/{repo.id}/dir/"), 440)


def test_stranger_may_not_know_of_a_library(ann: Person, bob: Person) -> None:
    assert_refused(bob.client.get(old(ann)), 404)
    assert_refused(bob.client.get(new(ann)), 404)


def test_folder_is_described(ann: Person) -> None:
    answer = ann.client.get(new(ann, "dir/detail/"), query={"path": "/a/b"}).json
    assert_like({"repo_id": "", "path": "", "name": "", "mtime": "", "permission": "rw"}, answer)
    assert (answer["repo_id"], answer["path"], answer["name"]) == (ann.repo_id, "/a/b", "b")


def test_folder_is_made_and_a_taken_name_gets_a_number(ann: Person) -> None:
    for _ in range(2):
        answer = ann.client.post(old(ann), query={"p": "/a/new"}, form={"operation": "mkdir"})
        assert (answer.status, answer.json) == (201, "success")
    assert names(ann.client.get(old(ann), query={"p": "/a"}).json) == ["b", "new", "new (1)"]
    assert_refused(ann.client.post(old(ann), query={"p": "/"}, form={"operation": "mkdir"}), 409)
    assert_refused(ann.client.post(old(ann), query={"p": "/no/new"}, form={"operation": "mkdir"}), 404)


def test_newer_clients_are_told_what_was_made(ann: Person) -> None:
    ann.client.post(new(ann), query={"p": "/a/new"}, json={"operation": "mkdir"})
    answer = ann.client.post(new(ann), query={"p": "/a/new"}, json={"operation": "mkdir"}).json
    assert_like(CHANGED_DIR, answer)
    assert (answer["parent_dir"], answer["obj_name"]) == ("/a", "new (1)")


def test_mobile_clients_get_the_listing_with_the_change(ann: Person) -> None:
    def check(answer: Answer, expected: list[str]) -> None:
        assert (answer.status, names(answer.json)) == (200, expected)
        assert len(answer.headers["oid"]) == 40

    check(
        ann.client.post(old(ann), query={"p": "/x", "reloaddir": "true"}, form={"operation": "mkdir"}),
        ["a", "top", "x"],
    )
    form = {"operation": "rename", "newname": "y"}
    check(ann.client.post(old(ann), query={"p": "/x", "reloaddir": "true"}, form=form), ["a", "top", "y"])
    check(ann.client.delete(old(ann), query={"p": "/y", "reloaddir": "true"}), ["a", "top"])


def test_folder_is_renamed(ann: Person) -> None:
    answer = ann.client.post(old(ann), query={"p": "/a/b"}, form={"operation": "rename", "newname": "c"})
    assert (answer.status, answer.json) == (200, "success")
    assert ann.has("/a/c/deep")
    told = ann.client.post(new(ann), query={"p": "/a/c"}, json={"operation": "rename", "newname": "d"}).json
    assert (told["obj_name"], told["parent_dir"]) == ("d", "/a")


@pytest.mark.parametrize(("newname", "status"), [("top", 409), ("", 400), ("x/y", 400), ("..", 400)])
def test_folder_is_not_renamed_to_what_cannot_be(ann: Person, newname: str, status: int) -> None:
    form = {"operation": "rename", "newname": newname}
    assert_refused(ann.client.post(old(ann), query={"p": "/a"}, form=form), status)
    assert ann.has("/a/b/deep")


def test_folder_is_removed_once(ann: Person) -> None:
    answer = ann.client.delete(old(ann), query={"p": "/a"})
    assert (answer.status, answer.json) == (200, "success")
    assert not ann.has("/a")
    assert_refused(ann.client.delete(old(ann), query={"p": "/a"}), 404)
    assert_refused(ann.client.delete(old(ann), query={"p": "/top"}), 404)
    assert_refused(ann.client.delete(old(ann), query={"p": "/"}), 400)


def test_newer_clients_remove_a_folder_too(ann: Person) -> None:
    assert ann.client.delete(new(ann), query={"p": "/a"}).json == {"success": True}
    assert not ann.has("/a")


def test_unknown_operation_is_refused(ann: Person) -> None:
    assert_refused(ann.client.post(old(ann), query={"p": "/a"}, form={"operation": "explode"}), 400)
    assert_refused(ann.client.post(old(ann), query={"p": "/a"}), 400)
