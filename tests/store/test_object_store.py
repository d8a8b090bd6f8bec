"""Objects come back as they went in, from a real database, and damage does not pass unseen."""

import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syncfile.store import object_store
from syncfile.store.db import Database
from syncfile.store.directories import Directory, diff
from syncfile.store.object_store import ObjectMissing, ObjectStore
from syncfile.store.objects import EMPTY_ID, MODE_FILE, Commit, Dirent, File, MalformedObject
from syncfile.store.page_cache import PageCache

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "seafile-vectors.json").read_text("utf-8"))
REPO = "86cdbc78-0176-45af-b34e-91370ad48953"
OTHER_REPO = "00000000-0176-45af-b34e-91370ad48953"
ID = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"
FILE = File((ID, ID[::-1]), 9_000_000)
COMMIT = Commit(
    repo_id=REPO,
    root_id=ID,
    ctime=1795368018,
    creator_name="ann",
    description="Created",
    parent_id=None,
    repo_name="Photos",
)


def entry(name: str, mtime: int = 0) -> Dirent:
    return Dirent(name, ID, MODE_FILE, mtime, 1, "ann@example.com")


def filled(store: ObjectStore, count: int) -> Directory:
    names = [f"{number:05d}.jpg" for number in range(count)]
    return store.open_dir(REPO, EMPTY_ID).edit({name: entry(name) for name in names})


def take(store: ObjectStore, object_id: str, packed: bytes, chunk_bytes: int = 5) -> None:
    """Keep an object that arrives in small pieces."""
    chunks = (packed[start : start + chunk_bytes] for start in range(0, len(packed), chunk_bytes))
    store.save(REPO, [store.read_wire(REPO, object_id, chunks)])


@pytest.mark.parametrize("count", [0, 1, 48, 49, 2000])
def test_directory_comes_back(store: ObjectStore, count: int) -> None:
    directory = filled(store, count)
    assert store.save_dir(REPO, directory) == directory.id
    again = store.open_dir(REPO, directory.id)
    assert (again.id, len(again)) == (directory.id, count)
    assert list(again.iter()) == list(directory.iter())
    assert list(diff(again, directory)) == []


def test_second_version_of_a_large_directory_adds_few_rows(db: Database, store: ObjectStore) -> None:
    first = filled(store, 5000)
    store.save_dir(REPO, first)
    (before,) = db.row("SELECT count(*) FROM fs_object")
    second = store.open_dir(REPO, first.id).with_(entry("02500.jpg", 5))
    store.save_dir(REPO, second)
    (after,) = db.row("SELECT count(*) FROM fs_object")
    assert after - before == 2
    assert list(diff(store.open_dir(REPO, first.id), store.open_dir(REPO, second.id))) == [
        (entry("02500.jpg"), entry("02500.jpg", 5))
    ]


def test_pages_are_read_from_the_database_when_no_cache_has_them(db: Database, store: ObjectStore) -> None:
    dir_id = store.save_dir(REPO, filled(store, 500))
    cold = ObjectStore(db, PageCache(max_bytes=0))
    assert [dirent.name for dirent in cold.open_dir(REPO, dir_id).iter(498)] == ["00498.jpg", "00499.jpg"]


def test_another_repo_does_not_have_the_objects(store: ObjectStore) -> None:
    dir_id = store.save_dir(REPO, filled(store, 1))
    file_id = store.save_file(REPO, FILE)
    store.save_commit(REPO, COMMIT)
    with pytest.raises(ObjectMissing):
        store.open_dir(OTHER_REPO, dir_id)
    assert store.find_file(OTHER_REPO, file_id) is None
    assert store.find_commit(OTHER_REPO, COMMIT.id) is None


def test_file_comes_back(store: ObjectStore) -> None:
    file_id = store.save_file(REPO, FILE)
    assert store.save_file(REPO, FILE) == file_id
    assert store.get_file(REPO, file_id) == store.find_file(REPO, file_id) == FILE


