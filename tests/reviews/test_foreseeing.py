"""What is told before a decision is signed is what the ledger does once it is."""

from datetime import date, timedelta

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.records import Waiver
from segmentation.policy.catalogue import load_catalogue
from segmentation.reviews.drafting import Ask, decision_of
from segmentation.reviews.foreseeing import STAND_IN, all_waived, asked_of, lasting, refusal_of
from tests.card import made
from tests.reviews.office import MODEL, handed

CATALOGUE = load_catalogue().digest
BLOCKED = handed(2, audit=made.audit())
UNTIL, SOONER = date(2026, 8, 1), date(2026, 7, 1)


def decision(office, name="Carol", version=1, action="approve", **told):
    ask = Ask(action, MODEL, version, name, "Fine.", **told)
    return decision_of(ask, office.book.history(), office.clock(), CATALOGUE)


def refusal(office, ask):
    return refusal_of(ask, office.book.history(), office.clock(), CATALOGUE)


def standing(office, version=1):
    return office.desk.standing(MODEL, version)


@pytest.mark.parametrize("name", ["Carol", "Bob", "Both", "Tina", "Adam", "Trainer 2"])
@pytest.mark.parametrize("action", ["approve", "reject", "revoke", "resume"])
def test_what_is_foreseen_is_what_the_desk_does(office, name, action):
    office.submit(trained_by=("Trainer 2",))
    foreseen = refusal(office, asked_of(standing(office), name, action))
    refused = None
    try:
        getattr(office.desk, action)(MODEL, 1, signer=office.signer(name), reason="Fine.")
    except ReviewError as error:
        refused = str(error)

    assert refused == (None if foreseen is None else str(foreseen))


def test_a_finding_without_a_waiver_is_no_refusal_of_who_wants_to_approve(office):
    office.submit(BLOCKED)

    assert refusal(office, asked_of(standing(office, 2), "Carol", "approve")) is None
    with pytest.raises(ReviewError, match="needs a waiver of its own"):
        office.approve("Carol", 2)


def test_in_one_role_somebody_may_and_in_the_other_not(office):
    office.submit()
    office.approve("Both", role="compliance")
    now = standing(office)

    assert refusal(office, asked_of(now, "Both", "approve", "compliance")) is None
    assert "by two people" in str(refusal(office, asked_of(now, "Both", "approve", "business")))


def test_what_was_never_submitted_and_who_was_never_entered_are_refusals_as_well(office):
    assert "was never submitted" in str(refusal(office, asked_of(standing(office), "Carol", "approve")))
    office.submit()
    assert "Nobody is entered as Zoe" in str(refusal(office, asked_of(standing(office), "Zoe", "approve")))


def test_all_waived_keeps_what_is_waived_and_adds_what_lacks(office):
    office.submit(BLOCKED)
    first, *rest = BLOCKED.waivers
    found = all_waived(decision(office, version=2, waivers=(first,)))

    assert found.waivers[0] == first
    assert {one.finding for one in found.waivers[1:]} == {one.finding for one in rest}
    assert {one.reason for one in found.waivers[1:]} == {STAND_IN}


def test_all_waived_leaves_what_is_no_approval_as_it_is(office):
    office.submit(BLOCKED)
    rejection = decision(office, version=2, action="reject")

    assert all_waived(rejection) is rejection


def test_an_approval_lasts_until_its_day_or_that_of_the_waiver_that_ends_first(office):
    office.submit(BLOCKED)
    waivers = tuple(
        Waiver(finding=one.finding, reason=one.reason, expires=SOONER if number == 0 else UNTIL)
        for number, one in enumerate(BLOCKED.waivers)
    )
    found = lasting(decision(office, version=2, waivers=waivers, valid_until=UNTIL))

    assert (found.until, found.end, found.early) == (UNTIL, SOONER, (waivers[0].finding,))
    assert lasting(decision(office, valid_until=UNTIL, version=2)).early == ()
    assert lasting(decision(office, version=2, action="reject")) is None


def test_the_approval_of_the_other_role_may_end_before(office):
    office.submit()
    short = office.approve("Carol", valid_until=SOONER).approvals
    longer = decision(office, "Bob", valid_until=UNTIL)

    assert lasting(longer, short).sooner == short
    assert lasting(decision(office, "Bob", valid_until=SOONER - timedelta(days=1)), short).sooner == ()
