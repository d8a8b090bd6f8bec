"""A server in use: what every view has something to show of."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from tests.rest.people import Person
from tests.web.conftest import Visitor

#: Names that have broken pages elsewhere.
HOSTILE = (
    '<img src=x onerror="document.title=1">.txt',
    "\u202egnp.exe",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627.txt",
    "..hidden",
    "w" * 251 + ".txt",
    "'\"`${1}&amp;.md",
)


@dataclass(frozen=True)
class World:
    """Who is there, and the addresses of all that there is to see."""

    root: Person
    friend: Person

    @property
    def addresses(self) -> list[str]:
        """What follows ``#``, for every view."""
        repo_id = self.root.repo_id
        return [
            "/",
            "/libraries/shared",
            "/libraries/public",
            "/groups",
            "/starred",
            "/activity",
            "/shared",
            "/shared/links",
            "/search",
            "/search?q=a",
            "/connect",
            "/settings",
            "/settings/security",
            "/admin",
            "/admin/accounts",
            "/admin/settings",
            "/admin/log",
            "/nothing/here",
            f"/library/{repo_id}",
            f"/library/{repo_id}/Docs",
            f"/file/{repo_id}/Docs/notes.md",
            f"/history/{repo_id}",
            f"/trash/{repo_id}",
            f"/versions/{repo_id}/Docs/notes.md",
        ]


def open_anew(visitor: Visitor, address: str) -> None:
    """Load the page at an address, and wait until the view has all that it shows."""
    visitor.page.goto("about:blank")
    visitor.open(address)
    visitor.page.locator("main h1, main h2").filter(has_text=re.compile(r"\S")).first.wait_for(state="attached")
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.locator(".skeleton-rows").wait_for(state="detached")


def make_world(root: Person, friend: Person) -> World:
    """Fill the server."""
    root.put("/Docs/notes.md", b"# Notes\n\nand more\n")
    for name in HOSTILE:
        root.put(f"/Docs/{name}")
    root.put("/gone.txt")
    root.client.delete(f"/v1/repos/{root.repo_id}/files/?p=/gone.txt")
    root.client.post("/v1/starred/", json={"repo_id": root.repo_id, "p": "/Docs"})
    group_id = root.client.post("/v1/groups/", json={"group_name": "Family"}).json["id"]
    root.client.post(f"/v1/groups/{group_id}/members/", json={"target": friend.account.username})
    shared = f"/v1/repos/{root.repo_id}/dirs/shared/?p=/Docs"
    root.client.post(shared, json={"share_type": "user", "targets": [friend.account.username], "permission": "rw"})
    root.client.post(shared, json={"share_type": "group", "targets": [str(group_id)]})
    for kind, path in (("files/shared-link", "/Docs/" + HOSTILE[0]), ("dirs/upload-link", "/Docs")):
        root.client.post(f"/v1/repos/{root.repo_id}/{kind}/?p={quote(path)}", json={"password": "sesame"})
    root.client.post("/v1/repos/public/", json={"name": "Town", "desc": HOSTILE[0]})
    root.client.post("/v1/repos/", json={"name": "Secrets", "password": "long enough"})
    body = {"repo_id": friend.repo_id, "share_type": "personal", "user": root.account.username}
    friend.client.post("/v1/shared-repos/", json=body)
    return World(root, friend)
