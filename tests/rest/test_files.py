"""Files over the wire, but for their bytes."""

from typing import Any

import pytest

from syncfile.core.core import Core
from tests.conftest import Answer, Client
from tests.rest.circle import Circle, make_circle, names, statuses
from tests.rest.people import Person, assert_error, assert_like, join

DETAIL = {
    "id": "013d3d38fed38b3e8e26b21bb3463eab6831194f",
    "mtime": 1398148877,
    "type": "file",
    "name": "foo.py",
    "size": 22,
}


@pytest.fixture
def circle(core: Core, client: Client) -> Circle:
    made = make_circle(core, client)
    made.owner.put("/foo.c", b"one")
    return made


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/foo.c", b"one")
    person.put("/folder/other.c", b"other")
    return person


def files(person: Person, query: str, method: str = "GET") -> Answer:
    return person.client.request(method, f"/v1/repos/{person.repo_id}/files/{query}")


def act(person: Person, path: str, repo_id: str = "", **form: Any) -> Answer:
    return person.client.post(f"/v1/repos/{repo_id or person.repo_id}/files/action/", query={"p": path}, form=form)


def listed(person: Person, path: str = "/") -> list[str]:
    return names(person.client.get(f"/v1/repos/{person.repo_id}/dirs/", query={"p": path}))


def test_details_are_as_documented(ann: Person) -> None:
    answer = files(ann, "?p=/foo.c")
    assert answer.status == 200
    assert_like(DETAIL, answer.json)
    assert (answer.json["name"], answer.json["size"], answer.json["type"]) == ("foo.c", 3, "file")
    assert (answer.json["modifier"], answer.json["is_locked"], answer.json["lock_owner"]) == ("ann", False, "")


@pytest.mark.parametrize("path", ["/nothing", "/folder", "/foo.c/x", "/"])
def test_file_that_is_not_there_is_not_found(ann: Person, path: str) -> None:
    assert_error(files(ann, f"?p={path}"), 404, "not_found")
    assert_error(files(ann, f"?p={path}", "DELETE"), 404, "not_found")
    for action in ("lock", "unlock", "history"):
        assert_error(act(ann, path, action=action), 404, "not_found")
    assert_error(act(ann, path, action="rename", newname="x"), 404, "not_found")
    assert_error(act(ann, path, action="copy", dst_file_path="x"), 404, "not_found")


def test_empty_file_is_made(ann: Person) -> None:
    answer = files(ann, "?p=/folder/new.txt", "POST")
    assert answer.status == 201
    assert_like(DETAIL, answer.json)
    assert answer.json["id"] == "0" * 40
    assert answer.json == files(ann, "?p=/folder/new.txt").json
    assert_error(files(ann, "?p=/folder/new.txt", "POST"), 409, "already_exists")
    assert_error(files(ann, "?p=/no/new.txt", "POST"), 404, "parent_missing")


def test_file_is_deleted(ann: Person) -> None:
    answer = files(ann, "?p=/foo.c", "DELETE")
    assert (answer.status, answer.body) == (204, b"")
    assert listed(ann) == ["folder"]
    assert_error(files(ann, "?p=/foo.c", "DELETE"), 404, "not_found")


def test_file_is_renamed(ann: Person) -> None:
    answer = act(ann, "foo.c", action="rename", newname="bar.c")
    assert (answer.status, answer.body) == (200, b"")
    assert listed(ann) == ["bar.c", "folder"]
    assert_error(act(ann, "/bar.c", action="rename", newname="folder"), 409, "already_exists")
    assert_error(act(ann, "/bar.c", action="rename"), 400, "bad_request", "newname")
    assert_error(act(ann, "/bar.c", action="rename", newname=".."), 400, "bad_path")


def test_file_is_copied_and_moved_within_a_library(ann: Person) -> None:
    assert act(ann, "/foo.c", action="copy", dst_file_path="/folder/foo.c").status == 200
    assert act(ann, "/foo.c", action="copy", dst_file_path="beside.c").status == 200
    assert listed(ann) == ["beside.c", "folder", "foo.c"]
    assert act(ann, "/foo.c", action="move", dst_file_path="/folder/moved.c").status == 200
    assert listed(ann) == ["beside.c", "folder"]
    assert listed(ann, "/folder") == ["foo.c", "moved.c", "other.c"]
    assert len({files(ann, f"?p={path}").json["id"] for path in ("/beside.c", "/folder/foo.c", "/folder/moved.c")}) == 1
    assert_error(act(ann, "/beside.c", action="move", dst_file_path="/folder/foo.c"), 409, "already_exists")
    assert_error(act(ann, "/beside.c", action="copy", dst_file_path="/no/x"), 404, "parent_missing")
    assert_error(act(ann, "/beside.c", action="copy"), 400, "bad_request", "dst_file_path")


