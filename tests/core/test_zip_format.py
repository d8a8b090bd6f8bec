"""Archives as other programs read them."""

import io
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from syncfile.core.zip_format import ZipEntry, iter_archive
from syncfile.errors import BytesMissing
from syncfile.store.objects import MODE_DIR, MODE_EXECUTABLE, MODE_FILE

SUNDAY = 1_700_000_001  # an odd second, which the format's own date cannot hold
LARGE = (4 << 30) + 5
ZEROS = bytes(16 << 20)


def file(name: str, content: bytes, *, mode: int = MODE_FILE, mtime: int = SUNDAY) -> ZipEntry:
    return ZipEntry(name, mode, mtime, len(content), lambda: iter([content]))


def folder(name: str) -> ZipEntry:
    return ZipEntry(name, MODE_DIR | 0o755, SUNDAY, 0, lambda: iter(()))


def archive(*entries: ZipEntry) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(iter_archive(lambda: entries))))


def zeros(size: int) -> Callable[[], Iterator[bytes]]:
    def read() -> Iterator[bytes]:
        left = size
        while left:
            part = ZEROS[:left]
            yield part
            left -= len(part)

    return read


def write_sparse(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file whose zeros take no room."""
    with path.open("wb") as out:
        for part in parts:
            if part is ZEROS:
                out.seek(len(part), io.SEEK_CUR)
            else:
                out.write(part)


def test_archive_holds_files_and_folders() -> None:
    with archive(folder("top/"), file("top/a.txt", b"content"), folder("top/empty/"), file("top/b", b"")) as read:
        assert read.testzip() is None
        assert read.namelist() == ["top/", "top/a.txt", "top/empty/", "top/b"]
        assert read.read("top/a.txt") == b"content"
        assert read.getinfo("top/empty/").is_dir()
        assert read.getinfo("top/b").file_size == 0


def test_empty_archive_is_one() -> None:
    with archive() as read:
        assert read.namelist() == []


def test_names_are_unicode() -> None:
    with archive(file("照片/ü😀.jpg", b"x")) as read:
        assert read.namelist() == ["照片/ü😀.jpg"]


def test_unzip_restores_names_dates_and_modes(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    entries = [folder("ordner/"), file("ordner/grüße.txt", b"content"), file("run", b"#!", mode=MODE_EXECUTABLE)]
    path.write_bytes(b"".join(iter_archive(lambda: entries)))
    subprocess.run(
        ["unzip", "-q", path, "-d", tmp_path], check=True, capture_output=True, env={"LC_ALL": "C.UTF-8", "TZ": "UTC"}
    )
    restored = tmp_path / "ordner" / "grüße.txt"
    assert restored.read_bytes() == b"content"
    assert restored.stat().st_mtime == SUNDAY
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o755


def test_dates_beyond_the_format_are_its_first_and_last() -> None:
    with archive(file("old", b"", mtime=-5), file("new", b"", mtime=2**40)) as read:
        assert read.getinfo("old").date_time == (1980, 1, 1, 0, 0, 0)
        assert read.getinfo("new").date_time == (2107, 12, 31, 23, 59, 58)


def test_date_is_in_utc() -> None:
    with archive(file("a", b"")) as read:
        assert read.getinfo("a").date_time == (*time.gmtime(SUNDAY)[:5], SUNDAY % 60 // 2 * 2)


def test_more_entries_than_sixteen_bits_count() -> None:
    entries = [file(f"f{number}", b"%d" % number) for number in range(70_000)]
    with archive(*entries) as read:
        assert len(read.namelist()) == 70_000
        assert read.read("f69999") == b"69999"


def test_files_and_offsets_beyond_four_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    entries = [ZipEntry("large", MODE_FILE, SUNDAY, LARGE, zeros(LARGE)), file("behind", b"content"), folder("last/")]
    write_sparse(path, iter_archive(lambda: entries))
    with zipfile.ZipFile(path) as read:
        assert read.getinfo("large").file_size == LARGE
        assert read.getinfo("behind").header_offset > LARGE
        assert read.read("behind") == b"content"
        with read.open("large") as opened:
            assert opened.read(1 << 20) == bytes(1 << 20)
    listing = subprocess.run(["unzip", "-Z1", path], check=True, capture_output=True, text=True).stdout
    assert listing.split() == ["large", "behind", "last/"]


def test_file_that_ends_early_breaks_the_archive() -> None:
    entry = ZipEntry("a", MODE_FILE, SUNDAY, 10, lambda: iter([b"short"]))
    with pytest.raises(BytesMissing):
        list(iter_archive(lambda: [entry]))


def test_small_parts_are_sent_together() -> None:
    entries = [file(f"f{number}", b"x") for number in range(1000)]
    parts = list(iter_archive(lambda: entries))
    assert len(parts) < 5
    assert max(map(len, parts)) <= 64 << 10
