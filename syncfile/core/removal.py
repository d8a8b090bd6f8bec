"""What goes along when an account, a group, a library or a share goes. All of it joins the running transaction."""

from syncfile.store.db import Database

#: Tables whose rows mean nothing without their library.
_OF_REPO = ("share", "link", "file_lock", "star", "upload_session", "token")
#: And those that mean nothing without their account.
_OF_ACCOUNT = (
    "share",
    "link",
    "file_lock",
    "star",
    "upload_session",
    "token",
    "notification",
    "member",
    "recovery_code",
)


def drop_repo(db: Database, repo_id: str, now: int) -> None:
    """Delete a library, the virtual ones of its directories, and all that people tied to them.

    Its row stays, marked: sync clients must hear that it was deleted.
    """
    for (virtual_id,) in db.rows("SELECT id FROM repo WHERE origin_id = ? AND deleted_at IS NULL", repo_id):
        drop_repo(db, virtual_id, now)
    for table in _OF_REPO:
        db.rows(f"DELETE FROM {table} WHERE repo_id = ?", repo_id)
    db.rows("UPDATE repo SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL", now, repo_id)


def drop_unshared(db: Database, now: int) -> None:
    """Delete the virtual libraries that nobody has any more."""
    unshared = (
        "SELECT id FROM repo WHERE origin_id IS NOT NULL AND deleted_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM share WHERE share.repo_id = repo.id)"
    )
    for (repo_id,) in db.rows(unshared):
        drop_repo(db, repo_id, now)


def drop_group(db: Database, group_id: int, now: int) -> None:
    """Delete a group with its members and what was shared with it."""
    db.rows("DELETE FROM share WHERE group_id = ?", group_id)
    db.rows("DELETE FROM member WHERE group_id = ?", group_id)
    db.rows("DELETE FROM groups WHERE id = ?", group_id)
    drop_unshared(db, now)


def drop_member(db: Database, group_id: int, account_id: int, now: int) -> None:
    """Take an account out of a group, and from the group the libraries of that account."""
    owned = "SELECT id FROM repo WHERE owner_id = ?"
    db.rows(f"DELETE FROM share WHERE group_id = ? AND repo_id IN ({owned})", group_id, account_id)
    db.rows("DELETE FROM member WHERE group_id = ? AND account_id = ?", group_id, account_id)
    drop_unshared(db, now)


def drop_account(db: Database, account_id: int, now: int) -> None:
    """Delete an account with its libraries, its groups, and all that it has or gave."""
    owned = "SELECT id FROM repo WHERE owner_id = ? AND deleted_at IS NULL AND origin_id IS NULL"
    for (repo_id,) in db.rows(owned, account_id):
        drop_repo(db, repo_id, now)
    for (group_id,) in db.rows("SELECT id FROM groups WHERE owner_id = ?", account_id):
        drop_group(db, group_id, now)
    for table in _OF_ACCOUNT:
        db.rows(f"DELETE FROM {table} WHERE account_id = ?", account_id)
    db.rows("DELETE FROM account WHERE id = ?", account_id)
    drop_unshared(db, now)
