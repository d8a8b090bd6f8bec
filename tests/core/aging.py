"""A store that grows old at once: ``clock = pytest.fixture(no_days)``, ``core = pytest.fixture(open_aging)``."""

import time
from collections.abc import Iterator
from dataclasses import replace

from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core

DAY = 86400


def no_days() -> list[float]:
    """Return the days that have gone by for the server, to be moved on."""
    return [0.0]


def open_aging(config: Config, clock: list[float]) -> Iterator[Core]:
    """Yield a core for which the days of ``clock`` have gone by."""
    opened = open_core(config)
    yield replace(opened, clock=lambda: time.time() + clock[0] * DAY)
    close_core(opened)
