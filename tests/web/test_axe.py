"""Every view, light and dark, as axe-core sees it: for those who hear the page, or see it otherwise."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.conftest import Client
from tests.rest.people import PASSWORD, Person, join
from tests.web.conftest import Visitor
from tests.web.test_security import card, code_of, dialog, press, send
from tests.web.test_session import REFUSED, fill_in
from tests.web.test_sharing import open_dialog
from tests.web.world import make_world, open_anew

if TYPE_CHECKING:
    from syncfile.core.core import Core

pytestmark = [pytest.mark.compat, pytest.mark.parametrize("language", ["en"])]

AXE = Path(__file__).parents[2] / ".venv" / "js" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run()).violations.map(
    (rule) => `${rule.id}: ${rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" ")}`)"""

Theme = Literal["light", "dark"]
both_themes = pytest.mark.parametrize("theme", ["light", "dark"])


def violations(visitor: Visitor) -> list[str]:
    """Return what axe minds about what is shown."""
    visitor.page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = visitor.page.evaluate(RUN)
    return found


@both_themes
def test_no_view_has_a_violation(visitor: Visitor, core: "Core", client: Client, theme: Theme) -> None:
    world = make_world(join(core, client, "root", is_staff=True), join(core, client, "friend"))
    visitor.page.emulate_media(color_scheme=theme)
    visitor.sign_in(world.root)
    found = {}
    for address in world.addresses:
        open_anew(visitor, address)
        found[address] = violations(visitor)
    assert {address: minded for address, minded in found.items() if minded} == {}


@both_themes
def test_no_dialog_has_a_violation(visitor: Visitor, core: "Core", client: Client, theme: Theme) -> None:
    world = make_world(join(core, client, "root", is_staff=True), join(core, client, "friend"))
    visitor.page.emulate_media(color_scheme=theme)
    visitor.sign_in(world.root)
    visitor.page.locator(".header-bell").click()
    visitor.page.get_by_role("dialog").get_by_role("listitem").first.wait_for()
    found = {"notifications": violations(visitor)}
    visitor.page.keyboard.press("Escape")
    dialog = open_dialog(visitor, world.root.repo_id, "/Docs")
    dialog.get_by_role("listitem").first.wait_for()
    found["people"] = violations(visitor)
    dialog.get_by_role("button", name="Upload link", exact=True).click()
    dialog.get_by_role("button", name="QR code").click()
    found["link"] = violations(visitor)
    assert {name: minded for name, minded in found.items() if minded} == {}


@both_themes
def test_the_way_in_has_no_violation(visitor: Visitor, theme: Theme) -> None:
    visitor.page.emulate_media(color_scheme=theme)
    visitor.open()
    visitor.page.locator("main form").wait_for()
    assert violations(visitor) == []


@both_themes
def test_no_step_of_securing_an_account_has_a_violation(visitor: Visitor, ann: Person, theme: Theme) -> None:
    visitor.complaints.expect(REFUSED)
    visitor.page.emulate_media(color_scheme=theme)
    ann.client.post("/v1/account/app-passwords/", json={"name": "script"})
    visitor.sign_in(ann, "/settings/security")
    found = {}
    press(card(visitor, "Two-step sign-in", ""), visitor, "Turn on", "")
    send(visitor, password=PASSWORD)
    visitor.page.locator("svg.qr").wait_for()
    found["secret"] = violations(visitor)
    send(visitor, code=code_of(dialog(visitor).locator(".copyable-text").inner_text()))
    visitor.page.locator(".settings-codes").wait_for()
    visitor.page.keyboard.press("Escape")
    dialog(visitor).get_by_role("alert").wait_for()
    found["recovery codes"] = violations(visitor)
    visitor.page.keyboard.press("Escape")
    dialog(visitor).wait_for(state="detached")
    found["turned on"] = violations(visitor)
    visitor.page.context.clear_cookies()
    visitor.page.reload()
    fill_in(visitor, username="ann", password=PASSWORD)
    visitor.page.locator("input[name=code]").wait_for()
    found["code"] = violations(visitor)
    assert {name: minded for name, minded in found.items() if minded} == {}
