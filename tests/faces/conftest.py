"""The sample face behind a real server."""

from collections.abc import Iterator

import pytest

from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.door import CoreDoor
from tests.conftest import Client, Server

SAMPLE = {"sample": "tests.faces.sample"}


@pytest.fixture
def sample(config: Config, core: Core) -> Iterator[Client]:
    """Speaks to a server that has the sample face only."""
    running = Server(config, CoreDoor(lambda: core), SAMPLE)
    yield running.client
    running.stop()
