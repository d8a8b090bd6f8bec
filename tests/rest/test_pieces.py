"""Large files that come in pieces, over restarts and from clients that break off."""

import socket
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from syncfile.core import encrypted, files, uploads
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.uploads import IDLE_SECONDS, UPLOADS_PER_ACCOUNT, Piece, received_bytes
from syncfile.errors import BadRequest, Busy, TooMany, WrongOffset
from syncfile.store.chunker import CHUNK_BYTES, NewFile
from syncfile.store.part_files import hold_part
from tests.conftest import TIMEOUT_SECONDS, Answer, Client
from tests.core.accounts import actor_of, add, move_clock, open_store
from tests.rest.forms import BOUNDARY, Part, body_of, path_of, send
from tests.rest.people import Person, assert_error, join

MIB = 1 << 20
MARKER = b"nobody may find this on the disk "


def some_bytes(size: int) -> bytes:
    return Random(size).randbytes(size)


@pytest.fixture
def ann(core: Core, client: Client) -> Person:
    return join(core, client, "ann")


class Sender:
    """Sends one file piece by piece."""

    def __init__(self, person: Person, content: bytes, name: str = "film.mkv") -> None:
        self.person = person
        self.content = content
        self.name = name
        self.url = path_of(person.client.get(f"/v1/repos/{person.repo_id}/files/upload/?p=/").json)

    def send(self, start: int, end: int, *more: Part, total: int = 0) -> Answer:
        parts: list[Part] = [("parent_dir", "/"), *more, ("file", self.name, self.content[start:end])]
        content_range = f"bytes {start}-{end - 1}/{total or len(self.content)}"
        return send(self.person.client, self.url, *parts, content_range=content_range)

    def uploaded_bytes(self) -> int:
        url = f"/v1/repos/{self.person.repo_id}/files/uploaded-bytes/"
        answer = self.person.client.get(url, query={"p": "/", "name": self.name})
        assert list(answer.json) == ["uploadedBytes"]
        count: int = answer.json["uploadedBytes"]
        return count

    def stored(self) -> bytes:
        person = self.person
        return b"".join(files.open_file(person.core, person.actor, person.repo_id, f"/{self.name}").iter_bytes())


def test_pieces_become_the_file(ann: Person) -> None:
    sender = Sender(ann, some_bytes(2_500_000))
    assert sender.uploaded_bytes() == 0
    for start in (0, MIB):
        assert sender.send(start, start + MIB).json == {"success": True}
        assert sender.uploaded_bytes() == start + MIB
        assert not ann.has("/film.mkv")
    answer = sender.send(2 * MIB, 2_500_000, ("ret-json", "1"))
    assert answer.json == [{"name": "film.mkv", "id": answer.json[0]["id"], "size": 2_500_000}]
    assert sender.stored() == sender.content
    assert sender.uploaded_bytes() == 0


def test_single_piece_is_the_whole_file(ann: Person) -> None:
    sender = Sender(ann, b"content")
    assert len(sender.send(0, 7, ("last_modify", "1398148877")).json) == 40
    assert sender.stored() == b"content"
    assert files.open_file(ann.core, ann.actor, ann.repo_id, "/film.mkv").entry.mtime == 1398148877


def test_piece_that_does_not_follow_is_refused_with_what_is_there(ann: Person) -> None:
    sender = Sender(ann, some_bytes(1000))
    sender.send(0, 400)
    for start, end in ((500, 600), (300, 500), (399, 1000)):
        answer = sender.send(start, end)
        assert (answer.status, answer.json["error"], answer.json["uploadedBytes"]) == (416, "wrong_offset", 400)
    assert sender.send(400, 1000).status == 200
    assert sender.stored() == sender.content


def test_first_piece_may_be_sent_again(ann: Person) -> None:
    sender = Sender(ann, some_bytes(1000))
    sender.send(0, 400)
    sender.send(400, 600)
    assert sender.send(0, 300).status == 200
    assert sender.uploaded_bytes() == 300
    assert sender.send(300, 1000).status == 200
    assert sender.stored() == sender.content


