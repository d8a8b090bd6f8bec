"""A set of object ids that takes 20 bytes for each: of as many strings Python's own takes seven times that."""

_ID_BYTES = 20
_BUCKET_DIGITS = 3


class IdSet:
    """Ids that were met, in buckets by their first digits; searching one is a search in some hundred bytes."""

    def __init__(self) -> None:
        self._buckets = [bytearray() for _ in range(16**_BUCKET_DIGITS)]

    def add(self, object_id: str) -> bool:
        """Add an id, 40 hex digits, and tell whether it is new."""
        bucket, key = self._buckets[int(object_id[:_BUCKET_DIGITS], 16)], bytes.fromhex(object_id)
        at = bucket.find(key)
        while at >= 0 and at % _ID_BYTES:  # the end of one id and the beginning of the next
            at = bucket.find(key, at + 1)
        if at < 0:
            bucket += key
        return at < 0
