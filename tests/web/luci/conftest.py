"""LuCI's pages in a real browser, before a router that runs the real administration tool."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncfile.core.core import Core
from tests.web.conftest import TIMEOUT_MS
from tests.web.luci.router import LuciRouter, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Only `make compat` installs what drives the browser.
collect_ignore_glob = [] if find_spec("playwright") else ["test_pages.py"]

OPTIONS = {"enabled": "1", "data": "/mnt/syncfile/syncfile", "port": "8000", "host": "::", "registration": "lan"}


@pytest.fixture
def router(core: Core) -> Iterator[LuciRouter]:
    """A router whose store is open in a server."""
    with serving(LuciRouter(Path(core.config.data), dict(OPTIONS))) as running:
        yield running


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page that fails the test if a script on it did."""
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    context.close()
    assert failures == []
