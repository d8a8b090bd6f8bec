"""A sync client that is made for tests: it sends what it is told to, be it right or wrong."""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha1
from typing import Any

from syncfile.store.directories import Directory
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_FILE, Commit, Dirent, File, encode_commit, encode_file
from tests.conftest import Answer, Client

#: Content of files and folders by name.
Tree = Mapping[str, "bytes | Tree"]

CLIENT_ID = "6f6fa60cee464c28a89c00a7576a3553d01ef886"
MTIME = 1_700_000_000
BLOCK_BYTES = 1 << 20


@dataclass
class Built:
    """A tree as objects: texts of directories and files, and blocks, by their ids."""

    root_id: str = EMPTY_ID
    texts: dict[str, bytes] = field(default_factory=dict)
    blocks: dict[str, bytes] = field(default_factory=dict)


def build(tree: Tree, modifier: str = "ann", mtime: int = MTIME, into: Built | None = None) -> Built:
    """Return the objects of a tree."""
    built = into or Built()
    built.root_id = _directory(tree, modifier, mtime, built)
    return built


def directory_of(dirents: Iterable[Dirent]) -> tuple[str, bytes]:
    """Return id and text of a directory."""
    empty = Directory(EMPTY_ID, (), lambda page_id: b"")
    directory = empty.edit({dirent.name: dirent for dirent in dirents})
    return directory.id, b"".join(directory.wire())


def file_of(content: bytes, built: Built) -> str:
    """Return the id of a file object, after its parts were added to ``built``."""
    blocks = [content[start : start + BLOCK_BYTES] for start in range(0, len(content), BLOCK_BYTES)]
    if not blocks:
        return EMPTY_ID
    built.blocks |= {sha1(block).hexdigest(): block for block in blocks}
    text = encode_file(File(tuple(sha1(block).hexdigest() for block in blocks), len(content)))
    built.texts[sha1(text).hexdigest()] = text
    return sha1(text).hexdigest()


def _directory(tree: Tree, modifier: str, mtime: int, built: Built) -> str:
    if not tree:
        return EMPTY_ID
    dirents = []
    for name, content in tree.items():
        if isinstance(content, bytes):
            file_id = file_of(content, built)
            dirents.append(Dirent(name, file_id, MODE_FILE, mtime, len(content), modifier))
        else:
            dirents.append(Dirent(name, _directory(content, modifier, mtime, built), MODE_DIR, mtime))
    dir_id, text = directory_of(dirents)
    built.texts[dir_id] = text
    return dir_id


def pack(texts: Mapping[str, bytes]) -> bytes:
    """Return objects as ``recv-fs`` takes them."""
    return b"".join(frame(object_id, zlib.compress(text)) for object_id, text in texts.items())


def frame(object_id: str, packed: bytes) -> bytes:
    return object_id.encode() + len(packed).to_bytes(4, "big") + packed


def unpack(packed: bytes) -> dict[str, bytes]:
    """Return the texts of objects as ``pack-fs`` gives them."""
    texts = {}
    while packed:
        object_id, size = packed[:40].decode(), int.from_bytes(packed[40:44], "big")
        texts[object_id] = zlib.decompress(packed[44 : 44 + size])
        packed = packed[44 + size :]
    return texts