def test_piece_of_another_total_does_not_follow(ann: Person) -> None:
    sender = Sender(ann, some_bytes(1000))
    sender.send(0, 400)
    answer = sender.send(400, 900, total=900)
    assert (answer.status, answer.json["uploadedBytes"]) == (416, 0)


@pytest.mark.parametrize("content_range", ["bytes 5-4/10", "bytes 0-10/10", "bytes */10", "0-4/10", "bytes 0-4/*"])
def test_malformed_content_range_is_refused(ann: Person, content_range: str) -> None:
    url = Sender(ann, b"").url
    answer = send(ann.client, url, ("parent_dir", "/"), ("file", "a", b"12345"), content_range=content_range)
    assert_error(answer, 400, "bad_request")


def test_piece_with_other_bytes_than_it_says_is_refused(ann: Person) -> None:
    sender = Sender(ann, some_bytes(1000))
    for length in (399, 401):
        parts: list[Part] = [("parent_dir", "/"), ("file", "film.mkv", bytes(length))]
        assert_error(send(ann.client, sender.url, *parts, content_range="bytes 0-399/1000"), 400, "bad_request")


def test_fields_of_a_piece_come_before_its_bytes(ann: Person) -> None:
    url = Sender(ann, b"").url
    parts: list[Part] = [("file", "a", b"12345"), ("parent_dir", "/")]
    assert_error(send(ann.client, url, *parts, content_range="bytes 0-4/5"), 400, "bad_request", "parent_dir")
    parts = [("parent_dir", "/"), ("file", "a", b"12345"), ("filename", "other")]
    assert_error(send(ann.client, url, *parts, content_range="bytes 0-4/5"), 400, "bad_request", "before")


def test_form_of_a_piece_has_one_file(ann: Person) -> None:
    url = Sender(ann, b"").url
    parts: list[Part] = [("parent_dir", "/"), ("file", "a", b"12345"), ("file", "b", b"12345")]
    assert_error(send(ann.client, url, *parts, content_range="bytes 0-4/5"), 400, "bad_request", "one file")
    assert_error(send(ann.client, url, parts[0], content_range="bytes 0-4/5"), 400, "bad_request", "file")


def test_progress_is_for_writers(ann: Person, core: Core) -> None:
    bob = join(core, Client(ann.client.port), "bob")
    url = f"/v1/repos/{ann.repo_id}/files/uploaded-bytes/?p=/&name=a"
    assert bob.client.get(url).status == 404
    assert Client(ann.client.port).get(url).status == 401
    assert_error(ann.client.get(url.replace("name", "n")), 400, "bad_request", "name")


def test_what_came_before_a_client_broke_off_counts(ann: Person) -> None:
    sender = Sender(ann, some_bytes(1_000_000))
    body = body_of([("parent_dir", "/"), ("file", "film.mkv", sender.content[:900_000])])
    head = (
        f"POST {sender.url} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Range: bytes 0-899999/1000000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", ann.client.port), timeout=TIMEOUT_SECONDS) as sock:
        sock.sendall(head.encode() + body[:500_000])
        sock.shutdown(socket.SHUT_WR)
        sock.recv(1)  # the server is done with it, and has closed
    at = sender.uploaded_bytes()
    assert 0 < at <= 500_000
    assert sender.send(at, 1_000_000).status == 200
    assert sender.stored() == sender.content


