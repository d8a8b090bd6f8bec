"""Choosing the data disk on an OpenWrt router: entries that mount and name it, and its folder. Nothing is formatted."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from syncfile.disks import (
    FILE_SYSTEMS,
    FOLDER_NAME,
    MARKER_NAME,
    PROBLEMS,
    Disk,
    Machine,
    find_mounts,
    list_disks,
    list_mounts,
)
from syncfile.uci import UciError, delete_section, find_section, read_sections, set_options

SECTION_NAME = "syncfile"  # of fstab
_MOUNT_SECONDS = 120  # a disk that was pulled is checked first
_OFF = {"0", "off", "false", "no", "disabled"}


class DiskRefused(Exception):
    """What was asked for is not done; the message says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What using a disk takes.

    Attributes:
        options: To mount it with.
        data: The folder on it, which will belong to ``uid`` and ``gid``.
    """

    disk: Disk
    target: Path
    options: str
    data: Path
    uid: int
    gid: int

    def lines(self) -> list[str]:
        """Return what will be done, for people."""
        disk = self.disk
        return [
            f"{disk.device} ({disk.filesystem}, {disk.label or 'no label'}, UUID {disk.uuid})",
            f"  is mounted on {self.target} from now on, with the options {self.options}",
            f"  and SyncFile keeps its data in {self.data}. Nothing on it is deleted.",
        ]


def make_plan(machine: Machine, device: str) -> Plan:
    """Return how a disk can be used.

    Args:
        device: Its path or name, as ``sda1``.

    Raises:
        DiskRefused: It cannot.
    """
    if not _config(machine).is_dir():
        raise DiskRefused("this is no OpenWrt router: mount the disk yourself, and set data to a folder on it")
    disk = _find_disk(machine, device)
    if disk.problem:
        place = f" (on {disk.mount_point})" if disk.problem == "mounted" else ""
        raise DiskRefused(f"{disk.device} is not taken: {PROBLEMS[disk.problem]}{place}")
    if any(mount.point == str(machine.target) for mount in list_mounts(machine)) and not disk.mount_point:
        raise DiskRefused(f"another disk is mounted on {machine.target}: syncfile disk eject lets go of it")
    for name, entry in read_sections(_config(machine), "fstab"):
        is_same = entry.get("uuid", "").lower() == disk.uuid.lower()
        if is_same and name != SECTION_NAME and entry.get("enabled", "1") not in _OFF:
            place = entry.get("target", "another place")
            raise DiskRefused(f"/etc/config/fstab mounts {disk.device} on {place}: delete or disable that entry first")
    try:
        owner = pwd.getpwnam(machine.user)
    except KeyError:
        raise DiskRefused(f"there is no user {machine.user}: install the package again") from None
    options = "noatime,nosuid,nodev"
    if not FILE_SYSTEMS[disk.filesystem].has_owners:
        options += f",uid={owner.pw_uid},gid={owner.pw_gid},umask=0077"
    return Plan(disk, machine.target, options, machine.target / FOLDER_NAME, owner.pw_uid, owner.pw_gid)


def carry_out(machine: Machine, plan: Plan) -> None:
    """Mount the disk, now and whenever it comes, make our folder on it, and have the service use that.

    Raises:
        DiskRefused: It could not be mounted or written to; what was configured is as before.
    """
    config = _config(machine)
    before = find_section(config, "fstab", SECTION_NAME)
    try:
        entry = {"enabled": "1", "uuid": plan.disk.uuid, "target": str(plan.target), "options": plan.options}
        set_options(config, "fstab", "mount", SECTION_NAME, entry)
        try:
            mount(machine, plan.disk, plan.options)
            _own_folder(plan)
        except DiskRefused:
            delete_section(config, "fstab", SECTION_NAME)
            if before is not None:
                set_options(config, "fstab", "mount", SECTION_NAME, before)
            raise
        has_store = "1" if (plan.data / MARKER_NAME).exists() else "0"
        main = {"enabled": "1", "data": str(plan.data), "require_marker": has_store}
        set_options(config, "syncfile", "syncfile", "main", main)
    except UciError as error:
        raise DiskRefused(str(error)) from None
    tell_service(machine)


def mount_again(machine: Machine) -> None:
    """Mount the disk that was chosen, if it is there and is not mounted.

    Raises:
        DiskRefused: None was chosen, or it is not there, or cannot be mounted.
    """
    entry = find_section(_config(machine), "fstab", SECTION_NAME)
    if entry is None:
        raise DiskRefused("no disk was chosen: syncfile disk use does that")
    disk = next((disk for disk in list_disks(machine) if disk.uuid == entry.get("uuid")), None)
    if disk is None:
        raise DiskRefused(f"the disk with the UUID {entry.get('uuid')} is not there: plug it in")
    mount(machine, disk, entry.get("options", ""))


def mount(machine: Machine, disk: Disk, options: str) -> None:
    """Mount a disk where our data is to be, if it is not there already.

    Raises:
        DiskRefused: It cannot be mounted.
    """
    machine.target.mkdir(parents=True, exist_ok=True)
    if block := which("block"):
        commands = [[block, "mount"]]  # by fstab, as when the router starts
    else:
        target = str(machine.target)
        drivers = FILE_SYSTEMS[disk.filesystem].drivers
        commands = [["mount", "-t", driver, "-o", options, disk.device, target] for driver in drivers]
    said = ""
    while commands and not _is_mounted(machine, disk):
        said = run_program(commands.pop(0)) or said
    if not _is_mounted(machine, disk):
        raise DiskRefused(f"{disk.device} cannot be mounted on {machine.target} {said}".rstrip())


def tell_service(machine: Machine) -> None:
    """Have the service start, or take its new settings, where there is one."""
    script = machine.etc / "init.d" / "syncfile"
    if script.exists():
        run_program([str(script), "enable"])
        run_program([str(script), "reload"])


def run_program(command: Sequence[str]) -> str:
    """Run a program and return what it complained of, if it failed."""
    try:
        ended = subprocess.run(  # noqa: S603 # no shell
            command, capture_output=True, text=True, errors="replace", timeout=_MOUNT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = (ended.stderr or ended.stdout).strip().partition("\n")[0]
    return said or f"{command[0]} failed with code {ended.returncode}" if ended.returncode else ""


def _config(machine: Machine) -> Path:
    return machine.etc / "config"


def _find_disk(machine: Machine, device: str) -> Disk:
    path = os.path.realpath(device if "/" in device else f"/dev/{device}")
    found = next((disk for disk in list_disks(machine) if disk.device == path), None)
    if found is None:
        raise DiskRefused(f"there is no disk or partition {device}: syncfile disk list shows all")
    return found


def _is_mounted(machine: Machine, disk: Disk) -> bool:
    return any(mount.point == str(machine.target) for mount in find_mounts(machine, disk.device))


def _own_folder(plan: Plan) -> None:
    """Make the data folder, or take over one of another router, whose service had another number."""
    try:
        plan.data.mkdir(mode=0o700, exist_ok=True)
        owner = plan.data.stat()
        if FILE_SYSTEMS[plan.disk.filesystem].has_owners and (owner.st_uid, owner.st_gid) != (plan.uid, plan.gid):
            for folder, _, files in os.walk(plan.data, topdown=False):  # the top last: an interrupted run is repeated
                for name in (*files, ""):
                    os.chown(os.path.join(folder, name), plan.uid, plan.gid, follow_symlinks=False)
    except OSError as error:
        raise DiskRefused(f"{plan.data} cannot be written to: {error.strerror}") from None
