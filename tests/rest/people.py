"""People who speak REST, and the shapes that the API's document promises them."""

from dataclasses import dataclass, field

from syncfile.core import entries, files, tokens, users
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.repos import open_repo
from tests.conftest import Answer, Client

PASSWORD = "correct horse"
ROOT = Actor(None, "", is_staff=True)


@dataclass(frozen=True)
class Person:
    """An account with a token, and its default library."""

    core: Core = field(repr=False)
    account: users.Account
    client: Client = field(repr=False)

    @property
    def id(self) -> int:
        return self.account.id

    @property
    def actor(self) -> Actor:
        return Actor(self.account.id, self.account.username, self.account.is_staff)

    @property
    def repo_id(self) -> str:
        return self.account.default_repo_id

    def put(self, path: str, content: bytes = b"text") -> None:
        """Put a file into the default library, with the folders that it needs."""
        folder = path.rpartition("/")[0]
        if folder and not self.has(folder):
            entries.make_dir(self.core, self.actor, self.repo_id, folder, parents=True)
        new = files.ingest(self.core, self.actor, self.repo_id, [content] if content else [], len(content))
        entries.add_file(self.core, self.actor, self.repo_id, path, new, replace=True)

    def has(self, path: str) -> bool:
        """Tell whether something is at a path of the default library."""
        return open_repo(self.core, self.actor, self.repo_id).find(path) is not None


def join(core: Core, client: Client, name: str, *, is_staff: bool = False) -> Person:
    """Make an account with ``PASSWORD`` and sign it in."""
    account = users.register(core, ROOT, name, f"{name}@example.org", PASSWORD)
    if is_staff:
        account = users.update_account(core, ROOT, account.id, is_staff=True)
    token = tokens.issue(core, "login", account.id, lifetime=None)
    return Person(core, account, client.with_token(token))


def assert_like(example: object, value: object, place: str = "answer") -> None:
    """Assert that a value has every key of the document's example, each with a value of the same type.

    An example of None stands for any type; lists are compared by their first example.
    """
    if isinstance(example, dict):
        assert isinstance(value, dict), place
        for key, item in example.items():
            assert key in value, f"{place} lacks {key}"
            assert_like(item, value[key], f"{place}.{key}")
    elif isinstance(example, list):
        assert isinstance(value, list), place
        assert not example or value, f"{place} is empty"
        for number, item in enumerate(value if example else []):
            assert_like(example[0], item, f"{place}[{number}]")
    elif example is not None:
        assert type(value) is type(example), f"{place} is {value!r}"


def assert_error(answer: Answer, status: int, slug: str, *words: str) -> None:
    """Assert that an answer is an error as every client expects it; ``words`` are in its sentence."""
    assert answer.status == status, answer.body
    assert set(answer.json) == {"error_msg", "error"}
    assert answer.json["error"] == slug
    for word in words:
        assert word in answer.json["error_msg"]
