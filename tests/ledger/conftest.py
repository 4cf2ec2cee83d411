"""Ledgers in an empty database of each kind."""

import pytest
from sqlalchemy import create_engine

from segmentation.ledger.place import Place
from segmentation.ledger.store import create_ledger
from segmentation.ledger.upgrade import guards
from tests.signed import Cast


@pytest.fixture
def ledger(url):
    """An open ledger with nothing in it."""
    with create_ledger(url, patience=0.2) as opened:
        yield opened


@pytest.fixture
def cast():
    """Five people, and a version that was approved and activated: ten events."""
    cast = Cast.assembled()
    cast.approve()
    return cast


@pytest.fixture
def written(ledger, cast):
    """A ledger with the events of the cast."""
    with ledger.writing() as pen:
        for event in cast.events:
            pen.append(event)
    return ledger


@pytest.fixture
def sql(url):
    """Run a statement past the program, as who writes the database could."""
    engine = create_engine(Place.of(url).url)

    def run(statement):
        with engine.begin() as connection:
            found = connection.exec_driver_sql(statement)
            return found.all() if found.returns_rows else found.rowcount

    yield run
    engine.dispose()


@pytest.fixture
def unguarded(url, written, sql):
    """Run a statement in a written ledger without triggers, which whoever owns the database can drop."""
    if url.startswith("sqlite"):
        for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            sql(f"DROP TRIGGER {name}")
    else:
        for table in guards().tables:
            sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    return sql
