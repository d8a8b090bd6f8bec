"""Libraries go up and come down over the wire as they are."""

from tests.sync.seafhttp.peer import Peer, Tree

TREE: Tree = {
    "empty": b"",
    "hello.txt": b"hello\n",
    "large.bin": bytes(range(256)) * 12_000,
    "no files": {},
    "中文": {"\x1b[0m": b"1", "\u2028": b"2", "😀": {"deep": {"er": b"3"}}, 'q"\\': b"4"},
    "many": {f"{number:04d}": b"%d" % number for number in range(300)},
}


def test_pushed_tree_comes_back(peer: Peer) -> None:
    assert peer.push_tree(TREE).status == 200
    assert peer.clone() == TREE
