"""``/v1/userRegister``, ``/v1/getAuthID`` and ``/v1/isAuthAlive`` as their document has them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from tests.conftest import Answer, Client
from tests.wire.daemon import Daemon
from tests.wire.people import PASSWORD, Person, account, meet, request_from, sign_in, told

Ask = Callable[[Client, str, dict[str, str]], Answer]


def by_get(client: Client, path: str, parameters: dict[str, str]) -> Answer:
    return client.get(path, query=parameters)


def by_post(client: Client, path: str, parameters: dict[str, str]) -> Answer:
    return client.post(path, form=parameters)


@pytest.fixture(params=[by_get, by_post])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Both ways to send parameters."""
    way: Ask = request.param
    return way


def test_an_account_is_registered_and_signed_in(client: Client, ask: Ask) -> None:
    name = f"new-{ask.__name__}"
    assert told(ask(client, "/v1/userRegister", account(name)), 1000) == {}
    signed_in = told(ask(client, "/v1/getAuthID", {"username": name, "password": PASSWORD, "fmt": "json"}), 1010)
    assert signed_in.keys() == {"authid"}
    assert re.fullmatch(r"[0-9a-f]{40}", signed_in["authid"])
    alive = told(ask(client, "/v1/isAuthAlive", {"authid": signed_in["authid"]}), 1020)
    assert alive.keys() == {"auth_time"}
    issued = datetime.strptime(alive["auth_time"], "UTC: %Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - issued) < timedelta(minutes=5)


def test_a_name_that_is_taken_is_refused_in_any_case_of_letters(client: Client, ann: Person, ask: Ask) -> None:
    taken = account(ann.name.upper(), email="other@example.org")
    assert told(ask(client, "/v1/userRegister", taken), 1001) == {}


def test_an_email_that_is_taken_is_refused(client: Client, ann: Person, ask: Ask) -> None:
    taken = account("somebody-new", email=f"{ann.name}@EXAMPLE.org")
    assert told(ask(client, "/v1/userRegister", taken), 1002) == {}


@pytest.mark.parametrize("blank", ["", " ", "\t\u3000\n"])
@pytest.mark.parametrize("name", ["username", "password", "email"])
def test_a_blank_value_is_refused(client: Client, ask: Ask, name: str, blank: str) -> None:
    assert told(ask(client, "/v1/userRegister", account("blank") | {name: blank}), 1003) == {}


@pytest.mark.parametrize("name", ["username", "password", "email"])
def test_a_value_that_is_not_sent_counts_as_blank(client: Client, ask: Ask, name: str) -> None:
    parameters = account("blank")
    del parameters[name]
    assert told(ask(client, "/v1/userRegister", parameters), 1003) == {}


@pytest.mark.parametrize("char", '\\/:*?"<>|')
def test_a_name_with_a_forbidden_character_is_refused(client: Client, ask: Ask, char: str) -> None:
    assert told(ask(client, "/v1/userRegister", account("forbidden") | {"username": f"a{char}b"}), 1004) == {}


@pytest.mark.parametrize("name", ["名前", "Zoë Müller", "a b", "o'neil%&=+#", "😀", "-", "x" * 255])
def test_a_name_may_hold_any_other_character(client: Client, name: str) -> None:
    assert meet(client, name).authid == sign_in(client, name).authid


def test_the_same_authid_is_told_again_and_again(client: Client, ann: Person) -> None:
    told(client.get("/v1/getAuthID", query={"username": ann.name, "password": "wrong"}), 1011)
    assert [sign_in(client, ann.name).authid for _ in range(3)] == [ann.authid] * 3


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper(), PASSWORD + " ", "\0", "x" * 5000])
def test_a_wrong_password_gets_a_blank_authid(client: Client, ann: Person, ask: Ask, password: str) -> None:
    refused = told(ask(client, "/v1/getAuthID", {"username": ann.name, "password": password}), 1011)
    assert refused == {"authid": " "}


def test_an_unknown_name_is_answered_like_a_wrong_password(client: Client, ask: Ask) -> None:
    assert told(ask(client, "/v1/getAuthID", {"username": "nobody", "password": PASSWORD}), 1011) == {"authid": " "}


@pytest.mark.parametrize("authid", ["", " ", "0" * 40, "é😀\0", "x" * 5000])
def test_an_authid_that_is_none_is_invalid(client: Client, ask: Ask, authid: str) -> None:
    assert told(ask(client, "/v1/isAuthAlive", {"authid": authid}), 1021) == {"auth_time": " "}


