"""The check of a store finds what is missing or damaged: its silence means something."""

from pathlib import Path

import pytest

from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.repos import create_repo
from tests.core.accounts import actor_of, add
from tests.core.content import put
from tests.sync.check_store import problems


@pytest.fixture
def filled(core: Core) -> Actor:
    """Owns a library with small and large files and folders."""
    ann = actor_of(add(core, "ann"))
    assert ann.account_id is not None
    library = create_repo(core, ann.account_id, "Photos")
    many = {f"/many/{number:03d}": b"%d" % number for number in range(120)}
    put(core, ann, library.id, {"/many": None, "/large": bytes(100_000), **many})
    return ann


@pytest.mark.usefixtures("filled")
def test_store_is_sound(core: Core) -> None:
    assert problems(core) == []


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM small_block WHERE rowid = (SELECT MIN(rowid) FROM small_block)",
        "UPDATE small_block SET body = x'00'",
        "DELETE FROM fs_object WHERE kind = 'f' AND rowid = (SELECT MIN(rowid) FROM fs_object WHERE kind = 'f')",
        "DELETE FROM fs_object WHERE kind = 'd'",
        "DELETE FROM commits WHERE parent_id IS NULL",
    ],
)
def test_missing_or_damaged_row_is_found(core: Core, harm: str) -> None:
    core.db.rows(harm)
    assert problems(core) != []


@pytest.mark.usefixtures("filled")
def test_damaged_block_file_is_found(core: Core) -> None:
    (block,) = [path for path in Path(core.folder.path, "blocks").rglob("*") if path.is_file()]
    block.write_bytes(b"other")
    assert any("block" in problem for problem in problems(core))
