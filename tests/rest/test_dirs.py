"""Folders over the wire."""

from typing import Any

import pytest

from syncfile.core.core import Core
from tests.conftest import Answer, Client
from tests.rest.circle import Circle, give, make_circle, names, statuses
from tests.rest.people import Person, assert_error, assert_like, join

LISTING: list[Any] = [
    {"id": "0000000000000000000000000000000000000000", "type": "file", "name": "test1.c", "size": 0},
    {"id": "e4fe14c8cda2206bb9606907cf4fca6b30221cf9", "type": "dir", "name": "test_dir"},
]


@pytest.fixture
def circle(core: Core, client: Client) -> Circle:
    return make_circle(core, client)


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/test_dir/inner/deep.txt", b"deep")
    person.put("/test1.c", b"")
    return person


def dirs(person: Person, query: str = "", method: str = "GET", **parts: Any) -> Answer:
    return person.client.request(method, f"/v1/repos/{person.repo_id}/dirs/{query}", **parts)


def act(person: Person, path: str, **form: str) -> Answer:
    return person.client.post(f"/v1/repos/{person.repo_id}/dirs/action", query={"p": path}, form=form)


def test_listing_is_as_documented(ann: Person) -> None:
    answer = dirs(ann)
    assert answer.status == 200
    file, folder = answer.json
    assert_like(LISTING[0], file)
    assert_like(LISTING[1], folder)
    assert {**file, **LISTING[0]} == file  # an empty file has the id of the document's example
    assert "size" not in folder
    assert file["permission"] == folder["permission"] == "rw"
    assert file["mtime"] > 1_600_000_000
    assert "parent_dir" not in file


@pytest.mark.parametrize("path", ["", "?p=/", "?p=", "?p=//"])
def test_root_has_many_spellings(ann: Person, path: str) -> None:
    assert names(dirs(ann, path)) == ["test1.c", "test_dir"]


@pytest.mark.parametrize("path", ["/test_dir", "test_dir", "test_dir/", "//test_dir//"])
def test_slash_before_a_path_may_be_left_out(ann: Person, path: str) -> None:
    assert names(dirs(ann, f"?p={path}")) == ["inner"]


def test_listing_shows_only_files_or_only_folders(ann: Person) -> None:
    assert names(dirs(ann, "?t=f")) == ["test1.c"]
    assert names(dirs(ann, "?t=d")) == ["test_dir"]
    assert_error(dirs(ann, "?t=x"), 400, "bad_request", "t", "f, d")


def test_recursive_listing_tells_the_folder_of_each(ann: Person) -> None:
    found = {(item["parent_dir"], item["name"]) for item in dirs(ann, "?recursive=1").json}
    assert found == {("/", "test1.c"), ("/", "test_dir"), ("/test_dir", "inner"), ("/test_dir/inner", "deep.txt")}
    assert names(dirs(ann, "?recursive=1&t=f")) == ["test1.c", "deep.txt"]
    assert [item["parent_dir"] for item in dirs(ann, "?recursive=1&p=/test_dir").json] == [
        "/test_dir",
        "/test_dir/inner",
    ]


@pytest.mark.parametrize("more", ["", "&t=f", "&recursive=1"])
def test_pages_of_a_listing_make_up_the_whole(ann: Person, more: str) -> None:
    for number in range(25):
        ann.put(f"/many/{number:02}.txt", b"x")
    whole = names(dirs(ann, f"?p=/many{more}"))
    assert whole == [f"{number:02}.txt" for number in range(25)]
    pages = [names(dirs(ann, f"?p=/many&start={start}&limit=10{more}")) for start in (0, 10, 20, 30)]
    assert pages == [whole[:10], whole[10:20], whole[20:], []]


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=-1", "?limit=99999", "?start=-1", "?start=x", "?recursive=maybe"]
)
def test_page_that_makes_no_sense_is_refused(ann: Person, query: str) -> None:
    assert_error(dirs(ann, query), 400, "bad_request", query[1:].partition("=")[0])


@pytest.mark.parametrize("path", ["/nothing", "/test1.c", "/test1.c/x"])
def test_folder_that_is_not_there_is_not_found(ann: Person, path: str) -> None:
    assert_error(dirs(ann, f"?p={path}"), 404, "not_found")
    assert_error(dirs(ann, f"?p={path}", "DELETE"), 404, "not_found")
    assert_error(act(ann, path, action="rename", newname="y"), 404, "not_found")


