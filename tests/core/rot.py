"""Blocks that rot, and a disk that is awake enough for the scrub to look."""

import time

from syncfile.core.access import Actor
from syncfile.core.core import Core
from tests.core.content import ingest


def use(core: Core) -> None:
    """Do what makes the disk turn."""
    core.blocks.read_at = time.monotonic()


def rot(core: Core, repo_id: str, content: bytes, actor: Actor) -> str:
    """Flip a bit of a block, as it is on the disk or in its row; return the block's id."""
    file = ingest(core, actor, repo_id, content).file
    (block_id,) = file.block_ids
    path = next(core.blocks.spans(repo_id, file)).path
    bad = bytes([content[0] ^ 1]) + content[1:]
    if path is None:
        with core.db.transaction():
            core.db.rows("UPDATE small_block SET body = ? WHERE id = ?", bad, block_id)
    else:
        with open(path, "wb") as block:
            block.write(bad)
    return block_id
