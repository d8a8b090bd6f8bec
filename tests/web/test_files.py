"""Folders: what a person does with files by mouse, by keys and by touch."""

import re
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from syncfile.core.access import find_repo
from tests.rest.large import fill
from tests.rest.people import Person
from tests.web.conftest import Visitor, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.compat

EN = pytest.mark.parametrize("language", ["en"])
DESK = pytest.mark.parametrize("width", ["desk"])
PHONE = pytest.mark.parametrize("width", ["phone"])
HOSTILE = (
    "<img src=x onerror=alert(1)>.txt",
    "\u202egnp.exe",
    ".hidden",
    "\u6c49" * 83 + ".txt",
    "%2e%2e%2f&amp;#?.txt",
)


def open_library(visitor: Visitor, person: Person, path: str = "") -> None:
    visitor.sign_in(person, f"/library/{person.repo_id}/{path}")
    expect(visitor.page.locator(".file-row, .empty").first).to_be_visible()


def row(visitor: Visitor, name: str) -> "Locator":
    return visitor.page.locator(".file-row").filter(has=visitor.page.get_by_title(name, exact=True))


def expect_names(visitor: Visitor, names: list[str]) -> None:
    expect(visitor.page.locator(".file-link")).to_have_text(names)


def expect_selected(visitor: Visitor, names: list[str]) -> None:
    expect(visitor.page.locator(".file-row.is-selected .file-link")).to_have_text(names)


def choose(visitor: Visitor, name: str, english: str, chinese: str = "") -> None:
    """Choose something from the menu of an entry."""
    row(visitor, name).locator(".button-icon").click()
    visitor.page.get_by_role("menuitem", name=visitor.say(english, chinese), exact=True).click()


@pytest.fixture
def letters(ann: Person) -> Person:
    """Ann with a folder and four files."""
    for name in ("a.txt", "b.txt", "c.txt", "d.txt"):
        ann.put(f"/{name}", name.encode())
    ann.put("/box/inside.txt")
    return ann


@pytest.mark.parametrize(("width", "language"), [("desk", "en")])
def test_room_that_is_used_is_told_anew_after_a_change(visitor: Visitor, ann: Person) -> None:
    ann.put("/large.bin", bytes(3 << 20))
    visitor.sign_in(ann, f"/library/{ann.repo_id}")
    room = visitor.page.locator(".room")
    expect(room).to_contain_text("3 MB of")
    visitor.page.get_by_role("row", name="large.bin").click()
    visitor.page.keyboard.press("Delete")
    expect(room).to_contain_text("0 B of")
    visitor.page.get_by_role("button", name="Undo").click()
    expect(room).to_contain_text("3 MB of")


def test_folders_open_and_the_path_leads_back(visitor: Visitor, ann: Person) -> None:
    ann.put("/one/two/deep.txt")
    open_library(visitor, ann)
    visitor.page.get_by_role("link", name="one", exact=True).click()
    visitor.page.get_by_role("link", name="two", exact=True).click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("two")
    expect(row(visitor, "deep.txt")).to_be_visible()
    if visitor.is_narrow:
        visitor.page.get_by_role("link", name=visitor.say("One folder up", "上一级文件夹")).click()
    else:
        visitor.page.get_by_label(visitor.say("Path", "路径")).get_by_role("link", name="one").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("one")
    expect(row(visitor, "two")).to_be_focused()


def test_deleted_files_come_back_by_undo(visitor: Visitor, letters: Person) -> None:
    open_library(visitor, letters)
    choose(visitor, "b.txt", "Delete", "删除")
    expect(row(visitor, "b.txt")).to_have_count(0)
    eventually(visitor, lambda: not letters.has("/b.txt"))
    visitor.page.get_by_role("button", name=visitor.say("Undo", "撤销")).click()
    expect(row(visitor, "b.txt")).to_be_visible()
    eventually(visitor, lambda: letters.has("/b.txt"))


def test_new_folder_is_made_and_shown(visitor: Visitor, ann: Person) -> None:
    open_library(visitor, ann)
    visitor.page.get_by_role("button", name=visitor.say("New", "新建"), exact=True).click()
    visitor.page.get_by_role("menuitem", name=visitor.say("New folder", "新建文件夹")).click()
    visitor.page.locator("input[name=name]").fill("Plans")
    visitor.page.keyboard.press("Enter")
    expect(row(visitor, "Plans")).to_be_focused()
    eventually(visitor, lambda: ann.has("/Plans"))