@pytest.mark.parametrize("operation", ["mkdir", "getdetail", "rename", "rm", "list"])
def test_a_folder_operation_with_an_invalid_authid_says_so(client: Client, ask: Ask, operation: str) -> None:
    parameters = {"op": operation, "authid": "0" * 40, "path": "a", "name": "b"}
    assert told(ask(client, "/v1/folder", parameters), 1021) == {"auth_time": " "}


def test_a_file_operation_with_an_invalid_authid_says_so(client: Client) -> None:
    stranger = Person(client, "stranger", "0" * 40)
    for answer in (stranger.upload("a", b"x"), stranger.upload_form("a", b"x"), stranger.ask_link("a")):
        assert told(answer, 1021) == {"auth_time": " "}


def test_a_trailing_slash_makes_no_difference(client: Client, ann: Person) -> None:
    told(client.get("/v1/isAuthAlive/", query={"authid": ann.authid}), 1020)


def test_the_twenty_first_wrong_password_has_to_wait_but_other_addresses_need_not(
    start_daemon: Callable[..., Daemon],
) -> None:
    client = start_daemon().client
    ann = meet(client)
    wrong = {"username": ann.name, "password": "wrong"}
    for _ in range(20):
        told(client.post("/v1/getAuthID", form=wrong), 1011)
    refused = client.post("/v1/getAuthID", form=wrong)
    assert (refused.status, refused.json["error"]) == (429, "too_many")
    assert 0 < int(refused.headers["retry-after"]) <= 600
    right = {"username": ann.name, "password": PASSWORD}
    assert client.post("/v1/getAuthID", form=right).status == 429
    status, body = request_from("127.0.0.2", client.port, f"/v1/getAuthID?{urlencode(right)}")
    assert (status, ann.authid in body.decode()) == (200, True)
    told(client.get("/v1/isAuthAlive", query={"authid": ann.authid}), 1020)


def test_nobody_can_register_where_registration_is_closed(start_daemon: Callable[..., Daemon]) -> None:
    client = start_daemon(registration="closed").client
    told(client.post("/v1/userRegister", form=account("ann")), 1011)
    told(client.post("/v1/getAuthID", form={"username": "ann", "password": PASSWORD}), 1011)


def test_only_the_local_network_can_register_by_default(start_daemon: Callable[..., Daemon]) -> None:
    client = start_daemon(trusted_proxies="127.0.0.0/8").client
    far, near = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "192.168.1.9"}
    told(client.post("/v1/userRegister", form=account("ann"), headers=far), 1011)
    told(client.post("/v1/userRegister", form=account("ann"), headers=near), 1000)


def test_anybody_can_register_where_registration_is_open(start_daemon: Callable[..., Daemon]) -> None:
    client = start_daemon(registration="open", trusted_proxies="127.0.0.0/8").client
    told(client.post("/v1/userRegister", form=account("ann"), headers={"X-Forwarded-For": "203.0.113.9"}), 1000)


def test_no_secret_reaches_the_log(daemon: Daemon, ann: Person) -> None:
    query = {"username": ann.name, "password": PASSWORD}
    for path in ("/v1/getAuthID", "/v1/userRegister", "/v1/isAuthAlive"):
        daemon.client.get(path, query=query | {"authid": ann.authid, "email": ""})
        daemon.client.post(path, form=query | {"authid": ann.authid, "email": ""})
    ann.store("a.txt", b"content nobody logs")
    link = ann.link("a.txt")
    assert daemon.client.get(link).body == b"content nobody logs"
    log = daemon.log
    assert f" GET {'/v1/getAuthID'} 200 " in log
    for secret in (PASSWORD, ann.authid, link.rpartition("=")[2], "content nobody logs"):
        assert secret not in log


def test_secrets_are_not_stored_as_they_are(daemon: Daemon, ann: Person) -> None:
    ann.store("a.txt", b"x")
    secrets = [PASSWORD.encode(), ann.authid.encode(), ann.link("a.txt").rpartition("=")[2].encode()]
    stored = b"".join(file.read_bytes() for file in daemon.data.glob("syncfile.db*"))
    assert ann.name.encode() in stored
    assert [secret for secret in secrets if secret in stored] == []
