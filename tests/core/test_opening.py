"""The data folder is opened by one server, and a folder that is not ours is left as it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo
from syncfile.errors import DiskMissing
from syncfile.store.data_folder import MARKER_NAME, FolderInUse, UnknownFormat
from syncfile.store.migrations import UnknownSchema
from tests.core.accounts import actor_of, add
from tests.core.content import content_of, put


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return time and content of everything in a folder."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in [folder, *folder.rglob("*")]
    }


def put_foreign_file(folder: Path) -> None:
    (folder / "thesis.odt").write_bytes(b"years of work")


def lose_marker(folder: Path) -> None:
    close_core(open_core(Config(data=folder)))
    (folder / MARKER_NAME).unlink()


def damage_marker(folder: Path) -> None:
    close_core(open_core(Config(data=folder)))
    (folder / MARKER_NAME).write_bytes(b"\0" * 70)


@pytest.mark.parametrize("prepare", [put_foreign_file, lose_marker, damage_marker])
def test_a_folder_without_a_marker_is_never_written_to(tmp_path: Path, prepare: Callable[[Path], None]) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    prepare(folder)
    before = tree(folder)
    for alone in (True, False):
        with pytest.raises(DiskMissing):
            open_core(Config(data=folder), alone=alone)
    assert tree(folder) == before


def test_an_empty_mount_point_is_never_written_to(tmp_path: Path) -> None:
    before = tree(tmp_path)
    with pytest.raises(DiskMissing):
        open_core(Config(data=tmp_path, require_marker=True))
    assert tree(tmp_path) == before


def test_a_second_server_is_refused_and_disturbs_nothing(core: Core) -> None:
    with pytest.raises(FolderInUse):
        open_core(core.config)
    ann = add(core, "ann")
    repo = create_repo(core, ann.id, "x")
    put(core, actor_of(ann), repo.id, {"/a": b"1"})
    close_core(core)
    again = open_core(core.config)
    try:
        assert content_of(again, actor_of(ann), repo.id) == {"/a": b"1"}
    finally:
        close_core(again)


def test_a_tool_may_work_beside_the_server_and_sweeps_nothing(core: Core) -> None:
    begun = Path(core.folder.path, "tmp", "being-written")
    begun.write_bytes(b"half")
    close_core(open_core(core.config, alone=False))
    assert begun.exists()
    close_core(core)
    close_core(open_core(core.config))
    assert not begun.exists()


@pytest.mark.parametrize("alone", [True, False])
def test_a_store_of_a_newer_program_is_refused_and_given_up(tmp_path: Path, alone: bool) -> None:
    config = Config(data=tmp_path / "data")
    made = open_core(config)
    made.db.rows("PRAGMA user_version = 999")
    close_core(made)
    for _ in range(2):  # the second time would find the folder in use, were it not given up
        with pytest.raises(UnknownSchema):
            open_core(config, alone=alone)
    marker = config.data / MARKER_NAME
    marker.write_text(marker.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(UnknownFormat):
        open_core(config, alone=alone)
