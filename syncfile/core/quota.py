"""How much an account may keep, and how much it does."""

from syncfile.core.core import Core
from syncfile.errors import DiskFull, QuotaFull

#: Kept free for the database, so that people can still delete when the disk is full.
RESERVE_BYTES = 4 << 20
#: The room of an account whose quota is 0, which is no quota at all.
UNLIMITED_BYTES = 2**63 - 1


def usage(core: Core, account_id: int) -> int:
    """Return the bytes of all files at the heads of an account's own libraries."""
    (size,) = core.db.row(
        "SELECT COALESCE(SUM(size), 0) FROM repo WHERE owner_id = ? AND deleted_at IS NULL AND origin_id IS NULL",
        account_id,
    )
    return int(size)


def room(core: Core, account_id: int) -> int:
    """Return the bytes that an account may still add; negative if it is over its quota."""
    row = core.db.row("SELECT total FROM account WHERE id = ?", account_id)
    if row is None:
        return 0
    return int(row[0]) - usage(core, account_id) if row[0] else UNLIMITED_BYTES


def require_room(core: Core, account_id: int, size: int) -> None:
    """Ask, before any byte is read, whether ``size`` more bytes fit.

    Raises:
        QuotaFull: The account's quota has no room.
        DiskFull: The disk has none.
    """
    if size > 0 and room(core, account_id) < size:
        raise QuotaFull("the quota is full")
    _, free = core.folder.disk_usage()
    if free < size + RESERVE_BYTES:
        raise DiskFull("the disk is full")
