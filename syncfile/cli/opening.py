"""How every command that works on the data folder opens it, and what it says when it cannot."""

import argparse
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace

import peewee

from syncfile import config
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.daemon import complain
from syncfile.errors import SyncFileError
from syncfile.store.data_folder import UnknownFormat
from syncfile.store.migrations import UnknownSchema

#: Whoever can read the data folder may do anything with it.
OPERATOR = Actor(None, "", is_staff=True)

_UNUSABLE = (
    config.ConfigError,
    SyncFileError,
    UnknownFormat,
    UnknownSchema,
    sqlite3.DatabaseError,
    peewee.DatabaseError,
)


def with_core(arguments: argparse.Namespace, work: Callable[[Core], int], *, alone: bool = False) -> int:
    """Open the store that the arguments name, work on it, close it, and return the exit code.

    Args:
        arguments: Of a parser that has ``config.add_arguments(parser, ["data", ...])``.
        work: Returns the exit code. Of a ``SyncFileError`` that it raises the message is printed, and the code is 1.
        alone: Only while no server has the folder.

    Returns:
        What ``work`` returned, 1 if it was refused, 2 if the store cannot be opened.
    """
    try:
        # A mistyped folder must not become a new store.
        settings = replace(config.from_arguments(arguments, os.environ), require_marker=True)
        core = open_core(settings, alone=alone)
    except _UNUSABLE as error:
        return complain(error)
    try:
        return work(core)
    except SyncFileError as error:
        complain(error)
        return 1
    finally:
        close_core(core)
