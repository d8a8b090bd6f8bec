"""Directories in pages behave like a plain dict, and look to clients like one JSON text."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncfile.store import pages
from syncfile.store.directories import Directory, diff
from syncfile.store.objects import EMPTY_ID, MODE_DIR, MODE_FILE, Dirent, MalformedObject, sort_key
from syncfile.store.pages import MAX_SMALL_ENTRIES

ID = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"


def never_read(page_id: str) -> bytes:
    raise AssertionError(f"page {page_id} was read")


EMPTY = Directory(EMPTY_ID, (), never_read)


def entry(name: str, mtime: int = 0) -> Dirent:
    return Dirent(name, ID, MODE_FILE, mtime, 1, "ann@example.com")


def directory_of(count: int, mtime: int = 0) -> Directory:
    return EMPTY.edit({f"{number:05d}.jpg": entry(f"{number:05d}.jpg", mtime) for number in range(count)})


def canonical(model: Mapping[str, Dirent]) -> bytes:
    """Print a directory naively, as the protocol notes say."""

    def fields(dirent: Dirent) -> dict[str, Any]:
        common = {"id": dirent.id, "mode": dirent.mode, "mtime": dirent.mtime, "name": dirent.name}
        return common if dirent.is_dir else common | {"modifier": dirent.modifier, "size": dirent.size}

    order = sorted(model, key=lambda name: name.encode(), reverse=True)
    whole = {"dirents": [fields(model[name]) for name in order], "type": 3, "version": 1}
    return json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(", ", ": ")).encode()


def stored(directory: Directory) -> Directory:
    """Return the directory as it is after it was saved and opened again."""
    if len(directory) <= MAX_SMALL_ENTRIES:
        return directory
    texts = {page.id: directory.page_text(page) for page in directory.pages}
    return Directory(directory.id, tuple(pages.unpack(pages.pack(directory.pages))), texts.__getitem__)


# Few names, so that edits meet; with what JSON text could be mistaken for, but no control characters, where Python's
# own printer differs.
NAMES = st.one_of(
    st.integers(0, 400).map("{:03d}".format),
    st.text(st.sampled_from('ab"\\é😀{}, :'), min_size=1, max_size=6),
    st.sampled_from(['}, {"id": "', '"name": "', '", "name": "x"', "\x7f", "\u2028"]),
)
DIRENTS = st.builds(
    lambda name, mode, mtime: Dirent(name, ID, mode, mtime, *((7, "ann") if mode == MODE_FILE else ())),
    NAMES,
    st.sampled_from([MODE_FILE, MODE_DIR]),
    st.integers(0, 3),
)
EDITS = st.lists(st.one_of(DIRENTS, NAMES), max_size=150)


@settings(max_examples=150, deadline=None)
@given(batches=st.lists(EDITS, max_size=6), rounds=st.integers(0, 3))
def test_directory_is_a_dict_with_the_id_of_its_json(batches: list[list[Dirent | str]], rounds: int) -> None:
    model: dict[str, Dirent] = {f"{number:03d}": entry(f"{number:03d}") for number in range(rounds * 90)}
    directory = stored(EMPTY.edit(model))
    for batch in batches:
        changes = {item if isinstance(item, str) else item.name: item for item in batch}
        edits = {name: None if isinstance(item, str) else item for name, item in changes.items()}
        for name, dirent in edits.items():
            model.pop(name, None) if dirent is None else model.update({name: dirent})
        before, directory = directory, stored(directory.edit(edits))
        assert {name: (old, new) for old, new in diff(before, directory) for name in [(old or new).name]} == {  # type: ignore[union-attr] # one of both is there
            name: (before.get(name), dirent) for name, dirent in edits.items() if before.get(name) != dirent
        }
    text = canonical(model)
    assert b"".join(directory.wire()) == text
    assert directory.id == (hashlib.sha1(text).hexdigest() if model else EMPTY_ID)
    assert len(directory) == len(model)
    assert list(directory.iter()) == [model[name] for name in sorted(model, key=str.encode)]
    assert all(directory.get(name) == dirent for name, dirent in model.items())
    assert directory.pages == stored(EMPTY.edit(model)).pages or len(model) <= MAX_SMALL_ENTRIES


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(250)), st.sets(st.integers(0, 249), max_size=60))
def test_equal_directories_have_equal_pages_in_whatever_order_they_were_made(order: list[int], extra: set[int]) -> None:
    one_by_one = EMPTY
    for number in order:
        one_by_one = one_by_one.with_(entry(f"{number:05d}.jpg"))
    detour = directory_of(250).edit({f"x{number}": entry(f"x{number}") for number in extra})
    detour = detour.edit({f"x{number}": None for number in extra})
    at_once = directory_of(250)
    assert [page.id for page in one_by_one.pages] == [page.id for page in at_once.pages]
    assert [page.id for page in detour.pages] == [page.id for page in at_once.pages]


def test_an_edit_makes_few_new_pages() -> None:
    before = directory_of(5000)
    after = before.with_(entry("02500b.jpg"))
    new = {page.id for page in after.pages} - {page.id for page in before.pages}
    assert len(before.pages) > 40
    assert 1 <= len(new) <= 4


def test_names_made_up_for_it_lead_neither_to_tiny_nor_to_huge_pages() -> None:
    names = [f"{number:06d}" for number in range(60_000)]
    ending = [name for name in names if pages.ends_page([(sort_key(name), b"")] * pages._MIN_PAGE_ENTRIES)]
    others = sorted(set(names) - set(ending))[:1000]
    for chosen in (ending[:1000], others):
        directory = EMPTY.edit({name: entry(name) for name in chosen})
        sizes = [page.entries for page in directory.pages]
        assert all(pages._MIN_PAGE_ENTRIES <= size <= pages._MAX_PAGE_ENTRIES for size in sizes[:-1])
        assert len(sizes) <= 1000 // pages._MIN_PAGE_ENTRIES


def test_looking_up_a_name_reads_one_page() -> None:
    whole = directory_of(1000)
    texts = {page.id: whole.page_text(page) for page in whole.pages}
    read: list[str] = []

    def read_page(page_id: str) -> bytes:
        read.append(page_id)
        return texts[page_id]

    directory = Directory(whole.id, tuple(pages.unpack(pages.pack(whole.pages))), read_page)
    assert directory.get("00500.jpg") == entry("00500.jpg")
    assert len(read) == 1
    read.clear()
    assert next(directory.iter(900)) == entry("00900.jpg")
    assert len(read) == 1
    read.clear()
    changed = directory.edit({"00001.jpg": entry("00001.jpg", 5)})
    read.clear()
    assert list(diff(directory, changed)) == [(entry("00001.jpg"), entry("00001.jpg", 5))]
    assert len(read) == 1


@pytest.mark.parametrize("count", [0, 1, MAX_SMALL_ENTRIES, MAX_SMALL_ENTRIES + 1, 500])
def test_listing_can_start_anywhere_and_go_both_ways(count: int) -> None:
    directory = directory_of(count)
    names = [f"{number:05d}.jpg" for number in range(count)]
    for start in (0, 1, count // 2, count - 1, count, count + 5):
        skipped = max(start, 0)
        assert [dirent.name for dirent in directory.iter(skipped)] == names[skipped:]
        assert [dirent.name for dirent in directory.iter(skipped, ascending=False)] == names[::-1][skipped:]


def test_absent_names_are_not_found() -> None:
    assert EMPTY.get("x") is None
    assert all(directory_of(count).get(name) is None for count in (1, 500) for name in ("", "zz", "00000.jp"))


def test_removing_the_last_entry_leaves_the_empty_directory() -> None:
    assert directory_of(1).without("00000.jpg").id == EMPTY_ID
    assert directory_of(60).edit({f"{number:05d}.jpg": None for number in range(60)}).id == EMPTY_ID


def test_no_change_is_the_same_directory() -> None:
    directory = directory_of(10)
    assert directory.edit({}) is directory
    assert directory.without("absent").id == directory.id


def test_entry_must_be_filed_under_its_own_name() -> None:
    with pytest.raises(ValueError, match="another name"):
        EMPTY.edit({"a": entry("b")})


def test_entry_that_cannot_be_stored_is_refused() -> None:
    with pytest.raises(MalformedObject):
        EMPTY.with_(entry("a/b"))


def test_shrinking_directory_becomes_one_piece_again() -> None:
    directory = stored(directory_of(MAX_SMALL_ENTRIES + 1)).without("00000.jpg")
    assert len(directory.pages) == 1
    assert directory.id == EMPTY.edit({dirent.name: dirent for dirent in directory.iter()}).id


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=9), st.integers(1, 300), st.integers(0, 10**6)),
        unique_by=lambda item: item[0],
    )
)
def test_list_of_pages_survives_packing(items: list[tuple[str, int, int]]) -> None:
    listed = [
        pages.Page(sort_key(name), hashlib.sha1(name.encode()).hexdigest(), entries, size)
        for name, entries, size in sorted(items)
        if name.isprintable()
    ]
    assert list(pages.unpack(pages.pack(listed))) == listed
