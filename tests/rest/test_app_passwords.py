"""App passwords over the wire."""

import re

import pytest

from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.people import PASSWORD, Person, assert_error, join

PATH = "/v1/account/app-passwords/"


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    return join(core, client, "ann")


def test_making_listing_and_revoking(client: Client, ann: Person) -> None:
    answer = ann.client.post(PATH, json={"name": "rclone on the NAS"})
    assert answer.status == 201
    made = answer.json
    assert re.fullmatch("([a-z2-9]{5}-){3}[a-z2-9]{5}", made["password"])
    (listed,) = ann.client.get(PATH).json
    assert set(listed) == {"id", "name", "created_at", "last_seen_at", "address"}
    assert (listed["id"], listed["name"], listed["address"]) == (made["id"], "rclone on the NAS", "127.0.0.1")
    assert [item["kind"] for item in ann.client.get("/v1/devices/").json].count("app") == 1
    assert ann.client.delete(f"{PATH}{made['id']}/").status == 204
    assert ann.client.get(PATH).json == []
    assert_error(ann.client.delete(f"{PATH}{made['id']}/"), 404, "not_found")
    assert_error(ann.client.post(PATH, json={"name": " "}), 400, "bad_request", "name")


def test_programs_sign_in_with_it_and_the_page_does_not(client: Client, ann: Person) -> None:
    app = ann.client.post(PATH, json={"name": "rclone"}).json["password"]
    asked = {"username": "ann", "password": app}
    assert_error(client.post("/v1/session/", json=asked), 401, "not_authenticated")
    for path in ("/v1/auth/", "/api2/auth-token/"):
        token = client.post(path, json=asked).json["token"]
        assert client.with_token(token).get("/v1/account/").json["username"] == "ann"
        assert client.with_token(token).get("/v1/repos/").status == 200


def test_a_program_of_an_administrator_is_no_administrator(core: Core, client: Client) -> None:
    root = join(core, client, "root", is_staff=True)
    app = root.client.post(PATH, json={"name": "rclone"}).json["password"]
    token = client.post("/v1/auth/", json={"username": "root", "password": app}).json["token"]
    program = client.with_token(token)
    for path in ("/v1/accounts/", "/v1/status/", "/v1/audit/"):
        assert_error(program.get(path), 403, "permission_denied")
    form = {"password": "new one", "old_password": PASSWORD}
    assert_error(program.put(f"/v1/accounts/{root.id}/", json=form), 403, "permission_denied")


def test_revoking_it_cuts_off_the_program_at_once(client: Client, ann: Person) -> None:
    made = ann.client.post(PATH, json={"name": "desk"}).json
    asked = {"username": "ann", "password": made["password"]}
    program = client.with_token(client.post("/api2/auth-token/", form=asked).json["token"])
    authid = client.post("/v1/getAuthID", form=asked).json["authid"]
    sync = program.get(f"/api2/repos/{ann.repo_id}/download-info/").json["token"]
    ann.put("/a.txt", b"a")
    link = program.get(f"/v1/repos/{ann.repo_id}/files/download/", query={"p": "/a.txt"}).json
    bytes_path = "/" + link.split("/", 3)[3]
    head = f"/seafhttp/repo/{ann.repo_id}/commit/HEAD"
    assert client.get(head, headers={"Seafile-Repo-Token": sync}).status == 200
    assert client.get(bytes_path).body == b"a"
    assert ann.client.delete(f"{PATH}{made['id']}/").status == 204
    assert program.get("/v1/account/").status == 401
    assert client.get("/v1/isAuthAlive", query={"authid": authid}).json["error_code"] == 1021
    assert client.get(head, headers={"Seafile-Repo-Token": sync}).status == 403
    assert client.get(bytes_path).status == 404
    assert client.post("/api2/auth-token/", form=asked).status == 400
