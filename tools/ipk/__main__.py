"""``python -m tools.ipk``: makes the packages, signs their index if there is a key, or makes a key."""

import argparse
import subprocess
import sys
from pathlib import Path

from tools.ipk import usign
from tools.ipk.build import ROOT, WrongDepends, build
from tools.ipk.interpreter import NoInterpreter, find


def main() -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.ipk", description="Make packages for OpenWrt's opkg.")
    parser.add_argument("--python", default="3.11", help="minor version of the router's Python, or a path of one")
    parser.add_argument("--output", type=Path, help="folder for packages and index (default: build/ipk/VERSION)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="sign the index with this key of usign's")
    parser.add_argument("--make-key", type=Path, metavar="FILE", help="make a key instead, and FILE.pub beside it")
    arguments = parser.parse_args()
    try:
        if arguments.make_key:
            print(f"key {usign.make_key(arguments.make_key)}: {arguments.make_key}, {arguments.make_key}.pub")
            return 0
        target = find(arguments.python)
        output = arguments.output or ROOT / "build" / "ipk" / target.version
        secret = arguments.key.read_text() if arguments.key else None
        packages = build(target, output, ROOT / "build" / "downloads", secret)
    except (NoInterpreter, WrongDepends, usign.BadKey, OSError, subprocess.CalledProcessError) as error:
        print(f"ipk: {error}", file=sys.stderr)
        return 1
    for package in packages:
        print(f"{package.file}: {package.file.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
