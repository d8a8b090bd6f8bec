"""A machine made of files: disks as sysfs tells of them, what is mounted, and the programs of a router."""

import getpass
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from syncfile.disks import Machine

#: In the place of OpenWrt's program: tells what was written for it, and mounts by adding a line to mountinfo.
_BLOCK = """#!/bin/sh
case "$1" in
info) cat "{folder}/block-info" ;;
mount) cat "{folder}/to-mount" >> "{folder}/proc/self/mountinfo"; : > "{folder}/to-mount" ;;
esac
"""
_UMOUNT = """#!/bin/sh
[ ! -e "{folder}/busy" ] || {{ echo "umount: can't unmount $1: Resource busy" >&2; exit 1; }}
grep -v " $1 " "{folder}/proc/self/mountinfo" > "{folder}/left"
mv "{folder}/left" "{folder}/proc/self/mountinfo"
"""
_SERVICE = '#!/bin/sh\necho "$1" >> "{folder}/service"\n'


@dataclass
class FakeMachine:
    """Begins with a system in flash and no disk.

    Args:
        folder: An empty folder.
    """

    folder: Path
    _count: int = field(default=0)

    def __post_init__(self) -> None:
        for name in ("sys/class/block", "sys/devices", "proc/self", "etc/config", "etc/init.d", "bin"):
            (self.folder / name).mkdir(parents=True)
        self.write("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n")
        for name in ("block-info", "to-mount", "proc/self/mountinfo", "etc/config/fstab", "etc/config/syncfile"):
            self.write(name, "")
        self._program("bin/block", _BLOCK)
        self._program("bin/umount", _UMOUNT)
        self._program("etc/init.d/syncfile", _SERVICE)
        self.add_disk("mtdblock0", "")
        self.mount("/dev/root", "/rom", "31:0", kind="squashfs")
        self.mount("overlayfs:/overlay", "/", "0:20", kind="overlay")

    @property
    def machine(self) -> Machine:
        return Machine(
            sys=self.folder / "sys",
            proc=self.folder / "proc",
            etc=self.folder / "etc",
            target=self.target,
            user=getpass.getuser(),
        )

    @property
    def target(self) -> Path:
        return self.folder / "mnt" / "syncfile"

    @property
    def path(self) -> str:
        """Of programs: those of the router, and what its scripts need."""
        return f"{self.folder / 'bin'}:/usr/bin:/bin"

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")

    def read(self, name: str) -> str:
        file = self.folder / name
        return file.read_text("utf-8") if file.exists() else ""

    def add_disk(
        self,
        name: str,
        filesystem: str = "ext4",
        *,
        size: int = 64 << 30,
        uuid: str | None = None,
        label: str = "",
        fixed: bool = False,
    ) -> None:
        """Plug in a disk without partitions, or, with a name as ``sda1``, add one to a disk that is there."""
        self._count += 1
        disk = re.sub(r"(?<=sd[a-z])[0-9]+$", "", name)
        entry = self.folder / "sys" / "devices" / disk / (name if name != disk else "")
        entry.mkdir()
        for file, text in (("size", str(size // 512)), ("dev", f"8:{self._count}"), ("ro", str(int(fixed)))):
            (entry / file).write_text(f"{text}\n")
        if name != disk:
            (entry / "partition").write_text("1\n")
        (self.folder / "sys" / "class" / "block" / name).symlink_to(entry)
        facts = {"UUID": f"{name}-uuid" if uuid is None else uuid, "LABEL": label, "VERSION": "1.0", "TYPE": filesystem}
        if filesystem:
            shown = " ".join(f'{key}="{value}"' for key, value in facts.items() if value)
            self.write("block-info", self.read("block-info") + f"/dev/{name}: {shown}\n")

    def set_model(self, disk: str, model: str) -> None:
        folder = self.folder / "sys" / "devices" / disk / "device"
        folder.mkdir()
        (folder / "model").write_text(f"{model}   \n")

    def mount(self, source: str, point: str, number: str = "0:99", *, kind: str = "ext4") -> None:
        """Add a line to mountinfo."""
        self.write(
            "proc/self/mountinfo", self.read("proc/self/mountinfo") + self.mount_line(source, point, number, kind)
        )

    def mount_line(self, source: str, point: str, number: str = "0:99", kind: str = "ext4") -> str:
        escaped = point.replace(" ", "\\040")
        return f"36 25 {number} / {escaped} rw,noatime shared:1 - {kind} {source} rw\n"

    def _program(self, name: str, text: str) -> None:
        self.write(name, text.format(folder=self.folder))
        os.chmod(self.folder / name, 0o755)
