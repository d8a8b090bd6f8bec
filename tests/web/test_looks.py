"""What holds for the page as a whole: its width, its size, and that names are text."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.conftest import Client
from tests.rest.people import Person, join
from tests.web.conftest import Visitor
from tests.web.world import HOSTILE, make_world, open_anew

if TYPE_CHECKING:
    from syncfile.core.core import Core

pytestmark = pytest.mark.compat

FIRST_VIEW_BYTES = 80 << 10
SLOWER_CPU = 6  # as a phone is, beside a computer
NOTE_ROWS = """new MutationObserver((_, observer) => {
    if (!document.querySelector("main .row-title")) return;
    window.whenUsable = performance.now();
    observer.disconnect();
}).observe(document, { childList: true, subtree: true });"""
#: Bytes with the heads of the answers, requests, and milliseconds until something and until the libraries are shown.
FIRST_VIEW = """() => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const all = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
    return [all.reduce((sum, entry) => sum + entry.transferSize, 0), all.length, paint.startTime, window.whenUsable];
}"""
one_of_all = pytest.mark.parametrize(("width", "language"), [("desk", "en")])


@pytest.mark.parametrize("width", ["desk"])
def test_no_view_scrolls_sideways(visitor: Visitor, core: "Core", client: Client) -> None:
    world = make_world(join(core, client, "root", is_staff=True), join(core, client, "friend"))
    visitor.sign_in(world.root)
    too_wide = []
    for address in world.addresses:
        open_anew(visitor, address)
        for across in (320, 390, 1280, 3840):
            visitor.page.set_viewport_size({"width": across, "height": 800})
            if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                too_wide.append((address, across))
    assert too_wide == []


@one_of_all
@pytest.mark.parametrize("keys", ["Escape", "Control+a"])
def test_smallest_phone_shows_all_of_the_bar_of_a_folder(visitor: Visitor, ann: Person, keys: str) -> None:
    ann.put("/a.txt")
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    visitor.sign_in(ann, f"/library/{ann.repo_id}")
    expect(visitor.page.get_by_role("row", name="a.txt")).to_be_visible()
    visitor.page.keyboard.press(keys)
    bar = visitor.page.locator(".files-bar.is-selected" if keys == "Control+a" else ".files-bar:not(.is-selected)")
    expect(bar).to_be_visible()
    edges = bar.get_by_role("button").evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert len(edges) >= 4
    assert max(edges) <= 320


@one_of_all
def test_hostile_names_are_text_in_every_view(visitor: Visitor, core: "Core", client: Client) -> None:
    world = make_world(join(core, client, "root", is_staff=True), join(core, client, "friend"))
    visitor.sign_in(world.root)
    seen = ""
    for address in world.addresses:
        open_anew(visitor, address)
        expect(visitor.page.locator("img[src=x]")).to_have_count(0)
        assert visitor.page.title().endswith("SyncFile")
        seen += visitor.page.locator("main").inner_text()
    assert HOSTILE[0] in seen


@one_of_all
def test_first_view_is_small(visitor: Visitor, ann: Person, capsys: pytest.CaptureFixture[str]) -> None:
    visitor.sign_in(ann)
    browser = visitor.page.context.new_cdp_session(visitor.page)
    browser.send("Network.enable")
    browser.send("Network.setCacheDisabled", {"cacheDisabled": True})
    browser.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    visitor.page.add_init_script(NOTE_ROWS)
    open_anew(visitor, "/")
    visitor.page.wait_for_function("window.whenUsable")
    size, requests, shown, usable = visitor.page.evaluate(FIRST_VIEW)
    with capsys.disabled():
        print(
            f"\nfirst view: {size} bytes in {requests} requests; with a CPU {SLOWER_CPU} times slower:"
            f" first paint after {shown:.0f} ms, libraries shown after {usable:.0f} ms"
        )
    assert FIRST_VIEW_BYTES // 4 < size <= FIRST_VIEW_BYTES
