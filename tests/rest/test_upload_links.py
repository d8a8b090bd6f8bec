"""Links to bytes: uploads."""

import re

import pytest

from syncfile.core import users
from syncfile.core.commits import list_commits
from syncfile.core.core import Core
from syncfile.core.repos import open_repo
from tests.conftest import Client
from tests.rest.bytes_links import UUID, ask, content, join_ann, link, make_circle_with_file, upload
from tests.rest.circle import Circle
from tests.rest.forms import BOUNDARY, Part, body_of, send
from tests.rest.people import ROOT, Person, assert_error

ann = pytest.fixture(join_ann)
circle = pytest.fixture(make_circle_with_file)


def names_in(person: Person, path: str = "/") -> list[str]:
    return [entry.name for entry in open_repo(person.core, person.actor, person.repo_id).directory(path).iter()]


def messages(person: Person, count: int) -> list[str]:
    """Return what the newest commits say, newest first."""
    commits = list_commits(person.core, person.actor, person.repo_id, 0, count)
    return [commit.description for commit, _ in commits]


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
