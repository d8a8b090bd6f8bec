"""Shared libraries and directories over the wire."""

from typing import Any

import pytest

from syncfile.core import groups
from syncfile.core.core import Core
from syncfile.core.repos import open_repo
from syncfile.errors import NotFound
from tests.conftest import Client
from tests.rest.people import Person, assert_error, assert_like, join

SHARED = {
    "repo_id": "7d42522b-1f6f-465d-b9c9-879f8eed7c6c",
    "share_type": "personal",
    "permission": "rw",
    "encrypted": False,
    "user": "user@example.com",
    "last_modified": 1361072500,
    "repo_desc": "ff",
    "group_id": 0,
    "repo_name": "\u6d4b\u8bd5\u4e2d\u6587pdf",
}
RECEIVED = {
    "user": "user@example.com",
    "repo_id": "989e3952-9d6f-4427-ab16-4bf9b53212eb",
    "share_type": "personal",
    "permission": "rw",
    "encrypted": False,
    "repo_desc": "lib shared to imwhatiam",
    "enc_version": False,
    "last_modified": 1398218747,
    "is_virtual": False,
    "group_id": 0,
    "repo_name": "lib shared to imwhatiam",
}
USER = {"username": "admin", "share_type": "user", "permission": "r"}
GROUP = {"share_type": "group", "id": 89, "name": "group_name", "permission": "r"}


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/plans/a.txt")
    return person


@pytest.fixture
def bob(core: Core, client: Client) -> Person:
    return join(core, client, "bob")


@pytest.fixture
def family(core: Core, ann: Person, bob: Person) -> int:
    """A group of the two."""
    group = groups.create_group(core, ann.actor, "family")
    groups.add_member(core, ann.actor, group.id, "bob")
    return group.id


def dirs(person: Person, path: str = "/plans") -> str:
    return f"/v1/repos/{person.repo_id}/dirs/shared/?p={path}"


def share(ann: Person, **form: object) -> Any:
    sent = {"repo_id": ann.repo_id, "share_type": "personal", "user": "bob", **form}
    answer = ann.client.post("/v1/shared-repos/", form=sent)
    assert answer.status == 200, answer.body
    return answer.json


def can_read(person: Person, repo_id: str) -> bool:
    try:
        open_repo(person.core, person.actor, repo_id)
    except NotFound:
        return False
    return True


# --- libraries


def test_a_library_is_shared_with_an_account(ann: Person, bob: Person) -> None:
    assert_like(SHARED, share(ann, permission="rw"))
    listed = ann.client.get("/v1/shared-repos/")
    assert listed.status == 200
    assert_like([SHARED], listed.json)
    (item,) = listed.json
    assert (item["repo_id"], item["user"], item["permission"], item["share_type"]) == (
        ann.repo_id,
        "bob",
        "rw",
        "personal",
    )
    received = bob.client.get("/v1/beshared-repos/")
    assert received.status == 200
    assert_like([RECEIVED], received.json)
    (item,) = received.json
    assert (item["repo_id"], item["user"], item["permission"]) == (ann.repo_id, "ann", "rw")
    assert ann.client.get("/v1/beshared-repos/").json == bob.client.get("/v1/shared-repos/").json == []


def test_a_library_is_shared_with_a_group(ann: Person, bob: Person, family: int) -> None:
    assert_like(SHARED, share(ann, share_type="group", group_id=family))
    (item,) = ann.client.get("/v1/shared-repos/").json
    assert (item["group_id"], item["share_type"], item["user"], item["permission"]) == (family, "group", "ann", "r")
    (item,) = bob.client.get("/v1/beshared-repos/").json
    assert (item["group_id"], item["share_type"], item["user"], item["group_name"]) == (
        family,
        "group",
        "ann",
        "family",
    )
    answer = ann.client.delete(
        "/v1/shared-repos/", query={"repo_id": ann.repo_id, "share_type": "group", "group_id": family}
    )
    assert answer.status == 204
    assert not can_read(bob, ann.repo_id)


