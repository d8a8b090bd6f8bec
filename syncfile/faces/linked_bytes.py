"""The answer that sends what a link leads to: a file, a version of one, or a folder as a zip archive."""

from syncfile.core import transfers
from syncfile.core.transfers import Transfer
from syncfile.faces.call import Call
from syncfile.faces.http import Reply
from syncfile.faces.ranges import content_disposition
from syncfile.faces.stored import stored_reply


def linked_reply(call: Call, transfer: Transfer) -> Reply:
    """Send the bytes behind a link. ``names`` in the query string, repeated, chooses entries of a folder.

    Raises:
        NotFound, LibraryLocked: The account of the link cannot read it any more.
        BytesMissing: The first block is not in the store.
    """
    if transfer.operation == "download":
        return stored_reply(call, transfers.open_download(call.core, transfer))
    filename, archive = transfers.open_zip(call.core, transfer, call.query.get("names", ()))
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": content_disposition(filename),
        "Cache-Control": "no-store",
    }
    return Reply(archive, headers=headers)