@EN
def test_name_is_changed_in_its_place(visitor: Visitor, letters: Person) -> None:
    visitor.complaints.expect("status of 409")
    open_library(visitor, letters)
    choose(visitor, "b.txt", "Rename")
    field = visitor.page.get_by_role("textbox", name="New name")
    expect(field).to_be_focused()
    field.fill("c.txt")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    expect(field).to_have_value("c.txt")
    field.fill("z.txt")
    visitor.page.keyboard.press("Enter")
    expect(row(visitor, "z.txt")).to_be_focused()
    eventually(visitor, lambda: letters.has("/z.txt"))
    eventually(visitor, lambda: not letters.has("/b.txt"))


@EN
@DESK
def test_keys_select_rename_and_delete(visitor: Visitor, letters: Person) -> None:
    open_library(visitor, letters)
    keys = visitor.page.keyboard
    keys.press("ArrowDown")
    expect(row(visitor, "box")).to_be_focused()
    keys.press("ArrowDown")
    keys.press("Shift+ArrowDown")
    expect(row(visitor, "b.txt")).to_be_focused()
    expect_selected(visitor, ["a.txt", "b.txt"])
    keys.press("Control+a")
    expect(visitor.page.locator(".files-count")).to_have_text("5 selected")
    keys.press("Escape")
    expect(visitor.page.locator(".files-count")).to_have_count(0)
    keys.press("End")
    expect(row(visitor, "d.txt")).to_be_focused()
    keys.press("F2")
    expect(visitor.page.locator(".name-input")).to_be_focused()
    keys.type("e")
    keys.press("Enter")
    expect(row(visitor, "e.txt")).to_be_focused()
    keys.press("Delete")
    expect(row(visitor, "e.txt")).to_have_count(0)
    eventually(visitor, lambda: not letters.has("/d.txt"))
    eventually(visitor, lambda: not letters.has("/e.txt"))


@EN
@DESK
def test_enter_opens_and_backspace_leaves(visitor: Visitor, letters: Person) -> None:
    open_library(visitor, letters)
    visitor.page.keyboard.press("ArrowDown")
    expect(row(visitor, "box")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(row(visitor, "inside.txt")).to_be_visible()
    visitor.page.keyboard.press("Backspace")
    expect(row(visitor, "a.txt")).to_be_visible()


@EN
@DESK
def test_mouse_selects_with_shift_and_control(visitor: Visitor, letters: Person) -> None:
    open_library(visitor, letters)
    row(visitor, "a.txt").locator(".file-size").click()
    row(visitor, "c.txt").locator(".file-size").click(modifiers=["Shift"])
    expect_selected(visitor, ["a.txt", "b.txt", "c.txt"])
    row(visitor, "b.txt").locator(".file-link").click(modifiers=["Control"])
    expect_selected(visitor, ["a.txt", "c.txt"])


@EN
@PHONE
def test_finger_that_rests_selects(visitor: Visitor, letters: Person) -> None:
    open_library(visitor, letters)
    touch = visitor.page.context.new_cdp_session(visitor.page)
    box = row(visitor, "b.txt").bounding_box()
    assert box is not None
    point = {"x": box["x"] + 120, "y": box["y"] + box["height"] / 2}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    expect(visitor.page.locator(".files-count")).to_have_text("1 selected")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    row(visitor, "c.txt").locator(".file-detail").tap()
    expect(visitor.page.locator(".files-count")).to_have_text("2 selected")
    expect_selected(visitor, ["b.txt", "c.txt"])


@EN
def test_file_moves_to_a_folder_and_back(visitor: Visitor, letters: Person) -> None:
    open_library(visitor, letters)
    choose(visitor, "a.txt", "Move to…")
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Move here")).to_be_disabled()
    dialog.get_by_role("button", name="box").click()
    dialog.get_by_role("button", name="Move here").click()
    expect(row(visitor, "a.txt")).to_have_count(0)
    eventually(visitor, lambda: letters.has("/box/a.txt"))
    visitor.page.get_by_role("button", name="Undo").click()
    expect(row(visitor, "a.txt")).to_be_visible()
    eventually(visitor, lambda: not letters.has("/box/a.txt"))


@EN
def test_folder_is_copied_to_another_library(visitor: Visitor, letters: Person) -> None:
    other = letters.client.post("/v1/repos/", form={"name": "Other"}).json["id"]
    open_library(visitor, letters)
    choose(visitor, "box", "Copy to…")
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="One folder up").click()
    dialog.get_by_role("button", name="Other").click()
    expect(dialog.locator(".picker-empty")).to_be_visible()
    dialog.get_by_role("button", name="Copy here").click()
    expect(dialog).to_have_count(0)
    copied = f"/v1/repos/{other}/dirs/?p=/box"
    eventually(visitor, lambda: letters.client.get(copied).status == 200)
    assert [entry["name"] for entry in letters.client.get(copied).json] == ["inside.txt"]


