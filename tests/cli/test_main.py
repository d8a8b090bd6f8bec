"""The command line's front: version, usage and the list of endpoints."""

import subprocess
import sys

import pytest

from syncfile import __version__
from syncfile.__main__ import COMMANDS, main
from tests.daemon import ROOT

DOCS = ROOT / "docs" / "operating.md"


def test_version_is_printed_without_loading_the_server() -> None:
    code = (
        "import sys; sys.argv = ['syncfile', '--version']\n"
        "from syncfile.__main__ import main\n"
        "try: main()\n"
        "finally: print(*sorted({'bottle', 'peewee', 'waitress', 'syncfile.config'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert ended.stdout == f"syncfile {__version__}\n\n"


def test_module_can_be_run() -> None:
    command = [sys.executable, "-m", "syncfile", "--version"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20).returncode == 0


@pytest.mark.parametrize("arguments", [[], ["dance"], ["user"], ["user", "add", "ann"], ["routes", "--loud"]])
def test_wrong_usage_is_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: syncfile" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_command_has_help_and_documentation(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert f"usage: syncfile {command}" in capsys.readouterr().out
    assert f"| `syncfile {command}" in DOCS.read_text("utf-8")


def test_routes_lists_every_endpoint_with_its_function(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routes", "/v1/userRegister"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["GET", "/v1/userRegister", "none", "syncfile.faces.v1.legacy:register"] in lines
    assert {line[1] for line in lines} == {"/v1/userRegister"}


def test_routes_of_an_unknown_prefix_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routes", "/nowhere"]) == 1
    assert capsys.readouterr().out == ""


def test_reader_that_has_enough_is_no_accident() -> None:
    command = [sys.executable, "-m", "syncfile", "routes"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(20) == 1
