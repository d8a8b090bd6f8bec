"""People who know at any moment what has to be there: every answered change, and perhaps the one under way."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from tests.conftest import Answer, Client
from tests.crash.recording import Marker
from tests.rest.forms import send
from tests.sync.seafhttp import peer

#: The content of files by path; None for folders.
Tree = dict[str, bytes | None]


@dataclass(frozen=True)
class Arriving:
    """A file that comes in pieces: the whole of it, and how much of it was answered for."""

    content: bytes
    received: int


@dataclass(frozen=True)
class Known:
    """What somebody knows to be there, by library.

    Attributes:
        arriving: By library and path.
    """

    trees: Mapping[str, Tree] = field(default_factory=dict)
    arriving: Mapping[tuple[str, str], Arriving] = field(default_factory=dict)

    def with_tree(self, repo_id: str, tree: Tree) -> "Known":
        return replace(self, trees=dict(self.trees) | {repo_id: tree})


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


class Somebody:
    """Works in libraries of one's own, through a server that is recorded, one request after the other.

    Attributes:
        known: What there was to know after each change, the first before any.
    """

    def __init__(self, name: str, client: Client, marker: Marker, known: Known) -> None:
        self.name = name
        self.client = client
        self.known = [known]
        self._told = 0
        self._marker = marker

    def tree(self, repo_id: str) -> Tree:
        """Return what is in a library."""
        return dict(self.known[-1].trees[repo_id])

    @contextmanager
    def changing(self, known: Known) -> Iterator[None]:
        """Make a change that leads to this, if it is answered."""
        number = len(self.known)
        self.known.append(known)
        self._marker.mark(f"begin {self.name} {number}")
        yield
        self._told = number
        self._marker.mark(f"told {self.name} {number}")

    def look(self, repo_id: str) -> None:
        """After a crash or an error, find out whether the last change was made, and go on from there."""
        tree = self.fetch(repo_id)
        told = self.known[self._told]
        assert tree in [known.trees[repo_id] for known in self.known[self._told :]], sorted(tree)
        arriving = {key: it for key, it in told.arriving.items() if tree.get(key[1]) != it.content}
        self.known.append(replace(told, arriving=arriving).with_tree(repo_id, tree))

    def fetch(self, repo_id: str) -> Tree:
        """Return all that is in a library."""
        tree: Tree = {}
        for item in self._done("GET", repo_id, "dirs/", p="/", recursive="1").json:
            path = f"{item['parent_dir'].rstrip('/')}/{item['name']}"
            tree[path] = None if item["type"] == "dir" else self.download(repo_id, path)
        return tree

    def download(self, repo_id: str, path: str) -> bytes:
        """Return the bytes of a file."""
        url = self._done("GET", repo_id, "files/download/", p=path).json
        return _checked(Client(self.client.port).get("/" + url.split("/", 3)[3])).body

    def upload(self, repo_id: str, path: str, content: bytes) -> None:
        """Put a file, whether there is one or not."""
        with self._tree(repo_id, self.tree(repo_id) | {path: content}):
            self._send(repo_id, path, content, "")

    def make_dir(self, repo_id: str, path: str) -> None:
        with self._tree(repo_id, self.tree(repo_id) | {path: None}):
            self._done("POST", repo_id, "dirs/", p=path)

    def rename(self, repo_id: str, path: str, name: str) -> None:
        tree = self.tree(repo_id)
        with self._tree(repo_id, _moved(tree, path, f"{path.rpartition('/')[0]}/{name}")):
            self._done("POST", repo_id, _kind(tree, path, "/action"), p=path, action="rename", newname=name)

    def move(self, repo_id: str, path: str, new: str) -> None:
        with self._tree(repo_id, _moved(self.tree(repo_id), path, new)):
            self._done("POST", repo_id, "files/action", p=path, action="move", dst_file_path=new)

    def move_over(self, repo_id: str, path: str, target_id: str) -> None:
        """Move a file to another library, under the same name."""
        tree, target = self.tree(repo_id), self.tree(target_id)
        target[path] = tree.pop(path)
        with self.changing(self.known[-1].with_tree(repo_id, tree).with_tree(target_id, target)):
            self._bring("move", repo_id, path, target_id)

    def copy_over(self, repo_id: str, path: str, target_id: str) -> None:
        """Copy a file to another library, under the same name."""
        with self._tree(target_id, self.tree(target_id) | {path: self.tree(repo_id)[path]}):
            self._bring("copy", repo_id, path, target_id)

    def remove(self, repo_id: str, path: str) -> None:
        tree = self.tree(repo_id)
        with self._tree(repo_id, {each: it for each, it in tree.items() if not _is_within(each, path)}):
            self._done("DELETE", repo_id, _kind(tree, path, "/"), p=path)

    def send_piece(self, repo_id: str, path: str, content: bytes, start: int, end: int) -> None:
        """Send a part of a file; the last one makes it."""
        before, key = self.known[-1], (repo_id, path)
        arriving = dict(before.arriving)
        if end < len(content):
            after = replace(before, arriving=arriving | {key: Arriving(content, end)})
        else:
            arriving.pop(key, None)
            after = replace(before.with_tree(repo_id, self.tree(repo_id) | {path: content}), arriving=arriving)
        if start == 0 and key in arriving:  # what came before is given up with the first byte of the new one
            before = replace(before, arriving={each: it for each, it in arriving.items() if each != key})
            with self.changing(before):
                pass
        with self.changing(after):
            self._send(repo_id, path, content[start:end], f"bytes {start}-{end - 1}/{len(content)}")

    def push(self, repo_id: str, token: str, tree: peer.Tree, number: int) -> None:
        """Push a whole state of a library, as a sync client does."""
        sync_client = _SyncClient(self.client, repo_id, token, self.name)
        with self._tree(repo_id, flat(tree)):
            sync_client.push_tree(tree, ctime=peer.MTIME + number)

    def sign_in(self, password: str) -> None:
        """From now on, say who it is."""
        answer = self.client.post("/v1/auth/", form={"username": self.name, "password": password})
        self.client = self.client.with_token(answer.json["token"])

    def make_library(self, name: str, password: str = "") -> str:
        """Make a library and return its id."""
        answer = self.client.post("/v1/repos/", form={"name": name} | ({"password": password} if password else {}))
        repo_id: str = answer.json["id"]
        with self.changing(self.known[-1].with_tree(repo_id, {})):
            pass
        return repo_id

    def unlock(self, repo_id: str, password: str) -> None:
        """Give the password of a library to the server."""
        self._done("POST", repo_id, "action/", form={"action": "setpassword", "password": password})

    def _tree(self, repo_id: str, tree: Tree) -> AbstractContextManager[None]:
        return self.changing(self.known[-1].with_tree(repo_id, tree))

    def _send(self, repo_id: str, path: str, content: bytes, content_range: str) -> None:
        parent, _, name = path.rpartition("/")
        url = self._done("GET", repo_id, "files/upload/", p=parent or "/").json
        parts = (("parent_dir", parent or "/"), ("replace", "1"), ("file", name, content))
        _checked(send(self.client, url, *parts, content_range=content_range))

    def _bring(self, action: str, repo_id: str, path: str, target_id: str) -> None:
        target = f"dst_file_path={path}&dst_repo_id={target_id}"
        self._done("POST", repo_id, f"files/action?{target}", p=path, action=action)

    def _done(
        self, method: str, repo_id: str, path: str, form: Mapping[str, str] | None = None, **query: str
    ) -> Answer:
        return _checked(self.client.request(method, f"/v1/repos/{repo_id}/{path}", query=query, form=form))


class _SyncClient(peer.Peer):
    def ask(self, method: str, path: str, **parts: Any) -> Answer:
        return _checked(super().ask(method, path, **parts))


def _checked(answer: Answer) -> Answer:
    """Return an answer. Raises ``Refused``."""
    if answer.status >= 300:
        raise Refused(answer)
    return answer


def flat(tree: peer.Tree, start: str = "") -> Tree:
    """Return nested folders as paths."""
    found: Tree = {}
    for name, content in tree.items():
        if isinstance(content, bytes):
            found[f"{start}/{name}"] = content
        else:
            found |= {f"{start}/{name}": None} | flat(content, f"{start}/{name}")
    return found


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _moved(tree: Tree, old: str, new: str) -> Tree:
    return {new + path.removeprefix(old) if _is_within(path, old) else path: it for path, it in tree.items()}


def _kind(tree: Tree, path: str, end: str) -> str:
    return ("dirs" if tree.get(path, b"") is None else "files") + end
