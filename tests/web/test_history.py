"""What came before: versions of a file, states of a library, the trash."""

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
