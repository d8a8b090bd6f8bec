"""Prepare the web page's files: which modules it needs from the start, and their compressed bytes.

``python -m tools.assets`` writes the list of modules into ``index.html``, so that browsers ask for all of them at once
instead of finding each in another. ``--compress FOLDER`` writes ``NAME.gz`` beside the files of a package.
"""

import argparse
import re
import sys
from pathlib import Path

from syncfile.faces.web.assets import COMPRESSIBLE, FOLDER, compress

PAGE = FOLDER / "index.html"
#: What runs first, and the view that is mostly shown first.
FIRST = ("js/main.js", "js/views/libraries.js")

_IMPORTS = re.compile(r'^import [^;]*?"([^"]+)";', re.MULTILINE)
_LINK = '<link rel="modulepreload" href="/static/{{version}}/{name}">\n'
_LINKS = re.compile(r'(?:<link rel="modulepreload"[^>]*>\n)+')


def needed(folder: Path, *first: str) -> list[str]:
    """Return modules with all that they import before they run, in the order in which they are met."""
    found: dict[Path, None] = {}
    left = [(folder / name).resolve() for name in first]
    while left:
        path = left.pop(0)
        if path not in found:
            found[path] = None
            left += [(path.parent / name).resolve() for name in _IMPORTS.findall(path.read_text("utf-8"))]
    return [path.relative_to(folder.resolve()).as_posix() for path in found]


def with_links(page: str, folder: Path) -> str:
    """Return the page with links to the modules that it needs from the start."""
    links = "".join(_LINK.format(name=name) for name in needed(folder, *FIRST))
    return _LINKS.sub(lambda _: links, page, count=1)


def compress_all(folder: Path) -> int:
    """Write the compressed bytes of each file beside it, with its date, and return how many there are."""
    files = [path for path in folder.rglob("*") if path.suffix in COMPRESSIBLE and path.is_file()]
    for path in files:
        path.with_name(f"{path.name}.gz").write_bytes(compress(path.read_bytes()))
    return len(files)


def main() -> int:
    """Write or check the list, or compress; 1 tells that the list is not fresh."""
    parser = argparse.ArgumentParser(description="Prepare the web page's files.")
    parser.add_argument("--check", action="store_true", help="write nothing, tell whether the page is fresh")
    parser.add_argument("--compress", type=Path, metavar="FOLDER", help="write NAME.gz beside the files of a package")
    arguments = parser.parse_args()
    if arguments.compress:
        print(f"{compress_all(arguments.compress)} files compressed")
        return 0
    page = PAGE.read_text("utf-8")
    fresh = with_links(page, FOLDER)
    if not arguments.check:
        PAGE.write_text(fresh, "utf-8")
        return 0
    if page != fresh:
        print(f"{PAGE.name} is stale: run make assets", file=sys.stderr)
    return 0 if page == fresh else 1


if __name__ == "__main__":
    sys.exit(main())
