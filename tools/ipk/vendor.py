"""What the package brings along, downloaded from PyPI and told by its hash."""

import re
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tools.ipk.recipe import FEED

LIST = FEED / "syncfile" / "vendor.txt"
_LINE = re.compile(r"(?P<name>[\w-]+)==(?P<version>[\w.]+) --hash=sha256:(?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True)
class Vendored:
    """A wheel of pure Python; ``hash`` is its SHA-256."""

    name: str
    version: str
    hash: str

    @property
    def file_name(self) -> str:
        return f"{self.name}-{self.version}-py3-none-any.whl"


def listed() -> list[Vendored]:
    """Return what ``vendor.txt`` names."""
    lines = [line for line in LIST.read_text().splitlines() if not line.startswith("#")]
    matches = [_LINE.fullmatch(line) for line in lines]
    return [Vendored(match["name"], match["version"], match["hash"]) for match in matches if match]


def download(folder: Path) -> None:
    """Put the wheels into a folder, where some may be already.

    Raises:
        subprocess.CalledProcessError: PyPI has other files, or cannot be reached; pip has said so.
    """
    if all(_is_there(folder / wheel.file_name, wheel.hash) for wheel in listed()):
        return
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--require-hashes", "--requirement", str(LIST), "--dest", str(folder)]
    subprocess.run(command, check=True)


def _is_there(file: Path, wanted: str) -> bool:
    return file.exists() and sha256(file.read_bytes()).hexdigest() == wanted
