"""What a clone of a library with 100,000 files costs the server, in memory and in order."""

import json
from collections.abc import Iterator

import pytest

from syncfile.config import Config
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import create_repo, edit_repo
from syncfile.core.tokens import issue
from syncfile.store.chunker import NewFile
from syncfile.store.objects import File
from tests.core.accounts import actor_of, add
from tests.sync.seafhttp.peer import Peer
from tests.wire.daemon import Daemon

FOLDERS, FILES = 100, 1000
GROWTH_BYTES = 12 << 20


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Daemon, Peer]]:
    """A daemon and the client of a library with 100,000 files, whose blocks nobody asks for."""
    folder = tmp_path_factory.mktemp("large")
    daemon = Daemon(folder / "daemon")
    core = open_core(Config(data=daemon.data))
    ann = actor_of(add(core, "ann"))
    assert ann.account_id is not None
    repo = create_repo(core, ann.account_id, "Large")
    for folder_number in range(FOLDERS):
        with edit_repo(core, ann, repo.id, "Added things") as edit:
            edit.make_dir(f"/{folder_number}")
            for number in range(FILES):
                file = File((f"{folder_number * FILES + number:040x}",), 1)
                edit.put_file(f"/{folder_number}/{number:06d}.jpg", NewFile(file, None))
    token = issue(core, "sync", ann.account_id, lifetime=None, repo_id=repo.id)
    close_core(core)
    daemon.start()
    yield daemon, Peer(daemon.client, repo.id, token, "ann")
    daemon.stop()


@pytest.mark.slow
def test_clone_of_100_000_files_takes_little_memory(large: tuple[Daemon, Peer]) -> None:
    daemon, peer = large
    head = peer.head()
    assert peer.ask("POST", "check-fs", body=b"[]").status == 200
    idle = daemon.status("VmRSS")
    daemon.forget_peak()
    ids = peer.ids(head)
    assert len(ids) == len(set(ids)) == FOLDERS * (FILES + 1) + 1
    for start in range(0, 2000, 100):
        peer.done("POST", "pack-fs/", body=json.dumps(ids[start : start + 100]).encode())
    assert peer.ask_list("check-fs/", ids).json == []
    grown = daemon.status("VmHWM") - idle
    assert grown <= GROWTH_BYTES, f"{grown >> 10} KiB more than idle, which is {idle >> 10}"
