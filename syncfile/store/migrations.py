"""The version of the database's schema, and the steps from one version to the next.

A change of ``tables.py`` comes with a function at the end of ``STEPS`` that makes it in a database of the version
before, in SQL: the tables of today are not those that a step once met.
"""

from collections.abc import Callable, Sequence

from syncfile.store.db import Database

Step = Callable[[Database], None]

_TO_VERSION_2 = (
    "ALTER TABLE account ADD COLUMN totp_secret TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE account ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE fs_object ADD COLUMN touched_at INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE recovery_code (account_id INTEGER NOT NULL, code_hash VARCHAR(64) NOT NULL,"
    " PRIMARY KEY (account_id, code_hash))",
    "CREATE TABLE audit_event (id INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, account_id INTEGER NOT NULL,"
    " username TEXT NOT NULL, address TEXT NOT NULL, action VARCHAR(32) NOT NULL, target TEXT NOT NULL,"
    " facts TEXT NOT NULL)",
    "CREATE INDEX audit_event_account_id ON audit_event (account_id)",
    "CREATE TABLE server_setting (name VARCHAR(64) NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE job_state (name VARCHAR(64) NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
)


def _to_version_2(db: Database) -> None:
    """Second step of signing in, audit log, settings made at run time, what jobs remember, ages of objects."""
    for sql in _TO_VERSION_2:
        db.rows(sql)


#: What leads from version 1 to 2, from 2 to 3 and so on.
STEPS: Sequence[Step] = (_to_version_2,)


class UnknownSchema(Exception):
    """The database was made by a newer SyncFile, or by something else."""


def migrate(db: Database, steps: Sequence[Step] = STEPS) -> int:
    """Bring a database to the newest version, an empty one at once and an older one step by step.

    Each step is one transaction: where one fails, the database stays at the version before it.

    Returns:
        The version it had, 0 if it was empty.

    Raises:
        UnknownSchema: There is no way from what it is to what we know. It is left as it is.
    """
    newest = 1 + len(steps)
    (found,) = db.row("PRAGMA user_version")
    if found > newest:
        raise UnknownSchema(f"the database has version {found}, but this SyncFile knows no more than {newest}")
    if found == 0:
        _create(db, newest)
    for version in range(found, newest) if found else ():
        with db.transaction():
            steps[version - 1](db)
            _set_version(db, version + 1)
    return int(found)


def _create(db: Database, version: int) -> None:
    from syncfile.store.tables import TABLES  # takes memory, and is wanted once in the life of a store

    with db.transaction():
        if db.row("SELECT name FROM sqlite_master"):
            raise UnknownSchema("the database was not made by SyncFile")
        with db.bind_ctx(list(TABLES), bind_refs=False, bind_backrefs=False):
            for table in TABLES:
                table.create_table(safe=False)
        _set_version(db, version)


def _set_version(db: Database, version: int) -> None:
    db.rows(f"PRAGMA user_version = {version:d}")
