"""Seafile's web API: files, one at a time and many."""

import pytest

from syncfile.core import encrypted, groups, ownership, shares
from syncfile.core.core import Core
from syncfile.core.repos import open_repo
from tests.conftest import Client
from tests.rest.people import Person, assert_like, join
from tests.sync.web_api import assert_refused

DETAIL = {"id": "", "type": "file", "name": "", "size": 0, "mtime": 0, "last_modified": "", "parent_dir": ""}
CHANGED = {
    "type": "file",
    "repo_id": "",
    "parent_dir": "",
    "obj_name": "",
    "obj_id": "",
    "size": 0,
    "mtime": "",
    "is_locked": False,
}


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/a/x.txt", b"123")
    person.put("/y.txt", b"4567")
    return person


@pytest.fixture
def bob(core: Core, client: Client) -> Person:
    return join(core, client, "bob")


def old(person: Person, path: str = "file/") -> str:
    return f"/api2/repos/{person.repo_id}/{path}"


def new(person: Person, path: str = "file/") -> str:
    return f"/api/v2.1/repos/{person.repo_id}/{path}"


def holds(core: Core, person: Person, repo_id: str, path: str) -> bool:
    return open_repo(core, person.actor, repo_id).find(path) is not None


def test_file_is_described(ann: Person) -> None:
    detail = ann.client.get(old(ann, "file/detail/"), query={"p": "/a/x.txt"}).json
    assert_like(DETAIL, detail)
    assert (detail["name"], detail["size"], detail["parent_dir"]) == ("x.txt", 3, "/a")
    told = ann.client.get(new(ann), query={"p": "/a/x.txt"}).json
    assert_like(CHANGED, told)
    assert (told["obj_id"], told["mtime"]) == (detail["id"], detail["last_modified"])


@pytest.mark.parametrize("path", ["/a", "/missing", "/"])
def test_what_is_no_file_is_not_described(ann: Person, path: str) -> None:
    assert_refused(ann.client.get(old(ann, "file/detail/"), query={"p": path}), 404)
    assert_refused(ann.client.get(old(ann), query={"p": path}), 404)


def test_empty_file_is_made(ann: Person) -> None:
    answer = ann.client.post(old(ann), query={"p": "/a/new"}, form={"operation": "create"})
    assert (answer.status, answer.json) == (201, "success")
    told = ann.client.post(new(ann), query={"p": "/a/new"}, json={"operation": "create"}).json
    assert_like(CHANGED, told)
    assert (told["obj_name"], told["size"]) == ("new (1)", 0)


def test_file_is_renamed(ann: Person) -> None:
    answer = ann.client.post(old(ann), query={"p": "/y.txt"}, form={"operation": "rename", "newname": "z"})
    assert (answer.status, answer.json) == (200, "success")
    told = ann.client.post(new(ann), query={"p": "/z"}, json={"operation": "rename", "newname": "zz"}).json
    assert_like(CHANGED, told)
    assert (told["obj_name"], ann.has("/zz"), ann.has("/y.txt")) == ("zz", True, False)


def test_renaming_never_takes_another_files_place(ann: Person) -> None:
    ann.put("/a/other", b"kept")
    body = {"operation": "rename", "newname": "other"}
    assert_refused(ann.client.post(new(ann), query={"p": "/a/x.txt"}, json=body), 409)
    assert ann.has("/a/x.txt")


def test_copy_beside_itself_gets_a_free_name_and_tells_it(ann: Person) -> None:
    body = {"operation": "copy", "dst_repo": ann.repo_id, "dst_dir": "/a"}
    told = ann.client.post(new(ann), query={"p": "/a/x.txt"}, json=body).json
    assert_like(CHANGED, told)
    assert (told["obj_name"], told["parent_dir"], told["size"]) == ("x (1).txt", "/a", 3)
    assert ann.has("/a/x.txt")


def test_file_is_copied_and_moved_within_a_library(ann: Person) -> None:
    form = {"operation": "copy", "dst_repo": ann.repo_id, "dst_dir": "/a/"}
    assert ann.client.post(old(ann), query={"p": "/y.txt"}, form=form).json == "success"
    form = {"operation": "move", "dst_repo": ann.repo_id, "dst_dir": "/"}
    assert ann.client.post(old(ann), query={"p": "/a/x.txt"}, form=form).json == "success"
    assert [ann.has(path) for path in ("/y.txt", "/a/y.txt", "/x.txt", "/a/x.txt")] == [True, True, True, False]


def test_file_that_moves_to_where_it_is_stays(ann: Person) -> None:
    body = {"operation": "move", "dst_repo": ann.repo_id, "dst_dir": "/a"}
    told = ann.client.post(new(ann), query={"p": "/a/x.txt"}, json=body).json
    assert (told["obj_name"], told["parent_dir"]) == ("x.txt", "/a")
    assert_refused(ann.client.post(new(ann), query={"p": "/a/missing"}, json=body), 404)


