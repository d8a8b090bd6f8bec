"""Encrypted libraries over the wire."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from syncfile.core.access import READ, require
from syncfile.core.core import Core
from tests.conftest import Answer, Client
from tests.rest.circle import Circle, make_circle
from tests.rest.forms import Part, path_of, send
from tests.rest.people import Person, assert_error, assert_like, join

PASSWORD = "libpass"
MARKER = b"nobody may find this on the disk "

REPO = {
    "id": "f158d1dd-cc19-412c-b143-2ac83f352290",
    "name": "foo",
    "desc": "new library",
    "permission": "rw",
    "encrypted": False,
    "mtime": 1400054900,
    "owner": "user",
    "size": 0,
}


DOWNLOAD_INFO = {
    "relay_id": "c82139f0e8ea546cc612d0467a60d1ccf8c4c3f6",
    "relay_addr": "www.ruifile.com",
    "relay_port": "10001",
    "token": "6df2406b035952c39bd27118d3e29101f4cd11d2",
    "email": "joker",
    "repo_id": "3fbf186b-5343-41ac-962a-39839af938ab",
    "repo_name": "joker_repos",
    "repo_desc": "",
    "repo_size": "0",
    "repo_size_formatted": "0 bytes",
    "repo_version": 1,
    "head_commit_id": "3fe4054f1060c3c3efd2eece36de69fcadf656f5",
    "random_key": "",
    "magic": "",
    "mtime": None,
    "encrypted": "",
    "enc_version": 0,
}


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    return join(core, client, "ann")


@pytest.fixture
def repo_id(ann: Person) -> str:
    """An encrypted library of Ann's, unlocked, with one file."""
    made: str = create(ann).json["id"]
    upload(ann, made, "a.txt", MARKER * 3000)
    return made


def create(person: Person, **more: object) -> Answer:
    form = {"name": "Secrets", "desc": "of mine", "password": PASSWORD, **more}
    return person.client.post("/v1/repos/", form=form)


def lock(person: Person, repo_id: str) -> None:
    """Forget the keys, as a restart does."""
    repo = require(person.core.db, person.actor, repo_id, READ)
    person.core.keys.forget(repo)


def act(person: Person, repo_id: str, action: str, **form: str) -> Answer:
    return person.client.post(f"/v1/repos/{repo_id}/action/", form={"action": action, **form})


def ask(person: Person, repo_id: str, what: str) -> Answer:
    return person.client.get(f"/v1/repos/{repo_id}/{what}")


def upload(person: Person, repo_id: str, name: str, content: bytes) -> Answer:
    url = ask(person, repo_id, "files/upload/?p=/").json
    return send(person.client, url, ("parent_dir", "/"), ("file", name, content))


def download(person: Person, repo_id: str, path: str, **headers: str) -> Answer:
    url = ask(person, repo_id, f"files/download/?p={path}").json
    return Client(person.client.port).get(path_of(url), headers=headers)


@pytest.mark.parametrize("version", [2, 4])
def test_encrypted_library_is_made(ann: Person, version: int) -> None:
    answer = create(ann, enc_version=version)
    assert answer.status == 200
    assert_like(REPO, answer.json)
    assert answer.json["encrypted"] is True
    assert ask(ann, answer.json["id"], "download/").json["enc_version"] == version


def test_public_library_can_be_encrypted(ann: Person, core: Core) -> None:
    form = {"name": "Ours", "permission": "rw", "password": PASSWORD}
    made = ann.client.post("/v1/repos/public/", form=form).json
    assert (made["encrypted"], made["public"]) == (True, "rw")
    bob = join(core, Client(ann.client.port), "bob")
    assert ask(bob, made["id"], "dirs/").status == 440
    assert act(bob, made["id"], "setpassword", password=PASSWORD).status == 200
    assert ask(bob, made["id"], "dirs/").json == []


def test_unknown_version_is_refused(ann: Person) -> None:
    assert_error(create(ann, enc_version=3), 400, "bad_request", "version")


def test_files_come_back_whole_and_in_ranges(ann: Person, repo_id: str) -> None:
    content = MARKER * 3000
    whole = download(ann, repo_id, "/a.txt")
    assert (whole.status, whole.body) == (200, content)
    assert whole.headers["content-length"] == str(len(content))
    part = download(ann, repo_id, "/a.txt", Range="bytes=1001-50000")
    assert (part.status, part.body) == (206, content[1001:50001])
    assert part.headers["content-range"] == f"bytes 1001-50000/{len(content)}"
    assert part.headers["content-length"] == "49000"
    end = download(ann, repo_id, "/a.txt", Range="bytes=-5")
    assert end.body == content[-5:]
    assert download(ann, repo_id, "/a.txt", Range="bytes=1-2,4-5").body == content


