"""Looks at everything that a store's libraries can reach, as nobody does in daily work."""

from collections.abc import Iterator
from hashlib import sha1

from syncfile.core.core import Core
from syncfile.core.tree import Trees
from syncfile.errors import BytesMissing
from syncfile.store.object_store import ObjectMissing
from syncfile.store.objects import EMPTY_ID, MalformedObject


def problems(core: Core) -> list[str]:
    """Return what is missing or damaged of all commits that lead to a head, their trees, files and blocks."""
    rows = core.db.rows("SELECT id, head_id FROM repo WHERE deleted_at IS NULL AND origin_id IS NULL")
    return [f"{repo_id}: {problem}" for repo_id, head_id in rows for problem in _Check(core, repo_id).run(head_id)]


class _Check:
    def __init__(self, core: Core, repo_id: str) -> None:
        self.core = core
        self.repo_id = repo_id
        self.trees = Trees(core.objects, repo_id)
        self.seen = {EMPTY_ID}

    def run(self, head_id: str) -> Iterator[str]:
        commit_id: str | None = head_id
        while commit_id:
            try:
                commit = self.core.objects.get_commit(self.repo_id, commit_id)
            except (ObjectMissing, MalformedObject) as error:
                yield f"commit {commit_id}: {error}"
                return
            if commit.id != commit_id:
                yield f"commit {commit_id} says that it is {commit.id}"
            yield from self.directories(commit.root_id)
            commit_id = commit.parent_id

    def directories(self, root_id: str) -> Iterator[str]:
        pending = [root_id]
        while pending:
            dir_id = pending.pop()
            if dir_id in self.seen:
                continue
            self.seen.add(dir_id)
            try:
                directory = self.trees.open(dir_id)
                digest = sha1(b"".join(directory.wire())).hexdigest()
                entries = list(directory.iter())
            except (ObjectMissing, MalformedObject) as error:
                yield f"directory {dir_id}: {error}"
                continue
            if digest != dir_id:
                yield f"directory {dir_id} is {digest}"
            pending += [entry.id for entry in entries if entry.is_dir]
            for entry in entries:
                if not entry.is_dir:
                    yield from self.file(entry.id, entry.size)

    def file(self, file_id: str, size: int) -> Iterator[str]:
        if file_id in self.seen:
            return
        self.seen.add(file_id)
        try:
            file = self.core.objects.get_file(self.repo_id, file_id)
        except (ObjectMissing, MalformedObject) as error:
            yield f"file {file_id}: {error}"
            return
        if file.size != size:
            yield f"file {file_id} has {file.size} bytes, its entry {size}"
        for block_id in file.block_ids:
            yield from self.block(block_id)

    def block(self, block_id: str) -> Iterator[str]:
        if block_id in self.seen:
            return
        self.seen.add(block_id)
        digest = sha1()
        try:
            for part in self.core.blocks.read(self.repo_id, block_id):
                digest.update(part)
        except BytesMissing:
            yield f"block {block_id} is missing"
            return
        if digest.hexdigest() != block_id:
            yield f"block {block_id} is {digest.hexdigest()}"
