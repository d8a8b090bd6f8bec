"""List disks, choose the one that holds the data, eject it, and use it again. Nothing is ever formatted.

Exit codes: 0 done, 1 refused (an unsuitable disk, the answer no, something still uses it), 2 it could not begin.
"""

import argparse
import json
import os
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path

from syncfile import config
from syncfile.daemon import complain
from syncfile.disk_setup import DiskRefused, carry_out, make_plan, mount_again, run_program, tell_service
from syncfile.disks import Disk, Machine, is_system, list_disks, mount_of
from syncfile.uci import UciError, find_section

MACHINE = Machine()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add one sub-command for each operation."""
    operations = parser.add_subparsers(required=True, metavar="OPERATION")
    listed = operations.add_parser("list", help="show disks and partitions, and which are suitable")
    listed.add_argument("--json", action="store_true", help="for programs")
    listed.set_defaults(operation=_list)
    used = operations.add_parser("use", help="mount a disk, now and whenever it comes, and keep the data on it")
    used.add_argument("device", metavar="DEVICE", help="as /dev/sda1")
    used.add_argument("--yes", action="store_true", help="do not ask")
    used.set_defaults(operation=_use)
    ejected = operations.add_parser("eject", help="let go of the data disk, so that it can be unplugged")
    ejected.set_defaults(operation=_eject)
    resumed = operations.add_parser("resume", help="use the data disk again")
    resumed.set_defaults(operation=_resume)
    for parser_of_data in (ejected, resumed):
        config.add_arguments(parser_of_data, ["data"])


def run(arguments: argparse.Namespace) -> int:
    """Do one operation."""
    if arguments.operation is not _list and os.geteuid() != 0:
        return complain(PermissionError("only root can mount and unmount disks"))
    try:
        code: int = arguments.operation(arguments)
    except DiskRefused as error:
        complain(error)
        return 1
    except (config.ConfigError, UciError) as error:
        return complain(error)
    return code


def _list(arguments: argparse.Namespace) -> int:
    disks = list_disks(MACHINE)
    if arguments.json:
        print(json.dumps([asdict(disk) for disk in disks], indent=1))
        return 0
    rows = [[field.name.replace("_", " ") for field in fields(Disk) if field.name in _SHOWN], *map(_row, disks)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    return 0


_SHOWN = ("device", "size", "free", "filesystem", "label", "mount_point", "store", "advice")


def _row(disk: Disk) -> list[str]:
    values = asdict(disk)
    return [_shown(name, values[name]) for name in _SHOWN]


def _shown(name: str, value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _amount(value) if isinstance(value, int) else str(value)


def _amount(count: float) -> str:
    """Return bytes as makers of disks count them."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def _use(arguments: argparse.Namespace) -> int:
    plan = make_plan(MACHINE, arguments.device)
    print(*plan.lines(), sep="\n")
    if not arguments.yes and not _agrees():
        print("Nothing was changed.")
        return 1
    carry_out(MACHINE, plan)
    print(f"SyncFile uses {plan.disk.device} now.")
    return 0


def _agrees() -> bool:
    try:
        return input("Go on? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _eject(arguments: argparse.Namespace) -> int:
    data = _data(arguments)
    mount = mount_of(MACHINE, data)
    if mount is None or is_system(mount):
        raise DiskRefused(f"{data} is on no disk that could be unplugged")
    _ask_server(data)
    os.sync()
    if said := run_program(["umount", mount.point]):
        users = _users_of(mount.point)
        _resume_server(data)
        raise DiskRefused("; ".join([said.rstrip("."), *users, "SyncFile goes on using it"]))
    print(f"{mount.source} can be unplugged.")
    return 0


def _resume(arguments: argparse.Namespace) -> int:
    data = _data(arguments)
    mount = mount_of(MACHINE, data)
    if mount is None or is_system(mount):
        mount_again(MACHINE)
    _resume_server(data)
    print("SyncFile uses the disk again.")
    return 0


def _data(arguments: argparse.Namespace) -> Path:
    """Return the data folder: the router's configuration has it, if nothing else was given."""
    chosen = find_section(MACHINE.etc / "config", "syncfile", "main") or {}
    is_given = arguments.data or arguments.config or "SYNCFILE_DATA" in os.environ
    if chosen.get("data") and not is_given:
        return Path(chosen["data"])
    return Path(os.path.abspath(config.from_arguments(arguments, os.environ).data))


def _ask_server(data: Path) -> None:
    """Return when no server has anything open on the disk."""
    from syncfile.core import eject  # with all that it imports, which takes seconds on a router
    from syncfile.errors import NotFound, SyncFileError

    try:
        eject.ask(str(data))
    except NotFound:
        return
    except SyncFileError as error:
        raise DiskRefused(str(error)) from None


def _resume_server(data: Path) -> None:
    from syncfile.core import eject
    from syncfile.errors import NotFound

    with suppress(NotFound):
        eject.ask_to_resume(str(data))
    tell_service(MACHINE)


def _users_of(point: str) -> list[str]:
    """Return who has something open below a mount point."""
    found = []
    for process in MACHINE.proc.glob("[0-9]*"):
        with suppress(OSError):
            links = [process / "cwd", process / "root", *(process / "fd").iterdir()]
            if any(f"{os.readlink(link)}/".startswith(f"{point}/") for link in links):
                found.append(f"{(process / 'comm').read_text('utf-8').strip()} ({process.name}) uses it")
    return found
