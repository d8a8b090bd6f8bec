"""The web page's files: how they are sent, that none is missing, and that both languages say everything."""

import gzip
import os
import re
from pathlib import Path

import pytest

from syncfile.faces.web.assets import FOLDER, Assets
from syncfile.faces.web.face import assets
from tests.conftest import Answer, Client
from tools.assets import FIRST, PAGE, compress_all, needed, with_links

GZIP = {"Accept-Encoding": "gzip, deflate"}
FIRST_VIEW_BYTES = 80 * 1024
HEAD_BYTES = 300  # of an answer, as browsers reckon

_TEXT = re.compile(r'^  (?:"([^"]+)"|([A-Za-z]\w*)):\s+"(.*?)",$', re.MULTILINE)
_USED = re.compile(r"""\b(?:t|rich|hasText)\(\s*"([^"]+)"|\btext: "(\w+\.[\w.]+)\"""")
_IMPORTS = re.compile(r'^import [^;]*?"([^"]+)";', re.MULTILINE)
_LAZY = re.compile(r'\bimport\("([^"]+)"\)')
_PLURAL = re.compile(r"_(zero|one|two|few|many|other)$")

SCRIPTS = sorted(FOLDER.glob("js/**/*.js"))


def asset(client: Client, name: str, **headers: str) -> Answer:
    return client.get(f"/static/{assets.version}/{name}", headers=headers)


def texts(language: str, part: str) -> dict[str, str]:
    """Return the texts of a part of the page by their keys, without plural forms."""
    source = (FOLDER / f"js/i18n/{language}/{part}.js").read_text()
    return {_PLURAL.sub("", match[1] or match[2]): match[3] for match in _TEXT.finditer(source)}


def parts(language: str) -> set[str]:
    return {path.stem for path in FOLDER.glob(f"js/i18n/{language}/*.js")}


def test_page_allows_nothing_but_its_own_files(client: Client) -> None:
    answer = client.get("/")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_page_has_no_script_or_style_of_its_own(client: Client) -> None:
    page = client.get("/").body.decode()
    assert not re.search(r"<style|<script(?![^>]*src=)|\son\w+=|\sstyle=", page)


def test_page_tells_those_without_scripts_what_is_needed(client: Client) -> None:
    page = client.get("/").body.decode()
    plain = page[page.index("<noscript>") : page.index("</noscript>")]
    assert "JavaScript" in plain
    assert "/f/" in plain
    assert "/d/" in plain


def test_everything_that_the_page_names_is_there(client: Client) -> None:
    named = re.findall(r'(?:src|href)="([^"]+)"', client.get("/").body.decode())
    assert len(named) > 5
    assert {name: client.get(name).status for name in named} == dict.fromkeys(named, 200)


