"""The REST API held to its own description: thousands of generated requests, and chains of them along its links."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.daemon import ROOT, daemon, environment

DESCRIPTION = ROOT / "syncfile" / "faces" / "v1" / "openapi.json"
CONFIG = Path(__file__).with_name("schemathesis.toml")
HOOKS = "tests.compat.schemathesis_hooks"
CASES = 3000
TIMEOUT_SECONDS = 400  # two minutes, on a machine with nothing else to do

pytestmark = pytest.mark.compat


def test_server_keeps_every_promise_of_its_description(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with daemon(data) as running:
        command = [str(Path(sys.executable).with_name("st")), "--config-file", str(CONFIG), "run", str(DESCRIPTION)]
        command += ["--url", f"http://127.0.0.1:{running.port}", "--checks", "all"]
        command += ["--phases", "coverage,fuzzing,stateful", "--generation-deterministic", "--max-examples", "40"]
        command += ["--exclude-path", "/v1/disk/eject/"]  # afterwards there would be nothing to ask any more
        variables = {"SCHEMATHESIS_HOOKS": HOOKS, "SCHEMATHESIS_DATA": str(data), "PYTHONPATH": os.fspath(ROOT)}
        done = subprocess.run(
            [*command, "--warnings", "off", "--no-color"],
            cwd=tmp_path,  # where it leaves a folder behind
            env=environment(**variables),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert running.client.get("/v1/ping/").json == "pong"
    assert done.returncode == 0, done.stdout + done.stderr
    generated = re.search(r"^  (\d+) generated", done.stdout, re.MULTILINE)
    assert generated is not None, done.stdout
    assert int(generated[1]) >= CASES
