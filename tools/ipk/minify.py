"""Takes out of the web page's files what only their authors read: ``python -m tools.ipk.minify FOLDER``.

Of scripts and style sheets those comments go that have lines of their own, and indentation; all else stays as it is,
line by line. Whoever wants more than this needs to understand the language. JSON loses its white space.
"""

import json
import re
import sys
from pathlib import Path

_COMMENT = re.compile(r"^[ \t]*(?:/\*(?:[^*]|\*(?!/))*\*/[ \t]*|//[^\n]*)\n", re.MULTILINE)
_INDENTATION = re.compile(r"^[ \t]+|\n(?=\n)", re.MULTILINE)
#: Texts that go over several lines, in which white space and what looks like a comment may mean something.
_OPEN_TEMPLATE = re.compile(r"^[^`\n]*(?:`[^`\n]*`[^`\n]*)*`[^`\n]*$|\\$", re.MULTILINE)


def script(source: str) -> str:
    """Return a script or a style sheet without comments and indentation; one with texts of several lines stays."""
    if _OPEN_TEMPLATE.search(source):
        return source
    return _INDENTATION.sub("", _COMMENT.sub("", source)).lstrip("\n")


def data(source: str) -> str:
    """Return JSON that means the same in one line."""
    return json.dumps(json.loads(source), ensure_ascii=False, separators=(",", ":")) + "\n"


_KINDS = {".css": script, ".js": script, ".json": data, ".webmanifest": data}


def main(folder: str) -> None:
    """Rewrite all files of these kinds in a folder."""
    for file in sorted(Path(folder).rglob("*")):
        if file.suffix in _KINDS:
            file.write_text(_KINDS[file.suffix](file.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
