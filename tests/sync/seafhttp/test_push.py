"""Libraries go up and come down over the wire as they are, and nothing that one of two people pushes is lost."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha1
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from syncfile.core import users
from syncfile.core.access import Actor, RepoInfo
from syncfile.core.core import Core
from syncfile.core.crypto import Encryption
from syncfile.core.encrypted import adopt_encrypted
from syncfile.core.locking import lock_file
from syncfile.core.opening import open_core
from syncfile.core.ownership import update_repo
from syncfile.core.shares import account_receiver, share_repo
from syncfile.store.objects import EMPTY_ID, MODE_FILE, Dirent, File, encode_commit, encode_file
from tests.core.accounts import ROOT
from tests.core.content import assert_complete, assert_consistent, changes_of, content_of, current, put
from tests.sync.seafhttp.conftest import Connect
from tests.sync.seafhttp.peer import BLOCK_BYTES, MTIME, Built, Peer, Tree, build, directory_of, frame, unpack

VECTORS = json.loads((Path(__file__).parents[2] / "store" / "data" / "seafile-vectors.json").read_text("utf-8"))
TREE: Tree = {
    "empty": b"",
    "hello.txt": b"hello\n",
    "large.bin": bytes(range(256)) * 12_000,
    "no files": {},
    "中文": {"\x1b[0m": b"1", "\u2028": b"2", "😀": {"deep": {"er": b"3"}}, 'q"\\': b"4"},
    "many": {f"{number:04d}": b"%d" % number for number in range(300)},
}


@pytest.fixture
def theirs(core: Core, ann: Actor, bob: Actor, library: RepoInfo, connect: Connect) -> Peer:
    """The client of ``bob`` for ``library``, in which he may write."""
    share_repo(core, ann, library.id, account_receiver(core, bob.username), "rw")
    return connect(bob, library.id)


def test_pushed_tree_comes_back(core: Core, ann: Actor, peer: Peer) -> None:
    assert peer.push_tree(TREE).status == 200
    assert peer.clone() == TREE
    assert content_of(core, ann, peer.repo_id)["/中文/😀/deep/er"] == b"3"
    assert_consistent(core, peer.repo_id)
    assert_complete(core, peer.repo_id)


def test_commit_is_kept_to_the_byte_and_told_under_the_name_of_the_account(core: Core, ann: Actor, peer: Peer) -> None:
    built = build({"a": b"1"})
    peer.send(built)
    commit = replace(peer.new_commit(built.root_id), creator_name="somebody@else.example", id="")
    text = encode_commit(commit).replace('"version": 1', '"of the future":  [1], "version": 1')
    peer.done("PUT", f"commit/{commit.id}", body=text.encode())
    assert peer.move_head(commit.id).status == 200
    assert peer.head() == commit.id
    assert peer.done("GET", f"commit/{commit.id}").decode() == text
    assert changes_of(core, peer.repo_id)[-1][-1] == ann.username


def test_objects_of_real_clients_are_kept_to_the_byte(peer: Peer) -> None:
    vectors = [*VECTORS["seafdir"], *VECTORS["seafile"]]
    peer.done("POST", "recv-fs", body=b"".join(frame(item["id"], bytes.fromhex(item["zlib_hex"])) for item in vectors))
    ids = [item["id"] for item in vectors]
    packed = peer.done("POST", "pack-fs", body=json.dumps(ids).encode())
    assert {id_: text.decode() for id_, text in unpack(packed).items()} == {
        item["id"]: item["json"] for item in vectors
    }
    assert bytes.fromhex(VECTORS["pack_fs_frame"]["frame_hex"]) in packed
    block = VECTORS["block_plain"]
    peer.done("PUT", f"block/{block['id']}", body=bytes.fromhex(block["content_hex"]))
    assert peer.done("GET", f"block/{block['id']}").hex() == block["content_hex"]


def test_push_that_is_repeated_changes_nothing(peer: Peer, theirs: Peer) -> None:
    base = peer.head()
    peer.push_tree({"a": b"1"})
    first = peer.head()
    assert peer.move_head(first).status == 200
    assert peer.head() == first
    theirs.push_tree({"a": b"2"})
    assert peer.move_head(first).status == 200  # its answer was lost, and somebody went on from it meanwhile
    assert theirs.clone() == {"a": b"2"}
    theirs.push_tree({"b": b"3"}, base)
    merged = theirs.commit(theirs.head())
    assert theirs.move_head(str(merged["second_parent_id"])).status == 200
    assert theirs.head() == merged["commit_id"]


def test_what_two_changed_is_joined_in_one_merge_commit(core: Core, ann: Actor, peer: Peer, theirs: Peer) -> None:
    peer.push_tree({"both": b"0", "left": b"0", "right": b"0"})
    base = peer.head()
    peer.push_tree({"both": b"0", "left": b"1", "right": b"0"}, base)
    head = peer.head()
    theirs.push_tree({"both": b"0", "left": b"0", "right": b"2"}, base)
    merge = peer.commit(peer.head())
    assert (merge["parent_id"], merge["description"], merge["new_merge"]) == (head, "Auto merge by system", 1)
    assert (merge["creator_name"], merge["creator"], merge.get("conflict")) == (theirs.name, EMPTY_ID, None)
    assert peer.commit(merge["second_parent_id"])["parent_id"] == base
    assert peer.clone() == {"both": b"0", "left": b"1", "right": b"2"}
    assert_consistent(core, peer.repo_id)


def test_conflict_keeps_both_versions_and_says_which(peer: Peer, theirs: Peer) -> None:
    peer.push_tree({"a.txt": b"0"})
    base = peer.head()
    peer.push_tree({"a.txt": b"of the first"}, base)
    theirs.push_tree({"a.txt": b"of the second"}, base)
    merge = peer.commit(peer.head())
    tree = peer.clone()
    (conflict,) = set(tree) - {"a.txt"}
    assert re.fullmatch(rf"a \(SFConflict {theirs.name} \d{{4}}(-\d\d){{5}}\)\.txt", conflict)
    assert (merge["conflict"], merge["description"]) == (1, f'Added or modified "{conflict}".\n')
    assert tree == {"a.txt": b"of the first", conflict: b"of the second"}


def test_edit_on_the_server_is_merged_with_a_push(core: Core, ann: Actor, peer: Peer) -> None:
    peer.push_tree({"a": b"1"})
    base = peer.head()
    put(core, ann, peer.repo_id, {"/from the page": b"2"})
    peer.push_tree({"a": b"3"}, base)
    assert peer.clone() == {"a": b"3", "from the page": b"2"}


def test_many_pushes_at_once_lose_nothing(core: Core, peer: Peer, theirs: Peer) -> None:
    def push(peer: Peer, name: str) -> list[int]:
        statuses = []
        for number in range(15):
            base = peer.head()
            tree = peer.clone() | {f"{name}-{number}": name.encode()}
            statuses.append(peer.push_tree(tree, base, description=f"{name} {number}").status)
        return statuses

    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(push, each, name) for each, name in ((peer, "one"), (theirs, "two"), (peer, "three"))]
        assert [run.result() for run in runs] == [[200] * 15] * 3
    assert set(peer.clone()) == {f"{name}-{number}" for name in ("one", "two", "three") for number in range(15)}
    assert_consistent(core, peer.repo_id)


def test_pushes_and_edits_of_another_process_lose_nothing(core: Core, ann: Actor, peer: Peer) -> None:
    other = open_core(core.config, alone=False)

    def edit() -> None:
        for number in range(15):
            put(other, ann, peer.repo_id, {f"/edited-{number}": b"1"})

    with ThreadPoolExecutor() as pool:
        editing = pool.submit(edit)
        for number in range(15):
            base = peer.head()
            tree = peer.clone() | {f"pushed-{number}": b"2"}
            while peer.push_tree(tree, base, description=str(number)).status == 500:  # moved on again and again
                pass
        editing.result()
    other.db.close_all()
    assert len(peer.clone()) == 30
    assert_consistent(core, peer.repo_id)


def test_block_that_is_missing_is_446_and_sending_it_heals(peer: Peer) -> None:
    built = build({"a": b"1" * 100, "b": b"2" * BLOCK_BYTES})
    blocks, built.blocks = built.blocks, {}
    peer.send(built)
    commit = peer.new_commit(built.root_id)
    head = peer.head()
    assert peer.push(commit).status == 446
    assert peer.head() == head
    built.blocks = blocks
    peer.send(built)
    assert peer.move_head(commit.id).status == 200
    assert peer.clone() == {"a": b"1" * 100, "b": b"2" * BLOCK_BYTES}


def test_push_over_the_quota_is_443_and_leaves_the_head(core: Core, ann: Actor, peer: Peer, theirs: Peer) -> None:
    assert ann.account_id is not None
    users.update_account(core, ROOT, ann.account_id, total=50)
    assert peer.push_tree({"a": b"x" * 40}).status == 200
    head = peer.head()
    for each in (peer, theirs):
        assert each.push_tree({"a": b"x" * 40, "b": b"y" * 40}).status == 443
    assert peer.head() == head
    assert_consistent(core, peer.repo_id)
    assert peer.push_tree({"b": b"y" * 40}).status == 200


def test_file_that_somebody_locked_is_not_changed(core: Core, ann: Actor, peer: Peer, theirs: Peer) -> None:
    peer.push_tree({"f": {"a": b"1"}})
    lock_file(core, ann, peer.repo_id, "/f/a")
    head = peer.head()
    answer = theirs.push_tree({"f": {"a": b"2"}})
    assert (answer.status, answer.body) == (403, b"File f/a is locked")
    assert peer.head() == head
    theirs.name = peer.name  # who made the locked file: that is part of its entry
    assert theirs.push_tree({"f": {"a": b"1"}, "b": b"2"}).status == 200
    assert peer.push_tree({"f": {"a": b"3"}}).status == 200


def test_owner_renames_a_library_by_a_commit(core: Core, peer: Peer) -> None:
    peer.push_tree({"a": b"1"}, repo_name="Pictures", repo_desc="of us")
    repo = current(core, peer.repo_id)
    assert (repo.name, repo.desc) == ("Pictures", "of us")
    assert peer.push_tree({"a": b"2"}).status == 200
    assert peer.push_tree({"a": b"3"}, repo_name="../x").status == 400
    assert current(core, peer.repo_id).name == "Pictures"


@pytest.mark.parametrize("changed", [{"repo_name": "Mine"}, {"repo_desc": "x"}, {"encrypted": True, "enc_version": 2}])
def test_nobody_else_does(core: Core, peer: Peer, theirs: Peer, changed: dict[str, Any]) -> None:
    head = peer.head()
    assert theirs.push_tree({"a": b"1"}, **changed).status == 403
    assert peer.head() == head


def test_library_does_not_become_an_encrypted_one(core: Core, peer: Peer) -> None:
    head = peer.head()
    assert peer.push_tree({"a": b"1"}, encrypted=True, enc_version=2, magic="0" * 64, key="0" * 96).status == 400
    assert peer.head() == head


def test_merge_goes_by_the_name_that_the_library_has_now(core: Core, ann: Actor, peer: Peer) -> None:
    base = peer.head()
    update_repo(core, ann, peer.repo_id, name="Renamed")
    assert peer.push_tree({"a": b"1"}, base).status == 200
    assert peer.commit(peer.head())["repo_name"] == current(core, peer.repo_id).name == "Renamed"


@pytest.fixture
def encrypted(core: Core, ann: Actor, connect: Connect) -> Peer:
    """The client of ``ann`` for an encrypted library."""
    keys = Encryption(2, "a" * 64, "b" * 96, "")
    return connect(ann, adopt_encrypted(core, ann, str(uuid4()), "Secret", "", keys).id)


def test_owner_changes_the_password_of_an_encrypted_library_by_a_commit(core: Core, encrypted: Peer) -> None:
    assert encrypted.push_tree({}, magic="c" * 64).status == 200
    repo = current(core, encrypted.repo_id)
    assert (repo.magic, repo.random_key) == ("c" * 64, "b" * 96)


@pytest.mark.parametrize(("plain", "status"), [(15, 400), (16, 200), (31, 200), (32, 400)])
def test_blocks_of_an_encrypted_file_are_padded(encrypted: Peer, plain: int, status: int) -> None:
    cipher_text = b"cipher text of 32 bytes, padded."
    text = encode_file(File((sha1(cipher_text).hexdigest(),), plain))
    file_id = sha1(text).hexdigest()
    root_id, root = directory_of([Dirent("a", file_id, MODE_FILE, MTIME, plain, "ann")])
    encrypted.send(Built(root_id, {file_id: text, root_id: root}, {sha1(cipher_text).hexdigest(): cipher_text}))
    assert encrypted.push(encrypted.new_commit(root_id)).status == status


def test_differences_alone_are_listed_for_a_client_that_has_something(peer: Peer) -> None:
    peer.push_tree(TREE)
    first = peer.head()
    peer.push_tree({**TREE, "中文": {**TREE["中文"], "new": b"unlike the others"}})  # type: ignore[dict-item] # a Tree inside a Tree
    second = peer.head()
    everything = set(peer.ids(second))
    assert peer.ids(second, second) == []
    assert everything - set(peer.ids(first)) == set(peer.ids(second, first)) < everything
    assert len(peer.ids(second, first)) == 3
    assert set(peer.ids(second, "f" * 40)) == everything
    dirs = json.loads(peer.done("GET", f"fs-id-list?server-head={second}&dir-only=1"))
    assert len(dirs) == 5


def test_time_of_a_library_is_that_of_its_head(core: Core, peer: Peer) -> None:
    peer.push_tree({"a": b"1"})
    assert current(core, peer.repo_id).mtime == MTIME