def test_manifest_names_icons_that_are_there(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    icons = re.findall(r'"src": "([^"]+)"', manifest.body.decode())
    assert icons
    assert all(client.get(icon).status == 200 for icon in icons)


def test_icon_is_found_without_reading_the_page(client: Client) -> None:
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_files_are_kept_for_ever_under_their_version(client: Client) -> None:
    answer = asset(client, "js/main.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_files_are_not_kept_under_the_version_of_another_release(client: Client) -> None:
    answer = client.get("/static/0123456789abcdef/js/main.js")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_page_is_asked_for_again_but_sent_only_if_it_changed(client: Client) -> None:
    first = client.get("/")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert "content-security-policy" in again.headers


def test_files_come_compressed_to_those_who_read_it(client: Client) -> None:
    plain = asset(client, "js/main.js")
    packed = asset(client, "js/main.js", **GZIP)
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body == (FOLDER / "js/main.js").read_bytes()
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["gzip;q=0", "br", "identity, gzip; q=0.0"])
def test_files_come_plain_to_those_who_do_not(client: Client, accepted: str) -> None:
    answer = asset(client, "js/main.js", **{"Accept-Encoding": accepted})
    assert "content-encoding" not in answer.headers


def test_pictures_are_not_compressed_twice(client: Client) -> None:
    assert "content-encoding" not in asset(client, "icon-180.png", **GZIP).headers


@pytest.mark.parametrize(
    "name", ["", "js", "nothing.js", "../face.py", "..%2fface.py", "js/../../face.py", "/etc/passwd"]
)
def test_nothing_else_is_sent(client: Client, name: str) -> None:
    answer = asset(client, name)
    assert answer.status == 404
    assert answer.json["error"] == "not_found"


def test_unknown_paths_stay_unknown(client: Client) -> None:
    assert client.get("/nothing").json["error"] == "not_found"


def test_version_changes_with_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(b"1")
    before = Assets(tmp_path).version
    (tmp_path / "a.js").write_bytes(b"2")
    assert Assets(tmp_path).version != before


def test_version_changes_with_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(b"1")
    before = Assets(tmp_path).version
    (tmp_path / "a.js").rename(tmp_path / "b.js")
    assert Assets(tmp_path).version != before


def test_compressed_files_are_kept_up_to_a_bound(tmp_path: Path) -> None:
    for name in ("a.js", "b.js"):
        (tmp_path / name).write_bytes(b"text")
    kept = Assets(tmp_path, max_kept=30)
    assert kept.compressed("a.js") is kept.compressed("a.js")
    assert kept.compressed("b.js") is not kept.compressed("b.js")


def test_first_view_is_small(client: Client) -> None:
    named = re.findall(r'(?:src|href)="/static/[^/]+/([^"]+\.(?:js|css|svg))"', client.get("/").body.decode())
    texts_of_it = {f"js/i18n/zh/{part}.js" for part in ("core", "libraries")}
    names = {*named, *needed(FOLDER, *FIRST), *texts_of_it, "css/views/libraries.css", "index.html"}
    assert sum(len(assets.compressed(name)) + HEAD_BYTES for name in names) <= FIRST_VIEW_BYTES


def test_page_asks_at_once_for_every_module_that_it_needs() -> None:
    page = PAGE.read_text()
    assert page == with_links(page, FOLDER)
    assert len(re.findall('rel="modulepreload"', page)) == len(needed(FOLDER, *FIRST))


def test_modules_that_are_needed_are_told_once_and_in_a_circle_too(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js/a.js").write_text('import { b } from "./b.js";\nimport "./c.js";\n')
    (tmp_path / "js/b.js").write_text('import { a } from "../js/a.js";\nconst late = () => import("./late.js");\n')
    (tmp_path / "js/c.js").write_text('import {\n  b,\n} from "./b.js";\n')
    (tmp_path / "js/late.js").write_text("")
    assert needed(tmp_path, "js/a.js") == ["js/a.js", "js/b.js", "js/c.js"]


def test_package_brings_its_files_compressed(tmp_path: Path) -> None:
    for name in ("a.js", "b.css", "c.png"):
        (tmp_path / name).write_bytes(b"text")
    assert compress_all(tmp_path) == 2
    package = Assets(tmp_path)
    assert package.names == {"a.js", "b.css", "c.png"}
    assert package.version == Assets(tmp_path).version
    (tmp_path / "a.js.gz").write_bytes(b"what the package brings")
    assert package.compressed("a.js") == b"what the package brings"
    assert gzip.decompress(package.compressed("b.css")) == b"text"


def test_file_that_was_changed_since_is_compressed_anew(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(b"old")
    compress_all(tmp_path)
    (tmp_path / "a.js").write_bytes(b"new")
    later = (tmp_path / "a.js.gz").stat().st_mtime + 1
    os.utime(tmp_path / "a.js", (later, later))
    assert gzip.decompress(Assets(tmp_path).compressed("a.js")) == b"new"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_modules_import_what_is_there(path: Path) -> None:
    source = path.read_text()
    for name in (*_IMPORTS.findall(source), *_LAZY.findall(source)):
        assert name.startswith("."), name
        assert (path.parent / name).is_file(), name


def test_views_have_their_texts_and_styles() -> None:
    names = set(re.findall(r'name: "([\w-]+)"', (FOLDER / "js/routes.js").read_text()))
    assert names
    assert names <= parts("en")
    assert names <= {path.stem for path in FOLDER.glob("css/views/*.css")}


def test_both_languages_have_the_same_parts() -> None:
    assert parts("en") == parts("zh")


@pytest.mark.parametrize("part", sorted(parts("en")))
def test_both_languages_say_the_same(part: str) -> None:
    english, chinese = texts("en", part), texts("zh", part)
    assert set(english) == set(chinese)
    holes = re.compile(r"\{\w+\}")
    for key in english:
        assert set(holes.findall(chinese[key])) == set(holes.findall(english[key])), key


def test_no_text_is_missing_and_none_is_said_twice() -> None:
    known = [key for part in parts("en") for key in texts("en", part)]
    assert len(known) == len(set(known))
    used = {match[1] or match[2] for path in SCRIPTS for match in _USED.finditer(path.read_text())}
    assert used - set(known) == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_no_module_reads_html_or_runs_text(path: Path) -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
    )
