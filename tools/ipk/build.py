"""From the Makefiles of the feed to a folder of packages with its index."""

import os
import subprocess
import tempfile
from pathlib import Path

from tools.ipk import archive, bytecode, control, depends, index, recipe, vendor
from tools.ipk.index import Packed
from tools.ipk.interpreter import Interpreter
from tools.ipk.recipe import FEED, Staged

ROOT = FEED.parent
PROGRAM = Path("usr/lib/syncfile")
OWN = ("syncfile", "storage")  # beside what is brought along
LAUNCHER = Path("usr/bin/syncfile")


class WrongDepends(Exception):
    """The Makefile names other packages of Python than the program needs."""


def build(target: Interpreter, output: Path, downloads: Path, secret_key: str | None = None) -> list[Packed]:
    """Write all packages of the feed and its index to a folder, which they then have for themselves.

    Args:
        target: The Python of the router.
        downloads: Kept from one time to the next.
        secret_key: The text of a usign key, to sign the index with.

    Raises:
        WrongDepends: The Makefile is to be changed.
        subprocess.CalledProcessError: A recipe or a download has failed.
    """
    downloads.mkdir(parents=True, exist_ok=True)
    output.mkdir(parents=True, exist_ok=True)
    for old in output.iterdir():
        old.unlink()
    vendor.download(downloads)
    mtime = source_date()
    packages = []
    with tempfile.TemporaryDirectory(prefix="ipk-") as work:
        for makefile in sorted(FEED.glob("*/Makefile")):
            folder = makefile.parent
            for staged in recipe.run(folder, Path(work) / folder.name, downloads, target):
                if (staged.files / PROGRAM).exists():
                    check_depends(staged.fields["DEPENDS"], needs(staged, target))
                    bytecode.replace_sources(staged.files / PROGRAM, staged.files, target, OWN)
                packages.append(_pack(staged, output, mtime))
    index.write(output, packages, secret_key)
    return packages


def source_date() -> int:
    """Return the time that all files get: that of ``SOURCE_DATE_EPOCH``, else of the last commit."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def needs(staged: Staged, target: Interpreter) -> depends.Needs:
    """Return what the program in a package needs, while its sources are still there."""
    program = staged.files / PROGRAM
    own = [*(program / name for name in OWN), staged.files / LAUNCHER]
    return depends.ask(program, own, target)


def check_depends(depends_line: str, needed_ones: depends.Needs) -> None:
    """Compare ``DEPENDS`` of a Makefile with what the program needs.

    Raises:
        WrongDepends: There is a difference.
    """
    needed = set(needed_ones.reasons)
    named = {word.lstrip("+") for word in depends_line.split() if word.startswith("+python3")}
    if needed != named:
        raise WrongDepends(f"DEPENDS lacks {sorted(needed - named)} and has too much: {sorted(named - needed)}")


def _pack(staged: Staged, output: Path, mtime: int) -> Packed:
    data = archive.tar(archive.iter_tree(staged.files), mtime)
    text = control.text(staged, len(data), mtime)
    fields = staged.fields
    file = output / f"{staged.name}_{fields['VERSION']}_{fields['PKGARCH']}.ipk"
    file.write_bytes(archive.ipk(data, control.members(staged, text), mtime))
    return Packed(file, text)
