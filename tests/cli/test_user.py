"""``syncfile user`` over a real store, as a person at a terminal or a script with a pipe has it."""

import io
from pathlib import Path

import pytest

from syncfile.__main__ import main
from syncfile.config import Config
from syncfile.core import authentication, users
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.errors import NotAuthenticated
from tests.core.accounts import PASSWORD, actor_of
from tests.core.second_step import turn_on


@pytest.fixture(autouse=True)
def store(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server has the store open; the environment says where it is."""
    monkeypatch.setenv("SYNCFILE_DATA", str(core.config.data))


def user(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["user", *arguments])


def test_added_account_signs_in_with_the_password_from_the_pipe(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user(monkeypatch, "add", "ann", "ann@example.org", typed="pass word\nmore\n") == 0
    authentication.sign_in(core, "ann", "pass word", "127.0.0.1")
    account = users.find_account_by_name(core, "ann")
    assert account is not None
    assert (account.username, account.is_staff) == ("ann", False)


def test_password_may_stand_in_the_environment(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCFILE_PASSWORD", "from nobody's hand")
    assert user(monkeypatch, "add", "ann", "ann@example.org", typed="not this one") == 0
    authentication.sign_in(core, "ann", "from nobody's hand", "127.0.0.1")


def test_added_administrator_is_one(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user(monkeypatch, "add", "ann", "ann@example.org", "--admin", typed="pass word") == 0
    account = users.find_account_by_name(core, "ann")
    assert account is not None
    assert account.is_staff


def test_password_is_replaced(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    user(monkeypatch, "add", "ann", "ann@example.org", typed="old password")
    assert user(monkeypatch, "passwd", "ann", typed="new password") == 0
    authentication.sign_in(core, "ann", "new password", "127.0.0.1")
    with pytest.raises(NotAuthenticated):
        authentication.sign_in(core, "ann", "old password", "127.0.0.1")


def test_two_step_sign_in_is_turned_off(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    user(monkeypatch, "add", "ann", "ann@example.org", typed=PASSWORD)
    ann = users.find_account_by_name(core, "ann")
    assert ann is not None
    turn_on(core, actor_of(ann))
    assert user(monkeypatch, "two-step-off", "ann") == 0
    authentication.sign_in(core, "ann", PASSWORD, "127.0.0.1")
    assert user(monkeypatch, "two-step-off", "nobody") == 1


def test_list_has_a_line_for_each_account(
    core: Core, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    user(monkeypatch, "add", "ann", "ann@example.org", "--admin", typed="pass word")
    user(monkeypatch, "add", "bob", "bob@example.org", typed="pass word")
    assert user(monkeypatch, "list") == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["id", "name", "email", "role", "state", "used", "quota"]
    assert [line[1:5] for line in lines[1:]] == [
        ["ann", "ann@example.org", "admin", "active"],
        ["bob", "bob@example.org", "user", "active"],
    ]


def test_deleted_account_is_gone(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    user(monkeypatch, "add", "ann", "ann@example.org", "--admin", typed="pass word")
    user(monkeypatch, "add", "bob", "bob@example.org", typed="pass word")
    assert user(monkeypatch, "delete", "bob") == 0
    assert users.find_account_by_name(core, "bob") is None


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["passwd", "nobody"], "there is no account nobody"),
        (["delete", "nobody"], "there is no account nobody"),
        (["delete", "ann"], "syncfile: "),
        (["add", "ann", "other@example.org"], "the user name is taken"),
        (["add", "a/b", "other@example.org"], "a user name must not"),
    ],
)
def test_what_is_refused_is_one_line_and_code_1(
    core: Core,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    complaint: str,
) -> None:
    user(monkeypatch, "add", "ann", "ann@example.org", "--admin", typed="pass word")
    assert user(monkeypatch, *arguments, typed="pass word") == 1
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


def test_passwords_typed_differently_are_refused(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    typed = iter(["one password", "two password", "one password", "one password"])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    assert main(["user", "add", "ann", "ann@example.org"]) == 1
    assert main(["user", "add", "ann", "ann@example.org"]) == 0
    authentication.sign_in(core, "ann", "one password", "127.0.0.1")


def test_mistyped_folder_does_not_become_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user(monkeypatch, "--data", str(tmp_path / "typo"), "list") == 2
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("is_first", [True, False])
def test_flag_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_first: bool) -> None:
    other = Config(data=tmp_path / "other")
    close_core(open_core(other))
    flag, operation = ["--data", str(other.data)], ["add", "eve", "eve@example.org"]
    arguments = [*flag, *operation] if is_first else [*operation, *flag]
    assert user(monkeypatch, *arguments, typed="pass word") == 0
    core = open_core(other)
    assert users.find_account_by_name(core, "eve") is not None
    close_core(core)
