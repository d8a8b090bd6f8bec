"""What was removed, and how it comes back."""

from collections.abc import Iterator
from typing import Any

import pytest

from syncfile.config import Config
from syncfile.core import users
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from tests.conftest import Answer, Client
from tests.rest.circle import Circle, Ticking, give, make_circle, statuses, with_ticking_clock
from tests.rest.people import ROOT, Person, assert_error, assert_like

ITEM = {
    "path": "/d/a.txt",
    "commit_id": "e9116702c0a801b4b802e03ffa18dd691a43a153",
    "type": "file",
    "id": "0000000000000000000000000000000000000000",
    "size": 3,
    "deleted_at": 1476698143,
    "deleted_by": "ann",
}


@pytest.fixture
def core(config: Config) -> Iterator[Core]:
    opened = open_core(config)
    yield with_ticking_clock(opened)
    close_core(opened)


@pytest.fixture
def circle(core: Core, client: Client) -> Circle:
    made = make_circle(core, client)
    made.owner.put("/d/a.txt", b"one")
    made.owner.put("/d/sub/b.txt", b"two")
    return made


def delete(person: Person, path: str, noun: str = "files", repo_id: str = "") -> None:
    assert person.client.delete(f"/v1/repos/{repo_id or person.repo_id}/{noun}/", query={"p": path}).status == 204


def trash(person: Person, repo_id: str = "", **query: Any) -> list[dict[str, Any]]:
    answer = person.client.get(f"/v1/repos/{repo_id or person.repo_id}/trash/", query=query)
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def paths(items: list[dict[str, Any]]) -> list[str]:
    return [item["path"] for item in items]


def restore(person: Person, item: dict[str, Any], repo_id: str = "") -> Answer:
    form = {"p": item["path"], "commit_id": item["commit_id"]}
    return person.client.post(f"/v1/repos/{repo_id or person.repo_id}/trash/", form=form)


def test_removed_file_is_listed_and_comes_back_as_it_was(circle: Circle) -> None:
    owner = circle.owner
    before = owner.client.get(f"/v1/repos/{owner.repo_id}/files/?p=/d/a.txt").json
    assert trash(owner) == []
    delete(owner, "/d/a.txt")
    (item,) = trash(owner)
    assert_like(ITEM, item)
    assert (item["path"], item["type"], item["size"], item["deleted_by"]) == ("/d/a.txt", "file", 3, "ann")
    answer = restore(owner, item)
    assert (answer.status, answer.json) == (200, {"path": "/d/a.txt"})
    assert owner.client.get(f"/v1/repos/{owner.repo_id}/files/?p=/d/a.txt").json == before
    assert trash(owner) == []


def test_removed_folder_stands_for_all_that_it_held(circle: Circle) -> None:
    owner = circle.owner
    delete(owner, "/d", "dirs")
    (item,) = trash(owner)
    assert (item["path"], item["type"]) == ("/d", "dir")
    assert restore(owner, item).json == {"path": "/d"}
    assert owner.has("/d/sub/b.txt")
    newest = owner.client.get(f"/v1/repos/{owner.repo_id}/history/").json["commits"][0]["desc"]
    assert newest == 'Recovered deleted directory "d"'


def test_removed_file_comes_back_with_the_folders_it_was_in(circle: Circle) -> None:
    owner = circle.owner
    delete(owner, "/d/sub/b.txt")
    delete(owner, "/d", "dirs")
    listed = trash(owner)
    assert paths(listed) == ["/d", "/d/sub/b.txt"]
    assert restore(owner, listed[1]).json == {"path": "/d/sub/b.txt"}
    assert owner.has("/d/sub/b.txt")
    assert not owner.has("/d/a.txt")


def test_removed_file_whose_name_is_taken_comes_back_beside_it(circle: Circle) -> None:
    owner = circle.owner
    delete(owner, "/d/a.txt")
    (item,) = trash(owner)
    owner.put("/d/a.txt", b"another")
    assert trash(owner) == []
    assert restore(owner, item).json == {"path": "/d/a (1).txt"}


def test_each_removal_of_a_path_is_one_of_its_own(circle: Circle) -> None:
    owner = circle.owner
    delete(owner, "/d/a.txt")
    owner.put("/d/a.txt", b"second")
    delete(owner, "/d/a.txt")
    second, first = trash(owner)
    assert (first["size"], second["size"]) == (3, 6)
    assert restore(owner, first).status == 200
    assert owner.client.get(f"/v1/repos/{owner.repo_id}/files/?p=/d/a.txt").json["size"] == 3


def test_last_removals_of_many_paths_are_taken_back_at_once(circle: Circle) -> None:
    owner = circle.owner
    url = f"/v1/repos/{owner.repo_id}/batch/"
    delete(owner, "/d/a.txt")
    owner.put("/d/a.txt", b"second")
    removed = {"action": "delete", "paths": ["/d/a.txt", "/d/sub"]}
    assert owner.client.post(url, json=removed).status == 200
    count = len(owner.client.get(f"/v1/repos/{owner.repo_id}/history/").json["commits"])
    answer = owner.client.post(url, json={**removed, "action": "restore"})
    assert (answer.status, answer.json) == (200, {"paths": ["/d/a.txt", "/d/sub"]})
    assert owner.client.get(f"/v1/repos/{owner.repo_id}/files/?p=/d/a.txt").json["size"] == 6
    assert owner.has("/d/sub/b.txt")
    assert len(owner.client.get(f"/v1/repos/{owner.repo_id}/history/").json["commits"]) == count + 1
    never = owner.client.post(url, json={"action": "restore", "paths": ["/d/a.txt", "/never"]})
    assert_error(never, 404, "not_found")


