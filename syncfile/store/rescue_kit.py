"""What every data folder carries so that people get their files out without this program: a leaflet and a reader."""

import os

from syncfile import __version__
from syncfile.store.db import translated
from syncfile.store.small_files import write_whole

LEAFLET_NAME = "READ-ME-FIRST.txt"
READER_NAME = "rescue.py"

_READER = os.path.join(os.path.dirname(__file__), READER_NAME)  # never imported: it is for other machines
_LEAFLET = f"""\
This folder holds files of people, kept by SyncFile {__version__}, a private cloud for home routers.
Please do not change, move or delete anything in here.

Where are the files?
  Their content lies in "blocks" and in "syncfile.db", cut into pieces, each version once. You cannot open it with a
  file manager, but nothing in here is secret code: any PC with Python 3.9 or newer gets everything out.

How do I get the files out?
  1. Connect this disk to a PC. It may be write-protected; nothing will be written to it.
  2. Open a terminal (on Windows: the command prompt) in this folder.
  3. See what is there:       python3 rescue.py . list
  4. Copy it all elsewhere:   python3 rescue.py . export --out FOLDER
     or one library only:     python3 rescue.py . export "NAME OF THE LIBRARY" --out FOLDER
     or as it once was:       python3 rescue.py . export "NAME" --at 2026-01-31 --out FOLDER
  Encrypted libraries ask for their password. Without it nobody can read them.

Is everything whole?
  python3 rescue.py . verify --deep       reads every byte and says what is damaged, file by file.
  A damaged disk gets worse with use: copy this whole folder to another disk first, and work with the copy.

How do I go on with SyncFile?
  Install it on any Linux machine, and run:  syncfile serve --data THIS-FOLDER
  The program's page "durability" tells more: syncfile backup, restore, export, fsck.
"""


def place_kit(folder: str) -> None:
    """Put leaflet and reader of this version into a data folder, where others are or none.

    Raises:
        DiskFull, StoreUnavailable: What was there before still is.
    """
    with open(_READER, "rb") as file:
        reader = file.read()
    for name, body in ((LEAFLET_NAME, _LEAFLET.encode()), (READER_NAME, reader)):
        path = os.path.join(folder, name)
        if not _is(path, body):
            write_whole(path, body)


def _is(path: str, body: bytes) -> bool:
    with translated():
        try:
            with open(path, "rb") as file:
                return file.read(len(body) + 1) == body
        except FileNotFoundError:
            return False