def test_who_may_do_what_with_a_file(circle: Circle) -> None:
    path = f"/v1/repos/{circle.repo_id}/files/"
    assert statuses(circle, "GET", f"{path}?p=/foo.c") == [401, 404, 200, 200, 200]
    assert statuses(circle, "POST", f"{path}?p=/new") == [401, 404, 403, 201, 409]
    for action in ("lock", "unlock"):
        assert statuses(circle, "POST", f"{path}action?p=/foo.c", form={"action": action})[:4] == [401, 404, 403, 200]
    assert statuses(circle, "POST", f"{path}action?p=/foo.c", form={"action": "history"}) == [401, 404, 200, 200, 200]
    rename = {"action": "rename", "newname": "new"}
    assert statuses(circle, "POST", f"{path}action?p=/foo.c", form=rename) == [401, 404, 403, 409, 409]
    assert statuses(circle, "DELETE", f"{path}?p=/foo.c") == [401, 404, 403, 204, 404]


# --- locks


def test_locked_file_is_changed_by_nobody_but_who_locked_it(circle: Circle) -> None:
    owner, writer = circle.owner, circle.writer
    assert act(owner, "/foo.c", action="lock").status == 200
    shown = files(owner, "?p=/foo.c").json
    assert (shown["is_locked"], shown["lock_owner"]) == (True, "ann")
    in_listing = writer.client.get(f"/v1/repos/{circle.repo_id}/dirs/").json[0]
    assert (in_listing["is_locked"], in_listing["lock_owner"]) == (True, "ann")
    locked = "423", "locked"
    for answer in (
        act(writer, "/foo.c", circle.repo_id, action="lock"),
        act(writer, "/foo.c", circle.repo_id, action="unlock"),
        act(writer, "/foo.c", circle.repo_id, action="rename", newname="x"),
        act(writer, "/foo.c", circle.repo_id, action="move", dst_file_path="/x"),
        act(writer, "/foo.c", circle.repo_id, action="move", dst_file_path="/x", dst_repo_id=writer.repo_id),
        writer.client.delete(f"/v1/repos/{circle.repo_id}/files/?p=/foo.c"),
        writer.client.post(f"/v1/repos/{circle.repo_id}/batch", json={"action": "delete", "paths": ["/foo.c"]}),
    ):
        assert (str(answer.status), answer.json["error"]) == locked
        assert "ann" in answer.json["error_msg"]
    assert listed(writer) == []
    assert act(writer, "/foo.c", circle.repo_id, action="copy", dst_file_path="/copy.c").status == 200
    assert act(owner, "/foo.c", action="rename", newname="mine.c").status == 200
    assert files(owner, "?p=/mine.c").json["is_locked"] is True


def test_lock_is_renewed_and_given_up(circle: Circle) -> None:
    for _ in range(2):
        assert act(circle.writer, "/foo.c", circle.repo_id, action="lock").status == 200
    for _ in range(2):
        assert act(circle.writer, "/foo.c", circle.repo_id, action="unlock").status == 200
    assert files(circle.owner, "?p=/foo.c").json["is_locked"] is False
    assert files(circle.owner, "?p=/foo.c", "DELETE").status == 204


def test_owner_may_unlock_what_somebody_else_has_locked(circle: Circle) -> None:
    assert act(circle.writer, "/foo.c", circle.repo_id, action="lock").status == 200
    assert_error(act(circle.owner, "/foo.c", action="rename", newname="x"), 423, "locked", "will")
    assert act(circle.owner, "/foo.c", action="unlock").status == 200
    assert act(circle.owner, "/foo.c", action="rename", newname="x").status == 200


def test_lock_in_a_folder_holds_the_folder(circle: Circle) -> None:
    circle.owner.put("/deep/er/a.txt")
    assert act(circle.owner, "/deep/er/a.txt", action="lock").status == 200
    folder = f"/v1/repos/{circle.repo_id}/dirs/?p=/deep"
    assert_error(circle.writer.client.delete(folder), 423, "locked", "ann")
    assert circle.owner.client.delete(folder).status == 204
