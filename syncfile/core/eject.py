"""Letting go of the data disk: for administrators, and for the command line, which speaks to the server by signals."""

import os
import signal
import time

from syncfile.core import audit
from syncfile.core.access import Actor, require_staff
from syncfile.core.core import Core
from syncfile.errors import Busy, NotFound, PermissionDenied
from syncfile.store.data_folder import find_server, is_served

#: The server itself takes about 15 where a connection has to be cut.
WAIT_SECONDS = 40.0
_POLL_SECONDS = 0.1


def allow(core: Core, actor: Actor) -> None:
    """Note that the actor has the disk ejected. Raises ``PermissionDenied`` if that is no administrator."""
    require_staff(actor)
    audit.record(core, actor, "disk_eject")


def ask(data_folder: str, wait_seconds: float = WAIT_SECONDS) -> None:
    """Have the server that works with a data folder let go of its disk, and return when it has.

    Raises:
        NotFound: No server works with it.
        PermissionDenied: It belongs to another user.
        Busy: It still does, after that time.
    """
    pid = find_server(data_folder)
    if pid is None or not is_served(data_folder):
        raise NotFound("no server works with this data folder")
    _signal(pid, signal.SIGUSR1)
    until = time.monotonic() + wait_seconds
    while is_served(data_folder):
        if time.monotonic() >= until:
            raise Busy("the server is still busy with the disk, see its log")
        time.sleep(_POLL_SECONDS)


def ask_to_resume(data_folder: str) -> None:
    """Have the server that has let go of a data folder use it again.

    Raises:
        NotFound: There is no such server any more.
        PermissionDenied: It belongs to another user.
    """
    pid = find_server(data_folder)
    if pid is None:
        raise NotFound("no server has worked with this data folder since the machine was started")
    _signal(pid, signal.SIGUSR2)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        raise NotFound("no server works with this data folder") from None
    except PermissionError:
        raise PermissionDenied("the server belongs to another user") from None
