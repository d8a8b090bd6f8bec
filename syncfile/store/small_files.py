"""Small files of the data folder that are always there as a whole: the old one or the new one, never a part."""

import os

from storage.local import sync_folder
from syncfile.store.db import translated


def write_whole(path: str, body: bytes) -> None:
    """Let a file have this content, and be on the disk with it.

    Raises:
        DiskFull, StoreUnavailable: The file is what it was.
    """
    tmp = f"{path}.tmp"
    with translated():
        with open(tmp, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(tmp, path)
        sync_folder(os.path.dirname(path))
