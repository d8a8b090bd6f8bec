"""Administration: settings that count at once, and the log of who did what."""

import csv
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.conftest import Client
from tests.rest.people import PASSWORD, Person, join
from tests.web.conftest import Visitor, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from syncfile.core.core import Core

pytestmark = pytest.mark.compat


@pytest.fixture
def root(core: "Core", client: Client) -> Person:
    """An administrator."""
    return join(core, client, "root", is_staff=True)


def setting(visitor: Visitor, english: str, chinese: str) -> "Locator":
    return visitor.page.locator(".admin-setting").filter(has_text=visitor.say(english, chinese))


def test_registration_is_closed_and_opened_again(visitor: Visitor, root: Person, core: "Core") -> None:
    visitor.sign_in(root, "/admin/settings")
    row = setting(visitor, "Who may register", "谁可以注册")
    expect(row).to_contain_text(visitor.say("People in your network", "您网络中的人"))
    row.get_by_role("button").click()
    visitor.page.locator("dialog select").select_option("closed")
    visitor.page.get_by_role("button", name=visitor.say("Save", "保存"), exact=True).click()
    expect(row).to_contain_text(visitor.say("Nobody; you create accounts", "不开放，由您创建账号"))
    eventually(visitor, lambda: core.config.registration == "closed")
    row.get_by_role("button", name=visitor.say("Reset", "还原")).click()
    expect(row).to_contain_text(visitor.say("People in your network", "您网络中的人"))
    expect(row.get_by_role("button")).to_have_count(1)
    assert core.config.registration == "lan"


def test_room_of_new_accounts_is_set_in_gigabytes(visitor: Visitor, root: Person, core: "Core") -> None:
    visitor.sign_in(root, "/admin/settings")
    row = setting(visitor, "Room of a new account", "新账号的空间")
    row.get_by_role("button").click()
    expect(visitor.page.locator("dialog input")).to_have_value("100")
    visitor.page.locator("dialog input").fill("2.5")
    visitor.page.keyboard.press("Enter")
    expect(row).to_contain_text("2.5")
    eventually(visitor, lambda: core.config.default_quota == 2.5 * 2**30)


def test_value_that_makes_no_sense_is_refused_and_kept_for_mending(visitor: Visitor, root: Person) -> None:
    visitor.complaints.expect("400")
    visitor.sign_in(root, "/admin/settings")
    setting(visitor, "Public address", "公开地址").get_by_role("button").click()
    visitor.page.locator("dialog input").fill("cloud.example")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    expect(visitor.page.locator("dialog input")).to_have_value("cloud.example")


def test_log_tells_who_did_what_and_is_narrowed_down(visitor: Visitor, root: Person, bob: Person) -> None:
    bob.client.post("/v1/groups/", form={"group_name": "<b>Family</b>"})
    bob.client.post("/v1/auth/", form={"username": "bob", "password": "wrong one"})
    root.client.put("/v1/settings/scrub_days/", form={"value": "7"})
    visitor.sign_in(root, "/admin/log")
    events = visitor.page.locator(".admin-event")
    expect(events.filter(has_text="<b>Family</b>")).to_contain_text("bob")
    expect(visitor.page.locator(".admin-event-bad")).to_have_count(1)
    visitor.page.get_by_role("combobox").select_option(label=visitor.say("Changed a setting", "修改设置"))
    expect(events).to_have_count(1)
    expect(events).to_contain_text("scrub_days")
    visitor.page.get_by_role("searchbox", name=visitor.say("By this account", "账号")).fill("bob")
    visitor.page.keyboard.press("Enter")
    expect(events).to_have_count(0)


def test_log_is_longer_than_a_page(visitor: Visitor, root: Person) -> None:
    for number in range(60):
        root.client.post("/v1/groups/", form={"group_name": f"Group {number}"})
    visitor.sign_in(root, "/admin/log")
    events = visitor.page.locator(".admin-event")
    expect(events).to_have_count(50)
    visitor.page.get_by_role("button", name=visitor.say("Show more", "显示更多")).click()
    expect(events.filter(has_text="Group 0")).to_have_count(1)


def test_log_is_downloaded_as_it_is_narrowed_down(visitor: Visitor, root: Person) -> None:
    root.client.post("/v1/groups/", form={"group_name": "Family"})
    root.client.post("/v1/auth/", form={"username": "root", "password": PASSWORD})
    visitor.sign_in(root, "/admin/log")
    visitor.page.get_by_role("combobox").select_option("group_create")
    expect(visitor.page.locator(".admin-event")).to_have_count(1)
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("link", name=visitor.say("Download as CSV", "下载 CSV")).click()
    rows = list(csv.DictReader(download.value.path().read_text("utf-8-sig").splitlines()))
    assert [(row["account"], row["action"], row["target"]) for row in rows] == [("root", "group_create", "Family")]