def test_pages_of_the_trash_make_up_the_whole(circle: Circle) -> None:
    owner = circle.owner
    for number in range(5):
        owner.put(f"/{number}.txt", b"x%d" % number)
        delete(owner, f"/{number}.txt")
    whole = trash(owner)
    assert paths(whole) == [f"/{number}.txt" for number in (4, 3, 2, 1, 0)]
    assert [trash(owner, start=start, limit=2) for start in (0, 2, 4, 6)] == [whole[:2], whole[2:4], whole[4:], []]
    answer = owner.client.get(f"/v1/repos/{owner.repo_id}/trash/?limit=4").json
    assert answer["has_more"] is True


def test_emptied_trash_is_empty_and_older_versions_are_gone(circle: Circle) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    owner.put("/d/sub/b.txt", b"newer")
    delete(owner, "/d/a.txt")
    (item,) = trash(owner)
    assert owner.client.delete(f"/v1/repos/{repo_id}/trash/").status == 204
    assert trash(owner) == []
    assert_error(restore(owner, item), 404, "not_found")
    history = owner.client.post(f"/v1/repos/{repo_id}/files/action?p=/d/sub/b.txt", form={"action": "history"}).json
    assert [commit["rev_file_size"] for commit in history["commits"]] == [5]
    delete(owner, "/d/sub/b.txt")
    assert paths(trash(owner)) == ["/d/sub/b.txt"]


def test_emptying_can_keep_the_last_days(circle: Circle, core: Core) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    delete(owner, "/d/a.txt")
    assert isinstance(core.clock, Ticking)
    core.clock.now += 2 * 86400
    delete(owner, "/d/sub/b.txt")
    assert owner.client.delete(f"/v1/repos/{repo_id}/trash/?keep_days=3").status == 204
    assert paths(trash(owner)) == ["/d/sub/b.txt", "/d/a.txt"]
    assert owner.client.delete(f"/v1/repos/{repo_id}/trash/?keep_days=1").status == 204
    assert paths(trash(owner)) == ["/d/sub/b.txt"]
    assert_error(owner.client.delete(f"/v1/repos/{repo_id}/trash/?keep_days=-1"), 400, "bad_request", "keep_days")


def test_trash_forgets_what_is_older_than_history_is_kept(circle: Circle, core: Core) -> None:
    owner, repo_id = circle.owner, circle.repo_id
    delete(owner, "/d/a.txt")
    owner.client.put(f"/v1/repos/{repo_id}/", form={"history_days": 2})
    assert paths(trash(owner)) == ["/d/a.txt"]
    assert isinstance(core.clock, Ticking)
    core.clock.now += 2 * 86400
    assert trash(owner) == []


def test_restoring_needs_room(circle: Circle, core: Core) -> None:
    owner = circle.owner
    delete(owner, "/d/a.txt")
    (item,) = trash(owner)
    users.update_account(core, ROOT, owner.id, total=5)
    assert_error(restore(owner, item), 443, "quota_full")
    assert not owner.has("/d/a.txt")


def test_who_may_do_what_with_the_trash(circle: Circle) -> None:
    delete(circle.owner, "/d/a.txt")
    (item,) = trash(circle.owner)
    path, form = f"/v1/repos/{circle.repo_id}/trash/", {"p": item["path"], "commit_id": item["commit_id"]}
    assert statuses(circle, "GET", path) == [401, 404, 200, 200, 200]
    assert statuses(circle, "POST", path, form=form) == [401, 404, 403, 200, 200]
    assert statuses(circle, "DELETE", path) == [401, 404, 403, 403, 204]
    assert_error(circle.owner.client.post(path, form={"p": "/x"}), 400, "bad_request", "commit_id")


def test_shared_folder_has_the_trash_of_what_was_in_it(circle: Circle) -> None:
    owner, stranger = circle.owner, circle.stranger
    owner.put("/secret.txt")
    virtual_id = give(owner, stranger, "rw", "/d")
    delete(owner, "/secret.txt")
    delete(owner, "/d/a.txt")
    delete(stranger, "/sub", "dirs", virtual_id)
    listed = trash(stranger, virtual_id)
    assert paths(listed) == ["/sub", "/a.txt"]
    assert restore(stranger, listed[0], virtual_id).json == {"path": "/sub"}
    assert owner.has("/d/sub/b.txt")
    assert stranger.client.delete(f"/v1/repos/{virtual_id}/trash/").status == 403


def test_removal_among_several_pushed_commits_is_found_in_one_before_them(circle: Circle, core: Core) -> None:
    owner = circle.owner
    before = owner.client.get(f"/v1/repos/{owner.repo_id}/files/?p=/d/a.txt").json
    delete(owner, "/d/a.txt")
    owner.put("/later.txt")
    newest = owner.client.get(f"/v1/repos/{owner.repo_id}/history/").json["commits"][0]["id"]
    core.db.rows("UPDATE change SET commit_id = ? WHERE kind = 'delete'", newest)
    (item,) = trash(owner)
    assert restore(owner, item).status == 200
    assert owner.client.get(f"/v1/repos/{owner.repo_id}/files/?p=/d/a.txt").json == before


@pytest.mark.parametrize(("noun", "path"), [("files", "/d/a.txt"), ("dirs", "/d")])
def test_removal_whose_commits_are_lost_still_gives_the_content_back(
    circle: Circle, core: Core, noun: str, path: str
) -> None:
    owner = circle.owner
    delete(owner, path, noun)
    core.db.rows("UPDATE change SET commit_id = ? WHERE kind = 'delete'", "f" * 40)
    (item,) = trash(owner)
    assert restore(owner, item).status == 200
    found = owner.client.get(f"/v1/repos/{owner.repo_id}/files/?p=/d/a.txt").json
    assert (found["size"], found["modifier"]) == (3, "ann")
