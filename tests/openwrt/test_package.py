"""The packages that ``make ipk`` makes: their form, what they say of themselves, and what is in them."""

import gzip
import io
import marshal
import re
import sys
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from importlib.util import MAGIC_NUMBER
from pathlib import Path, PurePosixPath
from types import CodeType

import pytest

from syncfile import __version__
from tests.openwrt.packages import PYTHON_VERSION, Feed, make_feed
from tools.ipk.build import source_date

MAX_BYTES = 700_000
RESCUE_READER = "syncfile/store/rescue.py"  # for other machines: the server copies it to the disk
PYC_HEADER = 16  # magic number, flags, and twice four bytes that say nothing where neither time nor source is looked at


def test_packages_built_twice_in_different_folders_are_the_same(feed: Feed, tmp_path: Path) -> None:
    again = make_feed(tmp_path)
    names = {file.name for file in feed.folder.iterdir() if file.suffix not in {".sig", ".pub"}}
    assert {"Packages", "Packages.gz", feed.file("syncfile").name, feed.file("luci-app-syncfile").name} <= names
    for name in names:
        assert (again.folder / name).read_bytes() == (feed.folder / name).read_bytes(), name


def test_package_is_small(feed: Feed) -> None:
    assert feed.file("syncfile").stat().st_size <= MAX_BYTES


def test_file_name_tells_name_version_and_architecture(feed: Feed) -> None:
    assert feed.file("syncfile").name == f"syncfile_{__version__}-r1_all.ipk"


@pytest.mark.parametrize("name", ["syncfile", "luci-app-syncfile"])
def test_package_has_its_parts_in_order(feed: Feed, name: str) -> None:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(feed.file(name).read_bytes()))) as outer:
        members = {member.name: outer.extractfile(member) for member in outer}
    assert list(members) == ["./debian-binary", "./data.tar.gz", "./control.tar.gz"]
    first = feed.file(name).read_bytes()[:8]
    assert first == b"\x1f\x8b\x08\x00\x00\x00\x00\x00"  # gzip without name and time


@pytest.mark.parametrize("name", ["syncfile", "luci-app-syncfile"])
def test_everything_belongs_to_root_and_is_of_one_time(feed: Feed, name: str) -> None:
    for member, _ in feed.ipk(name).members():
        assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", ""), member.name
        assert member.mtime == source_date(), member.name
        assert member.name.startswith("./") or member.name == ".", member.name


def test_members_are_sorted_and_folders_come_before_what_is_in_them(feed: Feed) -> None:
    members = [member for member, _ in feed.ipk("syncfile").members()]
    folders = [member.name for member in members if member.isdir()]
    files = [member.name for member in members if not member.isdir()]
    assert [member.name for member in members] == [*folders, *files]
    assert folders == sorted(folders, key=lambda name: name.split("/"))
    assert files == sorted(files, key=lambda name: (PurePosixPath(name).suffix, name.split("/")))
    assert len({*folders, *files}) == len(members)


def test_modes_are_the_usual_ones_and_settings_are_for_root_alone(feed: Feed) -> None:
    modes = {member.name: member.mode for member, _ in feed.ipk("syncfile").members()}
    assert modes["./usr/bin/syncfile"] == 0o755
    assert modes["./etc/init.d/syncfile"] == 0o755
    assert modes["./etc/uci-defaults/90_syncfile"] == 0o755
    assert modes["./etc/config/syncfile"] == 0o600
    assert modes["./etc/syncfile/syncfile.conf"] == 0o600
    others = {mode for name, mode in modes.items() if name.startswith("./usr/lib/")}
    assert others == {0o755, 0o644}


def test_control_file_says_what_the_package_is(feed: Feed) -> None:
    ipk = feed.ipk("syncfile")
    fields = ipk.fields
    assert fields["Package"] == "syncfile"
    assert fields["Version"] == f"{__version__}-r1"
    assert fields["Architecture"] == "all"
    assert fields["License"] == "Apache-2.0"
    assert fields["Section"] == "net"
    assert re.fullmatch(r"syncfile=(\d+):syncfile=\1", fields["Require-User"])
    assert fields["SourceDateEpoch"] == str(source_date())
    assert fields["Installed-Size"] == str(len(ipk.data))
    assert ipk.control["control"].decode().splitlines()[-1].startswith(" ")  # the description goes on


