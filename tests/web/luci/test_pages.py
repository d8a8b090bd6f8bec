"""LuCI's pages as an administrator of the router uses them."""

import json
from typing import TYPE_CHECKING

import pytest

from syncfile.core import authentication, users
from syncfile.core.core import Core
from tests.web.luci.catalogue import read_catalogue
from tests.web.luci.router import LuciRouter
from tests.web.luci.test_catalogue import CHINESE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.compat

DISK = {
    "device": "/dev/sda1",
    "size": 64_000_000_000,
    "free": None,
    "filesystem": "ext4",
    "label": "<b>Photos</b>",
    "uuid": "8d5e2a54",
    "model": "Flash",
    "mount_point": "",
    "store": None,
    "recommended": True,
    "problem": "",
    "advice": "",
}


def show_disks(router: LuciRouter, *disks: dict[str, object]) -> None:
    router.answers["/usr/bin/syncfile disk list --json"] = json.dumps([DISK | disk for disk in disks])


def test_overview_tells_how_the_server_is_doing(page: "Page", router: LuciRouter, core: Core) -> None:
    page.goto(router.address("overview"))
    status = page.locator("#syncfile-status")
    assert str(core.config.data) in status.inner_text()
    assert " free of " in status.inner_text()
    assert page.get_by_role("status").inner_text() == "It runs."
    address = page.get_by_role("link")
    assert address.get_attribute("href") == "http://127.0.0.1:8000/"
    assert page.locator("#syncfile-code svg title").text_content() == "http://127.0.0.1:8000/"


def test_overview_says_what_is_wrong_where_there_is_no_store(page: "Page", router: LuciRouter) -> None:
    router.data = router.data / "elsewhere"
    router.is_running = False
    page.goto(router.address("overview"))
    page.get_by_text("It does not run.").wait_for()
    assert "disk" in page.locator("#syncfile-status").inner_text()


def test_service_is_stopped_and_the_page_sees_it(page: "Page", router: LuciRouter) -> None:
    page.goto(router.address("overview"))
    page.get_by_text("It runs.").wait_for()
    router.is_running = False
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("It does not run.").wait_for()
    assert "/etc/init.d/syncfile stop" in router.asked


def test_first_administrator_can_sign_in(page: "Page", router: LuciRouter, core: Core) -> None:
    page.goto(router.address("overview"))
    page.get_by_label("Name").fill("ann")
    page.get_by_label("E-mail").fill("ann@example.org")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("ann can sign in now.").wait_for()
    assert page.get_by_label("Password").input_value() == ""
    assert not [line for line in router.asked if "a long password" in line]
    authentication.sign_in(core, "ann", "a long password", "127.0.0.1")
    account = users.find_account_by_name(core, "ann")
    assert account is not None
    assert account.is_staff


def test_refusal_is_shown_and_what_was_typed_stays(page: "Page", router: LuciRouter) -> None:
    page.goto(router.address("overview"))
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("there is no account nobody").wait_for()
    assert page.get_by_label("Name").input_value() == "nobody"


def test_disk_is_used_only_after_a_second_question(page: "Page", router: LuciRouter) -> None:
    show_disks(router, {}, {"device": "/dev/sdb1", "problem": "swap", "filesystem": "swap", "label": ""})
    use = "/usr/bin/syncfile disk use /dev/sda1 --yes"
    router.answers[use] = "SyncFile uses /dev/sda1 now.\n"
    page.goto(router.address("disk"))
    page.get_by_text("<b>Photos</b>").wait_for()
    assert page.get_by_text("64.00 GB").count() == 2
    page.get_by_role("button", name="Use this disk").click()
    page.get_by_role("button", name="Cancel").click()
    assert use not in router.asked
    page.get_by_role("button", name="Use this disk").click()
    show_disks(router, {"store": True, "mount_point": "/mnt/syncfile", "free": 1_500_000_000})
    page.locator("#modal").get_by_role("button", name="Use this disk").click()
    page.get_by_text("The data is here.").wait_for()
    assert use in router.asked
    assert page.get_by_text("1.50 GB").is_visible()


def test_disk_is_ejected(page: "Page", router: LuciRouter) -> None:
    show_disks(router, {"store": True})
    router.answers["/usr/bin/syncfile disk eject"] = "/dev/sda1 can be unplugged.\n"
    page.goto(router.address("disk"))
    page.get_by_role("button", name="Eject", exact=True).click()
    page.wait_for_function("document.querySelectorAll('button:disabled').length === 0")
    assert "/usr/bin/syncfile disk eject" in router.asked


def test_settings_are_checked_before_they_are_saved(page: "Page", router: LuciRouter) -> None:
    page.goto(router.address("settings"))
    page.get_by_label("Public address").wait_for()
    save = page.get_by_role("button", name="Save & Apply")
    page.get_by_label("Public address").fill("cloud.example.org")
    page.get_by_label("Certificate", exact=True).fill("/etc/certificate.pem")
    save.click()
    page.get_by_text("It has to begin with http:// or https:// and a host.").wait_for()
    assert page.get_by_text("Certificate and key are needed together.").count() == 2
    assert "public_url" not in router.options
    page.get_by_label("Public address").fill("https://cloud.example.org")
    page.get_by_label("Key of the certificate").fill("/etc/key.pem")
    page.get_by_label("Room of a new account").fill("5")
    page.get_by_label("Who may register").select_option(label="Nobody: administrators make the accounts")
    save.click()
    page.get_by_text("saved").wait_for()
    assert router.options["public_url"] == "https://cloud.example.org"
    assert router.options["default_quota"] == "5000000000"
    assert router.options["registration"] == "closed"
    page.reload()
    page.wait_for_function("document.getElementById('option-default_quota')?.value === '5'")


def test_log_is_shown_as_it_grows(page: "Page", router: LuciRouter) -> None:
    page.goto(router.address("log"))
    log = page.get_by_label("SyncFile log")
    log.wait_for()
    assert log.input_value() == "Nothing was logged since the router started."
    router.answers["/sbin/logread -e syncfile"] = "daemon.info syncfile: <i>ready</i>\n"
    page.wait_for_function("document.getElementById('syncfile-log').value.includes('<i>ready</i>')")


def test_pages_speak_chinese(page: "Page", router: LuciRouter) -> None:
    router.catalogue = read_catalogue(CHINESE)
    page.goto(router.address("overview"))
    page.get_by_text("正在运行。").wait_for()
    page.goto(router.address("settings"))
    page.get_by_label("谁可以注册").wait_for()
