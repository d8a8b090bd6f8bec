"""Everything that can go wrong and that a client should hear about.

An error is named for what is wrong and says nothing of HTTP: each face maps these classes to its own
codes in one table, and a class that a table does not name is answered like its nearest parent.
"""


class SyncFileError(Exception):
    """Base of every error that a face may show.

    Args:
        message: One plain sentence for a person: no ids, no secrets, no full stop.
        facts: What a caller may act on (``path=``, ``retry_after=``); never parsed out of the message.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class BadRequest(SyncFileError):
    """What was asked makes no sense: a missing or malformed value (``parameter=``)."""


class BadPath(BadRequest):
    """A path or name that can never be stored: ``..``, NUL, too long, too deep."""


class NotAuthenticated(SyncFileError):
    """No credentials, or ones that are wrong, expired or revoked."""


class CodeRequired(NotAuthenticated):
    """The password is right, and a code of the second step is needed as well."""


class CodeWrong(NotAuthenticated):
    """The password is right, and the code of the second step is wrong or was used before."""


class PermissionDenied(SyncFileError):
    """The actor is known, may know of the thing, and may not do this."""


class WrongPassword(PermissionDenied):
    """Somebody who is signed in has to give the password again, and gave a wrong one."""


class CodeRefused(PermissionDenied):
    """A code that was to show that the phone has the secret is not of that secret, or not of this time."""


class NotFound(SyncFileError):
    """The thing named does not exist, or the actor may not know that it does."""


class ParentMissing(NotFound):
    """The folder that was to hold a new entry does not exist."""


class BytesMissing(SyncFileError):
    """The file is in the metadata, but its bytes are not in the store: damage."""


class AlreadyExists(SyncFileError):
    """The name is taken."""


class WrongOffset(SyncFileError):
    """A piece of a file does not follow what is there already (``received=`` bytes)."""


class HeadMoved(SyncFileError):
    """Another commit landed first and the two could not be merged."""


class Locked(SyncFileError):
    """Somebody else holds the lock on this file."""


class LibraryLocked(SyncFileError):
    """The encrypted library's password is needed first."""


class QuotaFull(SyncFileError):
    """The owner's quota does not have room for this."""


class TooLarge(SyncFileError):
    """More was sent than is ever accepted."""


class TooMany(SyncFileError):
    """Too many tries or requests; ``retry_after=`` seconds."""


class Busy(SyncFileError):
    """The server cannot do this just now; ``retry_after=`` seconds."""


class DiskFull(SyncFileError):
    """The data disk has no room left."""


class StoreUnavailable(SyncFileError):
    """The data disk is missing, read-only or failing; ``retry_after=`` seconds."""


class DiskMissing(StoreUnavailable):
    """The data disk is not there at all: its folder lacks the marker."""
