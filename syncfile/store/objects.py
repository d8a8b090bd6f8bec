"""Commits, directory entries and files: their fields, exact bytes and ids. Pure: no database, no disk.

The model is Seafile's, format version 1. A file or directory is canonical JSON, as jansson prints it with sorted
keys, and its id is the SHA-1 of that text; a commit's id is the SHA-1 of some of its fields.
"""

import hashlib
import json
import re
import stat
from dataclasses import dataclass
from typing import NoReturn, TypeVar

#: Names the empty directory and the empty file, neither of which is ever stored.
EMPTY_ID = "0" * 40

MODE_FILE = stat.S_IFREG | 0o644
MODE_EXECUTABLE = stat.S_IFREG | 0o755
MODE_DIR = stat.S_IFDIR

MAX_NAME_BYTES = 255

_ID = re.compile(r"[0-9a-f]{40}")
_INT64 = range(-(2**63), 2**63)
_SIZE = range(2**63)
_TYPE_BITS = 0o170000
_MODES = range(2**16)

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# jansson prints \u001B where Python's json prints \u001b, and ids depend on it.
_ESCAPES = str.maketrans({chr(code): f"\\u{code:04X}" for code in range(32)} | _SHORT_ESCAPES)

# Wire order is descending by bytes; keys made of the complement of each byte are ascending.
_COMPLEMENT = bytes(255 - byte for byte in range(256))

_Value = TypeVar("_Value", str, int)


class MalformedObject(ValueError):
    """These bytes are not an object in the form that we store."""


@dataclass(frozen=True, slots=True)
class Dirent:
    """One entry of a directory.

    Attributes:
        name: One path component.
        id: Of the file or directory; ``EMPTY_ID`` where that is empty.
        mode: As in ``stat``: ``MODE_DIR``, ``MODE_FILE`` or ``MODE_EXECUTABLE``.
        mtime: Seconds since the epoch.
        size: Bytes of plaintext; files only.
        modifier: Name of the account that made this content; files only.
    """

    name: str
    id: str
    mode: int
    mtime: int
    size: int = 0
    modifier: str = ""

    @property
    def is_dir(self) -> bool:
        return _is_dir(self.mode)


