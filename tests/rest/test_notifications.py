"""Notifications over the wire."""

import re

import pytest

from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.people import Person, assert_error, assert_like, join

EXAMPLE = {
    "to_user": "admin",
    "msg_type": "dir_share",
    "msg_from": "joker",
    "content": "joker share a dir to you.",
    "timestamp": "2016-10-14T06:59:15.324865Z",
}
PATH = "/v1/notifications/"


@pytest.fixture
def bob(core: Core, client: Client) -> Person:
    """Somebody to whom Ann shared a directory, and then her library."""
    ann, bob = join(core, client, "ann"), join(core, client, "bob")
    ann.put("/plans/a.txt")
    form = {"share_type": "user", "targets": "bob"}
    assert ann.client.post(f"/v1/repos/{ann.repo_id}/dirs/shared/?p=/plans", form=form).json["success"]
    form = {"repo_id": ann.repo_id, "share_type": "personal", "user": "bob"}
    assert ann.client.post("/v1/shared-repos/", form=form).status == 200
    return bob


def test_notifications_are_listed_and_filtered_in_either_spelling(bob: Person) -> None:
    answer = bob.client.get(PATH)
    assert answer.status == 200
    assert_like([EXAMPLE], answer.json)
    assert [item["msg_type"] for item in answer.json] == ["repo_share", "dir_share"]
    assert {(item["to_user"], item["msg_from"]) for item in answer.json} == {("bob", "ann")}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", answer.json[0]["timestamp"])
    for word, kind in (("share_repo", "repo_share"), ("repo_share", "repo_share"), ("share_dir", "dir_share")):
        assert [item["msg_type"] for item in bob.client.get(PATH, query={"msg_type": word}).json] == [kind]
    assert_error(bob.client.get(PATH, query={"msg_type": "gossip"}), 400, "bad_request", "msg_type")
    assert [item["msg_type"] for item in bob.client.get(f"{PATH}?start=1&limit=1").json] == ["dir_share"]


def test_notifications_are_counted_read_and_deleted(client: Client, bob: Person) -> None:
    assert bob.client.get(f"{PATH}unread/").json == {"unread": 2}
    assert bob.client.delete(f"{PATH}unread/").status == 204
    assert bob.client.get(f"{PATH}unread/").json == {"unread": 0}
    assert [item["is_read"] for item in bob.client.get(PATH).json] == [True, True]
    assert bob.client.delete(PATH).status == 204
    assert bob.client.get(PATH).json == []
    for method, path in (("GET", PATH), ("DELETE", PATH), ("GET", f"{PATH}unread/"), ("DELETE", f"{PATH}unread/")):
        assert_error(client.request(method, path), 401, "not_authenticated")
