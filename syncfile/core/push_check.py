"""Looks through what a pushed state has anew, before it becomes a library's head.

Directories are well-formed when they are stored (``ObjectStore.read_wire``): their names are valid, sorted and each
there once. What remains is that everything is there and is what its entry says.
"""

from syncfile.core.access import RepoInfo
from syncfile.core.core import Core
from syncfile.core.differences import differences
from syncfile.core.paths import MAX_DEPTH, MAX_PATH_BYTES
from syncfile.core.tree import Trees, walk
from syncfile.errors import BadRequest, BytesMissing, TooLarge
from syncfile.store.object_store import ObjectMissing
from syncfile.store.objects import Dirent, File

#: A few objects can name each other so that they make endless paths.
MAX_NEW_ENTRIES = 500_000
_CIPHER_BLOCK_BYTES = 16  # each block of an encrypted file is padded by 1 to so many


class BlocksMissing(BytesMissing):
    """Blocks of a pushed file have not arrived (any more); a client that hears this sends them again."""


def check_new(core: Core, repo: RepoInfo, trees: Trees, old_root_id: str, new_root_id: str, *, trusted: bool) -> None:
    """Make sure that all that a new state adds to or changes in an old one may stand in a library.

    Args:
        core: Has the objects.
        repo: For its store, and for whether it is encrypted.
        trees: Of that store.
        old_root_id: The root directory before.
        new_root_id: The root directory after.
        trusted: The old state has been a head, so that what was moved in it needs no second look.

    Raises:
        BadRequest: An object is missing or of the wrong kind or size, or a path is too long or too deep.
        TooLarge: The new state adds more paths than is accepted.
        BlocksMissing: A file's block is not there.
    """
    check = _Check(core, repo)
    try:
        for item in differences(trees, old_root_id, new_root_id)():
            if item.new is None:
                continue
            known = trusted and item.old is not None and _same_content(item.old, item.new)
            check.entry(item.path, item.new, known)
            if item.new.is_dir and (item.old is None or item.old_path is not None):
                for path, entry in walk(trees, trees.open(item.new.id), item.path):
                    check.entry(path, entry, known)
    except ObjectMissing:
        raise BadRequest("an object is missing, or is not what a directory says") from None


class _Check:
    def __init__(self, core: Core, repo: RepoInfo) -> None:
        self._core = core
        self._repo = repo
        self._count = 0

    def entry(self, path: str, entry: Dirent, known: bool) -> None:
        self._count += 1
        if self._count > MAX_NEW_ENTRIES:
            raise TooLarge("these are too many files and folders at once")
        if path.count("/") > MAX_DEPTH or len(path.encode()) > MAX_PATH_BYTES:
            raise BadRequest("a path is too long or too deep", path=path)
        if not known and not entry.is_dir:
            self._file(path, self._core.objects.get_file(self._repo.store_id, entry.id), entry.size)

    def _file(self, path: str, file: File, size: int) -> None:
        try:
            sizes = {block_id: self._core.blocks.size(self._repo.store_id, block_id) for block_id in file.block_ids}
        except BytesMissing:
            raise BlocksMissing("blocks of a file are missing", path=path) from None
        padding = sum(sizes[block_id] for block_id in file.block_ids) - file.size
        blocks = len(file.block_ids) if self._repo.is_encrypted else 0
        if file.size != size or not blocks <= padding <= blocks * _CIPHER_BLOCK_BYTES:
            raise BadRequest("a file has another size than its directory or its blocks say", path=path)


def _same_content(old: Dirent, new: Dirent) -> bool:
    return (old.id, old.is_dir, old.size) == (new.id, new.is_dir, new.size)
