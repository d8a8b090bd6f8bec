"""What people do to files and folders, each one commit with the message that clients know how to translate."""

from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.paths import clean_name, clean_path, join, split
from syncfile.core.repos import edit_repo
from syncfile.store.chunker import NewFile
from syncfile.store.objects import Dirent


def make_dir(core: Core, actor: Actor, repo_id: str, path: str, *, parents: bool = False) -> Dirent:
    """Add an empty folder. Raises ``AlreadyExists``, ``ParentMissing`` and what ``edit_repo`` does."""
    path = clean_path(path)
    with edit_repo(core, actor, repo_id, f'Added directory "{split(path)[1]}"') as edit:
        return edit.make_dir(path, parents=parents)


def add_file(core: Core, actor: Actor, repo_id: str, path: str, file: NewFile, *, replace: bool = False) -> Dirent:
    """Put a file that was ingested at ``path``. Raises as ``make_dir``."""
    path = clean_path(path)
    verb = "Modified" if replace else "Added"
    with edit_repo(core, actor, repo_id, f'{verb} "{split(path)[1]}"') as edit:
        return edit.put_file(path, file, replace=replace)


def rename(core: Core, actor: Actor, repo_id: str, path: str, name: str) -> Dirent:
    """Give a file or folder another name in the same folder. Raises ``NotFound``, ``AlreadyExists``, ``BadPath``."""
    path = clean_path(path)
    parent, old_name = split(path)
    target = join(parent, clean_name(name))
    with edit_repo(core, actor, repo_id) as edit:
        entry = edit.move(path, target)
        edit.message = f'Renamed directory "{old_name}"' if entry.is_dir else f'Renamed "{old_name}"'
        return entry


def remove(core: Core, actor: Actor, repo_id: str, path: str) -> Dirent:
    """Remove a file or a folder with all that is in it. Raises ``NotFound``, ``BadPath`` for the root."""
    path = clean_path(path)
    with edit_repo(core, actor, repo_id) as edit:
        entry = edit.remove(path)
        edit.message = f'Removed directory "{entry.name}"' if entry.is_dir else f'Deleted "{entry.name}"'
        return entry
