"""Memory of a server with large libraries, whatever is asked of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncfile.config import Config
from syncfile.core import tokens
from syncfile.core.opening import close_core, open_core
from syncfile.core.repos import edit_repo
from tests.budget.transfers import MAX_MORE_BYTES, download
from tests.conftest import Client
from tests.rest.forms import path_of
from tests.rest.large import add_noise, fill
from tests.rest.people import Person, join
from tests.wire.daemon import Daemon

pytestmark = pytest.mark.slow

_LARGE = (
    "dirs/?p=/many&limit=100",
    "dirs/?p=/many&start=9900&limit=100",
    "dirs/?p=/many",
    "dirs/?p=/&recursive=1&start=100000&limit=1000",
    "history/?limit=1000",
    "history/?start=9000&limit=1000",
    "trash/?limit=1000",
)


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Person:
    """Has a folder of 10,000 files, ten more of them, one of 20,000, and 10,000 commits."""
    core = open_core(Config(data=tmp_path_factory.mktemp("large") / "data"))
    made = join(core, Client(0), "ann")
    fill(made, "/many", 10_000, b"some text of a file")
    fill(made, "/archive", 20_000, b"some other text")
    with edit_repo(core, made.actor, made.repo_id, "Added ten") as edit:
        for number in range(10):
            edit.put_entry(f"/{number}", edit.get("/many"))
    made.put("/a.txt", b"1")
    add_noise(made, 10_000)
    made.put("/a.txt", b"22")
    token = tokens.issue(core, "login", made.id, lifetime=None)
    close_core(core)
    return Person(core, made.account, Client(0).with_token(token))


@pytest.fixture
def daemon(tmp_path: Path, person: Person) -> Iterator[Daemon]:
    running = Daemon(tmp_path / "daemon", data=person.core.config.data)
    running.start()
    yield running
    running.close()


def signed_in(daemon: Daemon, person: Person) -> Client:
    """Return a client of the person; the server has answered one request, so that what it needs is there."""
    client = Client(daemon.port, person.client.headers)
    assert client.get("/v1/account/").status == 200
    return client


def more(daemon: Daemon, idle: int) -> int:
    """Return by how much memory has ever been above ``idle``, bytes."""
    return daemon.status("VmHWM") - idle


def test_reading_large_libraries_takes_little_memory(daemon: Daemon, person: Person) -> None:
    client, repo = signed_in(daemon, person), f"/v1/repos/{person.repo_id}"
    idle = daemon.status("VmRSS")
    for target in _LARGE:
        assert client.get(f"{repo}/{target}").status == 200
    assert client.get("/v1/search/?q=img%2000999&per_page=100").json["total"] == 12
    history = client.post(f"{repo}/files/action?p=/a.txt", form={"action": "history"}).json["commits"]
    assert [item["rev_file_size"] for item in history] == [2, 1]
    assert client.get("/v1/activities/?limit=1000").status == 200
    assert more(daemon, idle) <= MAX_MORE_BYTES


def test_an_archive_of_20000_files_takes_little_memory(daemon: Daemon, person: Person) -> None:
    client = signed_in(daemon, person)
    idle = daemon.status("VmRSS")
    url = path_of(client.get(f"/v1/repos/{person.repo_id}/dirs/download/?p=/archive").json)
    assert download(client, url) > 20_000 * 100
    assert more(daemon, idle) <= MAX_MORE_BYTES


def test_changing_large_folders_takes_little_memory(daemon: Daemon, person: Person) -> None:
    client, repo = signed_in(daemon, person), f"/v1/repos/{person.repo_id}"
    idle = daemon.status("VmRSS")
    changes = [
        ("files/", {"p": "/many/new.txt"}),
        ("dirs/action", {"p": "/9", "action": "copy", "dst_dir_path": "/copied"}),
        ("dirs/action", {"p": "/8", "action": "move", "dst_dir_path": "/moved"}),
        ("dirs/action", {"p": "/7", "action": "rename", "newname": "renamed"}),
        ("batch", {"paths": "/6,/5", "action": "delete"}),
    ]
    for what, query in changes:
        assert client.post(f"{repo}/{what}", query=query).status in {200, 201}
    (first, second) = client.get(f"{repo}/trash/").json["items"]
    assert {first["path"], second["path"]} == {"/5", "/6"}
    restored = client.post(f"{repo}/trash/", query={"p": "/5", "commit_id": first["commit_id"]})
    assert restored.json == {"path": "/5"}
    assert more(daemon, idle) <= MAX_MORE_BYTES
