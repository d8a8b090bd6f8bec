"""The Makefiles of the feed, what they download, and what the rest of the project says of the same things."""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from syncfile import __version__
from tools.ipk import vendor
from tools.ipk.interpreter import Interpreter
from tools.ipk.recipe import FEED, run

ROOT = FEED.parent
MAKEFILE = (FEED / "syncfile" / "Makefile").read_text()
LUCI_MAKEFILE = (FEED / "luci-app-syncfile" / "Makefile").read_text()


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def test_makefiles_have_the_version_of_the_program() -> None:
    for text in (MAKEFILE, LUCI_MAKEFILE):
        assert re.findall(r"^PKG_VERSION:=(.*)$", text, re.MULTILINE) == [__version__]
        assert re.findall(r"^PKG_RELEASE:=(\d+)$", text, re.MULTILINE)


def test_feed_downloads_the_same_files_as_the_build_without_the_sdk(tmp_path: Path) -> None:
    target = Interpreter(sys.executable, f"{sys.version_info.major}.{sys.version_info.minor}")
    downloads = tmp_path / "dl"
    run(FEED / "syncfile", tmp_path / "work", downloads, target)
    assert {file.name for file in downloads.iterdir()} == {item.file_name for item in vendor.listed()}


def test_every_line_of_the_list_is_understood() -> None:
    lines = [line for line in vendor.LIST.read_text().splitlines() if not line.startswith("#")]
    assert len(vendor.listed()) == len(lines) == 3


@pytest.mark.parametrize("item", vendor.listed(), ids=lambda item: item.name)
def test_what_is_brought_along_fits_what_the_program_asks_for(item: vendor.Vendored) -> None:
    (wanted,) = (line for line in project()["dependencies"] if re.match(rf"{item.name}\b", line))
    bounds = re.findall(r"(>=|<)([\d.]+)", wanted)
    assert [relation for relation, _ in bounds] == [">=", "<"]
    assert numbers(bounds[0][1]) <= numbers(item.version) < numbers(bounds[1][1])


def test_every_dependency_is_brought_along_or_in_the_feed() -> None:
    names = {re.split(r"[^\w-]", line)[0] for line in project()["dependencies"]}
    assert names == {item.name for item in vendor.listed()} | {"cryptography"}


def test_downloads_are_told_by_their_hash(tmp_path: Path) -> None:
    vendor.download(tmp_path)
    files = {file.name: file for file in tmp_path.iterdir()}
    assert set(files) == {item.file_name for item in vendor.listed()}
    before = {name: file.stat().st_mtime_ns for name, file in files.items()}
    vendor.download(tmp_path)  # they are there
    assert {name: file.stat().st_mtime_ns for name, file in files.items()} == before


def test_makefiles_are_found_by_the_build_system_of_openwrt() -> None:
    # Its scanner looks for these calls in the text.
    for text in (MAKEFILE, LUCI_MAKEFILE):
        assert re.search(r"call BuildPackage\b", text)
    assert MAKEFILE.index("$(TOPDIR)/rules.mk") < MAKEFILE.index("PKG_NAME:=")
    assert MAKEFILE.index("PKG_VERSION:=") < MAKEFILE.index("$(INCLUDE_DIR)/package.mk")
    assert MAKEFILE.index("$(INCLUDE_DIR)/package.mk") < MAKEFILE.index("lang/python/python3-package.mk")
