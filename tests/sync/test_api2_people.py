"""Seafile's web API: links, stars, search, groups, shares and what happened."""

import pytest

from syncfile.core import encrypted, groups, links, shares
from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.people import Person, assert_like, join
from tests.sync.web_api import assert_refused

LINK = {
    "username": "ann",
    "repo_id": "",
    "path": "",
    "obj_name": "",
    "is_dir": False,
    "token": "",
    "link": "",
    "view_cnt": 0,
    "ctime": "",
    "expire_date": "",
    "is_expired": False,
    "permissions": {"can_download": True, "can_edit": False, "can_upload": False},
}


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/a/report.txt", b"123")
    return person


@pytest.fixture
def bob(core: Core, client: Client) -> Person:
    return join(core, client, "bob")


def at(person: Person, path: str) -> dict[str, str]:
    return {"repo_id": person.repo_id, "path": path}


# --- links


@pytest.mark.parametrize("kind", ["share-links", "multi-share-links"])
@pytest.mark.parametrize(("path", "letter"), [("/a/report.txt", "f"), ("/a", "d"), ("/", "d")])
def test_link_is_made_listed_and_deleted(ann: Person, kind: str, path: str, letter: str) -> None:
    made = ann.client.post(f"/api/v2.1/{kind}/", json=at(ann, path)).json
    assert_like(LINK, made)
    assert made["link"] == f"http://127.0.0.1:{ann.client.port}/{letter}/{made['token']}/"
    assert (made["path"], made["is_dir"], made["expire_date"]) == (path, letter == "d", "")
    assert ann.client.get(f"/api/v2.1/{kind}/", query=at(ann, path)).json == [made]
    assert ann.client.get(f"/api/v2.1/{kind}/").json == [made]
    assert ann.client.delete(f"/api/v2.1/{kind}/{made['token']}/").json == {"success": True}
    assert ann.client.get(f"/api/v2.1/{kind}/", query=at(ann, path)).json == []


def test_link_leads_to_the_file(ann: Person, client: Client) -> None:
    made = ann.client.post("/api/v2.1/share-links/", json=at(ann, "/a/report.txt")).json
    assert client.get(f"/f/{made['token']}/", query={"dl": 1}).body == b"123"


def test_link_for_uploads_is_of_a_folder(ann: Person) -> None:
    made = ann.client.post("/api/v2.1/upload-links/", json=at(ann, "/a")).json
    assert "/u/" in made["link"]
    assert ann.client.get("/api/v2.1/upload-links/", query=at(ann, "/a")).json == [made]
    assert ann.client.get("/api/v2.1/share-links/", query=at(ann, "/a")).json == []
    assert_refused(ann.client.post("/api/v2.1/upload-links/", json=at(ann, "/a/report.txt")), 404)


def test_link_may_have_a_password_and_an_end(core: Core, ann: Person) -> None:
    body = at(ann, "/a") | {"password": "secret words", "expire_days": "3"}
    made = ann.client.post("/api/v2.1/share-links/", form=body).json
    link = links.find_link(core, made["token"])
    assert link is not None
    assert link.has_password
    assert link.expires_at == link.created_at + 3 * 86400
    assert made["expire_date"]
    assert "secret words" not in str(made)


def test_link_that_would_allow_more_or_less_is_refused(ann: Person) -> None:
    plain = {"can_edit": False, "can_download": True, "can_upload": False}
    assert ann.client.post("/api/v2.1/share-links/", json=at(ann, "/a") | {"permissions": plain}).status == 200
    wrong: list[object] = [{"can_download": False}, {"can_edit": True}, "[", "[[]]", {"can_upload": []}]
    for wanted in wrong:
        answer = ann.client.post("/api/v2.1/share-links/", json=at(ann, "/a") | {"permissions": wanted})
        assert_refused(answer, 400)
    form = at(ann, "/a") | {"permissions": '{"can_download": false}'}
    assert_refused(ann.client.post("/api/v2.1/share-links/", form=form), 400)
    assert len(ann.client.get("/api/v2.1/share-links/").json) == 1


def test_links_are_ones_own(ann: Person, bob: Person) -> None:
    made = ann.client.post("/api/v2.1/share-links/", json=at(ann, "/a")).json
    assert bob.client.get("/api/v2.1/share-links/").json == []
    assert_refused(bob.client.delete(f"/api/v2.1/share-links/{made['token']}/"), 404)
    assert_refused(bob.client.post("/api/v2.1/share-links/", json=at(ann, "/a")), 404)
    assert_refused(ann.client.get("/api/v2.1/share-links/", query=at(ann, "/missing")), 404)


