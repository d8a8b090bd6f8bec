"""Signing in and out, making an account, and what belongs to the account."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from syncfile.core import devices, tokens
from tests.conftest import Server
from tests.rest.people import PASSWORD, Person, join
from tests.web.conftest import Visitor, eventually

if TYPE_CHECKING:
    from syncfile.core.core import Core

pytestmark = pytest.mark.compat

REFUSED = r"status of 40\d"


def fill_in(visitor: Visitor, **values: str) -> None:
    """Type into the fields of the form, and send it."""
    for name, value in values.items():
        visitor.page.locator(f"input[name={name}]").fill(value)
    visitor.page.keyboard.press("Enter")


def heading(visitor: Visitor, text: str) -> None:
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(text)


def test_person_signs_in_and_stays_signed_in(visitor: Visitor, ann: Person) -> None:
    visitor.open()
    heading(visitor, visitor.say("Sign in", "登录"))
    fill_in(visitor, username=ann.account.email, password=PASSWORD)
    heading(visitor, visitor.say("My libraries", "我的资料库"))
    visitor.page.reload()
    heading(visitor, visitor.say("My libraries", "我的资料库"))
    expect(visitor.page).to_have_title(re.compile("SyncFile"))


def test_wrong_password_is_told_and_nothing_typed_is_lost(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect(REFUSED)
    visitor.open()
    fill_in(visitor, username="ann", password="wrong")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    expect(visitor.page.locator("input[name=username]")).to_have_value("ann")
    expect(visitor.page.locator("input[name=password]")).to_have_value("wrong")


def test_empty_field_gets_the_focus(visitor: Visitor, ann: Person) -> None:
    visitor.open()
    fill_in(visitor, username="ann")
    expect(visitor.page.locator("input[name=password]")).to_be_focused()
    expect(visitor.page.locator("input[name=password]")).to_have_attribute("aria-invalid", "true")


def test_newcomer_makes_an_account(visitor: Visitor, core: "Core") -> None:
    visitor.open()
    visitor.page.get_by_role("button", name=visitor.say("Create account", "注册账号")).click()
    fill_in(visitor, username="小明", email="ming@example.org", password=PASSWORD, again="different")
    expect(visitor.page.locator(".field-error")).to_have_text(
        visitor.say("The two passwords differ.", "两次输入的密码不一致。")
    )
    fill_in(visitor, again=PASSWORD)
    heading(visitor, visitor.say("My libraries", "我的资料库"))


@pytest.mark.parametrize("registration", ["closed"])
def test_nobody_is_offered_an_account_where_registration_is_closed(visitor: Visitor) -> None:
    visitor.open()
    heading(visitor, visitor.say("Sign in", "登录"))
    expect(visitor.page.get_by_role("button", name=visitor.say("Create account", "注册账号"))).to_have_count(0)


def test_person_signs_out(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/settings")
    visitor.page.get_by_role("button", name=visitor.say("Account of ann", "ann 的账号")).click()
    visitor.page.get_by_role("menuitem", name=visitor.say("Sign out", "退出登录")).click()
    heading(visitor, visitor.say("Sign in", "登录"))
    visitor.page.reload()
    heading(visitor, visitor.say("Sign in", "登录"))


def test_session_that_ends_asks_for_the_password_and_goes_on(visitor: Visitor, ann: Person, core: "Core") -> None:
    visitor.complaints.expect(REFUSED)
    visitor.sign_in(ann)
    visitor.page.get_by_role("button", name=visitor.say("New library", "新建资料库")).click()
    visitor.page.locator("dialog input[name=name]").fill("Kept")
    for device in devices.list_devices(core, ann.actor):
        devices.revoke_device(core, ann.actor, device.id)
    visitor.page.keyboard.press("Enter")
    visitor.page.locator("dialog input[name=password]").fill(PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("link", name="Kept")).to_be_visible()


def test_person_changes_the_mail_address(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/settings")
    fill_in(visitor, email="new@example.org", email_password=PASSWORD)
    expect(visitor.page.locator(".toast")).to_contain_text(visitor.say("Saved", "已保存"))
    eventually(visitor, lambda: ann.client.get("/v1/account/").json["email"] == "new@example.org")


def test_new_password_signs_out_everything_else(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/settings/security")
    expect(visitor.page.locator(".settings-device")).to_have_count(2)
    fill_in(visitor, old_password=PASSWORD, password="another good one", again="another good one")
    expect(visitor.page.locator(".settings-device")).to_have_count(1)
    eventually(visitor, lambda: ann.client.get("/v1/account/").status == 401)
    visitor.page.reload()
    heading(visitor, visitor.say("Settings", "设置"))


def test_device_is_signed_out(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/settings/security")
    devices = visitor.page.locator(".settings-device")
    expect(devices).to_have_count(2)
    devices.get_by_role("button", name=visitor.say("Sign out", "退出登录")).click()
    visitor.page.locator("dialog .button-danger").click()
    expect(devices).to_have_count(1)
    expect(devices).to_contain_text(visitor.say("This browser", "此浏览器"))
    eventually(visitor, lambda: ann.client.get("/v1/account/").status == 401)


def test_sign_in_from_a_new_address_is_told(visitor: Visitor, ann: Person, core: "Core") -> None:
    for address in ("127.0.0.1", "10.9.8.7"):
        device = tokens.Device(name="Strange tool")
        tokens.issue(core, "login", ann.id, lifetime=None, address=address, device=device)
    visitor.sign_in(ann)
    visitor.page.locator(".header-bell").click()
    expect(visitor.page.locator(".notification")).to_contain_text(visitor.say("a new address", "从新地址"))
    expect(visitor.page.locator(".notification")).to_contain_text("10.9.8.7")


def test_theme_is_kept(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/settings")
    root = visitor.page.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    visitor.page.get_by_role("radio", name=visitor.say("Dark", "深色")).click()
    expect(root).to_have_attribute("data-theme", "dark")
    visitor.page.reload()
    expect(root).to_have_attribute("data-theme", "dark")


def test_language_is_kept(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/settings")
    visitor.page.get_by_role("radio", name=visitor.say("简体中文", "English")).click()
    heading(visitor, visitor.say("设置", "Settings"))
    visitor.page.reload()
    heading(visitor, visitor.say("设置", "Settings"))


def test_page_waits_for_a_server_that_is_gone(visitor: Visitor, ann: Person, server: Server) -> None:
    visitor.complaints.expect("ERR_FAILED|ERR_CONNECTION|failed http")
    visitor.sign_in(ann)
    page = visitor.page
    page.get_by_role("button", name=visitor.say("New library", "新建资料库")).click()
    page.locator("dialog input[name=name]").fill("Kept")
    page.route("**/v1/**", lambda route: route.abort())
    page.wait_for_function("fetch('/v1/ping/').then(() => false, () => true)")  # a request may still slip through
    page.keyboard.press("Enter")
    expect(page.locator(".banner")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("dialog input[name=name]")).to_have_value("Kept")
    page.keyboard.press("Enter")  # sent when the server is back
    page.unroute("**/v1/**")
    expect(page.get_by_role("link", name="Kept")).to_be_visible()
    expect(page.locator(".banner")).to_be_hidden()


def test_keys_are_explained(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann)
    visitor.page.get_by_role("heading", level=1).wait_for()
    visitor.page.keyboard.press("?")
    dialog = visitor.page.get_by_role("dialog", name=visitor.say("Keyboard shortcuts", "键盘快捷键"))
    expect(dialog).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_address_that_leads_nowhere_is_no_dead_end(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/nothing/here")
    visitor.page.get_by_role("link", name=visitor.say("To your libraries", "返回资料库")).click()
    heading(visitor, visitor.say("My libraries", "我的资料库"))


def test_menu_is_worked_with_keys(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann)
    account = visitor.page.get_by_role("button", name=visitor.say("Account of ann", "ann 的账号"))
    account.focus()
    visitor.page.keyboard.press("Enter")
    items = visitor.page.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    visitor.page.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    visitor.page.keyboard.press("Escape")
    expect(items).to_have_count(0)
    expect(account).to_be_focused()


def test_narrow_page_has_its_ways_at_the_foot(visitor: Visitor, ann: Person, core: "Core") -> None:
    visitor.sign_in(ann)
    page = visitor.page
    if visitor.is_narrow:
        page.get_by_role("button", name=visitor.say("More", "更多"), exact=True).click()
    page.get_by_role("link", name=visitor.say("Settings", "设置")).click()
    heading(visitor, visitor.say("Settings", "设置"))


def test_another_person_sees_nothing_of_the_first(visitor: Visitor, ann: Person, core: "Core") -> None:
    join(core, ann.client, "eve")
    ann.client.post("/v1/repos/", form={"name": "Diary"})
    visitor.sign_in(ann)
    expect(visitor.page.get_by_role("link", name="Diary")).to_be_visible()
    visitor.page.get_by_role("button", name=visitor.say("Account of ann", "ann 的账号")).click()
    visitor.page.get_by_role("menuitem", name=visitor.say("Sign out", "退出登录")).click()
    fill_in(visitor, username="eve", password=PASSWORD)
    heading(visitor, visitor.say("My libraries", "我的资料库"))
    expect(visitor.page.get_by_role("link", name="My Library")).to_be_visible()
    expect(visitor.page.get_by_role("link", name="Diary")).to_have_count(0)
