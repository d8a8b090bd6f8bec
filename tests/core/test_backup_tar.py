"""A backup as a stream: an ordinary tar archive, of which every part and the end are looked at when it comes back."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from syncfile.core.access import Actor, RepoInfo
from syncfile.core.backup_tar import write_tar
from syncfile.core.core import Core
from syncfile.core.restore import restore_tar
from syncfile.errors import BadRequest, StoreUnavailable
from tests.core.content import put
from tests.core.stores import block_files, state_at, state_of

LARGE, OTHER = b"l" * 40_000, b"o" * 10_000_000


@pytest.fixture(autouse=True)
def content(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/folder": None, "/folder/large": LARGE, "/small": b"small", "/other": OTHER})


@pytest.fixture
def stream(core: Core) -> bytes:
    out = io.BytesIO()
    report = write_tar(core, out)
    assert (report.copied, report.copied_bytes, report.damaged) == (3, len(LARGE) + len(OTHER), 0)
    return out.getvalue()


def members(stream: bytes) -> dict[str, bytes]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(stream)) as tar:
        for member in tar:
            file = tar.extractfile(member)
            assert file is not None
            found[member.name] = file.read()
    return found


def packed(content: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, body in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    return out.getvalue()


def test_any_tar_program_can_read_it(core: Core, stream: bytes) -> None:
    found = members(stream)
    assert {name.removeprefix("blocks/") for name in found if name.startswith("blocks/")} == set(
        block_files(core.config.data)
    )
    assert set(found) >= {"syncfile-backup.json", "syncfile.db", "syncfile-store.json"}


def test_restored_it_is_the_same_store(core: Core, stream: bytes, tmp_path: Path) -> None:
    report = restore_tar(io.BytesIO(stream), str(tmp_path / "restored"))
    assert (report.libraries, report.copied, report.damaged) == (2, 3, 0)
    assert state_at(tmp_path / "restored") == state_of(core)


def test_it_may_come_packed_anew(core: Core, stream: bytes, tmp_path: Path) -> None:
    restore_tar(io.BytesIO(packed(members(stream))), str(tmp_path / "restored"))
    assert state_at(tmp_path / "restored") == state_of(core)


def test_nothing_is_left_beside_the_data(core: Core, stream: bytes) -> None:
    assert stream
    assert not (core.config.data / "backup-stream").exists()


@pytest.mark.parametrize("length", [0, 100, 512, 1024, 5000, 60_000, -512 * 3, -512 * 4])
def test_a_stream_that_ends_early_makes_no_store(core: Core, stream: bytes, tmp_path: Path, length: int) -> None:
    with pytest.raises(BadRequest):
        restore_tar(io.BytesIO(stream[:length]), str(tmp_path / "restored"))
    assert not (tmp_path / "restored" / "syncfile-store.json").exists()
    restore_tar(io.BytesIO(stream), str(tmp_path / "restored"))  # and the next one goes on
    assert state_at(tmp_path / "restored") == state_of(core)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: {"letter.txt": b"dear aunt"} | found,
        lambda found: (
            {"syncfile-backup.json": b"{}"} | {name: body for name, body in found.items() if "backup" not in name}
        ),
        lambda found: found | {"../../etc/passwd": b"x"},
        lambda found: found | {"blocks/../../x": b"x"},
        lambda found: found | {"letter.txt": b"dear aunt"},
        lambda found: {name: body for name, body in found.items() if name != "syncfile.db"},
        lambda found: {name: body for name, body in found.items() if name != "syncfile-store.json"},
    ],
)
def test_what_is_no_backup_makes_no_store(
    stream: bytes, tmp_path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]
) -> None:
    with pytest.raises(BadRequest):
        restore_tar(io.BytesIO(packed(change(members(stream)))), str(tmp_path / "restored"))
    assert not (tmp_path / "restored" / "syncfile-store.json").exists()
    assert not (tmp_path / "etc").exists()


def test_a_stream_that_begins_with_gigabytes_is_refused_before_they_are_read(tmp_path: Path) -> None:
    class Gigabytes(io.BytesIO):
        count = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.count += size or 0
            return super().read(size) or bytes(size or 0)

    info = tarfile.TarInfo("syncfile-backup.json")
    info.size = 8 << 30
    stream = Gigabytes(info.tobuf(tarfile.GNU_FORMAT))
    with pytest.raises(BadRequest):
        restore_tar(stream, str(tmp_path / "restored"))
    assert 512 < stream.count < 1 << 20


def test_a_damaged_database_makes_no_store(stream: bytes, tmp_path: Path) -> None:
    found = members(stream)
    found["syncfile.db"] = found["syncfile.db"][:8192] + b"\xff" * 8192 + found["syncfile.db"][16384:]
    with pytest.raises(StoreUnavailable):
        restore_tar(io.BytesIO(packed(found)), str(tmp_path / "restored"))
    assert not (tmp_path / "restored" / "syncfile-store.json").exists()


def test_a_flipped_bit_is_told_and_no_wrong_byte_is_stored(core: Core, stream: bytes, tmp_path: Path) -> None:
    at = stream.index(LARGE) + 20_000
    damaged = stream[:at] + bytes([stream[at] ^ 1]) + stream[at + 1 :]
    report = restore_tar(io.BytesIO(damaged), str(tmp_path / "restored"))
    assert (report.copied, report.damaged) == (2, 1)
    stored = block_files(tmp_path / "restored")
    assert len(stored) == 2
    assert stored.items() < block_files(core.config.data).items()


def test_a_block_that_is_missing_is_told(core: Core, library: RepoInfo, tmp_path: Path) -> None:
    blocks = core.config.data / "blocks"
    next(blocks / name for name in block_files(core.config.data) if (blocks / name).stat().st_size == 40_000).unlink()
    out = io.BytesIO()
    assert write_tar(core, out).damaged == 1
    assert restore_tar(io.BytesIO(out.getvalue()), str(tmp_path / "restored")).damaged == 1


def test_a_reader_that_goes_away_leaves_nothing_behind(core: Core) -> None:
    class Gone(io.BytesIO):
        def write(self, data: object, /) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        write_tar(core, Gone())
    assert not (core.config.data / "backup-stream").exists()