def test_encrypted_library_has_no_links(core: Core, ann: Person) -> None:
    repo = encrypted.create_encrypted(core, ann.actor, "Diary", "", "libpass")
    assert_refused(ann.client.post("/api/v2.1/share-links/", json={"repo_id": repo.id, "path": "/"}), 400)


# --- stars


def test_stars_are_put_listed_and_taken_in_the_older_way(ann: Person) -> None:
    form = {"repo_id": ann.repo_id, "p": "/a/report.txt"}
    answer = ann.client.post("/api2/starredfiles/", form=form)
    assert (answer.status, answer.json) == (201, "success")
    (item,) = ann.client.get("/api2/starredfiles/").json
    assert_like({"repo": "", "repo_name": "", "oid": "", "mtime": 0, "mtime_relative": "", "org": -1}, item)
    assert (item["path"], item["file_name"], item["dir"], item["size"]) == ("/a/report.txt", "report.txt", False, 3)
    assert ann.client.delete("/api2/starredfiles/", query=form).json == "success"
    assert ann.client.get("/api2/starredfiles/").json == []


def test_stars_are_put_listed_and_taken_in_the_newer_way(ann: Person) -> None:
    made = ann.client.post("/api/v2.1/starred-items/", json=at(ann, "/")).json
    assert_like({"repo_id": "", "repo_name": "", "repo_encrypted": False, "mtime": "", "deleted": False}, made)
    assert (made["path"], made["obj_name"], made["is_dir"]) == ("/", "My Library", True)
    assert ann.client.get("/api/v2.1/starred-items/").json == {"starred_item_list": [made]}
    (repo,) = ann.client.get("/api/v2.1/repos/").json["repos"]
    assert repo["starred"] is True
    assert ann.client.delete("/api/v2.1/starred-items/", query=at(ann, "/")).json == {"success": True}
    assert ann.client.get("/api/v2.1/starred-items/").json == {"starred_item_list": []}


def test_nobody_stars_what_is_not_there(ann: Person, bob: Person) -> None:
    assert_refused(ann.client.post("/api/v2.1/starred-items/", json=at(ann, "/missing")), 404)
    assert_refused(bob.client.post("/api2/starredfiles/", form={"repo_id": ann.repo_id, "p": "/a"}), 404)


# --- finding


def test_search_finds_names_everywhere(ann: Person) -> None:
    answer = ann.client.get("/api2/search/", query={"q": "REPORT", "per_page": 5}).json
    assert (answer["total"], answer["has_more"]) == (1, False)
    (item,) = answer["results"]
    assert_like({"repo_id": "", "repo_name": "", "oid": "", "last_modified": 0}, item)
    assert (item["fullpath"], item["name"], item["is_dir"], item["size"]) == (
        "/a/report.txt",
        "report.txt",
        False,
        3,
    )
    assert ann.client.get("/api2/search/", query={"q": "report", "search_repo": ann.repo_id}).json["total"] == 1


def test_search_in_one_library_finds_names(ann: Person, bob: Person) -> None:
    query = {"q": "a", "repo_id": ann.repo_id}
    (item,) = ann.client.get("/api/v2.1/search-file/", query=query).json["data"]
    assert (item["path"], item["type"]) == ("/a", "folder")
    assert_refused(bob.client.get("/api/v2.1/search-file/", query=query), 404)


def test_account_is_found_by_its_whole_name_only(ann: Person, bob: Person) -> None:
    def found(q: str) -> list[str]:
        return [item["email"] for item in ann.client.get("/api2/search-user/", query={"q": q}).json["users"]]

    assert (found("bob"), found("bob@example.org"), found("bo"), found("")) == (["bob"], ["bob"], [], [])


# --- groups and shares


def test_groups_are_listed_in_all_ways(core: Core, ann: Person) -> None:
    group = groups.create_group(core, ann.actor, "Family")
    (older,) = ann.client.get("/api2/groups/").json["groups"]
    assert_like({"id": 0, "name": "", "creator": "", "ctime": 0, "mtime": 0, "msgnum": 0}, older)
    both = ann.client.get("/api2/groupandcontacts/").json
    assert (both["groups"], both["contacts"]) == ([older], [])
    (newer,) = ann.client.get("/api/v2.1/groups/", query={"with_repos": 0}).json
    assert (newer["id"], newer["name"], newer["owner"], newer["admins"]) == (group.id, "Family", "ann", ["ann"])