def test_file_goes_to_another_library(core: Core, ann: Person) -> None:
    other = ownership.add_repo(core, ann.actor, "Other").id
    body = {"operation": "move", "dst_repo": other, "dst_dir": "/"}
    told = ann.client.post(new(ann), query={"p": "/y.txt"}, json=body).json
    assert (told["repo_id"], told["obj_name"]) == (other, "y.txt")
    assert (ann.has("/y.txt"), holds(core, ann, other, "/y.txt")) == (False, True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"operation": "move", "dst_dir": "/missing"}, 404),
        ({"operation": "move"}, 400),
        ({"operation": "copy", "dst_dir": "/", "dst_repo": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"operation": "revert"}, 400),
        ({"operation": "explode"}, 400),
        ({"operation": "rename", "newname": "a/b"}, 400),
    ],
)
def test_impossible_change_leaves_the_file_alone(ann: Person, body: dict[str, str], status: int) -> None:
    assert_refused(ann.client.post(new(ann), query={"p": "/a/x.txt"}, json=body), status)
    assert ann.has("/a/x.txt")


def test_file_is_removed_once(ann: Person) -> None:
    answer = ann.client.delete(old(ann), query={"p": "/y.txt"})
    assert (answer.status, answer.json) == (200, "success")
    assert_refused(ann.client.delete(old(ann), query={"p": "/y.txt"}), 404)
    assert_refused(ann.client.delete(old(ann), query={"p": "/a"}), 404)
    assert ann.client.delete(new(ann), query={"p": "/a/x.txt"}).json == {"success": True}
    assert ann.has("/a")


def test_mobile_clients_get_the_listing_with_the_change(ann: Person) -> None:
    query = {"p": "/a/x.txt", "reloaddir": "true"}
    answer = ann.client.post(old(ann), query=query, form={"operation": "rename", "newname": "z"})
    assert [item["name"] for item in answer.json] == ["z"]
    answer = ann.client.delete(old(ann), query={"p": "/a/z", "reloaddir": "true"})
    assert (answer.json, len(answer.headers["oid"])) == ([], 40)


def test_locked_file_is_its_lockers_alone(core: Core, ann: Person, bob: Person) -> None:
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "rw")
    form = {"p": "/y.txt", "operation": "lock"}
    assert ann.client.put(old(ann), form=form).json == "success"
    assert_refused(bob.client.delete(old(ann), query={"p": "/y.txt"}), 423)
    entries = {item["name"]: item for item in bob.client.get(old(ann, "dir/")).json}
    assert (entries["y.txt"]["is_locked"], entries["y.txt"]["lock_owner"]) == (True, "ann")
    assert entries["y.txt"]["locked_by_me"] is False
    assert ann.client.put(old(ann), form=form | {"operation": "unlock"}).json == "success"
    assert bob.client.delete(old(ann), query={"p": "/y.txt"}).status == 200


def test_reader_changes_nothing(core: Core, ann: Person, bob: Person) -> None:
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "r")
    assert_refused(bob.client.delete(old(ann), query={"p": "/y.txt"}), 403)
    body = {"operation": "copy", "dst_repo": bob.repo_id, "dst_dir": "/"}
    assert bob.client.post(new(ann), query={"p": "/y.txt"}, json=body).status == 200
    assert_refused(bob.client.post(new(ann), query={"p": "/y.txt"}, json=body | {"operation": "move"}), 403)
    assert ann.has("/y.txt")


# --- many at once


def batch(person: Person, target_id: str, target: str, *names: str, folder: str = "/") -> dict[str, object]:
    return {
        "src_repo_id": person.repo_id,
        "src_parent_dir": folder,
        "src_dirents": list(names),
        "dst_repo_id": target_id,
        "dst_parent_dir": target,
    }


@pytest.mark.parametrize("how", ["sync", "async"])
def test_many_are_copied(ann: Person, how: str) -> None:
    ann.put("/target/y.txt")
    body = batch(ann, ann.repo_id, "/target", "a", "y.txt")
    answer = ann.client.post(f"/api/v2.1/repos/{how}-batch-copy-item/", json=body)
    assert answer.status == 200
    assert [ann.has(path) for path in ("/target/a/x.txt", "/target/y (1).txt", "/a/x.txt")] == [True, True, True]
    assert answer.json["success"] is True
    query = {"task_id": answer.json["task_id"]}
    progress = ann.client.get("/api/v2.1/query-copy-move-progress/", query=query).json
    assert (progress["successful"], progress["failed"], progress["canceled"]) == (True, False, False)
    assert progress["done"] == progress["total"]


@pytest.mark.parametrize("how", ["sync", "async"])
def test_many_are_moved_between_libraries(core: Core, ann: Person, how: str) -> None:
    other = ownership.add_repo(core, ann.actor, "Other").id
    body = batch(ann, other, "/", "a", "y.txt")
    assert ann.client.post(f"/api/v2.1/repos/{how}-batch-move-item/", json=body).status == 200
    assert (ann.has("/a"), ann.has("/y.txt")) == (False, False)
    assert holds(core, ann, other, "/a/x.txt")


