"""The page while the server is gone: it says so, keeps what was typed, and goes on by itself."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from syncfile.app import FACES
from syncfile.core import files
from syncfile.core.door import CoreDoor
from tests.conftest import Server
from tests.rest.people import PASSWORD, Person
from tests.web.conftest import Visitor, eventually
from tests.web.world import open_anew

if TYPE_CHECKING:
    from syncfile.core.core import Core

pytestmark = [pytest.mark.compat, pytest.mark.parametrize(("width", "language"), [("desk", "en")])]

NO_ANSWER = "ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET"


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


def test_page_without_server_says_so_keeps_what_was_typed_and_goes_on(
    visitor: Visitor, ann: Person, server: Server, core: "Core"
) -> None:
    ann.put("/Letters/a.txt")
    visitor.sign_in(ann)
    open_anew(visitor, "/search")
    visitor.complaints.expect(NO_ANSWER)
    banner = visitor.page.locator(".banner")
    with server_away(server, core):
        visitor.page.get_by_role("searchbox").fill("letters")
        expect(banner).to_contain_text("The server is gone.")
        expect(visitor.page.get_by_role("searchbox")).to_have_value("letters")
    expect(visitor.page.locator(".search-name")).to_have_text(["Letters"])
    expect(banner).to_be_hidden()


def test_form_that_could_not_be_sent_keeps_what_was_typed(
    visitor: Visitor, ann: Person, server: Server, core: "Core"
) -> None:
    visitor.sign_in(ann)
    open_anew(visitor, "/settings")
    visitor.complaints.expect(NO_ANSWER)
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


def test_text_that_is_saved_while_the_server_is_gone_arrives_when_it_is_back(
    visitor: Visitor, ann: Person, server: Server, core: "Core"
) -> None:
    ann.put("/note.txt", b"one")
    visitor.sign_in(ann, f"/file/{ann.repo_id}/note.txt")
    visitor.complaints.expect(NO_ANSWER)
    visitor.page.get_by_role("button", name="Edit").click()
    editor = visitor.page.get_by_role("textbox", name="note.txt")
    with server_away(server, core):
        editor.fill("typed while it was gone")
        visitor.page.get_by_role("button", name="Save").click()
        expect(visitor.page.locator(".banner")).to_contain_text("The server is gone.")
        expect(editor).to_have_value("typed while it was gone")
    expect(visitor.page.locator("pre.text")).to_have_text("typed while it was gone")
    saved = b"".join(files.open_file(core, ann.actor, ann.repo_id, "/note.txt").iter_bytes())
    assert saved == b"typed while it was gone"


def test_name_that_was_typed_stays_until_the_server_has_it(
    visitor: Visitor, ann: Person, server: Server, core: "Core"
) -> None:
    ann.put("/old.txt")
    visitor.sign_in(ann, f"/library/{ann.repo_id}")
    visitor.complaints.expect(NO_ANSWER)
    visitor.page.get_by_role("row", name="old.txt").click()
    visitor.page.keyboard.press("F2")
    field = visitor.page.get_by_role("textbox", name="New name")
    with server_away(server, core):
        field.fill("new.txt")
        field.press("Enter")
        expect(visitor.page.get_by_role("alert").filter(has_text="What you typed is kept")).to_be_visible()
        expect(field).to_have_value("new.txt")
        visitor.page.locator("h1").click()
        expect(field).to_have_value("new.txt")
    expect(visitor.page.get_by_role("row", name=re.compile("new.txt"))).to_be_visible()
    eventually(visitor, lambda: ann.has("/new.txt"))


def test_dialog_stays_and_sends_what_was_typed_once_the_server_is_back(
    visitor: Visitor, ann: Person, server: Server, core: "Core"
) -> None:
    visitor.sign_in(ann, f"/library/{ann.repo_id}")
    visitor.complaints.expect(NO_ANSWER)
    visitor.page.get_by_role("button", name="New", exact=True).click()
    visitor.page.get_by_role("menuitem", name="New folder").click()
    dialog = visitor.page.get_by_role("dialog")
    with server_away(server, core):
        dialog.get_by_role("textbox").fill("Letters")
        dialog.get_by_role("button", name="Create").click()
        expect(dialog).to_contain_text("What you typed is kept")
        expect(dialog.get_by_role("textbox")).to_have_value("Letters")
        dialog.get_by_role("button", name="Create").click()
    expect(visitor.page.get_by_role("row", name=re.compile("Letters"))).to_be_visible()
    assert ann.has("/Letters")


def test_folder_that_is_opened_while_the_server_is_gone_is_shown_when_it_is_back(
    visitor: Visitor, ann: Person, server: Server, core: "Core"
) -> None:
    ann.put("/Letters/a.txt")
    visitor.sign_in(ann, f"/library/{ann.repo_id}")
    visitor.complaints.expect(NO_ANSWER)
    link = visitor.page.get_by_role("link", name="Letters")
    expect(link).to_be_visible()
    with server_away(server, core):
        link.click()
        expect(visitor.page.locator(".banner")).to_contain_text("The server is gone.")
    expect(visitor.page.get_by_role("row", name=re.compile("a.txt"))).to_be_visible()
    expect(visitor.page.locator(".banner")).to_be_hidden()
