"""Blocks that only an old state names: who still reads them, and who removes them, keep apart across processes."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from syncfile.errors import Busy
from syncfile.store.claims import claim
from syncfile.store.data_folder import DataFolder
from syncfile.store.db import translated

_LOCK_NAME = "blocks.lock"


class BlocksHeld(Busy):
    """Somebody reads an old state, so nothing may be removed now."""


@contextmanager
def hold_blocks(folder: DataFolder) -> Iterator[None]:
    """Let no block be removed from here to the end; a removal that is under way is waited for, a moment.

    The lock goes with the process, however that ends.

    Raises:
        StoreUnavailable: The disk fails.
    """
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def removing_blocks(folder: DataFolder) -> Iterator[None]:
    """Claim the right to remove blocks, for a moment.

    Raises:
        BlocksHeld: Somebody holds them.
        StoreUnavailable: The disk fails.
    """
    with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
        yield


@contextmanager
def _locked(folder: DataFolder, how: int) -> Iterator[None]:
    folder.check()
    with translated():
        fd = os.open(os.path.join(folder.path, _LOCK_NAME), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with translated():
            try:
                claim(fd, how)
            except BlockingIOError:
                raise BlocksHeld("a backup or an export is being made", retry_after=60) from None
        yield
    finally:
        os.close(fd)
