"""What is told of disks, and which are taken."""

from pathlib import Path

import pytest

from storage.local import LocalBackend
from syncfile.disks import FILE_SYSTEMS, MARKER_NAME, PROBLEMS, Disk, list_disks, mount_of
from syncfile.store import data_folder
from tests.openwrt.machine import FakeMachine
from tests.openwrt.router import FILES


def only(fake: FakeMachine) -> Disk:
    (disk,) = list_disks(fake.machine)
    return disk


def test_router_without_disks_lists_none(fake: FakeMachine) -> None:
    assert list_disks(fake.machine) == []


def test_partition_is_told_with_all_that_is_known(fake: FakeMachine) -> None:
    fake.add_disk("sda", "")
    fake.add_disk("sda1", size=1000 << 30, label="my photos")
    fake.set_model("sda", "Portable SSD")
    assert only(fake) == Disk(
        device="/dev/sda1",
        size=1000 << 30,
        free=None,
        filesystem="ext4",
        label="my photos",
        uuid="sda1-uuid",
        model="Portable SSD",
        mount_point="",
        store=None,
        recommended=True,
        problem="",
        advice="good",
    )


def test_disk_without_partitions_is_told(fake: FakeMachine) -> None:
    fake.add_disk("sdb", "exfat")
    fake.set_model("sdb", "Stick")
    assert (only(fake).device, only(fake).model) == ("/dev/sdb", "Stick")


@pytest.mark.parametrize("filesystem", FILE_SYSTEMS)
def test_every_usable_file_system_has_advice(fake: FakeMachine, filesystem: str) -> None:
    fake.add_disk("sda", filesystem)
    is_good = filesystem in {"ext4", "f2fs", "btrfs", "xfs"}
    assert only(fake).problem == ""
    assert only(fake).recommended == is_good
    assert only(fake).advice == ("good" if is_good else "works; ext4 is faster, and safer when the power fails")


@pytest.mark.parametrize(
    ("filesystem", "uuid", "fixed", "problem"),
    [
        ("", "x", False, "empty"),
        ("swap", "x", False, "swap"),
        ("hfsplus", "x", False, "unknown"),
        ("crypto_LUKS", "x", False, "unknown"),
        ("ext4", "", False, "unnamed"),
        ("ext4", "x", True, "read_only"),
    ],
)
def test_what_cannot_be_used_is_told_with_the_reason(
    fake: FakeMachine, filesystem: str, uuid: str, fixed: bool, problem: str
) -> None:
    fake.add_disk("sda", filesystem, uuid=uuid, fixed=fixed)
    assert (only(fake).problem, only(fake).advice) == (problem, PROBLEMS[problem])


@pytest.mark.parametrize("point", ["/", "/overlay", "/rom", "/boot"])
def test_disk_of_the_system_is_told(fake: FakeMachine, point: str) -> None:
    fake.add_disk("sda")
    fake.mount("/dev/sda", point)
    assert only(fake).problem == "system"


def test_system_is_known_by_its_number_too(fake: FakeMachine) -> None:
    fake.add_disk("sda")
    fake.mount("/dev/root", "/", (fake.folder / "sys/class/block/sda/dev").read_text().strip())
    assert only(fake).problem == "system"


def test_swap_in_use_is_told(fake: FakeMachine) -> None:
    fake.add_disk("sda")
    fake.write("proc/swaps", fake.read("proc/swaps") + "/dev/sda partition 1 0 -2\n")
    assert only(fake).problem == "swap"


def test_disk_that_is_mounted_elsewhere_is_told_with_its_place(fake: FakeMachine) -> None:
    fake.add_disk("sda")
    fake.mount("/dev/sda", "/mnt/old place")
    assert (only(fake).problem, only(fake).mount_point) == ("mounted", "/mnt/old place")


def test_disk_in_our_place_is_told_with_what_is_free(fake: FakeMachine) -> None:
    fake.add_disk("sda")
    fake.target.mkdir(parents=True)
    fake.mount("/dev/sda", str(fake.target))
    disk = only(fake)
    assert (disk.problem, disk.mount_point, disk.store) == ("", str(fake.target), False)
    assert disk.free
    assert disk.free > 0


@pytest.mark.parametrize("folder", [".", "syncfile"])
def test_disk_with_our_data_is_told(fake: FakeMachine, folder: str) -> None:
    fake.add_disk("sda")
    (fake.target / folder).mkdir(parents=True)
    (fake.target / folder / "syncfile-store.json").touch()
    fake.mount("/dev/sda", str(fake.target))
    assert only(fake).store is True


def test_disk_that_was_pulled_while_mounted_has_nothing_free(fake: FakeMachine) -> None:
    fake.add_disk("sda")
    fake.mount("/dev/sda", str(fake.target))
    assert (only(fake).free, only(fake).store) == (None, False)


@pytest.mark.parametrize(
    ("name", "filesystem", "size"),
    [("zram0", "swap", 1 << 30), ("ram0", "ext4", 1 << 30), ("loop3", "", 1 << 30), ("sda", "", 1024), ("sdb", "", 0)],
)
def test_what_is_no_disk_is_left_out(fake: FakeMachine, name: str, filesystem: str, size: int) -> None:
    fake.add_disk(name, filesystem, size=size)
    assert list_disks(fake.machine) == []


def test_without_a_program_that_looks_nothing_is_taken(fake: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncfile.disks.which", lambda *_, **__: None)
    fake.add_disk("sda")
    assert only(fake).problem == "empty"


def test_later_mount_hides_the_earlier(fake: FakeMachine) -> None:
    fake.mount("/dev/sda", "/mnt/a")
    fake.mount("/dev/sdb", "/mnt/a")
    fake.mount("/dev/sdc", "/mnt/ab")
    fake.mount("/dev/sdd", "/mnt/a b")
    found = {path: mount_of(fake.machine, Path(path)) for path in ("/mnt/a/x", "/mnt/a b/x", "/mnt/x")}
    assert {path: mount.source if mount else None for path, mount in found.items()} == {
        "/mnt/a/x": "/dev/sdb",
        "/mnt/a b/x": "/dev/sdd",
        "/mnt/x": "overlayfs:/overlay",
    }


def test_marker_has_one_name_everywhere() -> None:
    assert MARKER_NAME == data_folder.MARKER_NAME
    assert f"\nMARKER={MARKER_NAME}\n" in (FILES / "syncfile.init").read_text("utf-8")


def test_temporary_files_go_where_the_store_sweeps_them(tmp_path: Path) -> None:
    LocalBackend(str(tmp_path)).prepare()
    assert (tmp_path / "tmp").is_dir()
    assert 'TMPDIR="$data/tmp"' in (FILES / "syncfile.init").read_text("utf-8")
