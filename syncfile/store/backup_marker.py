"""What tells a backup from a store: a file beside the marker, which goes when somebody works with the folder alone."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass

from syncfile.store.db import translated
from syncfile.store.small_files import write_whole

BACKUP_MARKER_NAME = "syncfile-backup.json"

_MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class BackupMarker:
    """Of which store a folder is the backup.

    Attributes:
        store_id: Of that store.
        completed_at: When it was last made wholly, seconds; 0 if it never was.
    """

    store_id: str
    completed_at: int = 0

    def encode(self) -> bytes:
        """Return the content of the file."""
        return json.dumps({"backup_of": self.store_id, "completed_at": self.completed_at}).encode()


def decode_backup_marker(body: bytes) -> BackupMarker | None:
    """Return what the content of the file says; None if it is none."""
    try:
        fields = json.loads(body)
        return BackupMarker(str(fields["backup_of"]), int(fields["completed_at"]))
    except (ValueError, KeyError, TypeError):
        return None


def read_backup_marker(folder: str) -> BackupMarker | None:
    """Return of what a folder is the backup; None if it is none. Raises ``StoreUnavailable``."""
    with translated():
        try:
            with open(os.path.join(folder, BACKUP_MARKER_NAME), "rb") as file:
                return decode_backup_marker(file.read(_MAX_BYTES))
        except FileNotFoundError:
            return None


def write_backup_marker(folder: str, marker: BackupMarker) -> None:
    """Make a folder a backup. Raises ``DiskFull``, ``StoreUnavailable``."""
    write_whole(os.path.join(folder, BACKUP_MARKER_NAME), marker.encode())


def forget_backup_marker(folder: str) -> None:
    """Make a store of a backup: what is changed in it from now on must not be lost to the next backup."""
    with translated(), suppress(FileNotFoundError):
        os.unlink(os.path.join(folder, BACKUP_MARKER_NAME))
