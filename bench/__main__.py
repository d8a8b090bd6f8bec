"""``python -m bench``: what the server costs, beside others on the same machine in the same hour.

Exit codes: 0 all limits are kept, 1 some are not.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from bench import crash, downloads, requests, suite, uploads
from bench.place import Place, prepared
from bench.report import Check, print_checks

PARTS: dict[str, Callable[[Place], list[Check]]] = {
    "uploads": uploads.measure,
    "downloads": downloads.measure,
    "requests": requests.measure,
    "suite": suite.measure,
    "crash": crash.measure,
}


def main() -> int:
    """Measure what the command line asks for, print the figures and the limits."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the server beside others.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default all")
    parser.add_argument("--megabytes", type=int, default=1024, help="size of the large file, MiB (1024)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements, of which the median counts (3)")
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement that goes by time (3)")
    parser.add_argument("--folder", type=Path, help="where to work, such as on a disk (memory, if it has room)")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    checks: list[Check] = []
    with prepared(arguments.folder, arguments.megabytes << 20, arguments.rounds, arguments.seconds) as place:
        print(f"working in {place.folder}, medians of {place.rounds}", flush=True)
        for part in arguments.parts or PARTS:
            checks += PARTS[part](place)
    print_checks(checks)
    return 0 if all(check.ok for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