def test_sizes_are_those_of_the_plaintext(ann: Person, repo_id: str) -> None:
    assert ask(ann, repo_id, "files/?p=/a.txt").json["size"] == len(MARKER) * 3000
    assert ask(ann, repo_id, "").json["size"] == len(MARKER) * 3000


def test_earlier_version_is_decrypted(ann: Person, repo_id: str) -> None:
    found = ann.client.post(f"/v1/repos/{repo_id}/files/action/?p=/a.txt", form={"action": "history"}).json
    commit_id = found["commits"][0]["id"]
    form = {"action": "revision", "commit_id": commit_id}
    url = ann.client.post(f"/v1/repos/{repo_id}/files/action/?p=/a.txt", form=form).json
    assert Client(ann.client.port).get(url).body == MARKER * 3000


def test_archive_is_of_plaintext(ann: Person, repo_id: str) -> None:
    url = path_of(ask(ann, repo_id, "dirs/download/?p=/").json)
    with zipfile.ZipFile(io.BytesIO(Client(ann.client.port).get(url).body)) as archive:
        assert archive.read("Secrets/a.txt") == MARKER * 3000


def test_nothing_on_the_disk_is_plaintext(ann: Person, repo_id: str, core: Core) -> None:
    upload(ann, repo_id, "small", MARKER)
    url = ask(ann, repo_id, "files/upload/?p=/").json
    parts: list[Part] = [("parent_dir", "/"), ("file", "part", MARKER * 100)]
    assert send(ann.client, url, *parts, content_range="bytes 0-3299/9999").json == {"success": True}
    found = [path for path in Path(core.folder.path).rglob("*") if path.is_file()]
    assert len(found) > 4
    assert [path for path in found if MARKER in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("method", "what"),
    [
        ("GET", "dirs/"),
        ("GET", "dirs/?recursive=1"),
        ("POST", "dirs/?p=/new"),
        ("GET", "files/?p=/a.txt"),
        ("POST", "files/?p=/new"),
        ("DELETE", "files/?p=/a.txt"),
        ("GET", "files/download/?p=/a.txt"),
        ("GET", "files/upload/?p=/"),
        ("GET", "dirs/download/?p=/"),
        ("POST", "files/action/?p=/a.txt&action=rename&newname=b"),
    ],
)
def test_locked_library_needs_its_password(ann: Person, repo_id: str, method: str, what: str) -> None:
    lock(ann, repo_id)
    assert_error(ann.client.request(method, f"/v1/repos/{repo_id}/{what}"), 440, "library_locked", "password")
    act(ann, repo_id, "setpassword", password=PASSWORD)
    assert ann.client.request(method, f"/v1/repos/{repo_id}/{what}").status < 300


def test_links_of_a_library_that_was_locked_again_wait_for_its_password(ann: Person, repo_id: str) -> None:
    down = path_of(ask(ann, repo_id, "files/download/?p=/a.txt").json)
    up = ask(ann, repo_id, "files/upload/?p=/").json
    archive = path_of(ask(ann, repo_id, "dirs/download/?p=/").json)
    lock(ann, repo_id)
    for url in (down, archive):
        assert_error(Client(ann.client.port).get(url), 440, "library_locked")
    assert_error(send(ann.client, up, ("parent_dir", "/"), ("file", "b", b"x")), 440, "library_locked")
    act(ann, repo_id, "setpassword", password=PASSWORD)
    assert Client(ann.client.port).get(down).status == 200


def test_locked_library_is_still_listed_and_named(ann: Person, repo_id: str) -> None:
    lock(ann, repo_id)
    assert repo_id in [repo["id"] for repo in ann.client.get("/v1/repos/").json]
    assert ask(ann, repo_id, "").json["encrypted"] is True


def test_search_finds_names_in_a_locked_library(ann: Person, repo_id: str) -> None:
    lock(ann, repo_id)
    found = ann.client.get("/v1/search/", query={"q": "a.txt"}).json
    assert [item["fullpath"] for item in found["results"]] == ["/a.txt"]


def test_wrong_password_is_refused_and_in_the_end_not_even_looked_at(ann: Person, repo_id: str) -> None:
    lock(ann, repo_id)
    for _ in range(20):
        assert_error(act(ann, repo_id, "setpassword", password="guess"), 400, "bad_request", "password")
    answer = act(ann, repo_id, "setpassword", password=PASSWORD)
    assert_error(answer, 429, "too_many")
    assert int(answer.headers["retry-after"]) > 0
    assert ask(ann, repo_id, "dirs/").status == 440


