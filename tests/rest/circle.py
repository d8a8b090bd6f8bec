"""A library and the people around it."""

from dataclasses import dataclass, replace

from syncfile.core import shares
from syncfile.core.core import Core
from tests.conftest import Answer, Client
from tests.rest.people import Person, join


@dataclass(frozen=True)
class Circle:
    """The library is the owner's default one; ``nobody`` has no token."""

    owner: Person
    writer: Person
    reader: Person
    stranger: Person
    nobody: Client

    @property
    def repo_id(self) -> str:
        return self.owner.repo_id


def make_circle(core: Core, client: Client) -> Circle:
    """Make four accounts, two of which have the library of the first."""
    owner, writer, reader, stranger = (join(core, client, name) for name in ("ann", "will", "rita", "stan"))
    for person, permission in ((writer, "rw"), (reader, "r")):
        give(owner, person, permission)
    return Circle(owner, writer, reader, stranger, client)


def give(owner: Person, person: Person, permission: str, path: str = "/") -> str:
    """Share a folder of the owner's default library, and return the id of the library that the other gets."""
    receiver = shares.account_receiver(owner.core, person.account.username)
    wanted: shares.Permission = "rw" if permission == "rw" else "r"
    return shares.share_dir(owner.core, owner.actor, owner.repo_id, path, receiver, wanted).repo.id


def statuses(circle: Circle, method: str, path: str, **parts: object) -> list[int]:
    """Return what nobody, a stranger, a reader, the writer and the owner are answered, in this order."""
    people = [circle.stranger, circle.reader, circle.writer, circle.owner]
    clients = [circle.nobody, *(person.client for person in people)]
    return [client.request(method, path, **parts).status for client in clients]  # type: ignore[arg-type] # of request


def names(answer: Answer) -> list[str]:
    """Return the names that a listing shows."""
    assert answer.status == 200, answer.body
    return [item["name"] for item in answer.json]


class Ticking:
    """A clock that moves on by a second whenever it is asked, so that no two changes fall into one."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def with_ticking_clock(core: Core) -> Core:
    """Return the same store under a clock of its own."""
    return replace(core, clock=Ticking())
