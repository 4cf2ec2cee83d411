"""What the day and the catalogue of law make of what was signed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from segmentation.errors import LedgerError
from segmentation.ledger.records import Waiver
from segmentation.ledger.track import day_of, is_complete
from segmentation.signing import sha256
from tests.signed import CATALOGUE, MODEL, START, Cast

NEW_LAW = sha256(b"new catalogue")


@pytest.fixture
def cast():
    return Cast.assembled()


@pytest.fixture
def active(cast):
    cast.approve()
    return cast


def at(day):
    return datetime.combine(day, START.time(), UTC)


def test_the_day_is_that_of_utc():
    early = datetime(2026, 7, 2, 7, 59, tzinfo=timezone(timedelta(hours=8)))

    assert day_of(early) == date(2026, 7, 1)
    assert day_of(early + timedelta(minutes=1)) == date(2026, 7, 2)


def test_nobody_submitted_a_draft(cast):
    standing = cast.standing(9)

    assert (standing.state, standing.since, standing.submission) == ("draft", None, None)
    assert standing.why == "Nobody has submitted it."
    assert cast.history.versions() == ()


def test_an_approval_holds_on_its_last_day_and_not_after(active):
    history = active.history

    assert history.standing(MODEL, 1, at(date(2026, 12, 1))).state == "active"

    after = history.standing(MODEL, 1, at(date(2026, 12, 2)))
    assert after.state == "expired"
    assert after.since == datetime(2026, 12, 2, tzinfo=UTC)
    assert after.valid_until == date(2026, 12, 1)
    assert after.why == "Its approvals, or a waiver in them, held until 2026-12-01."
    assert history.active(MODEL, at(date(2026, 12, 2))) is None


def test_a_waiver_ends_the_approval_that_rests_on_it(cast):
    waivers = (Waiver(finding="x", reason="Known.", expires=date(2026, 8, 1)),)
    cast.approve(verdict="undetermined", blocking=("x",), waivers=waivers)

    assert cast.history.standing(MODEL, 1, at(date(2026, 8, 1))).state == "active"
    assert cast.history.standing(MODEL, 1, at(date(2026, 8, 2))).state == "expired"


def test_the_earlier_of_two_last_days_counts(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol", valid_until=date(2026, 9, 1))
    cast.decide("approve", "Bob", valid_until=date(2026, 8, 1))

    assert cast.standing().valid_until == date(2026, 8, 1)


def test_an_approval_that_lapsed_alone_counts_no_more(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol", valid_until=date(2026, 7, 5))
    cast.wait(days=5)
    cast.decide("approve", "Bob")

    assert cast.standing().state == "submitted"
    assert cast.standing().missing == ("compliance",)
    assert cast.standing().why == (
        "Tina submitted it on 2026-07-01. Bob (business) approved it; the signature for compliance is "
        "missing."
    )

    cast.decide("approve", "Carol")

    assert cast.standing().state == "approved"


def test_the_last_word_of_a_role_counts_also_where_it_is_shorter(active):
    active.decide("approve", "Carol", valid_until=date(2026, 8, 1))

    assert active.standing().valid_until == date(2026, 8, 1)


@pytest.mark.parametrize("state", ["approved", "suspended"])
def test_what_is_not_served_expires_as_well(active, state):
    if state == "approved":
        active.events.pop()
    else:
        active.decide("suspend", "Mona")

    assert active.standing().state == state
    assert active.history.standing(MODEL, 1, at(date(2027, 1, 1))).state == "expired"


def test_an_expired_version_is_renewed_by_a_new_submission_alone(active):
    active.wait(days=160)
    active.decide("approve", "Carol", valid_until=date(2027, 1, 1))

    assert active.refusal.startswith("Version 1 of resident_needs is expired. From expired these steps")

    active.events.pop()
    active.approve(valid_until=date(2027, 1, 1))

    assert active.standing().state == "active"


def test_the_same_law_changes_nothing(active):
    assert active.standing(catalogue=CATALOGUE) == active.standing()


def test_a_changed_catalogue_of_law_reopens(active):
    standing = active.standing(catalogue=NEW_LAW)

    assert standing.state == "submitted"
    assert standing.approvals == ()
    assert standing.missing == ("compliance", "business")
    assert standing.why == "The law catalogue changed: approvals under another catalogue count no more."
    assert active.history.active(MODEL, active.now, NEW_LAW) is None


def test_two_approvals_under_the_new_law_bring_it_back(active):
    active.decide("approve", "Carol", catalogue=NEW_LAW)

    standing = active.standing(catalogue=NEW_LAW)
    assert (standing.state, standing.missing) == ("submitted", ("business",))
    assert active.standing(catalogue=CATALOGUE).state == "active"

    active.decide("approve", "Bob", catalogue=NEW_LAW)

    assert active.standing(catalogue=NEW_LAW).state == "active"
    assert active.standing(catalogue=CATALOGUE).state == "active"


def test_a_pair_of_two_laws_is_none_for_who_asks_by_one(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    cast.decide("approve", "Bob", catalogue=NEW_LAW)

    assert cast.standing().state == "submitted"
    assert cast.standing().missing == ("compliance",)
    assert cast.standing().valid_until is None
    assert cast.standing(catalogue=NEW_LAW).missing == ("compliance",)
    assert cast.standing(catalogue=CATALOGUE).missing == ("business",)

    with pytest.raises(LedgerError, match="no two approvals of it count"):
        cast.history.proof(MODEL, 1)
    cast.activate()
    assert cast.refusal.endswith("activate does not.")

    cast.events.pop()
    cast.decide("approve", "Bob")
    assert cast.standing().state == "approved"
    assert [a.by for a in cast.standing().approvals] == ["Carol", "Bob"]


def test_a_pair_of_two_laws_supersedes_nothing(active):
    active.decide("submit", "Tina", 2)
    active.decide("approve", "Carol", 2)
    active.decide("approve", "Bob", 2, catalogue=NEW_LAW)
    active.activate(2)
    assert active.refusal.endswith("activate does not.")

    active.events.pop()
    assert active.standing().state == "active"


def test_a_half_renewal_under_another_law_does_not_make_the_pair_longer(cast):
    cast.approve(valid_until=date(2026, 8, 1))
    cast.decide("approve", "Carol", catalogue=NEW_LAW)
    cast.decide("approve", "Bob", valid_until=date(2026, 9, 1))

    assert cast.standing().valid_until == date(2026, 8, 1)
    assert cast.standing(catalogue=CATALOGUE).valid_until == date(2026, 8, 1)
    assert cast.history.proof(MODEL, 1).verified(cast.root.public).valid_until == date(2026, 8, 1)


def test_one_who_signs_is_never_both(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    track = cast.history._facts.track(MODEL, 1)
    alone = track.approvals[0]
    both = {"compliance": alone, "business": alone.model_copy(update={"role": "business"})}
    two = {**both, "business": both["business"].model_copy(update={"by": "Bob"})}

    assert not is_complete(both)
    assert is_complete(two)
    assert replace(track, approvals=tuple(both.values())).paired(cast.now.date()).pairs == ()
    assert len(replace(track, approvals=tuple(two.values())).paired(cast.now.date()).pairs) == 1


def test_half_an_approval_under_another_law_does_not_count(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")

    assert cast.standing(catalogue=NEW_LAW).missing == ("compliance", "business")
    assert cast.standing(catalogue=CATALOGUE).missing == ("business",)


@pytest.mark.parametrize(("action", "state"), [("suspend", "suspended"), ("revoke", "revoked")])
def test_a_changed_law_does_not_hide_that_a_version_was_stopped(active, action, state):
    active.decide(action, "Carol")

    assert active.standing(catalogue=NEW_LAW).state == state


def test_an_earlier_word_under_the_law_asked_for_does_not_outlive_a_later_one_that_lapsed(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol", catalogue=NEW_LAW)
    cast.decide("approve", "Carol", valid_until=date(2026, 7, 3))
    assert cast.standing(catalogue=NEW_LAW).missing == ("business",)

    cast.wait(days=5)
    cast.decide("approve", "Bob", catalogue=NEW_LAW)

    assert cast.standing(catalogue=NEW_LAW).state == "submitted"
    assert cast.standing(catalogue=NEW_LAW).missing == ("compliance",)