def test_library_shared_in_person_is_given_back(core: Core, ann: Person, bob: Person) -> None:
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "r")
    (item,) = bob.client.get("/api2/beshared-repos/").json
    assert (item["repo_id"], item["user"], item["permission"]) == (ann.repo_id, "ann", "r")
    query = {"share_type": "personal", "from": "ann"}
    assert bob.client.delete(f"/api2/beshared-repos/{ann.repo_id}/", query=query).json == {"success": True}
    assert bob.client.get("/api2/beshared-repos/").json == []


def test_folder_is_shared_changed_and_taken_back(core: Core, ann: Person, bob: Person) -> None:
    group = groups.create_group(core, ann.actor, "Family")
    path = f"/api2/repos/{ann.repo_id}/dir/shared_items/"
    form = {"share_type": "user", "permission": "r", "username": ["bob", "nobody"]}
    result = ann.client.put(path, query={"p": "/a"}, form=form).json
    assert [item["user_info"]["name"] for item in result["success"]] == ["bob"]
    assert [item["email"] for item in result["failed"]] == ["nobody"]
    form = {"share_type": "group", "permission": "rw", "group_id": [str(group.id), "x"]}
    result = ann.client.put(path, query={"p": "/a"}, form=form).json
    assert ([item["group_info"]["id"] for item in result["success"]], len(result["failed"])) == ([group.id], 1)

    query = {"p": "/a", "share_type": "user", "username": "bob"}
    assert ann.client.post(path, query=query, form={"permission": "rw"}).json == {"success": True}
    both = ann.client.get(path, query={"p": "/a"}).json
    assert sorted((item["share_type"], item["permission"]) for item in both) == [("group", "rw"), ("user", "rw")]
    (only,) = ann.client.get(path, query={"p": "/a", "share_type": "group"}).json
    assert only["group_info"] == {"id": group.id, "name": "Family"}

    assert ann.client.delete(path, query=query).json == {"success": True}
    query = {"p": "/a", "share_type": "group", "group_id": str(group.id)}
    assert ann.client.delete(path, query=query).json == {"success": True}
    assert ann.client.get(path, query={"p": "/a"}).json == []


def test_only_the_owner_shares(core: Core, ann: Person, bob: Person) -> None:
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "rw")
    path = f"/api2/repos/{ann.repo_id}/dir/shared_items/"
    form = {"share_type": "user", "username": "ann"}
    assert_refused(bob.client.put(path, query={"p": "/a"}, form=form), 403)
    assert_refused(bob.client.get(path, query={"p": "/a"}), 403)
    assert_refused(ann.client.put(path, query={"p": "/a"}, form={"share_type": "user"}), 400)


# --- what happened


def test_what_happened_is_told_newest_first(core: Core, ann: Person) -> None:
    ann.client.post(
        f"/api2/repos/{ann.repo_id}/file/", query={"p": "/a/report.txt"}, form={"operation": "rename", "newname": "r"}
    )
    ann.client.post(f"/api2/repos/{ann.repo_id}/file/", query={"p": "/a/r"}, form={"operation": "move", "dst_dir": "/"})
    events = ann.client.get("/api/v2.1/activities/", query={"page": 1, "avatar_size": 72}).json["events"]
    assert [(item["op_type"], item["path"]) for item in events[:2]] == [("move", "/r"), ("rename", "/a/r")]
    assert (events[1]["old_path"], events[1]["old_name"]) == ("/a/report.txt", "report.txt")
    example = {"author_email": "", "author_name": "", "repo_id": "", "repo_name": "", "commit_id": "", "time": ""}
    assert_like([example | {"op_type": "", "obj_type": "", "path": "", "name": ""}], events)
    assert ("create", "file", "/a/report.txt") in [(e["op_type"], e["obj_type"], e["path"]) for e in events]
    assert ann.client.get("/api/v2.1/activities/", query={"page": 9}).json == {"events": []}


def test_unread_notifications_are_counted(core: Core, ann: Person, bob: Person) -> None:
    assert bob.client.get("/api2/unseen_messages/").json == {"count": 0}
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "r")
    assert bob.client.get("/api2/unseen_messages/").json == {"count": 1}
