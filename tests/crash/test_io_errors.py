"""Calls to the disk fail, one by one or all at once: an error for who asked, nothing wrong or lost, and it goes on."""

import errno
import os
import select
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from random import Random

import pytest

from syncfile.config import Config
from syncfile.core.fsck import check
from syncfile.core.opening import close_core, open_core
from tests.conftest import Answer, Client
from tests.crash.household import Refused, Somebody
from tests.crash.scene import Scene
from tests.crash.spy import Faults, needs_spy
from tests.rest.forms import path_of
from tests.sync.seafhttp import peer

ROW, BLOCK = 3_000, 160_000
UPLOADERS = 8
ENOUGH_SECONDS = 20
ALL = ("read", "write", "sync", "names", "look")
SYNC_NO_ROOM = 443  # of the sync protocol
#: What is answered while the disk fails, and what then stands in the answer.
REFUSALS = {500: "bytes_missing", 503: "store_unavailable", 507: "disk_full"}

KEPT = {"/row": Random(1).randbytes(ROW), "/block": Random(2).randbytes(BLOCK)}


@dataclass
class Flaky:
    """A server whose disk can fail, and somebody who works with it."""

    scene: Scene
    faults: Faults
    ann: Somebody
    library: str

    def ask(self, change: Callable[[], object]) -> bool:
        """Ask for a change; tell whether it was made. If not, the refusal has to be a documented one."""
        try:
            change()
        except Refused as error:
            assert_documented(error.answer)
            return False
        return True

    def recover(self, was_made: bool) -> None:
        """The disk is well again: wait for the service, and find everything as it was or as it was to be."""
        expected = self.ann.tree(self.library)
        self.faults.end()
        self.await_service()
        self.ann.look(self.library)
        if was_made:
            assert self.ann.tree(self.library) == expected

    def await_service(self) -> None:
        until = time.monotonic() + ENOUGH_SECONDS
        while self.ann.client.get(f"/v1/repos/{self.library}/").status != 200:
            assert time.monotonic() < until
            select.select([], [], [], 0.05)

    def content(self, size: int) -> bytes:
        return self.scene.random.randbytes(size)

    def link(self, path: str) -> str:
        """Return where the bytes of a file are."""
        query = {"p": path, "reuse": "1"}
        url: str = self.ann.client.get(f"/v1/repos/{self.library}/files/download/", query=query).json
        return path_of(url)

    def upload(self, name: str = "new", size: int = BLOCK) -> None:
        """Upload a file of new bytes."""
        self.ann.upload(self.library, f"/{name}", self.content(size))


def assert_documented(answer: Answer) -> None:
    if answer.status == SYNC_NO_ROOM:
        assert answer.json == {"error_msg": "the disk is full"}
        return
    assert answer.status in REFUSALS, answer
    assert answer.json.get("error", REFUSALS[answer.status]) == REFUSALS[answer.status]  # sync has no such field
    if answer.status == 503:
        assert int(answer.headers["retry-after"]) > 0


def upload_row(flaky: Flaky) -> None:
    flaky.upload(size=ROW)


def upload_block(flaky: Flaky) -> None:
    flaky.upload()


def upload_pieces(flaky: Flaky) -> None:
    content = flaky.content(BLOCK)
    for start, end in ((0, 50_000), (50_000, 120_000), (120_000, BLOCK)):
        flaky.ann.send_piece(flaky.library, "/new", content, start, end)


def push(flaky: Flaky) -> None:
    tree: peer.Tree = {"row": KEPT["/row"], "block": KEPT["/block"], "new": flaky.content(BLOCK)}
    flaky.ann.push(flaky.library, flaky.scene.tokens[flaky.library], tree, int(time.monotonic() * 1000))


@pytest.fixture
def flaky(tmp_path: Path) -> Iterator[Flaky]:
    """A store with something in it, which is whole in the end."""
    faults = Faults(tmp_path / "faults")
    scene = Scene(tmp_path, faults=faults)
    ann, (library,) = scene.prepare("ann", {"Library": dict(KEPT)}, history_days=0)
    scene.begin()
    scene.start()
    yield Flaky(scene, faults, ann, library)
    scene.daemon.stop()
    scene.close()
    faults.close()
    core = open_core(Config(data=scene.data))
    try:
        assert list(check(core, deep=True)) == []
    finally:
        close_core(core)


@needs_spy
@pytest.mark.slow
@pytest.mark.parametrize("change", [upload_row, upload_block, upload_pieces, push])
@pytest.mark.parametrize("times", [1, -1], ids=["once", "until it is well"])
@pytest.mark.parametrize(
    ("kind", "error"),
    [("write", errno.ENOSPC), ("write", errno.EIO), ("sync", errno.EIO), ("names", errno.ENOSPC), ("names", errno.EIO)],
    ids=["no room", "no write", "no sync", "no room for names", "no names"],
)
def test_at_whatever_call_the_disk_fails_the_change_is_refused_or_made(
    flaky: Flaky, change: Callable[[Flaky], None], times: int, kind: str, error: int
) -> None:
    for after in range(1000):
        flaky.faults.order(kind, error=error, after=after, times=times)
        was_made = flaky.ask(lambda: change(flaky))
        hits = flaky.faults.hits
        flaky.recover(was_made)
        if not hits:
            break
    assert was_made
    assert after > 1 or kind == "names"  # of which a row needs none


