"""What people star."""

from typing import Any

import pytest

from syncfile.core.core import Core
from tests.conftest import Answer, Client
from tests.rest.circle import Circle, give, make_circle
from tests.rest.people import Person, assert_error, assert_like

STAR = {
    "repo_id": "691b3e24-d05e-43cd-a9f2-6f32bd6b800e",
    "repo_name": "My Library",
    "path": "/d/a.txt",
    "type": "file",
    "mtime": 1398045167,
    "size": 4,
    "starred_at": 1398045167,
}


@pytest.fixture
def circle(core: Core, client: Client) -> Circle:
    made = make_circle(core, client)
    made.owner.put("/d/a.txt")
    return made


def star(person: Person, repo_id: str, path: str, method: str = "POST") -> Answer:
    return person.client.request(method, "/v1/starred/", query={"repo_id": repo_id, "p": path})


def stars(person: Person) -> list[tuple[str, str]]:
    return [(item["repo_id"], item["path"]) for item in person.client.get("/v1/starred/").json]


def shown(person: Person, repo_id: str, path: str) -> dict[str, bool]:
    listing: list[dict[str, Any]] = person.client.get(f"/v1/repos/{repo_id}/dirs/", query={"p": path}).json
    return {item["name"]: item["starred"] for item in listing}


def test_file_folder_and_library_are_starred_and_listed(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    for path in ("/d/a.txt", "/d", "/"):
        answer = star(owner, repo_id, path)
        assert answer.status == 200
        assert_like(STAR, answer.json)
    assert sorted(stars(owner)) == [(repo_id, "/"), (repo_id, "/d"), (repo_id, "/d/a.txt")]
    assert_like([STAR], owner.client.get("/v1/starred/").json)
    assert star(owner, repo_id, "/d").status == 200
    assert len(stars(owner)) == 3
    assert shown(owner, repo_id, "/") == {"d": True}
    assert shown(owner, repo_id, "/d") == {"a.txt": True}
    assert owner.client.get(f"/v1/repos/{repo_id}/files/?p=/d/a.txt").json["starred"] is True


def test_stars_are_ones_own(circle: Circle) -> None:
    star(circle.owner, circle.repo_id, "/d")
    assert stars(circle.reader) == []
    assert shown(circle.reader, circle.repo_id, "/") == {"d": False}
    assert star(circle.reader, circle.repo_id, "/d/a.txt").status == 200
    assert stars(circle.reader) == [(circle.repo_id, "/d/a.txt")]


def test_star_is_taken_away(circle: Circle) -> None:
    star(circle.owner, circle.repo_id, "/d")
    for _ in range(2):
        assert star(circle.owner, circle.repo_id, "/d", "DELETE").status == 204
    assert stars(circle.owner) == []


def test_star_follows_a_rename_and_goes_with_what_it_is_on(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    star(owner, repo_id, "/d/a.txt")
    rename = {"action": "rename", "newname": "e"}
    assert owner.client.post(f"/v1/repos/{repo_id}/dirs/action?p=/d", form=rename).status == 200
    assert stars(owner) == [(repo_id, "/e/a.txt")]
    assert owner.client.delete(f"/v1/repos/{repo_id}/dirs/?p=/e").status == 204
    assert stars(owner) == []


def test_star_in_a_shared_folder_is_shown_where_the_account_sees_it(circle: Circle) -> None:
    virtual_id = give(circle.owner, circle.stranger, "r", "/d")
    assert star(circle.stranger, virtual_id, "/a.txt").status == 200
    assert star(circle.stranger, virtual_id, "/").status == 200
    assert sorted(stars(circle.stranger)) == [(virtual_id, "/"), (virtual_id, "/a.txt")]
    assert shown(circle.stranger, virtual_id, "/") == {"a.txt": True}
    rename = {"action": "rename", "newname": "b.txt"}
    assert circle.owner.client.post(f"/v1/repos/{circle.repo_id}/files/action?p=/d/a.txt", form=rename).status == 200
    assert sorted(stars(circle.stranger)) == [(virtual_id, "/"), (virtual_id, "/b.txt")]
    assert shown(circle.owner, circle.repo_id, "/d") == {"b.txt": False}


def test_star_on_what_is_not_shared_any_more_is_hidden(circle: Circle) -> None:
    star(circle.reader, circle.repo_id, "/d")
    circle.owner.core.db.rows("DELETE FROM share WHERE account_id = ?", circle.reader.id)
    assert stars(circle.reader) == []


def test_what_cannot_be_starred_is_not_found(circle: Circle) -> None:
    assert_error(star(circle.owner, circle.repo_id, "/nothing"), 404, "not_found")
    assert_error(star(circle.stranger, circle.repo_id, "/d"), 404, "not_found")
    assert_error(star(circle.stranger, circle.repo_id, "/d", "DELETE"), 404, "not_found")
    assert_error(circle.owner.client.post("/v1/starred/"), 400, "bad_request", "repo_id")
    for method in ("GET", "POST", "DELETE"):
        assert circle.nobody.request(method, f"/v1/starred/?repo_id={circle.repo_id}").status == 401
