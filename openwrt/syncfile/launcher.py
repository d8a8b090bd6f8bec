#!/usr/bin/python3
"""The command: SyncFile and what it brings along lie in a folder of their own, where no other program finds them."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "lib", "syncfile"))

from syncfile.__main__ import main

sys.exit(main())
