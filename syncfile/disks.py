"""The disks of this machine: what they are, what is on them, and whether our data may be kept there."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which

#: Of our data on a disk, and of the file that tells that it is ours (``store.data_folder``).
FOLDER_NAME = "syncfile"
MARKER_NAME = "syncfile-store.json"

#: A disk that is mounted on one of these carries the system.
_OF_THE_SYSTEM = {"/", "/overlay", "/rom", "/boot"}
_NO_DISKS = ("ram", "zram", "mtdblock", "ubiblock", "fd", "sr")
_SECTOR_BYTES = 512  # in sysfs, whatever the disk's own are
_MIN_BYTES = 1 << 20  # an extended partition looks like one of a kilobyte
_PROBE_SECONDS = 60  # disks that sleep take long


@dataclass(frozen=True, slots=True)
class FileSystem:
    """What a file system is to us.

    Attributes:
        drivers: Names of it that ``mount`` may know, best first.
        has_owners: Files belong to somebody; else all belong to whom the mount options name.
        is_recommended: Safe against power cuts, and fast.
    """

    drivers: tuple[str, ...]
    has_owners: bool
    is_recommended: bool


FILE_SYSTEMS = {
    "ext4": FileSystem(("ext4",), has_owners=True, is_recommended=True),
    "f2fs": FileSystem(("f2fs",), has_owners=True, is_recommended=True),
    "btrfs": FileSystem(("btrfs",), has_owners=True, is_recommended=True),
    "xfs": FileSystem(("xfs",), has_owners=True, is_recommended=True),
    "ext3": FileSystem(("ext3", "ext4"), has_owners=True, is_recommended=False),
    "ext2": FileSystem(("ext2", "ext4"), has_owners=True, is_recommended=False),
    "exfat": FileSystem(("exfat", "exfat-fuse"), has_owners=False, is_recommended=False),
    "ntfs": FileSystem(("ntfs3", "ntfs-3g"), has_owners=False, is_recommended=False),
    "vfat": FileSystem(("vfat",), has_owners=False, is_recommended=False),
}

#: Why a disk is not taken; the words are for programs.
PROBLEMS = {
    "system": "the system itself is on it",
    "swap": "it is swap space",
    "read_only": "it cannot be written to",
    "empty": "it has no file system: format it first, as ext4 where you can",
    "unknown": "its file system is not known here: format it first, as ext4 where you can",
    "unnamed": "its file system has no UUID by which it could be found again",
    "mounted": "it is mounted elsewhere: unmount it first",
}


@dataclass(frozen=True)
class Machine:
    """Where the machine tells of itself, and where our disk is to be.

    Attributes:
        sys: As sysfs(5), ``proc`` as proc(5).
        etc: Has ``config``, the files of UCI, on a router.
        target: Where the data disk is mounted.
        user: Whom our data belongs to.
    """

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")
    etc: Path = Path("/etc")
    target: Path = Path("/mnt/syncfile")
    user: str = "syncfile"


@dataclass(frozen=True, slots=True)
class Mount:
    """A line of ``/proc/self/mountinfo``; ``number`` is the device's, as ``8:1``."""

    number: str
    point: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Disk:
    """A partition, or a whole disk without any.

    Attributes:
        size: Bytes; ``free`` is None where it is not mounted.
        filesystem: Empty if there is none.
        store: Whether our data is on it; None where it is not mounted.
        problem: A key of ``PROBLEMS``, or empty if it can be used.
        advice: One sentence for people.
    """

    device: str
    size: int
    free: int | None
    filesystem: str
    label: str
    uuid: str
    model: str
    mount_point: str
    store: bool | None
    recommended: bool
    problem: str
    advice: str


def list_disks(machine: Machine) -> list[Disk]:
    """Return every disk that could hold data, with the reason where one cannot."""
    names = sorted(_iter_names(machine))
    facts = _probe(names)
    swap = {Path(line.split()[0]).name for line in _lines(machine.proc / "swaps")[1:]}
    disks = (_describe(machine, name, facts.get(name, {}), is_swap=name in swap) for name in names)
    return [disk for disk in disks if disk.filesystem or not disk.device.startswith("/dev/loop")]


def list_mounts(machine: Machine) -> list[Mount]:
    """Return what is mounted, in the order in which it was; see proc(5)."""
    mounts = []
    for line in _lines(machine.proc / "self" / "mountinfo"):
        before, _, after = line.partition(" - ")
        fields, (kind, source) = before.split(" "), after.split(" ")[:2]
        mounts.append(Mount(fields[2], _unescape(fields[4]), kind, _unescape(source)))
    return mounts


