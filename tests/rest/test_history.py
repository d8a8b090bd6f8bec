"""Versions of files, states of libraries, and coming back to them."""

from collections.abc import Iterator
from typing import Any

import pytest

from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from tests.conftest import Answer, Client
from tests.rest.circle import Circle, Ticking, give, make_circle, names, statuses, with_ticking_clock
from tests.rest.people import Person, assert_error, assert_like

COMMIT: dict[str, Any] = {
    "id": "e9116702c0a801b4b802e03ffa18dd691a43a153",
    "parent_id": "97a657b64f67b42a46e6ef77f83aa547261e4312",
    "second_parent_id": None,
    "repo_id": "f468fa9b-a0e4-4ad7-bd15-dd2edd90f6fe",
    "root_id": "1997c5b61f684cdf0a59a918e5007c9d73b6cace",
    "creator": "0000000000000000000000000000000000000000",
    "creator_name": "joker",
    "rev_file_id": "0000000000000000000000000000000000000000",
    "rev_file_size": 0,
    "rev_renamed_old_path": None,
    "ctime": 1476698143,
    "device_name": None,
    "new_merge": False,
    "version": 1,
    "conflict": False,
    "desc": 'Renamed "fooo.py"',
    "kind": "edit",
}


@pytest.fixture
def core(config: Config) -> Iterator[Core]:
    opened = open_core(config)
    yield with_ticking_clock(opened)
    close_core(opened)


@pytest.fixture
def circle(core: Core, client: Client) -> Circle:
    made = make_circle(core, client)
    for body in (b"1", b"22", b"333"):
        made.owner.put("/d/a.txt", body)
    return made


def act(person: Person, repo_id: str, path: str, noun: str = "files", **form: Any) -> Answer:
    return person.client.post(f"/v1/repos/{repo_id}/{noun}/action/", query={"p": path}, form=form)


def versions(person: Person, repo_id: str, path: str, **form: Any) -> list[dict[str, Any]]:
    answer = act(person, repo_id, path, action="history", **form)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json["commits"]
    return found


def states(person: Person, repo_id: str, **query: Any) -> list[str]:
    answer = person.client.get(f"/v1/repos/{repo_id}/history/", query=query)
    assert answer.status == 200, answer.body
    return [item["desc"] for item in answer.json["commits"]]


def details(person: Person, repo_id: str, path: str) -> Any:
    return person.client.get(f"/v1/repos/{repo_id}/files/", query={"p": path}).json


def test_file_history_is_as_documented(circle: Circle) -> None:
    circle.owner.client.post(f"/v1/repos/{circle.repo_id}/files/?p=/d/fooo.py")
    act(circle.owner, circle.repo_id, "/d/fooo.py", action="rename", newname="foo.py")
    found = act(circle.owner, circle.repo_id, "/d/foo.py", action="history")
    assert_like({"commits": [COMMIT]}, found.json)
    renamed, added = found.json["commits"]
    assert (renamed["desc"], renamed["rev_renamed_old_path"]) == ('Renamed "fooo.py"', "/d/fooo.py")
    assert (added["desc"], added["rev_renamed_old_path"]) == ('Added "fooo.py"', None)
    assert (renamed["creator"], renamed["creator_name"], renamed["rev_file_size"]) == ("0" * 40, "ann", 0)
    assert renamed["rev_file_id"] == added["rev_file_id"] == "0" * 40
    assert renamed["repo_id"] == circle.repo_id
    assert renamed["parent_id"] == added["id"]


def test_file_history_tells_every_version_newest_first(circle: Circle) -> None:
    found = versions(circle.owner, circle.repo_id, "/d/a.txt")
    assert [item["rev_file_size"] for item in found] == [3, 2, 1]
    assert found[0]["rev_file_id"] == details(circle.owner, circle.repo_id, "/d/a.txt")["id"]
    assert [item["ctime"] for item in found] == sorted((item["ctime"] for item in found), reverse=True)


def test_file_history_follows_renames_and_moves_of_folders_above(circle: Circle) -> None:
    act(circle.owner, circle.repo_id, "/d/a.txt", action="move", dst_file_path="/b.txt")
    act(circle.owner, circle.repo_id, "/d", "dirs", action="rename", newname="e")
    act(circle.owner, circle.repo_id, "/b.txt", action="move", dst_file_path="/e/c.txt")
    act(circle.owner, circle.repo_id, "/e", "dirs", action="rename", newname="f")
    found = versions(circle.owner, circle.repo_id, "/f/c.txt")
    assert [item["rev_file_size"] for item in found if not item["rev_renamed_old_path"]][-3:] == [3, 2, 1]
    assert [item["rev_renamed_old_path"] for item in found if item["rev_renamed_old_path"]] == ["/b.txt", "/d/a.txt"]


