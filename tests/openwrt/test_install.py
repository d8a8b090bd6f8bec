"""Installing, upgrading and removing the package: what somebody has edited, and what is stored, stays."""

import gzip
from pathlib import Path

import pytest

from syncfile.faces.web.assets import COMPRESSIBLE
from tests.openwrt.installer import KEPT, Ipk, Opkg, Refused
from tests.openwrt.packages import CONFIG, PYTHON_VERSION, ROUTER, Feed, install, newer, run_script


def test_all_files_of_the_package_are_in_the_root(feed: Feed, tmp_path: Path) -> None:
    opkg = install(feed, tmp_path)
    assert opkg.version("syncfile") == "0.1.0-r1"
    for member, data in feed.ipk("syncfile").members():
        assert not member.isfile() or (tmp_path / member.name).read_bytes() == data, member.name


@pytest.mark.parametrize("lacking", sorted(name for name in ROUTER if not name.startswith("luci")))
def test_a_router_that_lacks_a_part_of_python_refuses_it(feed: Feed, tmp_path: Path, lacking: str) -> None:
    opkg = Opkg(tmp_path, {name: version for name, version in ROUTER.items() if name != lacking})
    with pytest.raises(Refused, match=lacking):
        opkg.install(feed.file("syncfile"))


@pytest.mark.parametrize("step", [-1, 1])
def test_a_router_with_another_python_refuses_it(feed: Feed, tmp_path: Path, step: int) -> None:
    major, minor = map(int, PYTHON_VERSION.split("."))
    opkg = Opkg(tmp_path, ROUTER | {"python3-light": f"{major}.{minor + step}.0-r1"})
    with pytest.raises(Refused, match="python3-light is"):
        opkg.install(feed.file("syncfile"))


def test_upgrade_replaces_a_configuration_file_that_nobody_edited(feed: Feed, tmp_path: Path) -> None:
    opkg = install(feed, tmp_path / "root")
    opkg.install(newer(feed, tmp_path, b"new\n"))
    assert opkg.version("syncfile") == "0.2.0-r1"
    assert (opkg.root / CONFIG).read_bytes() == b"new\n"
    assert not (opkg.root / (CONFIG + KEPT)).exists()
    assert not (opkg.root / "usr/lib/syncfile/licenses/peewee-4.5.3").exists()


def test_upgrade_keeps_what_was_edited_and_what_is_stored(feed: Feed, tmp_path: Path) -> None:
    opkg = install(feed, tmp_path / "root")
    (opkg.root / CONFIG).write_bytes(b"mine\n")
    data = opkg.root / "mnt/sda1/syncfile/syncfile.db"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"rows")
    opkg.install(newer(feed, tmp_path, b"new\n"))
    assert (opkg.root / CONFIG).read_bytes() == b"mine\n"
    assert (opkg.root / (CONFIG + KEPT)).read_bytes() == b"new\n"
    assert data.read_bytes() == b"rows"


def test_files_of_the_page_are_compressed_when_they_are_installed(feed: Feed, tmp_path: Path) -> None:
    opkg = install(feed, tmp_path)
    static = tmp_path / "usr/lib/syncfile/syncfile/faces/web/static"
    originals = {file for file in static.rglob("*") if file.is_file()}
    run_script(feed, "postinst", opkg, IPKG_INSTROOT="/image")  # of an image: that is not run on the router
    assert {file for file in static.rglob("*") if file.is_file()} == originals
    run_script(feed, "postinst", opkg)
    for file in originals:
        ready = file.with_name(f"{file.name}.gz")
        assert ready.exists() == (file.suffix in COMPRESSIBLE), file
        assert not ready.exists() or gzip.decompress(ready.read_bytes()) == file.read_bytes()
    run_script(feed, "prerm", opkg)
    assert {file for file in static.rglob("*") if file.is_file()} == originals


def test_remove_leaves_what_was_edited_and_what_is_stored_and_nothing_else(feed: Feed, tmp_path: Path) -> None:
    opkg = install(feed, tmp_path)
    (tmp_path / CONFIG).write_bytes(b"mine\n")
    data = tmp_path / "mnt/sda1/syncfile/syncfile.db"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"rows")
    opkg.remove("syncfile")
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {CONFIG, "mnt/sda1/syncfile/syncfile.db"}
    assert not (tmp_path / "usr/lib/syncfile").exists()
    assert opkg.version("syncfile") is None


def test_installing_again_after_removal_takes_up_what_was_edited(feed: Feed, tmp_path: Path) -> None:
    opkg = install(feed, tmp_path)
    (tmp_path / CONFIG).write_bytes(b"mine\n")
    opkg.remove("syncfile")
    opkg.install(feed.file("syncfile"))
    assert (tmp_path / CONFIG).read_bytes() == b"mine\n"
    shipped = {member.name: data for member, data in Ipk.read(feed.file("syncfile")).members()}
    assert (tmp_path / (CONFIG + KEPT)).read_bytes() == shipped[f"./{CONFIG}"]
