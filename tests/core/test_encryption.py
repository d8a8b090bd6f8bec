"""Encrypted libraries: the format, the keys in memory, and files that nobody reads without them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncfile.core import crypto, encrypted, entries, files
from syncfile.core.access import Actor, RepoInfo, find_repo
from syncfile.core.core import Core
from syncfile.core.crypto import CipherKey, Encryption
from syncfile.core.keys import IDLE_SECONDS, Keys
from syncfile.core.repos import create_repo, edit_repo, open_repo
from syncfile.errors import BadRequest, BytesMissing, LibraryLocked, NotFound, PermissionDenied, TooMany
from syncfile.store.chunker import CHUNK_BYTES, FileSink
from syncfile.store.objects import File, encode_file, file_id
from tests.core.accounts import move_clock, open_store

VECTORS = Path(__file__).parents[1] / "store" / "data" / "seafile-vectors.json"
PASSWORD = "libpass"
MARKER = b"nobody may find this on the disk "

Vector = dict[str, str]


def vectors() -> list[Vector]:
    found = json.loads(VECTORS.read_text())["encryption"]
    return [vector for vector in found if vector["enc_version"] in crypto.VERSIONS]


def encryption(vector: Vector) -> Encryption:
    return Encryption(int(vector["enc_version"]), vector["magic"], vector["random_key"], vector["salt"])


@pytest.fixture(params=vectors(), ids=lambda vector: f"version {vector['enc_version']}")
def vector(request: pytest.FixtureRequest) -> Vector:
    found: Vector = request.param
    return found


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    """A store whose clocks stand still."""
    yield from open_store(tmp_path)


@pytest.fixture
def secrets(core: Core, ann: Actor) -> RepoInfo:
    """An encrypted library that its owner has unlocked by creating it."""
    return encrypted.create_encrypted(core, ann, "Secrets", "", PASSWORD)


def lock(core: Core, repo: RepoInfo) -> None:
    """Forget the keys, as a restart does."""
    core.keys.forget(repo)


def put(core: Core, actor: Actor, repo: RepoInfo, path: str, content: bytes) -> None:
    entries.add_file(core, actor, repo.id, path, files.ingest(core, actor, repo.id, [content], len(content)))


def read(core: Core, actor: Actor, repo: RepoInfo, path: str, offset: int = 0, length: int | None = None) -> bytes:
    return b"".join(files.open_file(core, actor, repo.id, path).iter_bytes(offset, length))


def current(core: Core, repo: RepoInfo) -> RepoInfo:
    found = find_repo(core.db, repo.id)
    assert found is not None
    return found


def test_password_of_a_reference_library_opens_it(vector: Vector) -> None:
    key = crypto.unlock(encryption(vector), vector["repo_id"], vector["password"])
    assert key == CipherKey(bytes.fromhex(vector["file_key"]), bytes.fromhex(vector["file_iv"]))


def test_wrong_password_of_a_reference_library_opens_nothing(vector: Vector) -> None:
    assert crypto.unlock(encryption(vector), vector["repo_id"], vector["password"] + "x") is None
    assert crypto.unlock(encryption(vector), vector["repo_id"].replace("4", "5"), vector["password"]) is None


def test_block_of_a_reference_library_is_reproduced(core: Core, vector: Vector) -> None:
    key = CipherKey(bytes.fromhex(vector["file_key"]), bytes.fromhex(vector["file_iv"]))
    sink = FileSink(core.blocks, vector["repo_id"], key.encryptor)
    for byte in vector["plaintext"].encode():
        sink.write(bytes([byte]))
    new = sink.finish()
    assert new.pending is not None
    assert new.pending.body.hex() == vector["ciphertext_hex"]
    assert new.file.block_ids == (vector["block_id"],)
    assert encode_file(new.file).decode() == vector["seafile_json"]
    assert file_id(new.file) == vector["seafile_id"]


@pytest.mark.parametrize("version", crypto.VERSIONS)
def test_new_keys_open_with_their_password_alone(version: int) -> None:
    repo_id = "1342b947-331c-44c7-a83d-f9cd844c65fe"
    made, other = (crypto.new_encryption("pässword", repo_id, version) for _ in range(2))
    assert made.random_key != other.random_key
    assert crypto.unlock(made, repo_id, "pässword") is not None
    assert crypto.unlock(made, repo_id, "password") is None


def test_keys_are_not_printed() -> None:
    assert repr(CipherKey(b"k" * 32, b"v" * 16)) == "CipherKey()"


@pytest.mark.parametrize("bad", [(3, "a" * 64, "b" * 96, ""), (2, "A" * 64, "b" * 96, ""), (4, "a" * 64, "b" * 96, "")])
def test_malformed_keys_are_refused(bad: tuple[int, str, str, str]) -> None:
    with pytest.raises(BadRequest):
        Encryption(*bad)


def test_encrypted_library_tells_clients_how_to_open_it(core: Core, ann: Actor) -> None:
    repo = encrypted.create_encrypted(core, ann, "Secrets", "of mine", PASSWORD, 4)
    commit = core.objects.get_commit(repo.id, repo.head_id)
    assert (repo.enc_version, repo.name, repo.desc) == (4, "Secrets", "of mine")
    assert (commit.encrypted, commit.enc_version) == (True, 4)
    assert (commit.magic, commit.key, commit.salt) == (repo.magic, repo.random_key, repo.salt)
    assert crypto.unlock(encrypted.encryption_of(repo), repo.id, PASSWORD) is not None


@pytest.mark.parametrize(("password", "version"), [("", 2), (PASSWORD, 3), (PASSWORD, 1)])
def test_library_without_password_or_of_unknown_version_is_not_made(
    core: Core, ann: Actor, password: str, version: int
) -> None:
    with pytest.raises(BadRequest):
        encrypted.create_encrypted(core, ann, "Secrets", "", password, version)


def test_edits_keep_the_keys_in_every_commit(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    entries.make_dir(core, ann, secrets.id, "/a")
    commit = core.objects.get_commit(secrets.id, current(core, secrets).head_id)
    assert (commit.magic, commit.key) == (secrets.magic, secrets.random_key)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 33_000, CHUNK_BYTES, CHUNK_BYTES + 5])
def test_file_comes_back_whole(core: Core, ann: Actor, secrets: RepoInfo, size: int) -> None:
    content = (MARKER * (size // len(MARKER) + 1))[:size]
    put(core, ann, secrets, "/a", content)
    assert read(core, ann, secrets, "/a") == content
    assert files.open_file(core, ann, secrets.id, "/a").size == size


def test_any_range_comes_back(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    content = bytes(range(256)) * 300
    stored = _client_file(core, ann, secrets, content, [1, 16, 31, 50_000, 32, 15])
    for offset in [*range(90), 50_047, 50_079, 50_080, 50_112, 76_799]:
        for length in (1, 2, 16, 17, 60_000):
            got = b"".join(stored.iter_bytes(offset, min(length, len(content) - offset)))
            assert got == content[offset : offset + length], (offset, length)


def _client_file(core: Core, actor: Actor, repo: RepoInfo, content: bytes, sizes: list[int]) -> files.StoredFile:
    """Store a file in blocks of the sizes given, and one for the rest, as sync clients cut theirs."""
    unlocked = core.keys.require(repo, actor)
    assert unlocked is not None
    block_ids = []
    rest = content
    for size in [*sizes, len(content)]:
        encryptor = unlocked.encryptor()
        writer = core.blocks.writer(repo.id)
        writer.write(encryptor.update(rest[:size]) + encryptor.finalize())
        block = writer.seal()
        core.blocks.keep(repo.id, block.pending)
        block_ids.append(block.id)
        rest = rest[size:]
    file = File(tuple(block_ids), len(content))
    core.objects.save_file(repo.id, file)
    put(core, actor, repo, "/entry", b"x")
    entry = open_repo(core, actor, repo.id).file("/entry")
    return files.StoredFile(core, repo.id, entry, file, unlocked)


def test_parts_of_a_range_are_small(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    put(core, ann, secrets, "/a", bytes(1_000_000))
    assert max(map(len, files.open_file(core, ann, secrets.id, "/a").iter_bytes(5, 900_000))) <= 256 << 10


def test_damaged_block_is_no_plaintext(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    put(core, ann, secrets, "/a", b"content")
    core.db.rows("UPDATE small_block SET body = ? WHERE repo_id = ?", bytes(16), secrets.id)
    with pytest.raises(BytesMissing):
        read(core, ann, secrets, "/a")


def test_file_of_more_bytes_than_its_blocks_have_is_damaged(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    stored = _client_file(core, ann, secrets, b"content", [7])
    assert b"".join(stored.iter_bytes(7, 0)) == b""
    with pytest.raises(BytesMissing):
        list(stored.iter_bytes(0, 8))


def test_nothing_on_the_disk_is_plaintext(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    put(core, ann, secrets, "/small", MARKER)
    put(core, ann, secrets, "/large", MARKER * 10_000)
    found = [path for path in Path(core.folder.path).rglob("*") if path.is_file() and MARKER in path.read_bytes()]
    assert found == []
    assert len([path for path in Path(core.folder.path, "blocks").rglob("*") if path.is_file()]) == 1


def test_plaintext_of_a_plain_library_is_found_on_the_disk(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library, "/large", MARKER * 10_000)  # so that the test above would notice it
    assert any(MARKER in path.read_bytes() for path in Path(core.folder.path, "blocks").rglob("*") if path.is_file())


def test_locked_library_is_not_listed_read_or_changed(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    put(core, ann, secrets, "/a", b"content")
    lock(core, secrets)
    with pytest.raises(LibraryLocked):
        open_repo(core, ann, secrets.id)
    with pytest.raises(LibraryLocked):
        files.open_file(core, ann, secrets.id, "/a")
    with pytest.raises(LibraryLocked):
        files.ingest(core, ann, secrets.id, [b"x"])
    with pytest.raises(LibraryLocked), edit_repo(core, ann, secrets.id):
        pass


def test_unlocking_opens_a_library_for_one_account_alone(core: Core, ann: Actor, bob: Actor, secrets: RepoInfo) -> None:
    core.db.rows("UPDATE repo SET public = 'rw' WHERE id = ?", secrets.id)
    put(core, ann, secrets, "/a", b"content")
    with pytest.raises(LibraryLocked):
        read(core, bob, secrets, "/a")
    encrypted.unlock(core, bob, secrets.id, PASSWORD)
    assert read(core, bob, secrets, "/a") == b"content"


def test_library_of_others_cannot_be_unlocked(core: Core, bob: Actor, secrets: RepoInfo) -> None:
    with pytest.raises(NotFound):
        encrypted.unlock(core, bob, secrets.id, PASSWORD)


def test_wrong_password_unlocks_nothing_and_is_counted(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    lock(core, secrets)
    for _ in range(20):
        with pytest.raises(BadRequest):
            encrypted.unlock(core, ann, secrets.id, "guess")
    with pytest.raises(TooMany):
        encrypted.unlock(core, ann, secrets.id, PASSWORD)
    with pytest.raises(LibraryLocked):
        open_repo(core, ann, secrets.id)


def test_plain_library_cannot_be_unlocked(core: Core, ann: Actor, library: RepoInfo) -> None:
    with pytest.raises(BadRequest) as caught:
        encrypted.unlock(core, ann, library.id, PASSWORD)
    assert caught.value.facts["reason"] == "plain"


class TestKeys:
    """How long a key is kept."""

    @pytest.fixture
    def now(self) -> list[float]:
        return [1000.0]

    @pytest.fixture
    def keys(self, now: list[float]) -> Keys:
        return Keys(lambda: now[0])

    @pytest.fixture
    def put_key(self, keys: Keys, ann: Actor, secrets: RepoInfo) -> None:
        keys.put(secrets, ann, CipherKey(b"k" * 32, b"v" * 16))

    @pytest.mark.usefixtures("put_key")
    def test_key_is_gone_an_hour_after_its_last_use(
        self, keys: Keys, now: list[float], ann: Actor, secrets: RepoInfo
    ) -> None:
        for _ in range(3):
            now[0] += IDLE_SECONDS - 1
            keys.require(secrets, ann)
        now[0] += IDLE_SECONDS
        with pytest.raises(LibraryLocked):
            keys.require(secrets, ann)

    @pytest.mark.usefixtures("put_key")
    def test_long_use_keeps_a_key(self, keys: Keys, now: list[float], ann: Actor, secrets: RepoInfo) -> None:
        unlocked = keys.require(secrets, ann)
        assert unlocked is not None
        now[0] += IDLE_SECONDS - 1
        unlocked.touch()
        now[0] += IDLE_SECONDS - 1
        assert keys.require(secrets, ann) is unlocked

    @pytest.mark.usefixtures("put_key")
    def test_longest_unused_key_makes_room(
        self, keys: Keys, ann: Actor, secrets: RepoInfo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("syncfile.core.keys.KEYS_KEPT", 2)
        for account_id in (101, 102):
            keys.put(secrets, Actor(account_id, ""), CipherKey(b"k" * 32, b"v" * 16))
        with pytest.raises(LibraryLocked):
            keys.require(secrets, ann)
        assert keys.require(secrets, Actor(101, "")) is not None


def test_other_password_opens_the_same_files(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    put(core, ann, secrets, "/a", b"content")
    encrypted.change_password(core, ann, secrets.id, PASSWORD, "another")
    lock(core, secrets)
    with pytest.raises(BadRequest):
        encrypted.unlock(core, ann, secrets.id, PASSWORD)
    encrypted.unlock(core, ann, secrets.id, "another")
    assert read(core, ann, secrets, "/a") == b"content"


def test_change_of_password_is_a_commit_with_the_new_keys(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    encrypted.change_password(core, ann, secrets.id, PASSWORD, "another")
    repo = current(core, secrets)
    commit = core.objects.get_commit(repo.id, repo.head_id)
    assert (commit.description, commit.parent_id) == ("Changed library password", secrets.head_id)
    assert (commit.magic, commit.key) == (repo.magic, repo.random_key)
    assert repo.magic != secrets.magic


def test_change_of_password_locks_out_whoever_knew_the_old_one(
    core: Core, ann: Actor, bob: Actor, secrets: RepoInfo
) -> None:
    core.db.rows("UPDATE repo SET public = 'r' WHERE id = ?", secrets.id)
    encrypted.unlock(core, bob, secrets.id, PASSWORD)
    encrypted.change_password(core, ann, secrets.id, PASSWORD, "another")
    open_repo(core, ann, secrets.id)
    with pytest.raises(LibraryLocked):
        open_repo(core, bob, secrets.id)


def test_only_the_owner_who_knows_the_password_changes_it(
    core: Core, ann: Actor, bob: Actor, secrets: RepoInfo
) -> None:
    core.db.rows("UPDATE repo SET public = 'rw' WHERE id = ?", secrets.id)
    with pytest.raises(PermissionDenied):
        encrypted.change_password(core, bob, secrets.id, PASSWORD, "another")
    with pytest.raises(BadRequest):
        encrypted.change_password(core, ann, secrets.id, "guess", "another")
    with pytest.raises(BadRequest):
        encrypted.change_password(core, ann, secrets.id, PASSWORD, "")
    assert current(core, secrets).magic == secrets.magic


def test_virtual_library_is_unlocked_with_its_origin(core: Core, ann: Actor, bob: Actor, secrets: RepoInfo) -> None:
    entries.make_dir(core, ann, secrets.id, "/shared")
    put(core, ann, secrets, "/shared/a", b"content")
    assert ann.account_id is not None
    virtual = create_repo(core, ann.account_id, "shared")
    core.db.rows(
        "UPDATE repo SET origin_id = ?, origin_path = '/shared', public = 'rw' WHERE id = ?", secrets.id, virtual.id
    )
    virtual = current(core, virtual)
    assert virtual.is_encrypted
    with pytest.raises(LibraryLocked):
        read(core, bob, virtual, "/a")
    encrypted.unlock(core, bob, virtual.id, PASSWORD)
    assert read(core, bob, virtual, "/a") == b"content"
    put(core, bob, virtual, "/b", b"more")
    assert read(core, ann, secrets, "/shared/b") == b"more"


def test_keys_outlive_a_moved_clock_only_within_the_hour(core: Core, ann: Actor, secrets: RepoInfo) -> None:
    move_clock(core, 86_400)  # of the wall; a router sets its own an hour after it started
    open_repo(core, ann, secrets.id)