def test_pages_of_a_file_history_make_up_the_whole(circle: Circle) -> None:
    whole = versions(circle.owner, circle.repo_id, "/d/a.txt")
    pages = [versions(circle.owner, circle.repo_id, "/d/a.txt", start=start, limit=2) for start in (0, 2, 4)]
    assert pages == [whole[:2], whole[2:], []]


def test_file_gets_an_earlier_version_back(circle: Circle) -> None:
    newest, _, oldest = versions(circle.owner, circle.repo_id, "/d/a.txt")
    answer = act(circle.writer, circle.repo_id, "/d/a.txt", action="revert", commit_id=oldest["id"])
    assert (answer.status, answer.body) == (200, b"")
    assert details(circle.owner, circle.repo_id, "/d/a.txt")["id"] == oldest["rev_file_id"]
    assert states(circle.owner, circle.repo_id)[0].startswith('Reverted file "a.txt" to status at 2023-11-1')
    assert act(circle.writer, circle.repo_id, "/d/a.txt", action="revert", commit_id=newest["id"]).status == 200
    assert details(circle.owner, circle.repo_id, "/d/a.txt")["size"] == 3


def test_file_gets_back_a_version_that_had_another_name(circle: Circle) -> None:
    oldest = versions(circle.owner, circle.repo_id, "/d/a.txt")[-1]
    act(circle.owner, circle.repo_id, "/d/a.txt", action="rename", newname="b.txt")
    assert act(circle.owner, circle.repo_id, "/d/b.txt", action="revert", commit_id=oldest["id"]).status == 200
    assert details(circle.owner, circle.repo_id, "/d/b.txt")["id"] == oldest["rev_file_id"]


def test_deleted_file_comes_back_from_a_version(circle: Circle) -> None:
    newest = versions(circle.owner, circle.repo_id, "/d/a.txt")[0]
    circle.owner.client.delete(f"/v1/repos/{circle.repo_id}/files/?p=/d/a.txt")
    assert_error(act(circle.owner, circle.repo_id, "/d/a.txt", action="history"), 404, "not_found")
    assert act(circle.owner, circle.repo_id, "/d/a.txt", action="revert", commit_id=newest["id"]).status == 200
    assert details(circle.owner, circle.repo_id, "/d/a.txt")["size"] == 3


def test_revert_that_cannot_be_is_refused(circle: Circle) -> None:
    first = versions(circle.owner, circle.repo_id, "/d/a.txt")[-1]["id"]
    repo_id = circle.repo_id
    assert_error(act(circle.owner, repo_id, "/d/a.txt", action="revert"), 400, "bad_request", "commit_id")
    assert_error(act(circle.owner, repo_id, "/d/a.txt", action="revert", commit_id="0" * 40), 404, "not_found")
    assert_error(act(circle.owner, repo_id, "/d/new", action="revert", commit_id=first), 404, "not_found")
    assert_error(act(circle.owner, repo_id, "/d", action="revert", commit_id=first), 404, "not_found")
    assert_error(act(circle.owner, repo_id, "/d/a.txt", "dirs", action="revert", commit_id=first), 404, "not_found")
    circle.owner.client.delete(f"/v1/repos/{repo_id}/files/?p=/d/a.txt")
    circle.owner.client.post(f"/v1/repos/{repo_id}/dirs/?p=/d/a.txt")
    assert_error(act(circle.owner, repo_id, "/d/a.txt", action="revert", commit_id=first), 409, "already_exists")
    assert_error(act(circle.reader, repo_id, "/d/a.txt", action="revert", commit_id=first), 403, "permission_denied")
    assert_error(act(circle.stranger, repo_id, "/d/a.txt", action="revert", commit_id=first), 404, "not_found")


