"""Viewers: images, sound, PDF and text, and the editor that never writes over what it has not seen."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from syncfile.core import files
from tests.rest.people import Person
from tests.web.conftest import Visitor
from tests.web.media import document, film, picture, sound

if TYPE_CHECKING:
    from playwright.sync_api import Request

pytestmark = pytest.mark.compat

EN = pytest.mark.parametrize("language", ["en"])
DESK = pytest.mark.parametrize("width", ["desk"])
PHONE = pytest.mark.parametrize("width", ["phone"])


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


def touch(visitor: Visitor, *moves: "list[tuple[float, float]]") -> None:
    """Put fingers on the picture, move them and take them away; places are parts of its width and height."""
    box = visitor.page.locator(".stage").bounding_box()
    assert box is not None
    browser = visitor.page.context.new_cdp_session(visitor.page)
    for kind, fingers in zip(["touchStart", *["touchMove"] * (len(moves) - 1), "touchEnd"], [*moves, []], strict=True):
        points = [
            {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": number}
            for number, (x, y) in enumerate(fingers)
        ]
        browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@EN
@PHONE
def test_swipe_shows_the_next_image_and_the_one_before(visitor: Visitor, album: Person) -> None:
    open_file(visitor, album, "/album/a.png")
    expect(visitor.page.get_by_role("button", name="Next file")).to_be_visible()
    touch(visitor, [(0.8, 0.5)], [(0.6, 0.5)], [(0.3, 0.52)])
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("b.png")
    expect(visitor.page.get_by_role("button", name="Previous file")).to_be_visible()
    touch(visitor, [(0.2, 0.5)], [(0.5, 0.5)], [(0.8, 0.5)])
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("a.png")


@EN
@PHONE
def test_two_fingers_make_an_image_larger_and_one_moves_it(visitor: Visitor, album: Person) -> None:
    open_file(visitor, album, "/album/a.png")
    image = visitor.page.locator(".stage-image")
    expect(visitor.page.get_by_role("button", name="Next file")).to_be_visible()
    touch(visitor, [(0.4, 0.5), (0.6, 0.5)], [(0.3, 0.5), (0.7, 0.5)], [(0.2, 0.5), (0.8, 0.5)])
    expect(image).to_have_attribute("style", re.compile(r"scale\((2\.[5-9]|3)"))
    touch(visitor, [(0.5, 0.5)], [(0.6, 0.5)], [(0.7, 0.5)])
    expect(image).to_have_attribute("style", re.compile(r"translate\([1-9]"))
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("a.png")
    touch(visitor, [(0.1, 0.3), (0.9, 0.3)], [(0.3, 0.3), (0.7, 0.3)], [(0.45, 0.3), (0.55, 0.3)])
    expect(image).to_have_attribute("style", re.compile(r"translate\(0px, 0px\) scale\(1\)"))
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("a.png")


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
def test_film_goes_on_from_where_one_likes(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect("ERR_ABORTED")  # the player breaks off what it does not need
    ann.put("/film.webm", film(visitor.page, 60, 1 << 20))
    ranges: list[int] = []

    def note(request: "Request") -> None:
        if match := re.match(r"bytes=(\d+)-", request.headers.get("range", "")):
            ranges.append(int(match[1]))

    visitor.page.on("request", note)
    open_file(visitor, ann, "/film.webm")
    player = visitor.page.locator("video")
    expect(player).to_have_js_property("duration", 60)
    expect(player).to_have_js_property("videoWidth", 64)
    player.evaluate("player => { player.pause(); player.currentTime = 50; }")
    expect(player).to_have_js_property("seeking", False)
    assert player.evaluate("player => player.currentTime") == 50
    assert max(ranges) > 40 << 20


@EN
def test_pdf_is_shown_by_the_browser(visitor: Visitor, ann: Person) -> None:
    ann.put("/plan.pdf", document())
    open_file(visitor, ann, "/plan.pdf")
    frame = visitor.page.locator("iframe.pdf")
    expect(frame).to_have_attribute("src", re.compile("^blob:"))
    expect(frame).to_have_attribute("title", "plan.pdf")
    box = frame.bounding_box()
    assert box is not None
    assert box["height"] > 400


@EN
def test_what_pretends_to_be_a_pdf_is_no_page_of_ours(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect("")
    ann.put("/evil.pdf", b"<script>top.document.title = 'gone'</script>")
    open_file(visitor, ann, "/evil.pdf")
    expect(visitor.page.locator("iframe.pdf")).to_have_attribute("src", re.compile("^blob:"))
    visitor.page.wait_for_load_state("networkidle")
    assert "gone" not in visitor.page.title()
    link = ann.client.get(f"/v1/repos/{ann.repo_id}/files/download/", query={"p": "/evil.pdf"}).json
    headers = ann.client.get(link[link.index("/", 8) :]).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "script-src" not in headers["content-security-policy"]


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
