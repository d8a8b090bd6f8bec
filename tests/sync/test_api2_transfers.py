"""Seafile's web API: the bytes of files, by links to ``/seafhttp``."""

from http.client import HTTPConnection

import pytest

from syncfile.core import devices, encrypted, shares, users
from syncfile.core.core import Core
from syncfile.core.repos import open_repo
from tests.conftest import TIMEOUT_SECONDS, Client
from tests.rest.forms import BOUNDARY, body_of, path_of, send
from tests.rest.people import ROOT, Person, assert_like, join
from tests.sync.web_api import assert_refused

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/a/x.bin", CONTENT)
    return person


@pytest.fixture
def bob(core: Core, client: Client) -> Person:
    return join(core, client, "bob")


def old(person: Person, path: str) -> str:
    return f"/api2/repos/{person.repo_id}/{path}/"


def upload_url(person: Person, folder: str = "/") -> str:
    url: str = person.client.get(old(person, "upload-link"), query={"p": folder}).json
    return url


def update_url(person: Person, folder: str = "/") -> str:
    url: str = person.client.get(old(person, "update-link"), query={"p": folder}).json
    return url


def download(person: Person, path: str) -> bytes:
    """Return what is at a path by way of its link, which needs no token."""
    url = person.client.get(old(person, "file"), query={"p": path}).json
    return Client(person.client.port).get(path_of(url)).body


def assert_bad_link(client: Client, method: str, path: str) -> None:
    answer = client.request(method, path, body=b"x" if method == "POST" else b"")
    assert (answer.status, set(answer.json)) == (403, {"error"})


# --- downloads


def test_file_comes_by_a_link_on_the_host_that_the_client_named(ann: Person) -> None:
    answer = ann.client.get(old(ann, "file"), query={"p": "/a/x.bin", "reuse": 1})
    assert answer.json.startswith(f"http://127.0.0.1:{ann.client.port}/seafhttp/files/")
    assert answer.json.endswith("/x.bin")
    assert answer.headers["oid"] == ann.client.get(old(ann, "file/detail"), query={"p": "/a/x.bin"}).json["id"]
    sent = Client(ann.client.port).get(path_of(answer.json))
    assert sent.body == CONTENT
    assert (sent.headers["accept-ranges"], sent.headers["content-length"]) == ("bytes", str(len(CONTENT)))
    assert sent.headers["content-disposition"].startswith("attachment")


def test_ranges_of_a_file_are_sent(ann: Person) -> None:
    path = path_of(ann.client.get(old(ann, "file"), query={"p": "/a/x.bin"}).json)
    sent = Client(ann.client.port).get(path, headers={"Range": "bytes=1000-1009"})
    assert (sent.status, sent.body) == (206, CONTENT[1000:1010])
    assert sent.headers["content-range"] == f"bytes 1000-1009/{len(CONTENT)}"
    head = Client(ann.client.port).head(path)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(CONTENT)))


def test_file_with_a_strange_name_comes_by_a_link(ann: Person) -> None:
    ann.put("/a/50% ☃?#.txt", b"snow")
    assert download(ann, "/a/50% ☃?#.txt") == b"snow"


def test_what_is_no_file_has_no_link(ann: Person, bob: Person) -> None:
    for path in ("/a", "/missing"):
        assert_refused(ann.client.get(old(ann, "file"), query={"p": path}), 404)
    assert_refused(bob.client.get(old(ann, "file"), query={"p": "/a/x.bin"}), 404)
    assert_refused(ann.client.get(old(ann, "file"), query={"p": "/a/x.bin", "op": "downloadblks"}), 400)


def test_earlier_version_comes_by_a_link(ann: Person) -> None:
    ann.put("/a/x.bin", b"newer")
    commits = ann.client.get(old(ann, "file/history"), query={"p": "/a/x.bin"}).json["commits"]
    query = {"p": "/a/x.bin", "commit_id": commits[1]["id"]}
    url = ann.client.get(old(ann, "file/revision"), query=query).json
    assert Client(ann.client.port).get(path_of(url)).body == CONTENT
    assert download(ann, "/a/x.bin") == b"newer"


def test_link_ends_with_the_accounts_access(core: Core, ann: Person, bob: Person) -> None:
    receiver = shares.account_receiver(core, "bob")
    shares.share_repo(core, ann.actor, ann.repo_id, receiver, "r")
    path = path_of(bob.client.get(old(ann, "file"), query={"p": "/a/x.bin"}).json)
    shares.stop_share(core, ann.actor, ann.repo_id, "/", receiver)
    answer = Client(ann.client.port).get(path)
    assert (answer.status, set(answer.json)) == (404, {"error"})


