#!/usr/bin/env python3
"""Get the files out of a SyncFile data folder, on any PC with Python 3.9 or newer and nothing else.

    python3 rescue.py DATA list                                 what there is
    python3 rescue.py DATA verify [LIBRARY] [--deep]            is it whole? --deep reads every byte
    python3 rescue.py DATA export [LIBRARY] [--at WHEN] --out DIR

DATA is the data folder or a backup of it; it is only read. LIBRARY is a name or an id; all libraries by default. WHEN
is a date like 2026-01-31 or 2026-01-31T18:00, or the id of a commit. Encrypted libraries ask for their password.

Nothing that is in DIR already is overwritten: what is there with the same size and date is taken as done, so an export
that was cut off goes on. A file that is damaged gets the ending .damaged and holds what could be read of it.

Exit codes: 0 all is well; 1 something is damaged or could not be written, each told in a line; 2 it could not begin.
"""

from __future__ import annotations

import argparse
import atexit
import getpass
import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from urllib.request import pathname2url

EMPTY_ID = "0" * 40
DIR_BITS = 0o040000
TYPE_BITS = 0o170000
FIXED_SALT = bytes.fromhex("da9045c306c7cc26")  # of encrypted libraries of version 2
COPY_DATES_WITHIN = 2  # seconds: FAT knows even ones only


class Damage(Exception):
    """Something cannot be read; the text says what."""


def stop(text: str) -> NoReturn:
    """End, as nothing can be done."""
    print(f"rescue: {text}", file=sys.stderr)
    sys.exit(2)


# --- AES-256-CBC ------------------------------------------------------------------------------------------------------
# All blocks of a piece go through each round at once: byte i of every block is one long string, a table look-up is
# bytes.translate, and an exclusive or of two such strings is one of two large numbers. Some 10 MB a second.


def _doubled(value: int) -> int:
    return (value << 1) ^ (0x11B if value & 0x80 else 0)


def _product(a: int, b: int) -> int:
    """Multiply in the field of AES (FIPS 197, section 4.2)."""
    result = 0
    while b:
        result ^= a if b & 1 else 0
        a, b = _doubled(a), b >> 1
    return result


def _make_sbox() -> bytes:
    box = bytearray(256)
    for value in range(256):
        inverse = next((other for other in range(256) if _product(value, other) == 1), 0)
        bits = [inverse >> shift | inverse << (8 - shift) for shift in (0, 7, 6, 5, 4)]
        box[value] = (bits[0] ^ bits[1] ^ bits[2] ^ bits[3] ^ bits[4] ^ 0x63) & 0xFF
    return bytes(box)


