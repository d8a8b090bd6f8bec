"""What the history shows of a change: texts that Seafile's clients know how to translate."""

from collections.abc import Sequence
from typing import Literal

from syncfile.store.objects import Dirent

Kind = Literal["create", "describe", "password", "revert", "restore", "merge", "edit"]

CREATED = "Created library"
DESCRIBED = "Changed library name or description"
REKEYED = "Changed library password"
SEVERAL = "Changed several folders"
MERGED = "Auto merge by system"
_WHOLE: dict[str, Kind] = {CREATED: "create", DESCRIBED: "describe", REKEYED: "password", MERGED: "merge"}
_BEGINNINGS: dict[str, Kind] = {"Reverted ": "revert", "Recovered deleted ": "restore"}


def kind_of(message: str) -> Kind:
    """Tell what sort of commit has such a message; "edit" is said of every change of files that is nothing else."""
    if message in _WHOLE:
        return _WHOLE[message]
    return next((kind for beginning, kind in _BEGINNINGS.items() if message.startswith(beginning)), "edit")


def added(entries: Sequence[Dirent]) -> str:
    """Tell of files and folders that came from elsewhere."""
    return _told(entries, "Added", "Added directory")


def deleted(entries: Sequence[Dirent]) -> str:
    """Tell of what was removed."""
    return _told(entries, "Deleted", "Removed directory")


def moved(entries: Sequence[Dirent]) -> str:
    """Tell of what is in another folder now."""
    return _told(entries, "Moved", "Moved directory")


def _told(entries: Sequence[Dirent], of_file: str, of_folder: str) -> str:
    first = next((entry for entry in entries if not entry.is_dir), entries[0])
    text = f'{of_folder if first.is_dir else of_file} "{first.name}"'
    if len(entries) == 1:
        return text
    return f"{text} and {len(entries) - 1} more {'directories' if first.is_dir else 'files'}"
