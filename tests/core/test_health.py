"""What is wrong is told to administrators once, when it begins."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syncfile.config import ConfigError, load
from syncfile.core import health
from syncfile.core.access import Actor
from syncfile.core.certificates import make_certificate
from syncfile.core.core import Core, JobRun
from syncfile.core.health import Monitor, problems
from syncfile.core.notifications import list_notifications
from tests.core.accounts import add
from tests.core.aging import no_days, open_aging

MIB = 1 << 20


class House:
    """A store, its administrator, and the room on its disk in MiB."""

    def __init__(self, core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
        self.core = core
        self.free = 1000
        monkeypatch.setattr(health, "LOOK_SECONDS", 0.0)
        monkeypatch.setattr(core.folder, "disk_usage", lambda: (10_000 * MIB, self.free * MIB))
        account = add(core, "admin")
        with core.db.transaction():
            core.db.rows("UPDATE account SET is_staff = ? WHERE id = ?", True, account.id)
        self.admin = Actor(account.id, "admin", is_staff=True)
        self.heard = 0

    def news(self, **settings: Any) -> list[tuple[str, str]]:
        """Look as a newly started server does, and return kind and content of what is told."""
        core = replace(self.core, config=replace(self.core.config, **settings)) if settings else self.core
        count = Monitor(core).step(core)
        told = list_notifications(self.core, self.admin)
        new, self.heard = told[: len(told) - self.heard], len(told)
        assert len(new) == count
        return [(item.kind, item.content) for item in reversed(new)]


clock = pytest.fixture(no_days)
core = pytest.fixture(open_aging)


@pytest.fixture
def house(core: Core, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(core, monkeypatch)


def test_a_house_without_faults_is_quiet(house: House) -> None:
    assert house.news() == []
    assert problems(house.core) == []


def test_a_disk_that_fills_is_told_once_until_there_is_room_again(house: House) -> None:
    told = [("disk_low", "The disk is nearly full: 499 of 10000 MiB are free")]
    for house.free, news in ((499, told), (300, []), (510, []), (499, []), (626, []), (499, told)):
        assert house.news() == news, house.free
    assert problems(house.core) == ["disk_low"]


@pytest.mark.parametrize(
    ("limit", "is_low"), [("0", False), ("0%", False), ("9%", False), ("11%", True), (str(1001 * MIB), True)]
)
def test_how_much_has_to_be_free_is_set_in_bytes_or_percent(house: House, limit: str, is_low: bool) -> None:
    assert bool(house.news(low_disk=limit)) == is_low


@pytest.mark.parametrize("text", ["", "5 %", "-1", "100%", "1e9"])
def test_no_other_limit_is_taken(text: str) -> None:
    with pytest.raises(ConfigError, match="low_disk must be a number of bytes"):
        load(None, {}, {"low_disk": text})


def test_a_certificate_that_ends_is_told_at_thirty_seven_and_one_days(
    house: House, clock: list[float], tmp_path: Path
) -> None:
    path = tmp_path / "syncfile.crt"
    path.write_bytes(make_certificate(["localhost"], 40).certificate)

    def news() -> list[str]:
        return [content for _, content in house.news(tls_cert=path)]

    heard = {}
    for clock[0] in (0.0, 5.0, 15.0, 20.0, 33.0, 34.0, 38.5, 39.0, 41.0, 50.0):
        heard[clock[0]] = news()
    assert [day for day, texts in heard.items() if texts] == [15.0, 33.0, 38.5]
    assert problems(replace(house.core, config=replace(house.core.config, tls_cert=path))) == ["certificate_expiry"]
    path.write_bytes(make_certificate(["localhost"], 100).certificate)
    assert news() == []


def test_a_certificate_that_ends_is_told_once_however_often_a_day_is_looked(
    house: House, clock: list[float], tmp_path: Path
) -> None:
    path = tmp_path / "syncfile.crt"
    path.write_bytes(make_certificate(["localhost"], 40).certificate)
    told = 0
    for clock[0] in (15 + hours / 24 for hours in range(72)):
        told += len(house.news(tls_cert=path))
    assert told == 1


def test_a_certificate_that_has_ended_is_told(house: House, clock: list[float], tmp_path: Path) -> None:
    path = tmp_path / "syncfile.crt"
    path.write_bytes(make_certificate(["localhost"], 40).certificate)
    clock[0] = 90
    assert house.news(tls_cert=path) == [("certificate_expiry", "The certificate has ended")]


def test_a_job_that_fails_again_and_again_is_told_until_it_works(house: House) -> None:
    for failures, news in ((0, 0), (1, 0), (2, 1), (3, 0), (0, 0), (2, 1)):
        house.core.job_runs["gc"] = JobRun(0, 0, "the disk is full" if failures else "", failures)
        assert len(house.news()) == news
        assert problems(house.core) == (["job_failed"] if failures >= 2 else [])
    assert list_notifications(house.core, house.admin)[0].content == 'The job "gc" fails: the disk is full'


def test_it_does_not_look_all_the_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOOK_SECONDS", 60.0)
    monitor = Monitor(house.core)
    assert monitor.step(house.core) == 0
    house.free = 1
    assert monitor.step(house.core) == 0
