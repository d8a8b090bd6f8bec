"""Files that arrive in pieces, one request each, over days and restarts if need be.

Whole blocks are stored as they arrive; what is left at the end of a piece waits in a part file, encrypted where the
library is. A row tells how far each file has come; it is written after the bytes are on the disk.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from syncfile.core import files
from syncfile.core.access import WRITE, Actor, RepoInfo, require, require_account
from syncfile.core.clock import is_settled
from syncfile.core.core import Core
from syncfile.core.crypto import CIPHER_BLOCK_BYTES, Encryptor
from syncfile.core.keys import Unlocked
from syncfile.core.paths import clean_path, nfc
from syncfile.errors import BadRequest, TooMany, WrongOffset
from syncfile.store.blocks import BlockWriter, NewBlock
from syncfile.store.chunker import CHUNK_BYTES, NewFile
from syncfile.store.objects import File
from syncfile.store.part_files import PartFile, hold_part, list_orphans, remove_part

#: An upload that nobody goes on with is forgotten.
IDLE_SECONDS = 3 * 86400
UPLOADS_PER_ACCOUNT = 100

_ID_CHARS = 40
_SWEEP_ROWS = 100
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Piece:
    """Which bytes of a file a request brings; ``total`` is the size of the file.

    Raises:
        BadRequest: There are no such bytes in a file of that size.
    """

    start: int
    length: int
    total: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.length < 1 or self.end > self.total:
            raise BadRequest("there is no such piece of a file of that size", parameter="Content-Range")

    @property
    def end(self) -> int:
        return self.start + self.length


def received_bytes(core: Core, actor: Actor, repo_id: str, path: str) -> int:
    """Return how many bytes of the file to be at ``path`` have come, from its beginning; 0 for one that never began.

    Raises:
        NotFound, PermissionDenied: The actor may not write there.
    """
    repo = require(core.db, actor, repo_id, WRITE)
    row = core.db.row("SELECT received FROM upload_session WHERE id = ?", _session_id(actor, repo, path))
    return int(row[0]) if row else 0


def receive(
    core: Core,
    actor: Actor,
    repo_id: str,
    path: str,
    piece: Piece,
    chunks: Iterable[bytes],
    finish: Callable[[NewFile], _Answer],
) -> _Answer | None:
    """Store one piece of the file to be at ``path``. What has come of it by then counts even if it breaks off.

    A piece follows the one before it, or begins again at 0, whatever came before.

    Args:
        finish: Gets the file when this was the last piece, to put it into its folder. If it fails, the piece can be
            sent again.

    Returns:
        What ``finish`` does; None if there is more to come.

    Raises:
        WrongOffset: The piece does not follow what is there.
        Busy: Another piece of the file is on its way.
        BadRequest: There are more or fewer bytes than the piece says.
        TooMany: The account has too many unfinished uploads.
        NotFound, PermissionDenied, LibraryLocked, QuotaFull, DiskFull, StoreUnavailable: As ``files.ingest``.
    """
    repo = files.admit(core, actor, repo_id, piece.total - piece.start)
    unlocked = core.keys.require(repo, actor)
    session_id = _session_id(actor, repo, path)
    with hold_part(core.folder.path, session_id) as part:
        if piece.start == 0:
            _begin(core, actor, repo, path, session_id, piece.total)
        upload = _Upload(core, repo, unlocked, session_id, part, piece)
        upload.add(chunks)
        if piece.end < piece.total:
            return None
        new_file = upload.file()
        answer = finish(new_file)
        _forget(core, session_id)
        part.remove()
        return answer


def sweep(core: Core) -> int:
    """Forget uploads that nobody went on with, and return how many. What they have stored is left to gc."""
    if not is_settled(core.db, core.now()):
        return 0
    old = core.now() - IDLE_SECONDS
    rows = core.db.rows("SELECT id FROM upload_session WHERE updated_at <= ? LIMIT ?", old, _SWEEP_ROWS)
    for (session_id,) in rows:
        _forget(core, session_id)
        remove_part(core.folder.path, session_id)
    for name in list_orphans(core.folder.path):
        if core.db.row("SELECT 1 FROM upload_session WHERE id = ?", name) is None:
            remove_part(core.folder.path, name)
    return len(rows)


def _session_id(actor: Actor, repo: RepoInfo, path: str) -> str:
    account_id = require_account(actor)
    return sha256(f"{account_id}\0{repo.id}\0{nfc(clean_path(path))}".encode()).hexdigest()


def _begin(core: Core, actor: Actor, repo: RepoInfo, path: str, session_id: str, total: int) -> None:
    sweep(core)
    with core.db.transaction():
        _forget(core, session_id)
        (count,) = core.db.row("SELECT COUNT(*) FROM upload_session WHERE account_id = ?", actor.account_id)
        if count >= UPLOADS_PER_ACCOUNT:
            raise TooMany("there are too many unfinished uploads", retry_after=3600)
        core.db.rows(
            "INSERT INTO upload_session (id, account_id, repo_id, path, total, received, block_ids, updated_at)"
            " VALUES (?, ?, ?, ?, ?, 0, '', ?)",
            *(session_id, actor.account_id, repo.id, clean_path(path), total, core.now()),
        )


def _forget(core: Core, session_id: str) -> None:
    with core.db.transaction():
        core.db.rows("DELETE FROM upload_session WHERE id = ?", session_id)


class _Upload:
    """A file of which some has come, and to which one piece is added.

    Raises:
        WrongOffset: The piece does not follow what is there.
    """

    def __init__(
        self, core: Core, repo: RepoInfo, unlocked: Unlocked | None, session_id: str, part: PartFile, piece: Piece
    ) -> None:
        self._core = core
        self._repo_id = repo.store_id
        self._unlocked = unlocked
        self._session_id = session_id
        self._part = part
        self._piece = piece
        self._last: NewBlock | None = None  # of the whole file; no row tells of it before the file is finished
        row = core.db.row("SELECT total, received FROM upload_session WHERE id = ?", session_id)
        self._at = row[1] if row and row[0] == piece.total else 0
        if self._at != piece.start:
            raise WrongOffset("the piece does not follow what is there already", received=self._at)
        if part.size < _stored_size(self._at % CHUNK_BYTES, unlocked):  # the disk lost what it had confirmed
            self._at -= self._at % CHUNK_BYTES
            self._record()
            raise WrongOffset("some of what was there is lost", received=self._at)

    def add(self, chunks: Iterable[bytes]) -> None:
        """Store the piece. Raises ``BadRequest`` if it is longer or shorter than it says."""
        block: _Block | None = None
        try:
            for chunk in chunks:
                rest = memoryview(chunk)
                if self._at + len(rest) > self._piece.end:
                    raise BadRequest("there are more bytes than the piece says", parameter="Content-Range")
                while rest:
                    block = block or self._open_block()
                    taken = rest[: block.left]
                    block.write(taken)
                    self._at += len(taken)
                    rest = rest[len(taken) :]
                    if not block.left:
                        self._seal(block)
                        block = None
                if self._unlocked:
                    self._unlocked.touch()
        finally:
            if block is not None and block.suspend():
                self._record()
        if self._at < self._piece.end:
            raise BadRequest("there are fewer bytes than the piece says", parameter="Content-Range")

    def file(self) -> NewFile:
        """Return the file whose last piece was added. Raises ``WrongOffset`` if some of its blocks are gone."""
        row = self._core.db.row("SELECT block_ids FROM upload_session WHERE id = ?", self._session_id)
        text = row[0] if row else ""
        ids = [text[at : at + _ID_CHARS] for at in range(0, len(text), _ID_CHARS)]
        there = self._core.blocks.touch(self._repo_id, ids)  # young again, so that a running gc spares them
        if self._last is None or row is None or len(there) < len(set(ids)):
            _forget(self._core, self._session_id)
            raise WrongOffset("some of what was there is lost", received=0)
        return NewFile(File((*ids, self._last.id), self._piece.total), self._last.pending)

    def _open_block(self) -> "_Block":
        filled = self._at % CHUNK_BYTES
        start = self._at - filled
        end = min(start + CHUNK_BYTES, self._piece.total)
        writer = self._core.blocks.writer(self._repo_id) if end <= self._piece.end else None
        return _Block(writer, self._part, self._unlocked, filled, end - start)

    def _seal(self, block: "_Block") -> None:
        sealed = block.seal()
        if self._at == self._piece.total:
            self._last = sealed
        else:
            self._record(sealed.id)

    def _record(self, block_id: str = "") -> None:
        """Write down how far the file has come, and the block that was stored."""
        with self._core.db.transaction():
            self._core.db.rows(
                "UPDATE upload_session SET received = ?, block_ids = block_ids || ?, updated_at = ? WHERE id = ?",
                *(self._at, block_id, self._core.now(), self._session_id),
            )


class _Block:
    """One block being written: into the store if the piece completes it, else on into the part file.

    Of an encrypted library's block, that holds all whole cipher blocks, and one more for the rest of the plaintext.

    Args:
        writer: Where the piece completes the block.
        filled: Bytes of plaintext that the part file holds already.
        size: Bytes of plaintext in the end.
    """

    def __init__(
        self, writer: BlockWriter | None, part: PartFile, unlocked: Unlocked | None, filled: int, size: int
    ) -> None:
        self._writer = writer
        self._part = part
        self._cipher = _resume(unlocked, part, filled) if unlocked else None
        self._is_sound = True
        self.left = size - filled
        kept = _whole(filled) if unlocked else filled
        part.seek(kept)
        if writer is not None:
            for data in part.read(0, kept):
                writer.write(data)

    def write(self, data: memoryview) -> None:
        """Append plaintext, at most ``left`` bytes."""
        self._is_sound = False
        self._put(self._cipher.update(data) if self._cipher else data)
        self._is_sound = True
        self.left -= len(data)

    def seal(self) -> NewBlock:
        """Store the block, which is complete."""
        assert self._writer is not None
        if self._cipher:
            self._put(self._cipher.finalize())
        return self._writer.seal()

    def suspend(self) -> bool:
        """Leave the block to the next piece; tell whether what was written of it is on the disk."""
        if self._writer is not None:
            self._writer.abort()
            return False
        if self._is_sound:
            if self._cipher:
                self._put(self._cipher.finalize())
            self._part.sync()
        return self._is_sound

    def _put(self, data: bytes | memoryview) -> None:
        if self._writer is not None:
            self._writer.write(data)
        else:
            self._part.write(data)


def _resume(unlocked: Unlocked, part: PartFile, filled: int) -> Encryptor:
    """Return the cipher that goes on where a part file ends."""
    key = unlocked.key
    whole = _whole(filled)
    iv = b"".join(part.read(whole - CIPHER_BLOCK_BYTES, CIPHER_BLOCK_BYTES)) if whole else key.iv
    rest = b"".join(part.read(whole, CIPHER_BLOCK_BYTES)) if filled > whole else b""
    encryptor = Encryptor(key, iv)
    encryptor.update(key.cipher(iv).decryptor().update(rest)[: filled - whole])  # less than gives ciphertext
    return encryptor


def _stored_size(filled: int, unlocked: Unlocked | None) -> int:
    """Return how many bytes a part file has at least."""
    if unlocked is None or filled == _whole(filled):
        return filled
    return _whole(filled) + CIPHER_BLOCK_BYTES


def _whole(size: int) -> int:
    return size - size % CIPHER_BLOCK_BYTES
