"""A collection takes little memory, however much is stored."""

import os
import subprocess
import sys

import pytest

from syncfile.config import Config
from syncfile.core.access import RepoInfo
from syncfile.core.core import Core
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_FILE, Commit, Dirent, File
from tests.daemon import ROOT

#: By hand: a million.
OBJECTS = int(os.environ.get("SYNCFILE_GC_OBJECTS", "20000"))
FOLDER_FILES = 2000
MAX_GROWTH_KIB = 16 << 10

_PROGRAM = """
import re, sys, time
from dataclasses import replace
from pathlib import Path
from syncfile.config import Config
from syncfile.core import gc
from syncfile.core.opening import open_core

def memory(name):
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

core = open_core(Config(data=Path(sys.argv[1])), alone=False)
gc.collect(core, sys.argv[2])
Path("/proc/self/clear_refs").write_text("5")  # proc(5): the peak begins anew
before = memory("VmRSS")
began = time.monotonic()
freed = gc.collect(replace(core, clock=lambda: time.time() + 2 * 86400), sys.argv[3])
assert freed == gc.Freed(blocks=1, block_bytes=1), freed
print(memory("VmHWM") - before, time.monotonic() - began)
"""


def fill(core: Core, repo_id: str) -> None:
    """Store as many objects, in folders of some thousand files, each with a block; and one block too many."""
    empty = core.objects.open_dir(repo_id, EMPTY_ID)
    folders = {}
    for start in range(0, OBJECTS, FOLDER_FILES):
        with core.db.transaction():
            entries = {}
            for number in range(start, min(start + FOLDER_FILES, OBJECTS)):
                name = f"{number:08}"
                file = File((f"{number:040x}",), 1)
                entries[name] = Dirent(name, core.objects.save_file(repo_id, file), MODE_FILE, 1, 1)
                core.db.rows("INSERT INTO small_block VALUES (?, ?, ?, 1)", repo_id, file.block_ids[0], b"x")
            folder = core.objects.save_dir(repo_id, empty.edit(dict(entries)))
            folders[f"{start:08}"] = Dirent(f"{start:08}", folder, MODE_DIR, 1)
    with core.db.transaction():
        root_id = core.objects.save_dir(repo_id, empty.edit(dict(folders)))
        core.db.rows("INSERT INTO small_block VALUES (?, ?, ?, 1)", repo_id, "f" * 40, b"x")
        fields = {"ctime": 1, "creator_name": "ann", "description": "", "parent_id": None, "repo_name": "Photos"}
        commit = Commit(repo_id=repo_id, root_id=root_id, **fields)  # type: ignore[arg-type] # by name
        core.objects.save_commit(repo_id, commit)
        core.db.rows("UPDATE repo SET head_id = ? WHERE id = ?", commit.id, repo_id)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_store(config: Config, core: Core, library: RepoInfo) -> None:
    (other_id,) = core.db.row("SELECT id FROM repo WHERE id <> ?", library.id)
    fill(core, library.id)
    command = [sys.executable, "-c", _PROGRAM, str(config.data), other_id, library.id]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3600)
    assert ended.returncode == 0, ended.stderr
    growth, seconds = ended.stdout.split()
    print(f"{OBJECTS} files: {int(growth)} KiB more, {float(seconds):.1f} s")
    assert int(growth) <= MAX_GROWTH_KIB
