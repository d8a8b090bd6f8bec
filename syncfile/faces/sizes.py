"""Sizes as people read them."""

_UNITS = ("KB", "MB", "GB", "TB", "PB")


def size_text(size: int) -> str:
    """Return bytes for people: ``1.2 MB``, in steps of 1000."""
    if size < 1000:
        return f"{size} bytes"
    power = min((len(str(size)) - 1) // 3, len(_UNITS))
    return f"{size / 1000**power:.1f} {_UNITS[power - 1]}"
