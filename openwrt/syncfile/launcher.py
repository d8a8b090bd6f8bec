#!/usr/bin/python3
"""The command: SyncFile and what it brings along lie in a folder of their own, where no other program finds them."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "lib", "syncfile"))

from syncfile.__main__ import main

#: What the service was started with: whoever works on the store beside it means the same one.
SETTINGS = "/var/run/syncfile/syncfile.conf"

if os.path.exists(SETTINGS):
    os.environ.setdefault("SYNCFILE_CONFIG", SETTINGS)
sys.exit(main())
