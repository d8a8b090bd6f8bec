"""Uploads: what is chosen, pasted and dropped arrives, over conflicts, crashes of the server and reloads."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from syncfile.core import files
from tests.conftest import Client
from tests.daemon import ADMIN_PASSWORD, Daemon, daemon
from tests.rest.people import Person
from tests.web.conftest import Complaints, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload

pytestmark = pytest.mark.compat

MIB = 1 << 20
#: Of the uploads that are interrupted: a gigabyte, and less on the phone, where nothing else is different.
LARGE_MIB = {"desk": int(os.environ.get("SYNCFILE_TEST_UPLOAD_MIB", "1024")), "phone": 64}
LONG_MS = 20_000 + max(LARGE_MIB.values()) * 500


def payload(name: str, content: bytes) -> "FilePayload":
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def choose(visitor: Visitor, what: "list[FilePayload] | list[Path] | Path", *, folder: bool = False) -> None:
    """Choose files, or a folder, by the menu of the page."""
    visitor.page.get_by_role("button", name=visitor.say("Upload", "上传"), exact=True).first.click()
    item = visitor.say("A folder…", "文件夹…") if folder else visitor.say("Files…", "文件…")
    with visitor.page.expect_file_chooser() as chooser:
        visitor.page.get_by_role("menuitem", name=item).click()
    chooser.value.set_files(what)


def tray(visitor: Visitor, english: str, chinese: str) -> None:
    expect(visitor.page.locator(".tray-title")).to_have_text(visitor.say(english, chinese), timeout=LONG_MS)


def stored(person: Person, path: str) -> bytes:
    return b"".join(files.open_file(person.core, person.actor, person.repo_id, path).iter_bytes())


@pytest.fixture
def in_library(visitor: Visitor, ann: Person) -> Visitor:
    """Ann in front of her library."""
    ann.put("/old.txt", b"before")
    visitor.sign_in(ann, f"/library/{ann.repo_id}/")
    expect(visitor.page.get_by_role("link", name="old.txt")).to_be_visible()
    return visitor


def test_chosen_files_arrive(in_library: Visitor, ann: Person) -> None:
    choose(in_library, [payload("a.txt", b"alpha"), payload("empty.bin", b""), payload("<b>.txt", b"bold")])
    tray(in_library, "3 files uploaded", "已上传 3 个文件")
    expect(in_library.page.get_by_role("row", name=re.compile("<b>.txt"))).to_be_visible()
    assert stored(ann, "/a.txt") == b"alpha"
    assert stored(ann, "/empty.bin") == b""
    assert stored(ann, "/<b>.txt") == b"bold"


@pytest.mark.parametrize("language", ["en"])
def test_folder_arrives_with_its_folders_and_dates(in_library: Visitor, ann: Person, tmp_path: Path) -> None:
    (tmp_path / "trip/day 1").mkdir(parents=True)
    (tmp_path / "trip/plan.txt").write_text("plan")
    (tmp_path / "trip/day 1/note.txt").write_text("note")
    os.utime(tmp_path / "trip/plan.txt", (1_400_000_000, 1_400_000_000))
    choose(in_library, tmp_path / "trip", folder=True)
    tray(in_library, "2 files uploaded", "")
    assert stored(ann, "/trip/day 1/note.txt") == b"note"
    listed = ann.client.get(f"/v1/repos/{ann.repo_id}/dirs/", query={"p": "/trip", "t": "f"}).json
    assert [(entry["name"], entry["mtime"]) for entry in listed] == [("plan.txt", 1_400_000_000)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Replace", {"/old.txt": b"new"}),
        ("Keep both", {"/old.txt": b"before", "/old (1).txt": b"new"}),
        ("Skip", {"/old.txt": b"before"}),
    ],
)
@pytest.mark.parametrize("language", ["en"])
@pytest.mark.parametrize("width", ["desk"])
def test_taken_name_is_asked_about_once(
    in_library: Visitor, ann: Person, answer: str, expected: dict[str, bytes]
) -> None:
    choose(in_library, [payload("old.txt", b"new"), payload("other.txt", b"other")])
    in_library.page.get_by_role("button", name=answer, exact=True).click()
    tray(in_library, f"{1 if answer == 'Skip' else 2} file{'' if answer == 'Skip' else 's'} uploaded", "")
    assert {path: stored(ann, path) for path in expected} == expected
    assert ann.has("/other.txt")
    assert ann.has("/old (1).txt") == (answer == "Keep both")


@pytest.mark.parametrize("language", ["en"])
@pytest.mark.parametrize("width", ["desk"])
def test_pasted_file_arrives(in_library: Visitor, ann: Person) -> None:
    in_library.page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File(["picture"], "image.png"));
            dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
        }"""
    )
    tray(in_library, "1 file uploaded", "")
    assert stored(ann, "/image.png") == b"picture"