class TestCore:
    """What the wire would show too slowly."""

    @pytest.fixture
    def core(self, tmp_path: Path) -> Iterator[Core]:
        """A store whose clocks stand still."""
        yield from open_store(tmp_path)

    @pytest.fixture
    def owner(self, core: Core) -> Actor:
        return actor_of(add(core, "ann"))

    @pytest.fixture(params=["plain", "encrypted"])
    def repo_id(self, core: Core, owner: Actor, request: pytest.FixtureRequest) -> str:
        if request.param == "encrypted":
            return encrypted.create_encrypted(core, owner, "Secrets", "", "libpass").id
        found: str = core.db.row("SELECT default_repo_id FROM account WHERE id = ?", owner.account_id)[0]
        return found

    @pytest.mark.parametrize(
        "ends",
        [
            [1, 2, 17, 100],
            [15, 16, 32, 33_000],
            [CHUNK_BYTES - 1, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 7],
            [5, CHUNK_BYTES, 2 * CHUNK_BYTES],
            [3 * MIB + 5, 6 * MIB + 11, 9 * MIB, 17 * MIB],
        ],
    )
    def test_file_is_the_same_however_it_is_cut(self, core: Core, owner: Actor, repo_id: str, ends: list[int]) -> None:
        content = some_bytes(ends[-1])
        new = [
            self._send(core, owner, repo_id, content, begin, end) for begin, end in zip([0, *ends], ends, strict=False)
        ]
        assert new[:-1] == [None] * (len(ends) - 1)
        assert new[-1] == files.ingest(core, owner, repo_id, [content])

    @staticmethod
    def _send(core: Core, owner: Actor, repo_id: str, content: bytes, begin: int, end: int) -> NewFile | None:
        chunks = [content[at : min(at + 100_000, end)] for at in range(begin, end, 100_000)]
        piece = Piece(begin, end - begin, len(content))
        return uploads.receive(core, owner, repo_id, "/a", piece, chunks, lambda file: file)

    def test_part_of_an_encrypted_file_is_no_plaintext(self, core: Core, owner: Actor) -> None:
        repo_id = encrypted.create_encrypted(core, owner, "Secrets", "", "libpass").id
        content = MARKER * 1000
        self._send(core, owner, repo_id, content, 0, 20_000)
        parts = list(Path(core.folder.path, "uploads").iterdir())
        assert [part.stat().st_size for part in parts] == [20_000 + 16 - 20_000 % 16]
        assert all(MARKER not in path.read_bytes() for path in Path(core.folder.path).rglob("*") if path.is_file())

    def test_source_that_breaks_leaves_what_came(self, core: Core, owner: Actor, repo_id: str) -> None:
        content = some_bytes(CHUNK_BYTES + 100_000)

        def broken() -> Iterator[bytes]:
            yield content[: CHUNK_BYTES + 10]
            raise ConnectionError

        with pytest.raises(ConnectionError):
            uploads.receive(core, owner, repo_id, "/a", Piece(0, len(content) - 5, len(content)), broken(), str)
        assert received_bytes(core, owner, repo_id, "/a") == CHUNK_BYTES + 10
        new = self._send(core, owner, repo_id, content, CHUNK_BYTES + 10, len(content))
        assert new == files.ingest(core, owner, repo_id, [content])

    def test_last_piece_can_be_sent_again_if_the_end_fails(self, core: Core, owner: Actor, repo_id: str) -> None:
        content = some_bytes(50_000)
        self._send(core, owner, repo_id, content, 0, 20_000)

        def busy(_file: NewFile) -> None:
            raise Busy("the library is being changed by others")

        with pytest.raises(Busy):
            uploads.receive(core, owner, repo_id, "/a", Piece(20_000, 30_000, 50_000), [content[20_000:]], busy)
        new = self._send(core, owner, repo_id, content, 20_000, 50_000)
        assert new == files.ingest(core, owner, repo_id, [content])

    def test_bytes_that_a_crash_left_behind_the_record_do_no_harm(self, core: Core, owner: Actor, repo_id: str) -> None:
        content = some_bytes(50_000)
        self._send(core, owner, repo_id, content, 0, 20_005)
        before = core.db.row("SELECT received FROM upload_session")
        self._send(core, owner, repo_id, content, 20_005, 30_000)
        core.db.rows("UPDATE upload_session SET received = ?", *before)
        new = self._send(core, owner, repo_id, content, 20_005, 50_000)
        assert new == files.ingest(core, owner, repo_id, [content])

    def test_part_that_the_disk_lost_is_asked_for_again(self, core: Core, owner: Actor, repo_id: str) -> None:
        content = some_bytes(CHUNK_BYTES + 50_000)
        self._send(core, owner, repo_id, content, 0, CHUNK_BYTES + 20_000)
        (part,) = Path(core.folder.path, "uploads").iterdir()
        part.write_bytes(b"")
        with pytest.raises(WrongOffset) as caught:
            self._send(core, owner, repo_id, content, CHUNK_BYTES + 20_000, len(content))
        assert caught.value.facts["received"] == CHUNK_BYTES
        new = self._send(core, owner, repo_id, content, CHUNK_BYTES, len(content))
        assert new == files.ingest(core, owner, repo_id, [content])

    def test_file_whose_blocks_are_gone_begins_again(self, core: Core, owner: Actor, repo_id: str) -> None:
        content = some_bytes(CHUNK_BYTES + 5)
        self._send(core, owner, repo_id, content, 0, CHUNK_BYTES)
        (block,) = (path for path in Path(core.folder.path, "blocks").rglob("*") if path.is_file())
        block.unlink()
        with pytest.raises(WrongOffset) as caught:
            self._send(core, owner, repo_id, content, CHUNK_BYTES, len(content))
        assert caught.value.facts["received"] == 0
        assert received_bytes(core, owner, repo_id, "/a") == 0

    def test_second_piece_at_once_is_sent_away(self, core: Core, owner: Actor, repo_id: str) -> None:
        content = some_bytes(1000)

        def meanwhile() -> Iterator[bytes]:
            yield content[:100]
            with pytest.raises(Busy):
                self._send(core, owner, repo_id, content, 0, 500)
            yield content[100:]

        piece = Piece(0, 1000, 1000)
        new = uploads.receive(core, owner, repo_id, "/a", piece, meanwhile(), lambda file: file)
        assert new == files.ingest(core, owner, repo_id, [content])

    def test_old_uploads_are_forgotten(self, core: Core, owner: Actor, repo_id: str) -> None:
        self._send(core, owner, repo_id, bytes(1000), 0, 500)
        move_clock(core, IDLE_SECONDS - 1)
        assert uploads.sweep(core) == 0
        assert received_bytes(core, owner, repo_id, "/a") == 500
        move_clock(core, 1)
        assert uploads.sweep(core) == 1
        assert received_bytes(core, owner, repo_id, "/a") == 0
        assert list(Path(core.folder.path, "uploads").iterdir()) == []

    def test_part_without_an_upload_is_removed_when_it_is_old(
        self, core: Core, owner: Actor, repo_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._send(core, owner, repo_id, bytes(1000), 0, 500)
        with hold_part(core.folder.path, "orphan"):
            pass
        uploads.sweep(core)
        assert len(list(Path(core.folder.path, "uploads").iterdir())) == 2
        monkeypatch.setattr("syncfile.store.part_files.ORPHAN_SECONDS", -5)
        uploads.sweep(core)
        (left,) = Path(core.folder.path, "uploads").iterdir()
        assert left.name != "orphan"

    def test_unfinished_uploads_of_an_account_are_limited(self, core: Core, owner: Actor, repo_id: str) -> None:
        with core.db.transaction():
            for number in range(UPLOADS_PER_ACCOUNT):
                core.db.rows(
                    "INSERT INTO upload_session (id, account_id, repo_id, path, total, received, block_ids, updated_at)"
                    " VALUES (?, ?, ?, '', 0, 0, '', ?)",
                    *(str(number), owner.account_id, repo_id, core.now()),
                )
        with pytest.raises(TooMany):
            self._send(core, owner, repo_id, bytes(10), 0, 5)

    @pytest.mark.parametrize(("start", "length", "total"), [(-1, 5, 10), (0, 0, 10), (5, 6, 10)])
    def test_impossible_piece_is_refused(self, start: int, length: int, total: int) -> None:
        with pytest.raises(BadRequest):
            Piece(start, length, total)
