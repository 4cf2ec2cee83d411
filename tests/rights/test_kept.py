"""The newest kept segment is found by what is on record, and is told with where its version stands."""

from datetime import UTC, datetime, timedelta

from segmentation.ledger.personal.overrides import Overrides, Told
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.rights.beheld import beheld
from segmentation.rights.kept import TAKEN_BACK, latest, states_of
from tests.serving.made import MODEL, Office

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def keep(records, subject, segment, *, purpose="planning", model="needs", version=1):
    placed = Placed(segment, 0.5, borderline=False, decision="sha256:0")
    by = By(purpose, model, version, timedelta(days=1))
    Segments(records).keep(subject, placed, by, "key", NOW)


def found(records, subject, model="needs"):
    with beheld(records) as seen:
        return latest(seen, subject, model)


def test_the_newest_of_all_purposes_is_found_with_what_a_person_put(records, subject):
    keep(records, subject, "S1", purpose="planning_of_before")
    keep(records, subject, "S2")
    keep(records, subject, "S9", model="other")
    keep(records, records.keyring.subject_of("R-2"), "S3")
    Overrides(records).set(subject, "planning", "needs", Told("S4", "Works at night.", "Carol"), NOW)
    kept, override = found(records, subject)

    assert (kept.segment, override.segment) == ("S2", "S4")


def test_of_who_was_never_placed_there_is_none(records, subject):
    assert found(records, subject) == (None, None)
    keep(records, subject, "S1", model="other")
    assert found(records, subject) == (None, None)


def test_where_a_version_stands_is_asked_of_the_ledger(tmp_path):
    office = Office.opened(tmp_path / "office")
    office.approve(1)
    office.approve(2)

    def stands():
        with office.book() as book:
            return [states_of(book.history(), office.clock())(MODEL, one) for one in (1, 2)]

    assert stands() == ["superseded", "active"]
    assert not TAKEN_BACK & set(stands())
    office.revoke(1)
    office.expire()
    assert stands() == ["revoked", "expired"]
    assert set(stands()) <= TAKEN_BACK
