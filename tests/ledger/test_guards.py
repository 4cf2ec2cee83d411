"""Triggers that are gone, switched off, altered or strange are named, and so are rows without an event."""

import pytest

from segmentation.errors import LedgerError
from segmentation.ledger.history import History

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
POSTGRES = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
EMPTY = "CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT 1; END"
ALLOWING = """
    CREATE OR REPLACE FUNCTION ledger_people_follow() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$ BEGIN RETURN NEW; END $$
"""
SELDOM = """
    CREATE OR REPLACE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events FOR EACH ROW
    WHEN (OLD.seq > 99) EXECUTE FUNCTION ledger_events_no_change()
"""


def test_a_ledger_that_nobody_touched_has_its_guards(written):
    written.check_guards()


def test_triggers_that_are_gone_or_switched_off_are_named(written, unguarded, cast):
    with pytest.raises(LedgerError) as caught:
        written.check_guards()

    for name in ("events_follow", "people_follow", "decisions_follow"):
        assert f"the trigger {name} " in str(caught.value)
    assert len(History.replayed(written.read(), cast.root.public).events) == 10


@SQLITE
@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["DROP TRIGGER people_no_update"], "the trigger people_no_update is missing"),
        (
            ["DROP TRIGGER events_no_delete", EMPTY],
            "the trigger events_no_delete was switched off or altered",
        ),
        (
            ["CREATE TRIGGER quiet AFTER INSERT ON events BEGIN SELECT 1; END"],
            "the trigger quiet was added",
        ),
    ],
)
def test_one_trigger_that_is_not_as_it_was_made_is_named(written, sql, statements, told):
    for statement in statements:
        sql(statement)

    with pytest.raises(LedgerError, match=rf"^Somebody worked on the ledger at .*: {told}\. Compare it"):
        written.check_guards()


@POSTGRES
@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DROP TRIGGER people_no_truncate ON people", "people_no_truncate is missing"),
        ("ALTER TABLE events DISABLE TRIGGER events_follow", "events_follow was switched off"),
        ("ALTER TABLE events ENABLE TRIGGER events_follow", "events_follow was switched off"),
        (
            ALLOWING,
            "people_follow was switched off or altered",
        ),
        (
            SELDOM,
            "events_no_change was switched off or altered",
        ),
        ("ALTER FUNCTION ledger_events_follow() SET search_path = 'elsewhere'", "in another schema"),
        ("CREATE RULE quiet AS ON UPDATE TO events DO INSTEAD NOTHING", "the rule quiet was added"),
    ],
)
def test_one_trigger_of_postgres_that_is_not_as_it_was_made_is_named(written, sql, statement, told):
    sql(statement)

    with pytest.raises(LedgerError, match=told):
        written.check_guards()


def test_rows_that_no_event_has_are_named(written, unguarded, url):
    if url.startswith("postgres"):
        unguarded("ALTER TABLE decisions DROP CONSTRAINT decisions_seq_fkey")
    for seq in (3, 901, 902, 903):
        unguarded(
            'INSERT INTO decisions (seq, model, action, "by", document, signature) '
            f"VALUES ({seq}, 'm', 'approve', 'x', 'x', 'x')"
        )

    with pytest.raises(LedgerError, match="rows of decisions have no event of their kind: 3, 901, 902 and 1"):
        written.check_guards()


@SQLITE
def test_an_event_before_the_first_is_named(written, unguarded):
    unguarded("INSERT INTO events (seq, at, kind, previous, digest) VALUES (-4, 'x', 'x', 'x', 'x')")

    with pytest.raises(LedgerError, match="rows of events have no place in the chain: -4"):
        written.check_guards()
