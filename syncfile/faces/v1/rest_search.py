"""Finding files and folders by name."""

from typing import Annotated, TypedDict

from syncfile.core import search
from syncfile.faces.http import Between, Call
from syncfile.faces.v1.face import face


class Found(TypedDict):
    """A file or folder whose name matches."""

    repo_id: str
    repo_name: str
    name: str
    oid: Annotated[str, "Of its content, 40 hex digits"]
    last_modified: Annotated[int, "Seconds"]
    fullpath: str
    size: Annotated[int, "Bytes; 0 of a folder"]
    is_dir: bool


class Results(TypedDict):
    """A page of what was found."""

    has_more: bool
    total: Annotated[int, "How much was found in all"]
    results: list[Found]


@face.route("GET", "/v1/search/")
def search_names(
    call: Call,
    q: Annotated[str, "Words, each of which is anywhere in the name, in any case"],
    per_page: Annotated[int, "How many at most", Between(1, 100)] = 10,
    page: Annotated[int, "Which page", Between(1, 100_000)] = 1,
    repo_id: Annotated[str, "Only this library"] = "",
) -> Results:
    """Find files and folders by name in every library that the caller may read."""
    start = (page - 1) * per_page
    results = search.search(call.core, call.actor, q, start, per_page, repo_id)
    return {
        "has_more": start + per_page < results.total,
        "total": results.total,
        "results": [_answer(item) for item in results.found],
    }


def _answer(item: search.Found) -> Found:
    return {
        "repo_id": item.repo.id,
        "repo_name": item.repo.name,
        "name": item.name,
        "oid": item.object_id,
        "last_modified": item.mtime,
        "fullpath": item.path,
        "size": item.size,
        "is_dir": item.is_dir,
    }
