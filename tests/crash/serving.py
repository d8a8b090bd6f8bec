"""What a real server says of a disk as it was left."""

from collections.abc import Mapping
from pathlib import Path

from tests.conftest import Client
from tests.crash.household import Known, Somebody, Tree
from tests.crash.recording import Marker
from tests.crash.scene import BACKUP, DATA, PASSWORD, REPAIRED, RESTORED
from tests.crash.seeing import Moment
from tests.wire.daemon import Daemon


def served_problems(
    disk: Path, moments: Mapping[str, Moment], headers: Mapping[str, dict[str, str]], folder: Path
) -> list[str]:
    """Start the server, fetch everything from it, stop it, and return what is wrong.

    Args:
        headers: By person, what says who asks.
        folder: For the server; made here.
    """
    found: list[str] = []
    daemon = Daemon(folder, data=disk / DATA)
    marker = Marker(folder / "marks")
    try:
        daemon.start()
        for name, moment in moments.items():
            client = Client(daemon.port, headers[name])
            somebody = Somebody(name, client, marker, Known())
            ids = list(moment.told.trees) if name not in (BACKUP, RESTORED, REPAIRED) else []
            wrong = [repo_id for repo_id in ids if _fetch(somebody, repo_id) not in moment.trees(repo_id)]
            found += [f"the server serves {repo_id} neither as it was told nor as it would be" for repo_id in wrong]
        daemon.stop()
    except AssertionError as error:
        found.append(f"the server failed: {error}")
    finally:
        daemon.close()
        marker.close()
    return found


def _fetch(somebody: Somebody, repo_id: str) -> Tree:
    answer = somebody.client.get(f"/v1/repos/{repo_id}/")
    if answer.json["encrypted"]:
        somebody.unlock(repo_id, PASSWORD)
    return somebody.fetch(repo_id)
