"""The log: lines on standard error, which the service manager keeps."""

import logging
import re

#: The part behind these is as good as a password.
_TOKEN_IN_PATH = re.compile(
    r"(/(?:seafhttp/|u/)?(?:files|f|d|u|upload-api|upload-aj|update-api|update-aj|blks|zip)/)[^/]+"
)
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


def configure(level: str, access_log: bool) -> None:
    """Send what is logged to standard error.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``.
        access_log: Whether each request is a line of its own.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("syncfile.access").disabled = not access_log
    # Says with each request more than once what our own log says better.
    logging.getLogger("waitress").setLevel(logging.ERROR)


def printable_path(path: str) -> str:
    """Return a request's path for the log: tokens masked, and nothing that could end or imitate a line."""
    token = _TOKEN_IN_PATH.match(path)
    masked = f"{token[1]}***{path[token.end() :]}" if token else path
    return _UNPRINTABLE.sub(lambda match: _escaped(match[0]), masked)


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("latin-1", "replace"))
