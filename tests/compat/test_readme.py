"""What the README promises, done as a newcomer would: its own lines, in a shell, with curl."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Server

README = Path(__file__).parents[2] / "README.md"

pytestmark = pytest.mark.compat


def blocks(text: str) -> list[str]:
    return re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_lines_of_the_readme_upload_a_file_and_bring_it_back(server: Server) -> None:
    script = next(block for block in blocks(README.read_text()) if "curl" in block)
    script = script.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{server.port}")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=README.parent, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(README.read_bytes())
