"""The feed of what happened in all libraries."""

from collections.abc import Iterator
from typing import Any

import pytest

from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from tests.conftest import Client
from tests.rest.circle import Circle, give, make_circle, with_ticking_clock
from tests.rest.people import Person, assert_like

EVENT = {
    "repo_id": "691b3e24-d05e-43cd-a9f2-6f32bd6b800e",
    "repo_name": "My Library",
    "commit_id": "e9116702c0a801b4b802e03ffa18dd691a43a153",
    "user": "ann",
    "time": 1398045167,
    "desc": 'Added "a.txt"',
    "changes": [{"kind": "add", "type": "file", "path": "/d/a.txt", "old_path": None}],
    "has_more": False,
}


@pytest.fixture
def core(config: Config) -> Iterator[Core]:
    opened = open_core(config)
    yield with_ticking_clock(opened)
    close_core(opened)


@pytest.fixture
def circle(core: Core, client: Client) -> Circle:
    return make_circle(core, client)


def feed(person: Person, **query: Any) -> Any:
    answer = person.client.get("/v1/activities/", query=query)
    assert answer.status == 200, answer.body
    return answer.json


def told(person: Person, **query: Any) -> list[tuple[str, str]]:
    return [(item["user"], item["desc"]) for item in feed(person, **query)["events"]]


def test_events_of_all_readable_libraries_are_told_newest_first(circle: Circle) -> None:
    circle.owner.put("/d/a.txt")
    circle.writer.put("/own.txt")
    circle.writer.client.post(f"/v1/repos/{circle.repo_id}/dirs/?p=/from-will")
    assert told(circle.writer)[:4] == [
        ("will", 'Added directory "from-will"'),
        ("will", 'Added "own.txt"'),
        ("ann", 'Added "a.txt"'),
        ("ann", 'Added directory "d"'),
    ]
    assert [desc for _, desc in told(circle.reader)][:3] == [
        *('Added directory "from-will"', 'Added "a.txt"', 'Added directory "d"')
    ]
    assert told(circle.stranger) == [("stan", "Created library")]
    assert circle.nobody.get("/v1/activities/").status == 401


def test_event_tells_what_changed(circle: Circle) -> None:
    circle.owner.put("/d/a.txt")
    rename = {"action": "rename", "newname": "b.txt"}
    circle.owner.client.post(f"/v1/repos/{circle.repo_id}/files/action?p=/d/a.txt", form=rename)
    renamed, added = feed(circle.owner)["events"][:2]
    assert_like(EVENT, added)
    assert added["changes"] == [{"kind": "add", "type": "file", "path": "/d/a.txt", "old_path": None}]
    assert renamed["changes"] == [{"kind": "rename", "type": "file", "path": "/d/b.txt", "old_path": "/d/a.txt"}]
    paths = [f"/{number}.txt" for number in range(12)]
    for path in paths:
        circle.owner.put(path)
    circle.owner.client.post(f"/v1/repos/{circle.repo_id}/batch", json={"action": "delete", "paths": paths})
    newest = feed(circle.owner)["events"][0]
    assert (len(newest["changes"]), newest["has_more"]) == (10, True)


def test_pages_of_the_feed_make_up_the_whole(circle: Circle) -> None:
    for number in range(3):
        circle.owner.put(f"/{number}.txt")
        circle.writer.put(f"/{number}.txt")
    whole = told(circle.writer, limit=100)
    assert len(whole) == 8
    assert [told(circle.writer, start=start, limit=3) for start in (0, 3, 6, 9)] == [
        *(whole[:3], whole[3:6], whole[6:], [])
    ]
    assert feed(circle.writer, limit=7)["has_more"] is True
    assert feed(circle.writer, limit=8)["has_more"] is False


def test_shared_folder_tells_only_of_itself(circle: Circle) -> None:
    circle.owner.put("/d/a.txt")
    virtual_id = give(circle.owner, circle.stranger, "r", "/d")
    circle.owner.put("/secret.txt")
    move = {"action": "move", "dst_file_path": "/d/was-secret.txt"}
    circle.owner.client.post(f"/v1/repos/{circle.repo_id}/files/action?p=/secret.txt", form=move)
    events = [item for item in feed(circle.stranger)["events"] if item["repo_id"] == virtual_id]
    changes = [(change["kind"], change["path"], change["old_path"]) for item in events for change in item["changes"]]
    assert changes == [("add", "/was-secret.txt", None), ("add", "/a.txt", None)]
    away = {"action": "move", "dst_file_path": "/away.txt"}
    circle.owner.client.post(f"/v1/repos/{circle.repo_id}/files/action?p=/d/a.txt", form=away)
    newest = next(item for item in feed(circle.stranger)["events"] if item["repo_id"] == virtual_id)
    assert newest["changes"] == [{"kind": "delete", "type": "file", "path": "/a.txt", "old_path": None}]
    assert (newest["desc"], newest["has_more"]) == ("Changed several folders", False)
    assert "secret" not in str([(item["desc"], item["changes"]) for item in events]).replace("/was-secret.txt", "")
