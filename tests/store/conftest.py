"""A real database and real block folders, made anew for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.local import LocalBackend
from syncfile.store.blocks import BlockStore
from syncfile.store.db import Database, open_database
from syncfile.store.migrations import migrate
from syncfile.store.object_store import ObjectStore


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = open_database(str(tmp_path / "test.db"))
    migrate(database)
    yield database
    database.close_all()


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Database]:
    """Return a database without a table in it."""
    database = open_database(str(tmp_path / "blank.db"))
    yield database
    database.close_all()


@pytest.fixture
def store(db: Database) -> ObjectStore:
    return ObjectStore(db)


@pytest.fixture
def backend(tmp_path: Path) -> LocalBackend:
    backend = LocalBackend(str(tmp_path))
    backend.prepare()
    return backend


@pytest.fixture
def blocks(db: Database, backend: LocalBackend) -> BlockStore:
    return BlockStore(db, backend)