@dataclass
class Peer:
    """Syncs one library for one account."""

    client: Client
    repo_id: str
    token: str
    name: str

    def ask(self, method: str, path: str, **parts: Any) -> Answer:
        """Send a request about the library, as a form whatever it is."""
        headers = {"Seafile-Repo-Token": self.token, "Content-Type": "application/x-www-form-urlencoded"}
        return self.client.request(method, f"/seafhttp/repo/{self.repo_id}/{path}", headers=headers, **parts)

    def ask_list(self, path: str, ids: object) -> Answer:
        return self.ask("POST", path, body=json.dumps(ids).encode())

    def done(self, method: str, path: str, **parts: Any) -> bytes:
        """Send a request that has to succeed and return the body of its answer."""
        answer = self.ask(method, path, **parts)
        assert answer.status == 200, (path, answer)
        return answer.body

    def head(self) -> str:
        answer = json.loads(self.done("GET", "commit/HEAD"))
        assert answer["is_corrupted"] == 0
        return str(answer["head_commit_id"])

    def commit(self, commit_id: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.done("GET", f"commit/{commit_id}"))
        return found

    def new_commit(self, root_id: str, parent_id: str | None = None, **changed: Any) -> Commit:
        """Return a commit on the head, or on another parent, that repeats what that says of the library."""
        base = self.commit(parent_id or self.head())
        commit = Commit(
            repo_id=self.repo_id,
            root_id=root_id,
            ctime=MTIME,
            creator=CLIENT_ID,
            creator_name=self.name,
            description="Added things",
            parent_id=base["commit_id"],
            repo_name=base["repo_name"],
            repo_desc=base["repo_desc"],
            device_name="desk",
            client_version="8.0.10",
            encrypted="encrypted" in base,
            enc_version=base.get("enc_version", 0),
            magic=base.get("magic", ""),
            key=base.get("key", ""),
        )
        return replace(commit, **changed, id="")

    def send(self, built: Built) -> None:
        """Send what the library has not."""
        ids = list(built.texts)
        missing = json.loads(self.done("POST", "check-fs/", body=json.dumps(ids).encode()))
        self.done("POST", "recv-fs/", body=pack({object_id: built.texts[object_id] for object_id in missing}))
        for block_id in json.loads(self.done("POST", "check-blocks/", body=json.dumps(list(built.blocks)).encode())):
            self.done("PUT", f"block/{block_id}", body=built.blocks[block_id])

    def send_commit(self, commit: Commit) -> Answer:
        return self.ask("PUT", f"commit/{commit.id}", body=encode_commit(commit).encode())

    def move_head(self, commit_id: str) -> Answer:
        return self.ask("PUT", f"commit/HEAD/?head={commit_id}")

    def push(self, commit: Commit) -> Answer:
        """Send a commit and make it the head; return the last answer."""
        assert self.send_commit(commit).status == 200
        return self.move_head(commit.id)

    def push_tree(self, tree: Tree, parent_id: str | None = None, **changed: Any) -> Answer:
        """Push a whole state of the library."""
        built = build(tree, self.name)
        self.send(built)
        return self.push(self.new_commit(built.root_id, parent_id, **changed))

    def ids(self, server_head: str, client_head: str = "") -> list[str]:
        query = {"server-head": server_head} | ({"client-head": client_head} if client_head else {})
        found: list[str] = json.loads(self.done("GET", "fs-id-list/", query=query))
        return found

    def clone(self) -> dict[str, Any]:
        """Return the library's tree as it is now, fetched as a client does."""
        root_id = self.commit(head := self.head())["root_id"]
        ids = self.ids(head)
        texts: dict[str, bytes] = {}
        for start in range(0, len(ids), 100):
            texts |= unpack(self.done("POST", "pack-fs/", body=json.dumps(ids[start : start + 100]).encode()))
        assert all(sha1(text).hexdigest() == object_id for object_id, text in texts.items())
        return self._read(root_id, texts)

    def _read(self, dir_id: str, texts: dict[str, bytes]) -> dict[str, Any]:
        if dir_id == EMPTY_ID:
            return {}
        tree: dict[str, Any] = {}
        for entry in json.loads(texts[dir_id])["dirents"]:
            if entry["mode"] == MODE_DIR:
                tree[entry["name"]] = self._read(entry["id"], texts)
            elif entry["id"] == EMPTY_ID:
                tree[entry["name"]] = b""
            else:
                block_ids = json.loads(texts[entry["id"]])["block_ids"]
                tree[entry["name"]] = b"".join(self.done("GET", f"block/{block_id}") for block_id in block_ids)
        return tree