def test_password_is_needed_to_unlock_and_only_for_encrypted_libraries(ann: Person, repo_id: str) -> None:
    assert_error(act(ann, repo_id, "setpassword"), 400, "bad_request", "password")
    assert_error(act(ann, ann.repo_id, "setpassword", password="x"), 400, "bad_request", "encrypted")
    assert_error(act(ann, "no-such-id", "setpassword", password="x"), 404, "not_found")


def test_library_of_others_is_not_unlocked(ann: Person, repo_id: str, core: Core) -> None:
    bob = join(core, Client(ann.client.port), "bob")
    assert_error(act(bob, repo_id, "setpassword", password=PASSWORD), 404, "not_found")
    assert Client(ann.client.port).post(f"/v1/repos/{repo_id}/action/").status == 401


def test_password_is_changed(ann: Person, repo_id: str) -> None:
    answer = act(ann, repo_id, "changepassword", old_password=PASSWORD, new_password="another")
    assert answer.status == 200
    lock(ann, repo_id)
    assert act(ann, repo_id, "setpassword", password=PASSWORD).status == 400
    assert act(ann, repo_id, "setpassword", password="another").status == 200
    assert download(ann, repo_id, "/a.txt").body == MARKER * 3000


def test_change_of_password_needs_the_old_one(ann: Person, repo_id: str) -> None:
    answer = act(ann, repo_id, "changepassword", old_password="guess", new_password="another")
    assert_error(answer, 400, "bad_request", "password")
    assert_error(act(ann, repo_id, "changepassword", old_password=PASSWORD), 400, "bad_request", "new_password")


def test_no_password_gets_into_the_database(ann: Person, repo_id: str, core: Core) -> None:
    act(ann, repo_id, "changepassword", old_password=PASSWORD, new_password="another-password")
    dumped = json.dumps(core.db.rows("SELECT * FROM repo")) + json.dumps(core.db.rows("SELECT body FROM commits"))
    assert PASSWORD not in dumped
    assert "another-password" not in dumped


class TestDownloadInfo:
    """What a sync client asks for."""

    @pytest.fixture
    def circle(self, core: Core, client: Client) -> Circle:
        return make_circle(core, client)

    def test_plain_library_is_as_documented(self, ann: Person) -> None:
        answer = ask(ann, ann.repo_id, "download/")
        assert answer.status == 200
        assert_like(DOWNLOAD_INFO, answer.json)
        expected = {"email": "ann", "repo_id": ann.repo_id, "repo_size": "0", "repo_size_formatted": "0 bytes"}
        assert answer.json | expected | {"relay_addr": "127.0.0.1", "encrypted": "", "enc_version": 0} == answer.json
        assert answer.json["relay_port"] == str(ann.client.port)
        assert len(answer.json["relay_id"]) == 40

    def test_encrypted_library_tells_its_keys(self, ann: Person, repo_id: str) -> None:
        info = ask(ann, repo_id, "download/").json
        assert (info["encrypted"], info["enc_version"], info["salt"]) == (1, 2, "")
        assert (len(info["magic"]), len(info["random_key"])) == (64, 96)
        assert info["repo_size"] == str(len(MARKER) * 3000)

    def test_locked_library_can_be_cloned(self, ann: Person, repo_id: str) -> None:
        lock(ann, repo_id)
        assert ask(ann, repo_id, "download/").status == 200

    def test_token_is_new_each_time_and_for_this_library(self, ann: Person, core: Core) -> None:
        first, second = (ask(ann, ann.repo_id, "download/").json["token"] for _ in range(2))
        assert first != second
        assert core.db.rows("SELECT DISTINCT repo_id FROM token WHERE kind = 'sync'") == [(ann.repo_id,)]
        assert Client(ann.client.port).with_token(first).get("/v1/repos/").status == 401

    def test_reader_is_told_so(self, circle: Circle) -> None:
        assert ask(circle.reader, circle.repo_id, "download/").json["permission"] == "r"
        assert ask(circle.writer, circle.repo_id, "download/").json["permission"] == "rw"
        assert ask(circle.stranger, circle.repo_id, "download/").status == 404
        assert circle.nobody.get(f"/v1/repos/{circle.repo_id}/download/").status == 401


def test_libraries_say_whether_their_files_can_be_read(ann: Person, repo_id: str) -> None:
    path = f"/v1/repos/{repo_id}/"
    assert ann.client.get(path).json["unlocked"] is True
    lock(ann, repo_id)
    assert ann.client.get(path).json["unlocked"] is False
    assert ann.client.get(f"/v1/repos/{ann.repo_id}/").json["unlocked"] is True