def test_a_share_is_stopped_as_the_document_writes_it(ann: Person, bob: Person) -> None:
    share(ann)
    path = f"/v1/shared-repos/?repo_id={ann.repo_id}&share_type=personal&user=bob"
    assert can_read(bob, ann.repo_id)
    assert_error(bob.client.delete(path), 403, "permission_denied")
    assert ann.client.delete(path).status == 204
    assert not can_read(bob, ann.repo_id)
    assert_error(ann.client.delete(path), 404, "not_found")


def test_a_receiver_gives_a_library_back(ann: Person, bob: Person) -> None:
    share(ann)
    assert bob.client.delete("/v1/beshared-repos/", query={"repo_id": ann.repo_id}).status == 204
    assert bob.client.get("/v1/beshared-repos/").json == []
    assert_error(bob.client.delete("/v1/beshared-repos/", query={"repo_id": ann.repo_id}), 404, "not_found")


@pytest.mark.parametrize(
    ("form", "status", "slug", "word"),
    [
        ({"user": "nobody"}, 404, "not_found", "nobody"),
        ({"user": "ann"}, 400, "bad_request", "owner"),
        ({"user": None}, 400, "bad_request", "user"),
        ({"share_type": "group"}, 400, "bad_request", "group_id"),
        ({"share_type": "group", "group_id": 99}, 404, "not_found", "group"),
        ({"share_type": "public"}, 400, "bad_request", "share_type"),
        ({"permission": "admin"}, 400, "bad_request", "permission"),
        ({"repo_id": "00000000-0000-4000-8000-000000000000"}, 404, "not_found", "library"),
        ({"repo_id": None}, 400, "bad_request", "repo_id"),
    ],
)
def test_what_makes_no_sense_is_not_shared(
    ann: Person, bob: Person, form: dict[str, object], status: int, slug: str, word: str
) -> None:
    sent = {"repo_id": ann.repo_id, "share_type": "personal", "user": "bob", **form}
    sent = {name: value for name, value in sent.items() if value is not None}
    assert_error(ann.client.post("/v1/shared-repos/", form=sent), status, slug, word)


def test_only_the_owner_shares_and_a_stranger_learns_nothing(client: Client, ann: Person, bob: Person) -> None:
    form = {"repo_id": ann.repo_id, "share_type": "personal", "user": "bob", "permission": "rw"}
    assert_error(bob.client.post("/v1/shared-repos/", form=form), 404, "not_found")
    share(ann, permission="rw")
    assert_error(bob.client.post("/v1/shared-repos/", form=form), 403, "permission_denied")
    for method, path in (
        ("GET", "/v1/shared-repos/"),
        ("POST", "/v1/shared-repos/"),
        ("DELETE", "/v1/shared-repos/"),
        ("GET", "/v1/beshared-repos/"),
        ("DELETE", "/v1/beshared-repos/"),
    ):
        assert_error(client.request(method, path, form=form), 401, "not_authenticated")


# --- directories


def test_a_directory_is_shared_with_accounts(ann: Person, bob: Person) -> None:
    answer = ann.client.post(dirs(ann), json={"share_type": "user", "targets": ["other", "bob", "ann"]})
    assert answer.status == 200
    failed = {"username": "other", "error_msg": "User other not found."}
    assert_like({"failed": [failed], "success": [USER]}, answer.json)
    assert answer.json["success"] == [{"username": "bob", "share_type": "user", "permission": "r"}]
    assert answer.json["failed"][0] == failed
    assert [item["username"] for item in answer.json["failed"]] == ["other", "ann"]
    (item,) = bob.client.get("/v1/beshared-repos/").json
    assert_like(RECEIVED, item)
    assert (item["is_virtual"], item["repo_name"], item["user"]) == (True, "plans", "ann")
    assert ann.repo_id not in str(item)
    (item,) = ann.client.get("/v1/shared-repos/").json
    assert (item["is_virtual"], item["origin_repo_id"], item["origin_path"]) == (True, ann.repo_id, "/plans")


