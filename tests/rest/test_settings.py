"""Administrators change settings while the server runs."""

import pytest

from syncfile.core import server_settings
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from tests.conftest import Client
from tests.rest.people import Person, join


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    """An administrator."""
    return join(core, client, "ann", is_staff=True)


def setting(person: Person, name: str) -> dict[str, object]:
    return next(item for item in person.client.get("/v1/settings/").json if item["name"] == name)


def test_settings_tell_their_value_and_what_they_are_for(ann: Person) -> None:
    assert setting(ann, "registration") == {
        "name": "registration",
        "value": "lan",
        "default": "lan",
        "unit": "open, lan or closed",
        "help": "Who may register: anybody, private addresses only, nobody.",
        "is_changed": False,
    }


def test_change_counts_at_once_and_after_a_restart_until_it_is_reset(core: Core, client: Client, ann: Person) -> None:
    answer = ann.client.put("/v1/settings/registration/", form={"value": " closed "})
    assert (answer.status, answer.json["value"], answer.json["is_changed"]) == (200, "closed", True)
    newcomer = {"username": "carl", "password": "pass word", "email": "carl@example.org"}
    assert client.post("/v1/accounts/", form=newcomer).status == 403
    again = open_core(core.config, alone=False)
    assert (again.config.registration, again.given and again.given.registration) == ("closed", "closed")
    close_core(again)

    answer = ann.client.delete("/v1/settings/registration/")
    assert (answer.json["value"], answer.json["is_changed"]) == ("lan", False)
    assert client.post("/v1/accounts/", form=newcomer).status == 201


def test_new_accounts_get_the_new_quota(core: Core, client: Client, ann: Person) -> None:
    ann.client.put("/v1/settings/default_quota/", form={"value": "5000"})
    assert join(core, client, "bob").account.total == 5000
    assert ann.client.get("/v1/account/").json["total"] == ann.account.total != 5000


@pytest.mark.parametrize(
    ("name", "value"),
    [("registration", "everybody"), ("default_quota", "-1"), ("public_url", "cloud.example"), ("low_disk", "a\nb")],
)
def test_value_that_makes_no_sense_changes_nothing(ann: Person, name: str, value: str) -> None:
    before = setting(ann, name)
    answer = ann.client.put(f"/v1/settings/{name}/", form={"value": value})
    assert (answer.status, answer.json["error_msg"] != "") == (400, True)
    assert setting(ann, name) == before


@pytest.mark.parametrize("name", ["data", "port", "metrics_token", "nothing"])
def test_no_other_setting_is_shown_or_changed(ann: Person, name: str) -> None:
    assert ann.client.put(f"/v1/settings/{name}/", form={"value": "1"}).status == 404
    assert ann.client.delete(f"/v1/settings/{name}/").status == 404
    assert name not in [item["name"] for item in ann.client.get("/v1/settings/").json]


def test_changes_are_audited(ann: Person) -> None:
    ann.client.put("/v1/settings/scrub_days/", form={"value": "7"})
    ann.client.delete("/v1/settings/scrub_days/")
    ann.client.delete("/v1/settings/scrub_days/")
    events = ann.client.get("/v1/audit/?account=ann").json
    told = [(event["action"], event["target"], event["facts"]) for event in events if "setting" in event["action"]]
    assert told == [("setting_reset", "scrub_days", {}), ("setting_change", "scrub_days", {"value": "7"})]


def test_change_of_a_newer_server_does_not_keep_this_one_from_starting(core: Core) -> None:
    for name, value in (("colour", "blue"), ("scrub_days", "never")):
        core.db.rows("INSERT INTO server_setting (name, value) VALUES (?, ?)", name, value)
    assert server_settings.with_changes(core.db, core.config) == core.config