@EN
@DESK
def test_file_is_dragged_into_a_folder(visitor: Visitor, letters: Person) -> None:
    open_library(visitor, letters)
    row(visitor, "c.txt").drag_to(row(visitor, "box"))
    expect(row(visitor, "c.txt")).to_have_count(0)
    eventually(visitor, lambda: letters.has("/box/c.txt"))


@EN
def test_star_and_lock_are_shown(visitor: Visitor, letters: Person) -> None:
    open_library(visitor, letters)
    choose(visitor, "a.txt", "Add a star")
    expect(row(visitor, "a.txt").get_by_label("Starred")).to_be_visible()
    choose(visitor, "a.txt", "Lock")
    expect(row(visitor, "a.txt").get_by_label("Locked by ann")).to_be_visible()
    choose(visitor, "a.txt", "Unlock")
    expect(row(visitor, "a.txt").get_by_label("Locked by ann")).to_have_count(0)


@EN
@DESK
def test_selection_is_downloaded_as_zip(visitor: Visitor, letters: Person) -> None:
    open_library(visitor, letters)
    row(visitor, "a.txt").locator(".file-size").click()
    row(visitor, "box").locator(".file-date").click(modifiers=["Control"])
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="Download", exact=True).click()
    visitor.complaints.expect("ERR_ABORTED")
    with ZipFile(download.value.path()) as archive:
        assert sorted(archive.namelist()) == ["a.txt", "box/", "box/inside.txt"]


@EN
def test_list_is_sorted_and_filtered(visitor: Visitor, ann: Person) -> None:
    for name, size in (("10.txt", 3), ("9.txt", 2), ("B.txt", 1)):
        ann.put(f"/{name}", b"x" * size)
    open_library(visitor, ann)
    expect_names(visitor, ["9.txt", "10.txt", "B.txt"])
    visitor.page.get_by_role("button", name="Sort").click()
    visitor.page.get_by_role("menuitemradio", name="By size").click()
    expect(visitor.page.locator(".file-link").first).to_have_text("10.txt")
    expect_names(visitor, ["10.txt", "9.txt", "B.txt"])
    visitor.page.get_by_role("searchbox", name="Filter").fill("b")
    expect(visitor.page.locator(".file-link")).to_have_text(["B.txt"])


@EN
def test_hostile_names_are_text(visitor: Visitor, ann: Person) -> None:
    for name in HOSTILE:
        ann.put(f"/{name}")
    open_library(visitor, ann)
    for name in HOSTILE:
        expect(row(visitor, name)).to_be_visible()
    assert visitor.page.locator(".file-row img").count() == 0
    row(visitor, HOSTILE[4]).locator(".file-link").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(HOSTILE[4])


@EN
def test_encrypted_library_asks_for_its_password(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect(r"status of 4(40|00)")
    made = ann.client.post("/v1/repos/", form={"name": "Secrets", "password": "libpass"})
    repo = find_repo(ann.core.db, made.json["id"])
    assert repo is not None
    ann.core.keys.forget(repo)
    visitor.sign_in(ann, f"/library/{made.json['id']}/")
    password = visitor.page.get_by_label("Password of the library")
    password.fill("wrong")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    password.fill("libpass")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_text("This folder is empty")).to_be_visible()


@EN
def test_images_are_shown_small(visitor: Visitor, ann: Person) -> None:
    ann.put("/dot.gif", bytes.fromhex("47494638396101000100800000ff0000ffffff2c00000000010001000002024401003b"))
    open_library(visitor, ann)
    visitor.page.get_by_role("button", name="Show as pictures").click()
    expect(row(visitor, "dot.gif").locator("img")).to_have_attribute("src", re.compile("^blob:"))


@EN
def test_ten_thousand_entries_keep_few_rows_in_the_page(visitor: Visitor, ann: Person) -> None:
    fill(ann, "/many", 10_000)
    open_library(visitor, ann, "many")
    grid = visitor.page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "10001")
    visitor.page.keyboard.press("End")
    expect(visitor.page.locator(".file-link").last).to_have_text("IMG_09999.jpg")
    expect(visitor.page.locator(".file-row").last).to_be_focused()
    assert visitor.page.locator(".file-row").count() < 60
