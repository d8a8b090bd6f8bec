"""Public links to files and directories, and those by which guests upload."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import links
from syncfile.faces.http import Between, Call
from syncfile.faces.v1.asked import Limit, Start
from syncfile.faces.v1.face import face

_Password = Annotated[str | None, "Asked of whoever uses the link"]
_Days = Annotated[int | None, "How long it works", Between(1, links.MAX_DAYS)]


class NewLink(TypedDict):
    """A link that was made."""

    location: Annotated[str, "Path on this server"]
    url: Annotated[str, "The same with scheme and host"]
    token: str
    expires_at: Annotated[int | None, "Seconds; null for never"]


class Link(TypedDict):
    """A link of the caller's."""

    token: str
    location: Annotated[str, "Path on this server"]
    url: Annotated[str, "The same with scheme and host"]
    kind: Annotated[Literal["f", "d", "u"], "f to a file, d to a directory, u to upload into one"]
    repo_id: Annotated[str, "Empty if the caller has no access any more"]
    path: str
    has_password: bool
    created_at: Annotated[int, "Seconds"]
    expires_at: Annotated[int | None, "Seconds; null for never"]
    is_expired: bool
    views: Annotated[int, "How often its page was opened"]
    downloads: Annotated[int, "How often bytes were sent from their beginning"]


@face.route("POST", "/v1/repos/<repo_id>/files/shared-link/", status=201)
def link_file(call: Call, repo_id: str, p: str, password: _Password = None, expire_days: _Days = None) -> NewLink:
    """Make a public link to a file."""
    return _create(call, repo_id, p, "f", password, expire_days)


@face.route("POST", "/v1/repos/<repo_id>/dirs/shared-link/", status=201)
def link_dir(call: Call, repo_id: str, p: str, password: _Password = None, expire_days: _Days = None) -> NewLink:
    """Make a public link to a directory."""
    return _create(call, repo_id, p, "d", password, expire_days)


@face.route("POST", "/v1/repos/<repo_id>/dirs/upload-link/", status=201)
def link_uploads(call: Call, repo_id: str, p: str, password: _Password = None, expire_days: _Days = None) -> NewLink:
    """Make a public link by which guests upload into a directory, and do nothing else."""
    return _create(call, repo_id, p, "u", password, expire_days)


@face.route("GET", "/v1/shared-links/")
def list_links(
    call: Call,
    start: Start = 0,
    limit: Limit = links.LIST_ROWS,
) -> list[Link]:
    """List the caller's links of all kinds, newest first."""
    return [_answer(call, link) for link in links.list_links(call.core, call.actor, start, limit)]


@face.route("DELETE", "/v1/shared-links/", status=204)
def delete_link(call: Call, t: Annotated[str, "Token of the link"]) -> None:
    """Delete a link of any kind."""
    links.delete_link(call.core, call.actor, t)


def _create(
    call: Call, repo_id: str, path: str, kind: links.Kind, password: str | None, expire_days: int | None
) -> NewLink:
    link = links.create_link(call.core, call.actor, repo_id, path, kind, password=password, expire_days=expire_days)
    location = _location(link)
    return {
        "location": location,
        "url": call.base_url + location,
        "token": link.token,
        "expires_at": link.expires_at,
    }


def _answer(call: Call, link: links.Link) -> Link:
    location = _location(link)
    repo_id, path = links.place_of(call.core, call.actor, link)
    return {
        "token": link.token,
        "location": location,
        "url": call.base_url + location,
        "kind": link.kind,
        "repo_id": repo_id,
        "path": path,
        "has_password": link.has_password,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
        "is_expired": links.is_expired(call.core, link),
        "views": link.views,
        "downloads": link.downloads,
    }


def _location(link: links.Link) -> str:
    return f"/{link.kind}/{link.token}/"
