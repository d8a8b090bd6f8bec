"""A router without a clock, played by Debian's ``faketime``: it wakes up in 1970, and later it is today."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from syncfile.core.clock import EARLIEST, WATCH_SECONDS
from syncfile.core.tokens import SESSION_SECONDS
from tests.conftest import Client
from tests.wire.conftest import start_daemon as start_daemon
from tests.wire.daemon import Daemon
from tests.wire.people import Person, account

pytestmark = pytest.mark.compat

DAY = 86400
WEEK = 7 * DAY
CONTENT = bytes(range(256)) * 4000
HOUR = 3600
AWAKENING = "@1970-01-01 00:00:00"


def faked(time_file: Path | None = None) -> tuple[str, ...]:
    """Return the command that runs another one in 1970, or whenever a file says, in the same process."""
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    when = f"FAKETIME={AWAKENING}" if time_file is None else f"FAKETIME_TIMESTAMP_FILE={time_file}"
    settings = ("FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_NO_CACHE=1", "TZ=UTC")
    return ("env", f"LD_PRELOAD={library}", when, *settings)


@dataclass
class Promises:
    """What somebody got while it was 1970."""

    daemon: Daemon
    login: str
    cookie: str
    authid: str
    link: str

    @property
    def client(self) -> Client:
        return self.daemon.client.with_token(self.login)

    @property
    def ann(self) -> Person:
        return Person(self.daemon.client, "ann", self.authid)

    def expiry(self) -> int:
        """Return when the link ends."""
        (link,) = self.client.get("/v1/shared-links/").json
        assert not link["is_expired"]
        return int(link["expires_at"])

    def assert_kept(self) -> None:
        """All that was promised is there."""
        assert self.client.get("/v1/account/").status == 200
        signed_in = self.daemon.client.get("/v1/session/", headers={"Cookie": self.cookie}).json
        assert signed_in["account"]["username"] == "ann"
        assert self.ann.list() == ["photo.jpg"]
        assert self.ann.read("photo.jpg") == CONTENT
        assert self.daemon.client.get(self.link, query={"dl": 1}).body == CONTENT


def promise(daemon: Daemon) -> Promises:
    """Register, sign in everywhere, upload and make a link for a week."""
    client, who = daemon.client, account("ann")
    assert client.post("/v1/userRegister", form=who).json["error_code"] == 1000
    authid = client.post("/v1/getAuthID", form=who).json["authid"]
    secret = {name: who[name] for name in ("username", "password")}
    login = client.post("/v1/auth/", form=secret).json["token"]
    cookie = client.post("/v1/session/", form=secret).headers["set-cookie"].partition(";")[0]
    Person(client, "ann", authid).store("photo.jpg", CONTENT)
    repo_id = client.with_token(login).get("/v1/repos/").json[0]["id"]
    path = f"/v1/repos/{repo_id}/files/shared-link/"
    made = client.with_token(login).post(path, query={"p": "/photo.jpg"}, form={"expire_days": 7})
    assert made.status in (200, 201), made.body
    return Promises(daemon, login, cookie, authid, made.json["location"])


def longest_promises(data: Path) -> tuple[float, float]:
    """Return for how long from today the last token and the last link of a store are good, seconds."""
    with closing(sqlite3.connect(data / "syncfile.db")) as db:
        (token,), (link,) = (
            db.execute(f"SELECT MAX(expires_at) FROM {table}").fetchone() for table in ("token", "link")
        )
    return token - time.time(), link - time.time()


@pytest.mark.parametrize("end", [Daemon.stop, Daemon.kill])
def test_what_was_promised_in_1970_is_kept_today_and_not_for_decades(
    start_daemon: Callable[..., Daemon], end: Callable[[Daemon], None]
) -> None:
    daemon = start_daemon(prefix=faked())
    promises = promise(daemon)
    assert abs(promises.expiry() - EARLIEST - WEEK) < HOUR
    promises.assert_kept()
    end(daemon)
    daemon.start()
    promises.assert_kept()
    end(daemon)
    daemon.prefix = ()
    daemon.start()
    promises.assert_kept()
    assert abs(promises.expiry() - time.time() - WEEK) < HOUR
    daemon.stop()
    token, link = longest_promises(daemon.data)
    assert SESSION_SECONDS - HOUR < token < SESSION_SECONDS + HOUR
    assert WEEK - HOUR < link < WEEK + HOUR


def test_the_clock_may_jump_while_the_server_runs(start_daemon: Callable[..., Daemon], tmp_path: Path) -> None:
    time_file = tmp_path / "time"
    time_file.write_text(AWAKENING)
    daemon = start_daemon(prefix=faked(time_file))
    promises = promise(daemon)
    time_file.write_text("+0")
    promises.assert_kept()
    until = time.monotonic() + 4 * WATCH_SECONDS
    while promises.expiry() < time.time() and time.monotonic() < until:
        threading.Event().wait(0.2)
    assert abs(promises.expiry() - time.time() - WEEK) < HOUR
    promises.assert_kept()
    daemon.stop()
    assert longest_promises(daemon.data)[0] < SESSION_SECONDS + HOUR
    assert "the clock was set by" in daemon.log


def test_a_clock_that_was_lost_goes_on_from_where_it_was(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon()
    promises = promise(daemon)
    daemon.stop()
    daemon.prefix = faked()
    daemon.start()
    promises.assert_kept()
    promises.ann.store("later.jpg", CONTENT)
    (library,) = promises.client.get("/v1/repos/").json
    assert abs(library["mtime"] - time.time()) < HOUR
    daemon.stop()
    assert longest_promises(daemon.data)[0] < SESSION_SECONDS + HOUR
