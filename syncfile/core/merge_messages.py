"""The description of a merge with conflicts: what it did to the head, in lines that clients know how to translate."""

from collections.abc import Iterable

from syncfile.core.differences import Difference
from syncfile.core.paths import split

_FILE_LINES = {"add": "Added or modified", "remove": "Deleted", "move": "Renamed"}
_DIR_LINES = {"add": "Added directory", "remove": "Removed directory", "move": "Renamed directory"}


def describe(items: Iterable[Difference]) -> str:
    """Return a line for each kind of change, with the first name and how many more there are."""
    first: dict[str, str] = {}
    count: dict[str, int] = {}
    for item in items:
        line = _line(item)
        if line:
            first.setdefault(line, split(item.path)[1])
            count[line] = count.get(line, 0) + 1
    return "".join(f'{line} "{name}"{_more(line, count[line] - 1)}.\n' for line, name in first.items())


def _line(item: Difference) -> str:
    entry = item.new or item.old
    assert entry is not None
    kind = "remove" if item.new is None else "move" if item.old_path else "add"
    if not entry.is_dir:
        return _FILE_LINES[kind]
    is_changed_inside = item.old is not None and kind == "add"
    return "" if is_changed_inside else _DIR_LINES[kind]


def _more(line: str, count: int) -> str:
    noun = "directories" if line in _DIR_LINES.values() else "files"
    return f" and {count} more {noun}" if count else ""