def test_a_directory_is_shared_with_groups(ann: Person, bob: Person, family: int) -> None:
    answer = ann.client.post(
        dirs(ann), form={"share_type": "group", "targets": f"{family},99,family", "permission": "rw"}
    )
    assert answer.status == 200
    failed = {"group_name": "group_name", "error_msg": "Group is not found."}
    assert_like({"failed": [failed], "success": [GROUP]}, answer.json)
    assert answer.json["success"] == [{"share_type": "group", "id": family, "name": "family", "permission": "rw"}]
    assert [item["group_name"] for item in answer.json["failed"]] == ["99", "family"]
    (item,) = bob.client.get("/v1/beshared-repos/").json
    assert (item["group_id"], item["share_type"], item["permission"]) == (family, "group", "rw")


def test_who_has_a_directory_is_listed_changed_and_stopped(ann: Person, bob: Person, family: int) -> None:
    ann.client.post(dirs(ann), form={"share_type": "user", "targets": "bob"})
    ann.client.post(dirs(ann), form={"share_type": "group", "targets": family})
    listed = ann.client.get(dirs(ann))
    assert listed.status == 200
    assert_like({"users": [USER], "groups": [GROUP]}, listed.json)
    assert ann.client.get(dirs(ann), query={"share_type": "user"}).json["groups"] == []
    assert ann.client.get(dirs(ann), query={"share_type": "group"}).json["users"] == []
    changed = ann.client.put(dirs(ann), form={"share_type": "user", "target": "bob", "permission": "rw"})
    assert (changed.status, changed.json["permission"]) == (200, "rw")
    changed = ann.client.put(dirs(ann), form={"share_type": "group", "group_id": family, "permission": "rw"})
    assert (changed.status, changed.json["permission"]) == (200, "rw")
    (repo_id,) = {item["repo_id"] for item in bob.client.get("/v1/beshared-repos/").json}
    assert ann.client.delete(dirs(ann), query={"share_type": "user", "target": "bob"}).status == 204
    assert can_read(bob, repo_id)
    assert ann.client.delete(dirs(ann), query={"share_type": "group", "group_id": family}).status == 204
    assert not can_read(bob, repo_id)
    assert ann.client.get(dirs(ann)).json == {"users": [], "groups": []}


def test_all_shares_named_are_stopped_at_once(ann: Person, bob: Person, family: int) -> None:
    ann.client.post(dirs(ann), form={"share_type": "user", "targets": "bob"})
    ann.client.post(dirs(ann), form={"share_type": "group", "targets": family})
    assert_error(ann.client.delete(dirs(ann)), 400, "bad_request", "target")
    assert ann.client.delete(dirs(ann), query={"target": "bob", "group_id": family}).status == 204
    assert bob.client.get("/v1/beshared-repos/").json == []


def test_a_path_without_p_means_the_library(ann: Person, bob: Person) -> None:
    path = f"/v1/repos/{ann.repo_id}/dirs/shared/"
    ann.client.post(path, form={"share_type": "user", "targets": "bob"})
    assert [item["repo_id"] for item in bob.client.get("/v1/beshared-repos/").json] == [ann.repo_id]


def test_a_directory_of_an_encrypted_library_is_not_shared(core: Core, ann: Person, bob: Person) -> None:
    core.db.rows("UPDATE repo SET enc_version = 2 WHERE id = ?", ann.repo_id)
    answer = ann.client.post(dirs(ann), form={"share_type": "user", "targets": "bob"})
    assert_error(answer, 400, "bad_request", "encrypted")


def test_shares_of_directories_are_the_owners_business(client: Client, ann: Person, bob: Person) -> None:
    ann.client.post(dirs(ann), form={"share_type": "user", "targets": "bob", "permission": "rw"})
    (received,) = bob.client.get("/v1/beshared-repos/").json
    virtual = f"/v1/repos/{received['repo_id']}/dirs/shared/"
    form = {"share_type": "user", "targets": "bob", "target": "bob"}
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert_error(bob.client.request(method, dirs(ann), form=form), 404, "not_found")
        assert_error(bob.client.request(method, virtual, form=form), 403, "permission_denied")
        assert_error(client.request(method, dirs(ann), form=form), 401, "not_authenticated")
    for method in ("GET", "POST"):
        assert_error(ann.client.request(method, dirs(ann, "/nowhere"), form=form), 404, "not_found")
        assert_error(ann.client.request(method, dirs(ann, "/plans/../x"), form=form), 400, "bad_path")
