"""Any bytes of a file, decrypted on the way where its library is encrypted: never more than a part of a block held."""

from collections.abc import Callable, Iterator
from functools import partial

from syncfile.core.crypto import CIPHER_BLOCK_BYTES, unpad
from syncfile.core.keys import Unlocked
from syncfile.errors import BytesMissing
from syncfile.store.blocks import BlockStore
from syncfile.store.objects import File


def iter_plain(
    blocks: BlockStore, repo_id: str, file: File, unlocked: Unlocked | None, offset: int, length: int
) -> Iterator[bytes]:
    """Yield ``length`` bytes of a file from ``offset``, in parts of at most 256 KiB. Blocks may be of any size.

    Args:
        unlocked: The key, where the blocks are encrypted.

    Raises:
        BytesMissing: A block is not there, or damaged.
    """
    size: Callable[[str], int] = partial(blocks.size, repo_id)
    read: Callable[[str, int], Iterator[bytes]] = partial(blocks.read, repo_id)
    if unlocked is not None:
        size = partial(_plain_size, blocks, repo_id, unlocked)
        read = partial(_decrypt, blocks, repo_id, unlocked)
    for block_id in file.block_ids:
        if length <= 0:
            return
        if offset and offset >= (held := size(block_id)):
            offset -= held
            continue
        for part in read(block_id, offset):
            yield part[:length]
            length -= len(part)
            if length <= 0:
                return
        offset = 0
    if length > 0:
        raise _damaged()


def _plain_size(blocks: BlockStore, repo_id: str, unlocked: Unlocked, block_id: str) -> int:
    """Return the bytes of plaintext in a block, which its padding alone tells."""
    tail_at = max(0, blocks.size(repo_id, block_id) - CIPHER_BLOCK_BYTES)
    return tail_at + sum(map(len, _decrypt(blocks, repo_id, unlocked, block_id, tail_at)))


def _decrypt(blocks: BlockStore, repo_id: str, unlocked: Unlocked, block_id: str, offset: int) -> Iterator[bytes]:
    """Yield the plaintext of one block from ``offset`` to its end, without the padding."""
    # In CBC a block needs the ciphertext of the one before it; that one itself comes out as garbage, and is skipped.
    begin = max(0, offset - offset % CIPHER_BLOCK_BYTES - CIPHER_BLOCK_BYTES)
    skip = offset - begin
    decryptor = unlocked.key.decryptor()
    held = b""  # what may be the padded end
    for part in blocks.read(repo_id, block_id, begin):
        unlocked.touch()
        plain = held + decryptor.update(part)
        held = plain[-CIPHER_BLOCK_BYTES:]
        plain = plain[:-CIPHER_BLOCK_BYTES]
        if plain[skip:]:
            yield plain[skip:]
        skip = max(0, skip - len(plain))
    end = unpad(held)
    if end is None:
        raise _damaged()
    if end[skip:]:
        yield end[skip:]


def _damaged() -> BytesMissing:
    return BytesMissing("some bytes of this file are damaged")
