"""The texts of pages used last, so that an edit of a large directory does not read all of it from the database."""

import threading
from collections import OrderedDict

#: Room for the pages of one directory of 10,000 entries.
CACHE_BYTES = 2 << 20


class PageCache:
    """Page texts by id, the least recently used forgotten first. Any method may be called from any thread."""

    def __init__(self, max_bytes: int = CACHE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, bytes] = OrderedDict()

    def get(self, page_id: str) -> bytes | None:
        """Return the text of a page, or None."""
        with self._lock:
            text = self._texts.get(page_id)
            if text is not None:
                self._texts.move_to_end(page_id)
            return text

    def put(self, page_id: str, text: bytes) -> None:
        """Keep a text, unless there is no room for it at all."""
        with self._lock:
            if page_id in self._texts or len(text) > self._max_bytes:
                return
            self._texts[page_id] = text
            self._bytes += len(text)
            while self._bytes > self._max_bytes:
                _, forgotten = self._texts.popitem(last=False)
                self._bytes -= len(forgotten)
