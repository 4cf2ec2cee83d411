"""Who withdrew by a table of many is not placed any more after the next run of retention."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.ledger.personal.bulk import Bulk
from segmentation.ledger.personal.entries import micros
from segmentation.ledger.personal.events import Told, encode
from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.overrides import Told as Decided
from segmentation.ledger.personal.retention import Retention
from segmentation.ledger.personal.sealing import Batch
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.ledger.personal.tables import consents
from segmentation.ledger.personal.verify import verify_personal
from segmentation.ledger.personal.withdrawn import still_placed

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PURPOSE, OTHER, MODEL = "service_planning", "other_purpose", "needs"
NAMES = ("R-1", "R-2", "R-3")


@pytest.fixture
def subjects(records, consent):
    """Three residents who consented and were placed, by a person too, for two purposes each."""
    subjects = [consent(name, "given") for name in NAMES]
    for subject in subjects:
        for purpose in (PURPOSE, OTHER):
            place(records, subject, purpose)
            put = Decided("S2", "Works at night.", "Carol")
            Overrides(records).set(subject, purpose, MODEL, put, NOW)
    return subjects


@pytest.fixture
def said(records):
    """Put events on record as a table of many does: past what takes out with them."""

    def said(*events):
        subjects, states, minutes = zip(*events, strict=True)
        at = [micros(NOW + timedelta(minutes=minute)) for minute in minutes]
        batch = Batch(list(subjects), at, [encode(Told(state)) for state in states])
        list(Bulk(records, consents, PURPOSE, "Test", processes=0).write([batch], NOW))

    return said


def place(records, subject, purpose=PURPOSE):
    by = By(purpose, MODEL, 1, timedelta(days=100))
    Segments(records).keep(subject, Placed("S1", 0.5, borderline=False, decision=""), by, "Test", NOW)


def left(records, subject, purpose=PURPOSE):
    return (
        len(Segments(records).history(subject, purpose)),
        len(Overrides(records).history(subject, purpose)),
    )


def test_what_a_table_of_withdrawals_left_is_due_and_goes(records, subjects, said):
    said((subjects[0], "withdrawn", 1), (subjects[1], "refused", 1), (subjects[2], "objected", 1))
    retention = Retention(records)
    due = retention.due(NOW)
    taken = retention.run("Test", NOW)

    assert due == taken.rows == {"consents": 0, "segments": 2, "overrides": 2, "requests": 0}
    assert taken.is_swept
    assert [left(records, one) for one in subjects] == [(0, 0), (0, 0), (1, 1)]
    assert [left(records, one, OTHER) for one in subjects] == [(1, 1)] * 3
    assert retention.due(NOW)["segments"] == 0
    verify_personal(records.ledger, keyring=records.keyring)


def test_what_is_due_by_its_age_too_is_counted_once(records, subjects, said):
    said((subjects[0], "withdrawn", 1))
    later = NOW + timedelta(days=100)
    retention = Retention(records)

    assert retention.due(later) == retention.run("Test", later).rows


def test_who_consented_again_after_a_withdrawal_stays_placed(records, subjects, said):
    said((subjects[0], "withdrawn", 1), (subjects[0], "given", 2))

    assert Retention(records).run("Test", NOW).rows["segments"] == 0
    assert left(records, subjects[0]) == (1, 1)


def test_who_consents_while_it_is_looked_keeps_what_is_written_from_then_on(records, subjects, said):
    said((subjects[0], "withdrawn", 1))
    found = dict(still_placed(records))
    said((subjects[0], "given", 2))
    place(records, subjects[0])
    with records.ledger.reading() as connection:
        due = [
            row.number
            for table, which in found.items()
            for row in connection.execute(table.select().where(which))
        ]

    assert len(due) == 2
    assert len(Segments(records).history(subjects[0], PURPOSE)) == 2


def test_of_some_residents_alone_it_is_asked_when_they_are_named(records, subjects, said):
    said((subjects[0], "withdrawn", 1), (subjects[1], "withdrawn", 1))

    assert not list(still_placed(records, {PURPOSE: [subjects[2]]}))
    assert not list(still_placed(records, {OTHER: [subjects[0]]}))
    assert len(list(still_placed(records, {PURPOSE: [subjects[0]]}))) == 2