@dataclass(frozen=True, slots=True)
class File:
    """The blocks of a file, in order, and their plaintext bytes in all."""

    block_ids: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One state of a repo. Every commit repeats the repo's name, description and encryption data.

    Attributes:
        id: Computed from the other fields where it is not given.
        ctime: Seconds since the epoch.
        creator: The client's id, 40 hex digits; ``EMPTY_ID`` for commits made by the server.
        creator_name: Name of the account, lower case; old clients leave it out.
        second_parent_id: Set in merges only.
        encrypted: Whether the content is; ``enc_version``, ``magic``, ``key`` and ``salt`` then say how.
    """

    repo_id: str
    root_id: str
    ctime: int
    creator_name: str | None
    description: str
    parent_id: str | None
    repo_name: str
    repo_desc: str = ""
    second_parent_id: str | None = None
    creator: str = EMPTY_ID
    repo_category: str | None = None
    device_name: str | None = None
    client_version: str | None = None
    encrypted: bool = False
    enc_version: int = 0
    magic: str = ""
    key: str = ""
    salt: str = ""
    pwd_hash: str = ""
    pwd_hash_algo: str = ""
    pwd_hash_params: str = ""
    no_local_history: int = 0
    version: int = 1
    conflict: int = 0
    new_merge: int = 0
    repaired: int = 0
    id: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", commit_id(self))


def is_object_id(text: str) -> bool:
    """Tell whether this could be the id of an object: 40 lower-case hex digits."""
    return _ID.fullmatch(text) is not None


def is_valid_name(name: str) -> bool:
    """Tell whether this can name a directory entry: one path component of 1 to 255 bytes of UTF-8."""
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        return False
    return _is_text(name) and len(name.encode()) <= MAX_NAME_BYTES


def sort_key(name: str) -> bytes:
    """Return a key whose ascending order is the order of the wire: descending bytes of UTF-8."""
    return name.encode().translate(_COMPLEMENT) + b"\xff"  # the end of a name sorts behind all that goes on


def quote(text: str) -> str:
    """Return the canonical JSON string of a text."""
    return f'"{text.translate(_ESCAPES)}"'


def encode_dirent(dirent: Dirent) -> bytes:
    """Return the canonical JSON of one entry, as it stands in its directory.

    Raises:
        MalformedObject: A field is not what may be stored.
    """
    _check_dirent(dirent)
    head = f'{{"id": "{dirent.id}", "mode": {dirent.mode}'
    times = f'"mtime": {dirent.mtime}, "name": {quote(dirent.name)}'
    if dirent.is_dir:
        return f"{head}, {times}}}".encode()
    return f'{head}, "modifier": {quote(dirent.modifier)}, {times}, "size": {dirent.size}}}'.encode()


def decode_dirents(text: bytes) -> list[Dirent]:
    """Read the entries of a page, or a single one: canonical JSON objects with ``, `` between them.

    Whether the text is canonical is for the caller to know, or to find out with ``encode_dirent``.

    Raises:
        MalformedObject: These are no entries.
    """
    entries = _load_json(b'{"dirents": [%b]}' % text).get("dirents")
    if not isinstance(entries, list):
        _refuse("these are not entries")
    return [_dirent(fields) for fields in entries]


def encode_file(file: File) -> bytes:
    """Return the canonical JSON of a file object."""
    block_ids = ", ".join(f'"{block_id}"' for block_id in file.block_ids)
    return f'{{"block_ids": [{block_ids}], "size": {file.size}, "type": 1, "version": 1}}'.encode()


def file_id(file: File) -> str:
    """Return the id of a file object; a file without blocks is ``EMPTY_ID``."""
    return hashlib.sha1(encode_file(file)).hexdigest() if file.block_ids else EMPTY_ID


def decode_file(text: bytes) -> File:
    """Read a file object back.

    Raises:
        MalformedObject: It is no file object, or not in canonical form.
    """
    fields = _load_json(text)
    block_ids = fields.get("block_ids")
    if not isinstance(block_ids, list) or not all(isinstance(item, str) and is_object_id(item) for item in block_ids):
        _refuse("block_ids is not a list of ids")
    file = File(tuple(block_ids), _take(fields, "size", int))
    if file.size not in _SIZE or encode_file(file) != text:
        _refuse("this file is not in canonical form")
    return file


def commit_id(commit: Commit) -> str:
    """Return the id that a commit's root, creator, description and time give it. Parents do not count."""
    parts = [commit.root_id, commit.creator, commit.creator_name, commit.description]
    text = "".join(f"{part}\0" for part in parts if part is not None)
    return hashlib.sha1(text.encode() + commit.ctime.to_bytes(8, "big", signed=True)).hexdigest()


def encode_commit(commit: Commit) -> str:
    """Return the JSON text of a commit. Keys that do not apply are left out, as clients expect."""
    fields: dict[str, object] = {
        "commit_id": commit.id,
        "root_id": commit.root_id,
        "repo_id": commit.repo_id,
        "creator_name": commit.creator_name,
        "creator": commit.creator,
        "description": commit.description,
        "ctime": commit.ctime,
        "parent_id": commit.parent_id,
        "second_parent_id": commit.second_parent_id,
        "repo_name": commit.repo_name,
        "repo_desc": commit.repo_desc,
        "repo_category": commit.repo_category,
    }
    if commit.encrypted:
        fields["encrypted"] = "true"  # a string, on the wire
    fields |= {key: value for key in _OPTIONAL if (value := getattr(commit, key))}
    return json.dumps(fields, ensure_ascii=False)