@pytest.mark.parametrize("path", ["/..", "/a/../b", "/a%00", "/" + "x" * 256, "/a" * 300])
def test_path_that_can_never_be_is_refused(ann: Person, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert_error(dirs(ann, f"?p={path}", method), 400, "bad_path")


def test_folder_is_made(ann: Person) -> None:
    answer = dirs(ann, "?p=/new", "POST")
    assert answer.status == 200
    assert_like(LISTING[1], answer.json)
    assert names(dirs(ann)) == ["new", "test1.c", "test_dir"]


def test_folder_is_made_with_the_parents_listing_for_an_answer(ann: Person) -> None:
    assert names(dirs(ann, "?p=/test_dir/new&reloaddir=true", "POST")) == ["inner", "new"]


def test_folder_is_made_with_those_above_it_only_if_that_is_asked_for(ann: Person) -> None:
    assert_error(dirs(ann, "?p=/x/y/z", "POST"), 404, "parent_missing")
    assert dirs(ann, "?p=/x/y/z&parents=1", "POST").status == 200
    assert names(dirs(ann, "?p=/x/y")) == ["z"]


@pytest.mark.parametrize("path", ["/", "/test_dir", "/test1.c"])
def test_folder_is_not_made_where_something_is(ann: Person, path: str) -> None:
    assert_error(dirs(ann, f"?p={path}", "POST"), 409, "already_exists")


def test_missing_path_is_told(ann: Person) -> None:
    for method in ("POST", "DELETE"):
        assert_error(dirs(ann, "", method), 400, "bad_request", "p")


def test_folder_is_deleted_with_all_that_is_in_it(ann: Person) -> None:
    answer = dirs(ann, "?p=/test_dir", "DELETE")
    assert (answer.status, answer.body) == (204, b"")
    assert names(dirs(ann, "?recursive=1")) == ["test1.c"]
    assert_error(dirs(ann, "?p=/test_dir", "DELETE"), 404, "not_found")
    assert_error(dirs(ann, "?p=/", "DELETE"), 400, "bad_path")


def test_deleting_a_folder_can_answer_with_the_parents_listing(ann: Person) -> None:
    assert names(dirs(ann, "?p=/test_dir/inner&reloaddir=true", "DELETE")) == []


def test_folder_is_renamed(ann: Person) -> None:
    answer = act(ann, "/test_dir", action="rename", newname="other")
    assert (answer.status, answer.body) == (200, b"")
    assert names(dirs(ann)) == ["other", "test1.c"]
    assert names(dirs(ann, "?p=/other/inner")) == ["deep.txt"]
    assert_error(act(ann, "/other", action="rename", newname="test1.c"), 409, "already_exists")
    assert_error(act(ann, "/other", action="rename", newname="a/b"), 400, "bad_path")
    assert_error(act(ann, "/other", action="rename"), 400, "bad_request", "newname")
    assert_error(act(ann, "/", action="rename", newname="x"), 400, "bad_path")


@pytest.mark.parametrize(("target", "path"), [("/test_dir/copy", "/test_dir/copy"), ("copy", "/copy")])
def test_folder_is_copied_to_a_path_or_to_a_name_beside_it(ann: Person, target: str, path: str) -> None:
    assert act(ann, "/test_dir/inner", action="copy", dst_dir_path="/inner2").status == 200
    assert act(ann, "/inner2", action="copy", dst_dir_path=target).status == 200
    for folder in (path, "/inner2", "/test_dir/inner"):
        assert names(dirs(ann, f"?p={folder}")) == ["deep.txt"]


def test_folder_is_moved(ann: Person) -> None:
    assert act(ann, "/test_dir/inner", action="move", dst_dir_path="/moved").status == 200
    assert names(dirs(ann)) == ["moved", "test1.c", "test_dir"]
    assert names(dirs(ann, "?p=/test_dir")) == []
    assert act(ann, "/moved", action="move", dst_dir_path="again").status == 200
    assert names(dirs(ann)) == ["again", "test1.c", "test_dir"]


def test_move_that_cannot_be_is_refused(ann: Person) -> None:
    assert_error(act(ann, "/test_dir", action="move", dst_dir_path="/test_dir/inner/x"), 400, "bad_path")
    assert_error(act(ann, "/test_dir", action="move", dst_dir_path="/test1.c"), 409, "already_exists")
    assert_error(act(ann, "/test_dir", action="move", dst_dir_path="/no/where"), 404, "parent_missing")
    assert_error(act(ann, "/test_dir", action="move"), 400, "bad_request", "dst_dir_path")
    assert_error(act(ann, "/test_dir", action="move", dst_dir_path=""), 409, "already_exists")
    assert_error(act(ann, "/test_dir", action="burn"), 400, "bad_request", "action")
    assert names(dirs(ann)) == ["test1.c", "test_dir"]


def test_who_may_do_what_with_a_folder(circle: Circle) -> None:
    circle.owner.put("/d/a.txt")
    path = f"/v1/repos/{circle.repo_id}/dirs"
    assert statuses(circle, "GET", f"{path}/") == [401, 404, 200, 200, 200]
    assert statuses(circle, "POST", f"{path}/?p=/new") == [401, 404, 403, 200, 409]
    rename = {"action": "rename", "newname": "d"}
    assert statuses(circle, "POST", f"{path}/action?p=/new", form=rename) == [401, 404, 403, 409, 409]
    assert statuses(circle, "DELETE", f"{path}/?p=/d") == [401, 404, 403, 204, 404]


def test_shared_folder_shows_its_own_paths_and_writes_through(circle: Circle) -> None:
    circle.owner.put("/sub/b.txt")
    circle.owner.put("/secret.txt")
    virtual_id = give(circle.owner, circle.stranger, "rw", "/sub")
    client = circle.stranger.client
    found = client.get(f"/v1/repos/{virtual_id}/dirs/?recursive=1").json
    assert [(item["parent_dir"], item["name"]) for item in found] == [("/", "b.txt")]
    assert client.post(f"/v1/repos/{virtual_id}/dirs/?p=/new").status == 200
    assert names(dirs(circle.owner, "?p=/sub")) == ["b.txt", "new"]
    assert client.get(f"/v1/repos/{virtual_id}/dirs/?p=/../").status == 400
    assert client.delete(f"/v1/repos/{virtual_id}/dirs/?p=/").status == 400


def test_names_in_two_unicode_forms_are_one(ann: Person) -> None:
    assert dirs(ann, "?p=/caf%65%CC%81", "POST").status == 200  # e and a combining accent
    assert names(dirs(ann)) == ["caf\u00e9", "test1.c", "test_dir"]
    assert names(dirs(ann, "?p=/cafe%CC%81")) == []
    assert dirs(ann, "?p=/caf%C3%A9", "POST").status == 409
