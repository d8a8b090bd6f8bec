"""Objects have exactly the bytes and ids that Seafile's have. The vectors were made by its own programs."""

import hashlib
import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syncfile.store import objects
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_EXECUTABLE, MODE_FILE, Commit, Dirent, File, MalformedObject
from syncfile.store.pages import read_wire, wire

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "seafile-vectors.json").read_text("utf-8"))
FILES = VECTORS["seafile"] + VECTORS["seafile_cdc_40MiB"]
FILES += [{"id": item["seafile_id"], "json": item["seafile_json"]} for item in VECTORS["encryption"]]
DIRS = VECTORS["seafdir"] + VECTORS["seafdir_control_char"]
COMMITS = VECTORS["commits"].values()
ID = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"
REPO = "86cdbc78-0176-45af-b34e-91370ad48953"
FILE = Dirent("a.txt", ID, MODE_FILE, 1795368018, 12, "ann@example.com")
COMMIT = Commit(
    repo_id=REPO,
    root_id=ID,
    ctime=1795368018,
    creator_name="ann",
    description="Created",
    parent_id=None,
    repo_name="Photos",
)


@pytest.mark.parametrize("vector", FILES, ids=lambda vector: vector["id"][:8])
def test_file_is_read_and_written_to_the_byte(vector: dict[str, str]) -> None:
    text = vector["json"].encode()
    file = objects.decode_file(text)
    assert objects.encode_file(file) == text
    assert objects.file_id(file) == vector["id"]


@pytest.mark.parametrize("vector", DIRS, ids=lambda vector: vector["id"][:8])
def test_directory_is_read_and_written_to_the_byte(vector: dict[str, str]) -> None:
    text = vector["json"].encode()
    dirents = [objects.decode_dirents(entry)[0] for _, entry in read_wire([text])]
    assert [(dirent.name, dirent.id) for dirent in dirents] == [
        (entry["name"], entry["id"]) for entry in json.loads(text)["dirents"]
    ]
    again = b"".join(wire([b", ".join(objects.encode_dirent(dirent) for dirent in dirents)]))
    assert again == text
    assert hashlib.sha1(again).hexdigest() == vector["id"]


@pytest.mark.parametrize("vector", [*VECTORS["seafile"], *VECTORS["seafdir"]], ids=lambda vector: vector["id"][:8])
def test_stored_form_is_the_text_in_a_zlib_stream(vector: dict[str, str]) -> None:
    assert zlib.compress(vector["json"].encode()).hex() == vector["zlib_hex"]


@pytest.mark.parametrize("vector", COMMITS, ids=lambda vector: vector["commit_id"][:8])
def test_commit_is_read_and_written_to_the_byte(vector: dict[str, str]) -> None:
    commit = objects.decode_commit(vector["json"])
    assert objects.encode_commit(commit) == vector["json"]
    assert commit.id == objects.commit_id(commit) == vector["commit_id"]


def test_commit_of_an_encrypted_library_says_how() -> None:
    commit = replace(COMMIT, encrypted=True, enc_version=2, magic="m" * 64, key="k" * 96)
    text = objects.encode_commit(commit)
    assert json.loads(text)["encrypted"] == "true"
    assert objects.decode_commit(text) == commit


def test_block_id_is_the_sha1_of_the_stored_bytes() -> None:
    plain, cipher = VECTORS["block_plain"], VECTORS["encryption_client_block"]
    assert hashlib.sha1(bytes.fromhex(plain["content_hex"])).hexdigest() == plain["id"]
    assert hashlib.sha1(bytes.fromhex(cipher["ciphertext_hex"])).hexdigest() == cipher["block_id"]


def test_frame_holds_the_object_of_its_id() -> None:
    frame = bytes.fromhex(VECTORS["pack_fs_frame"]["frame_hex"])
    text = zlib.decompress(frame[44:])
    assert objects.file_id(objects.decode_file(text)) == frame[:40].decode() == VECTORS["pack_fs_frame"]["id"]


def test_empty_id_is_forty_zeros() -> None:
    assert VECTORS["empty_object_id"] == EMPTY_ID
    assert objects.file_id(File((), 0)) == EMPTY_ID


@pytest.mark.parametrize("mode", [MODE_FILE, MODE_EXECUTABLE])
def test_file_entry_keeps_every_field(mode: int) -> None:
    dirent = replace(FILE, mode=mode)
    assert objects.decode_dirents(objects.encode_dirent(dirent)) == [dirent]
    assert not dirent.is_dir


def test_directory_entry_has_neither_size_nor_modifier() -> None:
    text = objects.encode_dirent(Dirent("sub", ID, MODE_DIR, 5, size=7, modifier="ann"))
    assert text == b'{"id": "%b", "mode": 16384, "mtime": 5, "name": "sub"}' % ID.encode()
    assert objects.decode_dirents(text) == [Dirent("sub", ID, MODE_DIR, 5)]


