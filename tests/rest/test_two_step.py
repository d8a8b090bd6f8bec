"""Two-step sign-in over the wire, in each of the APIs."""

import re
from dataclasses import replace

import pytest

from syncfile.core import totp
from syncfile.core.core import Core
from tests.conftest import Client
from tests.core.accounts import Clock
from tests.rest.people import PASSWORD, Person, assert_error, join

ASKED = {"username": "ann", "password": PASSWORD}


@pytest.fixture
def core(core: Core) -> Core:
    """The same store under a clock that stands still: no code goes by while a test runs."""
    return replace(core, clock=Clock())


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    return join(core, client, "ann")


class Enrolled:
    """The second step of an account that has it."""

    def __init__(self, person: Person) -> None:
        answer = person.client.post("/v1/account/two-step/", json={"password": PASSWORD})
        assert answer.status == 200
        self.secret, self.uri = answer.json["secret"], answer.json["uri"]
        self._core = person.core
        form = {"password": PASSWORD, "secret": self.secret, "code": self.code(-1)}
        answer = person.client.put("/v1/account/two-step/", json=form)
        assert answer.status == 200
        self.recovery_codes: list[str] = answer.json["recovery_codes"]

    def code(self, later: int = 0) -> str:
        return totp.code_at(self.secret, totp.step_at(self._core.clock()) + later)


@pytest.fixture
def enrolled(ann: Person) -> Enrolled:
    return Enrolled(ann)


def test_turning_it_on_and_off(ann: Person) -> None:
    path = "/v1/account/two-step/"
    assert ann.client.get(path).json == {"enabled": False, "recovery_codes_left": 0}
    enrolled = Enrolled(ann)
    assert re.fullmatch("[A-Z2-7]{32}", enrolled.secret)
    assert enrolled.uri == f"otpauth://totp/SyncFile%3Aann?secret={enrolled.secret}&issuer=SyncFile"
    assert [len(code) for code in enrolled.recovery_codes] == [9] * 10
    assert ann.client.get(path).json == {"enabled": True, "recovery_codes_left": 10}
    assert_error(ann.client.post(path, json={"password": PASSWORD}), 409, "already_exists")
    assert_error(ann.client.delete(path, json={"password": "wrong"}), 403, "password_wrong")
    assert_error(ann.client.delete(path), 400, "bad_request", "password")
    assert ann.client.delete(path, json={"password": PASSWORD}).status == 204
    assert ann.client.get(path).json == {"enabled": False, "recovery_codes_left": 0}


def test_a_wrong_code_does_not_turn_it_on(ann: Person) -> None:
    secret = ann.client.post("/v1/account/two-step/", json={"password": PASSWORD}).json["secret"]
    form = {"password": PASSWORD, "secret": secret, "code": "000000"}
    assert_error(ann.client.put("/v1/account/two-step/", json=form), 403, "code_wrong")
    form = {"password": PASSWORD, "secret": "AAAA", "code": "000000"}
    assert_error(ann.client.put("/v1/account/two-step/", json=form), 400, "bad_request", "secret")
    assert ann.client.get("/v1/account/two-step/").json["enabled"] is False


@pytest.mark.parametrize("path", ["/v1/auth/", "/v1/session/"])
def test_signing_in_takes_password_and_code(client: Client, enrolled: Enrolled, path: str) -> None:
    answer = client.post(path, json=ASKED)
    assert_error(answer, 401, "code_required")
    assert "set-cookie" not in answer.headers
    answer = client.post(path, json=ASKED | {"code": "000000"})
    assert_error(answer, 401, "code_wrong")
    assert "set-cookie" not in answer.headers
    assert_error(client.post(path, json=ASKED | {"password": "x", "code": enrolled.code()}), 401, "not_authenticated")
    assert client.post(path, json=ASKED | {"code": enrolled.code()}).status == 200
    assert_error(client.post(path, json=ASKED | {"code": enrolled.code()}), 401, "code_wrong")
    assert client.post(path, json=ASKED | {"code": enrolled.recovery_codes[0]}).status == 200
    assert_error(client.post(path, json=ASKED | {"code": enrolled.recovery_codes[0]}), 401, "code_wrong")


def test_guessing_codes_is_stopped(client: Client, enrolled: Enrolled) -> None:
    for _ in range(20):
        assert client.post("/v1/auth/", json=ASKED | {"code": "000000"}).status == 401
    answer = client.post("/v1/auth/", json=ASKED | {"code": enrolled.code()})
    assert_error(answer, 429, "too_many")
    assert int(answer.headers["retry-after"]) > 0


def test_seafiles_clients_send_the_code_in_a_header(client: Client, enrolled: Enrolled) -> None:
    def ask(**headers: str) -> tuple[int, object, str | None]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = client.post("/api2/auth-token/", form=ASKED, headers=sent)
        return answer.status, answer.json, answer.headers.get("x-seafile-otp")

    missing = {"non_field_errors": ["Two factor auth token is missing."]}
    invalid = {"non_field_errors": ["Two factor auth token is invalid."]}
    assert ask() == (400, missing, "required")
    assert ask(X_SEAFILE_OTP="000000") == (400, invalid, "required")
    status, answer, header = ask(X_SEAFILE_OTP=enrolled.code())
    assert (status, header) == (200, None)
    assert isinstance(answer, dict)
    assert client.with_token(answer["token"]).get("/api2/auth/ping/").json == "pong"


def test_the_legacy_api_has_no_code_and_takes_an_app_password(client: Client, ann: Person, enrolled: Enrolled) -> None:
    wrong = client.post("/v1/getAuthID", form=ASKED | {"password": "wrong"})
    right = client.post("/v1/getAuthID", form=ASKED | {"code": enrolled.code()})
    assert (right.status, right.body) == (wrong.status, wrong.body)
    assert right.json["error_code"] == 1011
    app = ann.client.post("/v1/account/app-passwords/", json={"name": "old program"}).json["password"]
    answer = client.post("/v1/getAuthID", form=ASKED | {"password": app}).json
    assert answer["error_code"] == 1010
    listed = client.get("/v1/folder", query={"op": "list", "path": "root", "authid": answer["authid"]}).json
    assert listed["error_code"] == 1150


def test_new_recovery_codes(client: Client, ann: Person, enrolled: Enrolled) -> None:
    path = "/v1/account/recovery-codes/"
    assert_error(ann.client.post(path, json={"password": "wrong"}), 403, "password_wrong")
    codes = ann.client.post(path, json={"password": PASSWORD}).json["recovery_codes"]
    assert len(codes) == 10
    assert_error(client.post("/v1/auth/", json=ASKED | {"code": enrolled.recovery_codes[0]}), 401, "code_wrong")
    assert client.post("/v1/auth/", json=ASKED | {"code": codes[0]}).status == 200


def test_an_administrator_helps_who_has_lost_everything(
    core: Core, client: Client, ann: Person, enrolled: Enrolled
) -> None:
    root = join(core, client, "root", is_staff=True)
    assert root.client.delete(f"/v1/accounts/{ann.id}/two-step/").status == 204
    assert client.post("/v1/auth/", json=ASKED).status == 200
    assert_error(root.client.delete("/v1/accounts/99/two-step/"), 404, "not_found")
