"""What the Makefiles of the feed say, found by running them: each package's files, fields and scripts."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.ipk.interpreter import Interpreter

FEED = Path(__file__).parents[2] / "openwrt"
_BUILDROOT = Path(__file__).parent / "buildroot"


@dataclass(frozen=True)
class Staged:
    """A package before it is packed.

    Attributes:
        files: What it puts into the root of the router.
        fields: By the names they have in the Makefile, with ``VERSION``, ``LICENSE`` and ``MAINTAINER``.
        description: Some lines.
        conffiles: Absolute paths.
        scripts: Of its own, by name: ``postinst``, ``prerm``.
    """

    name: str
    files: Path
    fields: dict[str, str]
    description: list[str]
    conffiles: list[str]
    scripts: dict[str, str]


def run(folder: Path, work: Path, downloads: Path, target: Interpreter) -> list[Staged]:
    """Run the Makefile of one folder of the feed; its packages are staged below ``work``.

    Raises:
        subprocess.CalledProcessError: The recipe failed; its output went to ours.
    """
    stage = work / "stage"
    variables = {
        "TOPDIR": _BUILDROOT,
        "BUILD_DIR": work / "build",
        "DL_DIR": downloads,
        "STAGE_DIR": stage,
        "HOST_PYTHON3_BIN": target.path,
        "PYTHON3_VERSION": target.version,
    }
    # Nothing of a make that has called us, and files as everybody may read them.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    subprocess.run(
        ["make", "--silent", "-C", str(folder), *(f"{name}={value}" for name, value in variables.items())],
        env=environment,
        umask=0o022,
        check=True,
    )
    return [_read(said) for said in sorted(stage.glob("*.package"))]


def _read(said: Path) -> Staged:
    def lines(part: str) -> list[str]:
        return [line.strip() for line in (said / part).read_text().splitlines() if line.strip()]

    return Staged(
        name=said.stem,
        files=said.with_suffix(""),
        fields=dict(line.split("=", 1) for line in lines("fields")),
        description=lines("description"),
        conffiles=sorted(lines("conffiles")),
        scripts={part: "\n".join(lines(part)) + "\n" for part in ("postinst", "prerm") if lines(part)},
    )