def mount_of(machine: Machine, path: Path) -> Mount | None:
    """Return what a path is on: of several at one place the last, which hides the others."""
    places = [path, *path.parents]
    found = [mount for mount in list_mounts(machine) if Path(mount.point) in places]
    return max(reversed(found), key=lambda mount: len(mount.point), default=None)


def find_mounts(machine: Machine, device: str) -> list[Mount]:
    """Return where a device, as ``/dev/sda1``, is mounted."""
    number = _text(machine.sys / "class" / "block" / Path(device).name / "dev")
    return [mount for mount in list_mounts(machine) if mount.number == number or mount.source == device]


def is_system(mount: Mount) -> bool:
    """Tell whether something is mounted where the system is, or in memory."""
    return mount.point in _OF_THE_SYSTEM or mount.kind in {"tmpfs", "ramfs", "devtmpfs"}


def _iter_names(machine: Machine) -> Iterator[str]:
    """Yield the names of block devices with room for data: partitions, and disks that have none."""
    for entry in (machine.sys / "class" / "block").iterdir():
        is_divided = any(entry.glob("*/partition"))
        if not is_divided and not entry.name.startswith(_NO_DISKS) and _size(entry) >= _MIN_BYTES:
            yield entry.name


def _probe(names: list[str]) -> dict[str, dict[str, str]]:
    """Return type, label and UUID of file systems by the name of the device, from OpenWrt's program or Linux's."""
    if block := which("block"):
        command = [block, "info"]
    elif blkid := which("blkid", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
        command = [blkid, "-c", "/dev/null", *(f"/dev/{name}" for name in names)]  # not from its memory
    else:
        return {}
    ended = subprocess.run(command, capture_output=True, timeout=_PROBE_SECONDS, check=False)  # noqa: S603 # no shell
    found = {}
    for line in ended.stdout.decode("utf-8", "replace").splitlines():
        device, _, rest = line.partition(": ")
        found[Path(device).name] = dict(re.findall(r'([A-Z_]+)="([^"]*)"', rest))
    return found


def _describe(machine: Machine, name: str, facts: dict[str, str], *, is_swap: bool) -> Disk:
    entry = machine.sys / "class" / "block" / name
    places = find_mounts(machine, f"/dev/{name}")
    filesystem = facts.get("TYPE", "")
    point = _shown_place(machine, places)
    problem = _problem(machine, places, facts, is_swap=is_swap, is_fixed=_text(entry / "ro") == "1")
    known = FILE_SYSTEMS.get(filesystem)
    return Disk(
        device=f"/dev/{name}",
        size=_size(entry),
        free=_free(point) if point else None,
        filesystem=filesystem,
        label=facts.get("LABEL", ""),
        uuid=facts.get("UUID", ""),
        model=_text(entry / "device" / "model") or _text(entry.resolve().parent / "device" / "model"),
        mount_point=point,
        store=_has_store(Path(point)) if point else None,
        recommended=known is not None and known.is_recommended,
        problem=problem,
        advice=_advice(problem, known),
    )


def _problem(machine: Machine, places: list[Mount], facts: dict[str, str], *, is_swap: bool, is_fixed: bool) -> str:
    """Return why a disk is not taken, or nothing; the worst reason first."""
    filesystem = facts.get("TYPE", "")
    reasons = {
        "system": any(is_system(mount) for mount in places),
        "swap": is_swap or filesystem == "swap",
        "read_only": is_fixed,
        "empty": not filesystem,
        "unknown": filesystem not in FILE_SYSTEMS,
        "unnamed": not facts.get("UUID"),
        "mounted": any(mount.point != str(machine.target) for mount in places),
    }
    return next((reason for reason, applies in reasons.items() if applies), "")


def _advice(problem: str, known: FileSystem | None) -> str:
    if problem:
        return PROBLEMS[problem]
    if known is not None and known.is_recommended:
        return "good"
    return "works; ext4 is faster, and safer when the power fails"


def _shown_place(machine: Machine, places: list[Mount]) -> str:
    points = [mount.point for mount in places]
    return str(machine.target) if str(machine.target) in points else next(iter(points), "")


def _has_store(point: Path) -> bool:
    return any(os.path.exists(folder / MARKER_NAME) for folder in (point / FOLDER_NAME, point))


def _free(point: str) -> int | None:
    try:
        found = os.statvfs(point)
    except OSError:  # pulled, and not yet unmounted
        return None
    return found.f_bavail * found.f_frsize


def _size(entry: Path) -> int:
    return int(_text(entry / "size") or 0) * _SECTOR_BYTES


def _text(file: Path) -> str:
    return "".join(_lines(file)[:1]).strip()


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _unescape(text: str) -> str:
    """Undo what mountinfo does to spaces and the like."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
