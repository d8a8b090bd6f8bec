"""What people tied to a path: shares, links, locks and stars follow it when it is renamed, some go when it is removed."""

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


def rename(db: Database, repo_id: str, old_path: str, new_path: str) -> None:
    """Let everything tied to ``old_path`` or below it follow to ``new_path``; joins the running transaction."""
    for table, repo_column, column in _FOLLOWERS:
        db.rows(
            f"UPDATE {table} SET {column} = ? || SUBSTR({column}, ?) WHERE {repo_column} = ? AND {_below(column)}",
            new_path,
            len(old_path) + 1,
            repo_id,
            *_range(old_path),
        )


def remove(db: Database, repo_id: str, path: str) -> None:
    """Drop the locks and stars at ``path`` and below it; joins the running transaction."""
    for table, repo_column, column in _FOLLOWERS:
        if table in _DROPPED:
            db.rows(f"DELETE FROM {table} WHERE {repo_column} = ? AND {_below(column)}", repo_id, *_range(path))


def _below(column: str) -> str:
    return f"({column} = ? OR {column} > ? AND {column} < ?)"


def _range(path: str) -> tuple[str, str, str]:
    return path, f"{path}/", f"{path}0"  # "0" is what follows "/" in every encoding that we meet
