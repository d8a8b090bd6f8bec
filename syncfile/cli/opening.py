"""How every command that works on the data folder opens it, and what it says when it cannot."""

import argparse
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace

import peewee

from syncfile import config
from syncfile.config import Config
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.daemon import complain
from syncfile.errors import SyncFileError
from syncfile.store.data_folder import FolderInUse, UnknownFormat
from syncfile.store.migrations import UnknownSchema

#: Whoever can read the data folder may do anything with it.
OPERATOR = Actor(None, "", is_staff=True)

#: What opening a store may raise.
UNUSABLE = (SyncFileError, UnknownFormat, UnknownSchema, sqlite3.DatabaseError, peewee.DatabaseError)


def settings_of(arguments: argparse.Namespace) -> Config:
    """Return the settings for a store that is there: a mistyped folder must not become a new one.

    Args:
        arguments: Of a parser that has ``config.add_arguments(parser, ["data", ...])``.

    Raises:
        ConfigError: They make no sense.
    """
    return replace(config.from_arguments(arguments, os.environ), require_marker=True)


def with_core(
    arguments: argparse.Namespace,
    work: Callable[[Core], int],
    *,
    alone: bool = False,
    beside: Callable[[str], int] | None = None,
) -> int:
    """Open the store that the arguments name, work on it, close it, and return the exit code.

    Args:
        arguments: As ``settings_of``.
        work: Returns the exit code. Of a ``SyncFileError`` that it raises the message is printed, and the code is 1.
        alone: Only while no server has the folder.
        beside: What is done instead while one has, with the folder's path; it may raise the same.

    Returns:
        What ``work`` returned, 1 if it was refused, 2 if the store cannot be opened.
    """
    try:
        settings = settings_of(arguments)
        core = open_core(settings, alone=alone)
    except FolderInUse as error:
        return complain(error) if beside is None else _done(lambda: beside(os.fspath(settings.data)))
    except (config.ConfigError, *UNUSABLE) as error:
        return complain(error)
    try:
        return _done(lambda: work(core))
    finally:
        close_core(core)


def _done(work: Callable[[], int]) -> int:
    try:
        return work()
    except SyncFileError as error:
        complain(error)
        return 1
