"""UCI's files, changed with OpenWrt's program and without."""

import sys
from pathlib import Path

import pytest

from syncfile.uci import UciError, delete_section, find_section, read_sections, set_options
from tests.openwrt import uci_program

FSTAB = """\
config global
\toption anon_mount '0'

# the disk of the music
config mount 'music'
\toption target '/mnt/music'
\toption uuid "abc-def"
\tlist nothing 'of ours'

config mount
\toption target /mnt/other
"""


@pytest.fixture(params=["program", "files"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration of a router, with ``uci`` or without."""
    programs = tmp_path / "bin"
    programs.mkdir()
    if request.param == "program":
        program = programs / "uci"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{uci_program.__file__}" "$@"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "fstab").write_text(FSTAB)
    return folder


def test_sections_are_read_in_order(folder: Path) -> None:
    assert read_sections(folder, "fstab") == [
        ("", {"anon_mount": "0"}),
        ("music", {"target": "/mnt/music", "uuid": "abc-def"}),
        ("", {"target": "/mnt/other"}),
    ]


def test_missing_package_is_empty(folder: Path) -> None:
    assert read_sections(folder, "syncfile") == []
    assert find_section(folder, "syncfile", "main") is None


def test_new_section_of_a_new_package(folder: Path) -> None:
    set_options(folder, "syncfile", "syncfile", "main", {"data": "/mnt/my disk", "enabled": "1"})
    assert read_sections(folder, "syncfile") == [("main", {"data": "/mnt/my disk", "enabled": "1"})]


def test_new_section_beside_others(folder: Path) -> None:
    set_options(folder, "fstab", "mount", "syncfile", {"target": "/mnt/syncfile"})
    assert [name for name, _ in read_sections(folder, "fstab")] == ["", "music", "", "syncfile"]
    assert find_section(folder, "fstab", "music") == {"target": "/mnt/music", "uuid": "abc-def"}


def test_changed_section_keeps_its_other_options(folder: Path) -> None:
    set_options(folder, "fstab", "mount", "music", {"target": "/mnt/new", "enabled": "1"})
    assert read_sections(folder, "fstab") == [
        ("", {"anon_mount": "0"}),
        ("music", {"target": "/mnt/new", "uuid": "abc-def", "enabled": "1"}),
        ("", {"target": "/mnt/other"}),
    ]


def test_deleted_section_leaves_the_others(folder: Path) -> None:
    delete_section(folder, "fstab", "music")
    delete_section(folder, "fstab", "music")
    assert [options for _, options in read_sections(folder, "fstab")] == [{"anon_mount": "0"}, {"target": "/mnt/other"}]


def test_package_that_cannot_be_written_is_told(folder: Path) -> None:
    (folder / "syncfile").mkdir()
    with pytest.raises(UciError):
        set_options(folder, "syncfile", "syncfile", "main", {"enabled": "1"})


def test_lists_and_comments_stay_without_the_program(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    set_options(folder, "fstab", "mount", "music", {"target": "/mnt/new", "enabled": "1"})
    changed = FSTAB.replace("/mnt/music", "/mnt/new").replace("'of ours'\n", "'of ours'\n\toption enabled '1'\n")
    assert (folder / "fstab").read_text("utf-8") == changed
    assert sorted(path.name for path in folder.iterdir() if path.name[0] == ".") == []


@pytest.mark.parametrize("value", ["it's", "two\nlines"])
def test_value_that_would_break_the_file_is_refused_without_the_program(
    folder: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UciError, match="cannot be a value"):
        set_options(folder, "fstab", "mount", "music", {"target": value})
    assert (folder / "fstab").read_text("utf-8") == FSTAB
