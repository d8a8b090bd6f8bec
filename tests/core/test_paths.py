"""Paths from strangers become clean ones or are refused, and nothing else happens."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncfile.core import paths
from syncfile.errors import BadPath
from syncfile.store.objects import is_valid_name

NFC, NFD = "caf\u00e9", "cafe\u0301"
HINDI_QA = "\u0958"  # three bytes, of which normalisation makes six

any_text = st.text(st.characters(exclude_categories=()), max_size=300)
pieces = st.sampled_from(["/", "//", ".", "..", "a", NFC, NFD, "\0", "\ud800", "x" * 256, HINDI_QA * 50])
path_text = any_text | st.lists(pieces, max_size=20).map("".join)


@given(path_text)
@example("/" * 5000)
@example("/a" * 10_000)
@example("\udcff")
def test_a_path_is_clean_or_refused(text: str) -> None:
    try:
        path = paths.clean_path(text)
    except BadPath:
        return
    assert path == "/" or (path.startswith("/") and not path.endswith("/"))
    assert paths.clean_path(path) == path
    names = paths.components(path)
    assert names == [name for name in text.split("/") if name]
    assert len(names) <= paths.MAX_DEPTH
    assert all(is_valid_name(name) and is_valid_name(paths.nfc(name)) for name in names)


@given(path_text)
def test_a_name_is_kept_as_it_is_or_refused(text: str) -> None:
    try:
        assert paths.clean_name(text) == text
    except BadPath:
        return
    assert is_valid_name(text)


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "/a/../b",
        "/.",
        "a/./b",
        "/a\0b",
        "/" + "x" * 256,
        "/" + "é" * 128,
        "/" + HINDI_QA * 85,  # 255 bytes as given, 510 as they would be stored
        "/a" * 201,
        "/a" * 10_000,
        "/" + "/".join(["x" * 200] * 21),
        "/\ud800",
        "/a/\udc80b",
    ],
    ids=range(13),
)
def test_bad_paths_are_refused(path: str) -> None:
    with pytest.raises(BadPath):
        paths.clean_path(path)


@pytest.mark.parametrize(
    ("given_path", "clean"),
    [
        ("", "/"),
        ("/", "/"),
        ("///", "/"),
        ("a", "/a"),
        ("//a//b/", "/a/b"),
        ("/...", "/..."),
        ("/ a ", "/ a "),
        ("/" + "x" * 255, "/" + "x" * 255),
        ("/a" * 200, "/a" * 200),
        (f"/{NFD}", f"/{NFD}"),
        ("/\n\\", "/\n\\"),
    ],
)
def test_good_paths_are_brought_into_one_form(given_path: str, clean: str) -> None:
    assert paths.clean_path(given_path) == clean


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/", "\0", "x" * 256, "\ud800"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(BadPath):
        paths.clean_name(name)


@given(st.lists(st.text("ab", min_size=1), min_size=1))
def test_what_is_split_is_joined_again(names: list[str]) -> None:
    path = "/" + "/".join(names)
    assert paths.join(*paths.split(path)) == path
    assert paths.components(path) == names


def test_the_root_has_no_name() -> None:
    assert paths.split("/") == ("/", "")
    assert paths.components("/") == []
    assert paths.join("/", "a") == "/a"


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("/a", "/", True),
        ("/", "/", True),
        ("/a", "/a", True),
        ("/a/b", "/a", True),
        ("/ab", "/a", False),
        ("/a", "/a/b", False),
        ("/", "/a", False),
    ],
)
def test_within_is_the_folder_itself_and_all_below(path: str, folder: str, expected: bool) -> None:
    assert paths.is_within(path, folder) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", "a (7).txt"),
        ("a.tar.gz", "a.tar (7).gz"),
        ("Makefile", "Makefile (7)"),
        (".bashrc", ".bashrc (7)"),
        ("a.", "a (7)."),
        ("x" * 255, "x" * 251 + " (7)"),
        ("é" * 125 + ".txt", "é" * 123 + " (7).txt"),
    ],
)
def test_a_number_goes_before_the_extension(name: str, expected: str) -> None:
    assert paths.numbered(name, 7) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.text("é.x", max_size=400))
def test_a_fitted_name_is_never_too_long(stem: str, ending: str) -> None:
    name = paths.fit_name(stem, ending)
    assert len(name.encode()) <= paths.MAX_NAME_BYTES
    if len((stem + ending).encode()) <= paths.MAX_NAME_BYTES:
        assert name == stem + ending


def test_new_names_are_composed() -> None:
    assert paths.nfc(NFD) == NFC == unicodedata.normalize("NFC", NFD)
