"""What keeps an account safe: the second step, app passwords, and who signed in."""

import base64
import hmac
import re
import struct
import time
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from syncfile.core import devices
from tests.conftest import Client
from tests.rest.people import PASSWORD, Person, join
from tests.web.conftest import Visitor, eventually
from tests.web.test_qr import encode
from tests.web.test_session import REFUSED, fill_in, heading

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from syncfile.core.core import Core

pytestmark = pytest.mark.compat

STEP_SECONDS = 30
QUIET_ZONE = 4


def code_of(secret: str, later: int = 0) -> str:
    """Return what an authenticator app shows (RFC 6238), so many steps later than now."""
    counter = struct.pack(">Q", int(time.time()) // STEP_SECONDS + later)
    mac = hmac.digest(base64.b32decode(secret), counter, "sha1")
    (number,) = struct.unpack_from(">I", mac, mac[-1] & 15)
    return f"{(number & 0x7FFF_FFFF) % 10**6:06d}"


def protect(person: Person) -> tuple[str, list[str]]:
    """Turn two-step sign-in on, and return the secret with the recovery codes."""
    secret = person.client.post("/v1/account/two-step/", json={"password": PASSWORD}).json["secret"]
    body = {"password": PASSWORD, "secret": secret, "code": code_of(secret)}
    return secret, person.client.put("/v1/account/two-step/", json=body).json["recovery_codes"]


def protected(visitor: Visitor, person: Person) -> list[str]:
    """Open the security of somebody who has two-step sign-in on, and return the recovery codes."""
    visitor.sign_in(person)
    _, codes = protect(person)
    visitor.open("/settings/security")
    return codes


def send(visitor: Visitor, **values: str) -> None:
    """Type into the fields of the dialog, and send it."""
    for name, value in values.items():
        visitor.page.locator(f"dialog input[name={name}]").fill(value)
    visitor.page.keyboard.press("Enter")


def drawn(rows: str) -> str:
    """Return the path that shows a QR code within its quiet zone."""
    lines = enumerate(rows.splitlines(), start=QUIET_ZONE)
    return "".join(
        f"M{column} {row}h1v1h-1z"
        for row, line in lines
        for column, module in enumerate(line, start=QUIET_ZONE)
        if module == "1"
    )


def card(visitor: Visitor, english: str, chinese: str) -> "Locator":
    title = visitor.page.get_by_role("heading", level=2, name=re.compile(f"^{visitor.say(english, chinese)}"))
    return visitor.page.locator("main .section").filter(has=title)


def press(place: "Locator", visitor: Visitor, english: str, chinese: str) -> None:
    place.get_by_role("button", name=visitor.say(english, chinese), exact=True).click()


def dialog(visitor: Visitor) -> "Locator":
    return visitor.page.get_by_role("dialog")


def two_step(person: Person) -> Any:
    return person.client.get("/v1/account/two-step/").json


def test_two_step_is_turned_on_with_an_app(visitor: Visitor, ann: Person, tmp_path: Path) -> None:
    visitor.complaints.expect(REFUSED)
    visitor.sign_in(ann, "/settings/security")
    press(card(visitor, "Two-step sign-in", "两步验证"), visitor, "Turn on", "开启")
    with visitor.page.expect_response("**/two-step/") as asking:
        send(visitor, password=PASSWORD)
    secret, uri = itemgetter("secret", "uri")(asking.value.json())
    expect(dialog(visitor).locator(".copyable-text")).to_have_text(secret)
    expect(dialog(visitor).locator("svg.qr path")).to_have_attribute("d", drawn(encode(visitor, uri)))
    expect(dialog(visitor).get_by_role("link")).to_have_count(1 if visitor.is_narrow else 0)
    send(visitor, code="abcdef")
    expect(dialog(visitor).get_by_role("alert")).to_be_visible()
    expect(visitor.page.locator("input[name=code]")).to_have_value("abcdef")
    assert two_step(ann) == {"enabled": False, "recovery_codes_left": 0}
    send(visitor, code=code_of(secret))
    shown = dialog(visitor).locator(".settings-codes .copyable-text")
    expect(shown).to_contain_text(re.compile(r"\w{4}-\w{4}"))
    codes = shown.inner_text().split()
    assert len(set(codes)) == 10
    with visitor.page.expect_download() as downloading:
        press(dialog(visitor), visitor, "Download", "下载")
    downloading.value.save_as(tmp_path / "codes.txt")
    assert (tmp_path / "codes.txt").read_text("utf-8").split()[-10:] == codes
    press(dialog(visitor), visitor, "I have kept this", "我已保存")
    expect(card(visitor, "Two-step sign-in", "两步验证")).to_contain_text(
        visitor.say("10 recovery codes are left.", "还剩 10 个恢复码。")
    )
    assert two_step(ann) == {"enabled": True, "recovery_codes_left": 10}


def test_name_that_is_too_long_for_a_picture_leaves_the_key(visitor: Visitor, core: "Core", client: Client) -> None:
    visitor.sign_in(join(core, client, "长" * 30), "/settings/security")
    press(card(visitor, "Two-step sign-in", "两步验证"), visitor, "Turn on", "开启")
    send(visitor, password=PASSWORD)
    expect(dialog(visitor)).to_contain_text(visitor.say("Enter this key", "输入此密钥"))
    expect(dialog(visitor).locator(".copyable-text")).to_have_text(re.compile("^[A-Z2-7]{32}$"))
    expect(visitor.page.locator("svg.qr")).to_have_count(0)


def test_wrong_password_turns_nothing_on(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect(REFUSED)
    visitor.sign_in(ann, "/settings/security")
    press(card(visitor, "Two-step sign-in", "两步验证"), visitor, "Turn on", "开启")
    send(visitor, password="wrong")
    expect(dialog(visitor).get_by_role("alert")).to_be_visible()
    expect(visitor.page.locator("dialog input[name=password]")).to_have_value("wrong")
    expect(visitor.page.locator("svg.qr")).to_have_count(0)


def test_what_is_shown_once_is_not_left_by_a_slip(visitor: Visitor, ann: Person) -> None:
    protected(visitor, ann)
    press(card(visitor, "Two-step sign-in", "两步验证"), visitor, "New recovery codes", "新的恢复码")
    send(visitor, password=PASSWORD)
    expect(visitor.page.locator(".settings-codes")).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(dialog(visitor).get_by_role("alert")).to_be_visible()
    expect(visitor.page.locator(".settings-codes")).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(dialog(visitor)).to_have_count(0)


def test_new_recovery_codes_void_the_old_ones(visitor: Visitor, ann: Person) -> None:
    old = protected(visitor, ann)
    press(card(visitor, "Two-step sign-in", "两步验证"), visitor, "New recovery codes", "新的恢复码")
    send(visitor, password=PASSWORD)
    new = visitor.page.locator(".settings-codes .copyable-text").inner_text().split()
    assert not set(old) & set(new)
    sign_in = {"username": "ann", "password": PASSWORD}
    assert ann.client.post("/v1/auth/", json={**sign_in, "code": old[0]}).json["error"] == "code_wrong"
    assert ann.client.post("/v1/auth/", json={**sign_in, "code": new[0]}).status == 200


def test_few_recovery_codes_are_warned_of(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann)
    _, codes = protect(ann)
    for code in codes[:8]:
        ann.client.post("/v1/auth/", json={"username": "ann", "password": PASSWORD, "code": code})
    visitor.open("/settings/security")
    expect(visitor.page.locator(".settings-warning")).to_contain_text(
        visitor.say("Only 2 recovery codes are left.", "仅剩 2 个恢复码")
    )


def test_two_step_is_turned_off_with_the_password(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect(REFUSED)
    protected(visitor, ann)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    press(card(visitor, "Two-step sign-in", "两步验证"), visitor, "Turn off", "关闭")
    send(visitor, password="wrong")
    expect(dialog(visitor).get_by_role("alert")).to_be_visible()
    send(visitor, password=PASSWORD)
    expect(dialog(visitor)).to_have_count(0)
    eventually(visitor, lambda: two_step(ann)["enabled"] is False)
    assert any("two-step" in url for url in asked)
    assert not any("wrong" in url or "horse" in url for url in asked), "a password stands in an address"


def test_account_with_two_steps_asks_for_the_code(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect(REFUSED)
    secret, _ = protect(ann)
    visitor.open()
    fill_in(visitor, username="ann", password=PASSWORD)
    heading(visitor, visitor.say("Two-step sign-in", "两步验证"))
    code = visitor.page.locator("input[name=code]")
    expect(code).to_be_focused()
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    expect(code).to_have_attribute("inputmode", "numeric")
    fill_in(visitor, code="12345")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    expect(code).to_have_value("12345")
    fill_in(visitor, code=code_of(secret, 1))
    heading(visitor, visitor.say("My libraries", "我的资料库"))


def test_recovery_code_opens_in_the_place_of_the_app(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect(REFUSED)
    _, codes = protect(ann)
    visitor.open()
    fill_in(visitor, username="ann", password=PASSWORD)
    visitor.page.get_by_role("button", name=visitor.say("Use a recovery code", "使用恢复码")).click()
    field = visitor.page.locator("input[name=recovery]")
    expect(field).to_be_focused()
    expect(field).not_to_have_attribute("inputmode", "numeric")
    fill_in(visitor, recovery=codes[3].upper())
    heading(visitor, visitor.say("My libraries", "我的资料库"))
    assert two_step(ann)["recovery_codes_left"] == 9


def test_way_back_from_the_code_keeps_what_was_typed(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect(REFUSED)
    protect(ann)
    visitor.open()
    fill_in(visitor, username="ann", password=PASSWORD)
    visitor.page.get_by_role("button", name=visitor.say("Back", "返回")).click()
    heading(visitor, visitor.say("Sign in", "登录"))
    expect(visitor.page.locator("input[name=username]")).to_have_value("ann")
    expect(visitor.page.locator("input[name=password]")).to_have_value(PASSWORD)


def test_session_that_ends_asks_for_the_code_as_well(visitor: Visitor, ann: Person, core: "Core") -> None:
    visitor.complaints.expect(REFUSED)
    visitor.sign_in(ann)
    heading(visitor, visitor.say("My libraries", "我的资料库"))
    secret, _ = protect(ann)
    for device in devices.list_devices(core, ann.actor):
        devices.revoke_device(core, ann.actor, device.id)
    visitor.page.get_by_role("button", name=visitor.say("New library", "新建资料库")).click()
    visitor.page.locator("dialog input[name=name]").fill("Kept")
    visitor.page.keyboard.press("Enter")
    visitor.page.locator("dialog input[name=password]").fill(PASSWORD)
    visitor.page.keyboard.press("Enter")
    code = visitor.page.locator("dialog input[name=code]")
    expect(code).to_be_focused()
    code.fill(code_of(secret, 1))
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("link", name="Kept")).to_be_visible()


def test_app_password_is_made_shown_once_and_revoked(visitor: Visitor, ann: Person) -> None:
    protected(visitor, ann)
    apps = visitor.page.locator(".settings-app")
    press(card(visitor, "App passwords", "应用密码"), visitor, "New app password", "新建应用密码")
    send(visitor, name="rclone on the NAS")
    password = dialog(visitor).locator(".copyable-text").last.inner_text()
    sign_in = {"username": "ann", "password": password}
    assert ann.client.post("/v1/auth/", json=sign_in).status == 200
    press(dialog(visitor), visitor, "I have kept this", "我已保存")
    expect(apps).to_contain_text("rclone on the NAS")
    expect(visitor.page.locator("main")).not_to_contain_text(password)
    press(apps, visitor, "Revoke", "吊销")
    visitor.page.locator("dialog .button-danger").click()
    expect(apps).to_have_count(0)
    eventually(visitor, lambda: ann.client.post("/v1/auth/", json=sign_in).status == 401)


def test_app_password_tells_whether_it_was_used(visitor: Visitor, ann: Person, core: "Core") -> None:
    for name in ("used", "idle"):
        made = ann.client.post("/v1/account/app-passwords/", json={"name": name}).json
        core.db.rows("UPDATE token SET issued_at = issued_at - 60, last_seen_at = last_seen_at - 60 WHERE kind = 'app'")
        if name == "used":
            ann.client.post("/v1/auth/", json={"username": "ann", "password": made["password"]})
    visitor.sign_in(ann, "/settings/security")
    apps = visitor.page.locator(".settings-app")
    expect(apps.filter(has_text="idle")).to_contain_text(visitor.say("not used yet", "尚未使用"))
    expect(apps.filter(has_text="127.0.0.1").locator("bdi")).to_have_text("used")


def test_everything_else_is_signed_out_with_its_app_passwords(visitor: Visitor, ann: Person) -> None:
    ann.client.post("/v1/account/app-passwords/", json={"name": "script"})
    visitor.sign_in(ann, "/settings/security")
    expect(visitor.page.locator(".settings-app")).to_have_count(1)
    press(card(visitor, "Devices", "设备"), visitor, "Sign out everywhere else", "退出所有其他设备")
    expect(dialog(visitor)).to_contain_text(visitor.say("all app passwords are void", "所有应用密码都将失效"))
    visitor.page.locator("dialog .button-danger").click()
    expect(visitor.page.locator(".settings-app")).to_have_count(0)
    expect(visitor.page.locator(".settings-device")).to_have_count(1)
    eventually(visitor, lambda: ann.client.get("/v1/account/").status == 401)


def test_sign_ins_are_listed_and_failed_ones_marked(visitor: Visitor, ann: Person) -> None:
    for number in range(7):
        tried = {"username": "ann", "password": PASSWORD if number else "wrong", "device_name": f"laptop {number}"}
        ann.client.post("/v1/auth/", json=tried)
    visitor.sign_in(ann, "/settings/security")
    listed = card(visitor, "Recent sign-ins", "最近登录")
    rows = listed.get_by_role("listitem")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("Chrome, Linux")
    expect(rows.nth(1)).to_contain_text("laptop 6")
    expect(rows.nth(1)).to_contain_text("127.0.0.1")
    press(listed, visitor, "Show more", "显示更多")
    failed = visitor.say("Failed", "失败")
    expect(rows.filter(has_text=failed)).to_have_count(1)
    expect(rows.filter(has_text="laptop 1")).not_to_contain_text(failed)
    expect(listed.get_by_role("button")).to_have_count(0)


def test_administrator_turns_two_step_off_for_somebody(visitor: Visitor, core: "Core", client: Client) -> None:
    root, bob = join(core, client, "root", is_staff=True), join(core, client, "bob")
    protect(bob)
    visitor.sign_in(root, "/admin/accounts")
    row = visitor.page.locator(".admin-account").filter(has_text="bob@example.org")
    badge = row.locator(".badge", has_text=visitor.say("Two-step", "两步验证"))
    expect(badge).to_be_visible()
    row.get_by_role("button").click()
    visitor.page.get_by_role("menuitem", name=visitor.say("Turn off two-step sign-in", "关闭两步验证")).click()
    visitor.page.locator("dialog .button-danger").click()
    expect(badge).to_have_count(0)
    eventually(visitor, lambda: two_step(bob)["enabled"] is False)


def test_administrator_is_not_offered_to_turn_off_the_own_second_step(
    visitor: Visitor, core: "Core", client: Client
) -> None:
    root = join(core, client, "root", is_staff=True)
    visitor.sign_in(root)
    protect(root)
    visitor.open("/admin/accounts")
    row = visitor.page.locator(".admin-account").filter(has_text="root@example.org")
    expect(row.locator(".badge", has_text=visitor.say("Two-step", "两步验证"))).to_be_visible()
    row.get_by_role("button").click()
    expect(visitor.page.get_by_role("menuitem")).to_have_count(2)


@pytest.mark.parametrize("width", ["desk"])
def test_place_of_a_part_is_marked_in_the_navigation(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann, "/settings/security")
    expect(visitor.page.locator(".nav a[aria-current]")).to_have_attribute("href", "#/settings")
    expect(visitor.page.locator("main .tab[aria-current]")).to_have_text(visitor.say("Security", "安全"))
