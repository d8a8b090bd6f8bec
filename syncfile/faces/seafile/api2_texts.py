"""Numbers and times as Seafile's web API writes them."""

from datetime import UTC, datetime

_UNITS = ("KB", "MB", "GB", "TB", "PB")


def size_text(size: int) -> str:
    """Return bytes for people: ``1.2 MB``, in steps of 1000."""
    if size < 1000:
        return f"{size} bytes"
    power = min((len(str(size)) - 1) // 3, len(_UNITS))
    return f"{size / 1000**power:.1f} {_UNITS[power - 1]}"


def iso_time(seconds: int) -> str:
    """Return a time as RFC 3339 has it, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
