"""The few calls of the legacy API that the bench needs, made to a server of ours."""

import json
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from bench.load import LoadError, upload
from bench.process import HOST

PASSWORD = "only for the bench"
TIMEOUT_SECONDS = 60


def sign_in(port: int) -> str:
    """Return an authid of the administrator."""
    return _call(port, f"/v1/getAuthID?{urlencode({'username': 'admin', 'password': PASSWORD})}")["authid"]


def upload_target(authid: str, name: str) -> str:
    """Return the target of an upload's request."""
    return f"/v1/file?{urlencode({'op': 'upload', 'authid': authid, 'filepath': name})}"


def download_target(port: int, authid: str, name: str) -> str:
    """Return the target behind which a file's bytes are, its short link."""
    link = _call(port, f"/v1/file?{urlencode({'op': 'download', 'authid': authid, 'filepath': name})}")["msg"]
    return link[link.index("/") :]


def store(port: int, authid: str, file: Path) -> None:
    """Upload a file under its own name."""
    checked(upload(port, upload_target(authid, file.name), file))


def checked(answer: bytes) -> dict[str, str]:
    """Return an answer of the API.

    Raises:
        LoadError: It tells of an error.
    """
    values: dict[str, str] = json.loads(answer)
    if values["status"] != "success":
        raise LoadError(f"the server answered {answer!r}")
    return values


def _call(port: int, target: str) -> dict[str, str]:
    connection = HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", target)
        return checked(connection.getresponse().read())
    finally:
        connection.close()
