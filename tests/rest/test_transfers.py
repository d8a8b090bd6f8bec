"""Links to bytes: downloads, archives and uploads."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from http.client import IncompleteRead
from pathlib import Path
from urllib.parse import quote

import pytest

from syncfile.core import access, entries, tokens, users
from syncfile.core.commits import list_commits
from syncfile.core.core import Core
from syncfile.core.repos import open_repo
from tests.conftest import Answer, Client
from tests.rest.circle import Circle, give, make_circle, statuses
from tests.rest.forms import BOUNDARY, Part, body_of, path_of, send
from tests.rest.people import ROOT, Person, assert_error, join

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HOUR = 3600


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/foo.c", b"0123456789")
    person.put("/foo/bar.txt", b"bar")
    return person


@pytest.fixture
def circle(core: Core, client: Client) -> Circle:
    made = make_circle(core, client)
    made.owner.put("/foo.c", b"one")
    return made


def ask(person: Person, what: str, path: str, repo_id: str = "") -> Answer:
    return person.client.get(f"/v1/repos/{repo_id or person.repo_id}/{what}/", query={"p": path})


def link(person: Person, what: str, path: str, repo_id: str = "") -> str:
    """Return the path of a link to bytes."""
    answer = ask(person, what, path, repo_id)
    assert answer.status == 200, answer.body
    return path_of(answer.json)


def get(person: Person, url: str, **headers: str) -> Answer:
    """Use a link without credentials."""
    return Client(person.client.port).get(url, headers=headers)


def upload(person: Person, *parts: Part, to: str = "/", query: str = "") -> Answer:
    return send(person.client, link(person, "files/upload", to) + query, *parts)


def content(person: Person, path: str) -> bytes:
    return get(person, link(person, "files/download", path)).body


def names_in(person: Person, path: str = "/") -> list[str]:
    return [entry.name for entry in open_repo(person.core, person.actor, person.repo_id).directory(path).iter()]


def messages(person: Person, count: int) -> list[str]:
    """Return what the newest commits say, newest first."""
    commits = list_commits(person.core, person.actor, person.repo_id, 0, count)
    return [commit.description for commit, _ in commits]


# Downloads


def test_download_link_is_as_documented(ann: Person) -> None:
    answer = ask(ann, "files/download", "/foo.c")
    assert answer.status == 200
    assert re.fullmatch(rf"http://127\.0\.0\.1:{ann.client.port}/files/{UUID}/foo\.c", answer.json)


def test_link_names_the_host_that_the_client_used(ann: Person) -> None:
    answer = ann.client.get(
        f"/v1/repos/{ann.repo_id}/files/download/?p=/foo.c", headers={"Host": "cloud.example.org:8443"}
    )
    assert answer.json.startswith("http://cloud.example.org:8443/files/")


def test_link_leads_to_the_bytes_again_and_again(ann: Person) -> None:
    url = link(ann, "files/download", "/foo.c")
    for _ in range(3):
        answer = get(ann, url)
        assert (answer.status, answer.body) == (200, b"0123456789")
    assert answer.headers["content-disposition"] == 'attachment; filename="foo.c"'
    assert answer.headers["content-length"] == "10"


def test_link_obeys_ranges_and_conditions(ann: Person) -> None:
    url = link(ann, "files/download", "/foo.c")
    answer = get(ann, url, Range="bytes=2-4")
    assert (answer.status, answer.body, answer.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    etag = get(ann, url).headers["etag"]
    assert get(ann, url, **{"If-None-Match": etag}).status == 304
    assert get(ann, url, Range="bytes=99-").status == 416


def test_name_in_a_link_is_quoted_and_not_looked_at(ann: Person) -> None:
    name = "照片 #1?/x".replace("/", "")
    ann.put(f"/{name}", b"x")
    url = link(ann, "files/download", f"/{name}")
    assert url.endswith("/" + quote(name, safe=""))
    assert get(ann, url).body == b"x"
    assert get(ann, url.rpartition("/")[0] + "/other").body == b"x"


@pytest.mark.parametrize("what", ["files/download", "dirs/download", "files/upload"])
def test_links_are_for_whoever_may_use_them(circle: Circle, what: str) -> None:
    circle.owner.put("/folder/x", b"x")
    path = "/foo.c" if what == "files/download" else "/folder"
    reader = 403 if what == "files/upload" else 200
    url = f"/v1/repos/{circle.repo_id}/{what}/?p={path}"
    assert statuses(circle, "GET", url) == [401, 404, reader, 200, 200]


@pytest.mark.parametrize(
    ("what", "path"),
    [("files/download", "/foo"), ("files/download", "/no"), ("dirs/download", "/foo.c"), ("files/upload", "/no")],
)
def test_no_link_leads_to_what_is_not_there(ann: Person, what: str, path: str) -> None:
    assert_error(ask(ann, what, path), 404, "not_found")


def test_download_link_needs_a_path(ann: Person) -> None:
    assert_error(ann.client.get(f"/v1/repos/{ann.repo_id}/files/download/"), 400, "bad_request", "p")


def test_link_is_good_for_an_hour(ann: Person, core: Core) -> None:
    link_id = tokens.issue_transfer(core, ann.actor, ann.repo_id, "/foo.c", "download")
    later = replace(core, clock=lambda: core.clock() + HOUR)
    sooner = replace(core, clock=lambda: core.clock() + HOUR - 5)
    assert tokens.find_transfer(sooner, link_id) is not None
    assert tokens.find_transfer(later, link_id) is None


def test_unknown_link_is_not_found(ann: Person) -> None:
    assert_error(get(ann, "/files/5a3f3a63-b13d-4b78-82b2-6547c1e77dd7/foo.c"), 404, "not_found")
    assert_error(send(ann.client, "/upload-api/no", ("file", "a", b"x")), 404, "not_found")


def test_link_for_uploads_downloads_nothing(ann: Person) -> None:
    up, down = link(ann, "files/upload", "/"), link(ann, "files/download", "/foo.c")
    assert_error(get(ann, up.replace("upload-api", "files") + "/foo.c"), 404, "not_found")
    other = "/upload-api/" + down.split("/")[2]
    assert_error(send(ann.client, other, ("parent_dir", "/"), ("file", "a", b"x")), 404, "not_found")


def test_link_dies_with_the_share_it_was_made_by(circle: Circle) -> None:
    url = link(circle.reader, "files/download", "/foo.c", circle.repo_id)
    assert get(circle.reader, url).status == 200
    circle.owner.core.db.rows("DELETE FROM share WHERE account_id = ?", circle.reader.id)
    assert_error(get(circle.reader, url), 404, "not_found")


def test_link_dies_with_its_account_and_with_the_token_it_was_made_by(ann: Person, core: Core) -> None:
    token = ann.client.headers["Authorization"].split()[1]
    url = link(ann, "files/download", "/foo.c")
    actor = tokens.authenticate(core, "login", token, "")
    tokens.revoke(core, actor.token_hash)
    assert get(ann, url).status == 404
    other = join(core, Client(ann.client.port), "olga")
    other.put("/a", b"x")
    url = link(other, "files/download", "/a")
    users.update_account(core, ROOT, other.id, is_active=False)
    assert get(ann, url).status == 404


def test_link_into_a_shared_folder_leads_to_the_origin(circle: Circle) -> None:
    circle.owner.put("/shared/a.txt", b"inside")
    repo_id = give(circle.owner, circle.stranger, "rw", "/shared")
    assert get(circle.stranger, link(circle.stranger, "files/download", "/a.txt", repo_id)).body == b"inside"
    url = link(circle.stranger, "files/upload", "/", repo_id)
    assert send(circle.stranger.client, url, ("parent_dir", "/"), ("file", "b.txt", b"new")).status == 200
    assert content(circle.owner, "/shared/b.txt") == b"new"
    with opened(get(circle.stranger, link(circle.stranger, "dirs/download", "/", repo_id))) as archive:
        assert archive.read("shared/b.txt") == b"new"


# Versions


def test_earlier_version_is_linked_to(ann: Person) -> None:
    head = access.require(ann.core.db, ann.actor, ann.repo_id, "r").head_id
    ann.put("/foo.c", b"newer")
    form = {"action": "revision", "commit_id": head}
    answer = ann.client.post(f"/v1/repos/{ann.repo_id}/files/action/?p=/foo.c", form=form)
    assert re.fullmatch(rf"/files/{UUID}/foo\.c", answer.json)
    assert get(ann, answer.json).body == b"0123456789"
    assert content(ann, "/foo.c") == b"newer"


def test_version_that_never_was_is_not_linked_to(ann: Person) -> None:
    url = f"/v1/repos/{ann.repo_id}/files/action/?p=/foo.c"
    assert_error(ann.client.post(url, form={"action": "revision", "commit_id": "0" * 40}), 404, "not_found")
    assert_error(ann.client.post(url, form={"action": "revision"}), 400, "bad_request", "commit_id")
    head = access.require(ann.core.db, ann.actor, ann.repo_id, "r").head_id
    folder = f"/v1/repos/{ann.repo_id}/files/action/?p=/foo"
    assert_error(ann.client.post(folder, form={"action": "revision", "commit_id": head}), 404, "not_found")


# Archives


def opened(answer: Answer) -> zipfile.ZipFile:
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.body))


def test_folder_link_is_as_documented_and_leads_to_an_archive(ann: Person) -> None:
    answer = ask(ann, "dirs/download", "/foo")
    assert re.fullmatch(rf"http://127\.0\.0\.1:{ann.client.port}/files/{UUID}/foo", answer.json)
    got = get(ann, path_of(answer.json))
    assert got.headers["content-disposition"] == 'attachment; filename="foo.zip"'
    with opened(got) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"foo/": b"", "foo/bar.txt": b"bar"}


def test_some_entries_of_a_folder_are_archived(ann: Person) -> None:
    ann.put("/foo/b,c.txt", b"b")
    with opened(get(ann, link(ann, "dirs/download", "/foo") + "?names=b,c.txt")) as archive:
        assert archive.namelist() == ["b,c.txt"]
    assert_error(get(ann, link(ann, "dirs/download", "/foo") + "?names=no"), 404, "not_found")


def test_whole_library_is_archived_even_if_it_is_empty(ann: Person) -> None:
    entries.remove(ann.core, ann.actor, ann.repo_id, "/foo")
    entries.remove(ann.core, ann.actor, ann.repo_id, "/foo.c")
    with opened(get(ann, link(ann, "dirs/download", "/"))) as archive:
        assert archive.namelist() == ["My Library/"]


def test_head_of_an_archive_has_no_body(ann: Person) -> None:
    answer = Client(ann.client.port).head(link(ann, "dirs/download", "/foo"))
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"", "application/zip")


# Uploads


def test_upload_link_is_as_documented(ann: Person) -> None:
    answer = ask(ann, "files/upload", "/")
    assert re.fullmatch(rf"http://127\.0\.0\.1:{ann.client.port}/upload-api/{UUID}", answer.json)


def test_upload_as_documented_answers_the_id_of_the_file(ann: Person) -> None:
    answer = upload(ann, ("filename", "new.txt"), ("parent_dir", "/foo"), ("file", "whatever", b"content"))
    assert answer.status == 200
    assert re.fullmatch("[0-9a-f]{40}", answer.json)
    assert content(ann, "/foo/new.txt") == b"content"
    assert open_repo(ann.core, ann.actor, ann.repo_id).file("/foo/new.txt").id == answer.json


def test_empty_file_has_the_id_of_the_document(ann: Person) -> None:
    assert upload(ann, ("parent_dir", "/"), ("file", "empty", b"")).json == "0" * 40


def test_file_may_come_before_its_fields(ann: Person) -> None:
    answer = upload(ann, ("file", "x", b"content"), ("filename", "new.txt"), ("parent_dir", "/foo"))
    assert answer.status == 200, answer.body
    assert content(ann, "/foo/new.txt") == b"content"


def test_fields_may_stand_in_the_query_string(ann: Person) -> None:
    answer = upload(ann, ("file", "a.txt", b"content"), query="?parent_dir=/foo&ret-json=1&replace=1")
    assert answer.json == [{"name": "a.txt", "id": answer.json[0]["id"], "size": 7}]
    assert content(ann, "/foo/a.txt") == b"content"


def test_name_sent_with_the_bytes_may_be_a_path_of_another_system(ann: Person) -> None:
    answer = upload(ann, ("parent_dir", "/"), ("ret-json", "1"), ("file", "C:\\Bilder\\kätzchen.jpg", b"x"))
    assert answer.json[0]["name"] == "kätzchen.jpg"


def test_several_files_are_one_commit(ann: Person) -> None:
    answer = upload(ann, ("parent_dir", "/foo"), *[("file", f"{number}.txt", b"%d" % number) for number in range(3)])
    assert len(answer.json.split("\t")) == 3
    assert names_in(ann, "/foo") == ["0.txt", "1.txt", "2.txt", "bar.txt"]
    assert messages(ann, 2) == ['Added "0.txt" and 2 more files', 'Added "bar.txt"']


def test_many_small_files_are_stored(ann: Person) -> None:
    parts: list[Part] = [("file", f"{number}.bin", bytes([number]) * 30_000) for number in range(60)]
    assert upload(ann, ("parent_dir", "/foo"), *parts).status == 200
    assert content(ann, "/foo/59.bin") == b"\x3b" * 30_000
    assert content(ann, "/foo/3.bin") == b"\x03" * 30_000


def test_taken_name_gets_a_number(ann: Person) -> None:
    for expected in ("foo (1).c", "foo (2).c"):
        answer = upload(ann, ("parent_dir", "/"), ("ret-json", "1"), ("file", "foo.c", b"new"))
        assert answer.json[0]["name"] == expected
    assert content(ann, "/foo.c") == b"0123456789"


def test_equal_names_in_one_form_both_stay(ann: Person) -> None:
    answer = upload(ann, ("parent_dir", "/foo"), ("ret-json", "1"), ("file", "a", b"1"), ("file", "a", b"2"))
    assert [item["name"] for item in answer.json] == ["a", "a (1)"]


def test_replace_makes_a_new_version(ann: Person) -> None:
    answer = upload(ann, ("parent_dir", "/"), ("replace", "1"), ("ret-json", "1"), ("file", "foo.c", b"new"))
    assert [item["name"] for item in answer.json] == ["foo.c"]
    assert content(ann, "/foo.c") == b"new"
    assert messages(ann, 1) == ['Modified "foo.c"']


def test_folder_is_not_replaced_by_a_file(ann: Person) -> None:
    answer = upload(ann, ("parent_dir", "/"), ("replace", "1"), ("file", "foo", b"new"))
    assert_error(answer, 409, "already_exists")


def test_relative_path_makes_folders(ann: Person) -> None:
    answer = upload(ann, ("parent_dir", "/foo"), ("relative_path", "a/b/"), ("file", "c", b"deep"))
    assert answer.status == 200, answer.body
    assert content(ann, "/foo/a/b/c") == b"deep"
    assert upload(ann, ("parent_dir", "/foo"), ("relative_path", ""), ("file", "c", b"flat")).status == 200
    assert content(ann, "/foo/c") == b"flat"


@pytest.mark.parametrize("path", ["../..", "/etc", "\\etc", "a/../b"])
def test_relative_path_leads_nowhere_else(ann: Person, path: str) -> None:
    answer = upload(ann, ("parent_dir", "/foo"), ("relative_path", path), ("file", "c", b"x"))
    assert_error(answer, 400, "bad_path")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1398148877", 1398148877),
        ("1398148877.75", 1398148877),
        ("2014-04-22T06:41:17+00:00", 1398148877),
        ("2014-04-22T06:41:17Z", 1398148877),
        ("2014-04-22T08:41:17.123+02:00", 1398148877),
    ],
)
def test_file_keeps_its_date(ann: Person, given: str, expected: int) -> None:
    assert upload(ann, ("parent_dir", "/"), ("last_modify", given), ("file", "a", b"x")).status == 200
    assert open_repo(ann.core, ann.actor, ann.repo_id).file("/a").mtime == expected


@pytest.mark.parametrize("given", ["yesterday", "-5", "9" * 18, "99999-01-01", "1e400"])
def test_impossible_date_is_refused(ann: Person, given: str) -> None:
    answer = upload(ann, ("parent_dir", "/"), ("last_modify", given), ("file", "a", b"x"))
    assert_error(answer, 400, "bad_request", "last_modify")


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ([("parent_dir", "/")], "file"),
        ([("file", "a", b"x")], "parent_dir"),
        ([("parent_dir", "/"), ("file", "", b"x")], "filename"),
        ([("parent_dir", "/"), ("replace", "perhaps"), ("file", "a", b"x")], "replace"),
    ],
)
def test_incomplete_form_is_refused_and_stores_nothing(ann: Person, parts: list[Part], word: str) -> None:
    before = names_in(ann)
    assert_error(upload(ann, *parts), 400, "bad_request", word)
    assert names_in(ann) == before


@pytest.mark.parametrize("name", ["..", "a/b", "x" * 256])
def test_impossible_name_is_refused(ann: Person, name: str) -> None:
    assert_error(upload(ann, ("parent_dir", "/"), ("filename", name), ("file", "a", b"x")), 400, "bad_path")


def test_form_that_breaks_off_stores_nothing(ann: Person) -> None:
    body = body_of([("parent_dir", "/"), ("file", "a", b"x" * 1000)])[:-300]
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = Client(ann.client.port).post(link(ann, "files/upload", "/"), body=body, headers=headers)
    assert_error(answer, 400, "bad_request")
    assert "a" not in names_in(ann)


def test_body_that_is_no_form_is_refused(ann: Person) -> None:
    answer = Client(ann.client.port).post(link(ann, "files/upload", "/"), body=b"bytes")
    assert_error(answer, 400, "bad_request", "form")


def test_link_for_one_folder_is_not_for_another(ann: Person) -> None:
    answer = upload(ann, ("parent_dir", "/"), ("file", "a", b"x"), to="/foo")
    assert_error(answer, 403, "permission_denied")
    ann.put("/foo/below/x", b"x")
    assert upload(ann, ("parent_dir", "/foo/below"), ("file", "a", b"x"), to="/foo").status == 200
    ann.put("/food/x", b"x")
    assert_error(upload(ann, ("parent_dir", "/food"), ("file", "a", b"x"), to="/foo"), 403, "permission_denied")


def test_folder_has_to_be_there(ann: Person) -> None:
    assert_error(upload(ann, ("parent_dir", "/nothing"), ("file", "a", b"x")), 404, "not_found")
    assert_error(upload(ann, ("file", "a", b"x"), ("parent_dir", "/nothing")), 404, "not_found")


def test_writer_who_became_a_reader_uploads_no_more(circle: Circle) -> None:
    url = link(circle.writer, "files/upload", "/", circle.repo_id)
    circle.owner.core.db.rows("UPDATE share SET permission = 'r' WHERE account_id = ?", circle.writer.id)
    answer = send(circle.writer.client, url, ("parent_dir", "/"), ("file", "a", b"x"))
    assert_error(answer, 403, "permission_denied")


def test_full_quota_refuses_an_upload_before_it_is_read(ann: Person, core: Core) -> None:
    users.update_account(core, ROOT, ann.id, total=100_000)
    answer = upload(ann, ("parent_dir", "/"), ("file", "a", bytes(300_000)))
    assert_error(answer, 443, "quota_full")
    assert "a" not in names_in(ann)


def test_locked_file_is_not_replaced_by_others(circle: Circle) -> None:
    locked = {"action": "lock"}
    url = f"/v1/repos/{circle.repo_id}/files/action/?p=/foo.c"
    assert circle.owner.client.post(url, form=locked).status == 200
    upload_url = link(circle.writer, "files/upload", "/", circle.repo_id)
    answer = send(circle.writer.client, upload_url, ("parent_dir", "/"), ("replace", "1"), ("file", "foo.c", b"x"))
    assert_error(answer, 423, "locked")


def test_uploads_are_seen_by_the_legacy_api_at_once(ann: Person) -> None:
    legacy = Client(ann.client.port)
    account = {"username": "ann", "password": "correct horse"}
    authid = legacy.post("/v1/getAuthID", form=account).json["authid"]
    upload(ann, ("parent_dir", "/"), ("file", "new.txt", b"x"))
    listed = legacy.get("/v1/folder", query={"op": "list", "authid": authid, "path": ""}).json["details"]
    assert "new.txt" in listed


def test_link_needs_no_credentials_and_takes_no_heed_of_them(ann: Person, core: Core) -> None:
    other: Callable[..., Answer] = join(core, Client(ann.client.port), "olga").client.get
    assert other(link(ann, "files/download", "/foo.c")).body == b"0123456789"


def test_archive_whose_bytes_are_missing_is_cut_off(ann: Person, core: Core) -> None:
    ann.put("/foo/large", bytes(100_000))
    url = link(ann, "dirs/download", "/foo")
    for path in Path(core.folder.path, "blocks").rglob("*"):
        if path.is_file():
            path.unlink()
    ann.put("/foo/a/first", bytes(200_000))  # so that the head of the answer is on its way by then
    with pytest.raises(IncompleteRead):
        get(ann, url)
    assert ask(ann, "files/download", "/foo.c").status == 200
