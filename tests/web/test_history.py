"""What came before: versions of a file, states of a library, the trash."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from syncfile.core import files
from tests.rest.people import Person
from tests.web.conftest import Visitor, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.compat

EN = pytest.mark.parametrize("language", ["en"])


def stored(person: Person, path: str) -> str:
    return b"".join(files.open_file(person.core, person.actor, person.repo_id, path).iter_bytes()).decode()


def delete(person: Person, path: str) -> None:
    answer = person.client.delete(f"/v1/repos/{person.repo_id}/files/", query={"p": path})
    assert answer.status == 204


def rows(visitor: Visitor) -> "Locator":
    return visitor.page.locator(".rows > li")


@pytest.fixture
def writer(ann: Person) -> Person:
    """Ann with a text in three versions."""
    for text in ("one\nsame\n", "two\nsame\n", "three\nsame\nmore\n"):
        ann.put("/note.txt", text.encode())
    return ann


def test_earlier_version_is_restored_and_that_undone(visitor: Visitor, writer: Person) -> None:
    visitor.sign_in(writer, f"/versions/{writer.repo_id}/note.txt")
    expect(rows(visitor)).to_have_count(3)
    rows(visitor).last.get_by_role("button", name=visitor.say("Restore", "恢复")).click()
    expect(rows(visitor)).to_have_count(4)
    assert stored(writer, "/note.txt") == "one\nsame\n"
    visitor.page.get_by_role("button", name=visitor.say("Undo", "撤销")).click()
    expect(rows(visitor)).to_have_count(5)
    assert stored(writer, "/note.txt") == "three\nsame\nmore\n"


@EN
def test_two_versions_stand_side_by_side(visitor: Visitor, writer: Person) -> None:
    visitor.sign_in(writer, f"/versions/{writer.repo_id}/note.txt")
    rows(visitor).last.get_by_role("button", name="Compare").click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog.locator(".line-changed")).to_have_text(["1one1three (changed)"])
    expect(dialog.locator(".line-added .line-new")).to_have_text(["more (added)"])
    expect(dialog.locator(".line-same .line-old").first).to_have_text("same")


@EN
def test_version_from_under_another_name_is_downloaded(visitor: Visitor, writer: Person) -> None:
    visitor.complaints.expect("ERR_ABORTED")  # a download is no page
    body = {"action": "rename", "newname": "now.txt"}
    writer.client.post(f"/v1/repos/{writer.repo_id}/files/action/", query={"p": "/note.txt"}, form=body)
    visitor.sign_in(writer, f"/versions/{writer.repo_id}/now.txt")
    expect(rows(visitor)).to_have_count(4)
    with visitor.page.expect_download() as download:
        rows(visitor).last.get_by_role("button", name="Download").click()
    assert download.value.path().read_text() == "one\nsame\n"


@EN
def test_timeline_tells_what_changed_and_goes_back(visitor: Visitor, writer: Person) -> None:
    delete(writer, "/note.txt")
    writer.put("/late.txt", b"late")
    visitor.sign_in(writer, f"/history/{writer.repo_id}")
    rows(visitor).nth(1).get_by_role("button").first.click()
    expect(rows(visitor).nth(1).locator(".change")).to_contain_text("Deleted/note.txt")
    rows(visitor).nth(2).get_by_role("button").first.click()
    rows(visitor).nth(2).get_by_role("button", name="Go back to this state").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Go back", exact=True).click()
    expect(visitor.page.get_by_text("The library has its earlier content again.")).to_be_visible()
    assert stored(writer, "/note.txt") == "three\nsame\nmore\n"
    eventually(visitor, lambda: not writer.has("/late.txt"))
    visitor.page.get_by_role("button", name="Undo").click()
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    expect(rows(visitor)).to_have_count(8)
    eventually(visitor, lambda: writer.has("/late.txt"))


def test_one_folder_goes_back_and_that_is_undone(visitor: Visitor, ann: Person) -> None:
    ann.put("/Letters/a.txt", b"one")
    ann.put("/Letters/a.txt", b"two")
    delete(ann, "/Letters/a.txt")
    ann.put("/Other/late.txt", b"late")
    visitor.sign_in(ann, f"/library/{ann.repo_id}/Letters")
    visitor.page.get_by_role("button", name=visitor.say("More for this folder", "此文件夹的更多操作")).click()
    visitor.page.get_by_role("menuitem", name=visitor.say("History of this folder", "此文件夹的历史")).click()
    expect(rows(visitor).locator(".row-title")).to_have_text(
        [
            visitor.say("Deleted a.txt", "删除了 a.txt"),
            visitor.say("Changed a.txt", "修改了 a.txt"),
            visitor.say("Added a.txt", "添加了 a.txt"),
            visitor.say("Added folder Letters", "添加了 文件夹 Letters"),
        ]
    )
    rows(visitor).nth(2).get_by_role("button").first.click()
    go_back = visitor.say("Take the folder back to this state", "将文件夹恢复到此状态")
    rows(visitor).nth(2).get_by_role("button", name=go_back).click()
    visitor.page.get_by_role("dialog").get_by_role("button", name=visitor.say("Go back", "恢复"), exact=True).click()
    told = visitor.page.get_by_text(
        visitor.say("“Letters” has its earlier content again.", "“Letters”已恢复为之前的内容。")
    )
    expect(told).to_be_visible()
    expect(rows(visitor).first).to_contain_text(visitor.say("Restored a.txt", "恢复了 a.txt"))
    assert stored(ann, "/Letters/a.txt") == "one"
    assert stored(ann, "/Other/late.txt") == "late"
    visitor.page.get_by_role("button", name=visitor.say("Undo", "撤销")).click()
    eventually(visitor, lambda: not ann.has("/Letters/a.txt"))


def test_timeline_tells_in_the_language_of_the_page_what_was_done(visitor: Visitor, ann: Person) -> None:
    base = f"/v1/repos/{ann.repo_id}"
    for number in range(3):
        ann.put(f"/{number}.txt")
    ann.client.post(f"{base}/batch/", json={"action": "delete", "paths": ["/0.txt", "/1.txt"]})
    ann.client.post(f"{base}/files/action/", query={"p": "/2.txt"}, form={"action": "rename", "newname": "two.txt"})
    ann.client.put(f"{base}/", form={"name": "Mine"})
    visitor.sign_in(ann, f"/history/{ann.repo_id}")
    expect(rows(visitor).locator(".row-title")).to_have_text(
        [
            visitor.say("Changed the library's name or description", "修改了资料库的名称或描述"),
            visitor.say("Renamed 2.txt to two.txt", "将 2.txt 重命名为 two.txt"),
            re.compile(visitor.say(r"^Deleted \d.txt and 1 other$", r"^删除了 \d.txt 以及其他 1 项$")),
            visitor.say("Added 2.txt", "添加了 2.txt"),
            visitor.say("Added 1.txt", "添加了 1.txt"),
            visitor.say("Added 0.txt", "添加了 0.txt"),
            visitor.say("Created the library", "创建了资料库"),
        ]
    )


def test_deleted_file_is_restored_from_the_trash(visitor: Visitor, writer: Person) -> None:
    delete(writer, "/note.txt")
    visitor.sign_in(writer, f"/trash/{writer.repo_id}")
    name = visitor.say("Restore note.txt", "恢复 note.txt")
    visitor.page.get_by_role("button", name=name).click()
    expect(visitor.page.get_by_role("heading", name=visitor.say("The trash is empty", "回收站是空的"))).to_be_visible()
    eventually(visitor, lambda: writer.has("/note.txt"))
    visitor.page.get_by_role("button", name=visitor.say("Show", "查看"), exact=True).click()
    expect(visitor.page.get_by_role("row", name="note.txt")).to_be_focused()


@EN
def test_trash_is_emptied(visitor: Visitor, writer: Person) -> None:
    delete(writer, "/note.txt")
    visitor.sign_in(writer, f"/trash/{writer.repo_id}")
    visitor.page.get_by_role("button", name="Empty the trash").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Empty the trash").click()
    expect(visitor.page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    items = writer.client.get(f"/v1/repos/{writer.repo_id}/trash/").json["items"]
    assert items == []
