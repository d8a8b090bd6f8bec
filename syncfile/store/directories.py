"""Directories of any size: one piece of text while small, pages above that (docs/format.md).

Only the pages that are wanted are read, and an edit makes new ones only where entries changed. Where a page ends is
decided by its own entries, so equal directories have equal pages in whatever order they were edited.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from syncfile.store import pages
from syncfile.store.objects import EMPTY_ID, Dirent, decode_dirents, encode_dirent, quote, sort_key
from syncfile.store.pages import MAX_SMALL_ENTRIES, Entry, Page

#: Finds the text of a stored page by its id.
PageReader = Callable[[str], bytes]


class Directory:
    """One state of a directory; it never changes.

    Args:
        id: Of the directory object: the SHA-1 of its wire form, or ``EMPTY_ID``.
        pages: In wire order: none for the empty directory, one with its text for a small one.
        read_page: Finds the text of a page that comes without.
    """

    __slots__ = ("_len", "_read_page", "id", "pages")

    def __init__(self, id: str, pages: tuple[Page, ...], read_page: PageReader) -> None:
        self.id = id
        self.pages = pages
        self._read_page = read_page
        self._len = sum(page.entries for page in pages)

    def __len__(self) -> int:
        return self._len

    def get(self, name: str) -> Dirent | None:
        """Return the entry of this name, or None. Reads one page."""
        if not self.pages:
            return None
        text = self.page_text(self.pages[self._page_of(sort_key(name))])
        entry = pages.find_entry(text, quote(name).encode())
        return decode_dirents(entry)[0] if entry else None

    def iter(self, start: int = 0, *, ascending: bool = True) -> Iterator[Dirent]:
        """Yield the entries in the order of their names' bytes, without the first ``start``.

        A page is read when its first entry is wanted. The order of the wire is descending.
        """
        for page in reversed(self.pages) if ascending else self.pages:
            if start >= page.entries:
                start -= page.entries
                continue
            dirents = decode_dirents(self.page_text(page))
            yield from dirents[::-1][start:] if ascending else dirents[start:]
            start = 0

    def edit(self, changes: Mapping[str, Dirent | None]) -> "Directory":
        """Return the directory with these entries put in place by name, or removed where None. Nothing is saved.

        Raises:
            MalformedObject: An entry cannot be stored.
            ValueError: An entry is not filed under its own name.
        """
        if not changes:
            return self
        if any(dirent and dirent.name != name for name, dirent in changes.items()):
            raise ValueError("an entry is filed under another name")
        texts = {sort_key(name): encode_dirent(dirent) if dirent else None for name, dirent in changes.items()}
        return _directory(list(self._cut_again(texts)), self._read_page)

    def with_(self, dirent: Dirent) -> "Directory":
        """Return the directory with this entry, be it new or in the place of the one of its name."""
        return self.edit({dirent.name: dirent})

    def without(self, name: str) -> "Directory":
        """Return the directory without the entry of this name, if there is one."""
        return self.edit({name: None})

    def wire(self) -> Iterator[bytes]:
        """Yield the canonical JSON that clients know, in parts of a page each."""
        return pages.wire(map(self.page_text, self.pages))

    def page_text(self, page: Page) -> bytes:
        """Return the text of one of the pages."""
        return self._read_page(page.id) if page.text is None else page.text

    def _page_of(self, key: bytes) -> int:
        return max(0, bisect_right(self.pages, key, key=lambda page: page.first_key) - 1)

    def _cut_again(self, texts: Mapping[bytes, bytes | None]) -> Iterator[Page]:
        """Yield the pages after a change; one that begins where an old one began ends where that ended."""
        if not self.pages:
            yield from pages.cut(_merge([], texts))
            return
        changes: dict[int, dict[bytes, bytes | None]] = {}
        for key, text in texts.items():
            changes.setdefault(self._page_of(key), {})[key] = text
        filling: list[Entry] = []
        for number, page in enumerate(self.pages):
            if not filling and number not in changes:
                yield page
                continue
            for entry in _merge(pages.split(self.page_text(page)), changes.get(number, {})):
                filling.append(entry)
                if pages.ends_page(filling):
                    yield pages.make_page(filling)
                    filling = []
        if filling:
            yield pages.make_page(filling)


def new_directory(cut_pages: Iterable[Page], read_page: PageReader) -> Directory:
    """Return the directory of these pages, as ``pages.cut`` makes them."""
    return _directory(list(cut_pages), read_page)


def diff(a: Directory, b: Directory) -> Iterator[tuple[Dirent | None, Dirent | None]]:
    """Yield the entries that differ in any field, as in ``a`` and as in ``b``, None where one has none of that name.

    In wire order. Pages that both have are not read.
    """
    # The same page on both sides holds the same names, so what is left has no partner in it.
    shared = {page.id for page in a.pages} & {page.id for page in b.pages}
    ours, theirs = _unshared(a, shared), _unshared(b, shared)
    left, right = next(ours, None), next(theirs, None)
    while left or right:
        if right is None or (left and left[0] < right[0]):
            yield _dirent(left), None
            left = next(ours, None)
        elif left is None or right[0] < left[0]:
            yield None, _dirent(right)
            right = next(theirs, None)
        else:
            if left != right:
                yield _dirent(left), _dirent(right)
            left, right = next(ours, None), next(theirs, None)


def _directory(cut_pages: list[Page], read_page: PageReader) -> Directory:
    whole = Directory(EMPTY_ID, tuple(cut_pages), read_page)
    if not cut_pages:
        return whole
    if len(whole) <= MAX_SMALL_ENTRIES and len(cut_pages) > 1:
        entries = chain.from_iterable(pages.split(whole.page_text(page)) for page in cut_pages)
        whole = Directory(EMPTY_ID, (pages.make_page(list(entries)),), read_page)
    digest = hashlib.sha1()
    for part in whole.wire():
        digest.update(part)
    return Directory(digest.hexdigest(), whole.pages, read_page)


def _merge(entries: list[Entry], changes: Mapping[bytes, bytes | None]) -> list[Entry]:
    if not changes:
        return entries
    merged: dict[bytes, bytes | None] = dict(entries)
    merged.update(changes)
    return sorted((key, text) for key, text in merged.items() if text is not None)


def _unshared(directory: Directory, shared: set[str]) -> Iterator[Entry]:
    for page in directory.pages:
        if page.id not in shared:
            yield from pages.split(directory.page_text(page))


def _dirent(entry: Entry | None) -> Dirent | None:
    return decode_dirents(entry[1])[0] if entry else None
