"""What asks nothing is done when it is received; the rest waits and changes nothing."""

from datetime import UTC, datetime

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.register import RIGHTS
from segmentation.ledger.personal.requests import AT_ONCE, Requests
from segmentation.ledger.personal.requests import Told as Said
from segmentation.rights.exercise import receive

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PURPOSES = ("planning", "audit")


def asked(records, subject, right, purposes=PURPOSES):
    said = Said("key", channel="app", language="zh")
    return receive(records, Requests(records), subject, right, said, purposes, NOW)


@pytest.mark.parametrize("right", [right for right in RIGHTS if right not in AT_ONCE])
def test_what_a_person_answers_changes_nothing_yet(records, subject, right):
    Consents(records).record(subject, "planning", Told("given"), "key", NOW)
    asked(records, subject, right)

    assert len(Consents(records).events(subject, "planning")) == 1


def test_an_objection_stands_for_each_purpose_and_ends_no_consent(records, subject):
    Consents(records).record(subject, "planning", Told("given"), "key", NOW)
    asked(records, subject, "objection")

    standing = Consents(records).standing(subject, "planning")
    assert (standing.state, standing.objected is None) == ("given", False)
    assert Consents(records).standing(subject, "audit").objected is not None
    told = Consents(records).events(subject, "audit")[0].told
    assert (told.entity_id, told.collection_method, told.language) == ("key", "app", "zh")


def test_a_withdrawal_is_on_record_for_every_purpose_whether_consent_was_or_not(records, subject):
    Consents(records).record(subject, "planning", Told("given"), "key", NOW)
    asked(records, subject, "withdrawal")

    assert Consents(records).standing(subject, "planning").state == "withdrawn"
    assert Consents(records).standing(subject, "audit").state == "withdrawn"
    assert asked(records, subject, "withdrawal").state == "done"


@pytest.mark.parametrize("right", sorted(AT_ONCE))
def test_what_is_about_no_purpose_is_not_said_to_be_done(records, subject, right):
    with pytest.raises(ReviewError, match="Name the one"):
        asked(records, subject, right, ())
    assert Requests(records).of(subject) == ()
