"""The service of the router's package: what it starts, when, and when not."""

import os
import signal
from http.client import HTTPConnection
from pathlib import Path

import pytest

from syncfile.config import SETTINGS
from tests.conftest import TIMEOUT_SECONDS
from tests.openwrt.router import FILES, Router, wait_for


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_what_is_started(router: Router) -> None:
    router.mount()
    router.set(registration="closed", tls_cert="/etc/syncfile/c.pem", tls_key="/etc/syncfile/k.pem", port="8443")
    router.service("start")
    file = str(router.path / "var/run/syncfile/syncfile.conf")
    limit = 262144 * 1024 * 3 // 4
    assert router.instance == {
        "command": [str(router.path / "usr/bin/syncfile"), "serve", "--config", file],
        "file": [file],
        "env": [f"TMPDIR={router.data}/tmp"],
        "user": ["syncfile"],
        "group": ["syncfile"],
        "respawn": [],
        "limits": ["nofile=4096 4096", f"data={limit} {limit}", "core=0 0"],
        "no_new_privs": ["1"],
        "nice": ["5"],
        "stdout": ["1"],
        "stderr": ["1"],
        "term_timeout": ["10"],
        "mdns": ["https", "tcp", "8443", "path=/"],
    }
    assert sorted(router.settings) == [
        "access_log = 0",
        f"data = {router.data}",
        "host = ::",
        "port = 8443",
        "registration = closed",
        "tls_cert = /etc/syncfile/c.pem",
        "tls_key = /etc/syncfile/k.pem",
    ]
    assert router.read("procd/syncfile.triggers").splitlines() == [
        "config.change\treload\tsyncfile",
        f"mount.add\treload\t{router.data}",
    ]
    wait_for(lambda: router.output == f"started serve --config {file}\n")


def test_settings_can_be_read_by_root_and_the_server_only(router: Router) -> None:
    router.mount()
    router.service("start")
    folder = router.path / "var/run/syncfile"
    assert (folder.stat().st_mode & 0o777, (folder / "syncfile.conf").stat().st_mode & 0o777) == (0o750, 0o640)
    owners = router.read("procd/owners").splitlines()
    assert owners == [f"syncfile:syncfile {router.data}", f"root:syncfile {folder} {folder}/new"]
    assert files_of(folder) == ["certificate", "first", "syncfile.conf"]


def test_file_with_every_setting_comes_first(router: Router) -> None:
    router.mount()
    router.write("etc/syncfile/syncfile.conf", "# mine\nworkers = 2\nport = 1\n")
    router.service("start")
    assert router.settings[:2] == ["workers = 2", "port = 1"]
    assert router.settings.index("port = 8000") > 1


def test_options_are_settings_of_the_server() -> None:
    line = next(line for line in (FILES / "syncfile.init").read_text("utf-8").splitlines() if "OPTIONS=" in line)
    assert set(line.partition("=")[2].strip('"').split()) - set(SETTINGS) == set()


@pytest.mark.parametrize(
    ("memory_kib", "limit_kib"), [(60_000, 131_072), (131_072, 131_072), (524_288, 393_216), (8_000_000, 6_000_000)]
)
def test_memory_limit_follows_the_memory(router: Router, memory_kib: int, limit_kib: int) -> None:
    router.write("proc/meminfo", f"MemTotal: {memory_kib:14} kB\nMemFree: 1 kB\n")
    router.mount()
    router.service("start")
    assert f"data={limit_kib * 1024} {limit_kib * 1024}" in router.instance["limits"]


def test_it_can_be_kept_from_telling_the_network(router: Router) -> None:
    router.mount()
    router.set(announce="0")
    router.service("start")
    assert "command" in router.instance
    assert "mdns" not in router.instance


def test_nothing_starts_before_it_is_set_up(router: Router) -> None:
    router.write("etc/config/syncfile", (FILES / "syncfile.config").read_text("utf-8"))
    router.mount()
    router.service("start")
    assert (router.instance, router.log) == ({}, "")
    assert files_of(router.disk) == []


