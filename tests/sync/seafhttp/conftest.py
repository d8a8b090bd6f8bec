"""A running server for all tests of a module, and people with libraries to be synced."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from syncfile.app import FACES
from syncfile.config import Config
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.door import CoreDoor
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo
from syncfile.core.tokens import issue
from tests.conftest import Server
from tests.core.accounts import actor_of, add
from tests.sync.seafhttp.peer import Peer

#: Makes a client of an account for a library.
Connect = Callable[[Actor, str], Peer]

_numbers = count(1)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return Config(data=tmp_path_factory.mktemp("sync") / "data", port=0)


@pytest.fixture(scope="module")
def core(config: Config) -> Iterator[Core]:
    opened = open_core(config)
    yield opened
    close_core(opened)


@pytest.fixture(scope="module")
def server(config: Config, core: Core) -> Iterator[Server]:
    running = Server(config, CoreDoor(lambda: core), FACES)
    yield running
    running.stop()


@pytest.fixture
def ann(core: Core) -> Actor:
    """Owns ``library``; somebody new in every test."""
    return actor_of(add(core, f"ann-{next(_numbers)}"))


@pytest.fixture
def bob(core: Core) -> Actor:
    """Somebody else."""
    return actor_of(add(core, f"bob-{next(_numbers)}"))


@pytest.fixture
def library(core: Core, ann: Actor) -> RepoInfo:
    """An empty library."""
    assert ann.account_id is not None
    return create_repo(core, ann.account_id, "Photos")


@pytest.fixture
def connect(core: Core, server: Server) -> Connect:
    def make(actor: Actor, repo_id: str) -> Peer:
        assert actor.account_id is not None
        token = issue(core, "sync", actor.account_id, lifetime=None, repo_id=repo_id)
        return Peer(server.client, repo_id, token, actor.username)

    return make


@pytest.fixture
def peer(connect: Connect, ann: Actor, library: RepoInfo) -> Peer:
    """The client of ``ann`` for ``library``."""
    return connect(ann, library.id)
