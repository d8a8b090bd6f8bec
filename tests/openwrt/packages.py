"""The packages of the feed as ``make ipk`` makes them, for the Python that runs the tests."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.openwrt.installer import Ipk, Opkg
from tools.ipk import archive, usign
from tools.ipk.build import ROOT, build
from tools.ipk.interpreter import Interpreter, find

CONFIG = "etc/config/syncfile"
PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
#: What a router with this Python has, as far as the packages ask.
_PARTS = ("light", "codecs", "cryptography", "decimal", "email", "logging", "openssl", "sqlite3", "urllib", "uuid")
ROUTER = {"block-mount": "2024.07", "luci-base": "25.1", "luci-lib-uqr": "25.1"}
ROUTER |= {f"python3-{part}": f"{PYTHON_VERSION}.9-r1" for part in _PARTS}


@dataclass(frozen=True)
class Feed:
    """A folder of packages with its index, and the secret key that it was signed with."""

    folder: Path
    secret_key: str
    target: Interpreter

    def file(self, name: str) -> Path:
        """Return the file of a package."""
        (found,) = self.folder.glob(f"{name}_*.ipk")
        return found

    def ipk(self, name: str) -> Ipk:
        return Ipk.read(self.file(name))


def make_feed(folder: Path) -> Feed:
    """Build all packages below an empty folder."""
    usign.make_key(folder / "key")
    secret = (folder / "key").read_text()
    target = find(sys.executable)
    build(target, folder / "packages", ROOT / "build" / "downloads", secret)
    return Feed(folder / "packages", secret, target)


def install(feed: Feed, root: Path) -> Opkg:
    """Install the server's package into a root."""
    opkg = Opkg(root, ROUTER)
    opkg.install(feed.file("syncfile"))
    return opkg


def newer(feed: Feed, folder: Path, config: bytes) -> Path:
    """Write the package as if it were of a later version, with another configuration file and one file less."""
    ipk = feed.ipk("syncfile")
    members = []
    for member, data in ipk.members():
        name = member.name + "/" if member.isdir() and not member.name.endswith("/") else member.name
        if name == f"./{CONFIG}":
            members.append(archive.Member(name, member.mode, config))
        elif name != "./usr/lib/syncfile/licenses/peewee-4.5.3":
            members.append(archive.Member(name, member.mode, data))
    control = {name: data.replace(b"Version: 0.1.0-r1", b"Version: 0.2.0-r1") for name, data in ipk.control.items()}
    parts = [archive.Member(f"./{name}", 0o644, data) for name, data in control.items()]
    file = folder / "syncfile_0.2.0-r1_all.ipk"
    mtime = int(ipk.fields["SourceDateEpoch"])
    file.write_bytes(archive.ipk(archive.tar(members, mtime), parts, mtime))
    return file


def run_script(feed: Feed, name: str, opkg: Opkg, **variables: str) -> None:
    """Run a script of the package as if the root were that of the machine."""
    program = opkg.root / "usr/lib/syncfile"
    text = feed.ipk("syncfile").control[f"{name}-pkg"].decode().replace("/usr/lib/syncfile", str(program))
    subprocess.run(["sh", "-c", text], env={"PATH": os.environ["PATH"], **variables}, check=True)
