"""Archives that are the same to the byte whenever their contents are: GNU tars in gzip, and packages made of them."""

import io
import os
import stat
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FORMAT_VERSION = b"2.0\n"
_BEST = 12


@dataclass(frozen=True)
class Member:
    """One entry of an archive.

    Attributes:
        name: Begins with ``./``; of a directory it ends with ``/``.
        mode: Permission bits.
        data: What is in a file.
        target: Where a symbolic link leads; empty for all else.
    """

    name: str
    mode: int
    data: bytes = b""
    target: str = ""


def iter_tree(root: Path) -> Iterator[Member]:
    """Yield all below a folder: the folders, then the files by suffix and name, as like follows like when compressed.

    What is in ``etc`` keeps its modes, for it may be secret; elsewhere they are the usual ones, whatever the umask was.
    """
    yield Member("./", 0o755)
    for path in sorted(root.rglob("*"), key=lambda path: _place(path, root)):
        name = f"./{path.relative_to(root).as_posix()}"
        mode = stat.S_IMODE(path.lstat().st_mode)
        if path.is_symlink():
            yield Member(name, 0o777, target=os.readlink(path))
        elif path.is_dir():
            yield Member(f"{name}/", 0o755)
        else:
            usual = 0o755 if mode & stat.S_IXUSR else 0o644
            yield Member(name, mode if name.startswith("./etc/") else usual, path.read_bytes())


def _place(path: Path, root: Path) -> tuple[bool, str, tuple[str, ...]]:
    is_folder = path.is_dir() and not path.is_symlink()
    return not is_folder, "" if is_folder else path.suffix, path.relative_to(root).parts


def tar(members: Iterable[Member], mtime: int) -> bytes:
    """Return a tar of GNU's format in which all belongs to root and is of one time."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for member in members:
            info = tarfile.TarInfo(member.name)
            info.mode, info.mtime = member.mode, mtime
            info.size = len(member.data)
            if member.target:
                info.type, info.linkname = tarfile.SYMTYPE, member.target
            elif member.name.endswith("/"):
                info.type = tarfile.DIRTYPE
            archive.addfile(info, io.BytesIO(member.data))
    return buffer.getvalue()


def compress(data: bytes) -> bytes:
    """Return gzip without name and time."""
    import deflate  # only where packages are made; makes 4 % less of it than zlib

    return bytes(deflate.gzip_compress(data, _BEST))


def ipk(data_tar: bytes, control: Iterable[Member], mtime: int) -> bytes:
    """Return a package of an uncompressed ``data.tar`` and the members of its control archive."""
    parts = (
        ("debian-binary", FORMAT_VERSION),
        ("data.tar.gz", compress(data_tar)),
        ("control.tar.gz", compress(tar(control, mtime))),
    )
    return compress(tar((Member(f"./{name}", 0o644, data) for name, data in parts), mtime))