def test_one_is_moved_as_a_task(ann: Person) -> None:
    body = {
        "src_repo_id": ann.repo_id,
        "src_parent_dir": "/",
        "src_dirent_name": "y.txt",
        "dst_repo_id": ann.repo_id,
        "dst_parent_dir": "/a",
        "operation": "move",
        "dirent_type": "file",
    }
    assert set(ann.client.post("/api/v2.1/copy-move-task/", form=body).json) == {"success", "task_id"}
    assert ann.has("/a/y.txt")


def test_batch_is_all_or_nothing(ann: Person) -> None:
    body = batch(ann, ann.repo_id, "/a", "y.txt", "missing")
    assert_refused(ann.client.post("/api/v2.1/repos/sync-batch-move-item/", json=body), 404)
    assert ann.has("/y.txt")
    for name in ("../a", "..", ""):
        wrong = batch(ann, ann.repo_id, "/a", name)
        assert_refused(ann.client.post("/api/v2.1/repos/sync-batch-move-item/", json=wrong), 400)


def test_unknown_task_is_refused(ann: Person) -> None:
    assert_refused(ann.client.get("/api/v2.1/query-copy-move-progress/", query={"task_id": "x"}), 400)


def test_many_are_removed(ann: Person) -> None:
    body = {"repo_id": ann.repo_id, "parent_dir": "/", "dirents": ["a", "y.txt"]}
    assert ann.client.delete("/api/v2.1/repos/batch-delete-item/", json=body).json == {"success": True}
    assert (ann.has("/a"), ann.has("/y.txt")) == (False, False)
    assert_refused(ann.client.delete("/api/v2.1/repos/batch-delete-item/", json=body), 404)


# --- history and trash


def test_versions_of_a_file_are_listed_and_come_back(ann: Person) -> None:
    ann.put("/y.txt", b"second")
    commits = ann.client.get(old(ann, "file/history/"), query={"p": "/y.txt"}).json["commits"]
    assert [commit["rev_file_size"] for commit in commits] == [6, 4]
    assert_like({"id": "", "ctime": 0, "creator_name": "", "desc": "", "rev_file_id": ""}, commits[0])
    form = {"p": "/y.txt", "commit_id": commits[1]["id"]}
    assert ann.client.put(old(ann, "file/revert/"), form=form).json == {"success": True}
    assert ann.client.get(old(ann, "file/detail/"), query={"p": "/y.txt"}).json["size"] == 4
    body = {"operation": "revert", "commit_id": commits[0]["id"]}
    assert ann.client.post(new(ann), query={"p": "/y.txt"}, json=body).json["size"] == 6


def test_trash_is_listed_and_emptied(core: Core, ann: Person, bob: Person) -> None:
    ann.client.delete(old(ann), query={"p": "/a/x.txt"})
    path = new(ann, "trash/")
    answer = ann.client.get(path).json
    assert set(answer) == {"data", "more", "scan_stat"}
    (item,) = answer["data"]
    assert (item["parent_dir"], item["obj_name"], item["is_dir"], item["size"]) == ("/a", "x.txt", False, 3)
    assert_like({"deleted_time": "", "commit_id": "", "obj_id": ""}, item)
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "rw")
    assert_refused(bob.client.delete(path), 403)
    assert ann.client.delete(path).json == {"success": True}
    assert ann.client.get(path).json["data"] == []


def test_folder_goes_back_to_an_earlier_state(core: Core, ann: Person) -> None:
    commits = ann.client.get(old(ann, "file/history/"), query={"p": "/a/x.txt"}).json["commits"]
    ann.put("/a/later")
    body = {"operation": "revert", "commit_id": commits[0]["id"]}
    told = ann.client.post(new(ann, "dir/"), query={"p": "/a"}, json=body).json
    assert (told["obj_name"], ann.has("/a/later"), ann.has("/a/x.txt")) == ("a", False, True)
    assert_refused(ann.client.post(new(ann, "dir/"), query={"p": "/a"}, json={"operation": "revert"}), 400)


def test_encrypted_library_gives_nothing_away(core: Core, ann: Person) -> None:
    secret = encrypted.create_encrypted(core, ann.actor, "Diary", "", "libpass").id
    body = {"operation": "copy", "dst_repo": secret, "dst_dir": "/"}
    assert_refused(ann.client.post(new(ann), query={"p": "/y.txt"}, json=body), 400)


def test_group_members_work_in_the_groups_library(core: Core, ann: Person, bob: Person) -> None:
    group = groups.create_group(core, ann.actor, "Family")
    groups.add_member(core, ann.actor, group.id, "bob")
    shares.share_repo(core, ann.actor, ann.repo_id, shares.group_receiver(core, ann.actor, group.id), "rw")
    assert bob.client.delete(old(ann), query={"p": "/y.txt"}).status == 200
