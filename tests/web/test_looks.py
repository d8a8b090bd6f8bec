"""What holds for the page as a whole: its width, its size, its calm when the server is gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from syncfile.app import FACES
from tests.conftest import Client, Server
from tests.rest.people import PASSWORD, Person, join
from tests.web.conftest import Visitor
from tests.web.world import HOSTILE, make_world, open_anew

if TYPE_CHECKING:
    from syncfile.core.core import Core
from syncfile.core.door import CoreDoor

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


@contextmanager
def server_away(server: Server, core: "Core") -> Iterator[None]:
    """Stop the server; afterwards another one stands where it was."""
    server.stop()
    try:
        yield
    finally:
        config = replace(core.config, port=server.port)
        again = Server(config, CoreDoor(lambda: core), FACES)
        server.app, server.stream_server, server._thread = again.app, again.stream_server, again._thread


@one_of_all
def test_page_without_server_says_so_keeps_what_was_typed_and_goes_on(
    visitor: Visitor, ann: Person, server: Server, core: "Core"
) -> None:
    ann.put("/Letters/a.txt")
    visitor.sign_in(ann)
    open_anew(visitor, "/search")
    visitor.complaints.expect("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET")
    banner = visitor.page.locator(".banner")
    with server_away(server, core):
        visitor.page.get_by_role("searchbox").fill("letters")
        expect(banner).to_contain_text("The server is gone.")
        expect(visitor.page.get_by_role("searchbox")).to_have_value("letters")
    expect(visitor.page.locator(".search-name")).to_have_text(["Letters"])
    expect(banner).to_be_hidden()


@one_of_all
def test_form_that_could_not_be_sent_keeps_what_was_typed(
    visitor: Visitor, ann: Person, server: Server, core: "Core"
) -> None:
    visitor.sign_in(ann)
    open_anew(visitor, "/settings")
    visitor.complaints.expect("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET")
    field = visitor.page.locator("input[name=email]")
    visitor.page.locator("form", has=field).locator("input[type=password]").fill(PASSWORD)
    with server_away(server, core):
        field.fill("new@example.org")
        field.press("Enter")
        expect(visitor.page.locator(".banner")).to_contain_text("The server is gone.")
        expect(field).to_have_value("new@example.org")
    expect(visitor.page.locator(".banner")).to_be_hidden()
    with visitor.page.expect_response(lambda response: response.request.method == "PUT" and response.ok):
        field.press("Enter")
    assert ann.client.get("/v1/account/").json["email"] == "new@example.org"
