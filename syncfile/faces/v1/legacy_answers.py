"""What all operations of the legacy API share: their answers, errors and paths."""

from collections.abc import Callable

from syncfile.core import tokens
from syncfile.core.access import Actor
from syncfile.core.paths import clean_path
from syncfile.errors import BadPath, Busy, DiskMissing, SyncFileError, TooLarge, TooMany
from syncfile.faces.http import Call, Reply, nearest, show_json
from syncfile.faces.replies import BadEncoding, BadFraming, WrongMethod
from syncfile.faces.v1.codes import BLANKS, CODES, MESSAGES, REASONED, SUCCESSES

#: Answered with an HTTP status, unless an operation has a code of its own for the very class.
_HTTP_ERRORS = (BadEncoding, BadFraming, WrongMethod, TooLarge, TooMany, Busy, DiskMissing)


class TrailingSeparator(BadPath):
    """A path that ends with a separator."""


def answer(code: int, *texts: str, reason: str = "", **more: object) -> Reply:
    """Return the answer of a code; ``texts`` fill its message, ``more`` are the keys beside it."""
    message = MESSAGES[code].format(*texts) if texts else MESSAGES[code]
    if reason and code in REASONED:
        message = f"{message}: {reason}"
    status = "success" if code in SUCCESSES else "error"
    return Reply({"error_code": code, "status": status, "msg": message, **BLANKS.get(code, {}), **more})


def coded(
    call: Call,
    operation: str,
    run: Callable[[], Reply],
    special: Callable[[SyncFileError], int | None] = lambda error: None,
) -> Reply:
    """Run an operation and answer its errors with its codes; ``special`` decides where a class is not enough."""
    try:
        return run()
    except SyncFileError as error:
        code = special(error) or code_of(operation, error)
        return answer(code, reason=error.message) if code else show_json(call, error)


def code_of(operation: str, error: SyncFileError) -> int | None:
    """Return the operation's code of an error; None if it is told by an HTTP status."""
    codes = CODES[operation]
    if isinstance(error, _HTTP_ERRORS) and type(error) not in codes:
        return None
    return nearest(codes, error, None)


def show(call: Call, error: SyncFileError) -> Reply:
    """Answer an error that came before any operation began: a parameter that cannot be read, an unknown path."""
    operation = call.path.strip("/").split("/")[-1]
    code = code_of(operation, error) if operation in CODES else None
    return answer(code, reason=error.message) if code else show_json(call, error)


def owner(call: Call, authid: str) -> Actor:
    """Return whose authid it is. Raises ``NotAuthenticated``."""
    return tokens.authid_info(call.core, authid).actor(call.address)


def local_path(path: str) -> str:
    r"""Return the library path of a path as this API writes it: relative, ``\`` or ``/`` between names.

    Raises:
        TrailingSeparator: It ends with a separator.
        BadPath: It is absolute, has an empty name, or one that can never be stored.
    """
    path = path.replace("\\", "/")
    if path in {"", "root"}:
        return "/"
    if path.endswith("/"):
        raise TrailingSeparator("the path must not end with a separator")
    if path.startswith("/") or "//" in path:
        raise BadPath("the path must be relative, with one separator between names")
    return clean_path(path)