def test_library_history_tells_its_states_in_pages(circle: Circle) -> None:
    whole = states(circle.reader, circle.repo_id)
    assert whole == ['Modified "a.txt"'] * 2 + ['Added "a.txt"', 'Added directory "d"', "Created library"]
    assert [states(circle.reader, circle.repo_id, start=start, limit=2) for start in (0, 2, 4, 6)] == [
        *(whole[:2], whole[2:4], whole[4:], [])
    ]
    answer = circle.owner.client.get(f"/v1/repos/{circle.repo_id}/history/", query={"limit": 5}).json
    assert answer["has_more"] is False
    assert_like({key: value for key, value in COMMIT.items() if not key.startswith("rev_")}, answer["commits"][0])
    assert answer["commits"][-1]["parent_id"] is None


def test_changes_of_a_commit_are_told(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    act(owner, repo_id, "/d", "dirs", action="rename", newname="e")
    owner.client.post(f"/v1/repos/{repo_id}/batch", json={"action": "delete", "paths": ["/e/a.txt"]})
    found = []
    for commit in owner.client.get(f"/v1/repos/{repo_id}/history/").json["commits"]:
        answer = owner.client.get(f"/v1/repos/{repo_id}/history/{commit['id']}/").json
        assert [{**item, "size": 0} for item in commit["changes"]] == [
            {**item, "size": 0} for item in answer["changes"]
        ]
        assert commit["has_more"] == answer["has_more"] is False
        assert {**commit, "changes": answer["changes"]} == answer
        found += [(item["kind"], item["type"], item["path"], item["old_path"]) for item in answer["changes"]]
    assert found == [
        ("delete", "file", "/e/a.txt", None),
        ("rename", "dir", "/e", "/d"),
        ("modify", "file", "/d/a.txt", None),
        ("modify", "file", "/d/a.txt", None),
        ("add", "file", "/d/a.txt", None),
        ("add", "dir", "/d", None),
    ]
    missing = owner.client.get(f"/v1/repos/{repo_id}/history/{'0' * 40}/")
    assert_error(missing, 404, "not_found")


def test_folder_and_library_get_an_earlier_state_back(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    before = owner.client.get(f"/v1/repos/{repo_id}/history/").json["commits"][0]
    owner.put("/d/more.txt", b"more")
    owner.put("/top.txt", b"top")
    owner.client.delete(f"/v1/repos/{repo_id}/files/?p=/d/a.txt")
    assert act(owner, repo_id, "/d", "dirs", action="revert", commit_id=before["id"]).status == 200
    listing = f"/v1/repos/{repo_id}/dirs/?recursive=1"
    assert names(owner.client.get(listing)) == ["d", "a.txt", "top.txt"]
    assert states(owner, repo_id)[0].startswith('Reverted directory "d" to status at ')
    assert act(owner, repo_id, "/", "dirs", action="revert", commit_id=before["id"]).status == 200
    now = owner.client.get(f"/v1/repos/{repo_id}/history/").json["commits"][0]
    assert now["desc"].startswith("Reverted repo to status at 2023-11-1")
    assert now["root_id"] == before["root_id"]
    assert owner.client.get(f"/v1/repos/{repo_id}/").json["size"] == 3


def folder_states(person: Person, repo_id: str, path: str) -> list[tuple[str, list[str]]]:
    """Return what was done to a folder, and the paths that each state and its own page tell alike."""
    found = []
    for commit in person.client.get(f"/v1/repos/{repo_id}/history/", query={"p": path}).json["commits"]:
        own = person.client.get(f"/v1/repos/{repo_id}/history/{commit['id']}/", query={"p": path}).json
        paths = [item["path"] for item in commit["changes"]]
        assert paths == [item["path"] for item in own["changes"]]
        found.append((commit["desc"], paths))
    return found


def test_folder_has_a_history_of_its_own(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    owner.put("/other/b.txt")
    owner.put("/d/sub/c.txt")
    act(owner, repo_id, "/other/b.txt", action="move", dst_file_path="/d/b.txt")
    assert folder_states(circle.reader, repo_id, "/d/sub") == [
        ('Added "c.txt"', ["/d/sub/c.txt"]),
        ('Added directory "sub"', ["/d/sub"]),
        ('Added directory "d"', ["/d"]),
    ]
    assert [desc for desc, _ in folder_states(owner, repo_id, "/d")][:3] == [
        'Moved "b.txt"',
        'Added "c.txt"',
        'Added directory "sub"',
    ]
    assert folder_states(owner, repo_id, "/never") == []


def test_history_of_a_folder_tells_when_one_above_it_moved_or_went(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    owner.put("/d/sub/c.txt")
    act(owner, repo_id, "/d", "dirs", action="rename", newname="e")
    assert folder_states(owner, repo_id, "/e/sub") == [('Renamed directory "d"', ["/e"])]
    assert folder_states(owner, repo_id, "/d/sub")[:2] == [
        ('Renamed directory "d"', ["/e"]),
        ('Added "c.txt"', ["/d/sub/c.txt"]),
    ]


def test_folder_of_a_shared_folder_has_a_history_without_what_is_outside(circle: Circle) -> None:
    owner, stranger = circle.owner, circle.stranger
    virtual_id = give(owner, stranger, "r", "/d")
    owner.put("/d/sub/c.txt")
    owner.put("/sub/secret.txt")
    act(owner, circle.repo_id, "/d/sub/c.txt", action="move", dst_file_path="/sub/c.txt")
    found = stranger.client.get(f"/v1/repos/{virtual_id}/history/", query={"p": "/sub"})
    assert b"secret" not in found.body
    newest = found.json["commits"][0]
    assert (newest["desc"], newest["changes"]) == (
        "Changed several folders",
        [{"kind": "delete", "type": "file", "path": "/sub/c.txt", "old_path": None}],
    )


def test_state_tells_no_more_than_its_first_changes(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    names_in_b = [f"{number:02}" for number in range(11)]
    for name in names_in_b:
        owner.put(f"/b/{name}")
    newest = f"/v1/repos/{repo_id}/history/?limit=1"
    for count, has_more in ((10, False), (11, True)):
        paths = [f"/b/{name}" for name in names_in_b[:count]]
        owner.client.post(f"/v1/repos/{repo_id}/batch", json={"action": "delete", "paths": paths})
        (state,) = owner.client.get(newest).json["commits"]
        assert (len(state["changes"]), state["has_more"]) == (10, has_more)
        for path in paths:
            owner.put(path)


def test_states_say_what_sort_of_thing_was_done(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    before = owner.client.get(f"/v1/repos/{repo_id}/history/").json["commits"][0]["id"]
    owner.client.put(f"/v1/repos/{repo_id}/", form={"name": "renamed"})
    owner.client.delete(f"/v1/repos/{repo_id}/dirs/?p=/d")
    (removed,) = owner.client.get(f"/v1/repos/{repo_id}/trash/").json["items"]
    owner.client.post(f"/v1/repos/{repo_id}/trash/", form={"p": "/d", "commit_id": removed["commit_id"]})
    owner.put("/new.txt")
    act(owner, repo_id, "/", "dirs", action="revert", commit_id=before)
    kinds = [item["kind"] for item in owner.client.get(f"/v1/repos/{repo_id}/history/").json["commits"]]
    assert kinds == ["revert", "edit", "restore", "edit", "describe", "edit", "edit", "edit", "edit", "create"]
    feed = owner.client.get("/v1/activities/").json["events"]
    assert [item["kind"] for item in feed if item["repo_id"] == repo_id] == kinds


def test_deleted_folder_comes_back_from_a_state(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    before = owner.client.get(f"/v1/repos/{repo_id}/history/").json["commits"][0]["id"]
    owner.client.delete(f"/v1/repos/{repo_id}/dirs/?p=/d")
    assert act(owner, repo_id, "/d", "dirs", action="revert", commit_id=before).status == 200
    assert details(owner, repo_id, "/d/a.txt")["size"] == 3


def test_locked_file_is_not_changed_by_restoring_the_library(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    first = versions(owner, repo_id, "/d/a.txt")[-1]["id"]
    act(owner, repo_id, "/d/a.txt", action="lock")
    assert_error(act(circle.writer, repo_id, "/", "dirs", action="revert", commit_id=first), 423, "locked")


def test_who_may_see_history(circle: Circle) -> None:
    path = f"/v1/repos/{circle.repo_id}/history/"
    head = circle.owner.client.get(path).json["commits"][0]["id"]
    assert statuses(circle, "GET", path) == [401, 404, 200, 200, 200]
    assert statuses(circle, "GET", f"{path}{head}/") == [401, 404, 200, 200, 200]


def test_shared_folder_has_the_history_of_what_is_in_it(circle: Circle) -> None:
    owner, stranger = circle.owner, circle.stranger
    owner.put("/secret.txt")
    virtual_id = give(owner, stranger, "rw", "/d")
    owner.put("/secret.txt", b"again")
    assert [item["rev_file_size"] for item in versions(stranger, virtual_id, "/a.txt")] == [3, 2, 1]
    assert states(stranger, virtual_id) == ['Modified "a.txt"'] * 2 + ['Added "a.txt"', 'Added directory "d"']
    commits = stranger.client.get(f"/v1/repos/{virtual_id}/history/").json["commits"]
    changes = stranger.client.get(f"/v1/repos/{virtual_id}/history/{commits[0]['id']}/").json
    assert [(item["kind"], item["path"]) for item in changes["changes"]] == [("modify", "/a.txt")]
    assert changes["repo_id"] == virtual_id
    assert act(stranger, virtual_id, "/a.txt", action="revert", commit_id=commits[2]["id"]).status == 200
    assert details(owner, circle.repo_id, "/d/a.txt")["size"] == 1
    assert act(stranger, virtual_id, "/", "dirs", action="revert", commit_id=commits[1]["id"]).status == 200
    assert details(owner, circle.repo_id, "/d/a.txt")["size"] == 2
    assert owner.has("/secret.txt")


def test_history_of_a_file_that_was_moved_into_a_shared_folder_begins_there(circle: Circle) -> None:
    owner, stranger = circle.owner, circle.stranger
    owner.put("/secret.txt", b"secret")
    virtual_id = give(owner, stranger, "r", "/d")
    act(owner, circle.repo_id, "/secret.txt", action="move", dst_file_path="/d/open.txt")
    found = versions(stranger, virtual_id, "/open.txt")
    assert [item["rev_renamed_old_path"] for item in found] == [None]


def test_history_goes_back_to_what_was_there_when_it_begins(circle: Circle, core: Core) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    last, _, first = (item["id"] for item in versions(owner, repo_id, "/d/a.txt"))
    assert isinstance(core.clock, Ticking)
    core.clock.now += 3 * 86400
    owner.put("/new.txt")
    owner.client.put(f"/v1/repos/{repo_id}/", form={"history_days": 2})
    assert states(owner, repo_id) == ['Added "new.txt"', 'Modified "a.txt"']
    owner.put("/d/a.txt", b"4444")
    assert [item["rev_file_size"] for item in versions(owner, repo_id, "/d/a.txt")] == [4, 3]
    assert_error(act(owner, repo_id, "/d/a.txt", action="revert", commit_id=first), 404, "not_found")
    assert_error(act(owner, repo_id, "/", "dirs", action="revert", commit_id=first), 404, "not_found")
    assert_error(owner.client.get(f"/v1/repos/{repo_id}/history/{first}/"), 404, "not_found")
    assert act(owner, repo_id, "/d/a.txt", action="revert", commit_id=last).status == 200
    assert act(owner, repo_id, "/", "dirs", action="revert", commit_id=last).status == 200
    assert names(owner.client.get(f"/v1/repos/{repo_id}/dirs/?recursive=1")) == ["d", "a.txt"]


def test_library_that_keeps_no_history_shows_its_newest_state(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    owner.client.put(f"/v1/repos/{repo_id}/", form={"history_days": 0})
    assert states(owner, repo_id) == ['Modified "a.txt"']
    assert [item["rev_file_size"] for item in versions(owner, repo_id, "/d/a.txt")] == [3]
    owner.client.put(f"/v1/repos/{repo_id}/", form={"history_days": -1})
    assert len(states(owner, repo_id)) == 5


def test_shared_folder_never_tells_a_name_from_outside(circle: Circle) -> None:
    owner, stranger = circle.owner, circle.stranger
    virtual_id = give(owner, stranger, "r", "/d")
    owner.put("/secret.txt")
    owner.put("/d/b.txt")
    body = {"action": "delete", "paths": ["/secret.txt", "/d/b.txt"]}
    assert owner.client.post(f"/v1/repos/{circle.repo_id}/batch", json=body).status == 200
    newest = stranger.client.get(f"/v1/repos/{virtual_id}/history/").json["commits"][0]
    assert newest["desc"] == "Changed several folders"
    assert "secret" in states(owner, circle.repo_id)[0]
    assert b"secret" not in stranger.client.get(f"/v1/repos/{virtual_id}/history/{newest['id']}/").body
    assert b"secret" not in stranger.client.get("/v1/activities/").body
