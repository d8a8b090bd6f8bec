"""The help for connecting other programs."""

import pytest
from playwright.sync_api import expect

from tests.rest.people import Person
from tests.web.conftest import Visitor

pytestmark = pytest.mark.compat


def test_address_and_its_code_are_shown(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/connect")
    expect(visitor.page.locator(".copyable-text").first).to_have_text(f"http://127.0.0.1:{visitor.port}")
    expect(visitor.page.locator("svg.qr")).to_be_visible()


def test_commands_name_this_server_and_account(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/connect")
    for program in ("seaf-cli", "rclone"):
        visitor.page.get_by_role("button", name=program, exact=True).click()
        commands = visitor.page.locator(".connect-list .copyable-text")
        expect(commands.filter(has_text=f"http://127.0.0.1:{visitor.port}").first).to_contain_text(program)
        assert all(text.startswith((program, "sudo apt install")) for text in commands.all_text_contents())
        assert any("ann" in text for text in commands.all_text_contents())
