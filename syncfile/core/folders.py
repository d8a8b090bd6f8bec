"""What there is to know of a folder beside its entries."""

from dataclasses import dataclass

from syncfile.core import derived
from syncfile.core.access import READ, Actor, require
from syncfile.core.core import Core
from syncfile.core.history import iter_revisions
from syncfile.core.paths import split
from syncfile.core.repos import snapshot


@dataclass(frozen=True, slots=True)
class FolderDetails:
    """A folder in full.

    Attributes:
        path: Absolute, with names as they are stored; ``name`` is its last component, "" for the root.
        size: Of all files below it, bytes; ``file_count`` is their number.
        created_at: Seconds; ``creator`` is the name of the account that made it.
    """

    path: str
    name: str
    size: int
    file_count: int
    created_at: int
    creator: str


def folder_details(core: Core, actor: Actor, repo_id: str, path: str) -> FolderDetails:
    """Return the details of the folder at ``path``. Raises ``NotFound``."""
    repo = require(core.db, actor, repo_id, READ)
    tree = snapshot(core, repo)
    tree.directory(path)
    path = tree.resolve(path)
    stored_path = repo.prefix + path
    size, file_count = derived.totals_below(core.db, repo.store_id, stored_path)
    created_at, creator = repo.created_at, repo.owner
    if path != "/":
        for revision in iter_revisions(core.db, core.objects, repo.store_id, stored_path):
            created_at, creator = revision.ctime, revision.account
    return FolderDetails(path, split(path)[1], size, file_count, created_at, creator)
