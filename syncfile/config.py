"""Every setting, once: ``Config`` is the table that file, environment, flags and documentation share.

In rising order a value comes from its default, the configuration file, ``SYNCFILE_<NAME>`` in the environment, and
``--<name>`` on the command line.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

if TYPE_CHECKING:
    import argparse

ENVIRONMENT_PREFIX = "SYNCFILE_"
#: Names the configuration file where no flag does.
FILE_VARIABLE = "SYNCFILE_CONFIG"

_LINE = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*")
_BOOLS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class ConfigError(ValueError):
    """A setting that cannot be used; the message says which and where it was found."""


def _text(value: str) -> str:
    return value


def _path(value: str) -> Path:
    if not value:
        raise ValueError("is empty")
    return Path(value).expanduser()


def _optional_path(value: str) -> Path | None:
    return _path(value) if value else None


def _flag(value: str) -> bool:
    if value.lower() not in _BOOLS:
        raise ValueError("must be true or false")
    return _BOOLS[value.lower()]


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,19}", value) or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number between {low} and {high}")
        return int(value)

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return parse


def _room(value: str) -> str:
    if not re.fullmatch(r"[0-9]{1,2}%|[0-9]{1,19}", value):
        raise ValueError("must be a number of bytes, or up to 99 with a percent sign")
    return value


def _url(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^/?#\s]+(/[^?#\s]*)?", value):
        raise ValueError("must begin with http:// or https:// and a host")
    return value.rstrip("/")


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a setting beside its type and default.

    Attributes:
        parse: Reads the value from text; raises ``ValueError``.
        unit: What the text looks like.
        help: One sentence for people.
        live: An administrator may change it while the server runs (``core.server_settings``).
        is_secret: It has no flag: every user of a machine can read command lines.
    """

    parse: Callable[[str], object]
    unit: str
    help: str
    live: bool = False
    is_secret: bool = False


_PORT = _whole(0, 65535)
_THREADS = _whole(0, 64)
_SECONDS = _whole(1, 86400)
_DAYS = _whole(0, 3650)
_GRACE = _whole(1, 90 * 86400)
_COUNT = _whole(0, 100_000)
_ROWS = _whole(100, 10_000_000)
_BYTES = _whole(0, 2**63 - 1)
_CACHE = _whole(0, 1 << 20)
_CEILING = _whole(0, 1 << 20)
_PROFILE = _one_of("auto", "64", "128", "256", "512")
_REGISTRATION = _one_of("open", "lan", "closed")
_LEVEL = _one_of("debug", "info", "warning", "error")


@dataclass(frozen=True)
class Config:
    """All settings, read and checked."""

    data: Annotated[Path, Setting(_path, "folder", "Where everything is stored.")] = Path("data")
    host: Annotated[str, Setting(_text, "address", "To listen on; :: is every one, of IPv6 and IPv4.")] = "127.0.0.1"
    port: Annotated[int, Setting(_PORT, "number", "To listen on; 0 takes a free one.")] = 8000
    tls_cert: Annotated[
        Path | None, Setting(_optional_path, "file", "Certificate chain, PEM; with tls_key it turns on HTTPS.")
    ] = None
    tls_key: Annotated[Path | None, Setting(_optional_path, "file", "Private key of the certificate, PEM.")] = None
    public_url: Annotated[
        str, Setting(_url, "URL", "How clients reach the server; empty takes what each request names.", live=True)
    ] = ""
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...],
        Setting(
            _networks, "addresses or networks, by comma", "Reverse proxies whose X-Forwarded headers are believed."
        ),
    ] = ()

    registration: Annotated[
        str,
        Setting(
            _REGISTRATION,
            "open, lan or closed",
            "Who may register: anybody, private addresses only, nobody.",
            live=True,
        ),
    ] = "lan"
    default_quota: Annotated[int, Setting(_BYTES, "bytes", "Room of a new account; 0 is no limit.", live=True)] = (
        107_374_182_400
    )
    require_marker: Annotated[
        bool, Setting(_flag, "true or false", "Never make a new store: an unmounted disk looks like an empty folder.")
    ] = False

    profile: Annotated[
        str,
        Setting(_PROFILE, "auto, 64, 128, 256 or 512", "Megabytes of memory to get along with; auto: the machine's."),
    ] = "auto"
    memory_ceiling: Annotated[
        int, Setting(_CEILING, "MiB", "Above it more long requests are sent away with 503; 0: by profile.")
    ] = 0
    workers: Annotated[int, Setting(_THREADS, "threads", "For short requests; 0: by profile.")] = 0
    transfers: Annotated[int, Setting(_THREADS, "threads", "For uploads and other long requests; 0: by profile.")] = 0
    transfers_per_address: Annotated[
        int, Setting(_THREADS, "number", "Of them at once for one client, more wait; 0: by profile.")
    ] = 0
    max_waiting: Annotated[
        int, Setting(_COUNT, "number", "Transfers in line, beyond it clients are sent away with 503; 0: by profile.")
    ] = 0
    max_connections: Annotated[int, Setting(_COUNT, "number", "Open at once; 0: by profile.")] = 0
    connections_per_address: Annotated[
        int, Setting(_COUNT, "number", "Open at once from one client; 0: by profile.")
    ] = 0
    max_body: Annotated[int, Setting(_BYTES, "bytes", "Of one request; 0 is no limit.")] = 0
    header_timeout: Annotated[
        int, Setting(_SECONDS, "seconds", "For the whole head of a request, or a TLS handshake.")
    ] = 20
    body_timeout: Annotated[int, Setting(_SECONDS, "seconds", "Without one byte of a body.")] = 30
    send_timeout: Annotated[int, Setting(_SECONDS, "seconds", "Without the client taking one byte of an answer.")] = 60
    keep_alive: Annotated[int, Setting(_SECONDS, "seconds", "Between two requests on one connection.")] = 120
    min_rate: Annotated[int, Setting(_BYTES, "bytes a second", "Slower clients are dropped; 0 is no limit.")] = 1024

    sqlite_cache: Annotated[
        int, Setting(_CACHE, "KiB", "Pages of the database kept for each thread; 0: by profile.")
    ] = 0
    sqlite_busy_timeout: Annotated[
        int, Setting(_SECONDS, "seconds", "To wait for another process that writes to the database.")
    ] = 10
    gc_grace: Annotated[
        int, Setting(_GRACE, "seconds", "What nothing keeps is spared for so long; longer than any upload takes.")
    ] = 86400
    audit_rows: Annotated[int, Setting(_ROWS, "rows", "Kept of the audit log; the oldest go.", live=True)] = 20_000
    scrub_days: Annotated[
        int, Setting(_DAYS, "days", "All blocks are read again once in so many, to find rot; 0 is never.", live=True)
    ] = 30
    low_disk: Annotated[
        str,
        Setting(
            _room, "bytes, or percent with %", "Administrators are warned when less is free; 0 is never.", live=True
        ),
    ] = "5%"
    metrics_token: Annotated[
        str,
        Setting(
            _text, "text", "What a monitor shows at /metrics as Bearer token; empty turns that off.", is_secret=True
        ),
    ] = ""
    access_log: Annotated[bool, Setting(_flag, "true or false", "One line for each request.")] = True
    log_level: Annotated[str, Setting(_LEVEL, "debug, info, warning or error", "The least that is logged.")] = "info"


