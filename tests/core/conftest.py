"""A store without a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncfile.store.db import open_database
from syncfile.store.migrations import migrate
from syncfile.store.object_store import ObjectStore


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[ObjectStore]:
    db = open_database(tmp_path / "syncfile.db")
    migrate(db)
    yield ObjectStore(db)
    db.close_all()
