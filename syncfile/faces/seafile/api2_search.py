"""Finding files, folders and people by name."""

from typing import Annotated, TypedDict

from syncfile.core import search, users
from syncfile.faces.http import Between, Call
from syncfile.faces.seafile.api2_face import face
from syncfile.faces.seafile.api2_times import iso_time

MAX_FOUND = 100
_Words = Annotated[str, "Words, each of which is anywhere in the name"]


class Found(TypedDict):
    """A file or folder whose name matches; ``last_modified`` is seconds."""

    repo_id: str
    repo_name: str
    name: str
    oid: str
    fullpath: str
    is_dir: bool
    size: int
    last_modified: int


class Results(TypedDict):
    """A page of what was found, and how much there is in all."""

    total: int
    has_more: bool
    results: list[Found]


class FoundInLibrary(TypedDict):
    """A file or folder of one library whose name matches."""

    path: str
    type: str
    size: int
    mtime: str


class Person(TypedDict):
    """An account, as others may see it."""

    email: str
    name: str
    contact_email: str
    avatar_url: str


@face.route("GET", "/api2/search/")
def search_names(
    call: Call,
    q: _Words,
    per_page: Annotated[int, "How many at most", Between(1, MAX_FOUND)] = 10,
    page: Annotated[int, "Which page", Between(1, 100_000)] = 1,
    search_repo: Annotated[str, "A library, or all"] = "all",
) -> Results:
    """Find files and folders in every library that the caller may read."""
    start, repo_id = (page - 1) * per_page, "" if search_repo == "all" else search_repo
    results = search.search(call.core, call.actor, q, start, per_page, repo_id)
    return {
        "total": results.total,
        "has_more": start + per_page < results.total,
        "results": [_found(item) for item in results.found],
    }


@face.route("GET", "/api/v2.1/search-file/")
def search_library(call: Call, repo_id: str, q: _Words) -> dict[str, list[FoundInLibrary]]:
    """Find files and folders in one library."""
    results = search.search(call.core, call.actor, q, 0, MAX_FOUND, repo_id)
    return {"data": [_found_in_library(item) for item in results.found]}


@face.route("GET", "/api2/search-user/")
def search_user(call: Call, q: Annotated[str, "A whole name or e-mail address"]) -> dict[str, list[Person]]:
    """Find an account whose name is known: nobody may list the others."""
    account = users.find_account_by_name(call.core, q)
    if account is None or not account.is_active:
        return {"users": []}
    return {"users": [{"email": account.username, "name": account.username, "contact_email": "", "avatar_url": ""}]}


def _found(item: search.Found) -> Found:
    return {
        "repo_id": item.repo.id,
        "repo_name": item.repo.name,
        "name": item.name,
        "oid": item.object_id,
        "fullpath": item.path,
        "is_dir": item.is_dir,
        "size": item.size,
        "last_modified": item.mtime,
    }


def _found_in_library(item: search.Found) -> FoundInLibrary:
    return {
        "path": item.path,
        "type": "folder" if item.is_dir else "file",
        "size": item.size,
        "mtime": iso_time(item.mtime),
    }