def test_empty_objects_are_there_without_being_stored(db: Database, store: ObjectStore) -> None:
    assert store.save_file(REPO, File((), 0)) == EMPTY_ID
    assert store.save_dir(REPO, store.open_dir(REPO, EMPTY_ID)) == EMPTY_ID
    store.copy_object(REPO, OTHER_REPO, EMPTY_ID)
    assert store.get_file(REPO, EMPTY_ID) == File((), 0)
    assert store.has_objects(REPO, [EMPTY_ID]) == {EMPTY_ID}
    assert store.stored_ids(REPO, EMPTY_ID) == []
    assert db.row("SELECT count(*) FROM fs_object") == (0,)


def test_object_of_another_kind_is_missing(store: ObjectStore) -> None:
    file_id = store.save_file(REPO, FILE)
    dir_id = store.save_dir(REPO, filled(store, 1))
    with pytest.raises(ObjectMissing, match="not a directory"):
        store.open_dir(REPO, file_id)
    with pytest.raises(ObjectMissing, match="not a file"):
        store.get_file(REPO, dir_id)


def test_commit_comes_back(store: ObjectStore) -> None:
    assert store.save_commit(REPO, COMMIT) == COMMIT.id
    assert store.get_commit(REPO, COMMIT.id) == store.find_commit(REPO, COMMIT.id) == COMMIT


def test_text_of_a_commit_is_kept_to_the_byte(store: ObjectStore) -> None:
    text = VECTORS["commits"]["client"]["json"].replace('"version": 1', '"from_the_future":  [1],"version": 1')
    commit = replace(COMMIT, id=VECTORS["commits"]["client"]["commit_id"])
    store.save_commit(REPO, commit, text)
    assert store.get_commit_body(REPO, commit.id) == text
    store.save_commit(REPO, commit, "{}")
    assert store.get_commit_body(REPO, commit.id) == text


def test_pages_are_no_objects(store: ObjectStore) -> None:
    large = filled(store, 500)
    store.save_dir(REPO, large)
    page_id = large.pages[0].id
    assert store.has_objects(REPO, [page_id, large.id, ID]) == {large.id}
    assert store.has_objects(REPO, [f"{number:040x}" for number in range(1, 2000)] + [large.id]) == {large.id}
    with pytest.raises(ObjectMissing):
        store.wire(REPO, page_id)


@pytest.mark.parametrize("vector", [*VECTORS["seafile"], *VECTORS["seafdir"]], ids=lambda vector: vector["id"][:8])
def test_objects_of_clients_go_through_to_the_byte(store: ObjectStore, vector: dict[str, str]) -> None:
    packed = bytes.fromhex(vector["zlib_hex"])
    take(store, vector["id"], packed)
    size, parts = store.wire(REPO, vector["id"])
    assert (size, b"".join(parts)) == (len(packed), packed)


def test_large_directory_of_a_client_is_stored_in_pages(store: ObjectStore) -> None:
    directory = filled(store, 3000)
    text = b"".join(directory.wire())
    take(store, directory.id, zlib.compress(text))
    assert len(store.stored_ids(REPO, directory.id)) == 1 + len(directory.pages) > 20
    size, parts = store.wire(REPO, directory.id)
    pieces = list(parts)
    assert zlib.decompress(b"".join(pieces)) == text
    assert len(pieces) > 1
    assert sum(map(len, pieces)) == size


DIR_VECTOR = VECTORS["seafdir"][0]
CDC_VECTOR = VECTORS["seafile_cdc_40MiB"][0]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        DIR_VECTOR["json"].encode()[:-1],
        DIR_VECTOR["json"].encode() + b" ",
        DIR_VECTOR["json"].encode()[:40],
        DIR_VECTOR["json"].replace('"name": "', '"name":  "', 1).encode(),
        DIR_VECTOR["json"].replace("bdir", "zdir").replace("empty", "zz").encode(),
        VECTORS["seafile"][0]["json"].replace('"size": 3', '"size": 4').encode(),
        b'{"dirents": [{"id": "' + b"x" * 9000,
        b'{"dirents": [], "type": 3, "version": 1}',
    ],
    ids=range(10),
)
def test_text_that_is_no_object_is_refused(db: Database, store: ObjectStore, text: bytes) -> None:
    with pytest.raises(MalformedObject):
        take(store, DIR_VECTOR["id"], zlib.compress(text))
    assert db.row("SELECT count(*) FROM fs_object") == (0,)


