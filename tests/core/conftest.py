"""A store without a server, two people, and a library of the first."""

from collections.abc import Iterator

import pytest

from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.repos import create_repo
from syncfile.store.db import open_database
from syncfile.store.migrations import migrate
from syncfile.store.object_store import ObjectStore
from tests.core.accounts import actor_of, add


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    """Objects without a library around them; what one test leaves does not disturb the next."""
    db = open_database(str(tmp_path_factory.mktemp("objects") / "syncfile.db"))
    migrate(db)
    yield ObjectStore(db)
    db.close_all()


@pytest.fixture
def ann(core: Core) -> Actor:
    """Owns ``library``."""
    return actor_of(add(core, "ann"))


@pytest.fixture
def bob(core: Core) -> Actor:
    """Somebody else."""
    return actor_of(add(core, "bob"))


@pytest.fixture
def library(core: Core, ann: Actor) -> RepoInfo:
    """An empty library."""
    assert ann.account_id is not None
    return create_repo(core, ann.account_id, "Photos")
