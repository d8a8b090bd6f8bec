"""The help for connecting other programs."""

import pytest
from playwright.sync_api import expect

from tests.rest.people import Person
from tests.web.conftest import Visitor
from tests.web.test_security import protected

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


def test_who_signs_in_with_two_steps_is_led_to_app_passwords(visitor: Visitor, ann: Person) -> None:
    protected(visitor, ann)
    visitor.page.reload()
    visitor.open("/connect")
    visitor.page.get_by_role("link", name=visitor.say("Settings, Security", "设置 › 安全")).click()
    expect(visitor.page.locator("main")).to_contain_text(visitor.say("New app password", "新建应用密码"))
