"""The older GET/POST API: ``/v1/userRegister``, ``getAuthID``, ``isAuthAlive``, ``folder``; files: ``legacy_files``.

Every answer is 200 with ``{"error_code", "status", "msg", ...}``; the module ``codes`` holds the codes. Parameters
come from the query string or a POST form, so that a careful client keeps passwords out of URLs.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from syncfile.core import authentication, entries, tokens, told_tokens, users
from syncfile.core.folders import folder_details
from syncfile.core.repos import default_repo, open_repo
from syncfile.errors import AlreadyExists, BadRequest, SyncFileError
from syncfile.faces.http import Call, Face, Reply
from syncfile.faces.v1.legacy_answers import TrailingSeparator, answer, coded, local_path, owner, show

face = Face(authenticate=lambda call: call.actor, show=show)


@face.route("GET", "/v1/userRegister", auth="none")
@face.route("POST", "/v1/userRegister", auth="none")
def register(call: Call, username: str = "", password: str = "", email: str = "") -> Reply:
    """Make an account."""

    def run() -> Reply:
        users.register(call.core, call.actor, username, email, password)
        return answer(1000)

    return coded(call, "userRegister", run, _registration_code)


def _registration_code(error: SyncFileError) -> int | None:
    if isinstance(error, AlreadyExists) and error.facts.get("parameter") == "email":
        return 1002
    if isinstance(error, BadRequest) and error.facts.get("reason") != "blank":
        return 1004
    return None


@face.route("GET", "/v1/getAuthID", auth="none")
@face.route("POST", "/v1/getAuthID", auth="none")
def get_authid(call: Call, username: str = "", password: str = "") -> Reply:
    """Return the account's authid: for 20 hours the same one. Two-step sign-in needs an app password here."""

    def run() -> Reply:
        agent = tokens.Device.told(name=call.headers.get("User-Agent")).client
        signed = authentication.sign_in(
            call.core, username, password, call.address, takes_app_passwords=True, client=agent
        )
        return answer(1010, authid=told_tokens.authid_for(call.core, signed, call.address))

    return coded(call, "getAuthID", run)


@face.route("GET", "/v1/isAuthAlive", auth="none")
@face.route("POST", "/v1/isAuthAlive", auth="none")
def is_auth_alive(call: Call, authid: str = "") -> Reply:
    """Tell when a live authid was issued."""

    def run() -> Reply:
        info = tokens.authid_info(call.core, authid)
        return answer(1020, auth_time=f"UTC: {_date(info.issued_at)}")

    return coded(call, "isAuthAlive", run)


@face.route("GET", "/v1/folder", auth="none")
@face.route("POST", "/v1/folder", auth="none")
def folder(call: Call, op: str = "", authid: str = "", path: str = "", name: str = "", depth: int = 0) -> Reply:
    """Make, describe, rename, remove or list a folder: ``op`` is mkdir, getdetail, rename, rm or list."""
    operations: dict[str, Callable[[], Reply]] = {
        "mkdir": lambda: _make(call, path),
        "getdetail": lambda: _detail(call, path),
        "rename": lambda: _rename(call, path, name),
        "rm": lambda: _remove(call, path),
        "list": lambda: _list(call, path, depth),
    }

    def run() -> Reply:
        call.actor = owner(call, authid)
        if op not in operations:
            raise BadRequest("there is no such operation", parameter="op")
        return coded(call, f"folder.{op}", operations[op])

    return coded(call, "folder", run)


def _make(call: Call, path: str) -> Reply:
    try:
        entries.make_dir(call.core, call.actor, default_repo(call.core, call.actor).id, local_path(path))
    except TrailingSeparator:
        return answer(1102)
    return answer(1100)


def _detail(call: Call, path: str) -> Reply:
    repo = default_repo(call.core, call.actor)
    details = folder_details(call.core, call.actor, repo.id, local_path(path))
    parent = details.path.rpartition("/")[0] or "/"
    shown = {
        "id": _folder_id(repo.id, details.path),
        "parentid": "root" if details.path == "/" else _folder_id(repo.id, parent),
        "type": "folder",
        "size": details.size,
        "createdate": f"{_date(details.created_at)} UTC",
        "creator": details.creator,
        "filename": "",
        "foldername": details.name or "root",
        "path": details.path.lstrip("/") or "root",
    }
    return answer(1120, details=shown)


def _rename(call: Call, path: str, name: str) -> Reply:
    repo_id = default_repo(call.core, call.actor).id
    source = local_path(path)
    open_repo(call.core, call.actor, repo_id).directory(source)
    entries.rename(call.core, call.actor, repo_id, source, name)
    return answer(1130, path, name)


def _remove(call: Call, path: str) -> Reply:
    repo_id = default_repo(call.core, call.actor).id
    source = local_path(path)
    open_repo(call.core, call.actor, repo_id).directory(source)
    entries.remove(call.core, call.actor, repo_id, source)
    return answer(1140)


def _list(call: Call, path: str, depth: int) -> Reply:
    """Answer with the paths of everything below a folder, or of its own entries alone if ``depth`` is 1."""
    library = open_repo(call.core, call.actor, default_repo(call.core, call.actor).id)
    source = local_path(path)
    directory = library.directory(source)
    if depth == 1:
        paths: Iterator[str] = (f"{source.rstrip('/')}/{entry.name}" for entry in directory.iter())
    else:
        paths = (entry_path for entry_path, _ in library.walk(source))
    return Reply(_list_text(paths), headers={"Content-Type": "application/json", "Cache-Control": "no-store"})


def _list_text(paths: Iterator[str]) -> Iterator[bytes]:
    """Yield the answer in pieces: a library may hold more paths than fit into memory."""
    head, tail = json.dumps({**_LISTED, "details": []}).rsplit("]", 1)
    yield head.encode()
    separator = ""
    for path in paths:
        yield f"{separator}{json.dumps(path.lstrip('/'))}".encode()
        separator = ", "
    yield f"]{tail}".encode()


_LISTED = {"error_code": 1150, "status": "success", "msg": "get folder list"}


def _folder_id(repo_id: str, path: str) -> str:
    """Return an id that is always the same for one path of one library."""
    return str(uuid.uuid5(uuid.UUID(repo_id), path)).replace("-", "x")


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
