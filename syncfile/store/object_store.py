"""Commits, directories and files of all repos, as rows of the database.

Nothing here opens a transaction for reading; what saves joins the caller's, so that a change is one transaction.
"""

import hashlib
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from itertools import chain

from syncfile.store import pages
from syncfile.store.db import Database
from syncfile.store.directories import Directory, PageReader, new_directory
from syncfile.store.objects import (
    EMPTY_ID,
    Commit,
    File,
    MalformedObject,
    decode_commit,
    decode_file,
    encode_commit,
    encode_file,
    file_id,
)
from syncfile.store.page_cache import PageCache
from syncfile.store.pages import Page

#: A wire object may not be larger than this once unpacked: a directory of some 300,000 entries.
MAX_OBJECT_BYTES = 64 << 20
#: And a file object than this: a file of some 700 GiB in blocks of 8 MiB.
MAX_FILE_BYTES = 4 << 20

_EMPTY_FILE = File((), 0)
_PART_BYTES = 64 << 10
_KIND_BYTES = 16  # of an object's text tell whether it is a file or a directory
_HELD_BYTES = 1 << 20  # of a directory's text on its way in
_IDS_AT_ONCE = 500  # fewer than the variables of one statement

_FILE, _SMALL, _LIST, _PAGE = "f", "d", "l", "p"
_SELECT = "SELECT kind, body FROM fs_object WHERE repo_id = ? AND id = ?"
_TOUCH = (
    " ON CONFLICT (repo_id, id) DO UPDATE SET touched_at = excluded.touched_at WHERE touched_at < excluded.touched_at"
)
_INSERT = f"INSERT INTO fs_object (repo_id, id, kind, body, touched_at) VALUES (?, ?, ?, ?, ?){_TOUCH}"
_COPY = (
    "INSERT INTO fs_object (repo_id, id, kind, body, touched_at) SELECT ?, id, kind, body, ? FROM fs_object"
    f" WHERE repo_id = ? AND id = ?{_TOUCH}"
)
_MAKE_YOUNG = "UPDATE fs_object SET touched_at = ? WHERE repo_id = ? AND id = ? AND touched_at < ?"
_STALE = "repo_id = ? AND id = ? AND (touched_at < ? OR touched_at > ?)"
_INSERT_COMMIT = (
    "INSERT INTO commits (repo_id, id, root_id, parent_id, second_parent_id, ctime, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


class ObjectMissing(LookupError):
    """The repo has no such object, or what it has under this id is damaged."""


class ObjectStore:
    """Objects by repo and id. Any method may be called from any thread."""

    def __init__(self, db: Database, cache: PageCache | None = None) -> None:
        self._db = db
        self._cache = cache or PageCache()

    def open_dir(self, repo_id: str, dir_id: str) -> Directory:
        """Return a directory. Of a large one, only the list of its pages is read.

        Raises:
            ObjectMissing: There is none of this id.
        """
        read_page = self._page_reader(repo_id)
        if dir_id == EMPTY_ID:
            return Directory(EMPTY_ID, (), read_page)
        kind, body = self._find_row(repo_id, dir_id)
        if kind == _LIST:
            return Directory(dir_id, tuple(pages.unpack(body)), read_page)
        if kind != _SMALL:
            raise ObjectMissing(f"{dir_id} is not a directory")
        return Directory(dir_id, (pages.make_page(pages.split(pages.unwrap(_unzip(body, dir_id)))),), read_page)

    def save_dir(self, repo_id: str, directory: Directory) -> str:
        """Keep a directory that was made here or from one of this repo, and return its id."""
        if directory.id == EMPTY_ID:
            return EMPTY_ID
        with self._db.transaction():
            if len(directory) <= pages.MAX_SMALL_ENTRIES:
                self._insert(repo_id, directory.id, _SMALL, zlib.compress(b"".join(directory.wire())))
                return directory.id
            self._save_pages(repo_id, directory.pages)
            self._insert(repo_id, directory.id, _LIST, pages.pack(directory.pages))
        return directory.id

    def get_file(self, repo_id: str, file_id: str) -> File:
        """Return a file.

        Raises:
            ObjectMissing: There is none of this id.
        """
        if file_id == EMPTY_ID:
            return _EMPTY_FILE
        kind, body = self._find_row(repo_id, file_id)
        if kind != _FILE:
            raise ObjectMissing(f"{file_id} is not a file")
        return decode_file(_unzip(body, file_id))

    def find_file(self, repo_id: str, file_id: str) -> File | None:
        """Return a file, or None where there is none of this id."""
        try:
            return self.get_file(repo_id, file_id)
        except ObjectMissing:
            return None

    def save_file(self, repo_id: str, file: File) -> str:
        """Keep a file and return its id."""
        if not file.block_ids:
            return EMPTY_ID
        object_id = file_id(file)
        self._insert(repo_id, object_id, _FILE, zlib.compress(encode_file(file)))
        return object_id

    def get_commit(self, repo_id: str, commit_id: str) -> Commit:
        """Return a commit.

        Raises:
            ObjectMissing: There is none of this id.
        """
        return decode_commit(self.get_commit_body(repo_id, commit_id))

    def find_commit(self, repo_id: str, commit_id: str) -> Commit | None:
        """Return a commit, or None where there is none of this id."""
        try:
            return self.get_commit(repo_id, commit_id)
        except ObjectMissing:
            return None

    def get_commit_body(self, repo_id: str, commit_id: str) -> str:
        """Return the JSON text of a commit as it was saved.

        Raises:
            ObjectMissing: There is none of this id.
        """
        row = self._db.row("SELECT body FROM commits WHERE repo_id = ? AND id = ?", repo_id, commit_id)
        if row is None:
            raise ObjectMissing(f"there is no commit {commit_id}")
        return str(row[0])

    def save_commit(self, repo_id: str, commit: Commit, body: str | None = None) -> str:
        """Keep a commit and return its id; one that is there already stays.

        Args:
            repo_id: Where to keep it.
            commit: What queries see of it.
            body: Its JSON text where a client made it: kept to the byte, with keys that we do not know.
        """
        parents = (commit.parent_id, commit.second_parent_id)
        body = encode_commit(commit) if body is None else body
        with self._db.transaction():
            self._db.rows(_INSERT_COMMIT, repo_id, commit.id, commit.root_id, *parents, commit.ctime, body)
        return commit.id

    def has_objects(self, repo_id: str, ids: Iterable[str]) -> set[str]:
        """Return which of these are files or directories of the repo. The empty ones always are."""
        asked = list(dict.fromkeys(ids))
        found = {EMPTY_ID} & set(asked)
        for start in range(0, len(asked), _IDS_AT_ONCE):
            some = asked[start : start + _IDS_AT_ONCE]
            marks = ", ".join("?" * len(some))
            sql = f"SELECT id FROM fs_object WHERE repo_id = ? AND kind <> 'p' AND id IN ({marks})"
            found.update(row[0] for row in self._db.rows(sql, repo_id, *some))
        return found

    def touch(self, repo_id: str, ids: Iterable[str]) -> set[str]:
        """Make files and directories young again, so that a running gc spares them, and return which there are."""
        found = self.has_objects(repo_id, ids)
        now = int(time.time())
        with self._db.transaction() if found else nullcontext():
            for object_id in found:
                for row_id in self.stored_ids(repo_id, object_id):
                    self._db.rows(_MAKE_YOUNG, now, repo_id, row_id, now)
        return found

    def is_stale(self, repo_id: str, row_id: str, before: float, beyond: float) -> bool:
        """Tell whether ``delete_stale`` would remove a row."""
        sql = f"SELECT 1 FROM fs_object WHERE {_STALE}"
        return self._db.row(sql, repo_id, row_id, int(before), int(beyond)) is not None

    def delete_stale(self, repo_id: str, row_id: str, before: float, beyond: float) -> bool:
        """Remove a row of ``stored_ids`` that was touched last ``before``, or ``beyond`` what can be; seconds."""
        sql = f"DELETE FROM fs_object WHERE {_STALE} RETURNING id"
        with self._db.transaction():
            return bool(self._db.rows(sql, repo_id, row_id, int(before), int(beyond)))

    def wire(self, repo_id: str, object_id: str) -> tuple[int, Iterator[bytes]]:
        """Return a file or directory as clients exchange it: a zlib stream's bytes, and the stream in parts.

        A large directory is packed once more to learn how long its stream is: that takes time, but no memory.

        Raises:
            ObjectMissing: There is none of this id.
        """
        kind, body = self._find_row(repo_id, object_id)
        if kind in {_FILE, _SMALL}:
            return len(body), iter((body,))
        directory = self.open_dir(repo_id, object_id)
        return sum(map(len, _pack(directory.wire()))), _pack(directory.wire())

    def read_wire(self, repo_id: str, object_id: str, packed: Iterable[bytes]) -> File | Directory:
        """Return a file or directory that comes as one zlib stream from a client; ``save`` keeps it.

        Of a directory that is too large to be held, most pages are in the database already when this returns.

        Raises:
            MalformedObject: It is neither, not in canonical form, too large, or has another id.
        """
        parts = _at_most(MAX_OBJECT_BYTES, _unpack(packed))
        first = b""
        while len(first) < _KIND_BYTES and (part := next(parts, b"")):
            first += part
        if first.startswith(b'{"block_ids"'):
            file = decode_file(b"".join(_at_most(MAX_FILE_BYTES, chain([first], parts))))
            _expect(object_id, file_id(file))
            return file
        cut = pages.cut(pages.read_wire(chain([first], parts)))
        directory = new_directory(self._set_aside(repo_id, cut), self._page_reader(repo_id))
        _expect(object_id, directory.id)
        return directory

    def save(self, repo_id: str, objects: Iterable[File | Directory]) -> None:
        """Keep files and directories in one transaction."""
        with self._db.transaction():
            for item in objects:
                if isinstance(item, File):
                    self.save_file(repo_id, item)
                else:
                    self.save_dir(repo_id, item)

    def copy_object(self, source_repo_id: str, target_repo_id: str, object_id: str) -> None:
        """Let a second repo have a file or directory, but nothing of what that names.

        Raises:
            ObjectMissing: There is none of this id.
        """
        if object_id == EMPTY_ID:
            return
        with self._db.transaction():
            for row_id in self.stored_ids(source_repo_id, object_id):
                self._db.rows(_COPY, target_repo_id, int(time.time()), source_repo_id, row_id)

    def stored_ids(self, repo_id: str, object_id: str) -> list[str]:
        """Return the ids of all rows that hold a file or directory: its own and those of its pages, for gc.

        Raises:
            ObjectMissing: There is none of this id.
        """
        if object_id == EMPTY_ID:
            return []
        kind, body = self._find_row(repo_id, object_id)
        return [object_id, *(page.id for page in pages.unpack(body))] if kind == _LIST else [object_id]

    def _find_row(self, repo_id: str, object_id: str) -> tuple[str, bytes]:
        row: tuple[str, bytes] | None = self._db.row(_SELECT, repo_id, object_id)
        if row is None or row[0] == _PAGE:
            raise ObjectMissing(f"there is no object {object_id}")
        return row

    def _insert(self, repo_id: str, object_id: str, kind: str, body: bytes) -> None:
        with self._db.transaction():
            self._db.rows(_INSERT, repo_id, object_id, kind, body, int(time.time()))

    def _save_pages(self, repo_id: str, some: Iterable[Page]) -> None:
        with self._db.transaction():
            for page in some:
                if page.text is not None:
                    self._insert(repo_id, page.id, _PAGE, zlib.compress(page.text))
                    self._cache.put(page.id, page.text)

    def _set_aside(self, repo_id: str, cut: Iterable[Page]) -> Iterator[Page]:
        """Yield pages, those of a large directory without their texts, which are written meanwhile."""
        held: list[Page] = []
        for page in cut:
            held.append(page)
            if sum(page.size for page in held) > _HELD_BYTES:
                self._save_pages(repo_id, held)
                yield from (replace(page, text=None) for page in held)
                held.clear()
        yield from held

    def _page_reader(self, repo_id: str) -> PageReader:
        def read_page(page_id: str) -> bytes:
            text = self._cache.get(page_id)
            if text is None:
                row = self._db.row(_SELECT, repo_id, page_id)
                if row is None:
                    raise ObjectMissing(f"there is no page {page_id}")
                text = _unzip(row[1], page_id)
                self._cache.put(page_id, text)
            return text

        return read_page


def _unzip(body: bytes, object_id: str) -> bytes:
    try:
        text = zlib.decompress(body)
    except zlib.error as error:
        raise ObjectMissing(f"object {object_id} is damaged") from error
    if hashlib.sha1(text).hexdigest() != object_id:
        raise ObjectMissing(f"object {object_id} is damaged")
    return text


def _pack(parts: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj()
    for part in parts:
        if packed := packer.compress(part):
            yield packed
    yield packer.flush()


def _unpack(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text of a zlib stream in parts, so that a few bytes that unpack to gigabytes do no harm."""
    unpacker = zlib.decompressobj()
    try:
        for chunk in packed:
            if unpacker.eof:
                raise MalformedObject("an object has more than its zlib stream")
            part = unpacker.decompress(chunk, _PART_BYTES)
            while part:
                yield part
                part = unpacker.decompress(unpacker.unconsumed_tail, _PART_BYTES)
    except zlib.error as error:
        raise MalformedObject("an object is not a zlib stream") from error
    if not unpacker.eof or unpacker.unused_data:
        raise MalformedObject("an object is cut short, or goes on behind its end")


def _at_most(limit: int, parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        limit -= len(part)
        if limit < 0:
            raise MalformedObject("an object is too large")
        yield part


def _expect(expected: str, actual: str) -> None:
    if expected != actual:
        raise MalformedObject("an object has another id than its name")
