"""What a record cannot say is told before it is signed."""

from datetime import timedelta

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.records import Adoption
from segmentation.reviews.submission import limits_digest
from tests.reviews.office import MODEL, policy


def test_a_submission_names_who_trained_it(office):
    with pytest.raises(ReviewError, match="The record cannot be written: trained_by"):
        office.submit(trained_by=())
    with pytest.raises(ReviewError, match="Nobody is entered as Zoe, who trained"):
        office.submit(trained_by=("Zoe",))


@pytest.mark.parametrize("reason", ["", "   ", "x" * 4001])
def test_a_decision_has_a_reason(office, reason):
    office.submit()

    with pytest.raises(ReviewError, match="The record cannot be written: reason"):
        office.approve("Carol", reason=reason)
    with pytest.raises(ReviewError, match="The record cannot be written: reason"):
        office.desk.adopt(MODEL, policy(), signer=office.signer("Carol"), reason=reason)


def test_a_rule_of_a_field_is_told_as_one_sentence(office):
    with pytest.raises(ReviewError, match=r"^The record cannot be written: reason: control and [^.]*\.$"):
        office.submit(reason="Fine.\x1b[2K")


def test_an_approval_lasts_as_long_as_the_policy_allows_unless_it_says_less(office):
    office.submit()
    today = office.clock.now.date()

    assert office.approve("Carol").approvals[0].valid_until == today + timedelta(days=180)
    shorter = office.approve("Carol", valid_until=today + timedelta(days=9))
    assert shorter.approvals[0].valid_until == today + timedelta(days=9)


def test_only_an_approval_has_a_last_day(office):
    office.submit()
    today = office.clock.now.date()
    given = office.desk.payload(
        "reject", MODEL, 1, name="Carol", reason="No.", valid_until=today + timedelta(days=9)
    )

    with pytest.raises(ReviewError, match="Only an approval has waivers and a last day"):
        office.desk.attach(given, office.keys["Carol"]._key.sign(given))


def test_an_adoption_names_its_policy_and_who_adopts_it(office):
    office.desk.adopt(MODEL, policy(), signer=office.signer("Carol"), reason="In force.")

    told = Adoption.of(office.book.history().head.draft.signed)
    assert (told.model, told.policy, told.limits) == (MODEL, policy().digest, limits_digest(policy()))
    assert (told.by, told.role, told.reason) == ("Carol", "compliance", "In force.")
    with pytest.raises(ReviewError, match="Nobody is entered as Zoe"):
        office.desk.adoption_payload(MODEL, policy(), name="Zoe", reason="In force.")


@pytest.mark.parametrize(
    ("by", "role", "told"),
    [("Carol", None, "compliance"), ("Both", None, "compliance"), ("Both", "business", "business")],
)
def test_a_person_signs_in_a_role_that_fits(office, by, role, told):
    office.submit()

    assert office.approve(by, role=role).approvals[0].role == told


def test_a_role_that_a_person_does_not_hold_is_refused_by_name(office):
    office.submit()

    with pytest.raises(ReviewError, match="Carol signs as business and holds compliance"):
        office.approve("Carol", role="business")
