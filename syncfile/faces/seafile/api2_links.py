"""Public links: to files and folders ("share links"), and for guests to upload into folders."""

import json
from typing import Annotated, Literal, TypedDict

from syncfile.core import links
from syncfile.core.paths import split
from syncfile.core.repos import open_repo
from syncfile.errors import BadRequest
from syncfile.faces.http import Between, Call
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.seafile.api2_times import iso_time

_Password = Annotated[str, "Asked of whoever uses the link"]
_Days = Annotated[int | None, "How long it works", Between(1, links.MAX_DAYS)]
#: What those who have a link to a file or folder may do; there are no others.
_PERMISSIONS = {"can_edit": False, "can_download": True, "can_upload": False}


class Link(TypedDict):
    """A link of the caller's. ``repo_id`` is empty if the caller has no access any more."""

    username: str
    repo_id: str
    path: str
    obj_name: str
    is_dir: bool
    token: str
    link: str
    view_cnt: int
    ctime: str
    expire_date: str
    is_expired: bool
    permissions: dict[str, bool]


@face.route("GET", "/api/v2.1/share-links/")
@face.route("GET", "/api/v2.1/multi-share-links/")
def list_share_links(call: Call, repo_id: str = "", path: str = "") -> list[Link]:
    """List the caller's links to files and folders; to one of them if it is named."""
    return _list(call, repo_id, path, "fd")


@face.route("GET", "/api/v2.1/upload-links/")
def list_upload_links(call: Call, repo_id: str = "", path: str = "") -> list[Link]:
    """List the caller's links for uploads; into one folder if it is named."""
    return _list(call, repo_id, path, "u")


@face.route("POST", "/api/v2.1/share-links/")
@face.route("POST", "/api/v2.1/multi-share-links/")
def create_share_link(call: Call, repo_id: str, path: str, password: _Password = "", expire_days: _Days = None) -> Link:
    """Make a link to a file or folder."""
    asked = _asked_permissions(call)
    if any(asked.get(name, allowed) != allowed for name, allowed in _PERMISSIONS.items()):
        raise BadRequest("a link allows to download, and nothing else", parameter="permissions")
    entry = open_repo(call.core, call.actor, repo_id).get(path)
    return _create(call, repo_id, path, "d" if entry.is_dir else "f", password, expire_days)


@face.route("POST", "/api/v2.1/upload-links/")
def create_upload_link(
    call: Call, repo_id: str, path: str, password: _Password = "", expire_days: _Days = None
) -> Link:
    """Make a link for guests to upload into a folder."""
    return _create(call, repo_id, path, "u", password, expire_days)


@face.route("DELETE", "/api/v2.1/share-links/<token>/")
@face.route("DELETE", "/api/v2.1/multi-share-links/<token>/")
@face.route("DELETE", "/api/v2.1/upload-links/<token>/")
def delete_link(call: Call, token: str) -> dict[str, bool]:
    """Delete a link of the caller's."""
    links.delete_link(call.core, call.actor, token)
    return {"success": True}


def _list(call: Call, repo_id: str, path: str, kinds: Literal["fd", "u"]) -> list[Link]:
    core, actor = call.core, call.actor
    found = links.links_to(core, actor, repo_id, path or "/") if repo_id else links.list_links(core, actor)
    return [_answer(call, link) for link in found if link.kind in kinds]


def _asked_permissions(call: Call) -> dict[str, object]:
    """Return what the client wants to allow, which a form has as JSON."""
    asked = call.fields.get("permissions", [{}])[0]
    if isinstance(asked, str):
        try:
            asked = json.loads(asked)
        except (ValueError, RecursionError):
            asked = None
    if not isinstance(asked, dict):
        raise BadRequest("the parameter permissions must be a JSON object", parameter="permissions")
    return asked


def _create(call: Call, repo_id: str, path: str, kind: links.Kind, password: str, expire_days: int | None) -> Link:
    link = links.create_link(
        call.core, call.actor, repo_id, path, kind, password=password or None, expire_days=expire_days
    )
    return _answer(call, link)


def _answer(call: Call, link: links.Link) -> Link:
    repo_id, path = links.place_of(call.core, call.actor, link)
    return {
        "username": call.actor.username,
        "repo_id": repo_id,
        "path": path,
        "obj_name": split(path)[1] or "/",
        "is_dir": link.kind != "f",
        "token": link.token,
        "link": f"{call.base_url}/{link.kind}/{link.token}/",
        "view_cnt": link.views,
        "ctime": iso_time(link.created_at),
        "expire_date": "" if link.expires_at is None else iso_time(link.expires_at),
        "is_expired": links.is_expired(call.core, link),
        "permissions": _PERMISSIONS,
    }
