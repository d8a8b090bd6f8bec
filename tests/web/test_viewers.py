"""Viewers: images, sound, PDF and text, and the editor that never writes over what it has not seen."""

import io
import re
import struct
import wave
import zlib
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from syncfile.core import files
from tests.rest.people import Person
from tests.web.conftest import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Request

pytestmark = pytest.mark.compat

EN = pytest.mark.parametrize("language", ["en"])
DESK = pytest.mark.parametrize("width", ["desk"])
PHONE = pytest.mark.parametrize("width", ["phone"])


def picture(width: int, height: int) -> bytes:
    """Return a red PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xff\x30\x30" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def sound(seconds: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(44_100)
        writer.writeframes(bytes(2 * 44_100 * seconds))
    return out.getvalue()


def open_file(visitor: Visitor, person: Person, path: str) -> None:
    visitor.sign_in(person, f"/file/{person.repo_id}{path}")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(path.rpartition("/")[2])


def stored(person: Person, path: str) -> str:
    return b"".join(files.open_file(person.core, person.actor, person.repo_id, path).iter_bytes()).decode()


@pytest.fixture
def album(ann: Person) -> Person:
    """Ann with three pictures."""
    for name in ("a.png", "b.png", "c.png"):
        ann.put(f"/album/{name}", picture(300, 200))
    return ann


@EN
def test_images_are_seen_one_after_the_other(visitor: Visitor, album: Person) -> None:
    open_file(visitor, album, "/album/a.png")
    image = visitor.page.locator(".stage-image")
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 300)
    expect(visitor.page.get_by_role("button", name="Next file")).to_be_visible()
    visitor.page.keyboard.press("ArrowRight")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("b.png")
    visitor.page.get_by_role("button", name="Next file").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("c.png")
    expect(visitor.page.get_by_role("button", name="Next file")).to_have_count(0)


@EN
@PHONE
def test_swipe_shows_the_next_image(visitor: Visitor, album: Person) -> None:
    open_file(visitor, album, "/album/a.png")
    expect(visitor.page.get_by_role("button", name="Next file")).to_be_visible()
    box = visitor.page.locator(".stage").bounding_box()
    assert box is not None
    mouse = visitor.page.mouse
    mouse.move(box["x"] + 250, box["y"] + 100)
    mouse.down()
    mouse.move(box["x"] + 100, box["y"] + 100, steps=4)
    mouse.up()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("b.png")


@EN
@DESK
def test_image_grows(visitor: Visitor, album: Person) -> None:
    open_file(visitor, album, "/album/a.png")
    visitor.page.get_by_role("button", name="Larger").click()
    expect(visitor.page.locator(".stage-image")).to_have_attribute("style", re.compile(r"scale\(1\.5\)"))
    visitor.page.get_by_role("button", name="Smaller").click()
    expect(visitor.page.locator(".stage-image")).to_have_attribute("style", re.compile(r"scale\(1\)"))


@EN
def test_sound_plays_from_where_one_likes(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect("ERR_ABORTED")  # the player breaks off what it does not need
    ann.put("/long.wav", sound(120))
    ranges: list[str] = []

    def note(request: "Request") -> None:
        ranges.append(request.headers.get("range", ""))

    visitor.page.on("request", note)
    open_file(visitor, ann, "/long.wav")
    player = visitor.page.locator("audio")
    expect(player).to_have_js_property("duration", 120)
    player.evaluate("player => { player.currentTime = 100; }")
    expect(player).to_have_js_property("readyState", 4)
    assert player.evaluate("player => player.currentTime") >= 100
    assert any(text.startswith("bytes=") for text in ranges)


@EN
def test_markdown_is_drawn_without_its_html(visitor: Visitor, ann: Person) -> None:
    text = "# Plan\n\n- [x] **done**\n\n<script>alert(1)</script> <img src=x>\n\n[bad](javascript:alert(1)) [good](https://example.org)\n"
    ann.put("/plan.md", text.encode())
    open_file(visitor, ann, "/plan.md")
    article = visitor.page.locator(".markdown")
    expect(article.get_by_role("heading", name="Plan")).to_be_visible()
    expect(article.locator("strong")).to_have_text("done")
    expect(article.get_by_text("<script>alert(1)</script> <img src=x>")).to_be_visible()
    assert article.get_by_role("link").evaluate_all("links => links.map(link => link.href)") == ["https://example.org/"]


@EN
def test_html_file_is_shown_as_text(visitor: Visitor, ann: Person) -> None:
    ann.put("/evil.html", b"<script>document.title = 'gone'</script>")
    open_file(visitor, ann, "/evil.html")
    expect(visitor.page.locator("pre.text")).to_have_text("<script>document.title = 'gone'</script>")
    assert "gone" not in visitor.page.title()


@EN
@DESK
def test_script_in_an_image_does_not_run(visitor: Visitor, ann: Person) -> None:
    ann.put("/evil.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>top.x=1</script></svg>')
    open_file(visitor, ann, "/evil.svg")
    expect(visitor.page.locator(".stage-image")).to_have_js_property("complete", True)
    assert visitor.page.evaluate("window.x") is None


def test_text_is_edited_and_saved_as_a_new_version(visitor: Visitor, ann: Person) -> None:
    ann.put("/note.txt", b"one")
    open_file(visitor, ann, "/note.txt")
    visitor.page.get_by_role("button", name=visitor.say("Edit", "编辑")).click()
    visitor.page.get_by_role("textbox", name="note.txt").fill("two")
    visitor.page.keyboard.press("Control+s")
    expect(visitor.page.locator("pre.text")).to_have_text("two")
    assert stored(ann, "/note.txt") == "two"
    history = ann.client.post(
        f"/v1/repos/{ann.repo_id}/files/action/", query={"p": "/note.txt"}, form={"action": "history"}
    )
    assert [commit["rev_file_size"] for commit in history.json["commits"]] == [3, 3]


@EN
def test_save_over_what_somebody_else_saved_keeps_both(visitor: Visitor, ann: Person) -> None:
    ann.put("/note.txt", b"one")
    open_file(visitor, ann, "/note.txt")
    visitor.page.get_by_role("button", name="Edit").click()
    visitor.page.get_by_role("textbox", name="note.txt").fill("mine")
    ann.put("/note.txt", b"theirs")
    visitor.page.get_by_role("button", name="Save").click()
    visitor.page.get_by_role("button", name="Keep both").click()
    expect(visitor.page.locator("pre.text")).to_have_text("theirs")
    assert stored(ann, "/note.txt") == "theirs"
    assert stored(ann, "/note (1).txt") == "mine"


@EN
@DESK
def test_what_was_typed_survives_a_reload(visitor: Visitor, ann: Person) -> None:
    ann.put("/note.txt", b"one")
    open_file(visitor, ann, "/note.txt")
    visitor.page.get_by_role("button", name="Edit").click()
    visitor.page.get_by_role("textbox", name="note.txt").fill("typed")
    visitor.page.reload()
    expect(visitor.page.get_by_role("textbox", name="note.txt")).to_have_value("typed")


def test_file_that_is_looked_at_is_shared(visitor: Visitor, ann: Person) -> None:
    ann.put("/note.txt", b"one")
    open_file(visitor, ann, "/note.txt")
    visitor.page.get_by_role("button", name=visitor.say("Share", "共享"), exact=True).click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_role("button", name=visitor.say("Create link", "创建链接")).click()
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    (link,) = ann.client.get("/v1/shared-links/").json
    assert (link["kind"], link["path"]) == ("f", "/note.txt")


@EN
def test_other_files_are_described_and_downloaded(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect("ERR_ABORTED")  # a download is no page
    ann.put("/data.bin", b"\0\1\2")
    open_file(visitor, ann, "/data.bin")
    expect(visitor.page.get_by_text("The browser cannot show this kind of file.")).to_be_visible()
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Download").first.click()
    assert download.value.path().read_bytes() == b"\0\1\2"
    assert download.value.suggested_filename == "data.bin"
