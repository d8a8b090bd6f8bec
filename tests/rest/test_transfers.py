"""Links to bytes: downloads, versions and archives."""

import re
from collections.abc import Callable
from dataclasses import replace
from http.client import IncompleteRead
from pathlib import Path
from urllib.parse import quote

import pytest

from syncfile.core import access, entries, tokens, transfer_tokens, users
from syncfile.core.core import Core
from tests.conftest import Answer, Client
from tests.rest.bytes_links import UUID, ask, content, get, join_ann, link, make_circle_with_file, opened
from tests.rest.circle import Circle, give, statuses
from tests.rest.forms import path_of, send
from tests.rest.people import ROOT, Person, assert_error, join

ann = pytest.fixture(join_ann)
circle = pytest.fixture(make_circle_with_file)


HOUR = 3600


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
    link_id = transfer_tokens.issue_transfer(core, ann.actor, ann.repo_id, "/foo.c", "download")
    later = replace(core, clock=lambda: core.clock() + HOUR)
    sooner = replace(core, clock=lambda: core.clock() + HOUR - 5)
    assert transfer_tokens.find_transfer(sooner, link_id) is not None
    assert transfer_tokens.find_transfer(later, link_id) is None


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