def test_control_characters_are_escaped_as_jansson_does() -> None:
    assert objects.quote('\b\f\n\r\t"\\/\x1b\x00\x7f\u2028é😀') == (
        '"\\b\\f\\n\\r\\t\\"\\\\/\\u001B\\u0000\x7f\u2028é😀"'
    )


@pytest.mark.parametrize("name", ["a", "ä" * 127, "...", ".hidden", "a\\b", "\x1b", " "])
def test_name_that_can_be_stored(name: str) -> None:
    assert objects.is_valid_name(name)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "ä" * 128, "x" * 256, "\ud800"])
def test_name_that_cannot_be_stored(name: str) -> None:
    assert not objects.is_valid_name(name)
    with pytest.raises(MalformedObject):
        objects.encode_dirent(replace(FILE, name=name))


def test_wire_order_is_descending_by_bytes() -> None:
    names = ["b", "ba", "é", "z", "a", "B", "\U0001f600", "\uffff"]
    assert sorted(names, key=objects.sort_key) == sorted(names, key=lambda name: name.encode(), reverse=True)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "A" * 40},
        {"id": "abc"},
        {"mode": 0o120777},
        {"mode": 2**70},
        {"mode": -1},
        {"mtime": 2**63},
        {"size": -1},
        {"size": 2**63},
        {"modifier": "m" * 256},
        {"modifier": "\udfff"},
    ],
    ids=str,
)
def test_entry_with_a_field_out_of_range_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedObject):
        objects.encode_dirent(replace(FILE, **change))


@pytest.mark.parametrize(
    "text",
    [
        b"5",
        b"{",
        b"\xff",
        b"{}",
        b'], "dirents": 5, "rest": [',
        b"[" * 100_000,
        b'{"id": 5, "mode": 16384, "mtime": 1, "name": "x"}',
        b'{"id": "x", "mode": true, "mtime": 1, "name": "x"}',
        b'{"id": "x", "mode": 33188, "mtime": 1, "name": "x", "size": 1}',
        b'{"id": "x", "mode": 16384, "mtime": 1, "name": "\\ud800"}',
    ],
    ids=range(10),
)
def test_text_that_is_no_entry_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedObject):
        objects.decode_dirents(text)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"size": 1, "type": 1, "version": 1}',
        '{"block_ids": [1], "size": 1, "type": 1, "version": 1}',
        '{"block_ids": ["x"], "size": 1, "type": 1, "version": 1}',
        '{"block_ids": [], "type": 1, "version": 1}',
        '{"block_ids": [], "size": -1, "type": 1, "version": 1}',
        '{"block_ids":[],"size":1,"type":1,"version":1}',
        '{"block_ids": [], "size": 1, "type": 3, "version": 1}',
        '{"block_ids": [], "size": ' + "9" * 5000 + ', "type": 1, "version": 1}',
    ],
    ids=range(9),
)
def test_text_that_is_no_file_is_refused(text: str) -> None:
    with pytest.raises(MalformedObject):
        objects.decode_file(text.encode())


@pytest.mark.parametrize(
    "change",
    [
        {"commit_id": "short"},
        {"root_id": None},
        {"creator": "short"},
        {"parent_id": "short"},
        {"second_parent_id": 5},
        {"repo_id": "short"},
        {"ctime": "now"},
        {"ctime": 2**63},
        {"enc_version": "2"},
        {"magic": 5},
        {"description": "\ud800"},
    ],
    ids=str,
)
def test_commit_with_a_wrong_field_is_refused(change: dict[str, Any]) -> None:
    fields = json.loads(objects.encode_commit(COMMIT)) | change
    with pytest.raises(MalformedObject):
        objects.decode_commit(json.dumps(fields))


def test_old_commits_lack_some_keys() -> None:
    fields = json.loads(objects.encode_commit(COMMIT))
    for key in ("creator_name", "description", "repo_name", "repo_desc", "version"):
        del fields[key]
    commit = objects.decode_commit(json.dumps(fields))
    assert (commit.creator_name, commit.description, commit.repo_name, commit.version) == (None, "", "", 0)
    assert commit.id == COMMIT.id
    nameless = replace(COMMIT, creator_name=None, id="")
    parts = b"%b\0%b\0Created\0" % (ID.encode(), EMPTY_ID.encode())
    assert nameless.id == hashlib.sha1(parts + COMMIT.ctime.to_bytes(8, "big")).hexdigest()


def test_commit_one_second_later_has_another_id() -> None:
    assert replace(COMMIT, ctime=COMMIT.ctime + 1, id="").id != COMMIT.id
