"""Groups and their members over the wire."""

import pytest

from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.people import Person, assert_error, assert_like, join

GROUP = {"id": 89, "name": "group1", "owner": "test_group", "create_at": 1478514540, "admins": ["test_group"]}
LISTED = {"id": 1, "group_id": 89, "username": "test_group", "is_staff": 0}
MEMBER = {"id": 2, "name": "foo", "group_id": 78, "is_staff": 0}
ADDED = {"id": 4, "username": "joker", "group_id": "78", "is_staff": 0}


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    return join(core, client, "ann")


@pytest.fixture
def bob(core: Core, client: Client) -> Person:
    return join(core, client, "bob")


@pytest.fixture
def group(ann: Person) -> str:
    """Path of a group that Ann owns."""
    answer = ann.client.post("/v1/groups/", form={"group_name": "group1"})
    assert answer.status == 201
    return f"/v1/groups/{answer.json['id']}/"


def test_making_listing_and_reading_a_group(ann: Person, core: Core) -> None:
    made = ann.client.post("/v1/groups/", form={"group_name": "group1"})
    assert made.status == 201
    assert_like(GROUP, made.json)
    assert (made.json["name"], made.json["owner"], made.json["admins"]) == ("group1", "ann", ["ann"])
    assert abs(made.json["create_at"] - core.now()) < 60
    listed = ann.client.get("/v1/groups/")
    assert (listed.status, listed.json) == (200, [made.json])
    read = ann.client.get(f"/v1/groups/{made.json['id']}/")
    assert (read.status, read.json) == (200, made.json)
    assert_error(ann.client.post("/v1/groups/"), 400, "bad_request", "group_name")
    assert_error(ann.client.post("/v1/groups/", form={"group_name": " "}), 400, "bad_request", "group_name")


def test_renaming_transferring_and_deleting_a_group(ann: Person, bob: Person, group: str) -> None:
    renamed = ann.client.put(group, form={"action": "rename", "new_name": "new_group1"})
    assert renamed.status == 200
    assert_like(GROUP, renamed.json)
    assert renamed.json["name"] == "new_group1"
    assert_error(ann.client.put(group, form={"action": "rename"}), 400, "bad_request", "new_name")
    assert_error(ann.client.put(group, form={"action": "dance"}), 400, "bad_request", "action")
    assert_error(ann.client.put(group, form={"action": "transfer", "target": "nobody"}), 404, "not_found")
    moved = ann.client.put(group, form={"action": "transfer", "target": "bob"})
    assert moved.status == 200
    assert_like(GROUP, moved.json)
    assert (moved.json["owner"], moved.json["admins"]) == ("bob", ["ann", "bob"])
    assert_error(ann.client.delete(group), 403, "permission_denied")
    assert (bob.client.delete(group).status, bob.client.get(group).status) == (204, 404)


def test_adding_and_listing_members(ann: Person, bob: Person, group: str) -> None:
    added = ann.client.post(f"{group}members/", form={"target": "bob"})
    assert added.status == 200
    assert_like(MEMBER, added.json)
    assert (added.json["id"], added.json["name"], added.json["is_staff"]) == (bob.id, "bob", 0)
    listed = ann.client.get(f"{group}members/")
    assert listed.status == 200
    assert_like([LISTED], listed.json)
    assert [(item["username"], item["is_staff"]) for item in listed.json] == [("ann", 1), ("bob", 0)]
    assert_error(ann.client.post(f"{group}members/", form={"target": "bob"}), 409, "already_exists")
    assert_error(ann.client.post(f"{group}members/", form={"target": "nobody"}), 404, "not_found", "nobody")


@pytest.mark.parametrize("as_json", [True, False])
def test_adding_many_members_tells_what_became_of_each(
    core: Core, client: Client, ann: Person, bob: Person, group: str, as_json: bool
) -> None:
    join(core, client, "carl")
    path = f"{group}members/batch/"
    if as_json:
        answer = ann.client.post(path, json={"targets": ["sss", "bob", "carl"]})
    else:
        answer = ann.client.post(path, form={"targets": "sss,bob,carl"})
    assert answer.status == 200
    failed = {"username": "sss", "error": "User sss is not exist."}
    assert_like({"failed": [failed], "success": [ADDED]}, answer.json)
    assert answer.json["failed"] == [failed]
    assert [item["username"] for item in answer.json["success"]] == ["bob", "carl"]
    assert_error(ann.client.post(path, json={"targets": ["x"] * 1001}), 400, "bad_request", "targets")


def test_reading_appointing_and_removing_a_member(ann: Person, bob: Person, group: str) -> None:
    ann.client.post(f"{group}members/", form={"target": "bob"})
    path = f"{group}members/{bob.id}/"
    read = ann.client.get(path)
    assert read.status == 200
    assert_like({"id": 2, "name": "foo", "email": "foo@foo.com"}, read.json)
    assert (read.json["name"], read.json["email"]) == ("bob", "bob@example.org")
    for action, is_staff in (("manager", 1), ("member", 0)):
        answer = ann.client.put(path, form={"action": action})
        assert answer.status == 200
        assert_like(MEMBER, answer.json)
        assert answer.json["is_staff"] == is_staff
    assert_error(ann.client.put(path, form={"action": "king"}), 400, "bad_request", "action")
    assert_error(bob.client.put(path, form={"action": "manager"}), 403, "permission_denied")
    assert_error(ann.client.delete(f"{group}members/99/"), 404, "not_found")
    assert ann.client.delete(path).status == 204
    assert_error(ann.client.get(path), 404, "not_found")


def test_a_member_leaves_and_the_owner_cannot(ann: Person, bob: Person, group: str) -> None:
    ann.client.post(f"{group}members/", form={"target": "bob"})
    assert bob.client.delete(f"{group}members/{bob.id}/").status == 204
    assert bob.client.get("/v1/groups/").json == []
    assert_error(ann.client.delete(f"{group}members/{ann.id}/"), 403, "permission_denied")


@pytest.mark.parametrize(
    ("method", "rest", "form"),
    [
        ("GET", "", {}),
        ("PUT", "", {"action": "rename", "new_name": "x"}),
        ("DELETE", "", {}),
        ("GET", "members/", {}),
        ("POST", "members/", {"target": "bob"}),
        ("POST", "members/batch/", {"targets": "bob"}),
        ("GET", "members/1/", {}),
        ("PUT", "members/1/", {"action": "member"}),
        ("DELETE", "members/1/", {}),
    ],
)
def test_a_stranger_finds_no_group_and_nobody_needs_a_token(
    client: Client, bob: Person, group: str, method: str, rest: str, form: dict[str, str]
) -> None:
    answers = [bob.client.request(method, path + rest, form=form) for path in (group, "/v1/groups/99/")]
    for answer in answers:
        assert_error(answer, 404, "not_found")
    assert answers[0].body == answers[1].body
    assert_error(client.request(method, group + rest, form=form), 401, "not_authenticated")
