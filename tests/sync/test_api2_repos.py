"""Seafile's web API: libraries."""

import uuid

import pytest

from syncfile.core import crypto, devices, encrypted, groups, ownership, shares, tokens
from syncfile.core.access import find_repo
from syncfile.core.core import Core
from syncfile.core.repos import open_repo
from syncfile.core.throttle import TRIES_PER_PAIR
from tests.conftest import Client
from tests.rest.people import Person, assert_like, join
from tests.sync.web_api import assert_refused

LIBRARY_PASSWORD = "libpass"

LIBRARY = {
    "type": "repo",
    "id": "",
    "owner": "",
    "owner_name": "",
    "name": "",
    "desc": "",
    "mtime": 0,
    "size": 0,
    "root": "",
    "head_commit_id": "",
    "encrypted": False,
    "permission": "rw",
    "virtual": False,
    "version": 1,
}
DOWNLOAD_INFO = {
    "relay_id": "",
    "relay_addr": "127.0.0.1",
    "relay_port": "",
    "email": "",
    "token": "",
    "repo_id": "",
    "repo_name": "",
    "repo_desc": "",
    "repo_size": 0,
    "repo_size_formatted": "",
    "mtime": 0,
    "mtime_relative": "",
    "encrypted": None,
    "enc_version": 0,
    "salt": "",
    "magic": "",
    "random_key": "",
    "repo_version": 1,
    "head_commit_id": "",
    "permission": "rw",
    "pwd_hash": "",
    "pwd_hash_algo": "",
    "pwd_hash_params": "",
}


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    return join(core, client, "ann")


@pytest.fixture
def bob(core: Core, client: Client) -> Person:
    return join(core, client, "bob")


def listed(person: Person) -> dict[str, dict[str, object]]:
    """Return the libraries that a person sees, by id."""
    return {repo["id"]: repo for repo in person.client.get("/api2/repos/").json}


def test_library_is_listed_with_all_that_clients_read(ann: Person) -> None:
    ann.put("/a", b"12345")
    answer = ann.client.get("/api2/repos/").json
    assert_like([LIBRARY], answer)
    (repo,) = answer
    assert (repo["type"], repo["permission"], repo["owner"]) == ("repo", "rw", "ann")
    assert (repo["size"], repo["encrypted"], repo["virtual"]) == (5, False, False)


def test_one_library_is_described_as_in_the_list(ann: Person, bob: Person) -> None:
    assert ann.client.get(f"/api2/repos/{ann.repo_id}/").json == listed(ann)[ann.repo_id]
    assert_refused(bob.client.get(f"/api2/repos/{ann.repo_id}/"), 404)


def test_shared_library_says_by_whom(core: Core, ann: Person, bob: Person) -> None:
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "r")
    repo = listed(bob)[ann.repo_id]
    assert (repo["type"], repo["owner"], repo["permission"]) == ("srepo", "ann", "r")


def test_library_of_a_group_says_by_which(core: Core, ann: Person, bob: Person) -> None:
    group = groups.create_group(core, ann.actor, "Family")
    groups.add_member(core, ann.actor, group.id, "bob")
    shares.share_repo(core, ann.actor, ann.repo_id, shares.group_receiver(core, ann.actor, group.id), "rw")
    repo = listed(bob)[ann.repo_id]
    assert (repo["type"], repo["owner"], repo["groupid"], repo["share_from"]) == ("grepo", "Family", group.id, "ann")
    assert listed(ann)[ann.repo_id]["type"] == "repo"


def test_public_library_is_everybodys(core: Core, ann: Person, bob: Person) -> None:
    repo = ownership.add_repo(core, ann.actor, "News", public="r")
    shown = listed(bob)[repo.id]
    assert (shown["type"], shown["owner"], shown["groupid"], shown["permission"]) == ("grepo", "Public", 0, "r")


def test_shared_folder_is_a_virtual_library(core: Core, ann: Person, bob: Person) -> None:
    ann.put("/photos/a", b"12345")
    share = shares.share_dir(core, ann.actor, ann.repo_id, "/photos", shares.account_receiver(core, "bob"), "r")
    repo = listed(bob)[share.repo.id]
    assert (repo["name"], repo["virtual"], repo["type"]) == ("photos", True, "srepo")


