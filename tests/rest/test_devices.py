"""What is signed in, over the wire."""

import pytest

from syncfile.core.core import Core
from tests.conftest import Client
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