@pytest.mark.parametrize("language", ["en"])
@pytest.mark.parametrize("width", ["desk"])
def test_dropped_file_arrives_in_the_folder_that_it_was_dropped_on(in_library: Visitor, ann: Person) -> None:
    ann.put("/box/in.txt")
    in_library.page.reload()
    row = in_library.page.get_by_role("row", name=re.compile("box"))
    dropped = in_library.page.evaluate_handle(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File(["dropped"], "drop.txt"));
            return transfer;
        }"""
    )
    row.dispatch_event("dragover", {"dataTransfer": dropped})
    expect(row).to_have_class(re.compile("is-target"))
    row.dispatch_event("drop", {"dataTransfer": dropped})
    tray(in_library, "1 file uploaded", "")
    assert stored(ann, "/box/drop.txt") == b"dropped"


@pytest.mark.parametrize("language", ["en"])
def test_paused_upload_goes_on_where_it_was(in_library: Visitor, ann: Person, tmp_path: Path) -> None:
    content = Random(1).randbytes(20 * MIB)
    (tmp_path / "film.mkv").write_bytes(content)
    slow_down(in_library)
    choose(in_library, [tmp_path / "film.mkv"])
    wait_for_bytes(in_library, ann.client, ann.repo_id, MIB)
    in_library.page.get_by_role("button", name="Pause the upload of film.mkv").click()
    tray(in_library, "Uploads are paused", "")
    in_library.page.get_by_role("button", name="Go on with the upload of film.mkv").click()
    tray(in_library, "1 file uploaded", "")
    assert stored(ann, "/film.mkv") == content


@pytest.mark.parametrize("language", ["en"])
@pytest.mark.parametrize("width", ["desk"])
def test_cancelled_upload_leaves_nothing(in_library: Visitor, ann: Person, tmp_path: Path) -> None:
    (tmp_path / "film.mkv").write_bytes(bytes(20 * MIB))
    slow_down(in_library)
    choose(in_library, [tmp_path / "film.mkv"])
    wait_for_bytes(in_library, ann.client, ann.repo_id, MIB)
    in_library.page.get_by_role("button", name="Cancel the upload of film.mkv").click()
    expect(in_library.page.locator(".tray")).to_have_count(0)
    in_library.page.reload()
    expect(in_library.page.get_by_role("link", name="old.txt")).to_be_visible()
    expect(in_library.page.locator(".tray")).to_have_count(0)
    assert not ann.has("/film.mkv")


def slow_down(visitor: Visitor, mib_a_second: int = 16) -> None:
    """Let the browser send so slowly that an upload can be interrupted."""
    visitor.page.context.new_cdp_session(visitor.page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": mib_a_second * MIB},
    )


def wait_for_bytes(visitor: Visitor, client: Client, repo_id: str, least: int) -> int:
    """Wait until the server has so much of film.mkv, and return how much it has."""
    url = f"/v1/repos/{repo_id}/files/uploaded-bytes/"
    for _ in range(LONG_MS // 50):
        count: int = client.get(url, query={"p": "/", "name": "film.mkv"}).json["uploadedBytes"]
        if count >= least:
            return count
        visitor.page.wait_for_timeout(50)
    raise AssertionError("the upload does not go on")


def is_answered(link: str, source: Path) -> bool:
    """Tell whether a link leads to the bytes of a file; they may be many."""
    with urlopen(link) as answer, source.open("rb") as file:
        while chunk := file.read(MIB):
            if answer.read(MIB) != chunk:
                return False
        return not answer.read(1)


@pytest.fixture
def start(tmp_path: Path) -> "Iterator[Callable[[int], Daemon]]":
    """Starts a server of its own over the same data, on the port that is given."""
    with ExitStack() as stack:
        yield lambda port: stack.enter_context(daemon(tmp_path / "data", "--port", str(port)))


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_large_upload_survives_a_crash_of_the_server_and_a_reload_of_the_page(
    browser: "Browser", tmp_path: Path, start: Callable[[int], Daemon], width: str
) -> None:
    mib = LARGE_MIB[width]
    source = tmp_path / "film.mkv"
    random = Random(mib)
    with source.open("wb") as out:
        for _ in range(mib):
            out.write(random.randbytes(MIB))
    first = start(0)
    login = {"username": "admin", "password": ADMIN_PASSWORD}
    client = first.client.with_token(first.client.post("/v1/auth/", json=login).json["token"])
    repo_id = client.get("/v1/repos/").json[0]["id"]
    page = browser.new_page(viewport={"width": 390 if width == "phone" else 1280, "height": 844}, locale="en-GB")
    visitor = Visitor(page, first.port, Complaints(), width, "en")
    visitor.open()
    url = f"http://127.0.0.1:{first.port}"
    assert page.request.post(f"{url}/v1/session/", data=login, headers={"Origin": url}).ok
    page.goto("about:blank")
    visitor.open(f"/library/{repo_id}/")

    slow_down(visitor, max(16, mib // 4))
    choose(visitor, [source])
    wait_for_bytes(visitor, client, repo_id, mib * MIB // 5)
    first.signal(signal.SIGKILL)
    first.wait()
    expect(page.locator(".banner")).to_be_visible(timeout=LONG_MS)
    start(first.port)
    before_reload = wait_for_bytes(visitor, client, repo_id, mib * MIB // 2)
    ranges: list[str] = []
    page.on("request", lambda request: ranges.append(request.headers.get("content-range", "")))
    page.reload()
    tray(visitor, "1 upload waits for its file", "")
    ranges.clear()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose film.mkv again").click()
    chooser.value.set_files(source)
    tray(visitor, "1 file uploaded", "")

    began = next(int(match[1]) for text in ranges if (match := re.match(r"bytes (\d+)-", text)))
    assert began >= before_reload
    link = client.get(f"/v1/repos/{repo_id}/files/download/", query={"p": "/film.mkv"}).json
    assert is_answered(link, source)
    page.close()
