"""What people do to files and folders, each one commit with the message that clients know how to translate."""

from collections.abc import Sequence

from syncfile.core import messages
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.paths import clean_name, clean_path, join, split
from syncfile.core.repos import edit_repo
from syncfile.core.tree import Snapshot
from syncfile.errors import BadRequest
from syncfile.store.chunker import NewFile
from syncfile.store.objects import Dirent, File

#: What one call may name.
MAX_BATCH = 1000


def make_dir(
    core: Core, actor: Actor, repo_id: str, path: str, *, parents: bool = False, free_name: bool = False
) -> Dirent:
    """Add an empty folder.

    Args:
        parents: Add those above it too.
        free_name: Add a number to a name that is taken, as in ``a (1)``.

    Raises:
        AlreadyExists, ParentMissing: And what ``edit_repo`` does.
    """
    path = clean_path(path)
    with edit_repo(core, actor, repo_id) as edit:
        if free_name and path != "/":
            path = edit.free_name(path)
        entry = edit.make_dir(path, parents=parents)
        edit.message = f'Added directory "{entry.name}"'
        return entry


def add_file(core: Core, actor: Actor, repo_id: str, path: str, file: NewFile, *, replace: bool = False) -> Dirent:
    """Put a file that was ingested at ``path``. Raises as ``make_dir``."""
    path = clean_path(path)
    with edit_repo(core, actor, repo_id) as edit:
        verb = "Modified" if edit.find(path) else "Added"
        edit.message = f'{verb} "{split(path)[1]}"'
        return edit.put_file(path, file, replace=replace)


def update_file(core: Core, actor: Actor, repo_id: str, path: str, file: NewFile) -> Dirent:
    """Let a file that was ingested take the place of the one at ``path``. Raises ``NotFound`` if there is none."""
    path = clean_path(path)
    with edit_repo(core, actor, repo_id) as edit:
        edit.message = f'Modified "{edit.file(path).name}"'
        return edit.put_file(path, file, replace=True)


def add_empty_file(core: Core, actor: Actor, repo_id: str, path: str, *, free_name: bool = False) -> Dirent:
    """Put a file without content at ``path``. Arguments and errors are as of ``make_dir``."""
    path = clean_path(path)
    with edit_repo(core, actor, repo_id) as edit:
        if free_name and path != "/":
            path = edit.free_name(path)
        entry = edit.put_file(path, NewFile(File((), 0), None))
        edit.message = f'Added "{entry.name}"'
        return entry


def rename(core: Core, actor: Actor, repo_id: str, path: str, name: str, *, is_dir: bool | None = None) -> Dirent:
    """Give a file or folder another name in the same folder.

    Args:
        is_dir: What it has to be, where that matters.

    Raises:
        NotFound, AlreadyExists, BadPath: And what ``edit_repo`` does.
    """
    path = clean_path(path)
    parent, old_name = split(path)
    target = join(parent, clean_name(name))
    with edit_repo(core, actor, repo_id) as edit:
        require_kind(edit, path, is_dir)
        entry = edit.move(path, target)
        edit.message = f'Renamed directory "{old_name}"' if entry.is_dir else f'Renamed "{old_name}"'
        return entry


def remove(core: Core, actor: Actor, repo_id: str, path: str, *, is_dir: bool | None = None) -> Dirent:
    """Remove a file or a folder with all that is in it.

    Args:
        is_dir: What it has to be, where that matters.

    Raises:
        NotFound: Nothing of the kind is there.
        BadPath: It is the root.
    """
    return remove_all(core, actor, repo_id, [path], is_dir=is_dir)[0]


def remove_all(
    core: Core, actor: Actor, repo_id: str, paths: Sequence[str], *, is_dir: bool | None = None
) -> list[Dirent]:
    """Remove many files and folders in one commit, or none of them. Raises as ``remove``, and ``BadRequest``."""
    require_batch(paths)
    with edit_repo(core, actor, repo_id) as edit:
        removed = []
        for path in map(clean_path, paths):
            require_kind(edit, path, is_dir)
            removed.append(edit.remove(path))
        edit.message = messages.deleted(removed)
        return removed


def require_kind(tree: Snapshot, path: str, is_dir: bool | None) -> None:
    """Raise ``NotFound`` unless a folder, a file or, for None, either is at ``path``."""
    if is_dir:
        tree.directory(path)
    elif is_dir is not None:
        tree.file(path)


def require_batch(paths: Sequence[str]) -> None:
    """Raise ``BadRequest`` unless at least one path is named, and not too many."""
    if not 1 <= len(paths) <= MAX_BATCH:
        raise BadRequest(f"there must be 1 to {MAX_BATCH} paths", parameter="paths")
