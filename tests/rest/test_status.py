"""How the server is doing, for its administrators."""

from syncfile import __version__
from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.people import assert_error, assert_like, join

SHAPE = {
    "version": "0.1.0",
    "uptime": 1,
    "memory": 1,
    "disk": {"total": 1, "free": 1, "database": 1},
    "accounts": 1,
    "repos": 1,
    "files": 1,
    "file_bytes": 1,
    "uploads": 0,
}


def test_an_administrator_sees_how_the_server_is_doing(core: Core, client: Client) -> None:
    root, ann = join(core, client, "root", is_staff=True), join(core, client, "ann")
    ann.put("/a.txt", b"12345")
    answer = root.client.get("/v1/status/")
    assert answer.status == 200
    assert_like(SHAPE, answer.json)
    status = answer.json
    assert (status["version"], status["accounts"], status["repos"]) == (__version__, 2, 2)
    assert (status["files"], status["file_bytes"], status["uploads"]) == (1, 5, 0)
    assert 0 < status["disk"]["free"] <= status["disk"]["total"]
    assert 8 << 20 < status["memory"] < 4 << 30
    assert status["uptime"] >= 0
    assert_error(ann.client.get("/v1/status/"), 403, "permission_denied")
    assert_error(client.get("/v1/status/"), 401, "not_authenticated")
