"""Paths inside a library: absolute, ``/``-separated, no trailing slash but ``/`` itself.

Names that come through our own faces are stored NFC-normalised; a look-up tries a name as given first, because sync
clients push names verbatim (``tree.lookup``).
"""

import unicodedata

from syncfile.errors import BadPath

#: What Linux clients can create; a longer path could never be synced.
MAX_PATH_BYTES = 4096
MAX_NAME_BYTES = 255
#: Deeper trees are refused, so that no walk of one needs more than this much stack.
MAX_DEPTH = 200


def nfc(name: str) -> str:
    """Return ``name`` as new entries are stored."""
    return unicodedata.normalize("NFC", name)


def clean_name(name: str) -> str:
    """Return ``name`` if it can be one component of a path.

    Raises:
        BadPath: Empty, ``.``, ``..``, with ``/`` or NUL, not encodable, or over 255 bytes of UTF-8.
    """
    if not name or name in {".", ".."}:
        raise BadPath("a name must not be empty, '.' or '..'")
    if "/" in name or "\0" in name:
        raise BadPath("a name must not contain '/' or NUL")
    if len(_utf8(name)) > MAX_NAME_BYTES or len(_utf8(nfc(name))) > MAX_NAME_BYTES:
        raise BadPath(f"a name must not be longer than {MAX_NAME_BYTES} bytes")
    return name


def numbered(name: str, number: int) -> str:
    """Return ``name (number).ext``; the dot that a name begins with starts no extension."""
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    return fit_name(stem, f" ({number}){dot}{extension}")


def fit_name(stem: str, ending: str) -> str:
    """Return ``stem + ending``, with as much of the stem, and at need of the ending, as a name may be long."""
    ending = _first_bytes(ending, MAX_NAME_BYTES - 1)
    return _first_bytes(stem, MAX_NAME_BYTES - len(ending.encode())) + ending


def clean_path(path: str) -> str:
    """Return ``path`` in the one form that the core knows; a missing leading slash is added, doubled ones are dropped.

    Raises:
        BadPath: A component is bad (see ``clean_name``), or the whole is too long or too deep.
    """
    if len(_utf8(path)) > MAX_PATH_BYTES:
        raise BadPath(f"a path must not be longer than {MAX_PATH_BYTES} bytes")
    names = components(path)
    if len(names) > MAX_DEPTH:
        raise BadPath(f"a path must not be deeper than {MAX_DEPTH} folders")
    return "/" + "/".join(map(clean_name, names))


def split(path: str) -> tuple[str, str]:
    """Return the parent's path and the last name; of ``/`` that is ``("/", "")``."""
    parent, _, name = path.rpartition("/")
    return parent or "/", name


def join(parent: str, name: str) -> str:
    """Return the path of ``name`` in ``parent``."""
    return f"{parent.rstrip('/')}/{name}"


def components(path: str) -> list[str]:
    """Return the names along ``path``; of ``/`` none."""
    return [name for name in path.split("/") if name]


def is_within(path: str, folder: str) -> bool:
    """Tell whether ``path`` is ``folder`` itself or lies below it."""
    return folder == "/" or path == folder or path.startswith(folder + "/")


def _first_bytes(text: str, count: int) -> str:
    return text.encode()[:count].decode(errors="ignore")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise BadPath("a path must be valid Unicode") from None
