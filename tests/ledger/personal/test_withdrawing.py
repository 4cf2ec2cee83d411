"""Who withdraws has their segments and overrides taken out with it; who objects keeps them, unused."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.overrides import Told as Decided
from segmentation.ledger.personal.requests import Requests
from segmentation.ledger.personal.requests import Told as Said
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.ledger.personal.verify import verify_personal
from segmentation.rights.exercise import receive

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PURPOSE, OTHER, MODEL = "service_planning", "other_purpose", "needs"


@pytest.fixture
def subject(records, consent):
    """A resident who was placed for two purposes, by a person for one of them."""
    subject = consent("R-1", "given")
    for purpose in (PURPOSE, OTHER):
        by = By(purpose, MODEL, 1, timedelta(days=100))
        Segments(records).keep(subject, Placed("S1", 0.5, borderline=False, decision=""), by, "Test", NOW)
    Overrides(records).set(subject, PURPOSE, MODEL, Decided("S2", "Works at night.", "Carol"), NOW)
    return subject


def left(records, subject, purpose=PURPOSE):
    return (
        len(Segments(records).history(subject, purpose)),
        len(Overrides(records).history(subject, purpose)),
    )


@pytest.mark.parametrize("state", ["withdrawn", "refused"])
def test_what_a_withdrawal_ends_is_taken_out_with_it(records, subject, state):
    assert left(records, subject) == (1, 1)
    Consents(records).record(subject, PURPOSE, Told(state), "Test", NOW)

    assert left(records, subject) == (0, 0)
    assert left(records, subject, OTHER) == (1, 0)
    assert Consents(records).standing(subject, PURPOSE).state == state
    verify_personal(records.ledger, keyring=records.keyring)


def test_a_request_to_withdraw_takes_it_out_too(records, subject):
    receive(records, Requests(records), subject, "withdrawal", Said("key"), (PURPOSE,), NOW)

    assert left(records, subject) == (0, 0)
    verify_personal(records.ledger, keyring=records.keyring)


def test_an_objection_ends_the_use_and_not_the_keeping(records, subject):
    receive(records, Requests(records), subject, "objection", Said("key"), (PURPOSE,), NOW)
    Consents(records).record(subject, PURPOSE, Told("objected"), "Test", NOW)

    assert left(records, subject) == (1, 1)


def test_a_withdrawal_of_before_ends_nothing(records, subject):
    Consents(records).record(subject, PURPOSE, Told("withdrawn"), "Test", NOW, NOW - timedelta(days=1))

    assert left(records, subject) == (1, 1)


def test_an_objection_after_it_keeps_nothing_that_a_withdrawal_ends(records, subject):
    Consents(records).record(subject, PURPOSE, Told("objected"), "Test", NOW + timedelta(hours=2))
    later = NOW + timedelta(hours=1)
    Consents(records).record(subject, PURPOSE, Told("withdrawn"), "Test", NOW + timedelta(hours=3), later)

    assert left(records, subject) == (0, 0)