def test_names_out_of_order_or_twice_are_refused(store: ObjectStore) -> None:
    one, two = (b'{"id": "%b", "mode": 16384, "mtime": 1, "name": "%b"}' % (ID.encode(), name) for name in (b"a", b"b"))
    for entries in (one + b", " + two, one + b", " + one):
        with pytest.raises(MalformedObject, match="canonical"):
            take(store, ID, zlib.compress(b'{"dirents": [' + entries + b'], "type": 3, "version": 1}'))


def test_stream_that_is_broken_or_unpacks_to_too_much_is_refused(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = zlib.compress(b'{"block_ids": [' + b" " * 1_000_000)
    monkeypatch.setattr(object_store, "MAX_OBJECT_BYTES", 500_000)
    with pytest.raises(MalformedObject, match="too large"):
        take(store, ID, packed)
    with pytest.raises(MalformedObject, match="cut short"):
        take(store, ID, packed[:20])
    with pytest.raises(MalformedObject, match="not a zlib stream"):
        take(store, ID, b"nonsense")
    for chunk_bytes in (3, 1000):
        with pytest.raises(MalformedObject, match=r"goes on|more than"):
            take(store, DIR_VECTOR["id"], bytes.fromhex(DIR_VECTOR["zlib_hex"]) + b"more", chunk_bytes)
    monkeypatch.setattr(object_store, "MAX_FILE_BYTES", 100)
    with pytest.raises(MalformedObject, match="too large"):
        take(store, CDC_VECTOR["id"], zlib.compress(CDC_VECTOR["json"].encode()))


def test_directory_too_large_to_be_held_is_written_while_it_arrives(db: Database, store: ObjectStore) -> None:
    directory = filled(store, 12_000)
    text = b"".join(directory.wire())
    assert len(text) > 1 << 20
    taken = store.read_wire(REPO, directory.id, [zlib.compress(text)])
    assert isinstance(taken, Directory)
    assert sum(page.size for page in taken.pages if page.text is not None) < 1 << 20
    assert store.has_objects(REPO, [directory.id]) == set()
    store.save(REPO, [taken])
    assert list(diff(ObjectStore(db).open_dir(REPO, directory.id), directory)) == []


def test_damaged_rows_are_missing_objects(db: Database, store: ObjectStore) -> None:
    large, small = filled(store, 500), filled(store, 5)
    for directory in (large, small):
        store.save_dir(REPO, directory)
    file_id = store.save_file(REPO, FILE)
    db.rows("UPDATE fs_object SET body = ? WHERE kind <> 'l'", zlib.compress(b"something else"))
    cold = ObjectStore(db)
    with pytest.raises(ObjectMissing, match="damaged"):
        cold.open_dir(REPO, large.id).get("00001.jpg")
    with pytest.raises(ObjectMissing, match="damaged"):
        cold.open_dir(REPO, small.id)
    db.rows("UPDATE fs_object SET body = ? WHERE kind = 'f'", b"no zlib")
    with pytest.raises(ObjectMissing, match="damaged"):
        cold.get_file(REPO, file_id)
    db.rows("DELETE FROM fs_object WHERE kind = 'p'")
    with pytest.raises(ObjectMissing, match="no page"):
        cold.open_dir(REPO, large.id).get("00001.jpg")


@pytest.mark.parametrize("count", [1, 500])
def test_copied_directory_belongs_to_both_repos(db: Database, store: ObjectStore, count: int) -> None:
    directory = filled(store, count)
    store.save_dir(REPO, directory)
    store.copy_object(REPO, OTHER_REPO, directory.id)
    db.rows("DELETE FROM fs_object WHERE repo_id = ?", REPO)
    assert len(list(ObjectStore(db).open_dir(OTHER_REPO, directory.id).iter())) == count


def test_failed_transaction_leaves_no_objects(db: Database, store: ObjectStore) -> None:
    def fail_halfway() -> None:
        with db.transaction():
            store.save_dir(REPO, filled(store, 100))
            store.save_commit(REPO, COMMIT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert db.row("SELECT count(*) FROM fs_object") == (0,)
    assert db.row("SELECT count(*) FROM commits") == (0,)
