"""Writes the configuration file that the router's package brings: every setting at its default, commented out.

``python -m tools.conf`` writes it; with ``--check`` it only tells whether the file is fresh.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from syncfile.config import SETTINGS, default_text

TARGET = Path(__file__).parents[1] / "openwrt" / "syncfile" / "files" / "syncfile.conf"

_HEAD = """\
# Every setting of SyncFile, at its default. Take the # away to change one; a value is all that follows, without quotes.
# The options of /etc/config/syncfile, which is what LuCI changes, come after this file and win.
"""


def describe() -> str:
    """Return the text of the file."""
    return _HEAD + "".join(_iter_entries())


def _iter_entries() -> Iterator[str]:
    for name, setting in SETTINGS.items():
        default = default_text(name)
        assignment = f"{name} =" if default == "empty" else f"{name} = {default}"
        yield f"\n# {setting.help} ({setting.unit})\n#{assignment}\n"


def main() -> int:
    """Write or check the file; 1 tells that it is not fresh."""
    parser = argparse.ArgumentParser(description="Write the configuration file with every setting.")
    parser.add_argument("--check", action="store_true", help="write nothing, tell whether the file is fresh")
    arguments = parser.parse_args()
    if not arguments.check:
        TARGET.write_text(describe(), encoding="utf-8")
        return 0
    fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == describe()
    if not fresh:
        print(f"{TARGET.name} is stale: run make conf", file=sys.stderr)
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
