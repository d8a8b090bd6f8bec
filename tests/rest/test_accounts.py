"""Accounts, tokens and sessions over the wire."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from syncfile import __version__
from syncfile.app import FACES
from syncfile.core import tokens, users
from syncfile.core.core import Core
from syncfile.core.door import CoreDoor
from tests.conftest import Client, Server
from tests.rest.people import PASSWORD, ROOT, Person, assert_error, assert_like, join

ACCOUNT = {
    "id": 2,
    "username": "user",
    "email": "user@mail.com",
    "is_active": True,
    "usage": 0,
    "total": 107374182400,
    "ctime": 1356061187741686,
}


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    return join(core, client, "ann")


@pytest.fixture
def root(core: Core, client: Client) -> Person:
    return join(core, client, "root", is_staff=True)


# --- tokens


@pytest.mark.parametrize("name", ["ann", "ANN@example.org"])
def test_signing_in_gives_a_token_that_opens_the_api(client: Client, ann: Person, name: str) -> None:
    answer = client.post("/v1/auth/", form={"username": name, "password": PASSWORD})
    assert answer.status == 200
    assert_like({"token": "24fd3c026886e3121b2ca630805ed425c272cb96"}, answer.json)
    assert re.fullmatch("[0-9a-f]{40}", answer.json["token"])
    assert client.with_token(answer.json["token"]).get("/v1/account/").json["id"] == ann.id
    assert "set-cookie" not in answer.headers


def test_wrong_names_and_passwords_look_the_same(client: Client, ann: Person) -> None:
    answers = [
        client.post("/v1/auth/", json={"username": name, "password": password})
        for name, password in (("ann", "wrong"), ("nobody", PASSWORD))
    ]
    for answer in answers:
        assert_error(answer, 401, "not_authenticated")
    assert answers[0].body == answers[1].body
    assert_error(client.post("/v1/auth/", form={"username": "ann"}), 400, "bad_request", "password")


def test_guessing_is_stopped_and_says_for_how_long(client: Client, ann: Person) -> None:
    for _ in range(20):
        assert client.post("/v1/auth/", form={"username": "ann", "password": "wrong"}).status == 401
    answer = client.post("/v1/auth/", form={"username": "ann", "password": PASSWORD})
    assert_error(answer, 429, "too_many")
    assert 0 < int(answer.headers["retry-after"]) <= 600


def test_a_token_is_dead_after_signing_out(ann: Person) -> None:
    assert ann.client.delete("/v1/auth/").status == 204
    assert_error(ann.client.get("/v1/account/"), 401, "not_authenticated")


# --- accounts


def test_making_an_account(client: Client, core: Core) -> None:
    form = {"username": "user", "email": "user@mail.com", "password": PASSWORD}
    answer = client.post("/v1/accounts/", form=form)
    assert answer.status == 201
    assert_like(ACCOUNT, answer.json)
    assert {name: answer.json[name] for name in ("username", "email", "is_active", "is_staff", "usage", "total")} == {
        "username": "user",
        "email": "user@mail.com",
        "is_active": True,
        "is_staff": False,
        "usage": 0,
        "total": 107374182400,
    }
    assert abs(answer.json["ctime"] / 1e6 - core.now()) < 60
    assert_error(client.post("/v1/accounts/", form=form), 409, "already_exists")
    assert_error(client.post("/v1/accounts/", form=form | {"username": "a/b"}), 400, "bad_request", "user name")
    assert_error(client.post("/v1/accounts/", form={"username": "x", "password": "y"}), 400, "bad_request", "email")


@pytest.fixture
def closed(core: Core) -> Iterator[Client]:
    """A server on which nobody may register."""
    ruled = replace(core, config=replace(core.config, registration="closed"))
    running = Server(ruled.config, CoreDoor(lambda: ruled), FACES)
    yield running.client
    running.stop()


def test_only_administrators_make_accounts_where_registration_is_closed(core: Core, closed: Client) -> None:
    root, ann = join(core, closed, "root", is_staff=True), join(core, closed, "ann")
    form = {"username": "user", "email": "user@mail.com", "password": PASSWORD}
    assert_error(closed.post("/v1/accounts/", form=form), 403, "permission_denied")
    assert_error(ann.client.post("/v1/accounts/", form=form), 403, "permission_denied")
    assert_error(closed.with_token("0" * 40).post("/v1/accounts/", form=form), 401, "not_authenticated")
    assert root.client.post("/v1/accounts/", form=form).status == 201
    assert closed.get("/v1/session/").json["may_register"] is False
    assert root.client.get("/v1/session/").json["may_register"] is True


def test_listing_accounts_is_for_administrators_and_goes_by_pages(client: Client, ann: Person, root: Person) -> None:
    answer = root.client.get("/v1/accounts/")
    assert answer.status == 200
    assert_like([ACCOUNT], answer.json)
    assert [item["username"] for item in answer.json] == ["ann", "root"]
    assert [item["username"] for item in root.client.get("/v1/accounts/?start=1&limit=1").json] == ["root"]
    assert_error(root.client.get("/v1/accounts/?limit=0"), 400, "bad_request", "limit")
    assert_error(ann.client.get("/v1/accounts/"), 403, "permission_denied")
    assert_error(client.get("/v1/accounts/"), 401, "not_authenticated")


def test_an_account_is_seen_by_itself_and_by_administrators(ann: Person, root: Person) -> None:
    for person in (ann, root):
        answer = person.client.get(f"/v1/accounts/{ann.id}/")
        assert answer.status == 200
        assert_like(ACCOUNT, answer.json)
    assert ann.client.get("/v1/account").json["username"] == "ann"
    for path in (f"/v1/accounts/{root.id}/", "/v1/accounts/99/", "/v1/accounts/x/"):
        assert_error(ann.client.get(path), 404, "not_found")


def test_usage_counts_what_is_in_the_libraries(ann: Person) -> None:
    ann.put("/a.txt", b"12345")
    assert ann.client.get("/v1/account/").json["usage"] == 5


def test_an_account_changes_itself_and_not_its_rights(ann: Person, root: Person) -> None:
    path = f"/v1/accounts/{ann.id}/"
    answer = ann.client.put(path, form={"email": "new@mail.com", "old_password": PASSWORD})
    assert answer.status == 200
    assert_like(ACCOUNT, answer.json)
    assert answer.json["email"] == "new@mail.com"
    for change in ({"total": 1}, {"is_staff": "true"}, {"is_active": "false"}):
        assert_error(ann.client.put(path, form=change), 403, "permission_denied")
        assert_error(ann.client.put(f"/v1/accounts/{root.id}/", form=change), 404, "not_found")
    known = {"old_password": PASSWORD}
    assert_error(ann.client.put(path, form={"email": "root@example.org"} | known), 409, "already_exists")
    assert_error(ann.client.put(path, form={"password": ""} | known), 400, "bad_request", "password")


def test_a_password_or_mail_address_of_ones_own_takes_the_old_password(ann: Person, root: Person) -> None:
    for person in (ann, root):
        path = f"/v1/accounts/{person.id}/"
        for change in ({"email": "new@mail.com"}, {"password": "new one"}):
            assert_error(person.client.put(path, form=change), 400, "bad_request", "old_password")
            answer = person.client.put(path, form=change | {"old_password": "wrong"})
            assert_error(answer, 403, "password_wrong")
    assert root.client.put(f"/v1/accounts/{ann.id}/", form={"email": "new@mail.com"}).status == 200


def test_whoever_has_a_token_cannot_guess_the_password_with_it(ann: Person) -> None:
    form = {"email": "new@mail.com", "old_password": "wrong"}
    for _ in range(20):
        assert ann.client.put(f"/v1/accounts/{ann.id}/", form=form).status == 403
    answer = ann.client.put(f"/v1/accounts/{ann.id}/", form=form | {"old_password": PASSWORD})
    assert_error(answer, 429, "too_many")


def test_an_administrator_sets_quota_and_rights(ann: Person, root: Person) -> None:
    path = f"/v1/accounts/{ann.id}/"
    answer = root.client.put(path, json={"total": 5000, "is_staff": True})
    assert (answer.json["total"], answer.json["is_staff"]) == (5000, True)
    assert_error(root.client.put(path, json={"total": -1}), 400, "bad_request", "quota")
    assert root.client.put(path, json={"is_active": False}).json["is_active"] is False
    assert_error(ann.client.get("/v1/account/"), 401, "not_authenticated")
    assert_error(root.client.put(f"/v1/accounts/{root.id}/", json={"is_staff": False}), 403, "permission_denied")


def test_a_new_password_signs_out_everything_else(client: Client, core: Core, ann: Person) -> None:
    other = client.with_token(tokens.issue(core, "login", ann.id, lifetime=None))
    form = {"password": "new one", "old_password": PASSWORD}
    assert ann.client.put(f"/v1/accounts/{ann.id}/", form=form).status == 200
    assert ann.client.get("/v1/account/").status == 200
    assert other.get("/v1/account/").status == 401
    assert client.post("/v1/auth/", form={"username": "ann", "password": PASSWORD}).status == 401
    assert client.post("/v1/auth/", form={"username": "ann", "password": "new one"}).status == 200


def test_deleting_accounts_is_for_administrators(ann: Person, root: Person) -> None:
    assert_error(ann.client.delete(f"/v1/accounts/{ann.id}/"), 403, "permission_denied")
    answer = root.client.delete(f"/v1/accounts/{ann.id}/")
    assert (answer.status, answer.body) == (204, b"")
    assert_error(root.client.delete(f"/v1/accounts/{ann.id}/"), 404, "not_found")
    assert_error(root.client.delete(f"/v1/accounts/{root.id}/"), 403, "permission_denied")
    assert ann.client.get("/v1/account/").status == 401


# --- sessions


def cookie_of(client: Client, headers: dict[str, str] | None = None) -> str:
    answer = client.post("/v1/session/", form={"username": "ann", "password": PASSWORD}, headers=headers)
    assert answer.status == 200
    return answer.headers["set-cookie"]


def browser(client: Client, cookie: str, **headers: str) -> Client:
    return Client(client.port, {"Cookie": cookie.partition(";")[0], **headers})


def test_a_session_is_kept_in_a_cookie_that_scripts_and_other_sites_do_not_get(client: Client, ann: Person) -> None:
    cookie = cookie_of(client)
    assert re.fullmatch(r"session=[0-9a-f]{40}; Path=/; HttpOnly; SameSite=Strict; Max-Age=1209600", cookie)
    assert browser(client, cookie).get("/v1/account/").json["username"] == "ann"


def test_the_page_learns_who_one_is_and_what_it_needs_of_the_server(client: Client, ann: Person) -> None:
    nobody = client.get("/v1/session/").json
    assert nobody == {
        "name": "SyncFile",
        "version": __version__,
        "registration": "lan",
        "may_register": True,
        "account": None,
    }
    somebody = browser(client, cookie_of(client)).get("/v1/session/").json
    assert_like(ACCOUNT, somebody["account"])
    assert browser(client, "session=" + "0" * 40).get("/v1/session/").json == nobody
    assert client.with_token("0" * 40).get("/v1/session/").status == 401


def test_a_request_by_cookie_that_changes_something_must_come_from_our_own_page(client: Client, ann: Person) -> None:
    cookie = cookie_of(client)
    own = f"http://127.0.0.1:{client.port}"
    for headers in (
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{client.port + 1}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ):
        answer = browser(client, cookie, **headers).post("/v1/groups/", form={"group_name": "g"})
        assert_error(answer, 403, "permission_denied")
    for headers in ({"Origin": own}, {"Sec-Fetch-Site": "same-origin"}):
        assert browser(client, cookie, **headers).post("/v1/groups/", form={"group_name": "g"}).status == 201
    assert browser(client, cookie, Origin="http://evil.example").get("/v1/groups/").status == 200


def test_another_site_cannot_sign_a_browser_in(client: Client, ann: Person) -> None:
    form = {"username": "ann", "password": PASSWORD}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert_error(client.post("/v1/session/", form=form, headers=headers), 403, "permission_denied")
    assert cookie_of(client, {"Origin": f"http://127.0.0.1:{client.port}"})


def test_a_closed_session_is_dead_and_its_cookie_taken_back(client: Client, ann: Person) -> None:
    cookie = cookie_of(client)
    page = browser(client, cookie, Origin=f"http://127.0.0.1:{client.port}")
    answer = page.delete("/v1/session/")
    assert answer.status == 204
    assert answer.headers["set-cookie"] == "session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
    assert_error(page.get("/v1/account/"), 401, "not_authenticated")


def test_a_session_is_no_token_and_a_token_no_session(client: Client, core: Core, ann: Person) -> None:
    session = cookie_of(client).partition(";")[0].partition("=")[2]
    assert client.with_token(session).get("/v1/account/").status == 401
    login = tokens.issue(core, "login", ann.id, lifetime=None)
    assert browser(client, f"session={login}").get("/v1/account/").status == 401


def test_a_new_password_ends_the_sessions(client: Client, core: Core, ann: Person) -> None:
    page = browser(client, cookie_of(client))
    users.update_account(core, ROOT, ann.id, password="new one")
    assert page.get("/v1/account/").status == 401


def test_the_legacy_api_takes_no_cookie(client: Client, ann: Person) -> None:
    page = browser(client, cookie_of(client))
    assert page.get("/v1/folder?op=list&path=root").json["error_code"] == 1021