def test_bytecode_asks_for_the_minor_version_of_python_that_it_is_of(feed: Feed) -> None:
    major, minor = PYTHON_VERSION.split(".")
    depends = feed.ipk("syncfile").fields["Depends"].split(", ")
    assert depends[:2] == [f"python3-light (>={PYTHON_VERSION})", f"python3-light (<{major}.{int(minor) + 1})"]


def test_configuration_files_are_named(feed: Feed) -> None:
    ipk = feed.ipk("syncfile")
    assert ipk.conffiles == ["/etc/config/syncfile", "/etc/syncfile/syncfile.conf"]
    assert set(ipk.conffiles) <= {member.name.removeprefix(".") for member, _ in ipk.members()}


def test_scripts_leave_the_work_to_openwrt(feed: Feed) -> None:
    control = feed.ipk("syncfile").control
    assert set(control) == {"conffiles", "control", "postinst", "postinst-pkg", "prerm", "prerm-pkg"}
    assert control["postinst"].endswith(b"default_postinst $0 $@\n")
    assert control["prerm"].endswith(b"default_prerm $0 $@\n")


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and those within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def test_rescue_reader_is_there_as_it_is(feed: Feed) -> None:
    (found,) = (data for member, data in feed.ipk("syncfile").members() if member.name.endswith(RESCUE_READER))
    assert found == (Path(__file__).parents[2] / RESCUE_READER).read_bytes()


def test_python_is_there_as_bytecode_alone_and_names_files_as_they_are_on_the_router(feed: Feed) -> None:
    compiled = 0
    for member, data in feed.ipk("syncfile").members():
        assert not member.name.endswith((".py", ".so")) or member.name.endswith(RESCUE_READER), member.name
        assert "__pycache__" not in member.name
        if member.name.endswith(".pyc"):
            assert data[:8] == MAGIC_NUMBER + (1).to_bytes(4, "little"), member.name  # by hash, never looked at
            source = member.name.removeprefix(".").removesuffix("c")
            assert {code.co_filename for code in codes(marshal.loads(data[PYC_HEADER:]))} == {source}
            compiled += 1
    assert compiled > 100


def test_no_file_knows_where_it_was_built(feed: Feed) -> None:
    here = str(Path(__file__).parents[2]).encode()
    for member, data in feed.ipk("syncfile").members():
        assert here not in data, member.name
        assert sys.prefix.encode() not in data, member.name


def test_what_is_brought_along_lies_where_no_other_program_finds_it(feed: Feed) -> None:
    names = [member.name for member, _ in feed.ipk("syncfile").members() if not member.isdir()]
    python = [name for name in names if name.endswith(".pyc")]
    assert all(name.startswith("./usr/lib/syncfile/") for name in python)
    assert {"./usr/lib/syncfile/peewee.pyc", "./usr/lib/syncfile/multipart.pyc"} <= set(python)
    assert {name for name in names if "/licenses/" in name} == {
        "./usr/lib/syncfile/licenses/multipart-2.0.1",
        "./usr/lib/syncfile/licenses/peewee-4.5.3",
        "./usr/lib/syncfile/licenses/waitress-3.0.2",
    }


def test_luci_app_needs_the_server_and_nothing_of_python(feed: Feed) -> None:
    fields = feed.ipk("luci-app-syncfile").fields
    assert fields["Depends"] == "luci-base, luci-lib-uqr, syncfile"
    assert fields["Architecture"] == "all"
    assert fields["Version"] == f"{__version__}-r1"


def test_index_tells_size_and_hash_of_each_package(feed: Feed) -> None:
    index = (feed.folder / "Packages").read_text()
    assert gzip.decompress((feed.folder / "Packages.gz").read_bytes()).decode() == index
    entries = [dict(re.findall(r"^([\w-]+): (.*)$", part, re.MULTILINE)) for part in index.split("\n\n")]
    assert {entry["Filename"] for entry in entries} == {file.name for file in feed.folder.glob("*.ipk")}
    for entry in entries:
        data = (feed.folder / entry["Filename"]).read_bytes()
        assert entry["Size"] == str(len(data))
        assert entry["SHA256sum"] == sha256(data).hexdigest()
        assert entry.items() >= feed.ipk(entry["Package"]).fields.items()
