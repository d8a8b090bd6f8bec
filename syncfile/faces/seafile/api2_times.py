"""Times as Seafile's web API writes them where they are no seconds."""

from datetime import UTC, datetime

_LAST_SECOND = 253402300799  # of the year 9999, beyond which no date can be written


def iso_time(seconds: int) -> str:
    """Return a time as RFC 3339 has it, UTC; what a client once stored may be no date at all."""
    return datetime.fromtimestamp(max(0, min(seconds, _LAST_SECOND)), UTC).isoformat()
