"""Servers on free ports, and the check that each test gives back every thread and descriptor."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from syncfile.transfer.options import Options
from syncfile.transfer.server import StreamServer
from tests.transfer.app import App


class Running:
    """A server in a thread of its own."""

    def __init__(self, app: App, options: Options, is_long: Callable[[str, str], bool]) -> None:
        self.server = StreamServer(app, options, is_long=is_long)
        self.app = app
        self.port = self.server.port
        self.thread = threading.Thread(target=self.server.run, name="loop")
        self.thread.start()

    def stop(self, grace_seconds: float = 0.0) -> None:
        self.server.stop(grace_seconds)
        self.thread.join(20)
        assert not self.thread.is_alive()


Serve = Callable[..., Running]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a server with the given options."""
    started: list[Running] = []

    def start(app: App | None = None, is_long: Callable[[str, str], bool] | None = None, **options: Any) -> Running:
        running = Running(app or App(), Options(**options), is_long or (lambda method, path: path == "/stream"))
        started.append(running)
        return running

    yield start
    for running in started:
        running.app.release.set()
        running.stop()


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread or an open descriptor behind."""
    threads, descriptors = threading.active_count(), open_descriptors()
    yield
    wait_for(lambda: threading.active_count() <= threads)
    wait_for(lambda: open_descriptors() <= descriptors)


@pytest.fixture(autouse=True)
def no_error_logged(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test during which the server logs an error, but for those that ask for one by ``logs_errors``."""
    caplog.set_level(logging.DEBUG, "syncfile.transfer")
    yield
    errors = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert bool(errors) == ("logs_errors" in request.fixturenames), errors


@pytest.fixture
def logs_errors() -> None:
    """Name this in a test that provokes an error in the log."""


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def wait_for(condition: Callable[[], bool]) -> None:
    """Return as soon as ``condition`` holds; fail if it does not for many seconds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "this never happened"
        time.sleep(0.005)
