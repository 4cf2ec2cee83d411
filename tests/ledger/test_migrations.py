"""The tables are those that the program reads, and take nothing but the next event."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from segmentation.ledger.access import AccessLog
from segmentation.ledger.event import GENESIS
from segmentation.ledger.personal.tables import metadata  # with the tables of residents, which join it
from segmentation.ledger.place import Place
from tests.signed import START

TABLES = ("events", "people", "decisions", "api_keys", "comments", "access")
SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
POSTGRES = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture
def cast(cast):
    """A comment and an API key more, so that every table of events has a row."""
    cast.say()
    cast.issue()
    return cast


@pytest.fixture
def written(written):
    """A batch of access events more, so that every table has a row."""
    AccessLog(written).append("spool", 0, b"{}\n", START)
    return written


def test_migrations_make_the_tables_that_the_program_reads(url, ledger):
    engine = create_engine(Place.of(url).url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "ledger_version"})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_no_row_is_changed_or_taken_away(written, cast, sql, table, statement):
    (number,) = metadata.tables[table].primary_key
    with pytest.raises(DBAPIError, match=f"append-only: no row of {table} is ever"):
        sql(statement.format(table, number.name))

    assert written.read() == cast.events


@POSTGRES
@pytest.mark.parametrize("table", TABLES)
def test_no_table_is_emptied(written, cast, sql, table):
    with pytest.raises(DBAPIError, match="append-only"):
        sql(f"TRUNCATE {table} CASCADE")

    assert written.read() == cast.events


@SQLITE
@pytest.mark.parametrize("how", ["REPLACE", "INSERT OR REPLACE", "INSERT OR IGNORE"])
@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_replaced(written, cast, sql, how, table):
    with pytest.raises(DBAPIError, match="is one chain"):
        sql(f"{how} INTO {table} SELECT * FROM {table} LIMIT 1")

    assert written.read() == cast.events


@pytest.mark.parametrize(
    ("seq", "previous"),
    [
        pytest.param("max(seq) + 2", "max(digest)", id="a gap"),
        pytest.param("max(seq)", "max(digest)", id="the same number twice"),
        pytest.param("max(seq) + 1", f"'{GENESIS}'", id="another one before it"),
        pytest.param("0", f"'{GENESIS}'", id="before the first"),
    ],
)
def test_an_event_that_does_not_follow_the_last_is_refused(written, cast, sql, seq, previous):
    with pytest.raises(DBAPIError, match="an event must follow the last one"):
        sql(
            "INSERT INTO events (seq, at, kind, previous, digest) "
            f"SELECT {seq}, 'now', 'activated', {previous}, 'x' FROM events"
        )

    assert written.read() == cast.events


def test_an_event_that_follows_the_last_is_taken_from_anybody(written, cast, sql):
    sql(
        "INSERT INTO events (seq, at, kind, previous, digest) "
        "SELECT seq + 1, 'now', 'activated', digest, 'x' FROM events ORDER BY seq DESC LIMIT 1"
    )

    *before, last = written.read()
    assert before == cast.events
    assert last.digest != last.computed


@pytest.mark.parametrize(
    ("table", "seq"),
    [
        *(("people", seq) for seq in (1, 10, 11, 12)),
        *(("decisions", seq) for seq in (7, 10, 11)),
        *(("api_keys", seq) for seq in (1, 7, 11, 12)),
    ],
)
def test_a_signed_row_belongs_to_the_event_just_added_and_only_one_does(written, cast, sql, table, seq):
    columns = {"people": "name", "decisions": 'model, action, "by"', "api_keys": 'id, action, "by"'}[table]
    words = "'x'" if table == "people" else "'x', 'x', 'x'"

    with pytest.raises(DBAPIError, match=f"a row of {table} belongs to the event just added"):
        sql(f"INSERT INTO {table} (seq, {columns}, document, signature) VALUES ({seq}, {words}, 'x', 'x')")

    assert written.read() == cast.events


@POSTGRES
def test_guards_stand_where_a_replica_would_go_without(written, cast, sql):
    with pytest.raises(DBAPIError, match="append-only"):
        sql("SET session_replication_role = replica; DELETE FROM decisions")

    assert written.read() == cast.events


@pytest.mark.parametrize(
    ("number", "previous"),
    [
        pytest.param("2", f"'{GENESIS}'", id="another one before it"),
        pytest.param("3", "digest", id="a gap"),
        pytest.param("1", "digest", id="the same number twice"),
        pytest.param("0", f"'{GENESIS}'", id="before the first"),
    ],
)
def test_a_batch_that_does_not_follow_the_last_is_refused(written, sql, number, previous):
    with pytest.raises(DBAPIError, match="a batch must follow the last one"):
        sql(
            'INSERT INTO access (number, at, spool, start, "end", count, lines, previous, digest) '
            f"SELECT {number}, 'now', 's', 0, 1, 1, 'x', {previous}, 'x' FROM access"
        )

    assert AccessLog(written).head().number == 1
