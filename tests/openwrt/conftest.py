"""A stand-in for a router, a machine made of files, and one build of the packages for all tests."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.openwrt.machine import FakeMachine
from tests.openwrt.packages import Feed, install, make_feed
from tests.openwrt.router import Router


@pytest.fixture(params=[("sh",), pytest.param(("busybox", "ash"), marks=pytest.mark.compat)], ids=" ".join)
def router(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Router]:
    """A router with the package, enabled, whose data folder is on a disk that is not mounted."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it, and what is ignored no shell can trap
    made = Router(tmp_path / "router", request.param)
    made.set(enabled="1", data=str(made.data))
    yield made
    made.close()
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """A machine without disks, whose programs are found and which the command line takes for its own."""
    made = FakeMachine(tmp_path / "machine")
    monkeypatch.setenv("PATH", made.path)
    monkeypatch.setattr("syncfile.cli.disk.MACHINE", made.machine)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return made


@pytest.fixture(scope="session")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    """All packages and their index."""
    return make_feed(tmp_path_factory.mktemp("feed"))


@pytest.fixture(scope="session")
def installed(feed: Feed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root in which the server's package is, which nobody changes."""
    root = tmp_path_factory.mktemp("installed")
    install(feed, root)
    return root