def test_disabled_stops_what_runs(router: Router) -> None:
    router.mount()
    router.service("start")
    assert router.pid
    router.set(enabled="0")
    router.service("event", "config.change", "syncfile")
    assert router.instance == {}
    assert router.pid is None
    assert not (router.path / "var/run/syncfile").exists()


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ("", "no data folder is set; syncfile disk use chooses a disk"),
        ("mnt/disk", "the data folder 'mnt/disk' is no path that begins with /"),
        ("/nowhere/at/all", "the disk for /nowhere/at/all is not mounted; it starts when the disk comes"),
        ("/", "the disk for / is not mounted; it starts when the disk comes"),
    ],
)
def test_unusable_data_folder_is_told(router: Router, data: str, complaint: str) -> None:
    router.set(data=data)
    router.service("start")
    assert router.log == f"-t syncfile -p daemon.err not started: {complaint}\n"
    assert router.instance == {}


@pytest.mark.parametrize("mounted", ["tmpfs /{} tmpfs rw 0 0\n", "/dev/sda1 /{}x ext4 rw 0 0\n", ""])
def test_without_the_disk_nothing_is_started_nor_written(router: Router, mounted: str) -> None:
    router.disk.mkdir()
    escaped = str(router.disk).strip("/").replace(" ", "\\040")
    router.write("proc/mounts", router.read("proc/mounts") + mounted.format(escaped))
    router.service("start")
    assert "is not mounted; it starts when the disk comes" in router.log
    assert router.instance == {}
    assert files_of(router.disk) == []


def test_what_hides_a_disk_counts(router: Router) -> None:
    router.mount()
    escaped = str(router.disk).replace(" ", "\\040")
    router.write("proc/mounts", router.read("proc/mounts") + f"none {escaped} tmpfs rw 0 0\n")
    router.service("start")
    assert router.instance == {}


def test_folder_on_the_root_file_system_has_to_be_allowed(router: Router) -> None:
    router.disk.mkdir()
    router.set(allow_root="1")
    router.service("start")
    assert router.pid
    assert files_of(router.disk) == ["syncfile"]


def test_link_to_a_folder_counts_where_it_leads(router: Router) -> None:
    router.mount()
    (router.path / "link").symlink_to(router.disk)
    router.set(data=str(router.path / "link" / "syncfile"))
    router.service("start")
    assert router.pid
    router.unmount()
    router.service("start")
    assert router.pid is None


def test_it_starts_when_the_disk_comes(router: Router) -> None:
    router.disk.mkdir()
    router.service("start")
    router.hotplug("add")
    assert router.pid is None
    router.mount()
    router.hotplug("add")
    assert router.pid


def test_it_starts_when_the_disk_is_mounted(router: Router) -> None:
    router.disk.mkdir()
    router.service("start")
    router.mount()
    router.service("event", "mount.add", f"{router.disk}x")
    assert router.pid is None
    router.service("event", "mount.add", str(router.disk))
    assert router.pid


def test_it_stops_when_the_disk_has_gone(router: Router) -> None:
    router.mount()
    router.service("start")
    wait_for(lambda: "started" in router.output)
    router.unmount()
    router.hotplug("remove")
    assert router.pid is None
    assert router.output.endswith("stopped\n")
    assert files_of(router.disk) == []


def test_stopped_by_hand_it_stays_so_when_disks_come_and_go(router: Router) -> None:
    router.mount()
    router.service("start")
    router.service("stop")
    router.hotplug("add")
    router.service("event", "mount.add", str(router.disk))
    assert (router.pid, router.instance) == (None, {})


def test_other_events_of_a_disk_are_passed_over(router: Router) -> None:
    router.disk.mkdir()
    router.service("start")
    router.mount()
    router.hotplug("change")
    assert router.pid is None


def test_once_there_was_a_store_no_other_disk_will_do(router: Router) -> None:
    router.mount(store=True)
    router.service("start")
    assert "require_marker = true" in router.settings
    assert router.get("require_marker") == "1"
    router.unmount()
    router.mount()
    router.hotplug("add")
    assert router.pid is None
    assert f"the disk at {router.data} has none of our data; it starts when the right one comes" in router.log
    assert files_of(router.disk) == []


def test_new_disk_gets_its_folder_and_may_become_a_store(router: Router) -> None:
    router.mount()
    router.service("start")
    assert files_of(router.disk) == ["syncfile"]
    assert router.data.stat().st_mode & 0o777 == 0o700
    assert "require_marker = true" not in router.settings
    assert router.get("require_marker") == ""


