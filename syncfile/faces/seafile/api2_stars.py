"""What the caller has starred, in the older and the newer way of asking for it."""

from typing import TypedDict

from syncfile.core import stars
from syncfile.core.paths import split
from syncfile.faces.http import Call
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.seafile.api2_times import iso_time


class StarredFile(TypedDict):
    """A starred thing, as older clients ask for it; ``dir`` tells that it is a folder or library."""

    repo: str
    repo_id: str
    repo_name: str
    org: int
    path: str
    file_name: str
    dir: bool
    oid: str
    size: int
    mtime: int
    mtime_relative: str


class StarredItem(TypedDict):
    """A starred thing, as newer clients ask for it."""

    repo_id: str
    repo_name: str
    repo_encrypted: bool
    is_dir: bool
    path: str
    obj_name: str
    mtime: str
    deleted: bool
    user_email: str
    user_name: str


@face.route("GET", "/api2/starredfiles/")
def list_starred_files(call: Call) -> list[StarredFile]:
    """List what the caller has starred, last starred first."""
    return [_file(item) for item in stars.list_stars(call.core, call.actor)]


@face.route("POST", "/api2/starredfiles/", status=201)
def star_file(call: Call, repo_id: str, p: str = "/") -> str:
    """Star a file, a folder, or a library."""
    stars.star(call.core, call.actor, repo_id, p)
    return "success"


@face.route("DELETE", "/api2/starredfiles/")
def unstar_file(call: Call, repo_id: str, p: str = "/") -> str:
    """Take a star away."""
    stars.unstar(call.core, call.actor, repo_id, p)
    return "success"


@face.route("GET", "/api/v2.1/starred-items/")
def list_starred_items(call: Call) -> dict[str, list[StarredItem]]:
    """List what the caller has starred, last starred first."""
    return {"starred_item_list": [_item(call, item) for item in stars.list_stars(call.core, call.actor)]}


@face.route("POST", "/api/v2.1/starred-items/")
def star_item(call: Call, repo_id: str, path: str = "/") -> StarredItem:
    """Star a file, a folder, or a library."""
    return _item(call, stars.star(call.core, call.actor, repo_id, path))


@face.route("DELETE", "/api/v2.1/starred-items/")
def unstar_item(call: Call, repo_id: str, path: str = "/") -> dict[str, bool]:
    """Take a star away."""
    stars.unstar(call.core, call.actor, repo_id, path)
    return {"success": True}


def _file(item: stars.Starred) -> StarredFile:
    return {
        "repo": item.repo.id,
        "repo_id": item.repo.id,
        "repo_name": item.repo.name,
        "org": -1,
        "path": item.path,
        "file_name": _name(item),
        "dir": item.entry.is_dir,
        "oid": item.entry.id,
        "size": item.entry.size,
        "mtime": _mtime(item),
        "mtime_relative": "",
    }


def _item(call: Call, item: stars.Starred) -> StarredItem:
    return {
        "repo_id": item.repo.id,
        "repo_name": item.repo.name,
        "repo_encrypted": item.repo.is_encrypted,
        "is_dir": item.entry.is_dir,
        "path": item.path,
        "obj_name": _name(item),
        "mtime": iso_time(_mtime(item)),
        "deleted": False,
        "user_email": call.actor.username,
        "user_name": call.actor.username,
    }


def _name(item: stars.Starred) -> str:
    return split(item.path)[1] or item.repo.name


def _mtime(item: stars.Starred) -> int:
    return item.repo.mtime if item.path == "/" else item.entry.mtime
