"""Administration: accounts, and how the server is doing."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from syncfile.core import eject, server_settings
from syncfile.core.core import JobRun
from tests.conftest import Client
from tests.daemon import ADMIN_PASSWORD, daemon
from tests.rest.people import PASSWORD, Person, join
from tests.web.conftest import Visitor, eventually
from tests.web.world import open_anew

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from syncfile.core.core import Core

pytestmark = pytest.mark.compat


@pytest.fixture
def root(core: "Core", client: Client) -> Person:
    """An administrator."""
    return join(core, client, "root", is_staff=True)


def row(visitor: Visitor, name: str) -> "Locator":
    return visitor.page.locator("main .row").filter(has=visitor.page.locator("bdi", has_text=name)).first


def choose(visitor: Visitor, name: str, english: str, chinese: str) -> None:
    """Open the menu of an account and choose something."""
    row(visitor, name).get_by_role("button").click()
    visitor.page.get_by_role("menuitem", name=visitor.say(english, chinese), exact=True).click()


def fill_in(visitor: Visitor, **values: str) -> None:
    """Type into the fields of the dialog, and send it."""
    for name, value in values.items():
        visitor.page.locator(f"dialog input[name={name}]").fill(value)
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("dialog")).to_have_count(0)


def test_account_is_made_with_its_room(visitor: Visitor, root: Person) -> None:
    visitor.sign_in(root, "/admin/accounts")
    visitor.page.get_by_role("button", name=visitor.say("New account", "新建账号")).click()
    fill_in(visitor, username="carla", email="carla@example.org", password=PASSWORD, quota="2.5")
    expect(row(visitor, "carla")).to_be_visible()
    [made] = [item for item in root.client.get("/v1/accounts/").json if item["username"] == "carla"]
    assert made["total"] == 2.5 * 2**30


def test_quota_is_changed(visitor: Visitor, root: Person, bob: Person) -> None:
    visitor.sign_in(root, "/admin/accounts")
    choose(visitor, "bob", "Change quota", "修改配额")
    expect(visitor.page.locator("dialog input[name=quota]")).to_have_value("100")
    fill_in(visitor, quota="0")
    eventually(visitor, lambda: root.client.get(f"/v1/accounts/{bob.id}/").json["total"] == 0)


def test_password_is_set(visitor: Visitor, root: Person, bob: Person) -> None:
    visitor.sign_in(root, "/admin/accounts")
    choose(visitor, "bob", "Set password", "设置密码")
    fill_in(visitor, password="another secret")
    assert bob.client.post("/v1/auth/", form={"username": "bob", "password": "another secret"}).status == 200


def test_account_is_disabled_and_enabled(visitor: Visitor, root: Person, bob: Person) -> None:
    visitor.sign_in(root, "/admin/accounts")
    choose(visitor, "bob", "Disable", "停用")
    visitor.page.get_by_role("dialog").get_by_role("button", name=visitor.say("Disable", "停用"), exact=True).click()
    expect(row(visitor, "bob")).to_contain_text(visitor.say("Disabled", "已停用"))
    eventually(visitor, lambda: bob.client.get("/v1/account/").status == 401)
    choose(visitor, "bob", "Enable", "启用")
    expect(row(visitor, "bob")).not_to_contain_text(visitor.say("Disabled", "已停用"))
    eventually(visitor, lambda: root.client.get(f"/v1/accounts/{bob.id}/").json["is_active"] is True)


def test_account_is_signed_out_everywhere(visitor: Visitor, root: Person, bob: Person) -> None:
    bob.client.post("/v1/auth/", form={"username": "bob", "password": PASSWORD, "device_name": "<b>lost phone</b>"})
    visitor.sign_in(root, "/admin/accounts")
    choose(visitor, "bob", "Signed-in devices", "已登录的设备")
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem").filter(has_text="<b>lost phone</b>")).to_be_visible()
    dialog.get_by_role("button", name=visitor.say("Sign out everywhere", "全部退出登录")).click()
    expect(dialog).to_have_count(0)
    assert bob.client.get("/v1/account/").status == 401
    choose(visitor, "bob", "Signed-in devices", "已登录的设备")
    expect(dialog).to_contain_text(visitor.say("Nothing is signed in", "没有已登录的设备"))


def test_account_is_deleted_after_its_name_was_typed(visitor: Visitor, root: Person, bob: Person) -> None:
    visitor.sign_in(root, "/admin/accounts")
    choose(visitor, "bob", "Delete account", "删除账号")
    field = visitor.page.locator("dialog input[name=username]")
    field.fill("someone else")
    visitor.page.keyboard.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    eventually(visitor, lambda: root.client.get(f"/v1/accounts/{bob.id}/").status == 200)
    fill_in(visitor, username="bob")
    expect(visitor.page.locator("main .row")).to_have_count(1)
    eventually(visitor, lambda: root.client.get(f"/v1/accounts/{bob.id}/").status == 404)


def test_server_tells_how_it_is_doing(visitor: Visitor, root: Person, core: "Core") -> None:
    core.job_runs["uploads"] = JobRun(core.now(), 3, "")
    core.job_runs["tokens"] = JobRun(core.now(), 0, "the disk is full")
    visitor.sign_in(root, "/admin")
    cards = visitor.page.locator(".admin-card")
    expect(cards).to_have_count(6)
    expect(visitor.page.locator(".admin-job")).to_have_count(2)
    expect(visitor.page.locator(".admin-job").first).to_contain_text("the disk is full")
    expect(visitor.page.locator(".admin-job").last).to_contain_text(visitor.say("3 things tidied up", "清理了 3 项"))
    expect(visitor.page.get_by_role("img", name=visitor.say("Memory of the last", "最近几分钟的内存"))).to_be_visible()


def test_problems_stand_at_the_top_with_what_to_do(visitor: Visitor, root: Person, core: "Core") -> None:
    server_settings.change_setting(core, root.actor, "low_disk", "99%")
    visitor.sign_in(root, "/admin")
    problems = visitor.page.locator(".admin-problems")
    expect(problems).to_contain_text(visitor.say("The disk is nearly full", "磁盘快满了"))
    server_settings.reset_setting(core, root.actor, "low_disk")
    open_anew(visitor, "/admin")
    expect(problems).to_have_count(0)


def test_care_of_the_data_is_told(visitor: Visitor, root: Person) -> None:
    visitor.sign_in(root, "/admin")
    care = visitor.page.locator(".admin-card").filter(has_text=visitor.say("Care of the data", "数据保护"))
    expect(care).to_contain_text(visitor.say("None; not encrypted on the way", "没有；传输未加密"))


def test_disk_is_ejected_and_the_page_goes_on_when_it_is_back(visitor: Visitor, tmp_path: Path) -> None:
    with daemon(tmp_path / "on its own") as running:
        there = replace(visitor, port=running.port)
        there.complaints.expect("503")
        url = f"http://127.0.0.1:{running.port}"
        body = {"username": "admin", "password": ADMIN_PASSWORD}
        assert there.page.request.post(f"{url}/v1/session/", data=body, headers={"Origin": url}).ok
        there.open("/admin")
        there.page.get_by_role("button", name=there.say("Eject disk", "弹出磁盘")).click()
        there.page.get_by_role("dialog").get_by_role("button", name=there.say("Eject disk", "弹出磁盘")).click()
        banner = there.page.locator(".banner")
        expect(banner).to_contain_text(there.say("The server waits for its disk.", "服务器正在等待磁盘"))
        eject.ask_to_resume(str(tmp_path / "on its own"))
        expect(banner).to_be_hidden()
        expect(there.page.locator(".admin-card")).to_have_count(6)


def test_others_see_no_administration(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/admin")
    expect(visitor.page.locator("main")).to_contain_text(visitor.say("You may not do this.", "您没有权限执行此操作。"))
    expect(visitor.page.locator("a[href='#/admin']")).to_have_count(0)
