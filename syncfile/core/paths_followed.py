"""What people tied to a path: shares, links, locks and stars follow it when it is renamed; some end with it."""

from syncfile.core import removal
from syncfile.core.paths import split
from syncfile.store.db import Database

#: Table, column of the repo, column of the path.
_FOLLOWERS = (
    ("repo", "origin_id", "origin_path"),
    ("link", "repo_id", "path"),
    ("star", "repo_id", "path"),
    ("file_lock", "repo_id", "path"),
)
#: What is of no use without its file; the others may see it come back from the trash.
_DROPPED = ("file_lock", "star")


def add(db: Database, repo_id: str, path: str, dir_id: str, now: int) -> None:
    """Let shares of a directory that was there before end, unless it is the very one that came back.

    What gets the name of a shared directory one day is nothing that anybody meant to share. Joins the transaction.
    """
    sql = "SELECT object_id FROM change WHERE repo_id = ? AND path = ? AND kind = 'delete' ORDER BY id DESC LIMIT 1"
    if db.row(sql, repo_id, path) != (dir_id,):
        _end_shares(db, repo_id, path, now)


def rename(db: Database, repo_id: str, old_path: str, new_path: str, now: int) -> None:
    """Let everything tied to ``old_path`` or below it follow to ``new_path``; joins the running transaction."""
    _end_shares(db, repo_id, new_path, now)
    for table, repo_column, column in _FOLLOWERS:
        db.rows(
            f"UPDATE {table} SET {column} = ? || SUBSTR({column}, ?) WHERE {repo_column} = ? AND {_below(column)}",
            new_path,
            len(old_path) + 1,
            repo_id,
            *_range(old_path),
        )
    # A shared directory is called at its receivers' what it is called here.
    db.rows("UPDATE repo SET name = ? WHERE origin_id = ? AND origin_path = ?", split(new_path)[1], repo_id, new_path)


def remove(db: Database, repo_id: str, path: str) -> None:
    """Drop the locks and stars at ``path`` and below it; joins the running transaction."""
    for table, repo_column, column in _FOLLOWERS:
        if table in _DROPPED:
            db.rows(f"DELETE FROM {table} WHERE {repo_column} = ? AND {_below(column)}", repo_id, *_range(path))


def _end_shares(db: Database, repo_id: str, path: str, now: int) -> None:
    shared = f"SELECT id FROM repo WHERE origin_id = ? AND deleted_at IS NULL AND {_below('origin_path')}"
    for (virtual_id,) in db.rows(shared, repo_id, *_range(path)):
        removal.drop_repo(db, virtual_id, now)


def _below(column: str) -> str:
    return f"({column} = ? OR {column} > ? AND {column} < ?)"


def _range(path: str) -> tuple[str, str, str]:
    return path, f"{path}/", f"{path}0"  # "0" is what follows "/" in every encoding that we meet
