"""What the guards say is plain to read here; `test_migrations` and `test_guards` see them at work."""

import pytest
from sqlalchemy import Table

from segmentation.ledger import tables
from segmentation.ledger.triggers import Chain, Guards
from segmentation.ledger.upgrade import guards

SMALL = Guards(chains={"events": Chain("seq", "it must follow")}, signed={"people": ("start", "person")})


def test_every_table_of_the_ledger_is_guarded_but_those_to_work_with():
    every = {one.name for one in vars(tables).values() if isinstance(one, Table)}

    assert set(guards().tables) == every - {"ledger_version", "sessions", "attempts", "notes", "asked_about"}


def test_a_chain_takes_the_next_row_alone():
    assert SMALL.sqlite()["events_follow"].startswith(
        "CREATE TRIGGER events_follow BEFORE INSERT ON events WHEN "
        "NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events) OR NEW.previous IS NOT "
    )
    assert "RAISE EXCEPTION 'it must follow'" in SMALL.postgres_functions()["ledger_events_follow"]


def test_a_signed_row_is_of_its_kinds():
    assert "kind IN ('start', 'person')" in SMALL.sqlite()["people_follow"]
    assert "kind IN ('start', 'person')" in SMALL.postgres_functions()["ledger_people_follow"]


@pytest.mark.parametrize(("dialect", "each"), [("sqlite", 3), ("postgresql", 2 + 3 + 3)])
def test_each_table_has_as_many_statements(dialect, each):
    assert len(SMALL.statements(dialect)) == 2 * each
