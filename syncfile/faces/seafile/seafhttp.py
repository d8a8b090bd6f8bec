"""The sync protocol of Seafile's clients, below ``/seafhttp``: version 2 of their protocol over HTTP.

All POSTs say that they are forms, though their bodies are JSON or packs of objects, so all bodies are read as streams.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from syncfile import errors
from syncfile.core import push, sync, sync_objects, sync_tokens
from syncfile.core.access import READ, WRITE, Actor
from syncfile.core.push_check import BlocksMissing
from syncfile.core.sync import MAX_COMMIT_BYTES, RepoGone
from syncfile.core.tokens import Device
from syncfile.errors import BadRequest, SyncFileError
from syncfile.faces.http import Call, Face, Reply, error_headers, nearest, show_json
from syncfile.faces.seafile.frames import read_frames, write_frames
from syncfile.faces.seafile.id_lists import read_ids
from syncfile.transfer.segments import BytesRange, FileRange, FileSegments, Segment

#: What the clients take these errors for, where it is not what HTTP says.
STATUS: dict[type[SyncFileError], int] = {
    RepoGone: 444,
    BlocksMissing: 446,
    errors.QuotaFull: 443,
    errors.DiskFull: 443,  # "storage quota full" tells more than "unknown error"
    errors.NotAuthenticated: 403,
    errors.HeadMoved: 500,
}

_CHUNK_BYTES = 256 << 10
_TEXT_BYTES = 32 << 10  # of a JSON list before it is sent
_MAX_NAME_CHARS = 255
_MAX_REPOS = 1000  # of one client
_REPO_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OBJECT_ID = re.compile(r"[0-9a-f]{40}")


def _authenticate(call: Call) -> Actor:
    """Return whose token for the library in the path, or in ``repo_id``, it is."""
    words = call.path.strip("/").split("/")
    repo_id = _repo_id(words[2] if words[1] == "repo" else call.query.get("repo_id", [""])[0])
    sync.require_there(call.core, repo_id)
    token = call.headers.get("Seafile-Repo-Token") or call.headers.get("Authorization").removeprefix("Token ")
    if not token:
        raise BadRequest("a token is needed")
    return sync_tokens.authenticate(call.core, repo_id, token.strip(), call.address)


def _show(call: Call, error: SyncFileError) -> Reply:
    """Answer an error with the status and, of 403, with the text that clients understand."""
    if isinstance(error, errors.Locked):
        path = str(error.facts.get("path", "")).removeprefix("/")
        return Reply(f"File {path} is locked".encode(), 403)
    if isinstance(error, errors.PermissionDenied):
        return Reply({"reason": error.message}, 403)
    status = nearest(STATUS, error, show_json(call, error).status)
    return Reply({"error_msg": error.message}, status, error_headers(error))


face = Face(authenticate=_authenticate, show=_show)


@face.route("GET", "/seafhttp/protocol-version", auth="none")
def protocol_version(call: Call) -> dict[str, int]:
    """Say which version of the protocol this is."""
    return {"version": 2}


@face.route("GET", "/seafhttp/repo/<repo_id>/permission-check")
def permission_check(
    call: Call,
    repo_id: str,
    op: Literal["download", "upload"],
    client_id: str,
    client_name: str = "",
    client_ver: str = "",
) -> None:
    """Say whether the client may download or upload, and keep what it tells of itself."""
    if max(len(client_name), len(client_ver)) > _MAX_NAME_CHARS:
        raise BadRequest("the name of the client is too long", parameter="client_name")
    device = Device(id=_object_id(client_id), name=client_name, client_version=client_ver)
    sync.require_synced(call.core, call.actor, repo_id, WRITE if op == "upload" else READ)
    sync_tokens.note_device(call.core, call.actor, device)


@face.route("GET", "/seafhttp/repo/<repo_id>/commit/HEAD")
def get_head(call: Call, repo_id: str) -> dict[str, object]:
    """Say where the library stands."""
    return {"is_corrupted": 0, "head_commit_id": sync.head_id(call.core, call.actor, repo_id)}


@face.route("PUT", "/seafhttp/repo/<repo_id>/commit/HEAD", stream=True, long=True)
def put_head(call: Call, repo_id: str, head: str) -> None:
    """Make a pushed commit the head, merged with what happened meanwhile."""
    push.push(call.core, call.actor, repo_id, _object_id(head))


@face.route("POST", "/seafhttp/repo/head-commits-multi", auth="none", stream=True)
def get_heads(call: Call) -> dict[str, str]:
    """Say where several libraries stand; those that are not there are left out."""
    repo_ids = call.json()
    if not isinstance(repo_ids, list) or not 0 < len(repo_ids) <= _MAX_REPOS:
        raise BadRequest("the body is no list of library ids")
    return sync.head_ids(call.core, dict.fromkeys(map(_repo_id, repo_ids)))


@face.route("GET", "/seafhttp/repo/<repo_id>/commit/<commit_id>")
def get_commit(call: Call, repo_id: str, commit_id: str) -> Reply:
    """Return a commit as its maker wrote it."""
    text = sync.commit_text(call.core, call.actor, repo_id, _object_id(commit_id))
    return Reply(text.encode(), headers={"Content-Type": "application/json"})


@face.route("PUT", "/seafhttp/repo/<repo_id>/commit/<commit_id>", stream=True)
def put_commit(call: Call, repo_id: str, commit_id: str) -> None:
    """Keep a commit, which may become the head later."""
    sync.save_commit(call.core, call.actor, repo_id, _object_id(commit_id), call.read_body(MAX_COMMIT_BYTES))


@face.route("GET", "/seafhttp/repo/<repo_id>/fs-id-list", long=True)
def get_object_ids(call: Call, repo_id: str) -> Reply:
    """List the objects of the tree of ``server-head`` that are new to a client, which may have ``client-head``."""
    wanted, known = (call.query.get(name, [""])[0] for name in ("server-head", "client-head"))
    known = _object_id(known) if known else ""
    only_dirs = call.query.get("dir-only") == ["1"]
    ids = sync_objects.iter_object_ids(call.core, call.actor, repo_id, _object_id(wanted), known, only_dirs=only_dirs)
    return _json_list(f'"{object_id}"' for object_id in ids)


@face.route("POST", "/seafhttp/repo/<repo_id>/pack-fs", stream=True, long=True)
def pack_objects(call: Call, repo_id: str) -> Reply:
    """Return the objects asked for as one pack."""
    return Reply(write_frames(sync_objects.iter_objects(call.core, call.actor, repo_id, read_ids(call))))


@face.route("POST", "/seafhttp/repo/<repo_id>/check-fs", stream=True, long=True)
def check_objects(call: Call, repo_id: str) -> Reply:
    """Say which of these objects are not here."""
    missing = sync_objects.iter_missing_objects(call.core, call.actor, repo_id, read_ids(call))
    return _json_list(f'"{object_id}"' for object_id in missing)


@face.route("POST", "/seafhttp/repo/<repo_id>/recv-fs", stream=True, long=True)
def receive_objects(call: Call, repo_id: str) -> None:
    """Keep the objects of a pack."""
    sync_objects.receive_objects(call.core, call.actor, repo_id, read_frames(call.stream))


@face.route("POST", "/seafhttp/repo/<repo_id>/check-blocks", stream=True, long=True)
def check_blocks(call: Call, repo_id: str) -> Reply:
    """Say which of these blocks are not here."""
    missing = sync_objects.iter_missing_blocks(call.core, call.actor, repo_id, read_ids(call))
    return _json_list(f'"{block_id}"' for block_id in missing)


@face.route("GET", "/seafhttp/repo/<repo_id>/block/<block_id>")
def get_block(call: Call, repo_id: str, block_id: str) -> Reply:
    """Return the bytes of a block."""

    def segments() -> Iterator[Segment]:
        for span in sync_objects.open_block(call.core, call.actor, repo_id, _object_id(block_id)).spans:
            if span.path is not None:
                yield FileRange(span.path, span.offset, span.length)
            elif span.load is not None:
                yield BytesRange(span.load, 0, span.length)

    return Reply(FileSegments(segments()), headers={"Content-Type": "application/octet-stream"})


@face.route("PUT", "/seafhttp/repo/<repo_id>/block/<block_id>", stream=True)
def put_block(call: Call, repo_id: str, block_id: str) -> None:
    """Keep a block."""
    chunks = iter(lambda: call.stream.read(_CHUNK_BYTES), b"")
    length = call.content_length or 0
    sync_objects.save_block(call.core, call.actor, repo_id, _object_id(block_id), chunks, length)


@face.route("GET", "/seafhttp/repo/<repo_id>/block-map/<file_id>", long=True)
def get_block_sizes(call: Call, repo_id: str, file_id: str) -> Reply:
    """List the bytes of each block of a file."""
    return _json_list(map(str, sync_objects.iter_block_sizes(call.core, call.actor, repo_id, _object_id(file_id))))


@face.route("GET", "/seafhttp/repo/<repo_id>/quota-check")
def check_quota(call: Call, repo_id: str, delta: int) -> None:
    """Say whether the library may grow by so many bytes."""
    sync.check_room(call.core, call.actor, repo_id, delta)


@face.route("GET", "/seafhttp/accessible-repos")
def get_repos(call: Call) -> list[dict[str, object]]:
    """List the libraries of the account, for SeaDrive."""
    return [
        {
            "version": 1,
            "id": repo.id,
            "head_commit_id": head_id,
            "name": repo.name,
            "mtime": repo.mtime,
            "permission": repo.permission,
            "type": "repo" if repo.owner_id == call.actor.account_id else "srepo",
            "owner": repo.owner,
        }
        for repo, head_id in sync.synced_repos(call.core, call.actor)
    ]


def _json_list(items: Iterable[str]) -> Reply:
    """Answer with a JSON array of items that are JSON already, sent while they are found."""

    def chunks() -> Iterator[bytes]:
        text, separator = "[", ""
        for item in items:
            text += separator + item
            separator = ","
            if len(text) > _TEXT_BYTES:
                yield text.encode()
                text = ""
        yield (text + "]").encode()

    return Reply(chunks(), headers={"Content-Type": "application/json"})


def _repo_id(text: object) -> str:
    if not isinstance(text, str) or not _REPO_ID.fullmatch(text):
        raise BadRequest("this is no library's id")
    return text


def _object_id(text: str) -> str:
    if not _OBJECT_ID.fullmatch(text):
        raise BadRequest("this is no object's id")
    return text
