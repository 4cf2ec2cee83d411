"""Databases are opened so that what was recorded stays."""

import pytest

from segmentation.ledger.engines import ADVISORY_LOCK, as_reader
from segmentation.ledger.event import Draft, linked
from segmentation.ledger.store import open_ledger

POSTGRES = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@POSTGRES
def test_a_server_that_does_not_wait_for_the_disk_is_made_to(url, written, sql):
    name = url.split("/")[3].split("?")[0]
    sql(f"ALTER DATABASE {name} SET synchronous_commit = off")

    with open_ledger(url) as ledger, ledger.writing() as pen:
        told = pen._connection.exec_driver_sql("SHOW synchronous_commit").scalar()

    assert told == "on"


@POSTGRES
@pytest.mark.parametrize("level", ["serializable", "repeatable read"])
def test_a_writer_sees_what_was_committed_while_it_waited(url, written, sql, level):
    name = url.split("/")[3].split("?")[0]
    sql(f"ALTER DATABASE {name} SET default_transaction_isolation = '{level}'")

    with open_ledger(url) as ledger, ledger.writing() as pen:
        assert pen._connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"


@POSTGRES
def test_the_pen_is_the_advisory_lock(written, sql):
    assert sql("SELECT objid FROM pg_locks WHERE locktype = 'advisory'") == []

    with written.writing():
        assert sql("SELECT objid FROM pg_locks WHERE locktype = 'advisory'") == [(ADVISORY_LOCK,)]


@SQLITE
def test_sqlite_waits_for_the_disk_and_keeps_readers_going(written):
    names = ("journal_mode", "synchronous", "foreign_keys")

    with written._engine.connect() as connection:
        told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert told == ["wal", 2, 1]


def test_a_reader_sees_one_moment_while_others_write(url, written, cast):
    count = "SELECT count(*) FROM events"
    with written._engine.connect() as reader, as_reader(reader).begin():
        before = reader.exec_driver_sql(count).scalar()
        with open_ledger(url) as other, other.writing() as pen:
            pen.append(linked(Draft("activated"), cast.now, cast.events[-1]))

        assert (before, reader.exec_driver_sql(count).scalar(), len(other.read())) == (10, 10, 11)


# ---- Connections that are kept ------------------------------------------------------------------------

BACKEND = "SELECT pg_backend_pid()"


@POSTGRES
def test_a_connection_is_made_anew_each_time_unless_it_is_to_be_kept(url, written):
    for keeps, count in ((0, 3), (1, 1)):
        with open_ledger(url, keeps=keeps) as ledger:
            seen = set()
            for _ in range(3):
                with ledger.reading() as connection:
                    seen.add(connection.exec_driver_sql(BACKEND).scalar())
        assert len(seen) == count


@POSTGRES
def test_a_connection_that_was_kept_reads_and_then_writes(url, written, cast):
    with open_ledger(url, keeps=1) as ledger:
        assert len(ledger.read()) == 10
        with ledger.writing() as pen:
            pen.append(linked(Draft("activated"), cast.now, cast.events[-1]))
            assert pen._connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
        assert len(ledger.read()) == 11


@POSTGRES
def test_a_connection_that_the_server_ended_is_made_anew(url, written, sql):
    with open_ledger(url, keeps=1) as ledger:
        with ledger.reading() as connection:
            backend = connection.exec_driver_sql(BACKEND).scalar()
        sql(f"SELECT pg_terminate_backend({backend}, 5000)")

        assert len(ledger.read()) == 10


@SQLITE
def test_no_connection_to_a_file_is_kept(url, written):
    with open_ledger(url, keeps=4) as ledger:
        assert type(ledger._engine.pool).__name__ == "NullPool"
