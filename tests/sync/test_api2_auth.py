"""Seafile's web API: who the server is, signing in and out, and one's account."""

import pytest

from syncfile.core import devices, tokens, users
from syncfile.core.core import Core
from syncfile.core.throttle import TRIES_PER_PAIR
from tests.conftest import Client
from tests.rest.people import PASSWORD, ROOT, join
from tests.sync.web_api import assert_invalid_token, assert_refused

WRONG = {"non_field_errors": ["Unable to login with provided credentials."]}
DEVICE = {"device_id": "ab" * 20, "device_name": "ann's desk", "platform": "linux", "client_version": "9.0.5"}


def credentials(name: str = "ann", password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"username": name, "password": password} | more


def test_server_says_the_version_that_clients_know(client: Client) -> None:
    answer = client.get("/api2/server-info/")
    assert answer.status == 200
    assert answer.json == {"version": "8.0.8", "encrypted_library_version": 2, "features": ["seafile-basic"]}


def test_ping_is_answered_to_anybody(client: Client) -> None:
    assert client.get("/api2/ping/").json == "pong"


def test_ping_with_a_token_tells_whether_it_is_good(core: Core, client: Client) -> None:
    assert join(core, client, "ann").client.get("/api2/auth/ping/").json == "pong"
    assert_invalid_token(client.get("/api2/auth/ping/"))


@pytest.mark.parametrize("name", ["ann", "ann@example.org"])
def test_form_with_name_or_email_gives_a_token(core: Core, client: Client, name: str) -> None:
    join(core, client, "ann")
    answer = client.post("/api2/auth-token/", form=credentials(name, **DEVICE, platform_version=""))
    assert answer.status == 200
    assert len(answer.json["token"]) == 40
    assert client.with_token(answer.json["token"]).get("/api2/account/info/").json["email"] == "ann"


def test_json_gives_a_token_too(core: Core, client: Client) -> None:
    join(core, client, "ann")
    assert len(client.post("/api2/auth-token/", json=credentials()).json["token"]) == 40


def test_device_is_listed_as_it_introduced_itself(core: Core, client: Client) -> None:
    ann = join(core, client, "ann")
    client.post("/api2/auth-token/", form=credentials(**DEVICE))
    found = [item.device for item in devices.list_devices(core, ann.actor)]
    assert tokens.Device("ab" * 20, "ann's desk", "linux", "9.0.5") in found


def test_program_without_a_device_is_listed_by_its_name(core: Core, client: Client) -> None:
    ann = join(core, client, "ann")
    client.post("/api2/auth-token/", json=credentials(), headers={"User-Agent": "rclone/v1.60.1 (linux)"})
    assert "rclone/v1.60.1" in [item.device.name for item in devices.list_devices(core, ann.actor)]


@pytest.mark.parametrize("sent", [credentials(password="wrong"), credentials("nobody"), {}])
def test_wrong_credentials_are_told_as_clients_expect(core: Core, client: Client, sent: dict[str, str]) -> None:
    join(core, client, "ann")
    answer = client.post("/api2/auth-token/", form=sent)
    assert (answer.status, answer.json) == (400, WRONG)


def test_guessing_passwords_is_slowed_down(core: Core, client: Client) -> None:
    join(core, client, "ann")
    for _ in range(TRIES_PER_PAIR):
        assert client.post("/api2/auth-token/", form=credentials(password="wrong")).status == 400
    answer = client.post("/api2/auth-token/", form=credentials())
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) > 0
    assert set(answer.json) == {"non_field_errors"}


def test_account_is_named_as_its_commits_are_signed(core: Core, client: Client) -> None:
    ann = join(core, client, "ann")
    ann.put("/a", b"12345")
    users.update_account(core, ROOT, ann.id, total=1000)
    assert ann.client.get("/api2/account/info/").json == {
        "email": "ann",
        "name": "ann",
        "contact_email": "ann@example.org",
        "login_id": "",
        "institution": "",
        "is_staff": False,
        "usage": 5,
        "total": 1000,
        "space_usage": "0.50%",
    }


def test_account_without_a_quota_has_the_total_that_means_so(core: Core, client: Client) -> None:
    ann = join(core, client, "ann")
    users.update_account(core, ROOT, ann.id, total=0)
    assert ann.client.get("/api2/account/info/").json["total"] == -2


def test_signing_out_ends_the_token_and_the_syncing_it_began(core: Core, client: Client) -> None:
    ann = join(core, client, "ann")
    sync_token = ann.client.get(f"/api2/repos/{ann.repo_id}/download-info/").json["token"]
    assert tokens.find(core, "sync", sync_token) is not None
    assert ann.client.post("/api2/logout-device/").status == 200
    assert_invalid_token(ann.client.get("/api2/account/info/"))
    assert tokens.find(core, "sync", sync_token) is None


@pytest.mark.parametrize("value", ["", "Token", "Token " + "0" * 40, "Basic YW5uOng="])
def test_bad_token_is_told_as_clients_expect(client: Client, value: str) -> None:
    assert_invalid_token(client.get("/api2/repos/", headers={"Authorization": value} if value else {}))


@pytest.mark.parametrize("path", ["/api2/", "/api2/nothing/", "/api/v2.1/nothing/", "/api/"])
def test_unknown_path_is_a_plain_404(client: Client, path: str) -> None:
    assert_refused(client.get(path), 404)
