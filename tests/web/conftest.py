"""A real browser in front of a real server. A message in the console that no test expects fails it."""

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncfile.config import Config
from tests.conftest import Client, Server
from tests.rest.people import PASSWORD, Person, join

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from syncfile.core.core import Core

# Only `make compat` installs what drives the browser.
collect_ignore_glob = [] if find_spec("playwright") else ["test_*.py"]

CHROMIUM = "/usr/bin/chromium"
TIMEOUT_MS = 10_000
WIDTHS = {"phone": (390, 844), "desk": (1280, 800)}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@dataclass
class Complaints:
    """What the browser complained of. ``expected`` are the patterns of what a test provokes."""

    expected: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Allow complaints that contain the pattern."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [text for text in self.seen if not any(re.search(pattern, text) for pattern in self.expected)]


@dataclass
class Visitor:
    """Somebody in front of the page."""

    page: "Page"
    port: int
    complaints: Complaints
    width: str
    language: str

    @property
    def is_narrow(self) -> bool:
        return self.width == "phone"

    def open(self, address: str = "") -> None:
        """Open the page at what follows ``#``."""
        self.page.goto(f"http://127.0.0.1:{self.port}/{'#' + address if address else ''}")

    def sign_in(self, person: Person, address: str = "") -> None:
        """Open the page as somebody who has signed in before."""
        body = {"username": person.account.username, "password": PASSWORD}
        url = f"http://127.0.0.1:{self.port}"
        answer = self.page.request.post(f"{url}/v1/session/", data=body, headers={"Origin": url})
        assert answer.ok, answer.text()
        self.open(address)

    def say(self, english: str, chinese: str) -> str:
        """Return the text in the language of this visitor."""
        return chinese if self.language == "zh" else english


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium."""
    from playwright.sync_api import sync_playwright  # not there without `make compat`

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


#: What a test of all widths and languages is really run at; SYNCFILE_WEB_ALL=1 runs all four.
PAIRS = {("phone", "zh"), ("desk", "en")}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let a test that asks for every width and every language see each of them once: browsers take their time."""
    if os.environ.get("SYNCFILE_WEB_ALL"):
        return
    seen: dict[tuple[object, ...], dict[tuple[str, str], pytest.Item]] = {}
    for item in items:
        params = dict(getattr(getattr(item, "callspec", None), "params", {}))
        if {"width", "language"} <= params.keys():
            pair = (params.pop("width"), params.pop("language"))
            test = (item.nodeid.partition("[")[0], *sorted((name, str(value)) for name, value in params.items()))
            seen.setdefault(test, {})[pair] = item
    spared = [
        item
        for pairs in seen.values()
        if len(pairs) == len(WIDTHS) * len(LOCALES)
        for pair, item in pairs.items()
        if pair not in PAIRS
    ]
    config.hook.pytest_deselected(items=spared)
    items[:] = [item for item in items if item not in set(spared)]


def eventually(visitor: Visitor, is_so: Callable[[], bool]) -> None:
    """Wait until something is so on the server: what the page shows at once may still be on its way."""
    until = time.monotonic() + TIMEOUT_MS / 1000
    while not is_so():
        assert time.monotonic() < until, "it did not come to be so"
        visitor.page.wait_for_timeout(50)


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> str:
    """Whether it is a phone or a desk; a test that needs one of them alone overrides this by parametrize."""
    return str(request.param)


@pytest.fixture(params=LOCALES)
def language(request: pytest.FixtureRequest) -> str:
    """What the visitor reads."""
    return str(request.param)


@pytest.fixture
def registration() -> str:
    """Who may make an account; a test overrides this by parametrize."""
    return "lan"


@pytest.fixture
def config(tmp_path: Path, registration: str) -> Config:
    """Settings of a server on a free port, over an empty data folder."""
    return Config(data=tmp_path / "data", port=0, registration=registration)


@pytest.fixture
def visitor(browser: "Browser", server: Server, width: str, language: str) -> Iterator[Visitor]:
    """Somebody who has not signed in yet."""
    across, down = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": across, "height": down},
        locale=LOCALES[language],
        has_touch=width == "phone",
        reduced_motion="reduce",
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    complaints = Complaints()
    page.on("console", lambda message: _note(complaints, message.type, message.text))
    page.on("pageerror", lambda error: complaints.seen.append(str(error)))
    page.on("requestfailed", lambda request: _note_failure(complaints, request.url, request.failure or ""))
    yield Visitor(page, server.port, complaints, width, language)
    assert complaints.unexpected() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    context.close()


def _note_failure(complaints: Complaints, url: str, reason: str) -> None:
    if reason != "net::ERR_ABORTED":  # what was on its way when another page was opened
        complaints.seen.append(f"failed {url}: {reason}")


def _note(complaints: Complaints, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        complaints.seen.append(text)


@pytest.fixture
def ann(core: "Core", client: Client) -> Person:
    """Somebody with an account."""
    return join(core, client, "ann")


@pytest.fixture
def bob(core: "Core", client: Client) -> Person:
    """Somebody else."""
    return join(core, client, "bob")
