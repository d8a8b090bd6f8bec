"""The cache of page texts stays within its bounds."""

from syncfile.store.page_cache import PageCache


def test_what_was_used_last_stays() -> None:
    cache = PageCache(max_bytes=30)
    for page_id in ("a", "b", "c"):
        cache.put(page_id, page_id.encode() * 10)
    assert cache.get("a") == b"a" * 10
    cache.put("d", b"d" * 10)
    assert cache.get("b") is None
    assert [cache.get(page_id) is not None for page_id in "acd"] == [True, True, True]


def test_text_that_leaves_no_room_is_not_kept() -> None:
    cache = PageCache(max_bytes=30)
    cache.put("a", b"a" * 10)
    cache.put("huge", b"h" * 31)
    assert cache.get("huge") is None
    assert cache.get("a") == b"a" * 10


def test_text_put_twice_takes_room_once() -> None:
    cache = PageCache(max_bytes=20)
    cache.put("a", b"a" * 10)
    cache.put("a", b"a" * 10)
    cache.put("b", b"b" * 10)
    assert cache.get("a") == b"a" * 10