def test_bad_link_is_refused(client: Client, ann: Person) -> None:
    good = upload_url(ann).rpartition("/")[2]
    for link in ("x", "00000000-0000-4000-8000-000000000000"):
        assert_bad_link(client, "GET", f"/seafhttp/files/{link}/x.bin")
        for route in ("upload-api", "update-api", "upload-aj", "update-aj"):
            assert_bad_link(client, "POST", f"/seafhttp/{route}/{link}")
    assert_bad_link(client, "GET", f"/seafhttp/files/{good}/x.bin")


def test_encrypted_file_comes_once_the_library_is_unlocked(core: Core, ann: Person) -> None:
    repo = encrypted.create_encrypted(core, ann.actor, "Diary", "", "libpass")
    url = ann.client.get(f"/api2/repos/{repo.id}/upload-link/").json
    parts = (("parent_dir", "/"), ("file", "secret", CONTENT))
    assert send(ann.client, url + "?ret-json=1", *parts).json[0]["size"] == len(CONTENT)
    core.keys.forget(repo)
    assert_refused(ann.client.get(f"/api2/repos/{repo.id}/file/", query={"p": "/secret"}), 440)
    assert_refused(ann.client.get(f"/api2/repos/{repo.id}/upload-link/"), 440)
    assert ann.client.post(f"/api2/repos/{repo.id}/", form={"password": "libpass"}).json == "success"
    link = path_of(ann.client.get(f"/api2/repos/{repo.id}/file/", query={"p": "/secret"}).json)
    assert Client(ann.client.port).get(link).body == CONTENT
    assert Client(ann.client.port).get(link, headers={"Range": "bytes=17-40"}).body == CONTENT[17:41]


# --- uploads


def test_upload_as_rclone_sends_it_makes_the_folders_and_replaces(ann: Person) -> None:
    for content in (b"first", b"second!"):
        parts = (
            ("need_idx_progress", "true"),
            ("parent_dir", "/"),
            ("relative_path", "new/deep/"),
            ("replace", "1"),
            ("file", "up.txt", content),
        )
        answer = send(ann.client, upload_url(ann) + "?ret-json=1", *parts)
        assert_like([{"name": "up.txt", "id": "", "size": 0}], answer.json)
        assert answer.json[0]["size"] == len(content)
    assert download(ann, "/new/deep/up.txt") == b"second!"


def test_upload_without_a_length_is_stored(ann: Person) -> None:
    body = body_of((("parent_dir", "/"), ("file", "chunked", CONTENT)))
    connection = HTTPConnection("127.0.0.1", ann.client.port, timeout=TIMEOUT_SECONDS)
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    pieces = (body[at : at + 1000] for at in range(0, len(body), 1000))
    connection.request("POST", path_of(upload_url(ann)), pieces, headers, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()
    assert download(ann, "/chunked") == CONTENT


def test_file_may_come_before_its_fields(ann: Person) -> None:
    assert send(ann.client, upload_url(ann), ("file", "early", b"1"), ("parent_dir", "/a")).status == 200
    assert download(ann, "/a/early") == b"1"


def test_plain_answer_is_the_ids_with_tabs_between_them(ann: Person) -> None:
    parts = (("parent_dir", "/"), ("file", "one", b"1"), ("file", "two", b"2"))
    answer = send(ann.client, upload_url(ann), *parts)
    ids = [ann.client.get(old(ann, "file/detail"), query={"p": path}).json["id"] for path in ("/one", "/two")]
    assert answer.body.decode() == "\t".join(ids)


def test_name_that_is_taken_gets_a_number_unless_it_is_replaced(ann: Person) -> None:
    answer = send(ann.client, upload_url(ann) + "?ret-json=1", ("parent_dir", "/a"), ("file", "x.bin", b"1"))
    assert answer.json[0]["name"] == "x (1).bin"
    assert download(ann, "/a/x.bin") == CONTENT


def test_browser_is_answered_as_json(ann: Person) -> None:
    url = upload_url(ann).replace("upload-api", "upload-aj")
    answer = send(ann.client, url, ("parent_dir", "/"), ("file", "web", b"123"))
    assert [(item["name"], item["size"]) for item in answer.json] == [("web", 3)]


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([("parent_dir", "/"), ("file", "..", b"1")], 440),
        ([("parent_dir", "/"), ("file", "a" * 256, b"1")], 440),
        ([("parent_dir", "/"), ("relative_path", "/up"), ("file", "f", b"1")], 440),
        ([("parent_dir", "/"), ("relative_path", "../up"), ("file", "f", b"1")], 440),
        ([("parent_dir", "/missing"), ("file", "f", b"1")], 404),
        ([("file", "f", b"1")], 400),
        ([("parent_dir", "/")], 400),
    ],
)
def test_upload_that_cannot_be_is_refused(ann: Person, parts: list[tuple[str, str]], status: int) -> None:
    answer = send(ann.client, upload_url(ann), *parts)
    assert (answer.status, set(answer.json)) == (status, {"error"})


