"""What a library holds, and what the derived tables say of it, in forms that tests can compare."""

from collections.abc import Iterator, Mapping

from syncfile.core import files
from syncfile.core.access import Actor, RepoInfo, find_repo
from syncfile.core.core import Core
from syncfile.core.derived import name_key
from syncfile.core.heads import root_of
from syncfile.core.repos import edit_repo, open_repo
from syncfile.core.tree import Edit, Snapshot, Trees, walk
from syncfile.store.blocks import Span
from syncfile.store.chunker import NewFile
from syncfile.store.objects import EMPTY_ID, Commit, Dirent

#: The content of files by path; None for folders.
Content = dict[str, bytes | None]
#: Name, kind, object id, size and time of an entry.
IndexRow = tuple[str, bool, str, int, int]


def ingest(core: Core, actor: Actor, repo_id: str, content: bytes) -> NewFile:
    """Store the bytes of a file that no folder names yet."""
    return files.ingest(core, actor, repo_id, [content] if content else [], len(content))


def put(core: Core, actor: Actor, repo_id: str, content: Mapping[str, bytes | None], message: str = "") -> None:
    """Put files and folders in one commit, in the order given."""
    new = {path: None if body is None else ingest(core, actor, repo_id, body) for path, body in content.items()}
    with edit_repo(core, actor, repo_id, message) as edit:
        for path, file in new.items():
            if file is None:
                edit.make_dir(path)
            else:
                edit.put_file(path, file, replace=True)


def apply(core: Core, actor: Actor, repo_id: str, *calls: tuple[str, ...]) -> None:
    """Make calls like ``("move", "/a", "/b")`` in one commit."""
    with edit_repo(core, actor, repo_id) as edit:
        for name, *arguments in calls:
            getattr(edit, name)(*arguments)


def content_of(core: Core, actor: Actor, repo_id: str) -> Content:
    """Return all files and folders of a library as it is now."""
    found: Content = {}
    for path, entry in open_repo(core, actor, repo_id).walk():
        found[path] = None if entry.is_dir else read(core, actor, repo_id, path)
    return found


def read(core: Core, actor: Actor, repo_id: str, path: str, offset: int = 0, length: int = 1 << 40) -> bytes:
    """Return some bytes of a file."""
    stored = files.open_file(core, actor, repo_id, path)
    return b"".join(map(load, stored.spans(offset, length)))


def load(span: Span) -> bytes:
    """Return the bytes of a span."""
    if span.load is not None:
        body = span.load()
    else:
        assert span.path is not None
        with open(span.path, "rb") as file:
            file.seek(span.offset)
            body = file.read(span.length)
    assert len(body) == span.length
    return body


def current(core: Core, repo_id: str) -> RepoInfo:
    """Return the library's row."""
    repo = find_repo(core.db, repo_id)
    assert repo is not None
    return repo


def index_of(core: Core, repo_id: str) -> dict[str, IndexRow]:
    """Return the rows of the name index by path."""
    rows = core.db.rows(
        "SELECT id, parent_id, name, name_key, is_dir, object_id, size, mtime FROM entry WHERE repo_id = ?", repo_id
    )
    by_id = {row[0]: row for row in rows}
    index = {}
    for row in rows:
        names, parent = [row[2]], row[1]
        while parent:
            names.append(by_id[parent][2])
            parent = by_id[parent][1]
        _, _, _, name_key, is_dir, object_id, size, mtime = row
        index["/" + "/".join(reversed(names))] = (name_key, bool(is_dir), object_id, size, mtime)
    assert len(index) == len(rows)
    return index


def changes_of(core: Core, repo_id: str) -> list[tuple[object, ...]]:
    """Return the rows of the per-path changes, oldest first."""
    columns = "commit_id, path, kind, old_path, is_dir, object_id, size, ctime, account"
    return list(core.db.rows(f"SELECT {columns} FROM change WHERE repo_id = ? ORDER BY id", repo_id))


def told(core: Core, repo_id: str) -> list[tuple[str, ...]]:
    """Return kind and paths of what the last commit changed, sorted."""
    head = current(core, repo_id).head_id
    rows = core.db.rows("SELECT kind, old_path, path FROM change WHERE repo_id = ? AND commit_id = ?", repo_id, head)
    return sorted(tuple(value for value in row if value) for row in rows)


def commits_of(core: Core, repo_id: str) -> Iterator[Commit]:
    """Yield the commits that the library's head has stood at, newest first."""
    commit_id: str | None = current(core, repo_id).head_id
    while commit_id:
        commit = core.objects.get_commit(repo_id, commit_id)
        yield commit
        commit_id = commit.parent_id


def snapshot_of(core: Core, commit: Commit) -> Snapshot:
    """Return the library at a commit."""
    return Snapshot(Trees(core.objects, commit.repo_id), commit.root_id)


def edit_of(core: Core, repo_id: str) -> Edit:
    """Return an edit that nobody commits."""
    repo = current(core, repo_id)
    return Edit(Trees(core.objects, repo_id), root_of(core, repo), "ann", core.now(), "")


def assert_consistent(core: Core, repo_id: str) -> None:
    """Compare the derived tables with the tree of the head."""
    repo = current(core, repo_id)
    trees = Trees(core.objects, repo_id)
    entries = dict(walk(trees, trees.open(root_of(core, repo)), "/"))
    assert index_of(core, repo_id) == {path: _row(entry) for path, entry in entries.items()}
    sizes = [entry.size for entry in entries.values() if not entry.is_dir]
    assert (repo.size, repo.file_count) == (sum(sizes), len(sizes))
    assert repo.mtime == core.objects.get_commit(repo_id, repo.head_id).ctime


def assert_complete(core: Core, repo_id: str) -> None:
    """Make sure that every object and block that any commit names is there."""
    seen: set[str] = set()
    for commit in commits_of(core, repo_id):
        trees = Trees(core.objects, repo_id)
        for path, entry in walk(trees, trees.open(commit.root_id), "/"):
            if entry.id in seen or entry.id == EMPTY_ID or entry.is_dir:
                continue
            seen.add(entry.id)
            file = core.objects.get_file(repo_id, entry.id)
            assert file.size == entry.size, path
            assert core.blocks.missing(repo_id, file.block_ids) == [], path


def _row(entry: Dirent) -> IndexRow:
    return name_key(entry.name), entry.is_dir, entry.id, entry.size, entry.mtime
