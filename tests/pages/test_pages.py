"""Share pages over the wire: what they show, to whom, and what they keep browsers from doing."""

import io
import re
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from ipaddress import ip_network

import pytest

from syncfile.app import FACES
from syncfile.core import entries, links, shares
from syncfile.core.core import Core
from syncfile.core.door import CoreDoor
from syncfile.core.repos import edit_repo, open_repo
from tests.conftest import Answer, Client, Server
from tests.rest.people import Person, join

BOUNDARY = "----a-boundary"
HOSTILE = "<script>alert(1)<\\script> & \"quoted\" 'name'{0}.txt"


class Page(HTMLParser):
    """What a page consists of."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(answer.body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a"]


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/plans/a.txt", b"content of a")
    person.put("/plans/sub/b.bin", b"content of b")
    person.put("/secret.txt", b"secret")
    return person


def link(person: Person, path: str, kind: links.Kind, **more: str) -> str:
    made = links.create_link(person.core, person.actor, person.repo_id, path, kind, password=more.get("password"))
    return f"/{kind}/{made.token}/"


def counts(person: Person) -> tuple[int, int]:
    (found,) = links.list_links(person.core, person.actor)
    return found.views, found.downloads


def form_of(*files: tuple[str, bytes]) -> tuple[bytes, dict[str, str]]:
    body = b""
    for name, content in files:
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        body += b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"
    body += f"--{BOUNDARY}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


# --- files


def test_the_page_of_a_file_offers_its_bytes(client: Client, ann: Person) -> None:
    path = link(ann, "/plans/a.txt", "f")
    answer = client.get(path)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer)
    assert "a.txt" in page.text
    assert "12 bytes" in page.text
    assert page.links == ["?dl=1"]
    raw = client.get(path + "?dl=1")
    assert (raw.status, raw.body) == (200, b"content of a")
    assert raw.headers["content-disposition"] == 'attachment; filename="a.txt"'
    part = client.get(path + "?dl=1", headers={"Range": "bytes=8-9"})
    assert (part.status, part.body) == (206, b"of")


def test_views_and_downloads_are_counted_once_each(client: Client, ann: Person) -> None:
    path = link(ann, "/plans/a.txt", "f")
    client.get(path)
    client.head(path)
    assert counts(ann) == (1, 0)
    client.get(path + "?dl=1")
    client.get(path + "?dl=1", headers={"Range": "bytes=0-3"})
    client.get(path + "?dl=1", headers={"Range": "bytes=4-7"})
    client.get(path + "?dl=1&inline=1")
    client.head(path + "?dl=1")
    assert counts(ann) == (1, 2)


@pytest.mark.parametrize(
    ("name", "tag", "is_inline"),
    [
        ("a.png", "img", True),
        ("a.mp4", "video", True),
        ("a.mp3", "audio", True),
        ("a.txt", "", True),
        ("a.pdf", "", True),
        ("a.svg", "", False),
        ("a.html", "", False),
        ("a.xml", "", False),
        ("a.js", "", False),
        ("a", "", False),
    ],
)
def test_only_harmless_kinds_are_shown_and_never_in_our_name(
    client: Client, ann: Person, name: str, tag: str, is_inline: bool
) -> None:
    ann.put(f"/{name}", b"<script>alert(1)</script>")
    path = link(ann, f"/{name}", "f")
    shown = client.get(path + "?dl=1&inline=1")
    assert shown.headers["content-disposition"].partition(";")[0] == ("inline" if is_inline else "attachment")
    for answer in (shown, client.get(path + "?dl=1")):
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert client.get(path + "?dl=1").headers["content-disposition"].startswith("attachment")
    assert {found for found, _ in Page(client.get(path)).tags} & {"img", "video", "audio"} == ({tag} - {""})


# --- folders


def test_the_page_of_a_folder_lists_it_and_leads_into_it(client: Client, ann: Person) -> None:
    path = link(ann, "/plans", "d")
    page = Page(client.get(path))
    assert page.text.index("sub") < page.text.index("a.txt")
    assert "secret" not in page.text
    assert "?p=%2Fsub" in page.links
    assert "files/?p=%2Fa.txt" in page.links
    below = Page(client.get(path + "?p=%2Fsub"))
    assert "b.bin" in below.text
    raw = client.get(path + "files/?p=%2Fsub%2Fb.bin")
    assert (raw.status, raw.body) == (200, b"content of b")
    assert raw.headers["content-disposition"].startswith("attachment")
    assert counts(ann) == (2, 1)


@pytest.mark.parametrize("rest", ["?p=/../", "?p=/..", "files/?p=/../secret.txt", "files/?p=..%2Fsecret.txt"])
def test_nothing_outside_the_folder_is_reached(client: Client, ann: Person, rest: str) -> None:
    answer = client.get(link(ann, "/plans", "d") + rest)
    assert answer.status == 400
    assert b"secret" not in answer.body


def test_what_is_not_below_the_folder_is_not_found(client: Client, ann: Person) -> None:
    path = link(ann, "/plans", "d")
    for rest in ("?p=/secret.txt", "files/?p=/secret.txt", "files/?p=/sub", "?p=/a.txt", "?p=/sub&dl=1&x=/nowhere"):
        assert client.get(path + rest).status == (200 if "dl=1" in rest else 404)


def test_a_folder_comes_as_a_zip_archive(client: Client, ann: Person) -> None:
    answer = client.get(link(ann, "/plans", "d") + "?dl=1")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="plans.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    assert files == {"plans/a.txt": b"content of a", "plans/sub/b.bin": b"content of b"}
    assert counts(ann) == (0, 1)


def test_a_whole_library_may_be_linked(client: Client, ann: Person) -> None:
    page = Page(client.get(link(ann, "/", "d")))
    assert "My Library" in page.text
    assert "secret.txt" in page.text


def test_a_large_folder_goes_by_pages(client: Client, ann: Person) -> None:
    with edit_repo(ann.core, ann.actor, ann.repo_id) as edit:
        for number in range(450):
            edit.make_dir(f"/many/entry-{number:03}", parents=True)
    path = link(ann, "/many", "d")
    seen: list[str] = []
    query: str | None = ""
    while query is not None:
        page = Page(client.get(path + query))
        seen += re.findall(r"entry-\d+", page.text)
        query = next((href for href in page.links if "start=" in href), None)
    assert seen == [f"entry-{number:03}" for number in range(450)]


def test_hostile_names_are_text(client: Client, ann: Person) -> None:
    ann.put(f"/<b>dir/{HOSTILE}", b"x")
    path = link(ann, "/<b>dir", "d")
    for answer in (client.get(path), client.get(link(ann, f"/<b>dir/{HOSTILE}", "f"))):
        page = Page(answer)
        assert HOSTILE in page.text
        assert not {tag for tag, _ in page.tags} & {"script", "b"}
    (href,) = [href for href in Page(client.get(path)).links if href.startswith("files/") and "inline" not in href]
    assert client.get(path + href).body == b"x"


# --- what pages keep browsers from doing


def test_pages_load_nothing_run_nothing_and_are_in_no_frame(client: Client, ann: Person) -> None:
    paths = [link(ann, "/plans/a.txt", "f"), link(ann, "/plans", "d"), link(ann, "/plans", "u"), "/f/nowhere/"]
    paths.append(link(ann, "/plans", "d", password="sesame"))
    for path in paths:
        answer = client.get(path)
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert not {"script-src", "object-src", "connect-src"} & set(policy)
        (style,) = re.findall(rb"<style>(.*?)</style>", answer.body, re.DOTALL)
        assert policy["style-src"] == f"'sha256-{b64encode(sha256(style).digest()).decode()}'"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        page = Page(answer)
        assert "script" not in {tag for tag, _ in page.tags}
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB", "en"),
        ("fr, zh;q=0.5", "zh"),
        ("zh;q=0.1, en;q=0.9", "en"),
        ("fr", "en"),
        ("zh;q=x", "en"),
        ("", "en"),
    ],
)
def test_pages_speak_the_language_of_the_browser(client: Client, ann: Person, header: str, lang: str) -> None:
    answer = client.get(link(ann, "/plans/a.txt", "f"), headers={"Accept-Language": header})
    page = Page(answer)
    assert page.tags[0] == ("html", {"lang": lang})
    assert ("下载" in page.text, "Download" in page.text) == (lang == "zh", lang == "en")
    assert answer.headers["vary"] == "Accept-Language"


# --- links that do not plans


def test_links_that_are_wrong_expired_or_taken_back_look_the_same(client: Client, ann: Person) -> None:
    expired = link(ann, "/plans", "d")
    ann.core.db.rows("UPDATE link SET expires_at = 1")
    removed = link(ann, "/secret.txt", "f")
    entries.remove(ann.core, ann.actor, ann.repo_id, "/secret.txt")
    wrong_kind = link(ann, "/plans", "d").replace("/d/", "/f/")
    answers = [client.get(path) for path in (expired, removed, wrong_kind, "/d/nowhere/", "/u/nowhere/", "/f/")]
    assert {(answer.status, answer.body) for answer in answers} == {(404, answers[0].body)}
    assert client.get("/d/nowhere/?dl=1").status == 404
    assert client.delete("/d/nowhere/").status == 405


def test_a_link_ends_with_the_share_that_its_maker_had(core: Core, client: Client, ann: Person) -> None:
    bob = join(core, client, "bob")
    receiver = shares.account_receiver(core, "bob")
    virtual = shares.share_dir(core, ann.actor, ann.repo_id, "/plans", receiver, "rw").repo
    made = [links.create_link(core, bob.actor, virtual.id, path, kind) for path, kind in (("/sub", "d"), ("/", "u"))]  # type: ignore[arg-type] # of the table
    paths = [f"/{item.kind}/{item.token}/" for item in made]
    assert "b.bin" in Page(client.get(paths[0])).text
    assert client.get(paths[0] + "files/?p=/b.bin").body == b"content of b"
    body, headers = form_of(("guest.txt", b"hello"))
    assert client.post(paths[1], body=body, headers=headers).status == 200
    assert ann.has("/plans/guest.txt")
    shares.share_dir(core, ann.actor, ann.repo_id, "/plans", receiver, "r")
    assert client.post(paths[1], body=body, headers=headers).status == 403
    shares.stop_share(core, ann.actor, ann.repo_id, "/plans", receiver)
    assert [client.get(path).status for path in paths] == [404, 404]


# --- passwords


@pytest.mark.parametrize(("path", "kind"), [("/plans/a.txt", "f"), ("/plans", "d"), ("/plans", "u")])
def test_a_password_opens_one_link_in_one_browser(client: Client, ann: Person, path: str, kind: links.Kind) -> None:
    locked, other = link(ann, path, kind, password="sesame"), link(ann, path, kind, password="sesame")
    asked = client.get(locked)
    assert asked.status == 403
    assert [attrs["type"] for tag, attrs in Page(asked).tags if tag == "input"] == ["password"]
    assert b"a.txt" not in asked.body
    wrong = client.post(locked, form={"password": "wrong"})
    assert (wrong.status, "The password is wrong." in Page(wrong).text) == (403, True)
    assert "set-cookie" not in wrong.headers
    right = client.post(locked, form={"password": "sesame"})
    assert (right.status, right.headers["location"]) == (303, locked)
    cookie = right.headers["set-cookie"]
    assert re.fullmatch(rf"proof=[0-9a-f]{{64}}; Path={locked.rstrip('/')}; HttpOnly; SameSite=Lax", cookie)
    browser = {"Cookie": "other=1; " + cookie.partition(";")[0]}
    assert client.get(locked, headers=browser).status == 200
    assert client.get(other, headers=browser).status == 403


def test_without_the_password_no_byte_is_sent(client: Client, ann: Person) -> None:
    file, folder = link(ann, "/plans/a.txt", "f", password="sesame"), link(ann, "/plans", "d", password="sesame")
    for path in (file + "?dl=1", folder + "?dl=1", folder + "files/?p=/a.txt", folder + "?p=/sub"):
        answer = client.get(path)
        assert answer.status == 403
        assert b"content of" not in answer.body
        assert b"b.bin" not in answer.body
    body, headers = form_of(("guest.txt", b"hello"))
    assert client.post(link(ann, "/plans", "u", password="sesame"), body=body, headers=headers).status == 403
    assert not ann.has("/plans/guest.txt")


def test_the_folder_that_was_asked_for_is_come_back_to(client: Client, ann: Person) -> None:
    path = link(ann, "/plans", "d", password="sesame")
    asked = Page(client.get(path + "?p=%2Fsub"))
    (action,) = [attrs["action"] for tag, attrs in asked.tags if tag == "form"]
    assert action is not None
    answer = client.post(action, form={"password": "sesame"})
    assert answer.headers["location"] == path + "?p=%2Fsub"


def test_guessing_is_stopped(client: Client, ann: Person) -> None:
    path = link(ann, "/plans", "d", password="sesame")
    for _ in range(20):
        assert client.post(path, form={"password": "wrong"}).status == 403
    answer = client.post(path, form={"password": "sesame"})
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) > 0


def test_a_link_without_a_password_takes_any(client: Client, ann: Person) -> None:
    path = link(ann, "/plans", "d")
    answer = client.post(path, form={"password": "x"})
    assert (answer.status, answer.headers["location"]) == (303, path)
    assert "set-cookie" not in answer.headers
    assert client.post(path).status == 400


@pytest.fixture
def behind(core: Core) -> Iterator[Client]:
    """A server behind a proxy that speaks TLS and has it below a folder."""
    config = replace(core.config, trusted_proxies=(ip_network("127.0.0.1"),), public_url="https://cloud.example/box")
    proxied = replace(core, config=config)
    running = Server(config, CoreDoor(lambda: proxied), FACES)
    yield Client(running.port, {"X-Forwarded-For": "192.168.1.9", "X-Forwarded-Proto": "https"})
    running.stop()


def test_behind_a_proxy_cookies_are_secure_and_paths_those_of_the_browser(core: Core, behind: Client) -> None:
    ann = join(core, behind, "ann")
    path = link(ann, "/", "d", password="sesame")
    answer = behind.post(path, form={"password": "sesame"})
    assert answer.headers["location"] == "/box" + path
    assert answer.headers["set-cookie"].endswith(f"; Path=/box{path.rstrip('/')}; HttpOnly; SameSite=Lax; Secure")
    made = ann.client.post(f"/v1/repos/{ann.repo_id}/dirs/shared-link/?p=/")
    assert made.json["url"] == "https://cloud.example/box" + made.json["location"]


# --- uploads by guests


def test_a_guest_uploads_several_files_in_one_commit_and_sees_nothing_else(client: Client, ann: Person) -> None:
    path = link(ann, "/plans", "u")
    asked = Page(client.get(path))
    assert "a.txt" not in asked.text
    assert ("form", {"method": "post", "enctype": "multipart/form-data"}) in asked.tags
    before = ann.core.db.row("SELECT COUNT(*) FROM commits")[0]
    body, headers = form_of(("one.txt", b"1"), ("C:\\folder\\two.txt", b"22"), ("", b""))
    answer = client.post(path, body=body, headers=headers)
    assert answer.status == 200
    page = Page(answer)
    assert ("one.txt" in page.text, "two.txt" in page.text, "a.txt" in page.text) == (True, True, False)
    assert ann.core.db.row("SELECT COUNT(*) FROM commits")[0] == before + 1
    assert (ann.has("/plans/one.txt"), ann.has("/plans/two.txt")) == (True, True)


def test_a_guest_overwrites_nothing_and_does_not_learn_what_is_there(client: Client, ann: Person) -> None:
    path = link(ann, "/plans", "u")
    body, headers = form_of(("a.txt", b"from a guest"))
    page = Page(client.post(path, body=body, headers=headers))
    assert "a (1).txt" not in page.text
    directory = open_repo(ann.core, ann.actor, ann.repo_id).directory("/plans")
    sizes = {entry.name: entry.size for entry in directory.iter()}
    assert (sizes["a.txt"], sizes["a (1).txt"]) == (12, 12)
    assert client.get(path.replace("/u/", "/d/")).status == 404
    assert client.get(path + "files/?p=/a.txt").status == 404


@pytest.mark.parametrize("name", ["..", ".", "x" * 256])
def test_a_name_that_cannot_be_is_refused(client: Client, ann: Person, name: str) -> None:
    body, headers = form_of((name, b"x"))
    assert client.post(link(ann, "/plans", "u"), body=body, headers=headers).status == 400


def test_an_empty_form_is_told_so(client: Client, ann: Person) -> None:
    body, headers = form_of(("", b""))
    answer = client.post(link(ann, "/plans", "u"), body=body, headers=headers)
    assert (answer.status, "Choose a file first." in Page(answer).text) == (400, True)


def test_the_quota_of_the_owner_holds_for_guests(core: Core, client: Client, ann: Person) -> None:
    core.db.rows("UPDATE account SET total = 100 WHERE id = ?", ann.id)
    body, headers = form_of(("big.bin", b"x" * 200))
    assert client.post(link(ann, "/plans", "u"), body=body, headers=headers).status == 443
    assert not ann.has("/plans/big.bin")
