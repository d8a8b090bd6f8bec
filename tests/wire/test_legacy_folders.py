"""``/v1/folder`` as its document has it."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import Client
from tests.wire.people import Person, told

DETAILS = {
    "id": str,
    "parentid": str,
    "type": str,
    "size": int,
    "createdate": str,
    "creator": str,
    "filename": str,
    "foldername": str,
    "path": str,
}
NAMES = ["照片", "Ünïcödé", "😀", "a b", "%41", "a+b&c=d#e", "'\"", "COM1", "x.", "-rf", "\u202egnp.exe", "x" * 255]
BAD_PATHS = ["..", "a/..", "a/../b", "../x", ".", "a/./b", "/a", "\\a", "a//b", "a\0b", "x" * 256, "a/" * 300 + "b"]


def test_a_folder_is_made_and_listed(ann: Person) -> None:
    assert told(ann.folder("mkdir", "book"), 1100) == {}
    assert ann.list() == ["book"]


def test_parameters_may_come_in_a_form(client: Client, ann: Person) -> None:
    made = client.post("/v1/folder", form={"op": "mkdir", "authid": ann.authid, "path": "book"})
    assert told(made, 1100) == {}
    listed = client.post("/v1/folder", query={"op": "list"}, form={"authid": ann.authid, "path": ""})
    assert told(listed, 1150) == {"details": ["book"]}


def test_a_folder_that_exists_is_not_made_again(ann: Person) -> None:
    ann.make("book")
    assert told(ann.folder("mkdir", "book"), 1101) == {}


def test_a_folder_is_not_made_over_a_file(ann: Person) -> None:
    ann.store("book", b"x")
    told(ann.folder("mkdir", "book"), 1101)
    assert ann.read("book") == b"x"


@pytest.mark.parametrize("path", ["book/", "book\\", "a/b/", "root/", "/"])
def test_a_path_that_ends_with_a_separator_is_not_made(settled: Person, path: str) -> None:
    assert told(settled.folder("mkdir", path), 1102) == {}
    assert settled.list() == ["a", "file"]


def test_a_folder_without_its_parent_is_not_made(ann: Person) -> None:
    assert told(ann.folder("mkdir", "a/b"), 1103) == {}
    assert ann.list() == []


def test_a_folder_below_a_file_is_not_made(ann: Person) -> None:
    ann.store("a", b"x")
    told(ann.folder("mkdir", "a/b"), 1103)
    assert ann.list() == ["a"]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_path_that_cannot_be_stored_is_not_made(settled: Person, path: str) -> None:
    assert told(settled.folder("mkdir", path), 1103) == {}
    assert settled.list() == ["a", "file"]


@pytest.mark.parametrize("path", ["", "root"])
def test_the_root_is_there_already(ann: Person, path: str) -> None:
    told(ann.folder("mkdir", path), 1101)


def test_both_separators_name_the_same_folder(ann: Person) -> None:
    ann.make("a")
    ann.make("a\\b")
    ann.make("a/b\\c")
    assert ann.list("a\\b") == ann.list("a/b") == ["a/b/c"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_hold_any_other_character(ann: Person, name: str) -> None:
    ann.make(name)
    assert ann.list() == [name]
    assert told(ann.folder("getdetail", name), 1120)["details"]["foldername"] == name


def test_a_name_is_the_same_in_both_normal_forms(ann: Person) -> None:
    composed, decomposed = (unicodedata.normalize(form, "Größe é 각") for form in ("NFC", "NFD"))
    ann.make(decomposed)
    told(ann.folder("mkdir", composed), 1101)
    ann.store(f"{composed}/{decomposed}", b"x")
    assert ann.list() == [composed, f"{composed}/{composed}"]
    assert ann.read(f"{decomposed}/{composed}") == b"x"


def test_the_details_of_a_folder_have_every_documented_key(ann: Person) -> None:
    ann.make("a")
    ann.make("a/b")
    ann.store("a/b/file", b"12345")
    ann.store("a/other", b"678")
    details = told(ann.folder("getdetail", "a\\b"), 1120)["details"]
    assert {name: type(value) for name, value in details.items()} == DETAILS
    created = datetime.strptime(details["createdate"], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=5)
    assert re.fullmatch(r"[0-9a-f]{8}(x[0-9a-f]{4}){3}x[0-9a-f]{12}", details["id"])
    shown = {name: details[name] for name in ("type", "size", "creator", "filename", "foldername", "path")}
    assert shown == {
        "type": "folder",
        "size": 5,
        "creator": ann.name,
        "filename": "",
        "foldername": "b",
        "path": "a/b",
    }


def test_ids_of_folders_are_stable_and_name_their_parents(ann: Person) -> None:
    ann.make("a")
    ann.make("a/b")
    root, a, b = (told(ann.folder("getdetail", path), 1120)["details"] for path in ("root", "a", "a/b"))
    assert (root["parentid"], a["parentid"], b["parentid"]) == ("root", root["id"], a["id"])
    ann.store("a/b/file", b"x")
    assert told(ann.folder("getdetail", "a/b"), 1120)["details"]["id"] == b["id"]


def test_the_root_has_details(ann: Person) -> None:
    ann.store("file", b"12345")
    for path in ("", "root"):
        details = told(ann.folder("getdetail", path), 1120)["details"]
        assert {name: type(value) for name, value in details.items()} == DETAILS
        assert (details["foldername"], details["path"], details["size"]) == ("root", "root", 5)
        assert details["creator"] == ann.name


@pytest.mark.parametrize("path", ["missing", "a/missing", "file", "a/", *BAD_PATHS])
def test_what_is_no_folder_has_no_details(settled: Person, path: str) -> None:
    assert told(settled.folder("getdetail", path), 1121) == {"details": ""}


def test_a_folder_is_renamed_with_all_that_is_in_it(ann: Person) -> None:
    for path in ("a", "a/b", "a/b/c"):
        ann.make(path)
    ann.store("a/b/file", b"x")
    assert told(ann.folder("rename", "a/b", name="新 b"), 1130, "a/b", "新 b") == {}
    assert ann.list() == ["a", "a/新 b", "a/新 b/c", "a/新 b/file"]
    assert ann.read("a/新 b/file") == b"x"


def test_the_message_of_a_rename_repeats_what_was_asked(ann: Person) -> None:
    ann.make("{0}")
    told(ann.folder("rename", "{0}", name="{1} {x}"), 1130, "{0}", "{1} {x}")


@pytest.mark.parametrize("path", ["missing", "file", "root", "", "a/", *BAD_PATHS])
def test_what_is_no_folder_is_not_renamed(settled: Person, path: str) -> None:
    assert told(settled.folder("rename", path, name="new"), 1131) == {}
    assert settled.list() == ["a", "file"]


@pytest.mark.parametrize("name", ["", ".", "..", "b/c", "b\0c", "x" * 256])
def test_a_folder_does_not_get_a_bad_name(settled: Person, name: str) -> None:
    told(settled.folder("rename", "a", name=name), 1131)
    assert settled.list() == ["a", "file"]


def test_a_folder_does_not_get_a_name_that_is_taken(ann: Person) -> None:
    ann.make("a")
    ann.store("b", b"x")
    told(ann.folder("rename", "a", name="b"), 1101)
    assert ann.list() == ["a", "b"]


def test_a_folder_is_removed_with_all_that_is_in_it(ann: Person) -> None:
    for path in ("a", "a/b", "c"):
        ann.make(path)
    ann.store("a/b/file", b"x")
    assert told(ann.folder("rm", "a"), 1140) == {}
    assert ann.list() == ["c"]


@pytest.mark.parametrize("path", ["missing", "file", "root", "", "a/", *BAD_PATHS])
def test_what_is_no_folder_is_not_removed(settled: Person, path: str) -> None:
    assert told(settled.folder("rm", path), 1141) == {}
    assert settled.list() == ["a", "file"]


def test_a_list_has_the_whole_subtree_or_one_level_of_it(ann: Person) -> None:
    for path in ("a", "a/b", "a/b/c", "d"):
        ann.make(path)
    ann.store("a/file", b"x")
    assert ann.list() == ann.list("root") == ["a", "a/b", "a/b/c", "a/file", "d"]
    assert ann.list(depth=1) == ["a", "d"]
    assert ann.list("a") == ["a/b", "a/b/c", "a/file"]
    assert ann.list("a", depth=1) == ["a/b", "a/file"]
    assert ann.list("d") == []


def test_a_list_of_many_entries_is_complete(ann: Person) -> None:
    names = [f"folder {number:03}" for number in range(150)]
    for name in names:
        ann.make(name)
    assert ann.list() == names


@pytest.mark.parametrize("path", ["missing", "file", "a/", *BAD_PATHS])
def test_what_is_no_folder_is_not_listed(settled: Person, path: str) -> None:
    assert told(settled.folder("list", path), 1151) == {"details": ""}


def test_an_operation_that_there_is_not_is_a_wrong_format(ann: Person) -> None:
    assert told(ann.folder("format", "a"), 1206) == {}
    assert told(ann.folder("", "a"), 1206) == {}


def test_a_parameter_that_cannot_be_read_is_a_wrong_format(ann: Person) -> None:
    assert told(ann.folder("list", depth="deep"), 1206) == {}


def test_nobody_sees_or_changes_the_folders_of_another(ann: Person, bob: Person) -> None:
    ann.make("private")
    ann.store("private/file", b"x")
    assert bob.list() == []
    told(bob.folder("list", "private"), 1151)
    told(bob.folder("getdetail", "private"), 1121)
    told(bob.folder("rename", "private", name="mine"), 1131)
    told(bob.folder("rm", "private"), 1141)
    bob.make("private")
    assert (bob.list(), ann.list()) == (["private"], ["private", "private/file"])
    ids = [told(person.folder("getdetail", "private"), 1120)["details"]["id"] for person in (ann, bob)]
    assert ids[0] != ids[1]
