"""What is dropped from the system onto the page, and pasted into it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.rest.people import Person
from tests.web.conftest import Visitor, eventually
from tests.web.test_upload import in_library, slow_down, stored, tray, wait_for_bytes

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.compat, pytest.mark.parametrize("width", ["desk"])]

EN = pytest.mark.parametrize("language", ["en"])

__all__ = ["in_library"]  # a fixture

MIB = 1 << 20
COPY_PICTURE = """async () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 9;
    canvas.getContext("2d").fillRect(0, 0, 5, 5);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return blob.size;
}"""


def drop(visitor: Visitor, onto: "Locator", *paths: Path) -> None:
    """Drop files and folders as the system's file manager does."""
    box = onto.bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + min(box["height"] / 2, 20)}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    browser = visitor.page.context.new_cdp_session(visitor.page)
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})


def names_in(person: Person, path: str) -> list[str]:
    listed = person.client.get(f"/v1/repos/{person.repo_id}/dirs/", query={"p": path, "recursive": 1}).json
    return [f"{entry['parent_dir'].rstrip('/')}/{entry['name']}" for entry in listed]


def test_dropped_folders_and_files_arrive_with_all_that_is_in_them(
    in_library: Visitor, ann: Person, tmp_path: Path
) -> None:
    source = tmp_path / "源"
    (source / "trip/day 1/deep").mkdir(parents=True)
    (source / "trip/none").mkdir()
    (source / "trip/plan.txt").write_text("plan")
    (source / "trip/day 1/deep/note.txt").write_text("note")
    (source / "single.txt").write_text("single")
    os.utime(source / "trip/plan.txt", (1_400_000_000, 1_400_000_000))
    drop(in_library, in_library.page.locator("main"), source / "trip", source / "single.txt")
    tray(in_library, "3 files uploaded", "已上传 3 个文件")
    assert names_in(ann, "/trip") == [
        "/trip/day 1",
        "/trip/day 1/deep",
        "/trip/day 1/deep/note.txt",
        "/trip/none",
        "/trip/plan.txt",
    ]
    assert stored(ann, "/trip/day 1/deep/note.txt") == b"note"
    assert stored(ann, "/single.txt") == b"single"
    (plan,) = ann.client.get(f"/v1/repos/{ann.repo_id}/dirs/?p=/trip&t=f").json
    assert (plan["name"], plan["mtime"]) == ("plan.txt", 1_400_000_000)


@EN
def test_folder_of_many_files_arrives_whole(in_library: Visitor, ann: Person, tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    names = [f"{number:03}.txt" for number in range(150)]  # browsers tell of a folder a hundred at a time
    for name in names:
        (tmp_path / "many" / name).write_text(name)
    drop(in_library, in_library.page.locator("main"), tmp_path / "many")
    tray(in_library, "150 files uploaded", "")
    assert names_in(ann, "/many") == [f"/many/{name}" for name in names]


@EN
def test_copied_picture_is_pasted(in_library: Visitor, ann: Person) -> None:
    in_library.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    in_library.page.locator("main").focus()
    size = in_library.page.evaluate(COPY_PICTURE)
    in_library.page.keyboard.press("Control+v")
    tray(in_library, "1 file uploaded", "")
    picture = stored(ann, "/image.png")
    assert picture.startswith(b"\x89PNG")
    assert size


@EN
def test_dropped_file_is_opened_again_after_the_page_was_loaded_anew(
    in_library: Visitor, ann: Person, tmp_path: Path
) -> None:
    content = os.urandom(20 * MIB)
    (tmp_path / "film.mkv").write_bytes(content)
    slow_down(in_library)
    drop(in_library, in_library.page.locator("main"), tmp_path / "film.mkv")
    wait_for_bytes(in_library, ann.client, ann.repo_id, MIB)
    in_library.page.reload()
    tray(in_library, "1 file uploaded", "")
    assert stored(ann, "/film.mkv") == content


@EN
def test_upload_that_the_server_refused_is_tried_again(in_library: Visitor, ann: Person, tmp_path: Path) -> None:
    in_library.complaints.expect("status of 5|status of 4")
    (tmp_path / "a.txt").write_text("alpha")
    ann.core.db.rows("UPDATE account SET total = ? WHERE id = ?", 1, ann.id)
    drop(in_library, in_library.page.locator("main"), tmp_path / "a.txt")
    tray(in_library, "1 upload failed", "")
    expect(in_library.page.locator(".tray-item")).to_contain_text("There is not enough room left in this account.")
    ann.core.db.rows("UPDATE account SET total = ? WHERE id = ?", 1 << 40, ann.id)
    in_library.page.get_by_role("button", name="Try the upload of a.txt again").click()
    tray(in_library, "1 file uploaded", "")
    eventually(in_library, lambda: ann.has("/a.txt"))
