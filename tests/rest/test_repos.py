"""Libraries over the wire."""

import pytest

from syncfile.core import entries, users
from syncfile.core.access import find_repo
from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.circle import Circle, give, make_circle, names, statuses
from tests.rest.people import ROOT, Person, assert_error, assert_like, join

REPO = {
    "id": "f158d1dd-cc19-412c-b143-2ac83f352290",
    "name": "foo",
    "desc": "new library",
    "permission": "rw",
    "encrypted": False,
    "mtime": 1400054900,
    "owner": "user",
    "size": 0,
}


@pytest.fixture
def circle(core: Core, client: Client) -> Circle:
    return make_circle(core, client)


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    return join(core, client, "ann")


@pytest.mark.parametrize("how", ["form", "json", "query"])
def test_library_is_made_listed_and_returned_as_documented(ann: Person, how: str) -> None:
    made = ann.client.post("/v1/repos/", **{how: {"name": "foo", "desc": "new library"}})
    assert made.status == 200
    assert_like(REPO, made.json)
    assert {key: made.json[key] for key in ("name", "desc", "permission", "encrypted", "owner", "size")} == {
        **{key: REPO[key] for key in ("name", "desc", "permission", "encrypted", "size")},
        "owner": "ann",
    }
    listed = ann.client.get("/v1/repos/")
    assert_like([REPO], listed.json)
    assert made.json in listed.json
    assert ann.client.get(f"/v1/repos/{made.json['id']}/").json == made.json


def test_library_grows_with_what_is_put_into_it(ann: Person) -> None:
    ann.put("/a/b.txt", b"12345")
    found = ann.client.get(f"/v1/repos/{ann.repo_id}/").json
    assert (found["size"], found["file_count"]) == (5, 1)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "..", "x" * 256, "a\nb", "nul\0"])
def test_name_that_no_folder_could_have_is_refused(ann: Person, name: str) -> None:
    assert ann.client.post("/v1/repos/", json={"name": name}).status == 400
    assert ann.client.put(f"/v1/repos/{ann.repo_id}/", json={"name": name}).status == 400
    assert ann.client.get("/v1/repos/").json[0]["name"] == "My Library"


def test_missing_name_is_told(ann: Person) -> None:
    assert_error(ann.client.post("/v1/repos/"), 400, "bad_request", "name")


def test_change_of_name_and_description_is_a_commit(circle: Circle) -> None:
    path = f"/v1/repos/{circle.repo_id}/"
    changed = circle.owner.client.put(path, form={"name": "Holiday", "desc": "photos"})
    assert changed.status == 200
    assert_like(REPO, changed.json)
    assert (changed.json["name"], changed.json["desc"]) == ("Holiday", "photos")
    assert circle.reader.client.get(path).json["name"] == "Holiday"
    newest = circle.owner.client.get(f"{path}history/").json["commits"][0]
    assert newest["desc"] == "Changed library name or description"
    core = circle.owner.core
    repo = find_repo(core.db, circle.repo_id)
    assert repo is not None
    commit = core.objects.get_commit(repo.id, repo.head_id)
    assert (commit.repo_name, commit.repo_desc) == ("Holiday", "photos")


def test_change_to_what_it_is_already_makes_no_commit(ann: Person) -> None:
    history = f"/v1/repos/{ann.repo_id}/history/"
    before = ann.client.get(history).json
    assert ann.client.put(f"/v1/repos/{ann.repo_id}/", form={"name": "My Library"}).status == 200
    assert ann.client.get(history).json == before


def test_time_that_history_is_kept_can_be_set(ann: Person) -> None:
    path = f"/v1/repos/{ann.repo_id}/"
    assert ann.client.get(path).json["history_days"] == -1
    assert ann.client.put(path, form={"history_days": 30}).json["history_days"] == 30
    assert ann.client.get(path).json["history_days"] == 30
    assert_error(ann.client.put(path, form={"history_days": -2}), 400, "bad_request", "history_days")


def test_who_may_do_what_with_a_library(circle: Circle) -> None:
    path = f"/v1/repos/{circle.repo_id}/"
    assert statuses(circle, "GET", path) == [401, 404, 200, 200, 200]
    assert statuses(circle, "PUT", path, form={"name": "new"}) == [401, 404, 403, 403, 200]
    transfer = {"action": "transfer", "owner": "ann"}
    assert statuses(circle, "POST", f"{path}action", form=transfer) == [401, 404, 403, 403, 200]
    assert statuses(circle, "DELETE", path) == [401, 404, 403, 403, 204]
    assert statuses(circle, "GET", path) == [401, 404, 404, 404, 404]


def test_each_sees_the_permission_that_they_have(circle: Circle) -> None:
    for person, permission in ((circle.owner, "rw"), (circle.writer, "rw"), (circle.reader, "r")):
        listed = {item["id"]: item for item in person.client.get("/v1/repos/").json}
        assert listed[circle.repo_id]["permission"] == permission
        assert listed[circle.repo_id]["owner"] == "ann"
    assert circle.repo_id not in {item["id"] for item in circle.stranger.client.get("/v1/repos/").json}


