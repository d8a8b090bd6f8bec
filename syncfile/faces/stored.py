"""The answer that sends a stored file: where the core says its bytes lie, the transfer path sends them."""

from collections.abc import Iterator

from syncfile.core.files import StoredFile
from syncfile.faces.http import Call, Reply
from syncfile.faces.ranges import file_reply
from syncfile.transfer.segments import BytesRange, FileRange, Segment


def stored_reply(call: Call, stored: StoredFile, *, inline: bool = False) -> Reply:
    """Answer with a file or the ranges of it that the call asks for; see ``ranges.file_reply``.

    What is encrypted on the disk is decrypted by the thread that runs this, all the while that the client reads: let
    such routes be ``long``.

    Raises:
        BytesMissing: The first block of what is asked for is not in the store.
    """

    def segments(offset: int, length: int) -> Iterator[Segment]:
        for span in stored.spans(offset, length):
            if span.path is not None:
                yield FileRange(span.path, span.offset, span.length)
            elif span.load is not None:
                yield BytesRange(span.load, 0, span.length)

    entry = stored.entry
    return file_reply(
        call,
        size=stored.size,
        etag=entry.id,
        mtime=entry.mtime,
        name=entry.name,
        spans=segments,
        stream=stored.iter_bytes if stored.unlocked else None,
        inline=inline,
    )
