"""Searching all libraries while one types."""

import pytest
from playwright.sync_api import expect

from tests.rest.people import Person
from tests.web.conftest import Visitor

pytestmark = pytest.mark.compat


def test_files_are_found_as_one_types(visitor: Visitor, ann: Person, bob: Person) -> None:
    ann.put("/Holidays/Summer Beach.jpg")
    bob.put("/Summer of others.jpg")
    visitor.sign_in(ann)
    visitor.page.locator(".header-search").click()
    visitor.page.get_by_role("searchbox").press_sequentially("beach sum")
    expect(visitor.page.locator(".search-name")).to_have_text(["Summer Beach.jpg"])
    expect(visitor.page.locator("mark")).to_have_text(["Sum", "Beach"])
    visitor.page.get_by_role("searchbox").fill("nothing like it")
    expect(visitor.page.locator(".search-name")).to_have_count(0)
    expect(visitor.page.locator("main h2")).to_have_text(visitor.say("Nothing found", "没有找到"))


def test_slash_opens_the_search_and_keys_go_through_the_results(visitor: Visitor, ann: Person) -> None:
    for name in ("one", "two", "three"):
        ann.put(f"/report {name}.txt")
    visitor.sign_in(ann)
    visitor.page.locator("main h1").wait_for()
    visitor.page.keyboard.press("/")
    field = visitor.page.get_by_role("searchbox")
    expect(field).to_be_focused()
    visitor.page.keyboard.type("report")
    names = visitor.page.locator(".search-name")
    expect(names).to_have_count(3)
    visitor.page.keyboard.press("ArrowDown")
    expect(names.nth(0)).to_be_focused()
    visitor.page.keyboard.press("ArrowDown")
    expect(names.nth(1)).to_be_focused()
    visitor.page.keyboard.press("ArrowUp")
    visitor.page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    visitor.page.keyboard.type(" tw")
    expect(names).to_have_text(["report two.txt"])


def test_back_from_a_result_comes_to_the_results(visitor: Visitor, ann: Person) -> None:
    ann.put("/Letters/x.txt")
    visitor.sign_in(ann, "/search")
    visitor.page.get_by_role("searchbox").fill("letters")
    visitor.page.locator(".search-name").click()
    visitor.page.wait_for_url(f"**/#/library/{ann.repo_id}/Letters")
    visitor.page.go_back()
    expect(visitor.page.get_by_role("searchbox")).to_have_value("letters")
    expect(visitor.page.locator(".search-name")).to_have_text(["Letters"])


def test_answers_that_come_late_are_not_shown(visitor: Visitor, ann: Person) -> None:
    ann.put("/apple.txt")
    ann.put("/apricot.txt")
    visitor.sign_in(ann, "/search")
    held = []
    visitor.page.route("**/v1/search/?q=ap&*", lambda route: held.append(route))
    field = visitor.page.get_by_role("searchbox")
    with visitor.page.expect_request("**/v1/search/?q=ap&*"):
        field.fill("ap")
    field.fill("apr")
    expect(visitor.page.locator(".search-name")).to_have_text(["apricot.txt"])
    assert len(held) == 1
    assert held[0].request.failure == "net::ERR_ABORTED"


def test_search_from_a_library_may_stay_there(visitor: Visitor, ann: Person) -> None:
    ann.put("/notes here.txt")
    other = ann.client.post("/v1/repos/", form={"name": "Other"}).json["id"]
    ann.client.post(f"/v1/repos/{other}/files/?p=/notes there.txt".replace(" ", "%20"))
    visitor.sign_in(ann, f"/search?q=notes&in={ann.repo_id}")
    expect(visitor.page.locator(".search-name")).to_have_count(2)
    visitor.page.get_by_role("radio", name=visitor.say("This library", "此资料库")).click()
    expect(visitor.page.locator(".search-name")).to_have_text(["notes here.txt"])


def test_more_results_are_shown_on_demand(visitor: Visitor, ann: Person) -> None:
    for number in range(32):
        ann.put(f"/many {number:02}.txt", b"")
    visitor.sign_in(ann, "/search?q=many")
    expect(visitor.page.locator(".search-name")).to_have_count(30)
    visitor.page.get_by_role("button", name=visitor.say("Show more", "显示更多")).click()
    expect(visitor.page.locator(".search-name")).to_have_count(32)
    assert len(set(visitor.page.locator(".search-name").all_text_contents())) == 32


def test_hostile_names_are_found_as_text(visitor: Visitor, ann: Person) -> None:
    ann.put('/<img src=x onerror="document.title=1"> evil.txt')
    ann.put("/evil \u202egnp.exe")
    ann.put("/.evil")
    ann.put("/" + "evil" * 62 + ".txt")
    visitor.sign_in(ann, "/search?q=evil")
    names = visitor.page.locator(".search-name")
    expect(names).to_have_count(4)
    texts = names.all_text_contents()
    assert '<img src=x onerror="document.title=1"> evil.txt' in texts
    assert "evil \ufffdgnp.exe" in texts
    expect(visitor.page.locator("main img")).to_have_count(0)
