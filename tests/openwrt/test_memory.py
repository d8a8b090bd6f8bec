"""The installed package on a 32-bit processor: what it needs of a router's memory."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.budget.transfers import MIB, download, link, make_library, sign_in, upload
from tests.openwrt.pythons import x86
from tests.wire.daemon import Daemon

pytestmark = pytest.mark.compat

LARGE_BYTES = int(os.environ.get("SYNCFILE_LARGE_BYTES", 500 * MIB))
AT_ONCE = 4
IDLE_BYTES = 24 * MIB
BUSY_BYTES = 32 * MIB
ENCRYPTED_BYTES = 40 * MIB
#: Asked of the system, whether used or not; the service's limit, which is for that, is twice as much or more.
ASKED_BYTES = 64 * MIB


@pytest.fixture
def daemon(installed: Path, tmp_path: Path) -> Iterator[Daemon]:
    """The server of a router with 256 MB; it has started twice: making the store takes memory of its own."""
    program = [*x86(), str(installed / "usr/bin/syncfile"), "serve"]
    running = Daemon(tmp_path / "daemon", program=program, profile=256)
    running.start()
    running.stop()
    running.start()
    yield running
    running.close()
    shutil.rmtree(running.data)


def test_idle_server(daemon: Daemon) -> None:
    assert daemon.client.get("/v1/ping/").status == 200
    idle = daemon.status("VmRSS")
    print(f"idle {idle >> 10} KiB")
    assert idle <= IDLE_BYTES


def test_large_files_in_parallel(daemon: Daemon) -> None:
    client = sign_in(daemon.client)
    repos = [make_library(client) for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as people:
        links = [link(client, repo_id, "files/upload/?p=/") for repo_id in repos]
        answers = people.map(lambda url: upload(client, url, LARGE_BYTES), links)
        assert [answer.status for answer in answers] == [200] * AT_ONCE
        uploading = daemon.status("VmHWM")
        links = [link(client, repo_id, "files/download/?p=/large") for repo_id in repos]
        assert list(people.map(lambda url: download(client, url), links)) == [LARGE_BYTES] * AT_ONCE
    figures = {name: daemon.status(name) >> 10 for name in ("VmHWM", "VmRSS", "VmData")}
    print(f"uploads {uploading >> 10} KiB, then downloads {figures}")
    assert daemon.status("VmHWM") <= BUSY_BYTES
    assert daemon.status("VmData") <= ASKED_BYTES


def test_open_encrypted_library(daemon: Daemon) -> None:
    client = sign_in(daemon.client)
    repo_id = make_library(client, password="libpass")
    open_it = {"action": "setpassword", "password": "libpass"}
    assert client.post(f"/v1/repos/{repo_id}/action/", form=open_it).status == 200
    assert upload(client, link(client, repo_id, "files/upload/?p=/"), LARGE_BYTES).status == 200
    assert download(client, link(client, repo_id, "files/download/?p=/large")) == LARGE_BYTES
    print(f"encrypted {daemon.status('VmHWM') >> 10} KiB, then {daemon.status('VmRSS') >> 10} KiB")
    assert daemon.status("VmHWM") <= ENCRYPTED_BYTES
