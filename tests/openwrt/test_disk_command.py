"""``syncfile disk`` on a machine of files: what it says, refuses and configures."""

import io
import json
import os
import pwd
import signal
from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.store.data_folder import DataFolder
from syncfile.uci import find_section, set_options
from tests.openwrt.machine import FakeMachine

Capture = pytest.CaptureFixture[str]


def plug_in(fake: FakeMachine, filesystem: str = "ext4", name: str = "sda1") -> None:
    """Plug in a disk that can be mounted in our place."""
    fake.add_disk(name[:3], "")
    fake.add_disk(name, filesystem)
    fake.write("to-mount", fake.mount_line(f"/dev/{name}", str(fake.target), kind=filesystem))


def config_of(fake: FakeMachine) -> Path:
    return fake.folder / "etc" / "config"


def entries(fake: FakeMachine) -> dict[str, str]:
    """Return what the configuration's files hold, to see that it has not changed."""
    return {path.name: path.read_text("utf-8") for path in config_of(fake).iterdir()}


def use(fake: FakeMachine) -> None:
    """Use a disk that is plugged in."""
    plug_in(fake)
    assert main(["disk", "use", "sda1", "--yes"]) == 0
    fake.write("service", "")


# list


def test_disks_are_shown_in_columns(fake: FakeMachine, capsys: Capture) -> None:
    fake.add_disk("sda", "ext4", size=4_000_000_000_000, label="photos")
    fake.add_disk("sdb", "hfsplus", size=16_000_000_000)
    assert main(["disk", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "device    size   free  filesystem  label   mount point  store  advice",
        "/dev/sda  4 TB   -     ext4        photos  -            -      good",
        "/dev/sdb  16 GB  -     hfsplus     -       -            -      its file system is not known here:"
        " format it first, as ext4 where you can",
    ]


def test_programs_get_the_disks_as_json(fake: FakeMachine, capsys: Capture) -> None:
    fake.add_disk("sda", "exfat", size=1 << 30, label="a \\ b")
    assert main(["disk", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "device": "/dev/sda",
            "size": 1 << 30,
            "free": None,
            "filesystem": "exfat",
            "label": "a \\ b",
            "uuid": "sda-uuid",
            "model": "",
            "mount_point": "",
            "store": None,
            "recommended": False,
            "problem": "",
            "advice": "works; ext4 is faster, and safer when the power fails",
        }
    ]


def test_whoever_is_not_root_may_only_look(fake: FakeMachine, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main(["disk", "list"]) == 0
    for arguments in (["use", "/dev/sda1"], ["eject"], ["resume"]):
        assert main(["disk", *arguments]) == 2
    assert capsys.readouterr().err == 3 * "syncfile: only root can mount and unmount disks\n"


# use


def test_disk_is_mounted_and_configured(fake: FakeMachine, capsys: Capture) -> None:
    plug_in(fake)
    assert main(["disk", "use", "/dev/sda1", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "SyncFile uses /dev/sda1 now."
    data = fake.target / "syncfile"
    assert find_section(config_of(fake), "fstab", "syncfile") == {
        "enabled": "1",
        "uuid": "sda1-uuid",
        "target": str(fake.target),
        "options": "noatime,nosuid,nodev",
    }
    assert find_section(config_of(fake), "syncfile", "main") == {
        "enabled": "1",
        "data": str(data),
        "require_marker": "0",
    }
    assert data.stat().st_mode & 0o777 == 0o700
    assert fake.read("service") == "enable\nreload\n"


def test_disk_without_owners_gets_one_by_its_options(fake: FakeMachine) -> None:
    plug_in(fake, "exfat")
    assert main(["disk", "use", "sda1", "--yes"]) == 0
    owner = pwd.getpwnam(fake.machine.user)
    options = f"noatime,nosuid,nodev,uid={owner.pw_uid},gid={owner.pw_gid},umask=0077"
    assert (find_section(config_of(fake), "fstab", "syncfile") or {})["options"] == options


def test_disk_with_our_data_is_the_only_one_that_will_do(fake: FakeMachine) -> None:
    plug_in(fake)
    (fake.target / "syncfile").mkdir(parents=True)
    (fake.target / "syncfile" / "syncfile-store.json").write_text("{}")
    assert main(["disk", "use", "sda1", "--yes"]) == 0
    assert (find_section(config_of(fake), "syncfile", "main") or {})["require_marker"] == "1"


def test_it_asks_and_takes_no_for_an_answer(
    fake: FakeMachine, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    plug_in(fake)
    before = entries(fake)
    for answer in ("", "n\n", "\n", "why\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert main(["disk", "use", "/dev/sda1"]) == 1
    assert entries(fake) == before
    assert not fake.target.exists()
    shown = capsys.readouterr().out
    assert shown.startswith(f"/dev/sda1 (ext4, no label, UUID sda1-uuid)\n  is mounted on {fake.target} from now on")
    assert shown.endswith("Go on? [y/N] Nothing was changed.\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("Yes\n"))
    assert main(["disk", "use", "/dev/sda1"]) == 0
    assert entries(fake) != before


def test_used_twice_is_used_once(fake: FakeMachine) -> None:
    use(fake)
    before = entries(fake)
    assert main(["disk", "use", "sda1", "--yes"]) == 0
    assert entries(fake) == before
    assert fake.read("proc/self/mountinfo").count(str(fake.target)) == 1


def refusal(fake: FakeMachine, capsys: Capture, device: str = "/dev/sda1") -> str:
    """Return how a disk is refused, having seen that nothing was changed."""
    before = entries(fake)
    assert main(["disk", "use", device, "--yes"]) == 1
    assert entries(fake) == before
    assert fake.read("service") == ""
    return capsys.readouterr().err.removeprefix("syncfile: ").rstrip()


def test_disk_that_is_not_there_is_refused(fake: FakeMachine, capsys: Capture) -> None:
    assert refusal(fake, capsys) == "there is no disk or partition /dev/sda1: syncfile disk list shows all"


def test_disk_of_the_system_is_refused(fake: FakeMachine, capsys: Capture) -> None:
    plug_in(fake)
    fake.mount("/dev/sda1", "/overlay")
    assert refusal(fake, capsys) == "/dev/sda1 is not taken: the system itself is on it"


def test_disk_that_is_mounted_elsewhere_is_refused(fake: FakeMachine, capsys: Capture) -> None:
    plug_in(fake)
    fake.mount("/dev/sda1", "/mnt/sda1")
    said = "/dev/sda1 is not taken: it is mounted elsewhere: unmount it first (on /mnt/sda1)"
    assert refusal(fake, capsys) == said


@pytest.mark.parametrize(
    ("filesystem", "reason"),
    [
        ("swap", "it is swap space"),
        ("hfsplus", "its file system is not known here: format it first, as ext4 where you can"),
        ("", "it has no file system: format it first, as ext4 where you can"),
    ],
)
def test_unsuitable_disk_is_refused(fake: FakeMachine, capsys: Capture, filesystem: str, reason: str) -> None:
    plug_in(fake, filesystem)
    assert refusal(fake, capsys) == f"/dev/sda1 is not taken: {reason}"


def test_second_disk_in_the_place_of_the_first_is_refused(fake: FakeMachine, capsys: Capture) -> None:
    use(fake)
    plug_in(fake, name="sdb1")
    said = f"another disk is mounted on {fake.target}: syncfile disk eject lets go of it"
    assert refusal(fake, capsys, "sdb1") == said


def test_entry_of_somebody_else_for_the_same_disk_is_respected(fake: FakeMachine, capsys: Capture) -> None:
    plug_in(fake)
    set_options(config_of(fake), "fstab", "mount", "music", {"uuid": "SDA1-UUID", "target": "/mnt/music"})
    said = "/etc/config/fstab mounts /dev/sda1 on /mnt/music: delete or disable that entry first"
    assert refusal(fake, capsys) == said
    set_options(config_of(fake), "fstab", "mount", "music", {"enabled": "0"})
    assert main(["disk", "use", "sda1", "--yes"]) == 0


def test_disk_that_cannot_be_mounted_leaves_no_entry(fake: FakeMachine, capsys: Capture) -> None:
    plug_in(fake)
    fake.write("to-mount", "")
    assert main(["disk", "use", "sda1", "--yes"]) == 1
    assert capsys.readouterr().err == f"syncfile: /dev/sda1 cannot be mounted on {fake.target}\n"
    assert find_section(config_of(fake), "fstab", "syncfile") is None
    assert find_section(config_of(fake), "syncfile", "main") is None


def test_disk_that_cannot_be_mounted_leaves_the_entry_of_the_one_before(fake: FakeMachine) -> None:
    use(fake)
    assert main(["disk", "eject"]) == 0
    before = find_section(config_of(fake), "fstab", "syncfile")
    plug_in(fake, name="sdb1")
    fake.write("to-mount", "")
    assert main(["disk", "use", "sdb1", "--yes"]) == 1
    assert find_section(config_of(fake), "fstab", "syncfile") == before


def test_disk_that_cannot_be_written_to_is_refused(fake: FakeMachine, capsys: Capture) -> None:
    plug_in(fake)
    fake.target.mkdir(parents=True)
    (fake.target / "syncfile").write_text("a file")
    said = f"{fake.target / 'syncfile'} cannot be written to: File exists"
    assert main(["disk", "use", "sda1", "--yes"]) == 1
    assert capsys.readouterr().err == f"syncfile: {said}\n"
    assert find_section(config_of(fake), "fstab", "syncfile") is None


def test_missing_user_is_told(fake: FakeMachine, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    plug_in(fake)
    monkeypatch.setattr("syncfile.disk_setup.pwd.getpwnam", {}.__getitem__)
    assert "there is no user" in refusal(fake, capsys)


def test_machine_that_is_no_router_is_told(fake: FakeMachine, capsys: Capture) -> None:
    plug_in(fake)
    (fake.folder / "etc" / "config").rename(fake.folder / "etc" / "other")
    assert main(["disk", "use", "sda1", "--yes"]) == 1
    assert capsys.readouterr().err.startswith("syncfile: this is no OpenWrt router")


# eject and resume


def test_ejected_disk_is_unmounted(fake: FakeMachine, capsys: Capture) -> None:
    use(fake)
    assert main(["disk", "eject"]) == 0
    assert capsys.readouterr().out.endswith("/dev/sda1 can be unplugged.\n")
    assert str(fake.target) not in fake.read("proc/self/mountinfo")
    assert main(["disk", "eject"]) == 1
    assert capsys.readouterr().err == f"syncfile: {fake.target}/syncfile is on no disk that could be unplugged\n"


def test_disk_that_something_uses_stays_in_use(fake: FakeMachine, capsys: Capture) -> None:
    use(fake)
    fake.write("busy", "")
    for pid, place in (("7", f"{fake.target}/film"), ("8", f"{fake.target}x")):
        (fake.folder / "proc" / pid / "fd").mkdir(parents=True)
        (fake.folder / "proc" / pid / "cwd").symlink_to("/")
        (fake.folder / "proc" / pid / "root").symlink_to("/")
        (fake.folder / "proc" / pid / "fd" / "3").symlink_to(place)
        (fake.folder / "proc" / pid / "comm").write_text("smbd\n")
    assert main(["disk", "eject"]) == 1
    said = f"umount: can't unmount {fake.target}: Resource busy; smbd (7) uses it; SyncFile goes on using it"
    assert capsys.readouterr().err == f"syncfile: {said}\n"
    assert fake.read("service") == "enable\nreload\n"


def test_server_that_does_not_let_go_keeps_the_disk(
    fake: FakeMachine, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(fake)
    data = fake.target / "syncfile"
    folder = DataFolder(str(data))
    folder.open()
    folder.lock()
    asked: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _frame: asked.append(number))
    monkeypatch.setattr("syncfile.core.eject.ask.__defaults__", (0.3,))
    try:
        assert main(["disk", "eject"]) == 1
    finally:
        signal.signal(signal.SIGUSR1, before)
        folder.close()
    assert asked == [signal.SIGUSR1]
    assert capsys.readouterr().err == "syncfile: the server is still busy with the disk, see its log\n"
    assert str(fake.target) in fake.read("proc/self/mountinfo")


def test_folder_that_is_given_comes_before_the_configured_one(fake: FakeMachine, capsys: Capture) -> None:
    use(fake)
    assert main(["disk", "eject", "--data", "/elsewhere"]) == 1
    assert capsys.readouterr().err == "syncfile: /elsewhere is on no disk that could be unplugged\n"


def test_resumed_disk_is_mounted_again(fake: FakeMachine, capsys: Capture) -> None:
    use(fake)
    assert main(["disk", "eject"]) == 0
    fake.write("to-mount", fake.mount_line("/dev/sda1", str(fake.target)))
    assert main(["disk", "resume"]) == 0
    assert capsys.readouterr().out.endswith("SyncFile uses the disk again.\n")
    assert str(fake.target) in fake.read("proc/self/mountinfo")
    assert fake.read("service") == "enable\nreload\n"


def test_disk_that_was_unplugged_cannot_be_resumed(fake: FakeMachine, capsys: Capture) -> None:
    use(fake)
    assert main(["disk", "eject"]) == 0
    (fake.folder / "sys/class/block/sda1").unlink()
    assert main(["disk", "resume"]) == 1
    assert capsys.readouterr().err == "syncfile: the disk with the UUID sda1-uuid is not there: plug it in\n"


def test_nothing_to_resume_is_told(fake: FakeMachine, capsys: Capture) -> None:
    assert main(["disk", "resume", "--data", "/mnt/x"]) == 1
    assert capsys.readouterr().err == "syncfile: no disk was chosen: syncfile disk use does that\n"
