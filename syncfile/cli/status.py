"""Show how the store and its server are doing.

Works beside a running server, and without one. Exit codes: 0 the store is there, 1 the disk is missing or the store
cannot be used, 2 the settings make no sense.
"""

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from syncfile import __version__, config
from syncfile.cli.opening import UNUSABLE, settings_of
from syncfile.config import Config
from syncfile.core.core import Core
from syncfile.core.opening import close_core, open_core
from syncfile.core.status import Status, status_of
from syncfile.daemon import complain
from syncfile.disks import Machine, Mount, mount_of
from syncfile.errors import SyncFileError
from syncfile.profile import limits
from syncfile.store.data_folder import find_server

_UNITS = ((1 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"))
_TIMES = ((86400, "d"), (3600, "h"), (60, "min"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the settings that are shown, and how."""
    config.add_arguments(parser, ["data", "tls_cert", "tls_key", "profile"])
    parser.add_argument("--json", action="store_true", help="for programs; times are seconds UTC, sizes bytes")


def run(arguments: argparse.Namespace) -> int:
    """Show it."""
    try:
        settings = settings_of(arguments)
    except config.ConfigError as error:
        return complain(error)
    try:
        core = open_core(settings, alone=False)
    except UNUSABLE as error:
        return _show_missing(settings, error, arguments.json)
    try:
        pid = find_server(core.folder.path)
        status = status_of(core, pid)
        mount = mount_of(Machine(), Path(core.folder.path).resolve())
    except SyncFileError as error:
        return _show_missing(settings, error, arguments.json)
    finally:
        close_core(core)
    if arguments.json:
        print(json.dumps(_facts(core, status, pid, mount)))
    else:
        _show(_lines(core, status, pid, mount))
    return 0


def _facts(core: Core, status: Status, pid: int | None, mount: Mount | None) -> dict[str, object]:
    where = {"version": __version__, "data": core.folder.path, "store_id": core.folder.store_id}
    disk = {"file_system": mount.kind, "device": mount.source, "mount_point": mount.point} if mount else {}
    return where | {"pid": pid, "disk": disk} | asdict(status)


def _lines(core: Core, status: Status, pid: int | None, mount: Mount | None) -> Iterator[tuple[str, str]]:
    """Yield what is shown to people: name and text."""
    place = f"{mount.source} ({mount.kind}) on {mount.point}: " if mount else ""
    limit = limits(core.config)
    yield "version", __version__
    yield "data", f"{core.folder.path}, store {core.folder.store_id}"
    yield "disk", f"{place}{_size(status.disk_free)} free of {_size(status.disk_total)}"
    yield "database", f"{_size(status.database)}, journal {status.journal}"
    yield (
        "holds",
        f"{status.accounts} accounts, {status.repos} libraries, {status.files} files ({_size(status.file_bytes)}),"
        f" {status.uploads} unfinished uploads",
    )
    served = f"process {pid} for {_span(status.uptime)}, {_size(status.memory)} of memory"
    yield "server", served if pid is not None else "not running"
    yield (
        "profile",
        f"{limit.megabytes} MB: {limit.workers} workers, {limit.transfers} transfers, {limit.max_connections}"
        f" connections, ceiling {limit.memory_ceiling} MB",
    )
    yield "gc", f"finished {_when(status.collected_at)}" if status.collected_at else "to be run"
    expires = status.certificate_expires_at
    yield "certificate", "none" if core.config.tls_cert is None else _when(expires) if expires else "cannot be read"
    yield "clock", _told_clock(status)


def _told_clock(status: Status) -> str:
    if status.time_ahead:
        return f"not set: the store's time is {_when(status.time)}, and nothing is swept"
    return "right" if status.is_time_settled else "was set lately: nothing old is swept yet"


def _show(lines: Iterator[tuple[str, str]]) -> None:
    for name, text in lines:
        print(f"{name:12} {text}")


def _show_missing(settings: Config, error: Exception, as_json: bool) -> int:
    path = os.path.abspath(settings.data)
    if as_json:
        print(json.dumps({"version": __version__, "data": path, "error_msg": str(error)}))
    else:
        _show(iter([("version", __version__), ("data", path), ("disk", str(error))]))
    return 1


def _size(count: int) -> str:
    for unit, name in _UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} bytes"


def _span(seconds: int) -> str:
    for unit, name in _TIMES:
        if seconds >= unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def _when(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