def test_run_that_makes_the_store_is_not_restarted_for_it(router: Router) -> None:
    router.mount()
    router.service("start")
    pid = router.pid
    (router.data / "syncfile-store.json").write_text("{}")
    router.hotplug("add")
    assert router.get("require_marker") == "1"
    assert router.pid == pid
    router.unmount()
    router.hotplug("remove")
    router.mount(store=True)
    router.hotplug("add")
    assert "require_marker = true" in router.settings


def test_started_twice_it_runs_once(router: Router) -> None:
    router.mount()
    router.service("start")
    pid = router.pid
    router.service("start")
    assert pid
    assert router.pid == pid
    assert router.read("procd/syncfile.signals") == ""


def test_changed_setting_restarts_it(router: Router) -> None:
    router.mount()
    router.service("start")
    wait_for(lambda: "started" in router.output)
    pid = router.pid
    router.set(log_level="debug")
    router.service("event", "config.change", "syncfile")
    assert router.pid
    assert router.pid != pid
    assert router.read("procd/syncfile.signals") == "TERM\n"
    assert "log_level = debug" in router.settings


def certify(router: Router, text: str) -> None:
    """Give the router a certificate."""
    router.write("etc/syncfile/c.pem", text)
    router.write("etc/syncfile/k.pem", "key")


def test_another_certificate_is_read_without_a_restart(router: Router) -> None:
    router.mount()
    certify(router, "one")
    router.set(tls_cert=f"{router.path}/etc/syncfile/c.pem", tls_key=f"{router.path}/etc/syncfile/k.pem")
    router.service("start")
    wait_for(lambda: "started" in router.output)
    pid = router.pid
    certify(router, "two")
    router.service("reload")
    wait_for(lambda: router.output.endswith("read again\n"))
    assert router.pid == pid
    assert router.read("procd/syncfile.signals") == "HUP\n"


def test_without_a_change_a_reload_leaves_it_alone(router: Router) -> None:
    """A disk that comes makes several, while the server is just starting and a signal would end it."""
    router.mount()
    certify(router, "one")
    router.set(tls_cert=f"{router.path}/etc/syncfile/c.pem", tls_key=f"{router.path}/etc/syncfile/k.pem")
    router.service("start")
    pid = router.pid
    router.service("reload")
    router.hotplug("add")
    router.service("event", "mount.add", str(router.disk))
    assert pid
    assert router.pid == pid
    assert router.read("procd/syncfile.signals") == ""


def test_reload_starts_what_does_not_run(router: Router) -> None:
    router.mount()
    router.service("reload")
    assert router.pid
    assert router.read("procd/syncfile.signals") == ""


def test_it_is_stopped_before_disks_are_unmounted(router: Router) -> None:
    router.service("enable")
    (stop,) = (path.name for path in (router.path / "etc/rc.d").glob("K*"))
    assert int(stop[1:3]) < 90  # of umount


def test_option_of_two_lines_cannot_smuggle_a_setting(router: Router) -> None:
    router.mount()
    router.write(
        "etc/config/syncfile", router.read("etc/config/syncfile") + "\toption public_url 'http://a\nport = 1'\n"
    )
    router.service("start")
    assert router.instance == {}
    assert "the option public_url has more than one line" in router.log
    assert router.settings == []


def test_sourcing_the_script_does_nothing(router: Router) -> None:
    before = files_of(router.path)
    router.service("service_started")  # a function of no effect
    assert [name for name in files_of(router.path) if name not in before and not name.startswith("procd")] == []


def test_real_server_serves_from_the_disk_and_stops(router: Router) -> None:
    port = router.install_server()
    router.mount()
    router.service("start")
    wait_for(lambda: f"on http://127.0.0.1:{port}" in router.output)
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
    finally:
        connection.close()
    assert (router.data / "syncfile-store.json").exists()
    router.service("stop")
    assert router.pid is None
    router.service("start")
    assert "require_marker = true" in router.settings
    wait_for(lambda: router.output.count(f"on http://127.0.0.1:{port}") == 2)
    assert router.pid
    os.kill(router.pid, signal.SIGTERM)
    wait_for(lambda: router.pid is None)


def test_real_server_says_which_setting_makes_no_sense(router: Router) -> None:
    router.install_server()
    router.mount()
    router.set(registration="all")
    router.service("start")
    wait_for(lambda: router.pid is None)
    assert router.output.startswith(f"syncfile: {router.path}/var/run/syncfile/syncfile.conf:")
    assert router.output.endswith("registration must be one of open, lan, closed\n")
    assert files_of(router.disk) == ["syncfile"]
