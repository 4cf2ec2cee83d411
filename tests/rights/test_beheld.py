"""One look answers several questions; purposes are found once, and new ones as they come."""

from datetime import UTC, datetime

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from segmentation.rights.beheld import Purposes, beheld

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_a_look_sees_one_moment(records, subject):
    Consents(records).record(subject, "planning", Told("given"), "key", NOW)
    with beheld(records) as seen:
        before = Consents(seen).standing(subject, "planning").state
        Consents(records).record(subject, "planning", Told("withdrawn"), "key", NOW)
        assert Consents(seen).standing(subject, "planning").state == before == "given"
    assert Consents(records).standing(subject, "planning").state == "withdrawn"


def test_purposes_are_those_for_which_anything_was_written(records, subject):
    known = Purposes()

    def found():
        with beheld(records) as seen:
            return known.of(seen)

    assert found() == ()
    Consents(records).record(subject, "planning", Told("given"), "key", NOW)
    assert found() == ("planning",)
    Consents(records).record(subject, "letters", Told("given"), "key", NOW)
    assert found() == found() == ("letters", "planning")