def test_deleted_library_takes_its_stars_locks_and_shared_folders_along(circle: Circle) -> None:
    circle.owner.put("/sub/a.txt")
    virtual_id = give(circle.owner, circle.stranger, "r", "/sub")
    circle.owner.client.post("/v1/starred/", form={"repo_id": circle.repo_id, "p": "/sub"})
    lock = {"action": "lock"}
    assert circle.owner.client.post(f"/v1/repos/{circle.repo_id}/files/action?p=/sub/a.txt", form=lock).status == 200
    assert circle.owner.client.delete(f"/v1/repos/{circle.repo_id}/").status == 204
    assert circle.stranger.client.get(f"/v1/repos/{virtual_id}/").status == 404
    assert circle.owner.client.get("/v1/starred/").json == []
    for table in ("share", "star", "file_lock"):
        assert circle.owner.core.db.rows(f"SELECT * FROM {table}") == []


def test_library_given_away_is_the_other_ones(circle: Circle) -> None:
    path = f"/v1/repos/{circle.repo_id}/"
    circle.owner.put("/a.txt", b"12345")
    answer = circle.owner.client.post(f"{path}action", form={"action": "transfer", "owner": "will"})
    assert answer.status == 200
    assert circle.writer.client.get(path).json["owner"] == "will"
    assert circle.owner.client.get(path).status == 404
    assert circle.reader.client.get(path).json["permission"] == "r"
    assert users.get_account(circle.owner.core, ROOT, circle.writer.id).usage == 5
    assert users.get_account(circle.owner.core, ROOT, circle.owner.id).usage == 0


def test_library_is_not_given_to_nobody_nor_to_who_has_no_room(circle: Circle) -> None:
    core, path = circle.owner.core, f"/v1/repos/{circle.repo_id}/action"
    circle.owner.put("/a.txt", b"12345")

    def transfer(owner: str) -> int:
        return circle.owner.client.post(path, form={"action": "transfer", "owner": owner}).status

    assert transfer("nobody") == 404
    users.update_account(core, ROOT, circle.writer.id, total=4)
    assert transfer("will") == 443
    users.update_account(core, ROOT, circle.reader.id, is_active=False)
    assert transfer("rita") == 404
    assert transfer("ann") == 200  # has it already
    assert_error(circle.owner.client.post(path, form={"action": "transfer"}), 400, "bad_request", "owner")
    assert_error(circle.owner.client.post(path, form={"action": "burn"}), 400, "bad_request", "action")
    assert circle.owner.client.get(f"/v1/repos/{circle.repo_id}/").json["owner"] == "ann"


@pytest.mark.parametrize("permission", ["r", "rw"])
def test_public_library_is_everybodys(circle: Circle, permission: str) -> None:
    made = circle.owner.client.post("/v1/repos/public/", form={"name": "Town", "permission": permission})
    assert made.status == 200
    assert_like(REPO, made.json)
    repo_id = made.json["id"]
    assert made.json["permission"] == "rw"
    for person in (circle.owner, circle.stranger):
        assert names(person.client.get("/v1/repos/public/")) == ["Town"]
    assert circle.stranger.client.get(f"/v1/repos/{repo_id}/").json["permission"] == permission
    made_dir = circle.stranger.client.post(f"/v1/repos/{repo_id}/dirs/?p=/x")
    assert made_dir.status == (200 if permission == "rw" else 403)
    assert circle.stranger.client.delete(f"/v1/repos/{repo_id}/").status == 403
    assert circle.owner.client.delete(f"/v1/repos/{repo_id}/").status == 204
    assert names(circle.stranger.client.get("/v1/repos/public/")) == []
    assert circle.nobody.get("/v1/repos/public/").status == 401


def test_shared_folder_is_a_library_with_the_size_of_the_folder(circle: Circle) -> None:
    circle.owner.put("/a.txt", b"123")
    circle.owner.put("/sub/b.txt", b"12345")
    virtual_id = give(circle.owner, circle.stranger, "rw", "/sub")
    found = circle.stranger.client.get(f"/v1/repos/{virtual_id}/").json
    assert_like(REPO, found)
    assert (found["is_virtual"], found["size"], found["file_count"], found["owner"]) == (True, 5, 1, "ann")
    entries.add_empty_file(circle.stranger.core, circle.stranger.actor, virtual_id, "/c.txt")
    assert circle.owner.has("/sub/c.txt")
    for method, status in (("PUT", 403), ("DELETE", 403)):
        assert circle.stranger.client.request(method, f"/v1/repos/{virtual_id}/", form={"name": "x"}).status == status


@pytest.mark.parametrize("repo_id", ["f158d1dd-cc19-412c-b143-2ac83f352290", "nonsense", "%00", "a" * 300])
def test_library_that_never_was_is_not_found(ann: Person, repo_id: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert ann.client.request(method, f"/v1/repos/{repo_id}/").status == 404
