"""The audit log and the history of signing in, over the wire."""

import ast
import csv
import io
from pathlib import Path

import pytest

from syncfile.core import audit
from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.people import PASSWORD, Person, assert_error, join

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    return join(core, client, "ann")


@pytest.fixture
def root(core: Core, client: Client) -> Person:
    return join(core, client, "root", is_staff=True)


def test_administrators_read_what_was_done(ann: Person, root: Person) -> None:
    ann.client.post("/v1/groups/", form={"group_name": "Family"})
    answer = root.client.get("/v1/audit/?limit=1")
    assert answer.status == 200
    (event,) = answer.json
    assert set(event) == {"id", "time", "account", "address", "action", "target", "facts"}
    assert (event["account"], event["address"], event["action"], event["target"]) == (
        "ann",
        "127.0.0.1",
        "group_create",
        "Family",
    )
    assert event["facts"] == {"group_id": 1}
    assert_error(ann.client.get("/v1/audit/"), 403, "permission_denied")


def test_the_log_is_asked_by_page_action_and_account(ann: Person, root: Person) -> None:
    for name in ("one", "two"):
        ann.client.post("/v1/groups/", form={"group_name": name})
    root.client.post("/v1/groups/", form={"group_name": "three"})

    def targets(query: str) -> list[str]:
        return [item["target"] for item in root.client.get(f"/v1/audit/?{query}").json]

    assert targets("action=group_create") == ["three", "two", "one"]
    assert targets("action=group_create&start=1&limit=1") == ["two"]
    assert targets("action=group_create&account=ann") == ["two", "one"]
    assert_error(root.client.get("/v1/audit/?format=xml"), 400, "bad_request", "format")


def test_the_whole_log_is_a_file_for_spreadsheets(core: Core, ann: Person, root: Person) -> None:
    with core.db.transaction():
        for number in range(audit.PAGE_ROWS + 1):
            audit.record(core, ann.actor, "thing_do", f"=NUMBER({number})")
    answer = root.client.get("/v1/audit/?format=csv&limit=1&account=ann&action=thing_do")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    assert [row["target"] for row in rows] == [f"'=NUMBER({number})" for number in range(audit.PAGE_ROWS, -1, -1)]


def test_everybody_sees_who_signed_in_with_their_account(client: Client, ann: Person) -> None:
    agent = {"User-Agent": "Firefox " + "x" * 300}
    client.post("/v1/session/", form={"username": "ann", "password": "wrong"}, headers=agent)
    client.post("/v1/session/", form={"username": "ann", "password": PASSWORD}, headers=agent)
    client.post("/v1/auth/", form={"username": "ann", "password": PASSWORD, "device_name": "phone"})
    client.post("/v1/getAuthID", form={"username": "ann", "password": "wrong"}, headers={"User-Agent": "tool"})
    found = ann.client.get("/v1/account/sign-ins/").json
    assert [(item["client"], item["success"], item["address"]) for item in found[:4]] == [
        ("tool", False, "127.0.0.1"),
        ("phone", True, "127.0.0.1"),
        (agent["User-Agent"][:200], True, "127.0.0.1"),
        (agent["User-Agent"][:200], False, "127.0.0.1"),
    ]
    assert ann.client.get("/v1/account/sign-ins/?start=1&limit=2").json == found[1:3]


def test_every_action_is_on_its_page() -> None:
    """Whatever part of the program notes something: an administrator can look it up."""
    sources = [path.read_text("utf-8") for path in (ROOT / "syncfile").rglob("*.py")]
    calls = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    noted = {
        str(call.args[2].value)
        for call in calls
        if ast.unparse(call.func) == "audit.record" and isinstance(call.args[2], ast.Constant)
    }
    assert {"sign_in", "repo_create", "link_create"} <= noted
    page = (ROOT / "docs" / "api" / "audit.md").read_text("utf-8")
    assert {action for action in noted if f"`{action}`" not in page} == set()
