"""What clients act on is the status alone: each one is what they expect, with and without a slash at the end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from syncfile.core import devices, shares, tokens, users
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.ownership import delete_repo
from syncfile.core.repos import create_repo
from syncfile.core.shares import account_receiver
from syncfile.store.objects import EMPTY_ID
from tests.conftest import Server
from tests.core.accounts import ROOT
from tests.sync.seafhttp.conftest import Connect
from tests.sync.seafhttp.peer import CLIENT_ID, Peer, build

UNKNOWN_REPO = "00000000-0000-4000-8000-000000000000"
UNKNOWN = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"
CHECK = f"permission-check/?client_id={CLIENT_ID}&client_name=desk&op="
#: One request of each kind, for a library with the commit and objects that ``{}`` stands for.
READS = [
    ("GET", CHECK + "download"),
    ("GET", "commit/HEAD"),
    ("GET", "commit/{commit}"),
    ("GET", "fs-id-list?server-head={commit}"),
    ("POST", "pack-fs"),
    ("POST", "check-fs"),
    ("POST", "check-blocks"),
    ("GET", "block/{block}"),
    ("GET", "block-map/{file}"),
    ("GET", "quota-check?delta=1"),
]
WRITES = [
    ("GET", CHECK + "upload"),
    ("PUT", "commit/{commit}"),
    ("PUT", "commit/HEAD?head={commit}"),
    ("POST", "recv-fs"),
    ("PUT", "block/{block}"),
]


class Filled:
    """A library with one file, and what is in it."""

    def __init__(self, peer: Peer) -> None:
        self.built = build({"a": b"content of a"}, peer.name)
        assert peer.push_tree({"a": b"content of a"}).status == 200
        (self.block,) = self.built.blocks
        self.file = next(id_ for id_, text in self.built.texts.items() if text.startswith(b'{"block_ids"'))
        self.commit = peer.head()

    def path(self, path: str) -> str:
        return path.format(commit=self.commit, block=self.block, file=self.file)


@pytest.fixture
def filled(peer: Peer) -> Filled:
    return Filled(peer)


def body_of(method: str, path: str) -> bytes:
    return b"[]" if method == "POST" and path != "recv-fs" else b""


@contextmanager
def sharing(core: Core, ann: Actor, bob: Actor, repo_id: str, permission: shares.Permission) -> Iterator[None]:
    receiver = account_receiver(core, bob.username)
    shares.share_repo(core, ann, repo_id, receiver, permission)
    yield
    shares.stop_share(core, ann, repo_id, "/", receiver)


def test_protocol_version_is_2(server: Server) -> None:
    for path in ("/seafhttp/protocol-version", "/seafhttp/protocol-version/"):
        assert server.client.get(path).json == {"version": 2}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(("method", "path"), READS)
def test_readers_read(peer: Peer, filled: Filled, method: str, path: str, slash: str) -> None:
    path, question, query = filled.path(path).partition("?")
    answer = peer.ask(method, path.rstrip("/") + slash + question + query, body=body_of(method, path))
    assert answer.status == 200


@pytest.mark.parametrize(("method", "path"), [*READS, *WRITES])
def test_library_that_never_was_is_gone_whatever_the_token(peer: Peer, filled: Filled, method: str, path: str) -> None:
    peer.repo_id, peer.token = UNKNOWN_REPO, ""
    assert peer.ask(method, filled.path(path), body=body_of(method, path)).status == 444


@pytest.mark.parametrize(("method", "path"), [*READS, *WRITES])
def test_deleted_library_is_gone(core: Core, ann: Actor, peer: Peer, filled: Filled, method: str, path: str) -> None:
    delete_repo(core, ann, peer.repo_id)
    assert peer.ask(method, filled.path(path), body=body_of(method, path)).status == 444


@pytest.mark.parametrize(("method", "path"), [*READS, *WRITES])
def test_token_has_to_be_there_and_right(peer: Peer, filled: Filled, method: str, path: str) -> None:
    path, body = filled.path(path), body_of(method, path)
    peer.token = ""
    assert peer.ask(method, path, body=body).status == 400
    peer.token = "f" * 40
    assert peer.ask(method, path, body=body).status == 403


def test_token_of_another_library_or_kind_is_refused(core: Core, ann: Actor, peer: Peer, connect: Connect) -> None:
    assert ann.account_id is not None
    other = connect(ann, create_repo(core, ann.account_id, "Other").id)
    for token in (other.token, tokens.issue(core, "login", ann.account_id, lifetime=60)):
        assert Peer(peer.client, peer.repo_id, token, "").ask("GET", "commit/HEAD").status == 403


def test_newer_clients_send_the_token_as_authorization(peer: Peer) -> None:
    headers = {"Authorization": f"Token {peer.token}"}
    answer = peer.client.get(f"/seafhttp/repo/{peer.repo_id}/commit/HEAD", headers=headers)
    assert answer.json["head_commit_id"] == peer.head()


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_reader_may_not_write(
    core: Core, ann: Actor, bob: Actor, connect: Connect, filled: Filled, library: RepoInfo, method: str, path: str
) -> None:
    theirs = connect(bob, library.id)
    with sharing(core, ann, bob, library.id, "r"):
        answer = theirs.ask(method, filled.path(path), body=body_of(method, path))
        assert (answer.status, answer.json) == (403, {"reason": "no write permission"})
        assert theirs.ask("GET", "commit/HEAD").status == 200
    with sharing(core, ann, bob, library.id, "rw"):
        assert theirs.ask(method, filled.path(path), body=body_of(method, path)).status in (200, 400)


@pytest.mark.parametrize(("method", "path"), [*READS, *WRITES])
def test_client_of_a_library_that_is_not_shared_any_more_is_refused(
    core: Core, ann: Actor, bob: Actor, connect: Connect, filled: Filled, library: RepoInfo, method: str, path: str
) -> None:
    theirs = connect(bob, library.id)
    with sharing(core, ann, bob, library.id, "rw"):
        assert theirs.ask("GET", "commit/HEAD").status == 200
    answer = theirs.ask(method, filled.path(path), body=body_of(method, path))
    assert (answer.status, answer.json) == (403, {"reason": "no permission"})


def test_account_that_is_not_active_is_refused(core: Core, ann: Actor, peer: Peer) -> None:
    assert ann.account_id is not None
    users.update_account(core, ROOT, ann.account_id, is_active=False)
    assert peer.ask("GET", "commit/HEAD").status == 403


def test_token_is_a_device_and_revoking_it_stops_that_client_alone(
    core: Core, ann: Actor, peer: Peer, connect: Connect
) -> None:
    other = connect(ann, peer.repo_id)
    peer.done("GET", CHECK + "download&client_ver=8.0.10")
    (device,) = [item for item in devices.list_devices(core, ann) if item.device.id == CLIENT_ID]
    assert (device.device.name, device.device.client_version, device.address) == ("desk", "8.0.10", "127.0.0.1")
    devices.revoke_device(core, ann, device.id)
    assert peer.ask("GET", "commit/HEAD").status == 403
    assert other.ask("GET", "commit/HEAD").status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "permission-check/?op=download"),
        ("GET", "permission-check/?op=download&client_id=x"),
        ("GET", f"permission-check/?op=other&client_id={CLIENT_ID}"),
        ("GET", f"permission-check/?op=download&client_id={CLIENT_ID}&client_name={'x' * 300}"),
        ("GET", "commit/x"),
        ("PUT", "commit/HEAD"),
        ("PUT", "commit/HEAD?head=x"),
        ("PUT", f"commit/{UNKNOWN}"),
        ("GET", "fs-id-list"),
        ("GET", f"fs-id-list?server-head={UNKNOWN}&client-head=x"),
        ("GET", "block/x"),
        ("GET", f"block/{UNKNOWN.upper()}"),
        ("PUT", f"block/{UNKNOWN}"),
        ("GET", "block-map/x"),
        ("GET", "quota-check"),
        ("GET", "quota-check?delta=x"),
        ("POST", "pack-fs"),
        ("POST", "check-fs"),
        ("POST", "check-blocks"),
    ],
)
def test_request_without_sense_is_400(peer: Peer, method: str, path: str) -> None:
    assert peer.ask(method, path).status == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"commit/{UNKNOWN}", 404),
        ("GET", f"fs-id-list/?server-head={UNKNOWN}", 404),
        ("GET", f"block/{UNKNOWN}", 404),
        ("GET", f"block-map/{UNKNOWN}", 404),
        ("PUT", f"commit/HEAD/?head={UNKNOWN}", 500),
        ("GET", "jwt-token", 404),
        ("PUT", "lock-file?p=/a", 404),
    ],
)
def test_what_is_not_there_is_told(peer: Peer, method: str, path: str, status: int) -> None:
    assert peer.ask(method, path).status == status


def test_paths_of_other_servers_are_404(server: Server) -> None:
    for method, path in (("POST", "/seafhttp/repo/folder-perm"), ("POST", "/seafhttp/repo/locked-files")):
        assert server.client.request(method, path, body=b"[]").status == 404
    assert server.client.get("/notification/ping").status == 404


def test_id_that_is_none_is_not_called_gone(peer: Peer) -> None:
    peer.repo_id = "nonsense"
    assert peer.ask("GET", "commit/HEAD").status == 400


def test_packs_tell_of_a_missing_object_instead_of_leaving_it_out(peer: Peer, filled: Filled) -> None:
    assert peer.ask_list("pack-fs/", [filled.file, UNKNOWN]).status == 500
    assert peer.ask_list("check-fs/", [filled.file, UNKNOWN, EMPTY_ID]).json == [UNKNOWN]
    assert peer.ask_list("check-blocks/", [filled.block, UNKNOWN]).json == [UNKNOWN]


def test_block_map_tells_the_sizes_of_blocks(peer: Peer, filled: Filled) -> None:
    assert json.loads(peer.done("GET", f"block-map/{filled.file}")) == [len(b"content of a")]


def test_heads_of_many_libraries_need_no_token(core: Core, ann: Actor, peer: Peer, server: Server) -> None:
    def ask(body: object) -> object:
        answer = server.client.post("/seafhttp/repo/head-commits-multi/", body=json.dumps(body).encode())
        return answer.json if answer.status == 200 else answer.status

    assert ask([peer.repo_id, UNKNOWN_REPO]) == {peer.repo_id: peer.head()}
    wrong: list[object] = [[], {}, "x", [1], ["x"], [peer.repo_id, "../x"], [peer.repo_id] * 1001]
    assert list(map(ask, wrong)) == [400] * 7
    delete_repo(core, ann, peer.repo_id)
    assert ask([peer.repo_id]) == {}


def test_quota_is_told_before_an_upload(core: Core, ann: Actor, peer: Peer, filled: Filled) -> None:
    assert ann.account_id is not None
    users.update_account(core, ROOT, ann.account_id, total=100)
    assert [peer.ask("GET", f"quota-check?delta={delta}").status for delta in (-5, 0, 88, 89)] == [200, 200, 200, 443]


def test_libraries_of_an_account_are_listed_for_its_drive(core: Core, peer: Peer) -> None:
    headers = {"Seafile-Repo-Token": peer.token}
    answer = peer.client.get("/seafhttp/accessible-repos", query={"repo_id": peer.repo_id}, headers=headers)
    told = [(repo["id"], repo["head_commit_id"], repo["type"], repo["permission"]) for repo in answer.json]
    assert (peer.repo_id, peer.head(), "repo", "rw") in told
    assert peer.client.get("/seafhttp/accessible-repos", query={"repo_id": peer.repo_id}).status == 400
