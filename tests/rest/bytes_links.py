"""Links to bytes, as a client gets and uses them."""

import io
import zipfile

from syncfile.core.core import Core
from tests.conftest import Answer, Client
from tests.rest.circle import Circle, make_circle
from tests.rest.forms import Part, path_of, send
from tests.rest.people import Person, join

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def join_ann(core: Core, client: Client) -> Person:
    """Return somebody who has two files, one in a folder."""
    person = join(core, client, "ann")
    person.put("/foo.c", b"0123456789")
    person.put("/foo/bar.txt", b"bar")
    return person


def make_circle_with_file(core: Core, client: Client) -> Circle:
    """Return people of whom the owner has a file."""
    made = make_circle(core, client)
    made.owner.put("/foo.c", b"one")
    return made


def ask(person: Person, what: str, path: str, repo_id: str = "") -> Answer:
    return person.client.get(f"/v1/repos/{repo_id or person.repo_id}/{what}/", query={"p": path})


def link(person: Person, what: str, path: str, repo_id: str = "") -> str:
    """Return the path of a link to bytes."""
    answer = ask(person, what, path, repo_id)
    assert answer.status == 200, answer.body
    return path_of(answer.json)


def get(person: Person, url: str, **headers: str) -> Answer:
    """Use a link without credentials."""
    return Client(person.client.port).get(url, headers=headers)


def upload(person: Person, *parts: Part, to: str = "/", query: str = "") -> Answer:
    return send(person.client, link(person, "files/upload", to) + query, *parts)


def content(person: Person, path: str) -> bytes:
    return get(person, link(person, "files/download", path)).body


def opened(answer: Answer) -> zipfile.ZipFile:
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.body))
