"""What was deleted is in no file of the database after a sweep, and a sweep that cannot be made says so."""

import pytest
from sqlalchemy import delete, insert, select

from segmentation.ledger.personal.tables import data_keys
from segmentation.ledger.store import open_ledger
from segmentation.ledger.sweeping import MANY, swept

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
SUBJECTS = [bytes([at % 256, at // 256]) * 8 for at in range(300)]


def wrapped(subject):
    return b"wrapped" + subject


@pytest.fixture
def filled(ledger):
    with ledger.writer("Not written") as connection:
        same = {"wrapping": "k", "made": 1, "erasures": 0}
        rows = [{"subject": one, "wrapped": wrapped(one), **same} for one in SUBJECTS]
        connection.execute(insert(data_keys), rows)
    return ledger


def take(ledger, *subjects):
    with ledger.writer("Not deleted") as connection:
        connection.execute(delete(data_keys).where(data_keys.c.subject.in_(subjects)))


def content(ledger):
    """Return the bytes of every file of a SQLite database."""
    return b"".join(path.read_bytes() for path in ledger.place.path.parent.iterdir())


@SQLITE
@pytest.mark.parametrize("count", [1, MANY], ids=["one", "many"])
def test_what_was_deleted_is_in_no_file(filled, count):
    with filled.reading() as connection:  # who reads keeps the write-ahead log alive
        connection.execute(select(data_keys)).all()
        take(filled, *SUBJECTS[:count])
    values = [wrapped(one) for one in SUBJECTS[:count]]

    assert swept(filled, [data_keys], values)
    assert [value for value in values if value in content(filled)] == []
    assert wrapped(SUBJECTS[-1]) in content(filled)


@SQLITE
def test_what_stays_in_a_page_although_it_was_deleted_is_written_over(filled):
    value = wrapped(SUBJECTS[0])
    take(filled, SUBJECTS[0])
    with filled.bare() as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("PRAGMA secure_delete = OFF")
        for statement in ("BEGIN", "CREATE TABLE t (v BLOB)"):
            cursor.execute(statement)
        cursor.execute("INSERT INTO t VALUES (?)", (value,))
        for statement in ("COMMIT", "DELETE FROM t", "PRAGMA wal_checkpoint(TRUNCATE)"):
            cursor.execute(statement)
            cursor.fetchall()
    assert value in content(filled)

    assert swept(filled, [data_keys], [value])
    assert value not in content(filled)


@SQLITE
def test_a_reader_who_stays_keeps_the_log_and_that_is_told(filled):
    with filled.reading() as connection:
        connection.execute(select(data_keys)).all()
        take(filled, SUBJECTS[0])

        assert not swept(filled, [data_keys], [wrapped(SUBJECTS[0])])
    assert swept(filled, [data_keys], [wrapped(SUBJECTS[0])])


def test_a_sweep_leaves_what_is_there(filled):
    take(filled, SUBJECTS[0])

    assert swept(filled, [data_keys], [wrapped(SUBJECTS[0])])
    with filled.reading() as connection:
        assert len(connection.execute(select(data_keys)).all()) == len(SUBJECTS) - 1


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_has_vacuumed_its_table_after_a_sweep(filled, sql):
    take(filled, *SUBJECTS[:200])

    assert swept(filled, [data_keys], [])
    assert sql("SELECT reltuples, relallvisible = relpages FROM pg_class WHERE relname = 'data_keys'") == [
        (100.0, True)
    ]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_connection_that_swept_is_not_kept_for_who_writes(filled, url):
    with open_ledger(url, keeps=1) as ledger:
        assert swept(ledger, [data_keys], [])
        with ledger._engine.connect() as connection:
            assert not connection.connection.driver_connection.autocommit


def test_a_database_that_is_gone_is_told_as_not_swept(filled, monkeypatch):
    def refuse():
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(filled, "bare", refuse)

    assert not swept(filled, [data_keys], [])
