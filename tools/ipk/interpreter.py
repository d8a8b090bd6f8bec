"""A Python of the minor version that the router has: what it compiles runs there, and its library is split there."""

import shutil
import subprocess
from dataclasses import dataclass

_ASK = "import sys; print('%d.%d' % sys.version_info[:2])"


class NoInterpreter(Exception):
    """There is no such Python here."""


@dataclass(frozen=True)
class Interpreter:
    """An interpreter that runs here.

    Attributes:
        version: Of the target, such as ``3.11``.
    """

    path: str
    version: str


def find(wanted: str) -> Interpreter:
    """Return the interpreter of a version such as ``3.11``, or at a path.

    Raises:
        NoInterpreter: It is not there, or another version.
    """
    path = shutil.which(wanted if "/" in wanted else f"python{wanted}") or wanted
    try:
        answer = subprocess.run([path, "-I", "-S", "-c", _ASK], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise NoInterpreter(f"there is no Python {wanted} here; the path of one will do as well") from None
    version = answer.strip()
    if "/" not in wanted and version != wanted:
        raise NoInterpreter(f"{path} is Python {version}, not {wanted}")
    return Interpreter(path, version)
