"""People who speak the legacy API, and what its document promises them."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from itertools import count
from typing import Any

from tests.conftest import TIMEOUT_SECONDS, Answer, Client

#: Copied from the API's document: code, status, message.
DOCUMENT: Mapping[int, tuple[str, str]] = {
    1000: ("success", "registered a new user."),
    1001: ("error", "the user has been registered, please change the user name"),
    1002: ("error", "the email has been registered, please change the email"),
    1003: ("error", "blank username/password/email"),
    1004: ("error", 'username cannot contain the following characters: /:*?"<> |'),
    1010: ("success", "auth id get ok"),
    1011: ("error", "auth failure. user is not registered or user name/password incorrect"),
    1020: ("success", "valid authid, and auth still alive"),
    1021: ("error", "invalid authid"),
    1100: ("success", "folder created successfully"),
    1101: ("error", "folder already exist"),
    1102: ("error", "folder path should not ended with \\"),
    1103: ("error", "folder path error. the parent folde should be created firstly. and use \\"),
    1120: ("success", "folder details info"),
    1121: ("error", "foler not exist. please check path format & content"),
    1130: ("success", "renamed folder {0} to {1}"),
    1131: ("error", "requested folder not exist"),
    1140: ("success", "folder removed"),
    1141: ("error", "requested folder not exist. or path format error(use /)"),
    1150: ("success", "get folder list"),
    1151: ("error", "requested folder not exist. or path format error(use /)"),
    1200: ("success", "file uploaded by form successfully"),
    1201: ("error", "not support this op(POST only support op=upload)"),
    1202: ("error", "file already exist at server dir"),
    1203: ("error", "file creation exception(pure OST): {0}"),
    1204: ("error", "file creation exception(form POST): {0}"),
    1205: ("error", "file already exist at DB"),
    1206: ("error", "Incorrect API format, please check manual"),
    1210: ("success", "file uploaded by POST successfully"),
    1220: ("success", "{0}"),
    1221: ("error", "file not exists"),
    1222: ("error", "server busy, repeat again"),
}

PASSWORD = "a-password-nobody-logs"
BOUNDARY = "----boundary-of-a-form"

_numbers = count(1)


def told(answer: Answer, code: int, *texts: str) -> dict[str, Any]:
    """Assert that an answer is the document's for a code; ``texts`` fill its message.

    Returns:
        What the answer has beside the three keys that all have.
    """
    body = answer.json
    status, message = DOCUMENT[code]
    assert (answer.status, body) == (200, body | {"error_code": code, "status": status, "msg": message.format(*texts)})
    return {name: value for name, value in body.items() if name not in {"error_code", "status", "msg"}}


@dataclass(frozen=True)
class Person:
    """An account, and the client that it uses."""

    client: Client
    name: str
    authid: str

    def folder(self, op: str, path: str = "", **more: object) -> Answer:
        return self.client.get("/v1/folder", query={"op": op, "authid": self.authid, "path": path, **more})

    def make(self, path: str) -> None:
        told(self.folder("mkdir", path), 1100)

    def list(self, path: str = "", **more: object) -> list[str]:
        """Return the paths below a folder, sorted."""
        return sorted(told(self.folder("list", path, **more), 1150)["details"])

    def upload(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a body as it is."""
        return self.client.post("/v1/file", query=self.at(path), body=body, headers=headers)

    def upload_form(self, path: str, content: bytes, boundary: str = f"; boundary={BOUNDARY}") -> Answer:
        """Send a form with one file, as a browser does."""
        headers = {"Content-Type": f"multipart/form-data{boundary}"}
        return self.client.post("/v1/file", query=self.at(path), body=form(content), headers=headers)

    def store(self, path: str, content: bytes) -> None:
        told(self.upload(path, content), 1210)

    def ask_link(self, path: str) -> Answer:
        query = {"op": "download", "authid": self.authid, "filepath": path}
        return self.client.get("/v1/file", query=query)

    def link(self, path: str) -> str:
        """Return the short link of a file, without the host."""
        message: str = self.ask_link(path).json["msg"]
        host, slash, rest = message.partition("/")
        assert host == f"127.0.0.1:{self.client.port}", message
        return slash + rest

    def read(self, path: str) -> bytes:
        answer = self.client.get(self.link(path))
        assert answer.status == 200
        return answer.body

    def at(self, path: str) -> dict[str, str]:
        """Return the parameters of an upload."""
        return {"op": "upload", "authid": self.authid, "filepath": path}


def meet(client: Client, name: str = "") -> Person:
    """Register an account, under a new name if none is given, and sign it in."""
    name = name or f"person-{next(_numbers)}"
    told(client.post("/v1/userRegister", form=account(name)), 1000)
    return sign_in(client, name)


def sign_in(client: Client, name: str) -> Person:
    authid = told(client.post("/v1/getAuthID", form={"username": name, "password": PASSWORD}), 1010)["authid"]
    return Person(client, name, authid)


def account(name: str, **changed: str) -> dict[str, str]:
    """Return the parameters of a registration."""
    return {"username": name, "password": PASSWORD, "email": f"{name[:200]}@example.org"} | changed


def form(*contents: bytes, fields: Mapping[str, str] | None = None) -> bytes:
    """Return the body of a form: its fields, then its files."""
    heads = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in (fields or {}).items()]
    for number, content in enumerate(contents):
        heads.append(f'name="file{number}"; filename="of my own system.bin"\r\n\r\n'.encode() + content)
    body = b"".join(b"--%b\r\nContent-Disposition: form-data; %b\r\n" % (BOUNDARY.encode(), head) for head in heads)
    return body + b"--%b--\r\n" % BOUNDARY.encode()


def request_from(address: str, port: int, target: str) -> tuple[int, bytes]:
    """Send a GET from one of this machine's addresses; return status and body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS, source_address=(address, 0))
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def exchange(port: int, request: bytes, *, method: str = "GET") -> Answer | None:
    """Send bytes as they are; return the last answer, or None where the server closed without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as sock:
        sock.sendall(request)
        sock.shutdown(socket.SHUT_WR)
        return read_answer(sock, method)


def read_answer(sock: socket.socket, method: str = "GET") -> Answer | None:
    """Read one answer off a connection, or None where it was closed without one."""
    response = HTTPResponse(sock, method=method)
    try:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())
    except ConnectionError:
        return None
    finally:
        response.close()
