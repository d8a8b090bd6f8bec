"""Sharing with people, groups and by links, and hearing of it."""

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.rest.people import Person
from tests.web.conftest import Visitor, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.compat

OPEN_DIALOG = """async ([id, path, isDir, name]) => {
    const main = document.querySelector("script[type=module]").src;
    const { openShareDialog } = await import(main.replace("main.js", "sharing/dialog.js"));
    const { get } = await import(main.replace("main.js", "api.js"));
    openShareDialog({ repo: await get(`/v1/repos/${id}/`), path, isDir, name });
}"""


def open_dialog(visitor: Visitor, repo_id: str, path: str, *, is_dir: bool = True) -> "Locator":
    """Open the dialog as the views do."""
    visitor.page.locator("main h1").wait_for()
    visitor.page.evaluate(OPEN_DIALOG, [repo_id, path, is_dir, path.rpartition("/")[2] or "Library"])
    dialog = visitor.page.get_by_role("dialog")
    dialog.wait_for()
    return dialog


def shares_of(person: Person, path: str) -> list[tuple[str, str]]:
    """Return who has a folder of the default library, and what they may do."""
    found = person.client.get(f"/v1/repos/{person.repo_id}/dirs/shared/", query={"p": path}).json
    return [(item["username"], item["permission"]) for item in found["users"]] + [
        (item["name"], item["permission"]) for item in found["groups"]
    ]


