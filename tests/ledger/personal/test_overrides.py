"""Overrides: they hold beside the computed segment until they are lifted, and are counted by it."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.errors import LedgerError, ReviewError, VaultError
from segmentation.ledger.personal.entries import Entry, micros
from segmentation.ledger.personal.overrides import LONGEST, NOT_KEPT, Overrides, Told
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.ledger.personal.tables import overrides

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PURPOSE, MODEL = "service_planning", "resident_needs"
BY = By(PURPOSE, MODEL, 3, timedelta(days=730))
TOLD = Told("S3", "Uses a wheelchair since May", "Carol", "R0123456789ab")
LIFTED = Told(None, "Moved to another flat", "Carol")


@pytest.fixture
def kept(records):
    return Overrides(records)


@pytest.fixture
def resident(records):
    return records.keyring.subject_of("R-1")


def test_an_override_is_told_with_its_reason_and_its_person(kept, resident):
    kept.set(resident, PURPOSE, MODEL, TOLD, NOW)

    found = kept.standing(resident, PURPOSE, MODEL)
    assert (found.segment, found.reason, found.by, found.request) == (
        "S3",
        "Uses a wheelchair since May",
        "Carol",
        "R0123456789ab",
    )
    assert (found.at, found.model) == (NOW, MODEL)


def test_an_override_survives_scoring_anew(kept, records, resident):
    kept.set(resident, PURPOSE, MODEL, TOLD, NOW)
    Segments(records).keep(resident, Placed("S1", 0.5, False, ""), BY, "Test", NOW + timedelta(days=1))

    assert kept.standing(resident, PURPOSE, MODEL).segment == "S3"


def test_an_override_holds_for_one_purpose_and_model(kept, resident):
    kept.set(resident, PURPOSE, MODEL, TOLD, NOW)

    assert kept.standing(resident, "fairness_audit", MODEL) is None
    assert kept.standing(resident, PURPOSE, "housing_needs") is None


def test_a_lifted_override_holds_no_more_and_stays_in_the_history(kept, resident):
    kept.set(resident, PURPOSE, MODEL, TOLD, NOW)
    kept.lift(resident, PURPOSE, MODEL, LIFTED, NOW - timedelta(days=1))  # by a clock that was set back

    assert kept.standing(resident, PURPOSE, MODEL) is None
    assert [one.segment for one in kept.history(resident, PURPOSE)] == ["S3", None]


@pytest.mark.parametrize("reason", ["", "  ", "x" * (LONGEST + 1)])
def test_an_override_needs_a_reason(kept, resident, reason):
    with pytest.raises(ReviewError, match="A reason is a text"):
        kept.set(resident, PURPOSE, MODEL, Told("S3", reason, "Carol"), NOW)
    assert kept.history(resident, PURPOSE) == ()


def test_what_contradicts_itself_is_refused(kept, resident):
    with pytest.raises(ReviewError, match="names the segment"):
        kept.set(resident, PURPOSE, MODEL, LIFTED, NOW)
    with pytest.raises(ReviewError, match="names no segment"):
        kept.lift(resident, PURPOSE, MODEL, TOLD, NOW)
    with pytest.raises(ReviewError, match="No override stands"):
        kept.lift(resident, PURPOSE, MODEL, LIFTED, NOW)


def test_who_was_erased_in_the_same_moment_gets_no_override(kept, resident, erased_meanwhile):
    with pytest.raises(LedgerError, match="No override was kept"):
        kept.set(resident, PURPOSE, MODEL, TOLD, NOW)
    assert kept.history(resident, PURPOSE) == ()


def test_overrides_are_counted_by_the_segment_that_was_computed_last(kept, records):
    subjects = [records.keyring.subject_of(f"R-{at}") for at in range(6)]
    table = Segments(records)
    for subject, segment in zip(subjects, ("S1", "S1", "S2", "S2", "S2"), strict=False):
        table.keep(subject, Placed(segment, 0.5, False, ""), BY, "Test", NOW)
    table.keep(subjects[0], Placed("S2", 0.5, False, ""), BY, "Test", NOW)
    for subject in (*subjects[:3], subjects[5]):
        kept.set(subject, PURPOSE, MODEL, TOLD, NOW)
    kept.lift(subjects[2], PURPOSE, MODEL, LIFTED, NOW)
    kept.set(subjects[4], PURPOSE, "housing_needs", TOLD, NOW)

    assert kept.counts(PURPOSE, MODEL, "Test", NOW) == {NOT_KEPT: 1, "S1": 1, "S2": 1}
    assert kept.counts(PURPOSE, MODEL, "Test", NOW + BY.retention) == {NOT_KEPT: 3}
    assert kept.counts("fairness_audit", MODEL, "Test", NOW) == {}


def test_a_row_that_holds_something_else_is_named(kept, records, resident):
    entry = Entry(resident, micros(NOW), b"{}", (MODEL,))
    records.append(overrides, PURPOSE, [entry], records.ensured([resident], NOW), "Test", NOW)

    with pytest.raises(VaultError, match="Row 1 of overrides opens and holds no override"):
        kept.history(resident, PURPOSE)
