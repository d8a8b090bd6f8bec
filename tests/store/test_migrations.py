"""Databases of every age come to the newest schema, and strange ones are left alone."""

from pathlib import Path

import pytest

from syncfile.store import migrations
from syncfile.store.db import Database
from syncfile.store.migrations import UnknownSchema, migrate
from syncfile.store.tables import TABLES


def add_colour(db: Database) -> None:
    db.rows("ALTER TABLE repo ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'")


def add_owner(db: Database) -> None:
    db.rows("UPDATE repo SET colour = colour || '!'")


def fail(db: Database) -> None:
    db.rows("DROP TABLE repo")
    raise RuntimeError


REPO_OF_VERSION_1 = (
    "CREATE TABLE repo (id VARCHAR(36) NOT NULL PRIMARY KEY, name TEXT NOT NULL)",
    "INSERT INTO repo VALUES ('86cdbc78-0176-45af-b34e-91370ad48953', 'Photos')",
    "PRAGMA user_version = 1",
)


def make_version_1(db: Database) -> None:
    for sql in REPO_OF_VERSION_1:
        db.rows(sql)


def test_blank_database_gets_todays_schema(blank: Database) -> None:
    assert migrate(blank) == 0
    assert blank.row("PRAGMA user_version") == (1 + len(migrations.STEPS),)
    assert migrate(blank) == 1 + len(migrations.STEPS)


def schema(db: Database) -> dict[str, set[tuple[object, ...]]]:
    """Return the columns (name, type, not null, place in the key) and indexes (columns, unique) of every table."""
    found: dict[str, set[tuple[object, ...]]] = {}
    for (table,) in db.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'"):
        columns = db.rows('SELECT name, type, "notnull", pk FROM pragma_table_info(?)', table)
        indexes = db.rows('SELECT name, "unique" FROM pragma_index_list(?)', table)
        found[table] = {*columns} | {
            (tuple(name for (name,) in db.rows("SELECT name FROM pragma_index_info(?)", index)), unique)
            for index, unique in indexes
        }
    return found


def test_first_schema_taken_through_every_step_is_that_of_the_tables(blank: Database, db: Database) -> None:
    for sql in (Path(__file__).parent / "data" / "schema-1.sql").read_text().split(";"):
        blank.rows(sql)
    assert migrate(blank) == 1
    assert schema(blank) == schema(db)
    assert set(schema(db)) == {table._meta.table_name for table in TABLES}


def test_older_database_is_taken_through_every_step(blank: Database) -> None:
    make_version_1(blank)
    assert migrate(blank, [add_colour, add_owner]) == 1
    assert blank.row("PRAGMA user_version") == (3,)
    assert blank.row("SELECT name, colour FROM repo") == ("Photos", "blue!")


def test_step_that_fails_leaves_the_version_before_it(blank: Database) -> None:
    make_version_1(blank)
    with pytest.raises(RuntimeError):
        migrate(blank, [add_colour, fail])
    assert blank.row("PRAGMA user_version") == (2,)
    assert blank.row("SELECT name, colour FROM repo") == ("Photos", "blue")
    assert migrate(blank, [add_colour, add_owner]) == 2
    assert blank.row("SELECT colour FROM repo") == ("blue!",)


def test_database_of_a_newer_program_is_refused(blank: Database) -> None:
    blank.rows("PRAGMA user_version = 99")
    with pytest.raises(UnknownSchema, match="version 99"):
        migrate(blank)
    assert blank.row("SELECT count(*) FROM sqlite_master") == (0,)


def test_database_of_another_program_is_refused(blank: Database) -> None:
    blank.rows("CREATE TABLE theirs (x INTEGER)")
    with pytest.raises(UnknownSchema, match="not made by"):
        migrate(blank)
    assert blank.rows("SELECT name FROM sqlite_master") == [("theirs",)]
