"""The database door: one writer, a connection for each thread, errors that a client can be told."""

import errno
import os
import sqlite3
import threading
from pathlib import Path

import peewee
import pytest

from syncfile.errors import Busy, DiskFull, StoreUnavailable, SyncFileError
from syncfile.store.db import Database, open_database, translate, translated
from syncfile.store.migrations import migrate
from syncfile.store.tables import Entry


def test_database_is_logged_ahead_and_synced_in_full(db: Database) -> None:
    found = {name: db.row(f"PRAGMA {name}")[0] for name in ("journal_mode", "synchronous", "cache_size", "mmap_size")}
    assert found == {"journal_mode": "wal", "synchronous": 2, "cache_size": -256, "mmap_size": 0}


def test_opening_again_keeps_the_log(db: Database, tmp_path: Path) -> None:
    again = open_database(str(tmp_path / "test.db"))
    assert again.row("PRAGMA journal_mode") == ("wal",)
    again.close_all()
    assert not list(tmp_path.glob("*probe*"))


def test_log_does_not_stay_large(db: Database, tmp_path: Path) -> None:
    with db.transaction():
        db.rows("CREATE TABLE big (body BLOB)")
        for _ in range(12):
            db.rows("INSERT INTO big VALUES (?)", os.urandom(1 << 20))
    log = tmp_path / "test.db-wal"
    assert log.stat().st_size > 12 << 20
    with db.transaction():
        db.rows("INSERT INTO big VALUES (1)")
    assert log.stat().st_size <= 8 << 20


def test_without_shared_memory_the_journal_is_truncated(tmp_path: Path) -> None:
    probe_memory = tmp_path / f"other.db.probe-{os.getpid()}-shm"
    probe_memory.mkdir()  # so that no file can be there
    database = open_database(str(tmp_path / "other.db"))
    database.rows("CREATE TABLE t (x INTEGER)")
    assert database.row("PRAGMA journal_mode") == ("truncate",)
    database.close_all()
    assert sorted(os.listdir(tmp_path)) == ["other.db", "other.db-journal", probe_memory.name]


def test_database_that_another_process_is_making_is_waited_for(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "other.db", isolation_level=None)
    other.execute("CREATE TABLE t (x INTEGER)")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Busy):
        open_database(str(tmp_path / "other.db"), busy_timeout=0.01).row("SELECT 1")
    other.close()


def test_failed_transaction_changes_nothing(db: Database) -> None:
    def fail_halfway() -> None:
        with db.transaction():
            db.rows(
                "INSERT INTO change (repo_id, commit_id, path, kind, is_dir, object_id, size, ctime, account)"
                " VALUES ('r', 'c', '/', 'add', 0, 'o', 0, 0, 'ann')"
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert db.row("SELECT count(*) FROM change") == (0,)


def test_inner_transaction_joins_the_outer(db: Database) -> None:
    db.rows("CREATE TABLE t (x INTEGER)")

    def fail_after_inner() -> None:
        with db.transaction():
            with db.transaction():
                db.rows("INSERT INTO t VALUES (1)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_inner()
    assert db.row("SELECT count(*) FROM t") == (0,)


def test_threads_write_one_after_the_other(db: Database) -> None:
    db.rows("CREATE TABLE counter (n INTEGER)")
    db.rows("INSERT INTO counter VALUES (0)")

    def count() -> None:
        for _ in range(20):
            with db.transaction():
                (n,) = db.row("SELECT n FROM counter")
                db.rows("UPDATE counter SET n = ?", n + 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.row("SELECT n FROM counter") == (80,)


def test_peewee_writes_through_the_same_door(db: Database) -> None:
    with db.atomic():
        row = Entry.insert(
            repo_id="r", parent_id=0, name="a", name_key="a", is_dir=False, object_id="o", size=0, mtime=0
        )
        row.execute(db)
        assert db.in_transaction()
    assert db.row("SELECT COUNT(*) FROM entry") == (1,)


def test_two_databases_of_one_process_do_not_meet(db: Database, blank: Database) -> None:
    migrate(blank)
    row = Entry.insert(repo_id="r", parent_id=0, name="a", name_key="a", is_dir=False, object_id="o", size=0, mtime=0)
    row.execute(blank)
    assert db.rows("SELECT name FROM entry") == []
    assert blank.rows("SELECT name FROM entry") == [("a",)]


def test_connections_of_ended_threads_are_closed(db: Database) -> None:
    for _ in range(5):
        thread = threading.Thread(target=db.row, args=("SELECT 1",))
        thread.start()
        thread.join()
    assert len(db._connections) <= 2


def test_close_all_closes_the_connections_of_other_threads(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "other.db"))
    opened, done = threading.Event(), threading.Event()

    def hold() -> None:
        database.row("SELECT 1")
        opened.set()
        done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert opened.wait(10)
    (connection,) = database._connections.values()
    database.close_all()
    done.set()
    thread.join()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_writer_of_another_process_makes_us_busy(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "other.db"), busy_timeout=0.01)
    database.rows("CREATE TABLE t (x INTEGER)")
    other = sqlite3.connect(tmp_path / "other.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy) as caught, database.transaction():
        pass
    assert caught.value.facts == {"retry_after": 1}
    with pytest.raises(Busy):
        database.execute_sql("INSERT INTO t VALUES (1)")
    other.close()
    database.close_all()


def test_database_without_room_is_a_full_disk(db: Database) -> None:
    db.rows("CREATE TABLE t (x BLOB)")
    db.rows("PRAGMA max_page_count = 1")
    with pytest.raises(DiskFull):
        db.rows("INSERT INTO t VALUES (?)", bytes(1 << 20))


def test_database_in_a_missing_folder_is_an_unavailable_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        open_database(str(tmp_path / "gone" / "x.db")).row("SELECT 1")


def test_mistakes_of_ours_are_not_translated(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="syntax"):
        db.rows("SELEKT")
    with pytest.raises(peewee.IntegrityError):
        db.execute_sql("INSERT INTO entry (name) VALUES (NULL)")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, ""), DiskFull),
        (OSError(errno.EDQUOT, ""), DiskFull),
        (OSError(errno.EROFS, ""), StoreUnavailable),
        (OSError(errno.EIO, ""), StoreUnavailable),
        (OSError(errno.ENODEV, ""), StoreUnavailable),
        (FileNotFoundError(errno.ENOENT, ""), StoreUnavailable),
        (sqlite3.OperationalError("database or disk is full"), DiskFull),
        (peewee.OperationalError("attempt to write a readonly database"), StoreUnavailable),
        (sqlite3.OperationalError("disk I/O error"), StoreUnavailable),
        (sqlite3.OperationalError("unable to open database file"), StoreUnavailable),
        (sqlite3.OperationalError("database is locked"), Busy),
    ],
    ids=str,
)
def test_error_of_the_system_has_a_meaning(error: Exception, kind: type[SyncFileError]) -> None:
    assert type(translate(error)) is kind
    with pytest.raises(kind), translated():
        raise error


@pytest.mark.parametrize("error", [OSError(errno.EBADF, ""), sqlite3.OperationalError("no such table"), ValueError()])
def test_other_errors_have_none(error: Exception) -> None:
    assert translate(error) is None
    with pytest.raises(type(error)), translated():
        raise error
