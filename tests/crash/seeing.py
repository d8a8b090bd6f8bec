"""What somebody may find after a power cut, and what is found."""

from dataclasses import dataclass

from syncfile.core import encrypted
from syncfile.core.access import Actor, find_repo
from syncfile.core.core import Core
from syncfile.core.files import open_file
from syncfile.core.repos import open_repo
from tests.crash.household import Known, Tree
from tests.crash.scene import PASSWORD


@dataclass(frozen=True)
class Moment:
    """What one person may find: the state after the last change that was answered, or any begun since.

    Attributes:
        told: What was answered.
        begun: The others.
        changes: How many were answered.
    """

    told: Known
    begun: tuple[Known, ...]
    changes: int

    def trees(self, repo_id: str) -> list[Tree]:
        """Return what may be in a library; of one whose making was not answered, everything."""
        return [dict(known.trees[repo_id]) for known in (self.told, *self.begun) if repo_id in known.trees]


def content_of(core: Core, actor: Actor, repo_id: str) -> Tree:
    """Return all files and folders of a library, also of an encrypted one."""
    repo = find_repo(core.db, repo_id)
    if repo is not None and repo.is_encrypted:
        encrypted.unlock(core, actor, repo_id, PASSWORD)
    return {
        path: None if entry.is_dir else read(core, actor, repo_id, path)
        for path, entry in open_repo(core, actor, repo_id).walk()
    }


def read(core: Core, actor: Actor, repo_id: str, path: str) -> bytes:
    """Return the bytes of a file as its owner knows them."""
    return b"".join(open_file(core, actor, repo_id, path).iter_bytes())
