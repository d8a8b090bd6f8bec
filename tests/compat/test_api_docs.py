"""The pages of docs/api: their lines run as they stand, and are answered as they say."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from syncfile.config import Config
from syncfile.core import tokens, users
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.faces.v1.rest import face
from tests.conftest import Server
from tests.rest.circle import with_ticking_clock

FOLDER = Path(__file__).parents[2] / "docs" / "api"
PAGES = sorted(path.name for path in FOLDER.glob("*.md"))
#: Whose values are no accident of this run.
SAME = frozenset({"error", "error_msg", "name", "username", "path", "permission", "type", "kind", "desc", "msg_type"})
JSON = {"{", "[", '"'}
MARK = "---- end of an answer ----"
#: Lines that show an error want it; all others must not have one.
STRICT = 'curl() { command curl --fail-with-body --max-time 20 "$@"; }'
PLAIN = 'curl() { command curl --max-time 20 "$@"; }'


@dataclass(frozen=True)
class Step:
    """A command of a page, and what the page shows below it."""

    command: str
    shown: str

    @property
    def wants_failure(self) -> bool:
        return self.shown.startswith('{"error_msg"') or bool(re.fullmatch("[45][0-9]{2}", self.shown))


def text_of(page: str) -> str:
    return (FOLDER / page).read_text(encoding="utf-8")


def steps_of(page: str) -> list[Step]:
    """Return the commands of a page, each with the lines up to the next one."""
    blocks = re.findall(r"^```console\n(.*?)^```", text_of(page), re.DOTALL | re.MULTILINE)
    found = [re.split(r"^\$ ", block, flags=re.MULTILINE) for block in blocks]
    assert not [block for block in found if block[0]], "a block does not begin with a command"
    pairs = [item.partition("\n") for block in found for item in block[1:]]
    return [Step(command, shown.strip()) for command, _, shown in pairs]


def script_of(steps: list[Step]) -> str:
    lines = []
    for step in steps:
        lines += [PLAIN if step.wants_failure else STRICT, step.command, f"echo; echo '{MARK}'"]
    return "\n".join(lines)


def read_shown(text: str) -> Any:
    """Return a JSON answer in which ``...`` stands for whatever else there is; other text as it is."""
    if text[:1] not in JSON:
        return text
    parts, stack = [], []
    for part in re.findall(r'"(?:[^"\\]|\\.)*"|\.\.\.|[\[{\]}]|[^"\[{\]}.]+|\.', text):
        if part in {"{", "["}:
            stack.append(part)
        elif part in {"}", "]"}:
            stack.pop()
        parts.append(('"...": 0' if stack[-1] == "{" else '"..."') if part == "..." else part)
    return json.loads("".join(parts))


def differences(shown: Any, real: Any, place: str, *, same: bool = False) -> Iterator[str]:
    """Yield where an answer is not as it is shown: in its keys, in types, or in values that do not change."""
    if shown == "...":
        return
    if type(shown) is not type(real):
        yield f"{place} is {real!r}, not {shown!r}"
    elif isinstance(shown, dict):
        if shown.keys() - {"..."} != (real.keys() & shown.keys() if "..." in shown else real.keys()):
            yield f"{place} has the keys {sorted(real)}, not {sorted(shown)}"
        for key in shown.keys() & real.keys():
            yield from differences(shown[key], real[key], f"{place}.{key}", same=key in SAME)
    elif isinstance(shown, list):
        items = [item for item in shown if item != "..."]
        if len(real) < len(items) or (len(items) == len(shown) and len(real) != len(items)):
            yield f"{place} has {len(real)} items"
        for number, (item, found) in enumerate(zip(items, real, strict=False)):
            yield from differences(item, found, f"{place}[{number}]")
    elif same and shown != real:
        yield f"{place} is {real!r}, not {shown!r}"


@pytest.fixture
def core(config: Config) -> Iterator[Core]:
    """A store in which no two things happen in the same second, so that lists by age are in the order of the page."""
    opened = open_core(config)
    yield with_ticking_clock(opened)
    close_core(opened)


@pytest.mark.compat
@pytest.mark.parametrize("page", PAGES)
def test_lines_of_a_page_do_what_it_says(core: Core, server: Server, tmp_path: Path, page: str) -> None:
    assert users.first_admin(core) is not None
    token = tokens.issue(core, "login", 1, lifetime=None)
    steps = steps_of(page)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script_of(steps)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "URL": f"http://127.0.0.1:{server.port}", "TOKEN": token},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    answers = [answer.strip() for answer in done.stdout.split(MARK)]
    assert done.returncode == 0, f"{steps[len(answers) - 1].command}\n{answers[-1]}\n{done.stderr}"
    assert len(answers) == len(steps) + 1
    for step, answer in zip(steps, answers, strict=False):
        is_text = step.shown[:1] not in JSON
        shown, real = read_shown(step.shown), answer if is_text else json.loads(answer)
        assert list(differences(shown, real, "answer", same=is_text)) == [], step.command


def test_every_route_is_on_a_page() -> None:
    text = "\n".join(map(text_of, PAGES))
    rules = {route.rule: re.sub(r"<\w+>", "[^/]+", route.rule.rstrip("/")) for route in face.routes}
    assert [rule for rule, pattern in rules.items() if not re.search(rf"{pattern}/?[\"?\s`]", text)] == []


def test_the_index_leads_to_every_page() -> None:
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", text_of("README.md"))) == set(PAGES) - {"README.md"}
