"""Bytecode in place of source: OpenWrt's Python never writes any, so it would compile everything at each start."""

import subprocess
from pathlib import Path

from tools.ipk.interpreter import Interpreter

_LEVELS = 20  # of folders, as many as OpenWrt's own packages are compiled to


def replace_sources(folder: Path, root: Path, target: Interpreter) -> None:
    """Compile each ``.py`` below ``folder`` to a ``.pyc`` beside it, and remove the source.

    The result depends on the sources alone: names of files are told as seen from ``root``, hashing is not random, and
    neither times nor sources are looked at when it is loaded. Docstrings and columns of expressions, which nobody reads
    on a router, would be a third of it.
    """
    command = [target.path, "-s", "-S", "-OO", "-X", "no_debug_ranges", "-m", "compileall", "-q", "-b"]
    command += ["-r", str(_LEVELS), "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/", str(folder)]
    subprocess.run(command, env={"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}, check=True)
    for source in folder.rglob("*.py"):
        source.unlink()