def _settings() -> dict[str, Setting]:
    hints = get_type_hints(Config, include_extras=True)
    return {item.name: hints[item.name].__metadata__[0] for item in fields(Config)}


#: By name, in the order of ``Config``.
SETTINGS = _settings()


def load(file: Path | None, environ: Mapping[str, str], flags: Mapping[str, str]) -> Config:
    """Return the settings from all sources.

    Args:
        file: The configuration file; None if there is none.
        environ: Variables that begin with ``SYNCFILE_`` and name no setting are not ours and are passed over.
        flags: Of the command line, by the name of the setting.

    Raises:
        ConfigError: The file cannot be read, names what is no setting, or a value makes no sense.
    """
    values: dict[str, Any] = {}
    for place, name, text in _iter_sources(file, environ, flags):
        try:
            values[name] = SETTINGS[name].parse(text)
        except KeyError:
            raise ConfigError(f"{place}: there is no setting {name}") from None
        except ValueError as error:
            raise ConfigError(f"{place}: {name} {error}") from None
    config = Config(**values)
    if (config.tls_cert is None) != (config.tls_key is None):
        raise ConfigError("tls_cert and tls_key are needed together")
    return config


def add_arguments(parser: "argparse.ArgumentParser", names: Iterable[str] = tuple(SETTINGS)) -> None:
    """Add ``--config`` and a flag for each of the settings named that is no secret; ``from_arguments`` reads them."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"read settings from this file (else {FILE_VARIABLE} names it)"
    )
    group = parser.add_argument_group("settings")
    for name, item in ((name, SETTINGS[name]) for name in names if not SETTINGS[name].is_secret):
        text = f"{item.help} ({item.unit}; default {default_text(name)})"
        group.add_argument(flag_of(name), metavar="VALUE", help=text.replace("%", "%%"))


def from_arguments(arguments: "argparse.Namespace", environ: Mapping[str, str]) -> Config:
    """Return the settings from a command line parsed with ``add_arguments``, and the other sources.

    Raises:
        ConfigError: As for ``load``.
    """
    file = arguments.config or _optional_path(environ.get(FILE_VARIABLE, ""))
    given = {name: getattr(arguments, name, None) for name in SETTINGS}
    return load(file, environ, {name: text for name, text in given.items() if text is not None})


def flag_of(name: str) -> str:
    """Return the flag of a setting."""
    return "--" + name.replace("_", "-")


def default_text(name: str) -> str:
    """Return a setting's default as it would stand in the file, or the word ``empty``."""
    return text_of(getattr(Config, name)) or "empty"


def text_of(value: object) -> str:
    """Return the value of a setting as it would stand in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _iter_sources(
    file: Path | None, environ: Mapping[str, str], flags: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Yield ``(place, name, text)`` of every value given, weakest source first."""
    if file is not None:
        yield from _iter_file(file)
    for name in SETTINGS:
        variable = ENVIRONMENT_PREFIX + name.upper()
        if variable in environ:
            yield variable, name, environ[variable]
    for name, text in flags.items():
        yield flag_of(name), name, text


def _iter_file(file: Path) -> Iterator[tuple[str, str, str]]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ConfigError(f"{file}:{number}: expected name = value")
        yield f"{file}:{number}", match[1], match[2]
