"""The daemon from its first line to its last."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from syncfile import __version__
from syncfile.cli.opening import OPERATOR
from syncfile.config import Config
from syncfile.core import authentication, users
from syncfile.core.opening import close_core, open_core
from tests.daemon import ADMIN_PASSWORD, ROOT, daemon, environment


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a server that is expected to end by itself."""
    command = [sys.executable, "server.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(**variables), capture_output=True, text=True, timeout=20)


def signs_in(data: Path, password: str) -> bool:
    core = open_core(Config(data=data))
    try:
        signed = authentication.sign_in(core, "admin", password, "127.0.0.1")
        return users.get_account(core, OPERATOR, signed.account_id).is_staff
    finally:
        close_core(core)


@pytest.mark.parametrize("command", [("server.py",), ("-m", "syncfile", "serve")])
def test_server_says_where_it_listens_and_answers_there(tmp_path: Path, command: tuple[str, ...]) -> None:
    with daemon(tmp_path / "data", command=command) as running:
        assert running.lines == [f"SyncFile {__version__} on http://127.0.0.1:{running.port}"]
        assert running.client.get("/v1/nothing/").json["error"] == "not_found"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_it_cleanly(tmp_path: Path, number: int) -> None:
    with daemon(tmp_path / "data") as running, socket.create_connection(("127.0.0.1", running.port)):
        running.signal(number)
        assert running.wait() == 0


def test_hangup_does_not_stop_it(tmp_path: Path) -> None:
    with daemon(tmp_path / "data") as running:
        running.signal(signal.SIGHUP)
        assert running.client.get("/v1/ping/").body == b'"pong"'


def test_first_start_shows_a_password_that_signs_in_and_never_again(tmp_path: Path) -> None:
    with daemon(tmp_path / "data", variables={}) as running:
        match = re.search(r"as admin with the password (\S+) ", running.lines[0])
        running.signal(signal.SIGTERM)
        running.wait()
    assert match is not None
    assert signs_in(tmp_path / "data", match[1])
    with daemon(tmp_path / "data", variables={}) as running:
        assert len(running.lines) == 1


def test_first_password_can_be_given_in_the_environment(tmp_path: Path) -> None:
    with daemon(tmp_path / "data") as running:
        assert len(running.lines) == 1
        running.signal(signal.SIGTERM)
        running.wait()
    assert signs_in(tmp_path / "data", ADMIN_PASSWORD)


def test_unusable_first_password_ends_the_start(tmp_path: Path) -> None:
    ended = run("--data", str(tmp_path / "data"), "--port", "0", SYNCFILE_ADMIN_PASSWORD=" ")
    assert ended.returncode == 2
    assert ended.stderr.startswith("syncfile: SYNCFILE_ADMIN_PASSWORD: ")


def test_taken_port_is_one_line_and_touches_no_data(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run("--data", str(tmp_path / "data"), "--port", port)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"syncfile: cannot serve on 127.0.0.1 port {port}: Address already in use\n"
    assert not (tmp_path / "data").exists()


def test_folder_in_use_is_one_line(tmp_path: Path) -> None:
    with daemon(tmp_path / "data"):
        ended = run("--data", str(tmp_path / "data"), "--port", "0")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "another SyncFile server" in ended.stderr


def test_bad_setting_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "syncfile.conf"
    file.write_text("prot = 8000\n")
    ended = run("--config", str(file))
    assert (ended.returncode, ended.stderr) == (2, f"syncfile: {file}:1: there is no setting prot\n")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_unusable_certificate_is_one_line(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "cert.pem"
    if content:
        file.write_text(content)
    ended = run("--data", str(tmp_path / "data"), "--port", "0", "--tls-cert", str(file), "--tls-key", str(file))
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "data").exists()


def test_unknown_host_is_one_line(tmp_path: Path) -> None:
    ended = run("--data", str(tmp_path / "data"), "--port", "0", "--host", "192.0.2.1")
    assert (ended.returncode, ended.stderr) == (
        2,
        "syncfile: cannot serve on 192.0.2.1 port 0: Cannot assign requested address\n",
    )


def test_missing_disk_does_not_end_the_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with daemon(data, "--require-marker", "true") as running:
        assert running.client.get("/v1/ping/").status == 503
    assert not data.exists()
