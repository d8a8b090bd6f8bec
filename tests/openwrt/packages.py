"""The packages of the feed as ``make ipk`` makes them, for the Python that runs the tests."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.openwrt.installer import Ipk, Opkg
from tools.ipk import usign
from tools.ipk.build import ROOT, build
from tools.ipk.interpreter import Interpreter, find

PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
#: What a router with this Python has, as far as the packages ask.
_PARTS = ("light", "codecs", "cryptography", "decimal", "email", "logging", "openssl", "sqlite3", "urllib", "uuid")
ROUTER = {"luci-base": "25.1", "luci-lib-uqr": "25.1"}
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
