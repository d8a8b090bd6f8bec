"""Finding names."""

from typing import Any

import pytest

from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.circle import give, make_circle
from tests.rest.people import Person, assert_error, assert_like, join

RESULTS = {
    "has_more": False,
    "total": 1,
    "results": [
        {
            "repo_id": "691b3e24-d05e-43cd-a9f2-6f32bd6b800e",
            "name": "api.md",
            "oid": "8ea78453bb474359cd9d8e2c4c4d8d9cbdcef0a2",
            "last_modified": 1398045167,
            "fullpath": "/api.md",
            "size": 18939,
        }
    ],
}
NAMES = (
    "/docs/API.md",
    "/docs/Summer Beach 2024.jpg",
    "/docs/beach.txt",
    "/海边照片.jpg",
    "/100%_\\done.txt",
    "/Straße",
)


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    for name in NAMES:
        person.put(name)
    return person


def search(person: Person, q: str, **query: Any) -> Any:
    answer = person.client.get("/v1/search/", query={"q": q, **query})
    assert answer.status == 200, answer.body
    return answer.json


def found(person: Person, q: str, **query: Any) -> list[str]:
    return [item["fullpath"] for item in search(person, q, **query)["results"]]


def test_results_are_as_documented(ann: Person) -> None:
    answer = search(ann, "api")
    assert_like(RESULTS, answer)
    assert (answer["total"], answer["has_more"]) == (1, False)
    (item,) = answer["results"]
    shown = ann.client.get(f"/v1/repos/{ann.repo_id}/files/?p=/docs/API.md").json
    assert item["repo_id"] == ann.repo_id
    assert (item["name"], item["fullpath"], item["size"]) == ("API.md", "/docs/API.md", 4)
    assert (item["oid"], item["last_modified"]) == (shown["id"], shown["mtime"])


@pytest.mark.parametrize(
    ("q", "paths"),
    [
        ("beach", ["/docs/beach.txt", "/docs/Summer Beach 2024.jpg"]),
        ("BEACH 2024", ["/docs/Summer Beach 2024.jpg"]),
        ("2024 each", ["/docs/Summer Beach 2024.jpg"]),
        ("照片", ["/海边照片.jpg"]),
        ("海 jpg", ["/海边照片.jpg"]),
        ("strasse", ["/Straße"]),
        ("%", ["/100%_\\done.txt"]),
        ("_", ["/100%_\\done.txt"]),
        ("\\", ["/100%_\\done.txt"]),
        ("docs", ["/docs"]),
        ("docs/beach", []),
        ("nothing", []),
    ],
)
def test_every_word_is_somewhere_in_the_name_in_any_case(ann: Person, q: str, paths: list[str]) -> None:
    assert found(ann, q) == paths


@pytest.mark.parametrize("q", ["", "   ", "x" * 256, "a " * 11, "nul\0"])
def test_query_that_finds_nothing_sensible_is_refused(ann: Person, q: str) -> None:
    assert_error(ann.client.get("/v1/search/", query={"q": q}), 400, "bad_request", "q")


def test_missing_query_and_strange_pages_are_told(ann: Person) -> None:
    assert_error(ann.client.get("/v1/search/"), 400, "bad_request", "q")
    assert_error(ann.client.get("/v1/search/?q=a&per_page=0"), 400, "bad_request", "per_page")
    assert_error(ann.client.get("/v1/search/?q=a&page=0"), 400, "bad_request", "page")


def test_pages_over_several_libraries_make_up_the_whole(ann: Person) -> None:
    other = ann.client.post("/v1/repos/", form={"name": "Other"}).json["id"]
    for number in range(7):
        ann.put(f"/many/find{number}.txt")
        ann.client.post(f"/v1/repos/{other}/files/?p=/find{number}.txt")
    pages = [search(ann, "find", per_page=5, page=page) for page in (1, 2, 3, 4)]
    assert [page["total"] for page in pages] == [14] * 4
    assert [page["has_more"] for page in pages] == [True, True, False, False]
    assert [len(page["results"]) for page in pages] == [5, 5, 4, 0]
    places = {(item["repo_id"], item["fullpath"]) for page in pages for item in page["results"]}
    assert len(places) == 14
    assert search(ann, "find", repo_id=other)["total"] == 7


def test_each_finds_what_they_may_read(core: Core, client: Client) -> None:
    circle = make_circle(core, client)
    circle.owner.put("/sub/deep/find-me.txt")
    circle.owner.put("/find-me-not.txt")
    circle.owner.put("/subway/find-me.txt")
    for person in (circle.owner, circle.writer, circle.reader):
        assert search(person, "find-me")["total"] == 3
    assert search(circle.stranger, "find-me")["total"] == 0
    virtual_id = give(circle.owner, circle.stranger, "r", "/sub")
    (item,) = search(circle.stranger, "find")["results"]
    assert (item["repo_id"], item["repo_name"], item["fullpath"]) == (virtual_id, "sub", "/deep/find-me.txt")
    assert found(circle.stranger, "sub") == []  # the shared folder itself is not in itself
    assert client.get("/v1/search/?q=find").status == 401
    answer = circle.stranger.client.get("/v1/search/", query={"q": "find", "repo_id": circle.repo_id})
    assert_error(answer, 404, "not_found")


def test_own_file_in_a_folder_shared_with_an_own_group_is_found_once(core: Core, client: Client) -> None:
    owner = make_circle(core, client).owner
    owner.put("/sub/find-me.txt")
    group = owner.client.post("/v1/groups/", json={"group_name": "family"}).json
    answer = owner.client.post(
        f"/v1/repos/{owner.repo_id}/dirs/shared/",
        query={"p": "/sub"},
        json={"share_type": "group", "targets": [str(group["id"])], "permission": "rw"},
    )
    assert answer.json["failed"] == []
    assert found(owner, "find-me") == ["/sub/find-me.txt"]
