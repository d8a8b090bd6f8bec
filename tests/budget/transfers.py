"""Transfers over the REST API that neither side holds in memory, by people who have just come."""

import os
from http.client import HTTPConnection, HTTPResponse

from tests.conftest import TIMEOUT_SECONDS, Client
from tests.rest.forms import BOUNDARY, path_of
from tests.wire.people import PASSWORD, meet

MIB = 1 << 20
MAX_MORE_BYTES = 16 * MIB  # than an idle server has


def sign_in(guest: Client) -> Client:
    """Register somebody and return their client."""
    account = {"username": meet(guest).name, "password": PASSWORD}
    return guest.with_token(guest.post("/v1/auth/", form=account).json["token"])


def make_library(client: Client, **form: str) -> str:
    made: str = client.post("/v1/repos/", form={"name": "Large", **form}).json["id"]
    return made


def link(client: Client, repo_id: str, what: str) -> str:
    url: str = client.get(f"/v1/repos/{repo_id}/{what}").json
    return path_of(url)


def upload(client: Client, url: str, size: int) -> HTTPResponse:
    """Send a form whose file is made while it is sent."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="parent_dir"\r\n\r\n/\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="large"\r\n\r\n'
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = HTTPConnection("127.0.0.1", client.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.putrequest("POST", url)
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        connection.putheader("Content-Length", str(len(head) + size + len(tail)))
        connection.endheaders(head)
        for _ in range(size // MIB):
            connection.send(os.urandom(MIB))
        connection.send(tail)
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


def download(client: Client, url: str) -> int:
    """Read all of an answer and return how much it was."""
    connection = HTTPConnection("127.0.0.1", client.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", url)
        response = connection.getresponse()
        assert response.status == 200
        count = 0
        while part := response.read(MIB):
            count += len(part)
        return count
    finally:
        connection.close()