def test_link_of_a_folder_is_good_for_that_folder_only(ann: Person) -> None:
    answer = send(ann.client, upload_url(ann, "/a"), ("parent_dir", "/"), ("file", "f", b"1"))
    assert (answer.status, set(answer.json)) == (403, {"error"})
    assert send(ann.client, upload_url(ann, "/a"), ("parent_dir", "/a"), ("file", "f", b"1")).status == 200


def test_upload_over_the_quota_is_refused_as_clients_know_it(core: Core, ann: Person) -> None:
    users.update_account(core, ROOT, ann.id, total=len(CONTENT) + 5)
    url = upload_url(ann)
    answer = send(ann.client, url, ("parent_dir", "/"), ("file", "f", b"123456"))
    assert (answer.status, set(answer.json)) == (443, {"error"})
    assert send(ann.client, url, ("parent_dir", "/"), ("file", "f", b"12345")).status == 200


def test_reader_gets_no_link_for_uploads(core: Core, ann: Person, bob: Person) -> None:
    shares.share_repo(core, ann.actor, ann.repo_id, shares.account_receiver(core, "bob"), "r")
    assert_refused(bob.client.get(old(ann, "upload-link")), 403)
    assert_refused(bob.client.get(old(ann, "update-link")), 403)
    assert_refused(ann.client.get(old(ann, "upload-link"), query={"p": "/missing"}), 404)


def test_signing_out_ends_the_links(core: Core, ann: Person, client: Client) -> None:
    url = upload_url(ann)
    for item in devices.list_devices(core, ann.actor):
        devices.revoke_device(core, ann.actor, item.id)
    assert_bad_link(client, "POST", path_of(url))


def test_large_file_comes_in_pieces_and_tells_how_far_it_is(ann: Person) -> None:
    progress = f"/api/v2.1/repos/{ann.repo_id}/file-uploaded-bytes/"
    query = {"parent_dir": "/", "file_name": "large"}
    url, half = upload_url(ann), len(CONTENT) // 2
    for at in (0, half):
        answer = ann.client.get(progress, query=query)
        assert (answer.json, answer.headers["accept-ranges"]) == ({"uploadedBytes": at}, "bytes")
        parts = (("parent_dir", "/"), ("file", "large", CONTENT[at : at + half]))
        answer = send(ann.client, url, *parts, content_range=f"bytes {at}-{at + half - 1}/{len(CONTENT)}")
        assert answer.status == 200
    assert download(ann, "/large") == CONTENT
    assert ann.client.get(progress, query=query).json == {"uploadedBytes": 0}


# --- new versions


def test_file_gets_a_new_version(ann: Person) -> None:
    answer = send(ann.client, update_url(ann), ("target_file", "/a/x.bin"), ("file", "x.bin", b"new"))
    assert answer.status == 200
    assert answer.body.decode() == ann.client.get(old(ann, "file/detail"), query={"p": "/a/x.bin"}).json["id"]
    assert download(ann, "/a/x.bin") == b"new"
    parts = (("file", "x.bin", b"newer"), ("target_file", "/a/x.bin"))
    answer = send(ann.client, update_url(ann).replace("update-api", "update-aj"), *parts)
    assert [(item["name"], item["size"]) for item in answer.json] == [("x.bin", 5)]


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([("target_file", "/missing"), ("file", "f", b"1")], 441),
        ([("file", "f", b"1"), ("target_file", "/missing")], 441),
        ([("target_file", "/a"), ("file", "f", b"1")], 441),
        ([("target_file", "/a/../x"), ("file", "f", b"1")], 440),
        ([("file", "f", b"1")], 400),
        ([("target_file", "/a/x.bin")], 400),
        ([("target_file", "/a/x.bin"), ("file", "f", b"1"), ("file", "g", b"2")], 400),
    ],
)
def test_version_of_what_is_not_there_is_refused(ann: Person, parts: list[tuple[str, str]], status: int) -> None:
    answer = send(ann.client, update_url(ann), *parts)
    assert (answer.status, set(answer.json)) == (status, {"error"})
    assert download(ann, "/a/x.bin") == CONTENT


def test_link_for_updates_is_good_for_its_folder_only(core: Core, ann: Person) -> None:
    ann.put("/top", b"top")
    answer = send(ann.client, update_url(ann, "/a"), ("target_file", "/top"), ("file", "f", b"1"))
    assert (answer.status, set(answer.json)) == (403, {"error"})
    assert open_repo(core, ann.actor, ann.repo_id).file("/top").size == 3
