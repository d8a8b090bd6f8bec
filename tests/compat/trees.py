"""Trees of files on a disk and in a library, in a form that can be compared; and a large one to begin with."""

import os
import random
from hashlib import sha1
from pathlib import Path

from syncfile.core.access import find_repo
from syncfile.core.core import Core
from syncfile.core.repos import snapshot
from syncfile.store.objects import MODE_EXECUTABLE

#: By path: SHA-1 of the content and whether it is executable; None for folders.
Content = dict[str, tuple[str, bool] | None]

STRANGE_NAMES = (
    "中文 文件",
    "😀🇨🇳",
    "line\u2028separator",
    "escape\x1b[31m",
    "bell\x07",
    'quote"\\',
    "é",
    "dots...",
    "100%",
)


def on_disk(folder: Path) -> Content:
    """Return all that is in a folder."""
    found: Content = {}
    for parent, folders, files in os.walk(folder):
        for name in folders:
            found[_path(folder, Path(parent, name))] = None
        for name in files:
            file = Path(parent, name)
            found[_path(folder, file)] = (sha1(file.read_bytes()).hexdigest(), os.access(file, os.X_OK))
    return found


def on_server(core: Core, repo_id: str) -> Content:
    """Return all that is in a library, read from the store beside the running server."""
    repo = find_repo(core.db, repo_id)
    assert repo is not None
    found: Content = {}
    for path, entry in snapshot(core, repo).walk():
        if entry.is_dir:
            found[path] = None
            continue
        digest = sha1()
        for block_id in core.objects.get_file(repo.store_id, entry.id).block_ids:
            for part in core.blocks.read(repo.store_id, block_id):
                digest.update(part)
        found[path] = (digest.hexdigest(), entry.mode == MODE_EXECUTABLE)
    return found


def fill(folder: Path, *, folders: int = 200, files: int = 10) -> None:
    """Make folders with files of 0 bytes to 40 MB, some executable, some with strange names, and empty folders."""
    chance = random.Random(1)  # contents need no secrecy
    for number in range(folders):
        name = STRANGE_NAMES[number] if number < len(STRANGE_NAMES) else f"folder {number}"
        parent = folder / name if number % 3 else folder / "nested" / f"{number % 7}" / name
        parent.mkdir(parents=True)
        for index in range(files):
            file = parent / f"{STRANGE_NAMES[index % len(STRANGE_NAMES)]} {index}.bin"
            file.write_bytes(chance.randbytes(chance.choice((0, 1, 100, 3000, 20_000, 100_000))))
            file.chmod(0o755 if index % 5 == 0 else 0o644)
    (folder / "empty" / "within").mkdir(parents=True)
    (folder / "large.bin").write_bytes(chance.randbytes(40_000_000))
    (folder / "two blocks.bin").write_bytes(chance.randbytes(12_000_000))


def _path(folder: Path, path: Path) -> str:
    return f"/{path.relative_to(folder)}"
