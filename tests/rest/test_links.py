"""Making, listing and deleting links over the wire."""

import re

import pytest

from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.people import Person, assert_error, assert_like, join


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/foo/foo.c")
    return person


KINDS = [
    ("files/shared-link/", "/foo/foo.c", "f"),
    ("dirs/shared-link/", "/foo", "d"),
    ("dirs/upload-link/", "/foo", "u"),
]


@pytest.mark.parametrize(("rest", "path", "kind"), KINDS)
def test_a_link_is_made_listed_and_deleted(ann: Person, rest: str, path: str, kind: str) -> None:
    made = ann.client.post(f"/v1/repos/{ann.repo_id}/{rest}?p={path}")
    assert made.status == 201
    assert_like({"location": "/f/939ac61687/"}, made.json)
    assert re.fullmatch(f"/{kind}/[0-9a-f]{{20}}/", made.json["location"])
    assert made.json["url"] == f"http://127.0.0.1:{ann.client.port}{made.json['location']}"
    listed = ann.client.get("/v1/shared-links/")
    assert listed.status == 200
    (item,) = listed.json
    assert {name: item[name] for name in ("token", "location", "kind", "repo_id", "path", "has_password")} == {
        "token": made.json["token"],
        "location": made.json["location"],
        "kind": kind,
        "repo_id": ann.repo_id,
        "path": path,
        "has_password": False,
    }
    assert (item["expires_at"], item["is_expired"], item["views"], item["downloads"]) == (None, False, 0, 0)
    assert ann.client.delete(f"/v1/shared-links/?t={made.json['token']}").status == 204
    assert ann.client.get("/v1/shared-links/").json == []
    assert ann.client.get(made.json["location"]).status == 404


def test_a_link_may_have_a_password_and_an_end(core: Core, ann: Person) -> None:
    path = f"/v1/repos/{ann.repo_id}/dirs/shared-link/?p=/foo"
    made = ann.client.post(path, json={"password": "sesame", "expire_days": 7})
    assert made.status == 201
    assert 0 <= made.json["expires_at"] - (core.now() + 7 * 86400) + 60 <= 60
    (item,) = ann.client.get("/v1/shared-links/").json
    assert item["has_password"] is True
    assert "sesame" not in str(item)
    for form, word in (
        ({"expire_days": 0}, "expire_days"),
        ({"expire_days": "x"}, "expire_days"),
        ({"password": ""}, "password"),
    ):
        assert_error(ann.client.post(path, form=form), 400, "bad_request", word)


def test_what_is_not_there_or_not_ones_own_has_no_link(core: Core, client: Client, ann: Person) -> None:
    bob = join(core, client, "bob")
    for rest, path, _ in KINDS:
        where = f"/v1/repos/{ann.repo_id}/{rest}"
        assert_error(client.post(f"{where}?p={path}"), 401, "not_authenticated")
        assert_error(bob.client.post(f"{where}?p={path}"), 404, "not_found")
        assert_error(ann.client.post(f"{where}?p=/nowhere"), 404, "not_found")
        assert_error(ann.client.post(where), 400, "bad_request", "the parameter p")
        assert_error(ann.client.post(f"{where}?p=/a/../b"), 400, "bad_path")
    token = ann.client.post(f"/v1/repos/{ann.repo_id}/dirs/shared-link/?p=/foo").json["token"]
    assert_error(bob.client.delete(f"/v1/shared-links/?t={token}"), 404, "not_found")
    assert_error(client.delete(f"/v1/shared-links/?t={token}"), 401, "not_authenticated")
    assert_error(client.get("/v1/shared-links/"), 401, "not_authenticated")
    assert bob.client.get("/v1/shared-links/").json == []


def test_a_receiver_sees_a_link_where_he_knows_the_folder(core: Core, client: Client, ann: Person) -> None:
    bob = join(core, client, "bob")
    ann.put("/secret plans/foo/a.txt")
    dirs = f"/v1/repos/{ann.repo_id}/dirs/shared/?p=/secret%20plans/foo"
    ann.client.post(dirs, form={"share_type": "user", "targets": "bob"})
    virtual_id = bob.client.get("/v1/beshared-repos/").json[0]["repo_id"]
    assert bob.client.post(f"/v1/repos/{virtual_id}/files/shared-link/?p=/a.txt").status == 201
    assert_error(bob.client.post(f"/v1/repos/{virtual_id}/dirs/upload-link/?p=/"), 403, "permission_denied")
    (item,) = bob.client.get("/v1/shared-links/").json
    assert (item["repo_id"], item["path"]) == (virtual_id, "/a.txt")
    assert ann.client.delete(dirs, query={"target": "bob"}).status == 204
    (item,) = bob.client.get("/v1/shared-links/").json
    assert (item["repo_id"], item["path"]) == ("", "/a.txt")
