"""A stream becomes blocks of eight MiB while it arrives."""

import hashlib
import os
from pathlib import Path

import pytest

from syncfile.store import chunker
from syncfile.store.blocks import SMALL_BLOCK_BYTES, BlockStore
from syncfile.store.chunker import CHUNK_BYTES, FileSink
from syncfile.store.objects import EMPTY_ID, File, file_id

REPO = "86cdbc78-0176-45af-b34e-91370ad48953"
MIB = 1 << 20


class Xor:
    """Stands for a block cipher: what it holds back and adds at the end is what matters here."""

    def __init__(self) -> None:
        self._held = b""

    def update(self, data: bytes | memoryview, /) -> bytes:
        whole = self._held + bytes(data)
        ready = len(whole) // 16 * 16
        self._held = whole[ready:]
        return bytes(byte ^ 0x5A for byte in whole[:ready])

    def finalize(self) -> bytes:
        return bytes(byte ^ 0x5A for byte in self._held) + b"p" * (16 - len(self._held))


def content(blocks: BlockStore, file: File) -> bytes:
    return b"".join(part for block_id in file.block_ids for part in blocks.read(REPO, block_id))


def test_file_is_cut_every_eight_mib(blocks: BlockStore) -> None:
    body = os.urandom(1000) * (17 * MIB // 1000)
    sink = FileSink(blocks, REPO)
    for start in range(0, len(body), 3 * MIB):
        sink.write(memoryview(body)[start : start + 3 * MIB])
    new = sink.finish()
    assert (new.file.size, sink.size) == (len(body), len(body))
    assert new.file.block_ids == tuple(
        hashlib.sha1(body[start : start + CHUNK_BYTES]).hexdigest() for start in range(0, len(body), CHUNK_BYTES)
    )
    assert new.pending is None
    assert content(blocks, new.file) == body


def test_one_write_may_fill_many_blocks(blocks: BlockStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunker, "CHUNK_BYTES", 100_000)
    body = os.urandom(300_000)
    sink = FileSink(blocks, REPO)
    sink.write(body)
    new = sink.finish()
    assert len(new.file.block_ids) == 3
    assert content(blocks, new.file) == body


def test_small_file_waits_for_the_transaction(tmp_path: Path, blocks: BlockStore) -> None:
    sink = FileSink(blocks, REPO)
    sink.write(b"hello\n")
    new = sink.finish()
    assert new.pending == (hashlib.sha1(b"hello\n").hexdigest(), b"hello\n")
    assert os.listdir(tmp_path / "blocks") == os.listdir(tmp_path / "tmp") == []
    blocks.keep(REPO, new.pending)
    assert content(blocks, new.file) == b"hello\n"


def test_file_without_bytes_is_the_empty_file(blocks: BlockStore) -> None:
    sink = FileSink(blocks, REPO)
    sink.write(b"")
    new = sink.finish()
    assert (new.file, new.pending) == (File((), 0), None)
    assert file_id(new.file) == EMPTY_ID


@pytest.mark.parametrize("written", [10, SMALL_BLOCK_BYTES + 1, CHUNK_BYTES])
def test_aborted_file_leaves_nothing_half_done(tmp_path: Path, blocks: BlockStore, written: int) -> None:
    sink = FileSink(blocks, REPO)
    sink.write(bytes(written))
    sink.abort()
    sink.abort()
    assert os.listdir(tmp_path / "tmp") == []


def test_abort_after_finish_keeps_the_file(blocks: BlockStore) -> None:
    sink = FileSink(blocks, REPO)
    sink.write(b"x" * 100_000)
    new = sink.finish()
    sink.abort()
    assert content(blocks, new.file) == b"x" * 100_000


def test_each_block_of_an_encrypted_file_has_its_own_cipher(
    blocks: BlockStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunker, "CHUNK_BYTES", 50_000)
    body = os.urandom(60_001)
    sink = FileSink(blocks, REPO, cipher=Xor)
    for start in range(0, len(body), 7001):
        sink.write(body[start : start + 7001])
    new = sink.finish()
    blocks.keep(REPO, new.pending)
    expected = []
    for part in (body[:50_000], body[50_000:]):
        cipher = Xor()
        expected.append(cipher.update(part) + cipher.finalize())
    assert new.file.size == len(body)
    assert new.file.block_ids == tuple(hashlib.sha1(part).hexdigest() for part in expected)
    assert content(blocks, new.file) == b"".join(expected)
