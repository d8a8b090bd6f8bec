"""What monitors and administrators are told of how the server is."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from syncfile.app import FACES
from syncfile.core import scrub
from syncfile.core.core import Core, JobRun
from syncfile.core.door import CoreDoor
from syncfile.core.repos import create_repo
from syncfile.core.scrub import Scrub
from syncfile.core.tokens import issue
from syncfile.errors import StoreUnavailable
from tests.conftest import Client, Server
from tests.core.accounts import actor_of, add
from tests.core.content import put
from tests.core.garbage import body
from tests.core.rot import rot, use
from tests.wire.people import meet

TOKEN = "of the monitor"


@pytest.fixture
def watched(core: Core) -> Iterator[Client]:
    """A server that shows its metrics."""
    config = replace(core.config, metrics_token=TOKEN)
    served = replace(core, config=config)
    running = Server(config, CoreDoor(lambda: served), FACES)
    yield running.client
    running.stop()


def metrics(client: Client) -> dict[str, int]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.body.decode().splitlines() if not line.startswith("#")]
    return {name: int(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_health_is_told_to_anybody_with_and_without_a_slash(client: Client) -> None:
    for path in ("/v1/health/", "/v1/health"):
        answer = client.get(path)
        assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_health_is_degraded_where_a_job_fails(core: Core, client: Client) -> None:
    core.job_runs["gc"] = JobRun(0, 0, "it failed", 2)
    assert client.get("/v1/health/").json == {"status": "degraded"}


def test_without_its_disk_the_server_says_so_and_still_has_its_page(core: Core) -> None:
    def refuse() -> Core:
        raise StoreUnavailable("the data disk is not there", retry_after=7)

    running = Server(core.config, CoreDoor(refuse), FACES)
    try:
        answer = running.client.get("/v1/health/")
        assert (answer.status, answer.json) == (503, {"status": "unavailable"})
        assert int(answer.headers["retry-after"]) > 0
        assert running.client.get("/metrics").status == 503
        page = running.client.get("/")
        assert page.status == 200
        asset = re.search(r'/static/[^"]+\.css', page.body.decode())
        assert asset
        assert running.client.get(asset[0]).status == 200
    finally:
        running.stop()


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer wrong", f"Token {TOKEN}", f"Bearer {TOKEN}x"])
def test_metrics_want_their_token(watched: Client, shown: str) -> None:
    answer = watched.get("/metrics", headers={"Authorization": shown} if shown else {})
    assert answer.status == 401
    assert b"syncfile_" not in answer.body


def test_metrics_are_off_until_there_is_a_token(client: Client) -> None:
    for shown in ("", "Bearer ", "Bearer x"):
        assert client.get("/metrics", headers={"Authorization": shown}).status == 404


def test_metrics_are_well_formed_and_name_nobody(watched: Client, core: Core) -> None:
    ann = add(core, "ann")
    repo = create_repo(core, ann.id, "Secrets")
    put(core, actor_of(ann), repo.id, {"/photo.jpg": b"x" * 1000})
    core.job_runs["gc"] = JobRun(5, 3)
    text = watched.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).body.decode()
    seen: set[str] = set()
    name = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split()[2]
            assert name not in seen
            seen.add(name)
        elif line.startswith("# TYPE "):
            assert line.split()[2:] in ([name, "gauge"], [name, "counter"])
            assert (line.split()[3] == "counter") == name.endswith("_total")
        else:
            assert re.fullmatch(rf'{name}(\{{[a-z]+="[a-z0-9_]+"\}})? -?[0-9]+', line), line
    assert "ann" not in text.split()
    assert "Secrets" not in text
    assert "photo" not in text
    figures = metrics(watched)
    assert figures["syncfile_files"] == 1
    assert figures["syncfile_file_bytes"] == 1000
    assert figures['syncfile_job_ended_seconds{job="gc"}'] == 5
    assert figures['syncfile_problem{kind="disk_low"}'] == 0


def test_traffic_is_counted_in_both_directions(watched: Client) -> None:
    before = metrics(watched)
    threads = [threading.Thread(target=watched.get, args=("/v1/ping/",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watched.post("/v1/auth/", body=b"x" * 300_000, headers={"Content-Type": "text/plain"})
    watched.get("/nothing-there/")
    after = metrics(watched)
    assert after['syncfile_answers_total{class="2xx"}'] >= before['syncfile_answers_total{class="2xx"}'] + 9
    assert after['syncfile_answers_total{class="4xx"}'] >= before['syncfile_answers_total{class="4xx"}'] + 2
    assert after["syncfile_sent_bytes_total"] > before["syncfile_sent_bytes_total"] + 8 * 100
    assert after["syncfile_received_bytes_total"] > before["syncfile_received_bytes_total"] + 8 * 50
    assert after["syncfile_connections"] >= 1
    assert after["syncfile_transfers_running"] == after["syncfile_transfers_waiting"] == 0


def test_an_upload_is_counted(watched: Client) -> None:
    ann = meet(watched)
    before = metrics(watched)
    ann.store("file", bytes(1 << 20))
    sent = metrics(watched)["syncfile_received_bytes_total"] - before["syncfile_received_bytes_total"]
    assert 1 << 20 <= sent < (1 << 20) + 4096


def test_status_tells_administrators_what_the_scrub_found(
    core: Core, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub, "is_machine_busy", lambda: False)
    ann = add(core, "ann")
    repo = create_repo(core, ann.id, "One")
    put(core, actor_of(ann), repo.id, {"/photo": body("p")})
    block_id = rot(core, repo.id, body("p"), actor_of(ann))
    chore = Scrub(core)
    for _ in range(5):
        use(core)
        chore.step(core)
    with core.db.transaction():
        core.db.rows("UPDATE account SET is_staff = ?", True)
    status = client.with_token(issue(core, "login", ann.id, lifetime=None)).get("/v1/status/").json
    (found,) = status["scrub"]["found"]
    assert (found["repo_id"], found["repo_name"], found["path"]) == (repo.id, "One", "/photo")
    assert found["block_id"] == block_id
    assert (status["scrub"]["running"], status["scrub"]["blocks"]) == (False, 1)
    assert status["problems"] == ["scrub_found"]
    assert status["certificate_expires_at"] is None
    assert client.get("/v1/health/").json == {"status": "degraded"}
