"""The real daemon, in a process of its own."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import Client
from tests.wire.daemon import PROGRAM, Daemon
from tests.wire.people import Person, meet


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One with the default settings for all tests of a module."""
    running = Daemon(tmp_path_factory.mktemp("daemon"), log_level="debug")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def client(daemon: Daemon) -> Client:
    """Speaks to ``daemon`` as nobody in particular."""
    return daemon.client


@pytest.fixture
def ann(client: Client) -> Person:
    """Somebody who is new here."""
    return meet(client)


@pytest.fixture
def bob(client: Client) -> Person:
    """Somebody else."""
    return meet(client)


@pytest.fixture
def start_daemon(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Starts a daemon with settings of its own, for one test."""
    running: list[Daemon] = []

    def start(*, prefix: Sequence[str] = (), program: Sequence[str] = PROGRAM, **settings: object) -> Daemon:
        running.append(Daemon(tmp_path / f"daemon{len(running)}", prefix=prefix, program=program, **settings))
        running[-1].start()
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture(scope="module")
def settled(daemon: Daemon) -> Person:
    """Somebody with the folder ``a`` and the file ``file``, whom every test leaves as before."""
    person = meet(daemon.client)
    person.make("a")
    person.store("file", b"x")
    return person