def test_download_info_has_all_that_clients_read(core: Core, ann: Person) -> None:
    answer = ann.client.get(f"/api2/repos/{ann.repo_id}/download-info/")
    assert answer.status == 200
    info = answer.json
    assert_like(DOWNLOAD_INFO, info)
    head = find_repo(core.db, ann.repo_id)
    assert head is not None
    assert (info["email"], info["encrypted"], info["enc_version"]) == ("ann", "", 0)
    assert (info["repo_version"], info["permission"]) == (1, "rw")
    assert (info["relay_addr"], info["relay_port"]) == ("127.0.0.1", str(ann.client.port))
    assert (info["repo_id"], info["head_commit_id"]) == (ann.repo_id, head.head_id)


def test_each_download_info_has_a_token_of_its_own(core: Core, client: Client, ann: Person) -> None:
    form = {"username": "ann", "password": "correct horse", "device_name": "desk"}
    signed_in = client.with_token(client.post("/api2/auth-token/", form=form).json["token"])
    found = {signed_in.get(f"/api2/repos/{ann.repo_id}/download-info/").json["token"] for _ in range(2)}
    assert len(found) == 2
    for token in found:
        info = tokens.find(core, "sync", token)
        assert info is not None
        assert (info.repo_id, info.account_id) == (ann.repo_id, ann.id)
    syncing = [item for item in devices.list_devices(core, ann.actor) if item.kind == "sync"]
    assert [item.device.name for item in syncing] == ["desk", "desk"]


def test_download_info_of_a_strange_library_is_not_found(ann: Person, bob: Person) -> None:
    for repo_id in (ann.repo_id, str(uuid.uuid4()), "x"):
        assert_refused(bob.client.get(f"/api2/repos/{repo_id}/download-info/"), 404)


def test_reader_is_told_so_before_cloning(core: Core, ann: Person, bob: Person) -> None:
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "r")
    assert bob.client.get(f"/api2/repos/{ann.repo_id}/download-info/").json["permission"] == "r"


def test_tokens_of_many_libraries_come_at_once(core: Core, ann: Person, bob: Person) -> None:
    repo = ownership.add_repo(core, ann.actor, "Second")
    wanted = ",".join([ann.repo_id, bob.repo_id, repo.id, ann.repo_id])
    answer = ann.client.get("/api2/repo-tokens/", query={"repos": wanted}).json
    assert set(answer) == {ann.repo_id, repo.id}
    for repo_id, token in answer.items():
        info = tokens.find(core, "sync", token)
        assert info is not None
        assert info.repo_id == repo_id


@pytest.mark.parametrize("how", ["form", "json"])
def test_library_is_made_and_can_be_cloned_at_once(core: Core, ann: Person, how: str) -> None:
    sent = {"name": "Holiday", "desc": "Created by rclone", "passwd": ""}
    info = ann.client.post("/api2/repos/", **{how: sent}).json
    assert_like(DOWNLOAD_INFO, info)
    assert (info["repo_name"], info["encrypted"]) == ("Holiday", "")
    repo = listed(ann)[info["repo_id"]]
    assert (repo["name"], repo["desc"]) == ("Holiday", "Created by rclone")


def test_library_needs_a_name_that_a_folder_can_have(ann: Person) -> None:
    for name in ("", "a/b", ".."):
        assert_refused(ann.client.post("/api2/repos/", form={"name": name}), 400)


def test_password_makes_an_encrypted_library_of_version_2(ann: Person) -> None:
    info = ann.client.post("/api2/repos/", form={"name": "Diary", "passwd": LIBRARY_PASSWORD}).json
    assert_like(DOWNLOAD_INFO, info)
    assert (info["encrypted"], info["enc_version"], info["salt"]) == (1, 2, "")
    keys = crypto.Encryption(2, info["magic"], info["random_key"], "")
    assert crypto.unlock(keys, info["repo_id"], LIBRARY_PASSWORD) is not None
    assert listed(ann)[info["repo_id"]]["encrypted"] is True


@pytest.mark.parametrize("version", [2, 4])
def test_client_brings_the_keys_of_a_library(core: Core, ann: Person, version: int) -> None:
    repo_id = str(uuid.uuid4())
    keys = crypto.new_encryption(LIBRARY_PASSWORD, repo_id, version)
    sent = {
        "name": "Diary",
        "desc": "",
        "enc_version": version,
        "repo_id": repo_id,
        "magic": keys.magic,
        "random_key": keys.random_key,
        "salt": keys.salt,
    }
    info = ann.client.post("/api2/repos/", form=sent).json
    assert {name: info[name] for name in sent if name not in {"name", "desc"}} == {
        name: value for name, value in sent.items() if name not in {"name", "desc"}
    }
    assert info["encrypted"] == 1
    assert_refused(ann.client.post("/api2/repos/", form=sent), 409)


