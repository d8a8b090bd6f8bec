"""The server is killed in the middle of a push and of a clone, again and again; both finish by themselves."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.compat.computer import wait_until
from tests.compat.seafile_world import World, world
from tests.compat.trees import fill, on_disk
from tests.core.content import assert_consistent
from tests.sync.check_store import problems

#: In the middle of each of the two transfers.
KILLS = 5
#: Of the transfer that is to be hit, since the last kill.
BLOCKS = 60
POLL_SECONDS = 0.05

pytestmark = pytest.mark.compat


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("crashes")) as running:
        yield running


class Transfers:
    """A push and a clone, as the server's log tells of their blocks."""

    def __init__(self, two: World, pushed: str, cloned: str) -> None:
        self._two = two
        self._lines = {
            "push": re.compile(f" PUT /seafhttp/repo/{pushed}/block/[0-9a-f]+ 200 "),
            "clone": re.compile(f" GET /seafhttp/repo/{cloned}/block/[0-9a-f]+ 200 "),
        }
        self._seen: Counter[str] = Counter()

    def await_middle(self) -> list[str]:
        """Wait until one has moved some blocks since the last call, and return which have moved any."""

        def moved() -> dict[str, int]:
            log = self._two.daemon.log
            return {which: len(line.findall(log)) - self._seen[which] for which, line in self._lines.items()}

        wait_until(lambda: max(moved().values()) >= BLOCKS, "neither goes on", POLL_SECONDS)
        last = moved()
        self._seen.update(last)
        return [which for which, count in last.items() if count]


def test_push_and_clone_survive_a_server_that_is_killed(two: World) -> None:
    cloned, pushed = two.one.create("Cloned"), two.one.create("Pushed")
    fill(two.one.place("Cloned"))
    two.one.sync(cloned, "Cloned")
    two.await_equal(cloned, "Cloned", two.one)
    fill(two.one.place("Pushed"), files=11)
    transfers = Transfers(two, pushed, cloned)
    two.one.sync(pushed, "Pushed")
    two.two.sync(cloned, "Cloned")
    kills: Counter[str] = Counter()
    while min(kills["push"], kills["clone"]) < KILLS:
        kills.update(transfers.await_middle())
        two.daemon.kill()
        assert len(two.content(pushed)) < len(on_disk(two.one.place("Pushed")))
        two.daemon.start()
    assert problems(two.core) == []
    assert two.await_equal(pushed, "Pushed", two.one) == on_disk(two.one.place("Pushed"))
    assert two.await_equal(cloned, "Cloned", two.one, two.two) == on_disk(two.two.place("Cloned"))
    for repo_id in (pushed, cloned):
        assert_consistent(two.core, repo_id)
    assert problems(two.core) == []