class AesCbc:
    """Decrypts with one key and vector; the padding is left on."""

    _PIECE = 1 << 20
    _MIX = ((14, 11, 13, 9), (9, 14, 11, 13), (13, 9, 14, 11), (11, 13, 9, 14))

    def __init__(self, key: bytes, iv: bytes) -> None:
        self._iv = iv
        sbox = _make_sbox()
        self._keys = self._expand(key, sbox)
        inverse = bytes(sbox.index(value) for value in range(256))
        xor = [bytes(value ^ other for value in range(256)) for other in range(256)]
        times = {factor: bytes(_product(value, factor) for value in range(256)) for factor in (9, 11, 13, 14)}
        self._source = [i % 4 + 4 * ((i // 4 - i % 4) % 4) for i in range(16)]  # rows are shifted
        first = [xor[self._keys[14][at]].translate(inverse) for at in self._source]
        self._rounds = []
        for number in range(13, 0, -1):
            tables = [(first[i] if number == 13 else inverse).translate(xor[self._keys[number][i]]) for i in range(16)]
            self._rounds.append([{factor: table.translate(times[factor]) for factor in times} for table in tables])
        self._last = [inverse.translate(xor[self._keys[0][i]]) for i in range(16)]

    @staticmethod
    def _expand(key: bytes, sbox: bytes) -> list[bytes]:
        words = [key[at : at + 4] for at in range(0, 32, 4)]
        constant = 1
        while len(words) < 60:
            word = words[-1]
            if len(words) % 8 == 0:
                word = (word[1:] + word[:1]).translate(sbox)
                word = bytes([word[0] ^ constant]) + word[1:]
                constant = _doubled(constant)
            elif len(words) % 8 == 4:
                word = word.translate(sbox)
            words.append(bytes(a ^ b for a, b in zip(words[-8], word)))
        return [b"".join(words[at : at + 4]) for at in range(0, 60, 4)]

    def decrypt(self, data: bytes) -> bytes:
        """Return the plaintext of whole cipher blocks."""
        before, plain = self._iv, []
        for at in range(0, len(data), self._PIECE):
            piece = data[at : at + self._PIECE]
            chained = int.from_bytes((before + piece)[: len(piece)], "little")
            plain.append((int.from_bytes(self._decrypt(piece), "little") ^ chained).to_bytes(len(piece), "little"))
            before = piece[-16:]
        return b"".join(plain)

    def _decrypt(self, data: bytes) -> bytes:
        count = len(data) // 16
        planes = [data[i::16] for i in range(16)]
        for tables in self._rounds:
            shifted = [planes[at] for at in self._source]
            planes = []
            for column in range(0, 16, 4):
                for factors in self._MIX:
                    mixed = 0
                    for i, factor in zip(range(column, column + 4), factors):
                        mixed ^= int.from_bytes(shifted[i].translate(tables[i][factor]), "little")
                    planes.append(mixed.to_bytes(count, "little"))
        out = bytearray(len(data))
        for i, at in enumerate(self._source):
            out[i::16] = planes[at].translate(self._last[i])
        return bytes(out)


def derive(secret: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Return the key and vector that follow from a password or from a library's secret."""
    key = hashlib.pbkdf2_hmac("sha256", secret, salt, 1000, 32)
    return key, hashlib.pbkdf2_hmac("sha256", key, salt, 10, 16)


def unpad(data: bytes) -> bytes:
    """Return decrypted bytes without their padding. Raises ``Damage``."""
    count = data[-1] if data else 0
    if not 1 <= count <= 16 or data[-count:] != bytes([count]) * count:
        raise Damage("its end is damaged")
    return data[:-count]


# --- The store --------------------------------------------------------------------------------------------------------


@dataclass
class Library:
    """A row of the table of libraries."""

    id: str
    name: str
    owner: str
    head_id: str
    size: int
    files: int
    mtime: int
    enc_version: int
    magic: str
    random_key: str
    salt: str


@dataclass
class Entry:
    """A file or folder in a folder."""

    name: str
    id: str
    mode: int
    mtime: int
    size: int

    @property
    def is_dir(self) -> bool:
        return self.mode & TYPE_BITS == DIR_BITS


class Store:
    """A data folder, which is only read. What is damaged raises ``Damage`` where it is asked for."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._db = open_database(os.path.join(folder, "syncfile.db"))

    def libraries(self) -> list[Library]:
        """Return all that were not deleted, in the order of their names."""
        sql = (
            "SELECT repo.id, repo.name, account.username, head_id, size, file_count, mtime, enc_version, magic,"
            " random_key, salt FROM repo LEFT JOIN account ON account.id = repo.owner_id"
            " WHERE deleted_at IS NULL AND origin_id IS NULL ORDER BY repo.name, repo.id"
        )
        return [Library(*row) for row in self._rows(sql)]

    def commits(self, library: Library) -> Iterator[dict[str, Any]]:
        """Yield the commits from the head back; where one cannot be read, all others that there are, newest first."""
        seen = set()
        commit_id = library.head_id
        while commit_id and commit_id not in seen:
            seen.add(commit_id)
            try:
                commit = self._commit(library, commit_id)
            except Damage:
                break
            yield commit
            commit_id = commit.get("parent_id") or ""
        else:
            return
        sql = "SELECT id FROM commits WHERE repo_id = ? ORDER BY ctime DESC, rowid DESC"
        for (other_id,) in self._rows(sql, library.id):
            if other_id not in seen:
                try:
                    yield self._commit(library, other_id)
                except Damage:
                    continue

    def _commit(self, library: Library, commit_id: str) -> dict[str, Any]:
        rows = self._rows("SELECT body FROM commits WHERE repo_id = ? AND id = ?", library.id, commit_id)
        try:
            commit: dict[str, Any] = json.loads(rows[0][0])
        except (ValueError, IndexError, TypeError):
            raise Damage(f"the commit {commit_id} is missing or damaged") from None
        if commit_digest(commit) != commit_id:
            raise Damage(f"the commit {commit_id} is damaged")
        return commit

    def entries(self, library: Library, dir_id: str, problems: list[str]) -> Iterator[Entry]:
        """Yield what is in a folder; parts of a large one that cannot be read are told in ``problems``."""
        if dir_id == EMPTY_ID:
            return
        kind, body = self._object(library, dir_id)
        if kind == "d":
            yield from read_entries(unpack(body, dir_id))
            return
        if kind != "l":
            raise Damage("it is no folder")
        whole = hashlib.sha1(b'{"dirents": [')
        between = b""
        for page_id, count in read_pages(body):
            try:
                _, page = self._object(library, page_id)
                text = unpack(page, page_id)
            except Damage:
                problems.append(f"{count} of its entries are lost")
                continue
            whole.update(between + text)
            between = b", "
            yield from read_entries(b'{"dirents": [%b], "type": 3, "version": 1}' % text)
        whole.update(b'], "type": 3, "version": 1}')
        if whole.hexdigest() != dir_id and not problems:
            problems.append("entries are missing in it")

    def blocks(self, library: Library, file_id: str) -> list[str]:
        """Return the ids of the blocks of a file."""
        if file_id == EMPTY_ID:
            return []
        kind, body = self._object(library, file_id)
        if kind != "f":
            raise Damage("it is no file")
        return [str(block_id) for block_id in json.loads(unpack(body, file_id))["block_ids"]]

    def block(self, library: Library, block_id: str) -> bytes | None:
        """Return the bytes of a block, be they right or not; None if there is none."""
        rows = self._rows("SELECT body FROM small_block WHERE repo_id = ? AND id = ?", library.id, block_id)
        if rows:
            return bytes(rows[0][0])
        try:
            with open(self._path(library, block_id), "rb") as file:
                return read_all(file.fileno())
        except OSError:
            return None

    def has_block(self, library: Library, block_id: str) -> bool:
        """Tell whether there is a block of this id, whatever its bytes."""
        sql = "SELECT 1 FROM small_block WHERE repo_id = ? AND id = ?"
        return bool(self._rows(sql, library.id, block_id)) or os.path.isfile(self._path(library, block_id))

    def _path(self, library: Library, block_id: str) -> str:
        return os.path.join(self._folder, "blocks", library.id, block_id[:2], block_id[2:])

    def _object(self, library: Library, object_id: str) -> tuple[str, bytes]:
        rows = self._rows("SELECT kind, body FROM fs_object WHERE repo_id = ? AND id = ?", library.id, object_id)
        if not rows:
            raise Damage("what describes it is missing")
        return str(rows[0][0]), bytes(rows[0][1])

    def _rows(self, sql: str, *params: object) -> list[Any]:
        try:
            return self._db.execute(sql, params).fetchall()
        except sqlite3.Error as error:
            raise Damage(f"the database is damaged: {error}") from None


def open_database(path: str) -> sqlite3.Connection:
    """Open a database without writing to its folder; one that SQLite cannot read there is copied elsewhere."""
    if not os.path.isfile(path):
        stop(f"there is no {path}: this is no data folder")
    beside = [path + end for end in ("-wal", "-journal") if os.path.isfile(path + end) and os.path.getsize(path + end)]
    try:
        # What lies beside it may belong to a server that is running: then SQLite has to look at it each time.
        return _connect(path, "mode=ro" if beside else "immutable=1")
    except sqlite3.Error as error:
        if not beside:
            stop(f"the database cannot be read: {error}")
    folder = tempfile.mkdtemp(prefix="rescue-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    print(f"The database is copied to {folder}, as it cannot be read where it is.", file=sys.stderr)
    try:
        for source in (path, *beside):
            shutil.copy(source, folder)
        return _connect(os.path.join(folder, os.path.basename(path)), "mode=rw")
    except (OSError, sqlite3.Error) as error:
        stop(f"the database cannot be read: {error}. Set TMPDIR to a folder with room for it?")


def _connect(path: str, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{pathname2url(os.path.abspath(path))}?{how}", uri=True)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.execute("PRAGMA writable_schema = ON")  # else one that was cut off is not read at all
    connection.execute("SELECT COUNT(*) FROM repo").fetchone()
    return connection


def unpack(body: bytes, object_id: str) -> bytes:
    """Return the text of an object. Raises ``Damage``."""
    try:
        text = zlib.decompress(body)
    except zlib.error:
        raise Damage("what describes it is damaged") from None
    if hashlib.sha1(text).hexdigest() != object_id:
        raise Damage("what describes it is damaged")
    return text


def read_entries(text: bytes) -> Iterator[Entry]:
    """Yield the entries of a folder's text, or of one of its pages."""
    for fields in reversed(json.loads(text)["dirents"]):
        yield Entry(fields["name"], fields["id"], fields["mode"], fields["mtime"], fields.get("size", 0))


def read_pages(packed: bytes) -> Iterator[tuple[str, int]]:
    """Yield id and number of entries of each page of a large folder."""
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = packed[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    try:
        while at < len(packed):
            _, own, count, _ = number(), number(), number(), number()
            at += own + 20
            yield packed[at - 20 : at].hex(), count
    except IndexError:
        raise Damage("its list is damaged") from None


def commit_digest(commit: dict[str, Any]) -> str:
    """Return the id that a commit's content gives it."""
    parts = [commit.get(key) for key in ("root_id", "creator", "creator_name", "description")]
    text = "".join(f"{part}\0" for part in parts if part is not None)
    return hashlib.sha1(text.encode() + int(commit["ctime"]).to_bytes(8, "big", signed=True)).hexdigest()


def read_all(fd: int) -> bytes:
    """Return the bytes of a file, as far as the disk gives them."""
    parts = []
    try:
        while True:
            part = os.read(fd, 1 << 20)
            if not part:
                break
            parts.append(part)
    except OSError:
        pass
    return b"".join(parts)


# --- What people ask for ----------------------------------------------------------------------------------------------


class Rescue:
    """One run: counts what was done, and tells each problem in a line."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.files = self.bytes = self.there = self.problems = 0

    def problem(self, text: str) -> None:
        """Tell what is damaged or could not be done."""
        self.problems += 1
        print(f"DAMAGED  {text}", flush=True)

    def root(self, library: Library, when: str) -> str | None:
        """Return the root folder of the state that is wanted; None, which is told, if there is no such state."""
        try:
            states = self.store.commits(library)
            for commit in states:
                if not is_wanted(commit, when):
                    continue
                root_id = str(commit["root_id"])
                try:
                    next(self.store.entries(library, root_id, []), None)
                except Damage:
                    continue
                if not when and commit["commit_id"] != library.head_id:
                    self.problem(f"{library.name}: its newest state cannot be read; this is {date(commit['ctime'])}")
                return root_id
        except Damage as damage:
            self.problem(f"{library.name}: {damage}")
            return None
        self.problem(f"{library.name}: no state of it can be read" + (f" for {when}" if when else ""))
        return None

    def walk(self, library: Library, root_id: str) -> Iterator[tuple[list[str], Entry]]:
        """Yield the way to, and the entry of, all that is in a library; after a folder's content a None-named one."""
        pending = [([], self._listed(library, root_id, "/"))]  # type: list[tuple[list[str], Iterator[Entry]]]
        while pending:
            way, entries = pending[-1]
            entry = next(entries, None)
            if entry is None:
                pending.pop()
                continue
            yield way, entry
            if entry.is_dir:
                below = [*way, entry.name]
                pending.append((below, self._listed(library, entry.id, "/" + "/".join(below))))

    def _listed(self, library: Library, dir_id: str, path: str) -> Iterator[Entry]:
        problems: list[str] = []
        try:
            yield from self.store.entries(library, dir_id, problems)
        except (Damage, ValueError, KeyError, TypeError) as damage:
            problems.append(str(damage))
        for text in problems:
            self.problem(f"{library.name}{path}: folder: {text}")

    def verify(self, library: Library, when: str, deep: bool) -> None:
        """Look whether every file of a library is there; with ``deep``, read all of it."""
        root_id = self.root(library, when)
        for way, entry in self.walk(library, root_id) if root_id else ():
            if entry.is_dir:
                continue
            self.files += 1
            self.bytes += entry.size
            bad = self._bad_blocks(library, entry, deep)
            if bad:
                self.problem(f"{library.name}/{'/'.join([*way, entry.name])}: {bad}")

    def _bad_blocks(self, library: Library, entry: Entry, deep: bool) -> str:
        try:
            block_ids = self.store.blocks(library, entry.id)
            missing = sum(not self.store.has_block(library, block_id) for block_id in block_ids)
            if missing:
                return f"{missing} of its {len(block_ids)} blocks are missing"
            wrong = sum(not is_whole(self.store.block(library, block_id), block_id) for block_id in block_ids if deep)
            return f"{wrong} of its {len(block_ids)} blocks are damaged" if wrong else ""
        except (Damage, ValueError, KeyError, TypeError) as damage:
            return str(damage)

    def export(self, library: Library, when: str, out: str) -> None:
        """Write a library as plain files below ``out``."""
        cipher = None
        if library.enc_version:
            cipher = unlock(library)
            if cipher is None:
                self.problem(f"{library.name}: it is encrypted, and was not unlocked")
                return
        root_id = self.root(library, when)
        if root_id is None:
            return
        tree = Target(self, library, out)
        for way, entry in self.walk(library, root_id):
            if entry.is_dir:
                tree.enter(way, entry)
            else:
                tree.write(way, entry, cipher)
        tree.leave(0)


class Target:
    """The folder that a library is written to; names that it cannot hold are changed, and told."""

    def __init__(self, run: Rescue, library: Library, out: str) -> None:
        self._run = run
        self._library = library
        self._folders = [(out, 0)]  # from the top to where we are, with their dates
        self._way: list[str] = []

    def enter(self, way: list[str], entry: Entry) -> None:
        """Make a folder and go into it."""
        path = self._place(way, entry)
        try:
            if not os.path.isdir(path):
                path = make(path, os.mkdir)
        except OSError as error:
            self._told(way, entry, f"the folder cannot be made: {error.strerror}")
        self._renamed(way, entry, path)
        self._folders.append((path, entry.mtime))
        self._way = [*way, entry.name]

    def leave(self, depth: int) -> None:
        """Go up, and give the folders that are done their dates."""
        while len(self._way) > depth:
            path, mtime = self._folders.pop()
            self._way.pop()
            set_date(path, mtime)

    def write(self, way: list[str], entry: Entry, cipher: AesCbc | None) -> None:
        """Write a file, unless it is there."""
        run, path = self._run, self._place(way, entry)
        if is_done(path, entry) or is_done(safe(path), entry):
            run.there += 1
            return
        try:
            for place in (path, f"{path}.damaged"):
                if os.path.lexists(place):
                    self._told(way, entry, f"{place} is in the way and was left as it is")
                    return
            path = make(path, lambda place: open(place, "xb").close())
            with open(path, "wb") as file:
                problem = self._copy(entry, cipher, file.write)
            if problem:
                os.replace(path, f"{path}.damaged")
                path = f"{path}.damaged"
                self._told(way, entry, f"{problem}; what could be read is in {path}")
            else:
                self._renamed(way, entry, path)
            set_date(path, entry.mtime)
            run.files += 1
            run.bytes += entry.size
        except OSError as error:
            self._told(way, entry, f"it cannot be written: {error.strerror}")

    def _copy(self, entry: Entry, cipher: AesCbc | None, write: Any) -> str:
        """Write the content of a file, and return what is wrong with it."""
        store, library = self._run.store, self._library
        try:
            block_ids = store.blocks(library, entry.id)
            missing = sum(not store.has_block(library, block_id) for block_id in block_ids)
            hole = self._hole(entry, block_ids, missing) if missing else 0
            written = wrong = 0
            for block_id in block_ids:
                data = store.block(library, block_id)
                if data is None:
                    data = bytes(hole)  # where it was; of blocks of equal size this is exactly right
                else:
                    good = is_whole(data, block_id)
                    try:
                        data = unpad(cipher.decrypt(data[: len(data) // 16 * 16])) if cipher else data
                    except Damage:
                        good = False
                    wrong += not good
                written += write(data)
        except (Damage, ValueError, KeyError, TypeError) as damage:
            return str(damage)
        if missing or wrong:
            return f"of {len(block_ids)} blocks {missing} are missing and {wrong} damaged"
        return "" if written == entry.size else f"it has {written} bytes and not {entry.size}"

    def _hole(self, entry: Entry, block_ids: list[str], missing: int) -> int:
        blocks = (self._run.store.block(self._library, block_id) for block_id in block_ids)
        return max(0, entry.size - sum(len(data) for data in blocks if data is not None)) // missing

    def _place(self, way: list[str], entry: Entry) -> str:
        self.leave(len(way))
        name = re.sub(r"[/\0]", "_", entry.name)
        name = f"_{name}" if name in {"", ".", ".."} else name
        path = os.path.join(self._folders[-1][0], name)
        return safe(path) if os.name == "nt" else path

    def _renamed(self, way: list[str], entry: Entry, path: str) -> None:
        if os.path.basename(path) != entry.name:
            print(f"RENAMED  {self._library.name}/{'/'.join([*way, entry.name])} is {path}")

    def _told(self, way: list[str], entry: Entry, text: str) -> None:
        self._run.problem(f"{self._library.name}/{'/'.join([*way, entry.name])}: {text}")


def is_wanted(commit: dict[str, Any], when: str) -> bool:
    """Tell whether a commit is the one asked for; of a time, the first that is met on the way back."""
    if re.fullmatch(r"[0-9a-f]{40}", when):
        return bool(commit["commit_id"] == when)
    return not when or int(commit["ctime"]) <= datetime.fromisoformat(when).timestamp()


def is_whole(data: bytes | None, block_id: str) -> bool:
    """Tell whether these are the bytes that the id says."""
    return data is not None and hashlib.sha1(data).hexdigest() == block_id


def safe(path: str) -> str:
    """Return a path whose last name FAT and Windows can hold."""
    folder, name = os.path.split(path)
    name = re.sub(r'[\x00-\x1f\\:*?"<>|]', "_", name)
    name = re.sub(r"[. ]+$", lambda match: "_" * len(match[0]), name)
    if re.match(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", name, re.IGNORECASE):
        name = f"_{name}"
    return os.path.join(folder, name)


def make(path: str, maker: Any) -> str:
    """Make a file or folder at a path, or where its name cannot be, at a safe one; return which."""
    try:
        maker(path)
        return path
    except OSError:
        if safe(path) == path or os.path.lexists(path):
            raise
    maker(safe(path))
    return safe(path)


def is_done(path: str, entry: Entry) -> bool:
    """Tell whether a file of this size and date is there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return False
    return found.st_size == entry.size and abs(found.st_mtime - entry.mtime) <= COPY_DATES_WITHIN


def set_date(path: str, mtime: int) -> None:
    """Give a file or folder its date, where the file system can hold it."""
    try:
        os.utime(path, (mtime, mtime))
    except (OSError, OverflowError):
        return


def unlock(library: Library) -> AesCbc | None:
    """Ask for the password of an encrypted library, and return what decrypts it; None if nothing does."""
    salt = bytes.fromhex(library.salt) or FIXED_SALT
    for _ in range(3 if sys.stdin.isatty() else 1):
        if sys.stdin.isatty():
            password = getpass.getpass(f"Password of {library.name}: ")
        else:
            password = sys.stdin.readline().rstrip("\r\n")
        if derive((library.id + password).encode(), salt)[0].hex() == library.magic:
            print(f"{library.name} is decrypted at some 5 to 10 MB a second.", file=sys.stderr)
            secret = AesCbc(*derive(password.encode(), salt)).decrypt(bytes.fromhex(library.random_key))[:32]
            return AesCbc(*derive(secret, salt))
        print("The password is wrong.", file=sys.stderr)
    return None


def date(seconds: int) -> str:
    """Return a time for people."""
    try:
        return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")  # noqa: DTZ006 # of who reads it
    except (OSError, OverflowError, ValueError):
        return str(seconds)


def described(library: Library) -> str:
    """Return the line of a library in the list."""
    secret = "encrypted" if library.enc_version else ""
    size = f"{library.files:>8} files  {library.size:>15} bytes"
    return f"{library.id}  {date(library.mtime)}  {size}  {secret:9}  {library.name}  ({library.owner})"


def chosen(libraries: list[Library], wanted: str) -> list[Library]:
    """Return the libraries that are meant."""
    if not wanted:
        return libraries
    found = [library for library in libraries if wanted in (library.id, library.name)]
    if not found:
        stop(f"there is no library {wanted}; see: list")
    if len(found) > 1:
        stop(f"there are several libraries {wanted}, take an id: {', '.join(library.id for library in found)}")
    return found


def folder_of(library: Library, libraries: Iterable[Library], out: str) -> str:
    """Return the path to export a library to; two of one name have their ids in it."""
    same = [other for other in libraries if other.name.casefold() == library.name.casefold()]
    name = library.name if len(same) == 1 else f"{library.name} ({library.id[:8]})"
    name = re.sub(r"[/\0]", "_", name)
    path = safe(os.path.join(out, f"_{name}" if name in {"", ".", ".."} else name))
    os.makedirs(path, exist_ok=True)
    return path


def arguments() -> argparse.Namespace:
    """Read the command line."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="rescue.py", description=__doc__, formatter_class=formatter)
    parser.add_argument("data", metavar="DATA")
    parser.add_argument("command", choices=("list", "verify", "export"))
    parser.add_argument("library", nargs="?", default="", metavar="LIBRARY")
    parser.add_argument("--at", default="", metavar="WHEN")
    parser.add_argument("--out", default="", metavar="DIR")
    parser.add_argument("--deep", action="store_true")
    chosen = parser.parse_args()
    if chosen.command == "export" and not chosen.out:
        parser.error("export needs --out DIR")
    try:
        is_wanted({"ctime": 0, "commit_id": ""}, chosen.at)
    except ValueError:
        parser.error("--at needs a date like 2026-01-31 or 2026-01-31T18:00, or the id of a commit")
    return chosen


def main() -> int:
    """Do what the command line asks for, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # they are text files
    asked = arguments()
    run = Rescue(Store(asked.data))
    try:
        libraries = run.store.libraries()
    except Damage as damage:
        stop(str(damage))
    wanted = chosen(libraries, asked.library)
    for library in wanted:
        print(described(library), flush=True)
        if asked.command == "verify":
            run.verify(library, asked.at, asked.deep)
        elif asked.command == "export":
            run.export(library, asked.at, folder_of(library, libraries, asked.out))
    if asked.command != "list":
        there = f", {run.there} were there already" if run.there else ""
        print(f"{run.files} files, {run.bytes} bytes{there}; {run.problems} problems")
    return 1 if run.problems else 0


if __name__ == "__main__":
    sys.exit(main())
