"""What is signed in, over the wire."""

import pytest

from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.forms import path_of
from tests.rest.people import PASSWORD, Person, assert_error, join


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    return join(core, client, "ann")


def test_devices_are_listed_with_what_they_said_of_themselves(client: Client, ann: Person) -> None:
    form = {
        "username": "ann",
        "password": PASSWORD,
        "device_id": "id-1",
        "device_name": "Ann's phone" + "!" * 300,
        "platform": "android",
        "client_version": "1.2",
    }
    token = client.post("/v1/auth/", form=form).json["token"]
    answer = client.with_token(token).get("/v1/devices/")
    assert answer.status == 200
    (phone,) = [item for item in answer.json if item["device_id"]]
    assert (phone["kind"], phone["device_id"], phone["platform"], phone["client_version"], phone["address"]) == (
        "login",
        "id-1",
        "android",
        "1.2",
        "127.0.0.1",
    )
    assert phone["device_name"] == ("Ann's phone" + "!" * 300)[:200]
    assert (phone["is_current"], phone["expires_at"], phone["repo_id"]) == (True, None, None)
    assert phone["issued_at"] <= phone["last_seen_at"]
    assert token not in str(answer.json)


def test_a_device_is_signed_out_from_another(client: Client, core: Core, ann: Person) -> None:
    bob = join(core, client, "bob")
    lost = client.with_token(client.post("/v1/auth/", form={"username": "ann", "password": PASSWORD}).json["token"])
    (device,) = [item for item in lost.get("/v1/devices/").json if item["is_current"]]
    assert_error(bob.client.delete(f"/v1/devices/{device['id']}/"), 404, "not_found")
    assert_error(client.delete(f"/v1/devices/{device['id']}/"), 401, "not_authenticated")
    assert ann.client.delete(f"/v1/devices/{device['id']}/").status == 204
    assert_error(lost.get("/v1/devices/"), 401, "not_authenticated")
    assert_error(ann.client.delete(f"/v1/devices/{device['id']}/"), 404, "not_found")


def test_everything_else_is_signed_out_at_once(client: Client, ann: Person) -> None:
    asked = {"username": "ann", "password": PASSWORD}
    ann.put("/a.txt", b"a")
    cookie = client.post("/v1/session/", form=asked).headers["set-cookie"].partition(";")[0]
    login = client.with_token(client.post("/v1/auth/", form=asked).json["token"])
    desk = client.with_token(client.post("/api2/auth-token/", form=asked).json["token"])
    sync = {"Seafile-Repo-Token": desk.get(f"/api2/repos/{ann.repo_id}/download-info/").json["token"]}
    authid = client.post("/v1/getAuthID", form=asked).json["authid"]
    app = ann.client.post("/v1/account/app-passwords/", json={"name": "rclone"}).json["password"]
    program = client.with_token(client.post("/v1/auth/", form=asked | {"password": app}).json["token"])
    query = {"p": "/a.txt"}
    link, kept = (
        path_of(person.get(f"/v1/repos/{ann.repo_id}/files/download/", query=query).json)
        for person in (login, ann.client)
    )

    def answers() -> list[int]:
        return [
            client.get("/v1/account/", headers={"Cookie": cookie}).status,
            login.get("/v1/account/").status,
            desk.get("/api2/auth/ping/").status,
            client.get(f"/seafhttp/repo/{ann.repo_id}/commit/HEAD", headers=sync).status,
            client.get("/v1/isAuthAlive", query={"authid": authid}).json["error_code"],
            program.get("/v1/account/").status,
            client.post("/v1/auth/", form=asked | {"password": app}).status,
            client.get(link).status,
        ]

    assert answers() == [200, 200, 200, 200, 1020, 200, 200, 200]
    assert ann.client.delete("/v1/devices/").status == 204
    assert answers() == [401, 401, 401, 403, 1021, 401, 401, 404]
    assert [item["is_current"] for item in ann.client.get("/v1/devices/").json] == [True]
    assert client.get(kept).body == b"a"


def test_an_administrator_sees_what_is_signed_in_and_signs_it_out(client: Client, core: Core, ann: Person) -> None:
    root = join(core, client, "root", is_staff=True)
    cookie = client.post("/v1/session/", form={"username": "ann", "password": PASSWORD}).headers["set-cookie"]
    listed = root.client.get(f"/v1/accounts/{ann.id}/devices/").json
    assert sorted(item["kind"] for item in listed) == ["login", "session"]
    assert [item["is_current"] for item in listed] == [False, False]
    assert root.client.delete(f"/v1/accounts/{ann.id}/devices/").status == 204
    assert_error(ann.client.get("/v1/devices/"), 401, "not_authenticated")
    assert_error(client.get("/v1/devices/", headers={"Cookie": cookie.partition(";")[0]}), 401, "not_authenticated")
    assert root.client.get(f"/v1/accounts/{ann.id}/devices/").json == []
    (event,) = root.client.get("/v1/audit/?action=account_sign_out").json
    assert (event["account"], event["target"]) == ("root", "ann")
    assert root.client.delete(f"/v1/accounts/{root.id}/devices/").status == 204
    assert root.client.get("/v1/devices/").status == 200