@needs_spy
@pytest.mark.parametrize("path", KEPT)
@pytest.mark.parametrize("kinds", [("read",), ("look",), ALL], ids=["read", "look", "all"])
def test_bytes_that_cannot_be_read_are_an_error_and_never_others(
    flaky: Flaky, path: str, kinds: tuple[str, ...]
) -> None:
    urls = [flaky.link(path) for _ in range(2)]
    outcomes = set()
    for after in range(1000):
        flaky.faults.order(*kinds, error=errno.EIO, after=after)
        outcomes.add(fetched(flaky.ann.client, urls[after % 2], KEPT[path]))
        hits = flaky.faults.hits
        flaky.faults.end()
        flaky.await_service()
        if not hits:
            break
    assert len(outcomes) > 1
    assert "whole" in outcomes
    assert flaky.ann.fetch(flaky.library) == KEPT


def fetched(client: Client, url: str, content: bytes | None) -> str:
    """Fetch a file and return what came of it; wrong bytes are none of it."""
    try:
        answer = Client(client.port).get(url)
    except (OSError, HTTPException):
        return "cut"
    if answer.status == 200:
        assert answer.body == content
        return "whole"
    assert_documented(answer)
    return "refused"


@needs_spy
@pytest.mark.slow
@pytest.mark.parametrize("error", [errno.EIO, errno.ENODEV, errno.ENOSPC])
def test_a_disk_that_vanishes_under_uploads_costs_those_and_nothing_else(flaky: Flaky, error: int) -> None:
    flaky.scene.daemon.stop()
    flaky.scene.start(transfers=UPLOADERS, transfers_per_address=UPLOADERS)
    stop = threading.Event()
    made: dict[str, bytes] = {}

    def upload(number: int) -> int:
        """Upload files until the disk is well again; return how many were refused."""
        uploader = Somebody(f"{number}", flaky.ann.client, flaky.scene.marker, flaky.ann.known[0])
        random, refused = Random(number), 0
        while not stop.is_set():
            name, content = f"/{number}-{random.randrange(3)}", random.randbytes(BLOCK)
            try:
                uploader.upload(flaky.library, name, content)
                made[name] = content
            except Refused as failure:
                assert_documented(failure.answer)
                refused += 1
            except (OSError, HTTPException):  # cut off while it was still sending
                refused += 1
        return refused

    with ThreadPoolExecutor(UPLOADERS) as pool:
        running = [pool.submit(upload, number) for number in range(UPLOADERS)]
        for _ in range(3):
            stop.wait(0.3)
            flaky.faults.order(*ALL, error=error)
            stop.wait(0.3)
            flaky.faults.end()
        flaky.await_service()
        stop.wait(0.2)
        stop.set()
        refused = [future.result() for future in running]
    assert all(refused)
    found = flaky.ann.fetch(flaky.library)
    assert {path: found[path] for path in KEPT} == KEPT
    assert set(made) <= set(found)
    assert set(found) - set(KEPT) <= {f"/{number}-{name}" for number in range(UPLOADERS) for name in range(3)}
    flaky.upload()


@needs_spy
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["write", "sync", "names", "read", "look"])
def test_garbage_is_collected_when_the_disk_is_well_and_nothing_else_goes_before(flaky: Flaky, kind: str) -> None:
    for name in ("row", "block"):
        flaky.upload(f"garbage {name}", ROW if name == "row" else BLOCK)
        flaky.ann.remove(flaky.library, f"/garbage {name}")
    flaky.scene.daemon.stop()
    blocks = [each for each in (flaky.scene.data / "blocks").rglob("*") if each.is_file()]
    for block in blocks:
        os.utime(block, (0, 0))
    for after in (0, 1, 2, 3, 5, 8, 21, 55):
        flaky.faults.order(kind, error=errno.EIO, after=after)
        assert flaky.scene.run("gc", "--gc-grace", "1") in (0, 1, 2)
        flaky.faults.end()
    assert flaky.scene.run("gc", "--gc-grace", "1") == 0
    assert sum(each.exists() for each in blocks) == len(blocks) - 2  # of the garbage: a block of the file cut in two
    flaky.scene.daemon.start()
    flaky.ann.client = Client(flaky.scene.daemon.port, flaky.ann.client.headers)
    assert flaky.ann.fetch(flaky.library) == KEPT


@needs_spy
@pytest.mark.slow
@pytest.mark.parametrize("is_new", [False, True], ids=["there is a store", "there is none yet"])
@pytest.mark.parametrize("kinds", [("write", "sync", "names"), ("look",), ("read",)], ids=["write", "look", "read"])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_server_that_starts_on_a_failing_disk_waits_until_it_is_well(
    flaky: Flaky, error: int, kinds: tuple[str, ...], is_new: bool
) -> None:
    daemon, store = flaky.scene.daemon, flaky.scene.folder / "store"
    daemon.stop()
    if is_new:
        flaky.scene.data.rename(store)
    for after in (0, 1, 2, 3, 5, 8, 13, 21, 34):
        if is_new:
            shutil.rmtree(flaky.scene.data, ignore_errors=True)
        flaky.faults.order(*kinds, error=error, after=after)
        daemon.start()
        flaky.faults.end()
        flaky.ann.client = Client(daemon.port, flaky.ann.client.headers)
        if is_new:
            await_health(flaky.ann.client)
        else:
            flaky.await_service()
            assert flaky.ann.fetch(flaky.library) == KEPT
        daemon.kill()
    assert "Traceback" not in daemon.log
    if is_new:
        shutil.rmtree(flaky.scene.data)
        store.rename(flaky.scene.data)
    daemon.start()


def await_health(client: Client) -> None:
    until = time.monotonic() + ENOUGH_SECONDS
    while client.get("/v1/ping/").status in REFUSALS:
        assert time.monotonic() < until
        select.select([], [], [], 0.05)
