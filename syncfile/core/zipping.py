"""Folders as zip archives, made while they are sent."""

from collections.abc import Iterator, Sequence
from functools import partial

from syncfile.core import files
from syncfile.core.access import RepoInfo
from syncfile.core.core import Core
from syncfile.core.keys import Unlocked
from syncfile.core.paths import split
from syncfile.core.repos import snapshot
from syncfile.core.tree import Snapshot
from syncfile.core.zip_format import ZipEntry, iter_archive
from syncfile.errors import LibraryLocked
from syncfile.store.objects import MODE_DIR, Dirent


def iter_zip(
    core: Core, repo: RepoInfo, path: str, names: Sequence[str] = (), unlocked: Unlocked | None = None
) -> Iterator[bytes]:
    """Return the archive of a folder as the library is now; permission was asked before.

    All lies in a folder of the same name, but for a selection, which lies at the top. Memory is flat, but for four
    bytes a file.

    Args:
        path: Of the folder.
        names: Of entries of the folder, if not all of it is wanted.
        unlocked: The key of an encrypted library.

    Raises:
        NotFound: There is no such folder, or no such entry in it; before anything is yielded.
        LibraryLocked: The library is encrypted, and there is no key.
        BytesMissing: On the way: some bytes are not in the store.
    """
    if repo.is_encrypted and unlocked is None:
        raise LibraryLocked("the password of the library is needed first")
    library = snapshot(core, repo)
    library.directory(path)
    selected = [library.get(f"{path.rstrip('/')}/{name}") for name in names]

    def entries() -> Iterator[ZipEntry]:
        if not selected:
            top = split(path)[1] or repo.name
            yield from _entry(core, repo, unlocked, library, path, f"{_safe(top)}/", library.get(path))
        for entry in selected:
            at = f"{path.rstrip('/')}/{entry.name}"
            name = _safe(entry.name) + ("/" if entry.is_dir else "")
            yield from _entry(core, repo, unlocked, library, at, name, entry)

    return iter_archive(entries)


def _entry(
    core: Core, repo: RepoInfo, unlocked: Unlocked | None, library: Snapshot, path: str, name: str, entry: Dirent
) -> Iterator[ZipEntry]:
    """Yield a file, or a folder and all that is in it."""
    yield _zip_entry(core, repo, unlocked, name, entry)
    if entry.is_dir:
        for below_path, below in library.walk(path):
            below_name = name + _safe(below_path[len(path.rstrip("/")) + 1 :]) + ("/" if below.is_dir else "")
            yield _zip_entry(core, repo, unlocked, below_name, below)


def _zip_entry(core: Core, repo: RepoInfo, unlocked: Unlocked | None, name: str, entry: Dirent) -> ZipEntry:
    if entry.is_dir:
        return ZipEntry(name, MODE_DIR | 0o755, entry.mtime or repo.mtime, 0, partial(iter, ()))
    return ZipEntry(name, entry.mode, entry.mtime, entry.size, partial(_read, core, repo, unlocked, entry))


def _read(core: Core, repo: RepoInfo, unlocked: Unlocked | None, entry: Dirent) -> Iterator[bytes]:
    return files.open_entry(core, repo, entry, unlocked).iter_bytes()


def _safe(name: str) -> str:
    r"""Return a name that no unpacker on Windows takes for a path: clients may have pushed ``..\..\autostart.bat``."""
    return name.replace("\\", "_")
