"""The daemon: configuration to core to application to server, until a signal ends it."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from syncfile import __version__, allocator
from syncfile.app import App
from syncfile.config import Config, ConfigError
from syncfile.core import passwords
from syncfile.core.core import Core
from syncfile.core.door import CoreDoor
from syncfile.core.jobs import Housekeeping
from syncfile.core.opening import close_core, open_core
from syncfile.core.users import first_admin
from syncfile.errors import BadRequest, Busy, DiskFull, StoreUnavailable
from syncfile.log import configure
from syncfile.memory import Ceiling
from syncfile.profile import limits
from syncfile.store.data_folder import UnknownFormat
from syncfile.store.migrations import UnknownSchema
from syncfile.transfer.options import Options
from syncfile.transfer.server import StreamServer

#: Of each thread. The default of glibc is 8 MiB, all of which counts against a limit of the service. That of musl is
#: 128 KiB, which is little for Python: a module that is imported on first use imports others.
STACK_BYTES = 1 << 20
GRACE_SECONDS = 3  # for what is running; cutting the rest may take two more, and service managers wait for five

log = logging.getLogger("syncfile.daemon")


def serve(config: Config, admin_password: str | None) -> int:
    """Serve until SIGTERM or SIGINT. Returns the exit code.

    SIGHUP reads the certificate again, SIGUSR1 ejects the data disk, SIGUSR2 uses it again if it is still there.

    Args:
        config: All settings.
        admin_password: For ``admin`` in a new store; None makes one up and prints it once.

    Raises:
        ConfigError: The server cannot start with these settings.
    """
    allocator.keep_small()
    threading.stack_size(STACK_BYTES)
    configure(config.log_level, config.access_log)
    passwords.hash_at_once(limits(config).hashes)
    service = _Service(config, admin_password)
    door = CoreDoor(service.open, service.close)
    try:
        with _listening(config, door) as server:
            try:
                door.open()
            except (StoreUnavailable, DiskFull) as error:
                log.warning("%s; waiting for it", error)
            except (Busy, UnknownFormat, UnknownSchema) as error:
                raise ConfigError(f"{config.data}: {error}") from None
            door.keep()
            scheme = "https" if config.tls_cert else "http"
            host = f"[{config.host}]" if ":" in config.host else config.host
            print(f"SyncFile {__version__} on {scheme}://{host}:{server.port}", flush=True)
            server.run()
    finally:
        door.close()
    return 0


class _Service:
    """The core and its housekeeping, as often as the data disk comes and goes; always of the same store."""

    def __init__(self, config: Config, admin_password: str | None) -> None:
        self._config = config
        self._admin_password = admin_password
        self._housekeeping = Housekeeping()
        self._store_id = ""

    def open(self) -> Core:
        """Open the core and begin with its jobs. Raises as ``open_for_serving``."""
        core = open_for_serving(self._config, self._admin_password, self._store_id)
        self._store_id = core.folder.store_id
        self._housekeeping = Housekeeping()
        self._housekeeping.start(core)
        core.db.close()  # of this thread, which mostly needs it no more: each connection has its own copy of the schema
        return core

    def close(self, core: Core) -> None:
        """End the jobs, and close the core."""
        self._housekeeping.stop()
        close_core(core)


def open_for_serving(config: Config, admin_password: str | None, store_id: str = "") -> Core:
    """Open the core; a new store gets its administrator.

    Args:
        store_id: Of the one store that will do; "" for any.

    Raises:
        StoreUnavailable: The data disk is not there.
        Busy: Another server has the folder.
        UnknownFormat, UnknownSchema: A newer SyncFile has written it.
        ConfigError: The administrator's password cannot be used.
    """
    core = open_core(config, store_id=store_id)
    try:
        made_up = first_admin(core, admin_password)
    except BadRequest as error:
        close_core(core)
        raise ConfigError(f"SYNCFILE_ADMIN_PASSWORD: {error}") from None
    except BaseException:
        close_core(core)
        raise
    if made_up is not None:
        print(f"First start: sign in as admin with the password {made_up} (it is not shown again)", flush=True)
    return core


@contextmanager
def _listening(config: Config, door: CoreDoor) -> Iterator[StreamServer]:
    app = App(config, door)
    for file in (config.tls_cert, config.tls_key):
        if file and not os.access(file, os.R_OK):
            raise ConfigError(f"{file}: cannot be read")
    try:
        ceiling = Ceiling(limits(config).memory_ceiling, limits(config).memory_reserve)
        server = StreamServer(app, transfer_options(config), is_long=app.is_long, has_room=ceiling.has_room)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (while")[0]  # what follows only repeats the address
        raise ConfigError(f"cannot serve on {config.host} port {config.port}: {reason}") from None

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.stop(GRACE_SECONDS)

    def reload(_signal: int, _frame: FrameType | None) -> None:
        server.reload_tls()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    before[signal.SIGHUP] = signal.signal(signal.SIGHUP, reload)
    before[signal.SIGUSR1] = signal.signal(signal.SIGUSR1, lambda *_: door.ask_to_eject())
    before[signal.SIGUSR2] = signal.signal(signal.SIGUSR2, lambda *_: door.ask_to_resume())
    try:
        yield server
    finally:
        server.close()
        for number, handler in before.items():
            signal.signal(number, handler)


def transfer_options(config: Config) -> Options:
    """Return what the settings mean to the transfer path."""
    # The server asks for each new connection whether its address is one of these; a proxy farm is small.
    proxies = frozenset(str(ip) for net in config.trusted_proxies if net.num_addresses <= 256 for ip in net)
    limit = limits(config)
    return Options(
        host=config.host,
        port=config.port,
        tls_cert=str(config.tls_cert) if config.tls_cert else None,
        tls_key=str(config.tls_key) if config.tls_key else None,
        trusted_proxies=proxies,
        workers=limit.workers,
        transfers=limit.transfers,
        max_transfers_per_address=limit.transfers_per_address,
        max_waiting=limit.max_waiting,
        max_connections=limit.max_connections,
        max_connections_per_address=limit.connections_per_address,
        max_body_bytes=config.max_body,
        read_bytes=limit.read_kib << 10,
        sendfile_bytes=limit.sendfile_kib << 10,
        header_timeout=config.header_timeout,
        body_timeout=config.body_timeout,
        send_timeout=config.send_timeout,
        idle_timeout=config.keep_alive,
        min_upload_rate=config.min_rate,
        min_download_rate=config.min_rate,
    )


def complain(error: Exception) -> int:
    """Say in one line why nothing could be done, and return the exit code for that."""
    print(f"syncfile: {error}", file=sys.stderr)
    return 2
