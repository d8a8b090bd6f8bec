"""Eight clients that write to one library at once, over sockets of their own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from syncfile.core.core import Core
from tests.conftest import TIMEOUT_SECONDS, Answer, Client
from tests.rest.circle import give, names
from tests.rest.forms import send
from tests.rest.people import Person, join

WRITERS = 8
EDITS = 8


@pytest.fixture
def owner(core: Core, client: Client) -> Person:
    return join(core, client, "owner")


@pytest.fixture
def writers(core: Core, client: Client, owner: Person) -> list[Person]:
    """Return eight accounts that may write to the owner's library."""
    people = [join(core, client, f"writer{number}") for number in range(WRITERS)]
    for person in people:
        give(owner, person, "rw")
    return people


def at_once(writers: list[Person], edit: Callable[[Person, int], Answer]) -> list[Answer]:
    """Let every writer make its edits, all of them beginning together; return every answer."""
    barrier = Barrier(len(writers), timeout=TIMEOUT_SECONDS)

    def run(person: Person) -> list[Answer]:
        barrier.wait()
        return [edit(person, number) for number in range(EDITS)]

    with ThreadPoolExecutor(len(writers)) as pool:
        return [answer for answers in pool.map(run, writers) for answer in answers]


def history(owner: Person) -> list[dict[str, object]]:
    """Return the states of the library, newest first."""
    answer = owner.client.get(f"/v1/repos/{owner.repo_id}/history/", query={"limit": 1000})
    commits: list[dict[str, object]] = answer.json["commits"]
    return commits


def assert_linear(commits: list[dict[str, object]]) -> None:
    """Assert that each state is the parent of the next, up to the first, and that none is a merge."""
    parents = [commit["parent_id"] for commit in commits]
    assert parents == [*(commit["id"] for commit in commits[1:]), None]
    assert {commit["second_parent_id"] for commit in commits} == {None}


def test_no_file_of_eight_writers_is_lost_and_each_is_a_commit(owner: Person, writers: list[Person]) -> None:
    before = len(history(owner))

    def make(person: Person, number: int) -> Answer:
        path = f"/{person.account.username}-{number}.txt"
        return person.client.post(f"/v1/repos/{owner.repo_id}/files/", query={"p": path})

    answers = at_once(writers, make)
    assert Counter(answer.status for answer in answers) == {201: WRITERS * EDITS}
    wanted = {f"{person.account.username}-{number}.txt" for person in writers for number in range(EDITS)}
    assert set(names(owner.client.get(f"/v1/repos/{owner.repo_id}/dirs/"))) == wanted
    commits = history(owner)
    assert len(commits) == before + WRITERS * EDITS
    assert_linear(commits)
    authors = Counter(commit["creator_name"] for commit in commits)
    assert [authors[person.account.username] for person in writers] == [EDITS] * WRITERS
    changed = [changes(owner, commit) for commit in commits[: WRITERS * EDITS]]
    assert sorted(changed) == sorted([f"add /{name}"] for name in wanted)


def changes(owner: Person, commit: dict[str, object]) -> list[str]:
    answer = owner.client.get(f"/v1/repos/{owner.repo_id}/history/{commit['id']}/")
    return [f"{item['kind']} {item['path']}" for item in answer.json["changes"]]


def test_eight_writers_of_one_name_get_eight_files(owner: Person, writers: list[Person]) -> None:
    links = {
        person.id: person.client.get(f"/v1/repos/{owner.repo_id}/files/upload/", query={"p": "/"}).json
        for person in writers
    }

    def upload(person: Person, number: int) -> Answer:
        content = f"{person.account.username} {number}".encode()
        return send(person.client, links[person.id], ("parent_dir", "/"), ("file", "same.txt", content))

    answers = at_once(writers, upload)
    assert Counter(answer.status for answer in answers) == {200: WRITERS * EDITS}
    found = owner.client.get(f"/v1/repos/{owner.repo_id}/dirs/").json
    assert len(found) == len({item["id"] for item in found}) == WRITERS * EDITS
    assert {item["id"] for item in found} == {answer.json for answer in answers}
    assert_linear(history(owner))


def test_every_version_that_eight_writers_gave_one_file_is_in_its_history(owner: Person, writers: list[Person]) -> None:
    owner.put("/note.txt", b"first")
    links = {
        person.id: person.client.get(f"/v1/repos/{owner.repo_id}/files/upload/", query={"p": "/"}).json
        for person in writers
    }

    def upload(person: Person, number: int) -> Answer:
        content = f"{person.account.username} {number}".encode()
        parts = (("parent_dir", "/"), ("replace", "1"), ("file", "note.txt", content))
        return send(person.client, links[person.id], *parts)

    answers = at_once(writers, upload)
    assert Counter(answer.status for answer in answers) == {200: WRITERS * EDITS}
    form = {"action": "history", "limit": 1000}
    told = owner.client.post(f"/v1/repos/{owner.repo_id}/files/action?p=/note.txt", form=form).json["commits"]
    versions = [item["rev_file_id"] for item in told]
    assert len(versions) == 1 + WRITERS * EDITS
    assert set(versions[:-1]) == {answer.json for answer in answers}
    assert_linear(history(owner))


def test_each_of_many_steps_of_one_folder_happens_once(owner: Person, writers: list[Person]) -> None:
    """Everybody renames the folder to the next number that they see: only who is first is told that it worked."""
    owner.client.post(f"/v1/repos/{owner.repo_id}/dirs/?p=/0")

    def rename(person: Person, number: int) -> Answer:
        form = {"action": "rename", "newname": str(number + 1)}
        return person.client.post(f"/v1/repos/{owner.repo_id}/dirs/action?p=/{number}", form=form)

    answers = at_once(writers, rename)
    told = Counter(answer.status for answer in answers)
    assert set(told) <= {200, 404}
    (last,) = names(owner.client.get(f"/v1/repos/{owner.repo_id}/dirs/"))
    assert told[200] == int(last) > 0
    assert_linear(history(owner))