def links_of(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.client.get("/v1/shared-links/").json
    return found


def test_folder_is_shared_with_somebody_changed_and_stopped(visitor: Visitor, ann: Person, bob: Person) -> None:
    ann.put("/Docs/a.txt")
    visitor.sign_in(ann)
    dialog = open_dialog(visitor, ann.repo_id, "/Docs")
    dialog.get_by_role("combobox").first.fill("bob")
    dialog.get_by_role("button", name=visitor.say("Share", "共享"), exact=True).click()
    expect(dialog.get_by_role("listitem")).to_contain_text("bob")
    assert shares_of(ann, "/Docs") == [("bob", "r")]
    with visitor.page.expect_response(lambda response: response.request.method == "PUT"):
        dialog.get_by_role("combobox", name=visitor.say("What bob may do", "bob 的权限")).select_option("rw")
    expect(dialog.get_by_role("listitem").locator("select")).to_have_value("rw")
    assert shares_of(ann, "/Docs") == [("bob", "rw")]
    dialog.get_by_role("button", name=visitor.say("Stop sharing with bob", "停止共享给 bob")).click()
    expect(dialog.get_by_role("listitem")).to_have_count(0)
    assert shares_of(ann, "/Docs") == []


def test_group_is_found_by_a_part_of_its_name_with_the_keyboard(visitor: Visitor, ann: Person) -> None:
    ann.put("/Docs/a.txt")
    ann.client.post("/v1/groups/", form={"group_name": "The whole family"})
    visitor.sign_in(ann)
    dialog = open_dialog(visitor, ann.repo_id, "/Docs")
    dialog.get_by_role("combobox").first.fill("fam")
    expect(dialog.locator(".combobox-choice")).to_have_text(
        [visitor.say("The whole familyGroup", "The whole family群组")]
    )
    for key in ("ArrowDown", "Enter", "Enter"):
        visitor.page.keyboard.press(key)
    expect(dialog.get_by_role("listitem")).to_contain_text("The whole family")
    assert shares_of(ann, "/Docs") == [("The whole family", "r")]


def test_nobody_of_a_name_is_told_and_what_was_typed_stays(visitor: Visitor, ann: Person) -> None:
    ann.put("/Docs/a.txt")
    visitor.sign_in(ann)
    dialog = open_dialog(visitor, ann.repo_id, "/Docs")
    dialog.get_by_role("combobox").first.fill("nobody")
    visitor.page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("nobody")
    expect(dialog.get_by_role("combobox").first).to_have_value("nobody")


def test_link_with_password_and_end_is_made_and_stopped(visitor: Visitor, ann: Person) -> None:
    ann.put("/Docs/a.txt")
    visitor.sign_in(ann)
    dialog = open_dialog(visitor, ann.repo_id, "/Docs/a.txt", is_dir=False)
    dialog.locator("input[name=password]").fill("sesame")
    dialog.locator("select[name=days]").select_option("7")
    dialog.get_by_role("button", name=visitor.say("Create link", "创建链接")).click()
    expect(dialog.locator("svg.qr")).to_be_visible()
    [link] = links_of(ann)
    assert (link["kind"], link["path"], link["has_password"]) == ("f", "/Docs/a.txt", True)
    assert link["expires_at"] == link["created_at"] + 7 * 86400
    expect(dialog.locator(".copyable-text")).to_have_text(str(link["url"]))
    dialog.get_by_role("button", name=visitor.say("Stop", "停止"), exact=True).click()
    visitor.page.get_by_role("button", name=visitor.say("Stop link", "停止链接")).click()
    expect(dialog.locator(".copyable-text")).to_have_count(0)
    assert links_of(ann) == []


def test_link_is_copied(visitor: Visitor, ann: Person) -> None:
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ann.put("/Docs/a.txt")
    visitor.sign_in(ann)
    dialog = open_dialog(visitor, ann.repo_id, "/Docs/a.txt", is_dir=False)
    dialog.get_by_role("button", name=visitor.say("Create link", "创建链接")).click()
    dialog.get_by_role("button", name=visitor.say("Copy: Link", "复制：链接")).click()
    expect(visitor.page.locator(".toast")).to_contain_text(visitor.say("Copied.", "已复制。"))
    assert visitor.page.evaluate("navigator.clipboard.readText()") == links_of(ann)[0]["url"]


def test_link_is_copied_where_the_browser_hides_its_clipboard(visitor: Visitor, ann: Person) -> None:
    visitor.page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    ann.put("/Docs/a.txt")
    visitor.sign_in(ann)
    dialog = open_dialog(visitor, ann.repo_id, "/Docs/a.txt", is_dir=False)
    dialog.get_by_role("button", name=visitor.say("Create link", "创建链接")).click()
    dialog.get_by_role("button", name=visitor.say("Copy: Link", "复制：链接")).click()
    expect(visitor.page.locator(".toast")).to_contain_text(visitor.say("Copied.", "已复制。"))


def test_upload_link_is_made(visitor: Visitor, ann: Person) -> None:
    ann.put("/Inbox/a.txt")
    visitor.sign_in(ann)
    dialog = open_dialog(visitor, ann.repo_id, "/Inbox")
    dialog.get_by_role("button", name=visitor.say("Upload link", "上传链接"), exact=True).click()
    dialog.get_by_role("button", name=visitor.say("Create upload link", "创建上传链接")).click()
    expect(dialog.locator("svg.qr")).to_be_visible()
    assert [(link["kind"], link["path"]) for link in links_of(ann)] == [("u", "/Inbox")]


def test_library_of_somebody_else_offers_links_alone(visitor: Visitor, ann: Person, bob: Person) -> None:
    body = {"repo_id": bob.repo_id, "share_type": "personal", "user": "ann"}
    bob.client.post("/v1/shared-repos/", form=body)
    visitor.sign_in(ann)
    dialog = open_dialog(visitor, bob.repo_id, "/")
    expect(dialog.get_by_role("button", name=visitor.say("Create link", "创建链接"))).to_be_visible()
    expect(dialog.get_by_role("button", name=visitor.say("Upload link", "上传链接"), exact=True)).to_have_count(0)
    expect(dialog.get_by_role("button", name=visitor.say("Share", "共享"), exact=True)).to_have_count(0)


def test_all_that_is_shared_is_seen_stopped_and_undone(visitor: Visitor, ann: Person, bob: Person) -> None:
    ann.put("/Docs/a.txt")
    ann.client.post(
        f"/v1/repos/{ann.repo_id}/dirs/shared/?p=/Docs",
        json={"share_type": "user", "targets": ["bob"], "permission": "rw"},
    )
    visitor.sign_in(ann, "/shared")
    row = visitor.page.locator("main .row")
    expect(row).to_contain_text("Docs")
    row.get_by_role("button").click()
    expect(row).to_have_count(0)
    assert shares_of(ann, "/Docs") == []
    visitor.page.get_by_role("button", name=visitor.say("Undo", "撤销")).click()
    expect(row).to_have_count(1)
    assert shares_of(ann, "/Docs") == [("bob", "rw")]


def test_every_link_is_seen_and_stopped(visitor: Visitor, ann: Person) -> None:
    ann.put("/Docs/a.txt")
    for kind, path in (("files/shared-link", "/Docs/a.txt"), ("dirs/upload-link", "/Docs")):
        ann.client.post(f"/v1/repos/{ann.repo_id}/{kind}/", query={"p": path})
    visitor.sign_in(ann, "/shared/links")
    rows = visitor.page.locator("main .row")
    expect(rows).to_have_count(2)
    rows.filter(has_text="a.txt").get_by_role("button").last.click()
    visitor.page.get_by_role("button", name=visitor.say("Stop link", "停止链接")).click()
    expect(rows).to_have_count(1)
    assert [link["kind"] for link in links_of(ann)] == ["u"]


def test_bell_tells_of_what_is_new_and_falls_silent(visitor: Visitor, ann: Person, bob: Person) -> None:
    bob.client.post("/v1/shared-repos/", form={"repo_id": bob.repo_id, "share_type": "personal", "user": "ann"})
    visitor.sign_in(ann)
    bell = visitor.page.locator(".header-bell")
    expect(bell).to_have_text("1")
    bell.click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_contain_text(
        visitor.say("bob shared the library My Library with you.", "bob 与您共享了资料库 My Library。")
    )
    dialog.get_by_role("button", name=visitor.say("Mark all as read", "全部标为已读")).click()
    expect(bell).to_have_text("")
    eventually(visitor, lambda: ann.client.get("/v1/notifications/unread/").json == {"unread": 0})
    dialog.get_by_role("button", name=visitor.say("Delete all", "全部删除")).click()
    expect(dialog.get_by_role("listitem")).to_have_count(0)
    eventually(visitor, lambda: ann.client.get("/v1/notifications/").json == [])


def test_library_and_folder_are_shared_from_their_menus(visitor: Visitor, ann: Person) -> None:
    ann.put("/Docs/a.txt")
    visitor.sign_in(ann)
    share = visitor.page.get_by_role("menuitem", name=visitor.say("Share", "共享"), exact=True)
    visitor.page.locator("main .row").first.get_by_role("button").last.click()
    share.click()
    expect(visitor.page.get_by_role("dialog")).to_contain_text(visitor.say("Share “My Library”", "共享“My Library”"))
    visitor.page.keyboard.press("Escape")
    visitor.open(f"/library/{ann.repo_id}/Docs")
    visitor.page.get_by_role("button", name=visitor.say("More for this folder", "此文件夹的更多操作")).click()
    share.click()
    expect(visitor.page.get_by_role("dialog")).to_contain_text(visitor.say("Share “Docs”", "共享“Docs”"))
