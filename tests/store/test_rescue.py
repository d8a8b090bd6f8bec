"""The rescue reader: on any Python, with nothing installed, it gets out what is there and says what is not."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.content import commits_of, put
from tests.store.pulled_disk import (
    BIG,
    CONTENT,
    DATE,
    PASSWORD,
    READER,
    Disk,
    actor,
    copy_disk,
    files_in,
    make_disk,
    opened,
    run,
)
from tests.wire.small_disk import needs_mounts

original = pytest.fixture(scope="module")(make_disk)
disk = pytest.fixture(copy_disk)


MAX_BYTES = 60_000


def interpreters() -> list[str]:
    """Return the Pythons of this machine that are new enough."""
    found = [sys.executable, *(shutil.which(f"python3.{minor}") for minor in range(9, 20))]
    found += sorted(str(path) for path in Path.home().glob(".pyenv/versions/3.*/bin/python"))
    known: dict[str, str] = {}
    for path in filter(None, found):
        ask = [path, "-c", "import sys, sqlite3, zlib; print(sys.version_info >= (3, 9), sys.version)"]
        told = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
        if told.startswith("True"):
            known.setdefault(told, path)
    return list(known.values())


def test_it_is_one_small_file_for_python_3_9() -> None:
    assert READER.stat().st_size < MAX_BYTES
    vermin = [sys.executable, "-c", "import vermin; vermin.main()", "--target=3.9-", "--eval-annotations", str(READER)]
    done = subprocess.run(vermin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Minimum required versions: 3.9" in done.stdout


def test_it_needs_the_standard_library_only() -> None:
    imported = set(re.findall(r"^(?:from|import) (\w+)", READER.read_text(), re.MULTILINE))
    assert imported <= sys.stdlib_module_names


def test_every_data_folder_carries_it_and_a_leaflet(original: Disk) -> None:
    assert (original.data / "rescue.py").read_bytes() == READER.read_bytes()
    assert "python3 rescue.py . list" in (original.data / "READ-ME-FIRST.txt").read_text()


def test_both_are_brought_up_to_date_at_the_next_start(disk: Disk) -> None:
    (disk.data / "rescue.py").write_text("# of an older version")
    (disk.data / "READ-ME-FIRST.txt").unlink()
    with opened(disk.data):
        pass
    test_every_data_folder_carries_it_and_a_leaflet(disk)


@pytest.mark.parametrize("python", interpreters())
def test_any_python_writes_out_all_libraries(original: Disk, tmp_path: Path, python: str) -> None:
    done = run(original.data, "export", "--out", tmp_path, given=f"{PASSWORD}\n{PASSWORD}\n", python=python)
    assert done.code == 0, done.text
    assert done.text.splitlines()[-1].endswith("; 0 problems")
    assert files_in(tmp_path / "Photos") == CONTENT | {"/dated": None, "/dated/old": b"old"}
    assert files_in(tmp_path / "Secret") == {"/big": BIG, "/small": b"s", "/empty": b""}
    assert files_in(tmp_path / "Newer") == {"/small": b"n"}
    dates = [int((tmp_path / "Photos" / path).stat().st_mtime) for path in ("dated", "dated/old")]
    assert dates == [DATE, DATE + 100]
    assert run(original.data, "verify", "--deep", python=python).code == 0


def test_it_lists_what_there_is(original: Disk) -> None:
    done = run(original.data, "list")
    assert done.code == 0
    lines = done.text.splitlines()
    assert [re.split(" {2,}", line)[-2:] for line in lines] == [
        [name, "(ann)"] for name in ("My Library", "Newer", "Photos", "Secret")
    ]
    assert "encrypted" in lines[3]
    assert "encrypted" not in lines[2]
    assert lines[2].startswith(original.repo_id)


def test_it_goes_on_where_it_was_and_overwrites_nothing(original: Disk, tmp_path: Path) -> None:
    assert run(original.data, "export", "Photos", "--out", tmp_path).code == 0
    (tmp_path / "Photos" / "a").write_bytes(b"mine")
    (tmp_path / "Photos" / "empty").unlink()
    done = run(original.data, "export", original.repo_id, "--out", tmp_path)
    assert done.code == 1
    assert "Photos/a: " in done.text
    assert "1 files, 0 bytes, 304 were there already; 1 problems" in done.text
    assert (tmp_path / "Photos" / "a").read_bytes() == b"mine"


def test_a_state_of_the_past_comes_out(original: Disk, tmp_path: Path) -> None:
    with opened(original.data) as core:
        chain = list(commits_of(core, original.repo_id))
    assert run(original.data, "export", "Photos", "--at", chain[-2].id, "--out", tmp_path).code == 0
    assert files_in(tmp_path / "Photos") == {"/before": b"b"}
    assert run(original.data, "verify", "Photos", "--at", "2200-01-01").code == 0
    done = run(original.data, "export", "Photos", "--at", "2001-01-01", "--out", tmp_path / "never")
    assert (done.code, "no state of it can be read for 2001-01-01" in done.text) == (1, True)
    assert run(original.data, "verify", "Photos", "--at", "yesterday").code == 2


def test_without_the_password_nothing_encrypted_comes_out(original: Disk, tmp_path: Path) -> None:
    done = run(original.data, "export", "Secret", "--out", tmp_path, given="wrong\n")
    assert done.code == 1
    assert "it is encrypted, and was not unlocked" in done.text
    assert files_in(tmp_path / "Secret") == {}


def test_a_library_that_is_not_there_is_told(original: Disk, tmp_path: Path) -> None:
    assert run(original.data, "verify", "Music").code == 2
    assert run(tmp_path, "list").code == 2
    assert run(original.data, "export").code == 2


def test_a_disk_with_a_log_that_was_pulled_out_is_read(disk: Disk, tmp_path: Path) -> None:
    pulled = tmp_path / "pulled"
    with opened(disk.data) as core:
        put(core, actor(core), disk.repo_id, {"/last": b"last"})
        shutil.copytree(disk.data, pulled)
    assert (pulled / "syncfile.db-wal").stat().st_size > 0
    assert run(pulled, "export", "Photos", "--out", tmp_path / "out").code == 0
    assert files_in(tmp_path / "out" / "Photos")["/last"] == b"last"


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


@needs_mounts
@pytest.mark.parametrize("has_log", [False, True])
def test_a_disk_that_cannot_be_written_is_read(disk: Disk, tmp_path: Path, has_log: bool) -> None:
    pulled = tmp_path / "pulled"
    with opened(disk.data) as core:
        put(core, actor(core), disk.repo_id, {"/last": b"last"})
        if has_log:
            shutil.copytree(disk.data, pulled, ignore=shutil.ignore_patterns("*-shm"))
    if not has_log:
        shutil.copytree(disk.data, pulled)
    before = sorted(path.name for path in pulled.iterdir())
    prefix = ("unshare", "--mount", "--map-root-user", "sh", "-c", READ_ONLY, str(pulled))
    done = run(pulled, "export", "Photos", "--out", tmp_path / "out", prefix=prefix)
    assert done.code == 0, done.text
    assert ("The database is copied" in done.text) is has_log
    assert files_in(tmp_path / "out" / "Photos")["/last"] == b"last"
    assert sorted(path.name for path in pulled.iterdir()) == before


def test_nothing_is_written_to_a_disk_that_was_closed(disk: Disk, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in disk.data.rglob("*")}
    assert run(disk.data, "export", "Photos", "--out", tmp_path / "out").code == 0
    assert {path: path.stat().st_mtime_ns for path in disk.data.rglob("*")} == before
