"""Collects the texts of the LuCI pages for translators: ``python -m tools.pot``; ``--check`` only compares them."""

import json
import re
import sys
from pathlib import Path

APP = Path(__file__).parents[1] / "openwrt" / "luci-app-syncfile"
TEMPLATE = APP / "po" / "templates" / "syncfile.pot"

_TEXT = re.compile(r"\b_\('((?:[^'\\]|\\.)*)'\)")
_HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8"\n'


def texts() -> dict[str, list[str]]:
    """Return every text with the files that it stands in, in the order of files and places."""
    found: dict[str, list[str]] = {}
    for file in sorted(APP.rglob("*.js")):
        for match in _TEXT.finditer(file.read_text("utf-8")):
            found.setdefault(match[1].replace("\\'", "'"), []).append(str(file.relative_to(APP)))
    for file in sorted(APP.rglob("menu.d/*.json")):
        for item in json.loads(file.read_text("utf-8")).values():
            found.setdefault(item["title"], []).append(str(file.relative_to(APP)))
    return found


def template() -> str:
    """Return the catalogue without translations."""
    entries = [
        "".join(f"#: {place}\n" for place in dict.fromkeys(places)) + f'msgid {json.dumps(text)}\nmsgstr ""\n'
        for text, places in texts().items()
    ]
    return "\n".join([_HEAD, *entries])


def main(argv: list[str]) -> int:
    """Write the template, or compare it."""
    if "--check" not in argv:
        TEMPLATE.write_text(template(), "utf-8")
    elif TEMPLATE.read_text("utf-8") != template():
        print(f"{TEMPLATE.name} is old: run python -m tools.pot", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
