"""What the history shows of a change: texts that Seafile's clients know how to translate."""

from collections.abc import Sequence

from syncfile.store.objects import Dirent


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
