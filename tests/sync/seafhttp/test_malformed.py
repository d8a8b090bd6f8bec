"""What is wrong is refused, and the head stays: malformed objects, trees that do not fit, bombs."""

import json
import zlib
from collections.abc import Mapping
from hashlib import sha1
from typing import Any

import pytest

from syncfile.core import push_check
from syncfile.core.paths import MAX_DEPTH
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_FILE, Dirent, File, encode_commit, encode_file
from tests.sync.seafhttp.peer import MTIME, Built, Peer, build, directory_of, file_of, frame

ID = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"


@pytest.fixture
def filled(peer: Peer) -> Peer:
    """A client whose library is not empty."""
    assert peer.push_tree({"there": {"a": b"1"}, "b": b"2"}).status == 200
    return peer


def entry(name: str, object_id: str = EMPTY_ID, mode: object = MODE_FILE, **changed: Any) -> dict[str, object]:
    fields: dict[str, object] = {"id": object_id, "mode": mode, "mtime": MTIME, "name": name}
    if mode != MODE_DIR:
        fields |= {"modifier": "ann", "size": 0}
    return dict(sorted((fields | changed).items()))


def text_of(*entries: Mapping[str, object], **changed: object) -> bytes:
    """Return a directory as clients write it, whatever its entries are."""
    fields = {"dirents": list(entries), "type": 3, "version": 1} | changed
    return json.dumps(fields, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")


def take(peer: Peer, text: bytes, packed: bytes | None = None) -> int:
    """Send an object under its right id and return the status."""
    body = frame(sha1(text).hexdigest(), zlib.compress(text) if packed is None else packed)
    return peer.ask("POST", "recv-fs", body=body).status


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/", "a\0b", "x" * 256, "中" * 86, "\ud800"], ids=range(9))
def test_name_that_cannot_be_one_is_refused(peer: Peer, name: str) -> None:
    assert take(peer, text_of(entry(name))) == 400


@pytest.mark.parametrize(
    "text",
    [
        text_of(entry("a"), entry("b")),
        text_of(entry("a"), entry("a")),
        text_of(entry("a", mode=MODE_DIR), entry("a")),
        text_of(entry("a", object_id="x" * 40)),
        text_of(entry("a", object_id=ID.upper())),
        text_of(entry("a", mode=0o120777)),
        text_of(entry("a", mode=-1)),
        text_of(entry("a", mode="33188")),
        text_of(entry("a", size=-1)),
        text_of(entry("a", size=2**63)),
        text_of(entry("a", size=1.5)),
        text_of(entry("a", mtime=2**63)),
        text_of(entry("a", modifier="x" * 256)),
        text_of(entry("a", more=1)),
        text_of(entry("a"), type=1),
        text_of(entry("a"), version=2),
        text_of(),
        b'{"block_ids": [], "size": 0, "type": 1, "version": 1}',
        b'{"block_ids": ["x"], "size": 1, "type": 1, "version": 1}',
        b'{"block_ids": ["%b"], "size": -1, "type": 1, "version": 1}' % ID.encode(),
        b'{"block_ids":["%b"],"size":1,"type":1,"version":1}' % ID.encode(),
        b"[" * 100_000,
        b"nonsense",
        b"",
    ],
    ids=range(24),
)
def test_object_that_is_not_well_formed_is_refused(peer: Peer, text: bytes) -> None:
    assert take(peer, text) == 400


@pytest.mark.parametrize(
    "body",
    [
        b"x",
        frame(ID, zlib.compress(text_of(entry("a")))),
        frame("z" * 40, b""),
        frame(ID, b"no zlib"),
        ID.encode() + b"\xff\xff\xff\xff",
        ID.encode() + b"\0\0\1\0" + b"short",
        frame(sha1(text_of(entry("a"))).hexdigest(), zlib.compress(text_of(entry("a")))[:-1]),
        frame(sha1(text_of(entry("a"))).hexdigest(), zlib.compress(text_of(entry("a"))) + b"x"),
    ],
    ids=range(8),
)
def test_pack_that_is_malformed_is_refused(peer: Peer, body: bytes) -> None:
    assert peer.ask("POST", "recv-fs", body=body).status == 400
    assert peer.ask_list("check-fs", [ID]).json == [ID]


def test_object_that_unpacks_to_gigabytes_is_refused(peer: Peer) -> None:
    packer = zlib.compressobj(9)
    part = b'{"dirents": [' + b" " * (1 << 20)
    bomb = b"".join(packer.compress(part) for _ in range(500)) + packer.flush()
    assert len(bomb) < 1 << 20
    assert take(peer, b"", bomb) == 400
    ids = b'"%b", ' % ID.encode()
    bomb = zlib.compress(b'{"block_ids": [' + ids * 200_000)
    assert take(peer, b"", bomb) == 400


@pytest.mark.parametrize("path", ["check-fs", "pack-fs", "check-blocks"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[",
        b'["x"]',
        b"[1]",
        b'["%b"' % ID.encode(),
        b'["%b",]' % ID.encode(),
        b'["%b" "%b"]' % (ID.encode(), ID.encode()),
        b'["%b"] x' % ID.encode(),
        b'["%b"]["%b"]' % (ID.encode(), ID.encode()),
        b"," + b'"%b"]' % ID.encode(),
        b"[" + b" " * 5000,
        b"[[" * 50_000,
    ],
    ids=range(13),
)
def test_list_that_is_none_is_refused(peer: Peer, path: str, body: bytes) -> None:
    assert peer.ask("POST", path, body=body).status == 400


def test_long_list_is_answered_and_a_longer_one_is_413(peer: Peer) -> None:
    ids = [f"{number:040x}" for number in range(1, 30_001)]
    assert peer.ask_list("check-fs/", ids).json == ids
    assert peer.ask("POST", "check-fs", body=b" " * (16 << 20) + b"[]").status == 413


@pytest.mark.parametrize("content", [b"", b"other"])
def test_block_with_another_id_is_refused(peer: Peer, content: bytes) -> None:
    for size in (1, 50_000):
        assert peer.ask("PUT", f"block/{ID}", body=content * size).status == 400
    assert peer.ask("GET", f"block/{ID}").status == 404
    true_id = sha1(content * 50_000).hexdigest()
    assert peer.ask("GET", f"block/{true_id}").status == 404


def test_block_that_is_too_large_is_413(peer: Peer) -> None:
    body = bytes(32 << 20)
    peer.done("PUT", f"block/{sha1(body).hexdigest()}", body=body)
    assert peer.ask("PUT", f"block/{ID}", body=body + b"x").status == 413


def test_commit_that_is_not_one_is_refused(peer: Peer) -> None:
    commit = peer.new_commit(EMPTY_ID)
    good = json.loads(encode_commit(commit))
    wrong: list[dict[str, object]] = [
        {"repo_id": "00000000-0000-4000-8000-000000000000"},
        {"commit_id": ID},
        {"root_id": "x"},
        {"root_id": ID},
        {"creator": "x" * 40},
        {"ctime": "now"},
        {"ctime": 2**63},
        {"parent_id": "x"},
        {"description": 1},
    ]
    bodies = [json.dumps(good | changed).encode() for changed in wrong]
    for body in [*bodies, b"", b"[]", b"nonsense", b"[" * 30_000, json.dumps(good).encode("utf-16")]:
        assert peer.ask("PUT", f"commit/{commit.id}", body=body).status == 400
    assert peer.ask("PUT", f"commit/{commit.id}", body=b" " * 70_000).status == 413
    assert peer.ask("GET", f"commit/{commit.id}").status == 404


def refuse(peer: Peer, built: Built, status: int = 400, parent_id: str | None = None) -> None:
    """Push what must not become the head."""
    head = peer.head()
    peer.send(built)
    assert peer.push(peer.new_commit(built.root_id, parent_id)).status == status
    assert peer.head() == head


def rooted(*dirents: Dirent, built: Built | None = None) -> Built:
    """Return a tree whose root has these entries."""
    built = built or Built()
    built.root_id, text = directory_of(dirents)
    built.texts[built.root_id] = text
    return built


def test_tree_without_its_objects_is_refused(filled: Peer) -> None:
    refuse(filled, Built(ID))
    refuse(filled, rooted(Dirent("a", ID, MODE_FILE, MTIME, 1, "ann")))
    refuse(filled, rooted(Dirent("a", ID, MODE_DIR, MTIME)))
    refuse(filled, rooted(Dirent("there", ID, MODE_DIR, MTIME)))


def test_parent_that_was_never_sent_is_refused(filled: Peer) -> None:
    built = build({"a": b"1"})
    filled.send(built)
    commit = filled.new_commit(built.root_id)
    text = json.loads(encode_commit(commit)) | {"parent_id": ID}
    filled.done("PUT", f"commit/{commit.id}", body=json.dumps(text).encode())
    assert filled.move_head(commit.id).status == 400


def test_entry_that_says_something_else_than_its_object_is_refused(filled: Peer) -> None:
    built = Built()
    file_id = file_of(b"content", built)
    dir_id, text = directory_of([Dirent("x", EMPTY_ID, MODE_FILE, MTIME, 0, "ann")])
    built.texts[dir_id] = text
    for dirent in (
        Dirent("a", dir_id, MODE_FILE, MTIME, 7, "ann"),
        Dirent("a", file_id, MODE_DIR, MTIME),
        Dirent("a", file_id, MODE_FILE, MTIME, 6, "ann"),
        Dirent("a", EMPTY_ID, MODE_FILE, MTIME, 1, "ann"),
    ):
        refuse(filled, rooted(dirent, built=built))


@pytest.mark.parametrize("size", [0, 6, 8, 2**62])
def test_file_whose_blocks_have_another_size_is_refused(filled: Peer, size: int) -> None:
    built = Built()
    file_of(b"content", built)
    text = encode_file(File(tuple(built.blocks), size))
    built.texts = {sha1(text).hexdigest(): text}
    refuse(filled, rooted(Dirent("a", sha1(text).hexdigest(), MODE_FILE, MTIME, size, "ann"), built=built))


def nested(depth: int, built: Built, name: str = "d") -> str:
    """Add so many folders inside each other and return the id of the outermost."""
    dir_id = EMPTY_ID
    for _ in range(depth):
        dir_id, text = directory_of([Dirent(name, dir_id, MODE_DIR, MTIME)])
        built.texts[dir_id] = text
    return dir_id


def test_tree_that_is_too_deep_is_refused_even_when_it_is_moved_there(filled: Peer) -> None:
    built = Built()
    built.root_id = nested(MAX_DEPTH + 1, built)
    refuse(filled, built)
    half = nested(MAX_DEPTH // 2 + 1, built)
    tree = rooted(Dirent("one", half, MODE_DIR, MTIME), Dirent("two", half, MODE_DIR, MTIME), built=built)
    filled.send(tree)
    assert filled.push(filled.new_commit(tree.root_id)).status == 200
    inner = half
    for _ in range(MAX_DEPTH // 2 + 1):
        inner, text = directory_of([Dirent("d", inner, MODE_DIR, MTIME)])
        built.texts[inner] = text
    refuse(filled, rooted(Dirent("one", inner, MODE_DIR, MTIME), built=built))


def test_path_that_is_too_long_is_refused(filled: Peer) -> None:
    built = Built()
    built.root_id = nested(17, built, "x" * 250)
    refuse(filled, built)


def test_tree_of_endless_paths_is_refused(filled: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_check, "MAX_NEW_ENTRIES", 10_000)
    built = Built()
    dir_id = EMPTY_ID
    for _ in range(100):  # 2 ** 100 paths in 100 objects
        dir_id, text = directory_of([Dirent(name, dir_id, MODE_DIR, MTIME) for name in "ab"])
        built.texts[dir_id] = text
    built.root_id = dir_id
    refuse(filled, built, 413)
    base = filled.head()
    filled.push_tree({"c": b"1"})
    refuse(filled, built, 413, base)


def test_what_no_head_ever_had_is_looked_at_in_a_merge_too(filled: Peer) -> None:
    base = filled.head()
    dir_id, text = directory_of([Dirent("bad", ID, MODE_FILE, MTIME, 1, "ann")])
    hidden = rooted(Dirent("x", dir_id, MODE_DIR, MTIME), built=Built(texts={dir_id: text}))
    moved = rooted(Dirent("y", dir_id, MODE_DIR, MTIME), built=Built(texts=dict(hidden.texts)))
    filled.send(hidden)
    never_head = filled.new_commit(hidden.root_id, base, description="never a head")
    assert filled.send_commit(never_head).status == 200
    refuse(filled, moved, 400, never_head.id)


def test_tree_that_was_never_a_head_is_not_listed_to_any_depth(filled: Peer) -> None:
    built = Built()
    built.root_id = nested(2 * MAX_DEPTH, built)
    filled.send(built)
    commit = filled.new_commit(built.root_id)
    assert filled.send_commit(commit).status == 200
    assert filled.ask("GET", f"fs-id-list?server-head={commit.id}").status == 400
