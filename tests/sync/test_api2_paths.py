"""Every path that the official apps ask for: what is not there is a clean 404, never a mistake and never a page."""

import pytest

from syncfile.core.core import Core
from tests.conftest import Client
from tests.rest.people import Person, join

READ = [
    "api2/ping",
    "api2/server-info",
    "api2/account/info",
    "api2/repos",
    "api2/default-repo",
    "api2/repo-tokens?repos=ID",
    "api2/starredfiles",
    "api2/groups",
    "api2/groupandcontacts",
    "api2/search?q=a",
    "api2/search-user?q=a",
    "api2/unseen_messages",
    "api2/beshared-repos",
    "api2/repos/ID",
    "api2/repos/ID/download-info",
    "api2/repos/ID/dir",
    "api2/repos/ID/dir?p=/d&recursive=1",
    "api2/repos/ID/dir/shared_items?p=/d",
    "api2/repos/ID/file?p=/f",
    "api2/repos/ID/file/detail?p=/f",
    "api2/repos/ID/file/history?p=/f",
    "api2/repos/ID/upload-link?p=/",
    "api2/repos/ID/update-link?p=/",
    "api/v2.1/repos",
    "api/v2.1/repos/ID",
    "api/v2.1/repos/ID/dir?p=/&with_thumbnail=true",
    "api/v2.1/repos/ID/dir/detail?path=/d",
    "api/v2.1/repos/ID/file?p=/f",
    "api/v2.1/repos/ID/trash",
    "api/v2.1/activities?page=1&avatar_size=72",
    "api/v2.1/share-links?repo_id=ID&path=/f",
    "api/v2.1/multi-share-links?repo_id=ID&path=/f",
    "api/v2.1/upload-links?repo_id=ID&path=/d",
    "api/v2.1/starred-items",
    "api/v2.1/search-file?repo_id=ID&q=a",
    "api/v2.1/groups?with_repos=0",
    "api/v2.1/repos/ID/file-uploaded-bytes?parent_dir=/&file_name=f",
    "api/v2.1/query-copy-move-progress?task_id=finished",
]
#: What the apps ask for and we do not have.
MISSING = [
    "api2/client-sso-link/ID",
    "api2/avatars/user/ann/resized/72",
    "api2/repo_history_changes/ID?commit_id=0",
    "api2/html/events",
    "api2/events",
    "api2/repos/ID/dir/sub_repo?p=/d&name=d",
    "api2/repos/ID/thumbnail?p=/f&size=96",
    "api2/repos/ID/files/FID/blks/BID/download-link",
    "api/v2.1/smart-link?repo_id=ID&path=/f&is_dir=false",
    "api/v2.1/related-users",
    "api/v2.1/repos/ID/related-users",
    "api/v2.1/repos/ID/custom-share-permissions",
    "api/v2.1/repos/ID/metadata",
    "api/v2.1/repos/ID/metadata/records",
    "api/v2.1/wikis",
    "api/v2.1/wikis2",
    "api/v2.1/notifications",
    "notification/ping",
    "notification",
    "client-login?token=x",
]
SENT = [
    "api2/auth-token",
    "api2/device-wiped",
    "api2/client-login",
    "api2/client-sso-link",
    "api/v2.1/repos/ID/set-password",
    "api/v2.1/share-links",
    "api/v2.1/multi-share-links",
    "api/v2.1/upload-links",
    "api/v2.1/starred-items",
    "api/v2.1/copy-move-task",
    "api/v2.1/repos/sync-batch-copy-item",
    "api/v2.1/repos/sync-batch-move-item",
    "api/v2.1/repos/async-batch-copy-item",
    "api/v2.1/repos/async-batch-move-item",
    "api2/repos/ID/dir?p=/d",
    "api2/repos/ID/file?p=/f",
    "api2/repos/ID/dir/sub_repo?p=/d",
]


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    person = join(core, client, "ann")
    person.put("/f")
    person.put("/d/g")
    return person


def slashed(ann: Person, path: str) -> str:
    """Return a path as the apps ask for it, with a slash at its end."""
    path, mark, query = path.replace("ID", ann.repo_id).partition("?")
    return f"/{path}/{mark}{query}"


def test_what_the_apps_read_is_there(ann: Person) -> None:
    for path in READ:
        for asked in (slashed(ann, path), slashed(ann, path).replace("/?", "?").rstrip("/")):
            answer = ann.client.get(asked)
            assert (asked, answer.status, answer.json is None) == (asked, 200, False)


def test_nothing_is_read_without_a_token(client: Client, ann: Person) -> None:
    for path in READ:
        answer = client.get(slashed(ann, path))
        if path in {"api2/ping", "api2/server-info"}:
            assert answer.status == 200
        else:
            assert (path, answer.status, answer.json) == (path, 401, {"detail": "Invalid token"})


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_is_a_plain_404(ann: Person, method: str) -> None:
    for path in MISSING:
        answer = ann.client.request(method, slashed(ann, path))
        assert (path, answer.status, "error_msg" in answer.json) == (path, 404, True)


@pytest.mark.parametrize("body", [{}, {"repo_id": "x", "path": 3}, {"src_repo_id": None}, {"operation": ["a"]}])
def test_nonsense_is_refused_and_never_a_mistake(ann: Person, body: dict[str, object]) -> None:
    for path in SENT:
        answer = ann.client.post(slashed(ann, path), json=body)
        assert (path, answer.status) in {(path, 400), (path, 404)}
        assert answer.json


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT", "OPTIONS"])
def test_other_methods_are_refused_and_never_a_mistake(ann: Person, method: str) -> None:
    for path in [*SENT, *READ]:
        answer = ann.client.request(method, slashed(ann, path))
        assert answer.status < 500, path
        assert answer.json, path
