"""Every request of every caller: who may, who may not, and who must not even learn that there is something."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from syncfile.app import FACES, load_face
from syncfile.config import Config
from syncfile.core.door import CoreDoor
from syncfile.core.opening import close_core, open_core
from syncfile.faces.http import Route
from syncfile.faces.router import Router
from tests.conftest import Answer, Server
from tests.rest.forms import BOUNDARY, body_of
from tests.rest.matrix import CALLERS, MATRIX
from tests.rest.matrix_world import ABSENT, PROGRAM, World

#: Those of the matrix; the other faces know their callers by other means, and have tests of their own.
_FACES = sorted({module for module in FACES.values() if re.search(r"v1\.rest|pages|faces\.transfer", module)})
_ROUTES = [route for module in _FACES for route in load_face(module).routes]
#: They know nothing of the library, nor of the group.
_OUTSIDERS = ("stranger", "admin")
_HIDDEN = {
    "repo",
    "own_repo",
    "secret",
    "locked",
    "virtual",
    "group",
    "own_group",
    "owners_device",
    "owners_app",
    "own_link",
}
#: Where somebody changes how they sign in, and what is signed in: no program with an app password may.
_FOR_PERSONS = {
    "update_account",
    "begin_two_step",
    "turn_on_two_step",
    "turn_off_two_step",
    "renew_recovery_codes",
    "create_app_password",
    "revoke_app_password",
    "revoke_device",
    "sign_out_others",
}
_FORM = body_of([("parent_dir", "/folder"), ("file", "a.txt", b"text")])
_FORM_HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@dataclass(frozen=True)
class Row:
    """A request, and the status for each caller."""

    method: str
    target: str
    statuses: tuple[int, ...]

    @property
    def names(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.target)

    @property
    def route(self) -> Route:
        path = re.sub(r"{\w+}", "0", self.target).partition("?")[0]
        return _ROUTER.find(path)[self.method][0]

    def filled(self, things: dict[str, str]) -> str:
        return self.target.format_map(things)


def _rows() -> list[Row]:
    lines = (line for line in MATRIX.splitlines() if line and not line.startswith("#"))
    return [Row(method, target, tuple(map(int, statuses))) for method, target, *statuses in map(str.split, lines)]


def _router() -> Router[Route]:
    router: Router[Route] = Router()
    for route in _ROUTES:
        router.add(route.method, route.rule, route)
    return router


_ROUTER = _router()
_ROWS = _rows()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server with everything that the matrix speaks of; requests leave it as they find it, but for what is new."""
    config = Config(data=tmp_path_factory.mktemp("matrix") / "data", port=0)
    core = open_core(config)
    server = Server(config, CoreDoor(lambda: core), FACES)
    yield World(core, server.client)
    server.stop()
    close_core(core)


def ask(world: World, row: Row, caller: str, absent: dict[str, str] | None = None) -> Answer:
    """Send the request of a row as a caller, with ``absent`` in the place of what there is."""
    things = {name: world.thing(name, caller) for name in row.names} | (absent or {})
    body, headers = (_FORM, _FORM_HEADERS) if row.route.stream else (b"", {})
    return world.client(caller).request(row.method, row.filled(things), body=body, headers=headers)


def said(answer: Answer) -> tuple[int, bytes, dict[str, str]]:
    """Return all that an answer tells, but for what differs between any two of them."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}
    return answer.status, answer.body, headers


def test_every_route_is_in_the_matrix() -> None:
    known = [row.route for row in _ROWS]
    missing = [f"{item.method} {item.rule}" for item in _ROUTES if item not in known]
    assert missing == []


def test_every_row_has_a_status_for_every_caller() -> None:
    assert [row.target for row in _ROWS if len(row.statuses) != len(CALLERS)] == []


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: f"{row.method} {row.target}")
def test_each_caller_is_answered_as_the_matrix_says(world: World, row: Row) -> None:
    expected = dict(zip(CALLERS, row.statuses, strict=True)) | expected_of_programs(row)
    answers = {caller: ask(world, row, caller) for caller in expected}
    assert {caller: answer.status for caller, answer in answers.items()} == expected, answers


def expected_of_programs(row: Row) -> dict[str, int]:
    """Return what programs with an app password are answered: those of an administrator are a stranger's."""
    owner, stranger = (row.statuses[CALLERS.index(name)] for name in ("owner", "stranger"))
    if row.route.handler.__name__ in _FOR_PERSONS:
        owner = 403 if owner < 400 else owner
        stranger = stranger if "{owner_id}" in row.target else 403
    return {"owner" + PROGRAM: owner, "admin" + PROGRAM: stranger}


def test_whatever_an_outsider_asks_of_the_library_or_the_group_is_not_there() -> None:
    columns = [CALLERS.index(name) for name in _OUTSIDERS]
    told = [
        f"{row.method} {row.target}"
        for row in _ROWS
        if _HIDDEN & set(row.names) and {row.statuses[column] for column in columns} != {404}
    ]
    assert told == []


@pytest.mark.parametrize(
    ("row", "caller"),
    [
        pytest.param(row, caller, id=f"{caller} {row.method} {row.target}")
        for caller in _OUTSIDERS
        for row in _ROWS
        if row.statuses[CALLERS.index(caller)] == 404
    ],
)
def test_outsiders_are_told_the_same_of_what_is_there_and_what_is_not(world: World, row: Row, caller: str) -> None:
    absent = {name: ABSENT[name] for name in row.names if name in ABSENT}
    real = said(ask(world, row, caller))
    assert said(ask(world, row, caller, absent)) == real
    assert said(ask(world, row, caller, {name: item for name, item in absent.items() if item[0] == "/"})) == real