@pytest.mark.parametrize(
    "wrong",
    [{"repo_id": "x"}, {"repo_id": ""}, {"magic": "00"}, {"random_key": ""}, {"enc_version": 3}, {"salt": "00"}],
)
def test_keys_that_cannot_be_right_are_refused(ann: Person, wrong: dict[str, object]) -> None:
    keys = {"name": "Diary", "repo_id": str(uuid.uuid4()), "enc_version": 2, "magic": "0" * 64, "random_key": "0" * 96}
    before = set(listed(ann))
    assert_refused(ann.client.post("/api2/repos/", form=keys | wrong), 400)
    assert set(listed(ann)) == before


def test_deleted_library_cannot_be_made_again_under_its_id(core: Core, ann: Person) -> None:
    repo_id = str(uuid.uuid4())
    keys = crypto.new_encryption(LIBRARY_PASSWORD, repo_id, 2)
    sent = {"name": "A", "repo_id": repo_id, "enc_version": 2, "magic": keys.magic, "random_key": keys.random_key}
    assert ann.client.post("/api2/repos/", form=sent).status == 200
    assert ann.client.delete(f"/api2/repos/{repo_id}/").status == 200
    assert_refused(ann.client.post("/api2/repos/", form=sent), 409)


def locked_library(core: Core, person: Person) -> str:
    """Return the id of an encrypted library whose password the server does not know."""
    repo = encrypted.create_encrypted(core, person.actor, "Diary", "", LIBRARY_PASSWORD)
    core.keys.forget(repo)
    return repo.id


def test_password_unlocks_a_library(core: Core, ann: Person) -> None:
    repo_id = locked_library(core, ann)
    wrong = ann.client.post(f"/api2/repos/{repo_id}/", form={"password": "wrong"})
    assert_refused(wrong, 400)
    right = ann.client.post(f"/api2/repos/{repo_id}/", form={"password": LIBRARY_PASSWORD})
    assert (right.status, right.json) == (200, "success")
    open_repo(core, ann.actor, repo_id)  # raises while it is locked


def test_newer_apps_unlock_a_library_in_their_way(core: Core, ann: Person) -> None:
    path = f"/api/v2.1/repos/{locked_library(core, ann)}/set-password/"
    assert_refused(ann.client.post(path, json={"password": "wrong"}), 400)
    assert ann.client.post(path, json={"password": LIBRARY_PASSWORD}).json == {"success": True}


def test_plain_library_has_no_password(ann: Person) -> None:
    assert_refused(ann.client.post(f"/api2/repos/{ann.repo_id}/", form={"password": "x"}), 409)


def test_guessing_the_password_of_a_library_is_slowed_down(core: Core, ann: Person) -> None:
    path = f"/api2/repos/{locked_library(core, ann)}/"
    for _ in range(TRIES_PER_PAIR):
        assert ann.client.post(path, form={"password": "wrong"}).status == 400
    answer = ann.client.post(path, form={"password": LIBRARY_PASSWORD})
    assert_refused(answer, 429)
    assert int(answer.headers["retry-after"]) > 0


def test_owner_renames_a_library(core: Core, ann: Person, bob: Person) -> None:
    path = f"/api2/repos/{ann.repo_id}/?op=rename"
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "rw")
    assert ann.client.post(path, form={"repo_name": "Mine"}).json == "success"
    assert listed(ann)[ann.repo_id]["name"] == "Mine"
    assert_refused(bob.client.post(path, form={"repo_name": "His"}), 403)


def test_owner_deletes_a_library(core: Core, ann: Person, bob: Person) -> None:
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "rw")
    assert_refused(bob.client.delete(f"/api2/repos/{ann.repo_id}/"), 403)
    answer = ann.client.delete(f"/api2/repos/{ann.repo_id}/")
    assert (answer.status, answer.json) == (200, "success")
    assert listed(ann) == {}
    assert_refused(ann.client.delete(f"/api2/repos/{ann.repo_id}/"), 404)


def test_new_computer_is_offered_the_default_library(ann: Person) -> None:
    assert ann.client.get("/api2/default-repo/").json == {"exists": True, "repo_id": ann.repo_id}
    assert ann.client.post("/api2/default-repo/").json == {"exists": True, "repo_id": ann.repo_id}


def test_default_library_that_was_deleted_comes_back_only_when_it_is_wanted(ann: Person) -> None:
    ann.client.delete(f"/api2/repos/{ann.repo_id}/")
    assert ann.client.get("/api2/default-repo/").json == {"exists": False, "repo_id": ""}
    made = ann.client.post("/api2/default-repo/").json
    assert made["repo_id"] != ann.repo_id
    assert list(listed(ann)) == [made["repo_id"]]