def decode_commit(text: str | bytes) -> Commit:
    """Read a commit. Unknown keys are ignored: keep the text, where they must live on.

    Raises:
        MalformedObject: A key is missing, of the wrong type or the wrong length.
    """
    fields = _load_json(text)
    commit = Commit(
        id=_take(fields, "commit_id", str),
        root_id=_take(fields, "root_id", str),
        repo_id=_take(fields, "repo_id", str),
        creator_name=_find(fields, "creator_name", str),
        creator=_take(fields, "creator", str),
        description=_find(fields, "description", str) or "",
        ctime=_take(fields, "ctime", int),
        parent_id=_find(fields, "parent_id", str),
        second_parent_id=_find(fields, "second_parent_id", str),
        repo_name=_find(fields, "repo_name", str) or "",
        repo_desc=_find(fields, "repo_desc", str) or "",
        repo_category=_find(fields, "repo_category", str),
        device_name=_find(fields, "device_name", str),
        client_version=_find(fields, "client_version", str),
        encrypted=fields.get("encrypted") == "true",
        version=_find(fields, "version", int) or 0,
        **{key: _find(fields, key, str) or "" for key in _OPTIONAL_TEXTS},  # type: ignore[arg-type] # by name
        **{key: _find(fields, key, int) or 0 for key in _OPTIONAL_NUMBERS},  # type: ignore[arg-type]
    )
    ids = [commit.id, commit.root_id, commit.creator]
    ids += [parent for parent in (commit.parent_id, commit.second_parent_id) if parent is not None]
    if len(commit.repo_id) != 36 or not all(map(is_object_id, ids)):
        _refuse("an id of this commit is not one")
    if commit.ctime not in _INT64:
        _refuse("the time of this commit is out of range")
    return commit


_OPTIONAL_TEXTS = ("magic", "key", "salt", "pwd_hash", "pwd_hash_algo", "pwd_hash_params")
_OPTIONAL_NUMBERS = ("enc_version", "no_local_history", "conflict", "new_merge", "repaired")
_OPTIONAL = (
    *("device_name", "client_version", "enc_version", *_OPTIONAL_TEXTS),
    *("no_local_history", "version", "conflict", "new_merge", "repaired"),
)


def _check_dirent(dirent: Dirent) -> None:
    if not is_valid_name(dirent.name):
        _refuse("this cannot name an entry")
    if not is_object_id(dirent.id):
        _refuse("the id of an entry is not one")
    if dirent.mode not in _MODES or not (dirent.is_dir or stat.S_ISREG(dirent.mode)):
        _refuse("an entry is neither file nor directory")
    if dirent.mtime not in _INT64 or dirent.size not in _SIZE:
        _refuse("a number of an entry is out of range")
    if len(dirent.modifier) > MAX_NAME_BYTES or not _is_text(dirent.modifier):
        _refuse("this cannot name a modifier")


def _is_dir(mode: int) -> bool:
    return mode & _TYPE_BITS == MODE_DIR  # not stat.S_ISDIR: it fails for numbers beyond 64 bits


def _dirent(fields: object) -> Dirent:
    if not isinstance(fields, dict):
        _refuse("an entry is not a JSON object")
    name, id_ = _take(fields, "name", str), _take(fields, "id", str)
    mode, mtime = _take(fields, "mode", int), _take(fields, "mtime", int)
    if _is_dir(mode):
        return Dirent(name, id_, mode, mtime)
    return Dirent(name, id_, mode, mtime, _take(fields, "size", int), _take(fields, "modifier", str))


def _load_json(text: str | bytes) -> dict[str, object]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedObject("this is not JSON") from error
    if not isinstance(fields, dict):
        _refuse("this is not a JSON object")
    return fields


def _take(fields: dict[str, object], key: str, kind: type[_Value]) -> _Value:
    value = _find(fields, key, kind)
    if value is None:
        _refuse(f"{key} is missing")
    return value


def _find(fields: dict[str, object], key: str, kind: type[_Value]) -> _Value | None:
    value = fields.get(key)
    if value is None:
        return None
    if type(value) is not kind:  # not isinstance: true is no number
        _refuse(f"{key} has the wrong type")
    if isinstance(value, str) and not _is_text(value):
        _refuse(f"{key} is not Unicode text")
    return value


def _is_text(value: str) -> bool:
    """Tell whether UTF-8 can hold it: JSON can smuggle in halves of surrogate pairs."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(reason: str) -> NoReturn:
    raise MalformedObject(reason)
