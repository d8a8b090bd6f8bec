"""Debian's unmodified client signs in with a code, or with an app password."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncfile.core import app_passwords, totp, two_step
from tests.compat.computer import Computer
from tests.compat.seafile_world import PASSWORD, World, world, write

pytestmark = pytest.mark.compat


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("careful")) as running:
        yield running


def test_client_syncs_with_a_code_and_with_an_app_password(careful: World, tmp_path: Path) -> None:
    core, ann = careful.core, careful.ann
    repo_id = careful.new_library(ann, "Shared")
    secret = two_step.begin(core, ann, PASSWORD).secret
    step = totp.step_at(core.clock()) - 1
    spare, *_ = two_step.turn_on(core, ann, PASSWORD, secret, totp.code_at(secret, step))
    app = app_passwords.create(core, ann, "desk")[1]
    program = Computer(tmp_path / "program", f"http://127.0.0.1:{careful.daemon.port}", "ann", app)

    assert not careful.one.is_let_in()
    assert not careful.one.is_let_in("000000")
    assert careful.one.is_let_in(spare)
    assert not careful.one.is_let_in(spare)
    assert program.is_let_in()

    write(careful.one.place("Shared") / "a.txt", b"a")
    careful.one.sync(repo_id, "Shared", code=totp.code_at(secret, totp.step_at(core.clock())))
    program.start()
    try:
        program.sync(repo_id, "Shared")
        careful.await_equal(repo_id, "Shared", careful.one, program)
    finally:
        program.stop()
    assert (program.place("Shared") / "a.txt").read_bytes() == b"a"
