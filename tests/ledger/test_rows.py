"""What is read of a row is the event that was written, or an event that its digest does not fit."""

import pytest

from segmentation.errors import LedgerError
from segmentation.ledger.event import Draft, linked
from segmentation.ledger.history import History
from segmentation.ledger.rows import rows_of
from segmentation.ledger.tables import decisions, events, people
from segmentation.signing import Signed
from tests.signed import LEDGER


def test_every_kind_of_event_is_read_as_it_was_written(ledger, cast):
    cast.adopt()

    with ledger.writing() as pen:
        for event in cast.events:
            pen.append(event)

    assert {event.draft.kind for event in cast.events} == {
        "start", "person", "decision", "activated", "adoption",
    }  # fmt: skip
    assert ledger.read() == cast.events


def test_the_start_is_among_people_under_the_name_of_the_root(cast):
    (table, _), (signed, row) = rows_of(cast.events[0])

    assert (table, signed, row["name"]) == (events, people, "root")


def test_an_adoption_is_a_decision_to_adopt(cast):
    _, (table, row) = rows_of(cast.adopt())

    assert (table, row["action"], row["by"], row["version"]) == (decisions, "adopt", "Carol", None)


@pytest.mark.parametrize("document", ["no JSON", "[]", "{}", "7"])
def test_a_document_that_is_no_record_is_not_written(cast, document):
    event = linked(Draft("decision", Signed(document, "x"), "m", 1), cast.now, cast.events[-1])

    with pytest.raises(LedgerError, match=r"The document of event 11 is not a record of its kind\."):
        rows_of(event)


def test_a_signature_under_a_kind_that_nobody_signs_is_not_written(cast):
    event = linked(Draft("activated", Signed("{}", "x"), "m", 1), cast.now, cast.events[-1])

    with pytest.raises(LedgerError, match="nobody signs"):
        rows_of(event)


COPY = """
    INSERT INTO decisions (seq, model, action, "by", document, signature)
    SELECT {}, model, action, "by", document, signature FROM decisions WHERE seq = 9
"""
ALTERED = {
    "the time": (5, "UPDATE events SET at = '2026-07-01T08:04:00.000001+00:00' WHERE seq = 5"),
    "the same time, written otherwise": (5, "UPDATE events SET at = replace(at, 'T', ' ') WHERE seq = 5"),
    "no time": (5, "UPDATE events SET at = 'soon' WHERE seq = 5"),
    "the kind": (7, "UPDATE events SET kind = 'adoption' WHERE seq = 7"),
    "a kind that is none": (7, "UPDATE events SET kind = 'x' WHERE seq = 7"),
    "the model": (8, "UPDATE events SET model = 'other' WHERE seq = 8"),
    "the version": (8, "UPDATE events SET version = 2 WHERE seq = 8"),
    "the body": (10, "UPDATE events SET body = '{}' WHERE seq = 10"),
    "the same body, written otherwise": (10, "UPDATE events SET body = body || ' ' WHERE seq = 10"),
    "no body": (10, "UPDATE events SET body = 'x' WHERE seq = 10"),
    "a body where none is": (9, "UPDATE events SET body = '{}' WHERE seq = 9"),
    "the event before": (6, "UPDATE events SET previous = digest WHERE seq = 6"),
    "the digest": (6, "UPDATE events SET digest = previous WHERE seq = 6"),
    "a person's document": (3, "UPDATE people SET document = replace(document, '20', '19') WHERE seq = 3"),
    "a person's name beside it": (3, "UPDATE people SET name = 'Mallory' WHERE seq = 3"),
    "a signature": (9, "UPDATE decisions SET signature = 'x' WHERE seq = 9"),
    "a decision's document": (9, "UPDATE decisions SET document = '{}' WHERE seq = 9"),
    "an action beside it": (9, "UPDATE decisions SET action = 'reject' WHERE seq = 9"),
    "who decided, beside it": (9, 'UPDATE decisions SET "by" = action WHERE seq = 9'),
    "the version beside it": (9, "UPDATE decisions SET version = 2 WHERE seq = 9"),
    "a signed row that is gone": (9, "DELETE FROM decisions WHERE seq = 9"),
    "a person who is gone": (3, "DELETE FROM people WHERE seq = 3"),
    "a signed row under an unsigned event": (10, COPY.format(10)),
    "a decision under a person": (3, COPY.format(3)),
}  # fmt: skip


ON_POSTGRES = [
    ("postgresql", what)
    for what in ("the time", "the version", "the same body, written otherwise", "a person who is gone")
]


@pytest.mark.parametrize(
    ("url", "what"), [*(("sqlite", what) for what in ALTERED), *ON_POSTGRES], indirect=["url"]
)
def test_a_row_that_was_altered_is_read_and_does_not_fit_its_digest(written, cast, unguarded, what):
    seq, statement = ALTERED[what]
    unguarded(statement)

    found = written.read()

    assert len(found) == len(cast.events)
    assert [event.seq for event in found if event not in cast.events] == [seq]
    with pytest.raises(LedgerError, match=rf"[Ee]vent {seq}\b"):
        History.replayed(found, cast.root.public)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("seq", "statement"),
    [
        (3, "UPDATE people SET document = CAST(x'7bff' AS TEXT) WHERE seq = 3"),
        (3, "UPDATE people SET document = x'7bff' WHERE seq = 3"),
        (8, "UPDATE events SET version = 'one' WHERE seq = 8"),
        (8, "UPDATE events SET model = x'00' WHERE seq = 8"),
        (8, "UPDATE events SET at = 0 WHERE seq = 8"),
    ],
)
def test_what_sqlite_holds_of_another_type_is_found_as_well(written, cast, unguarded, seq, statement):
    unguarded(statement)

    with pytest.raises(LedgerError, match=rf"[Ee]vent {seq}\b"):
        History.replayed(written.read(), cast.root.public)


NO_JSON = {
    "not a number": '{"bundle": NaN}',
    "too large for every reader": f'{{"bundle": {2**60}}}',
    "half a letter": r'{"bundle": "\ud800"}',
    "nested too deeply": "[" * 200_000,
    "nested as deeply as is read": '{"bundle": ' + "[" * 900 + "]" * 900 + "}",
}
UNREAD = [("sqlite", what) for what in NO_JSON] + [("postgresql", "not a number")]


@pytest.mark.parametrize(("url", "what"), UNREAD, indirect=["url"])
@pytest.mark.parametrize(("table", "column", "seq"), [("events", "body", 10), ("decisions", "document", 9)])
def test_what_has_no_canonical_form_is_an_altered_event(written, cast, unguarded, what, table, column, seq):
    unguarded(f"UPDATE {table} SET {column} = '{NO_JSON[what]}' WHERE seq = {seq}")

    with pytest.raises(LedgerError, match=rf"^Event {seq}\b.* was altered"):
        History.replayed(written.read(), cast.root.public)


def test_an_event_that_was_taken_out_of_the_middle_is_seen(written, cast, unguarded):
    unguarded("DELETE FROM decisions WHERE seq = 9")
    unguarded("DELETE FROM events WHERE seq = 9")

    with pytest.raises(LedgerError, match="9"):
        History.replayed(written.read(), cast.root.public)


def test_a_written_ledger_that_nobody_touched_is_believed(written, cast, unguarded):
    assert History.replayed(written.read(), cast.root.public).ledger == LEDGER
