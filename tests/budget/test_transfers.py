"""Memory of transfers that are large or of many parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.budget.transfers import MAX_MORE_BYTES, MIB, download, link, make_library, sign_in, upload
from tests.conftest import Client
from tests.rest.forms import Part, send
from tests.wire.daemon import Daemon

pytestmark = pytest.mark.slow


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """One that has started twice: making the store takes memory of its own."""
    running = Daemon(tmp_path / "daemon")
    running.start()
    running.stop()
    running.start()
    yield running
    running.close()


def test_large_encrypted_file_is_not_held(daemon: Daemon) -> None:
    client = sign_in(daemon.client)
    idle = daemon.status("VmRSS")
    daemon.forget_peak()
    repo_id = make_library(client, password="libpass")
    assert upload(client, link(client, repo_id, "files/upload/?p=/"), 128 * MIB).status == 200
    assert download(client, link(client, repo_id, "files/download/?p=/large")) == 128 * MIB
    assert daemon.status("VmHWM") - idle <= MAX_MORE_BYTES


def test_archive_of_many_files_is_not_held(daemon: Daemon) -> None:
    client = sign_in(daemon.client)
    repo_id = make_library(client)
    url = link(client, repo_id, "files/upload/?p=/")
    for folder in range(10):
        files: list[Part] = [("file", f"{number:04}.txt", b"%d" % number) for number in range(500)]
        assert send(client, url, ("parent_dir", "/"), ("relative_path", f"{folder}"), *files).status == 200
    daemon.stop()
    daemon.start()
    client = Client(daemon.port, client.headers)
    url = link(client, repo_id, "dirs/download/?p=/")
    idle = daemon.status("VmRSS")
    daemon.forget_peak()
    assert download(client, url) > 5000 * 100
    assert daemon.status("VmHWM") - idle <= MAX_MORE_BYTES // 2
