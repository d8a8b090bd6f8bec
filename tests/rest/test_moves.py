"""Copies and moves between libraries, and many entries at once."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from syncfile.core import content, files, moves, users
from syncfile.core.core import Core
from syncfile.core.repos import open_repo
from syncfile.store.blocks import SMALL_BLOCK_BYTES
from tests.conftest import Answer, Client
from tests.rest.circle import Circle, give, make_circle, names
from tests.rest.people import ROOT, Person, assert_error

LARGE = random.Random(7).randbytes(3 * SMALL_BLOCK_BYTES)


@pytest.fixture
def circle(core: Core, client: Client) -> Circle:
    made = make_circle(core, client)
    made.owner.put("/photos/2024/a.jpg", LARGE)
    made.owner.put("/photos/b.txt", b"small")
    made.owner.put("/empty.txt", b"")
    return made


def body_of(person: Person, repo_id: str, path: str) -> bytes:
    """Return the bytes of a file, read through the store of its own library."""
    stored = files.open_file(person.core, person.actor, repo_id, path)

    def pieces() -> Iterator[bytes]:
        for span in stored.spans(0, stored.size):
            if span.path is None:
                assert span.load is not None
                yield span.load()
            else:
                with open(span.path, "rb") as file:
                    file.seek(span.offset)
                    yield file.read(span.length)

    return b"".join(pieces())


def act(person: Person, noun: str, repo_id: str, path: str, **form: Any) -> Answer:
    return person.client.post(f"/v1/repos/{repo_id}/{noun}/action", query={"p": path}, form=form)


def batch(person: Person, repo_id: str, **body: Any) -> Answer:
    return person.client.post(f"/v1/repos/{repo_id}/batch", json=body)


def listing(person: Person, repo_id: str, path: str = "/") -> list[str]:
    return names(person.client.get(f"/v1/repos/{repo_id}/dirs/", query={"p": path, "recursive": 1}))


def newest(person: Person, repo_id: str) -> str:
    commits = person.client.get(f"/v1/repos/{repo_id}/history/").json["commits"]
    return str(commits[0]["desc"])


def test_folder_is_copied_to_another_library_with_all_its_bytes(circle: Circle) -> None:
    reader, repo_id = circle.reader, circle.repo_id
    form = {"action": "copy", "dst_repo_id": reader.repo_id, "dst_dir_path": "/mine"}
    assert act(reader, "dirs", repo_id, "/photos", **form).status == 200
    assert listing(reader, reader.repo_id) == ["mine", "2024", "a.jpg", "b.txt"]
    assert newest(reader, reader.repo_id) == 'Added directory "mine"'
    assert circle.owner.client.delete(f"/v1/repos/{repo_id}/").status == 204
    assert body_of(reader, reader.repo_id, "/mine/2024/a.jpg") == LARGE
    assert body_of(reader, reader.repo_id, "/mine/b.txt") == b"small"
    usage = len(LARGE) + len(b"small")
    assert reader.client.get(f"/v1/repos/{reader.repo_id}/").json["size"] == usage


@pytest.mark.parametrize(
    ("path", "body"), [("/photos/2024/a.jpg", LARGE), ("/photos/b.txt", b"small"), ("/empty.txt", b"")]
)
def test_file_is_moved_to_another_library(circle: Circle, path: str, body: bytes) -> None:
    writer = circle.writer
    form = {"action": "move", "dst_repo_id": writer.repo_id, "dst_file_path": "/got"}
    assert act(writer, "files", circle.repo_id, path, **form).status == 200
    assert body_of(writer, writer.repo_id, "/got") == body
    assert not circle.owner.has(path)
    assert newest(writer, writer.repo_id) == 'Added "got"'
    assert newest(circle.owner, circle.repo_id) == f'Deleted "{path.rpartition("/")[2]}"'


def test_move_out_of_a_library_needs_the_right_to_write_there(circle: Circle) -> None:
    reader = circle.reader
    move = {"action": "move", "dst_repo_id": reader.repo_id, "dst_file_path": "/got"}
    assert_error(act(reader, "files", circle.repo_id, "/empty.txt", **move), 403, "permission_denied")
    assert listing(reader, reader.repo_id) == []
    into = {"action": "copy", "dst_repo_id": circle.repo_id, "dst_file_path": "/got"}
    reader.put("/own.txt")
    assert_error(act(reader, "files", reader.repo_id, "/own.txt", **into), 403, "permission_denied")


@pytest.mark.parametrize("action", ["copy", "move"])
def test_target_library_that_the_caller_may_not_know_of_is_not_found(circle: Circle, action: str) -> None:
    circle.stranger.put("/own.txt")
    for repo_id in (circle.repo_id, "f158d1dd-cc19-412c-b143-2ac83f352290"):
        form = {"action": action, "dst_repo_id": repo_id, "dst_file_path": "/got"}
        assert_error(act(circle.stranger, "files", circle.stranger.repo_id, "/own.txt", **form), 404, "not_found")


@pytest.mark.parametrize("action", ["copy", "move"])
def test_between_libraries_a_taken_name_or_missing_folder_changes_nothing(circle: Circle, action: str) -> None:
    writer = circle.writer
    writer.put("/taken", b"mine")
    for target, status, slug in (("/taken", 409, "already_exists"), ("/no/x", 404, "parent_missing")):
        form = {"action": action, "dst_repo_id": writer.repo_id, "dst_file_path": target}
        assert_error(act(writer, "files", circle.repo_id, "/photos/b.txt", **form), status, slug)
    assert circle.owner.has("/photos/b.txt")
    assert body_of(writer, writer.repo_id, "/taken") == b"mine"


def test_quota_of_the_receiving_owner_is_asked_before_anything_is_copied(circle: Circle) -> None:
    core, writer = circle.owner.core, circle.writer
    users.update_account(core, ROOT, writer.id, total=len(LARGE))
    for action in ("copy", "move"):
        form = {"action": action, "dst_repo_id": writer.repo_id, "dst_dir_path": "/got"}
        assert_error(act(writer, "dirs", circle.repo_id, "/photos", **form), 443, "quota_full")
    assert listing(writer, writer.repo_id) == []
    assert circle.owner.has("/photos/2024/a.jpg")
    assert list(core.blocks.list(writer.repo_id)) == []


def test_move_between_own_libraries_needs_no_room_for_a_second_copy(circle: Circle) -> None:
    owner = circle.owner
    users.update_account(owner.core, ROOT, owner.id, total=len(LARGE) + 100)
    other = owner.client.post("/v1/repos/", form={"name": "Other"}).json["id"]
    form = {"dst_repo_id": other, "dst_dir_path": "/photos"}
    assert_error(act(owner, "dirs", circle.repo_id, "/photos", action="copy", **form), 443, "quota_full")
    assert act(owner, "dirs", circle.repo_id, "/photos", action="move", **form).status == 200
    assert body_of(owner, other, "/photos/2024/a.jpg") == LARGE
    assert listing(owner, circle.repo_id) == ["empty.txt"]


def test_file_moves_out_of_a_shared_folder_into_the_library_around_it(circle: Circle) -> None:
    owner = circle.owner
    virtual_id = give(owner, circle.writer, "rw", "/photos")
    form = {"action": "move", "dst_repo_id": circle.repo_id, "dst_file_path": "/out.jpg"}
    assert act(circle.writer, "files", virtual_id, "/2024/a.jpg", **form).status == 200
    assert body_of(owner, circle.repo_id, "/out.jpg") == LARGE
    assert listing(circle.writer, virtual_id) == ["2024", "b.txt"]


def test_folder_never_moves_into_itself_by_way_of_a_shared_folder(circle: Circle) -> None:
    virtual_id = give(circle.owner, circle.writer, "rw", "/photos")
    form = {"action": "move", "dst_repo_id": virtual_id, "dst_dir_path": "/2024/x"}
    assert act(circle.writer, "dirs", circle.repo_id, "/photos", **form).status == 404
    assert body_of(circle.owner, circle.repo_id, "/photos/2024/a.jpg") == LARGE


def test_what_changes_while_it_is_copied_is_moved_as_it_is_in_the_end(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, writer = circle.owner, circle.writer
    real, calls = content.bring, list[object]()

    def bring(*arguments: Any) -> None:
        real(*arguments)
        if not calls:
            owner.put("/photos/b.txt", b"changed meanwhile")
        calls.append(arguments)

    monkeypatch.setattr(content, "bring", bring)
    moves.move(writer.core, writer.actor, circle.repo_id, {"/photos": "/got"}, writer.repo_id)
    assert len(calls) == 2
    assert body_of(writer, writer.repo_id, "/got/b.txt") == b"changed meanwhile"
    assert body_of(writer, writer.repo_id, "/got/2024/a.jpg") == LARGE
    assert not owner.has("/photos")


def test_many_are_deleted_in_one_commit_or_none(circle: Circle) -> None:
    owner = circle.owner
    answer = batch(owner, circle.repo_id, action="delete", paths=["/photos/2024", "/nothing"])
    assert_error(answer, 404, "not_found")
    assert owner.has("/photos/2024")
    answer = batch(owner, circle.repo_id, action="delete", paths=["photos/2024", "/photos/b.txt"])
    assert (answer.status, answer.json) == (200, {"paths": ["/photos/2024", "/photos/b.txt"]})
    assert newest(owner, circle.repo_id) == 'Deleted "b.txt" and 1 more files'
    assert listing(owner, circle.repo_id) == ["empty.txt", "photos"]


@pytest.mark.parametrize("to_other", [False, True])
def test_many_are_copied_and_moved_in_one_commit(circle: Circle, to_other: bool) -> None:
    writer = circle.writer
    target = writer.repo_id if to_other else circle.repo_id
    assert writer.client.post(f"/v1/repos/{target}/dirs/?p=/to").status == 200
    parts = {"paths": ["/photos/2024", "/empty.txt"], "dst_repo_id": target, "dst_dir": "/to"}
    before = len(writer.client.get(f"/v1/repos/{target}/history/").json["commits"])
    assert batch(writer, circle.repo_id, action="copy", **parts).json == {"paths": ["/to/2024", "/to/empty.txt"]}
    assert len(writer.client.get(f"/v1/repos/{target}/history/").json["commits"]) == before + 1
    assert_error(batch(writer, circle.repo_id, action="move", **parts), 409, "already_exists")
    assert circle.owner.has("/photos/2024")
    answer = batch(writer, circle.repo_id, action="move", autorename=True, **parts)
    assert answer.json == {"paths": ["/to/2024 (1)", "/to/empty (1).txt"]}
    assert body_of(writer, target, "/to/2024 (1)/a.jpg") == LARGE
    assert not circle.owner.has("/photos/2024")
    assert not circle.owner.has("/empty.txt")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "delete", "paths": []}, 400),
        ({"action": "delete", "paths": ["/x"] * 1001}, 400),
        ({"action": "delete", "paths": ["/"]}, 400),
        ({"action": "delete", "paths": ["/photos", "/photos/b.txt"]}, 404),
        ({"action": "delete"}, 400),
        ({"action": "move", "paths": ["/"], "dst_dir": "/photos"}, 400),
        ({"action": "move", "paths": ["/photos"], "dst_dir": "/photos"}, 400),
        ({"action": "copy", "paths": ["/photos"], "dst_dir": "/../.."}, 400),
        ({"action": "copy", "paths": ["/photos"], "dst_dir": "/photos"}, 200),
    ],
)
def test_batch_that_makes_no_sense_is_refused(circle: Circle, body: dict[str, Any], status: int) -> None:
    assert batch(circle.owner, circle.repo_id, **body).status == status
    assert body_of(circle.owner, circle.repo_id, "/photos/2024/a.jpg") == LARGE


def test_who_may_do_batches(circle: Circle) -> None:
    body = {"action": "delete", "paths": ["/empty.txt"]}
    path = f"/v1/repos/{circle.repo_id}/batch"
    assert circle.nobody.post(path, json=body).status == 401
    for person, status in ((circle.stranger, 404), (circle.reader, 403), (circle.writer, 200)):
        assert batch(person, circle.repo_id, **body).status == status


def test_copy_of_many_files_makes_every_object_of_the_target_readable(circle: Circle) -> None:
    owner, reader = circle.owner, circle.reader
    for number in range(60):  # more than one page of a directory
        owner.put(f"/many/{number}.txt", b"%d" % number)
    form = {"action": "copy", "dst_repo_id": reader.repo_id, "dst_dir_path": "/many"}
    assert act(reader, "dirs", circle.repo_id, "/many", **form).status == 200
    tree = open_repo(reader.core, reader.actor, reader.repo_id)
    assert len(tree.directory("/many")) == 60
    assert all(body_of(reader, reader.repo_id, f"/many/{number}.txt") == b"%d" % number for number in range(60))


@pytest.mark.parametrize("action", ["copy", "move"])
def test_nothing_goes_into_or_out_of_an_encrypted_library(circle: Circle, action: str) -> None:
    owner = circle.owner
    secret = owner.client.post("/v1/repos/", form={"name": "Secret", "password": "correct horse"}).json["id"]
    assert owner.client.post(f"/v1/repos/{secret}/files/?p=/in.txt").status == 201
    into = act(owner, "files", circle.repo_id, "/empty.txt", action=action, dst_repo_id=secret, dst_file_path="/x")
    out = act(owner, "files", secret, "/in.txt", action=action, dst_repo_id=circle.repo_id, dst_file_path="/x")
    for answer in (into, out):
        assert_error(answer, 400, "bad_request", "encrypted")
    assert act(owner, "files", secret, "/in.txt", action=action, dst_file_path="/x").status == 200


def test_library_itself_is_copied_into_another_but_not_moved(circle: Circle) -> None:
    owner = circle.owner
    other = owner.client.post("/v1/repos/", form={"name": "Other"}).json["id"]
    form = {"dst_repo_id": other, "dst_dir_path": "/all"}
    assert_error(act(owner, "dirs", circle.repo_id, "/", action="move", **form), 400, "bad_path")
    assert act(owner, "dirs", circle.repo_id, "/", action="copy", **form).status == 200
    assert listing(owner, other) == ["all", "empty.txt", "photos", "2024", "a.jpg", "b.txt"]
    assert newest(owner, other) == 'Added directory "all"'


def test_moves_in_opposite_directions_at_once_lose_nothing(circle: Circle) -> None:
    owner = circle.owner
    other = owner.client.post("/v1/repos/", form={"name": "Other"}).json["id"]
    libraries = (circle.repo_id, other)
    for repo_id in libraries:
        for number in range(8):
            assert owner.client.post(f"/v1/repos/{repo_id}/files/?p=/{repo_id}-{number}").status == 201

    def move(source: str, target: str, number: int) -> int:
        form = {"action": "move", "dst_repo_id": target, "dst_file_path": f"/{source}-{number}"}
        return act(owner, "files", source, f"/{source}-{number}", **form).status

    with ThreadPoolExecutor(8) as threads:
        both = [(source, target, number) for number in range(8) for source, target in (libraries, libraries[::-1])]
        assert list(threads.map(lambda item: move(*item), both)) == [200] * 16
    for repo_id, origin in (libraries, libraries[::-1]):
        found = [name for name in listing(owner, repo_id) if "-" in name]
        assert found == [f"{origin}-{number}" for number in range(8)]
