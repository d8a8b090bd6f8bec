"""The installed package as a router has it: bytecode alone, and of Python only the parts that it depends on."""

import json
import re
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncfile import __version__
from tests.conftest import TIMEOUT_SECONDS, Client
from tests.daemon import environment
from tests.openwrt.packages import Feed
from tests.rest.forms import path_of, send
from tools.ipk.splits import SPLIT

PASSWORD = "first password"
RUNNER = Path(__file__).with_name("router_python.py")
CONTENT = bytes(range(256)) * 4096
IMPORT_ALL = """
import pathlib, sys
from importlib import import_module
program = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(program))
names = [file.relative_to(program).with_suffix("").as_posix().replace("/", ".") for file in program.rglob("*.pyc")]
for name in sorted(names):
    if name != "syncfile.__main__":
        import_module(name.removesuffix(".__init__"))
print(len(names), "imported")
"""


@pytest.fixture(scope="module")
def command(feed: Feed, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Runs a Python file as the router would, where cryptography is all that was installed beside Python."""
    site = tmp_path_factory.mktemp("feed")
    for pattern in ("cryptography", "_cffi_backend*", "cffi"):
        for found in Path(sysconfig.get_path("platlib")).glob(pattern):
            (site / found.name).symlink_to(found)
    depends = feed.ipk("syncfile").fields["Depends"]
    missing = [module for module, package in SPLIT.items() if package not in depends]
    return [sys.executable, "-I", "-S", str(RUNNER), json.dumps(missing), str(site)]


@pytest.fixture(scope="module")
def client(command: list[str], installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Speaks to the installed server as its administrator; the server ends well."""
    data = tmp_path_factory.mktemp("disk") / "data"
    with subprocess.Popen(
        [*command, str(installed / "usr/bin/syncfile"), "serve", "--data", str(data), "--port", "0"],
        env=environment(SYNCFILE_ADMIN_PASSWORD=PASSWORD),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            match = re.fullmatch(rf"SyncFile {re.escape(__version__)} on http://\S+:(\d+)\n", process.stdout.readline())
            assert match
            guest = Client(int(match[1]))
            signed_in = guest.post("/v1/auth/", form={"username": "admin", "password": PASSWORD})
            yield guest.with_token(signed_in.json["token"])
            process.send_signal(signal.SIGTERM)
            assert process.wait(TIMEOUT_SECONDS) == 0
        finally:
            process.kill()


def test_command_tells_the_version_of_the_package(command: list[str], installed: Path) -> None:
    ran = subprocess.run(
        [*command, str(installed / "usr/bin/syncfile"), "--version"], capture_output=True, text=True, check=True
    )
    assert ran.stdout == f"syncfile {__version__}\n"


def test_every_module_can_be_imported_with_what_the_package_depends_on(
    command: list[str], installed: Path, tmp_path: Path
) -> None:
    program = tmp_path / "all.py"
    program.write_text(IMPORT_ALL)
    ran = subprocess.run(
        [*command, str(program), str(installed / "usr/lib/syncfile")], capture_output=True, text=True, check=False
    )
    assert re.fullmatch(r"\d{3} imported\n", ran.stdout), ran.stderr


def test_installed_server_serves_the_web_page(client: Client) -> None:
    page = client.get("/")
    assert page.status == 200
    assert b"<html" in page.body


def test_installed_server_keeps_files(client: Client) -> None:
    repo = client.post("/v1/repos/", form={"name": "Photos"}).json["id"]
    upload = client.get(f"/v1/repos/{repo}/files/upload/", query={"p": "/"}).json
    stored = send(client, upload, ("parent_dir", "/"), ("file", "a.bin", CONTENT))
    assert stored.status == 200, stored.body
    download = client.get(f"/v1/repos/{repo}/files/download/", query={"p": "/a.bin"}).json
    assert client.get(path_of(download)).body == CONTENT


def test_installed_server_opens_encrypted_libraries(client: Client) -> None:
    repo = client.post("/v1/repos/", form={"name": "Secrets", "password": "libpass"}).json["id"]
    wrong = client.post(f"/v1/repos/{repo}/action/", form={"action": "setpassword", "password": "no"})
    right = client.post(f"/v1/repos/{repo}/action/", form={"action": "setpassword", "password": "libpass"})
    assert (wrong.status, right.status) == (400, 200)
    assert client.get(f"/v1/repos/{repo}/dirs/").json == []
