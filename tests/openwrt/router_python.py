"""Runs a Python program with what a router has: ``python -I -S router_python.py SPLITS FEED PROGRAM ARGUMENT...``.

Modules of OpenWrt's packages that are not depended on cannot be imported, whatever this machine has.

SPLITS is a JSON object of the modules that are missing, FEED a folder of what else comes from the feed.
"""

import json
import runpy
import sys


class Missing:
    """Refuses to find some modules, and what is in them."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def find_spec(self, name: str, *_more: object) -> None:
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"no module named {name} on this router", name=name)


def main() -> None:
    """Run the program as if the router ran it."""
    missing, feed, program = sys.argv[1:4]
    sys.meta_path.insert(0, Missing(set(json.loads(missing))))
    sys.path.append(feed)
    sys.argv[:] = sys.argv[3:]
    runpy.run_path(program, run_name="__main__")


main()
